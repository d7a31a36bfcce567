//! Completing a card with what another source knows of the same client: nothing is overwritten, nothing lost.

use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;
use std::mem::take;

use clientele_model::text::{FIELD_BYTES_MAX, digits, fold, tidy};
use clientele_model::{
    Address, ClientDraft, ClientId, ClientKind, ContactPerson, CustomKind, CustomValue, Email, ErrorCode,
    Language, Messenger, OtherName, Phone, Refusal, RowId, phone,
};

use super::{ADDRESSES, CLIENT_NAMES, CONTACT_PERSONS, EMAILS, MESSENGERS, PHONES, draft};
use crate::Result;
use crate::workspace::{Table, Write};

/// What a card is called, in whole folded words: the way to tell two people on one phone apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameWords {
    kind: ClientKind,
    /// Of a person's name or a company's, as the kind says.
    own: BTreeSet<String>,
    /// Of what a person's card says of the company and the other way round. It tells only where there is
    /// no name of its own.
    beside: BTreeSet<String>,
    /// How often its words stand in the name itself, all told.
    length: usize,
}

impl NameWords {
    /// Those of a card. Other names count only where there is no name.
    #[must_use]
    pub fn of(card: &ClientDraft) -> Self {
        let person = words([&card.given_name, &card.patronymic, &card.family_name]);
        let company = words([&card.company_name]);
        let (mut own, beside) = match card.kind {
            ClientKind::Person => (person, company),
            ClientKind::Company => (company, person),
        };
        if own.is_empty() {
            own = words(card.other_names.iter().map(|n| &n.name));
        }
        let name = match card.kind {
            ClientKind::Person => [&card.given_name, &card.patronymic, &card.family_name]
                .map(|part| fold(part))
                .join(" "),
            ClientKind::Company => fold(&card.company_name),
        };
        let length = name.split_whitespace().count();
        Self {
            kind: card.kind,
            own,
            beside,
            length,
        }
    }

    /// Can both be the same client's? One says nothing that the other does not say too, in whatever order.
    /// Initials alone prove nothing: of them both must have the same.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        let named = !self.own.is_empty() && !other.own.is_empty();
        let mut common = self.own.intersection(&other.own);
        let telling = !named || common.any(|word| word.chars().count() > 1) || self.length == other.length;
        self.kind == other.kind
            && agree(&self.own, &other.own)
            && telling
            && (named || agree(&self.beside, &other.beside))
    }

    /// The words of the name itself; empty where there is none.
    #[must_use]
    pub fn own(&self) -> &BTreeSet<String> {
        &self.own
    }
}

fn agree(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    one.is_empty() || one.is_subset(other) || other.is_subset(one)
}

/// The folded words of some texts, without the punctuation around them: Петрова-Иванова is one word. A text
/// without a letter or a digit is a word all the same.
fn words<'a>(texts: impl IntoIterator<Item = &'a String>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in texts {
        let folded = fold(text);
        let mut of_text = folded
            .split([' ', ',', ';', '.', '/', '(', ')'])
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .peekable();
        if of_text.peek().is_none() && !folded.is_empty() {
            words.insert(folded.clone());
        }
        words.extend(of_text);
    }
    words
}

/// Notes on every phone of a card which number it is in E.164; [`completed`] compares by that.
pub fn read_numbers(card: &mut ClientDraft, country: &str) {
    for phone in &mut card.phones {
        phone.e164 = phone::to_e164(&phone.typed, country).unwrap_or_default();
    }
}

/// The card with what `other` adds to it: what is empty filled, what is new added. Their names agree, and
/// their numbers are read.
///
/// # Errors
/// Those of [`draft::check`], where the card would get too full.
pub fn completed(card: &ClientDraft, other: &ClientDraft) -> Result<ClientDraft> {
    let mut after = card.clone();
    name(&mut after, other);
    fill(&mut after.source, &other.source);
    fill(&mut after.card_number, &other.card_number);
    after.birthday = after.birthday.or(other.birthday);
    after.language = after.language.or(other.language);
    append(&mut after.notes, &other.notes);
    append(&mut after.expects, &other.expects);
    append(&mut after.never, &other.never);
    // A file says the name of a linked contact person, and not who that is: it is the same one.
    let is_linked = |said: &ContactPerson| {
        let mut linked = card.contact_persons.iter().filter(|p| p.person_id.is_some());
        said.person_id.is_none() && linked.any(|p| said_key(p) == said_key(said))
    };
    let mut other = other.clone();
    other.contact_persons.retain(|said| !is_linked(said));
    add_entries(&mut after, &other, address_key, person_key);
    if after == *card {
        return Ok(after);
    }
    bounded(after)
}

