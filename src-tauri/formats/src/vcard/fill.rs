//! From the properties of one card to the draft of one client.

use std::collections::HashMap;

use clientele_model::text::{fold, tidy};
use clientele_model::{Address, ClientDraft, ClientKind, ContactPerson, ErrorCode, Language, Refusal};
use encoding_rs::Encoding;

use super::property::{Property, split, unescape};
use crate::card::Card;
use crate::dates::{self, DayOrder};
use crate::export::{PRODUCT, label_of_type};

/// Types that say nothing about which entry it is.
const SILENT_TYPES: &[&str] = &[
    "voice",
    "pref",
    "msg",
    "text",
    "video",
    "internet",
    "x400",
    "postal",
    "parcel",
    "dom",
    "intl",
    "textphone",
    "quoted-printable",
    "base64",
    "8bit",
    "7bit",
    "b",
    "uri",
    "",
];

/// Before a name, and of no use on a card of a salon.
const HONORIFICS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "herr",
    "frau",
    "m",
    "mme",
    "mlle",
    "sr",
    "sra",
    "г-н",
    "г-жа",
    "господин",
    "госпожа",
    "",
    "jr",
];

/// Messenger names in properties of their own.
const MESSENGERS: &[(&str, &str)] = &[
    ("X-AIM", "AIM"),
    ("X-GADUGADU", "Gadu-Gadu"),
    ("X-GOOGLE-TALK", "Google Talk"),
    ("X-GTALK", "Google Talk"),
    ("X-ICQ", "ICQ"),
    ("X-INSTAGRAM", "Instagram"),
    ("X-JABBER", "Jabber"),
    ("X-MS-IMADDRESS", "IM"),
    ("X-MSN", "MSN"),
    ("X-QQ", "QQ"),
    ("X-SKYPE", "Skype"),
    ("X-SKYPE-USERNAME", "Skype"),
    ("X-TELEGRAM", "Telegram"),
    ("X-TWITTER", "Twitter"),
    ("X-VIBER", "Viber"),
    ("X-WHATSAPP", "WhatsApp"),
    ("X-YAHOO", "Yahoo"),
];

/// People beside the client.
const RELATED: &[(&str, &str)] = &[
    ("X-SPOUSE", "spouse"),
    ("X-MS-SPOUSE", "spouse"),
    ("X-EVOLUTION-SPOUSE", "spouse"),
    ("X-ASSISTANT", "assistant"),
    ("X-MS-ASSISTANT", "assistant"),
    ("X-EVOLUTION-ASSISTANT", "assistant"),
    ("X-MANAGER", "manager"),
    ("X-MS-MANAGER", "manager"),
    ("X-EVOLUTION-MANAGER", "manager"),
];

/// What is kept in the notes behind a heading.
const EXTRAS: &[(&str, &str)] = &[
    ("TITLE", "Title"),
    ("ROLE", "Role"),
    ("URL", "Web"),
    ("GENDER", "Gender"),
    ("ANNIVERSARY", "Anniversary"),
    ("X-ANNIVERSARY", "Anniversary"),
    ("X-MS-ANNIVERSARY", "Anniversary"),
    ("X-EVOLUTION-ANNIVERSARY", "Anniversary"),
    ("X-ABDATE", ""),
];

/// The client that a card tells of.
pub(super) fn draft(
    properties: &[Property],
    fallback: &dyn Fn() -> &'static Encoding,
) -> Result<ClientDraft, Refusal> {
    let card = Source {
        values: properties.iter().map(|p| (p, p.raw(fallback))).collect(),
        labels: HashMap::new(),
    };
    card.with_labels().draft()
}

struct Source<'p> {
    values: Vec<(&'p Property, String)>,
    /// What Apple and Google call the entries of a group.
    labels: HashMap<&'p str, String>,
}

impl<'p> Source<'p> {
    fn with_labels(mut self) -> Self {
        for (property, raw) in &self.values {
            if property.name == "X-ABLABEL" && !property.group.is_empty() {
                self.labels.insert(&property.group, unescape(raw));
            }
        }
        self
    }

    /// The values of all properties of this name, the preferred first.
    fn all(&self, name: &str) -> impl Iterator<Item = (&'p Property, &str)> {
        let named = |preferred: bool| {
            self.values
                .iter()
                .filter(move |(p, _)| p.name == name && p.is_preferred() == preferred)
                .map(|(p, raw)| (*p, &**raw))
        };
        named(true).chain(named(false))
    }

