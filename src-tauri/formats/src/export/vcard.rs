//! vCard 4.0 (RFC 6350): what it has no property for stands in `X-CLIENTELE-...`.

use std::fmt::Write;

use clientele_model::{ClientDraft, ClientKind, ContactPerson};

/// What says that a card is ours: everything in it is then read exactly as it stands.
pub(crate) const PRODUCT: &str = "-//Clientele//EN";

/// The property of a field of the owner's own: its kind, its name, what stands in it.
pub(crate) const CUSTOM: &str = "X-CLIENTELE-FIELD";

/// A line is folded after so many bytes.
const LINE_BYTES: usize = 75;

/// The labels that vCard has a word for, and that word.
const TYPES: &[(&str, &str)] = &[
    ("home", "home"),
    ("work", "work"),
    ("mobile", "cell"),
    ("fax", "fax"),
    ("pager", "pager"),
];

/// The label for a `TYPE` of vCard: the word itself, but "mobile" for "cell".
pub(crate) fn label_of_type(kind: &str) -> &str {
    TYPES
        .iter()
        .find(|(_, word)| *word == kind)
        .map_or(kind, |(label, _)| label)
}

/// All cards as one file in memory.
#[must_use]
pub fn vcards<'d>(drafts: impl IntoIterator<Item = &'d ClientDraft>) -> String {
    let mut out = String::new();
    for draft in drafts {
        vcard(&mut out, draft);
    }
    out
}

/// Adds one card to `out`. Line ends inside a text become `\n`: vCard knows one sort only.
pub fn vcard(out: &mut String, draft: &ClientDraft) {
    let mut card = Writer { out, groups: 0 };
    card.line("", "BEGIN:VCARD");
    card.line("", "VERSION:4.0");
    card.line("", &format!("PRODID:{PRODUCT}"));
    card.line(
        "",
        match draft.kind {
            ClientKind::Person => "KIND:individual",
            ClientKind::Company => "KIND:org",
        },
    );
    card.text("", "FN", &draft.display_name());
    let name = [&draft.family_name, &draft.given_name, &draft.patronymic];
    card.line("", &format!("N:{};;", name.map(|part| escaped(part)).join(";")));
    card.filled("ORG", &draft.company_name);
    for name in &draft.other_names {
        card.labelled("NICKNAME", &name.label, &escaped(&name.name));
    }
    for phone in &draft.phones {
        card.labelled("TEL", &phone.label, &escaped(&phone.typed));
    }
    for email in &draft.emails {
        card.labelled("EMAIL", &email.label, &escaped(&email.address));
    }
    for a in &draft.addresses {
        let parts = [&a.street, &a.city, &a.region, &a.postal_code, &a.country];
        card.labelled(
            "ADR",
            &a.label,
            &format!(";;{}", parts.map(|part| escaped(part)).join(";")),
        );
    }
    for messenger in &draft.messengers {
        let service = parameter(&messenger.service);
        let scheme: String = messenger
            .service
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let scheme = if scheme.is_empty() {
            "x-im"
        } else {
            &scheme.to_ascii_lowercase()
        };
        let handle = escaped(&messenger.handle);
        card.line(
            "",
            &format!("IMPP;X-SERVICE-TYPE=\"{service}\":{scheme}:{handle}"),
        );
    }
    if let Some(b) = draft.birthday {
        let year = b.year.map_or("--".into(), |year| format!("{year:04}"));
        card.line("", &format!("BDAY:{year}{:02}{:02}", b.month, b.day));
    }
    if let Some(language) = draft.language {
        card.line("", &format!("LANG:{}", language.code()));
    }
    if !draft.tags.is_empty() {
        let tags: Vec<String> = draft.tags.iter().map(|tag| escaped(tag)).collect();
        card.line("", &format!("CATEGORIES:{}", tags.join(",")));
    }
    card.filled("NOTE", &draft.notes);
    for person in &draft.contact_persons {
        card.contact_person(person);
    }
    card.filled("X-CLIENTELE-SOURCE", &draft.source);
    card.filled("X-CLIENTELE-CARD-NUMBER", &draft.card_number);
    card.filled("X-CLIENTELE-EXPECTS", &draft.expects);
    card.filled("X-CLIENTELE-NEVER", &draft.never);
    for value in &draft.custom {
        let parts = [value.kind.as_str(), &value.name, &value.value].map(escaped);
        card.line("", &format!("{CUSTOM}:{}", parts.join(";")));
    }
    card.line("", "END:VCARD");
}

struct Writer<'o> {
    out: &'o mut String,
    /// How many groups the card has so far.
    groups: usize,
}

impl Writer<'_> {
    /// A property that is left out where there is nothing to say.
    fn filled(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text("", name, value);
        }
    }

    fn text(&mut self, group: &str, name: &str, value: &str) {
        self.line(group, &format!("{name}:{}", escaped(value)));
    }

    /// A property with a label: as a `TYPE` where vCard has a word for it, else in the way of Apple and Google.
    fn labelled(&mut self, name: &str, label: &str, value: &str) {
        match TYPES.iter().find(|(known, _)| *known == label) {
            _ if label.is_empty() => self.line("", &format!("{name}:{value}")),
            Some((_, word)) => self.line("", &format!("{name};TYPE={word}:{value}")),
            None => {
                let group = self.group();
                self.line(&group, &format!("{name}:{value}"));
                self.text(&group, "X-ABLabel", label);
            }
        }
    }

    fn contact_person(&mut self, person: &ContactPerson) {
        let group = self.group();
        self.line(&group, &format!("RELATED;VALUE=text:{}", escaped(&person.name)));
        for (name, value) in [
            ("X-ABLabel", &person.role),
            ("X-CLIENTELE-PHONE", &person.phone),
            ("X-CLIENTELE-EMAIL", &person.email),
            ("X-CLIENTELE-NOTE", &person.note),
        ] {
            if !value.is_empty() {
                self.text(&group, name, value);
            }
        }
    }

    fn group(&mut self) -> String {
        self.groups += 1;
        format!("item{}.", self.groups)
    }

    /// Writes one line, folded without cutting a letter in two.
    fn line(&mut self, group: &str, line: &str) {
        let mut room = LINE_BYTES;
        for c in group.chars().chain(line.chars()) {
            if c.len_utf8() > room {
                self.out.push_str("\r\n ");
                room = LINE_BYTES - 1;
            }
            room -= c.len_utf8();
            self.out.push(c);
        }
        let _ = self.out.write_str("\r\n");
    }
}

/// A text as a value.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain_line_ends(text).chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            ',' => out.push_str("\\,"),
            ';' => out.push_str("\\;"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}

/// A text as the value of a parameter (RFC 6868).
fn parameter(text: &str) -> String {
    let text = plain_line_ends(text);
    text.replace('^', "^^").replace('\n', "^n").replace('"', "^'")
}

fn plain_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