/// What a card keeps where [`completed`] finds another value: for whoever wants to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outweighed {
    /// The field of the card; none for one of the owner's.
    pub field: Option<&'static str>,
    /// Its name, of one of the owner's.
    pub name: String,
    /// What it holds.
    pub kind: CustomKind,
    /// What the other says.
    pub value: String,
    /// What stays.
    pub stays: String,
}

/// The values of `other` for which there is no room on the card, because another stands there.
#[must_use]
pub fn outweighed(card: &ClientDraft, other: &ClientDraft) -> Vec<Outweighed> {
    let language = |language: Option<Language>| language.map(Language::code).unwrap_or_default().to_owned();
    let birthday = |card: &ClientDraft| draft::birthday_text(card.birthday);
    let own = [
        (
            "source",
            CustomKind::Text,
            other.source.clone(),
            card.source.clone(),
        ),
        (
            "card_number",
            CustomKind::Text,
            other.card_number.clone(),
            card.card_number.clone(),
        ),
        ("birthday", CustomKind::Date, birthday(other), birthday(card)),
        (
            "language",
            CustomKind::Text,
            language(other.language),
            language(card.language),
        ),
    ];
    let own = own.into_iter().map(|(field, kind, value, stays)| Outweighed {
        field: Some(field),
        name: String::new(),
        kind,
        value,
        stays,
    });
    let owners = other.custom.iter().filter_map(|value| {
        let stands = card.custom.iter().find(|known| known.key() == value.key())?;
        Some(Outweighed {
            field: None,
            name: stands.name.clone(),
            kind: stands.kind,
            value: value.value.clone(),
            stays: stands.value.clone(),
        })
    });
    let differ = |lost: &Outweighed| {
        !lost.value.is_empty() && !lost.stays.is_empty() && fold(&lost.value) != fold(&lost.stays)
    };
    own.chain(owners).filter(differ).collect()
}

/// Adds the entries of another card that stand on this one in no form yet.
pub(super) fn unite(after: &mut ClientDraft, other: &ClientDraft) {
    add_entries(after, other, whole_address, whole_person);
}

/// As [`unite`]. An address or a contact person is the same as another by these keys.
fn add_entries(
    after: &mut ClientDraft,
    other: &ClientDraft,
    address_key: fn(&Address) -> String,
    person_key: fn(&ContactPerson) -> String,
) {
    add_new(&mut after.phones, &other.phones, phone_key);
    add_new(&mut after.emails, &other.emails, email_key);
    add_new(&mut after.other_names, &other.other_names, name_key);
    add_new(&mut after.addresses, &other.addresses, address_key);
    add_new(&mut after.messengers, &other.messengers, messenger_key);
    add_new(&mut after.contact_persons, &other.contact_persons, person_key);
    add_new(&mut after.tags, &other.tags, |tag| fold(tag));
    // A field of the owner's has room for one value: the card's own stays.
    add_new(&mut after.custom, &other.custom, CustomValue::key);
}

fn phone_key(p: &Phone) -> String {
    if p.e164.is_empty() {
        digits(&p.typed)
    } else {
        p.e164.clone()
    }
}

fn email_key(e: &Email) -> String {
    e.address.to_lowercase()
}

fn name_key(n: &OtherName) -> String {
    fold(&n.name)
}

fn address_key(a: &Address) -> String {
    fold(&format!("{}|{}|{}", a.street, a.city, a.postal_code))
}

fn messenger_key(m: &Messenger) -> String {
    fold(&format!("{}|{}", m.service, m.handle))
}

fn person_key(p: &ContactPerson) -> String {
    whom(p) + &said_key(p)
}

/// What is said of a contact person, whoever that is.
fn said_key(p: &ContactPerson) -> String {
    fold(&format!("{}|{}", p.name, p.phone))
}

/// Two addresses that say the same.
fn whole_address(a: &Address) -> String {
    fold(
        &[&a.street, &a.city, &a.region, &a.postal_code, &a.country]
            .map(String::as_str)
            .join("|"),
    )
}

/// The client who a contact person is.
fn whom(p: &ContactPerson) -> String {
    p.person_id.map(|id| format!("{id}|")).unwrap_or_default()
}

/// Two contact persons of whom the same is said.
fn whole_person(p: &ContactPerson) -> String {
    whom(p)
        + &fold(
            &[&p.name, &p.role, &p.phone, &p.email, &p.note]
                .map(String::as_str)
                .join("|"),
        )
}