    fn first(&self, name: &str) -> Option<String> {
        self.all(name)
            .map(|(_, raw)| unescape(raw))
            .find(|value| !value.trim().is_empty())
    }

    /// What an entry is called; Apple marks the names that it gave itself.
    fn label(&self, property: &Property) -> String {
        let label = self.label_as_written(property);
        let plain = label
            .strip_prefix("_$!<")
            .and_then(|label| label.strip_suffix(">!$_"));
        plain.map_or(label.clone(), str::to_owned)
    }

    fn label_as_written(&self, property: &Property) -> String {
        if let Some(label) = self.labels.get(&*property.group) {
            return label.clone();
        }
        property
            .types()
            .filter(|kind| !SILENT_TYPES.contains(&&**kind))
            .map(|kind| label_of_type(&kind).to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn draft(&self) -> Result<ClientDraft, Refusal> {
        if self.first("PRODID").is_some_and(|product| product == PRODUCT) {
            return super::own::draft(self.values.iter().map(|(p, raw)| (*p, &**raw)), |p| {
                self.label_as_written(p)
            });
        }
        let kind = self
            .first("KIND")
            .or(self.first("X-ADDRESSBOOKSERVER-KIND"))
            .unwrap_or_default();
        if kind.eq_ignore_ascii_case("group") {
            return Err(Refusal::new(ErrorCode::ImportRowEmpty).with("detail", "group"));
        }
        let mut card = Card::default();
        self.organization(&mut card);
        let company = kind.eq_ignore_ascii_case("org")
            || self
                .first("X-ABSHOWAS")
                .is_some_and(|v| v.trim().eq_ignore_ascii_case("company"));
        self.names(&mut card, company);
        for (property, raw) in self.all("TEL") {
            card.phones(&self.label(property), "Phone", &phone(&unescape(raw)));
        }
        for (property, raw) in self.all("EMAIL") {
            card.emails(&self.label(property), "E-mail", &unescape(raw));
        }
        for (property, raw) in self.all("ADR") {
            card.draft.addresses.extend(address(
                raw,
                self.label(property),
                property.parameter("LABEL").is_some(),
            ));
        }
        self.messengers(&mut card);
        self.rest(&mut card);
        self.related(&mut card);
        card.finish()
    }

    fn organization(&self, card: &mut Card) {
        for (at, (_, raw)) in self.all("ORG").enumerate() {
            let mut parts = split(raw, ';')
                .into_iter()
                .map(|part| tidy(&part))
                .filter(|part| !part.is_empty());
            if at == 0 {
                card.draft.company_name = parts.next().unwrap_or_default();
                parts.for_each(|part| card.extra("Department", &part));
            } else {
                card.extra("Organization", &parts.collect::<Vec<_>>().join(", "));
            }
        }
    }

    fn names(&self, card: &mut Card, company: bool) {
        let whole = tidy(&self.first("FN").unwrap_or_default());
        let mut parts: Vec<String> = self
            .all("N")
            .map(|(_, raw)| split(raw, ';').iter().map(|part| tidy(part)).collect::<Vec<_>>())
            .find(|parts| parts.iter().any(|part| !part.is_empty()))
            .unwrap_or_default();
        parts.resize(5, String::new());
        let [family, given, additional, prefix, suffix] = &parts[..5] else {
            return;
        };
        let draft = &mut card.draft;
        if company && (draft.company_name.is_empty() || fold(&draft.company_name) == fold(&whole)) {
            draft.kind = ClientKind::Company;
            if draft.company_name.is_empty() {
                draft.company_name = whole;
            }
            return;
        }
        let alone: Vec<&String> = [family, given, additional]
            .into_iter()
            .filter(|p| !p.is_empty())
            .collect();
        match alone[..] {
            // Phones write the whole name into one part.
            [only] if only.contains(' ') => card.whole_name(only),
            [] if fold(&whole) != fold(&draft.company_name) => card.whole_name(&whole),
            _ => {
                draft.family_name.clone_from(family);
                draft.given_name.clone_from(given);
                draft.patronymic = additional
                    .replace(',', " ")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
            }
        }
        if company || !card.is_named() && !card.draft.company_name.is_empty() {
            card.draft.kind = ClientKind::Company;
        }
        let known = fold(&format!("{} {}", parts.join(" "), card.draft.company_name));
        let new = |word: &str| !known.split([' ', ',']).any(|k| k == word);
        if !alone.is_empty() && fold(&whole).split([' ', ',']).filter(|w| !w.is_empty()).any(new) {
            card.other_name("", &whole);
        }
        for (heading, part) in [("Prefix", prefix), ("Suffix", suffix)] {
            if !HONORIFICS.contains(&fold(part).trim_end_matches('.')) {
                card.extra(heading, part);
            }
        }
        for (_, raw) in self.all("NICKNAME") {
            split(raw, ',').iter().for_each(|name| card.other_name("", name));
        }
        for (_, raw) in self.all("X-MAIDENNAME") {
            card.other_name("maiden name", &unescape(raw));
        }
    }

    fn messengers(&self, card: &mut Card) {
        for (property, raw) in self.all("IMPP") {
            let value = unescape(raw);
            let (scheme, handle) = value.split_once(':').unwrap_or(("", &value));
            let service = property.parameter("X-SERVICE-TYPE").unwrap_or(scheme);
            card.messenger(service, handle);
        }
        for (property, raw) in self.all("X-SOCIALPROFILE") {
            let service = property.types().find(|kind| kind != "pref").unwrap_or_default();
            card.messenger(&service, property.parameter("X-USER").unwrap_or(&unescape(raw)));
        }
        for (name, service) in MESSENGERS {
            for (_, raw) in self.all(name) {
                card.messenger(service, &unescape(raw));
            }
        }
    }

    fn rest(&self, card: &mut Card) {
        for (property, raw) in self.all("BDAY") {
            let value = unescape(raw);
            match dates::birthday(&value, DayOrder::DayFirst) {
                Some(mut birthday) => {
                    let omitted = property
                        .parameter("X-APPLE-OMIT-YEAR")
                        .and_then(|year| year.parse().ok());
                    birthday.year = birthday.year.filter(|year| Some(*year) != omitted);
                    card.draft.birthday.get_or_insert(birthday);
                }
                None => card.extra("Birthday", &value),
            }
        }
        card.draft.language = self
            .all("LANG")
            .find_map(|(_, raw)| Language::from_code(raw.trim()));
        for (_, raw) in self.all("CATEGORIES") {
            split(raw, ',').iter().for_each(|tags| card.tags(tags));
        }
        for (_, raw) in self.all("NOTE") {
            card.note(&unescape(raw));
        }
        for (name, heading) in EXTRAS {
            for (property, raw) in self.all(name) {
                let label = self.label(property);
                card.extra(if heading.is_empty() { &label } else { heading }, &unescape(raw));
            }
        }
    }

    fn related(&self, card: &mut Card) {
        let person = |name: &str, role: String| ContactPerson {
            name: tidy(name),
            role,
            ..ContactPerson::default()
        };
        for (name, role) in RELATED {
            for (_, raw) in self.all(name) {
                card.contact_person(person(&unescape(raw), (*role).to_owned()));
            }
        }
        for name in ["X-ABRELATEDNAMES", "RELATED"] {
            for (property, raw) in self.all(name) {
                let value = unescape(raw);
                if !value.starts_with("urn:") {
                    card.contact_person(person(&value, self.label(property)));
                }
            }
        }
    }
}

/// `tel:+1-418-656-9254;ext=102` as a person would write it.
fn phone(value: &str) -> String {
    let value = value.trim();
    match value.split_at_checked(4) {
        Some((scheme, number)) if scheme.eq_ignore_ascii_case("tel:") => number.replace(";ext=", " ext. "),
        _ => value.to_owned(),
    }
}

/// An address, unless there is nothing in it. Some programs forget the quotes around the whole address in
/// `LABEL`: whatever follows a colon in there then seems to be the post-office box.
fn address(raw: &str, label: String, labelled: bool) -> Option<Address> {
    let raw = match raw.split_once(';') {
        Some((first, _)) if labelled => &raw[first.rfind(':').map_or(0, |at| at + 1)..],
        _ => raw,
    };
    let mut parts = split(raw, ';').into_iter().map(|part| tidy(&part));
    let mut next = || parts.next().unwrap_or_default();
    let street: Vec<String> = [next(), next(), next()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let address = Address {
        id: None,
        street: street.join("\n"),
        city: next(),
        region: next(),
        postal_code: next(),
        country: next(),
        label: String::new(),
    };
    (address != Address::default()).then_some(Address { label, ..address })
}