/// The entries of a card that have rows, each with the key by which it is the same as another's.
pub(super) fn keyed(card: &ClientDraft) -> Vec<(RowId, &'static str, String)> {
    let mut all = Vec::new();
    let mut add =
        |id: Option<RowId>, table: &Table, key: String| all.extend(id.map(|id| (id, table.name, key)));
    card.phones.iter().for_each(|p| add(p.id, &PHONES, phone_key(p)));
    card.emails.iter().for_each(|e| add(e.id, &EMAILS, email_key(e)));
    card.other_names
        .iter()
        .for_each(|n| add(n.id, &CLIENT_NAMES, name_key(n)));
    card.addresses
        .iter()
        .for_each(|a| add(a.id, &ADDRESSES, whole_address(a)));
    card.messengers
        .iter()
        .for_each(|m| add(m.id, &MESSENGERS, messenger_key(m)));
    card.contact_persons
        .iter()
        .for_each(|p| add(p.id, &CONTACT_PERSONS, whole_person(p)));
    all
}

/// [`draft::check`] without reading pages of notes again, which were tidy before they were put together:
/// a file may add to them a thousand times.
fn bounded(mut card: ClientDraft) -> Result<ClientDraft> {
    let (notes, expects, never) = (
        take(&mut card.notes),
        take(&mut card.expects),
        take(&mut card.never),
    );
    for (field, text) in [("notes", &notes), ("expects", &expects), ("never", &never)] {
        if text.len() > FIELD_BYTES_MAX {
            return Err(Refusal::new(ErrorCode::TextTooLong)
                .with("field", field)
                .with("max", FIELD_BYTES_MAX)
                .into());
        }
    }
    card = draft::check(card)?;
    (card.notes, card.expects, card.never) = (notes, expects, never);
    Ok(card)
}

/// Writes a completed card over what stood on it, within a step.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn complete(
    w: &mut Write<'_>,
    id: ClientId,
    before: &ClientDraft,
    after: &ClientDraft,
    country: &str,
) -> Result<()> {
    draft::write(w, id, before, after, country)
}

/// Takes over the words of the name that the card lacks.
fn name(card: &mut ClientDraft, other: &ClientDraft) {
    let person = |c: &ClientDraft| words([&c.given_name, &c.patronymic, &c.family_name]);
    let (known, told) = (person(card), person(other));
    if agree(&known, &told) {
        let lacks = |text: &String| !words([text]).is_subset(&known);
        for (field, more) in [
            (&mut card.given_name, &other.given_name),
            (&mut card.patronymic, &other.patronymic),
            (&mut card.family_name, &other.family_name),
        ] {
            if lacks(more) {
                fill(field, more);
            }
        }
        // „Анна" of the card is „Анна Иванова" in the one field here: what says less gives way to what
        // says the same and more.
        if !told.is_subset(&person(card)) {
            card.given_name.clone_from(&other.given_name);
            card.patronymic.clone_from(&other.patronymic);
            card.family_name.clone_from(&other.family_name);
        }
    } else {
        // Of a company: somebody else to talk to.
        let name = [&other.given_name, &other.patronymic, &other.family_name]
            .map(String::as_str)
            .join(" ");
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let other_name = OtherName {
            name,
            ..OtherName::default()
        };
        add_new(&mut card.other_names, &[other_name], |n| fold(&n.name));
    }
    let (known, told) = (words([&card.company_name]), words([&other.company_name]));
    if known.is_subset(&told) && known != told {
        card.company_name.clone_from(&other.company_name);
    }
}

fn fill(field: &mut String, other: &str) {
    if field.is_empty() {
        other.clone_into(field);
    }
}

/// Adds lines that do not stand there yet.
pub(super) fn append(text: &mut String, more: &str) {
    let more = tidy(more);
    let stands = |at: usize| {
        (at == 0 || text[..at].ends_with('\n'))
            && (at + more.len() == text.len() || text[at + more.len()..].starts_with('\n'))
    };
    if more.is_empty() || text.match_indices(&more).any(|(at, _)| stands(at)) {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&more);
}

fn add_new<T: Clone, K: Eq + Hash>(entries: &mut Vec<T>, others: &[T], key: impl Fn(&T) -> K) {
    if others.is_empty() {
        return;
    }
    let mut known: HashSet<K> = entries.iter().map(&key).collect();
    entries.extend(others.iter().filter(|other| known.insert(key(other))).cloned());
}
