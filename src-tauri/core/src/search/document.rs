//! What a card is found by: its text, folded, in the form in which the book keeps it and the memory reads it.

use clientele_model::text::{digits, fold};
use clientele_model::{ClientDraft, CustomKind, CustomValue};

/// Parts of one field stand apart by this: no typed word holds it, so none matches across two parts.
const APART: &str = "\u{1}";

/// Fields stand apart by this.
const FIELDS_APART: char = '\u{2}';

/// Where in a name a word may begin, besides after white space: Петрова-Иванова, Ателие "Диванов".
pub(crate) const SPLITTERS: [char; 4] = ['-', '"', '«', '('];

/// The sort of place in which a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    /// A name of the client or the company.
    Name,
    /// The digits of a phone.
    Phone,
    /// Anything else.
    Other,
}

/// The fields in the order in which they stand: name, company, phone, e-mail, other, note.
const FIELDS: [Field; 6] = [
    Field::Name,
    Field::Name,
    Field::Phone,
    Field::Other,
    Field::Other,
    Field::Other,
];

/// The text of a card, folded, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Document(String);

impl Document {
    /// What a card is found by.
    pub fn of(card: &ClientDraft) -> Self {
        let join = |parts: Vec<&str>| {
            parts
                .into_iter()
                .filter(|part| !part.is_empty())
                .map(fold)
                .collect::<Vec<_>>()
                .join(APART)
        };
        let person = format!("{} {} {}", card.family_name, card.given_name, card.patronymic);
        let mut names = vec![person.as_str()];
        names.extend(card.other_names.iter().map(|n| n.name.as_str()));
        let mut others = vec![card.card_number.as_str()];
        others.extend(card.messengers.iter().map(|m| m.handle.as_str()));
        others.extend(
            card.contact_persons
                .iter()
                .flat_map(|p| [p.name.as_str(), p.email.as_str(), p.role.as_str()]),
        );
        others.extend(card.tags.iter().map(String::as_str));
        others.extend(
            card.addresses
                .iter()
                .flat_map(|a| [a.street.as_str(), &a.city, &a.postal_code]),
        );
        // In no order that somebody may change: else every card would have to be indexed again.
        let mut custom: Vec<_> = card.custom.iter().collect();
        custom.sort_by_key(|value| value.field);
        let custom: Vec<String> = custom.into_iter().flat_map(as_typed).collect();
        others.extend(custom.iter().map(String::as_str));
        // Typed and E.164 both: 0888..., 8916... and +359888... are all found by any of their runs.
        let numbers = card
            .phones
            .iter()
            .flat_map(|p| [digits(&p.typed), digits(&p.e164)]);
        let numbers = numbers.chain(card.contact_persons.iter().map(|p| digits(&p.phone)));
        let mut numbers: Vec<String> = numbers.filter(|number| !number.is_empty()).collect();
        numbers.dedup();
        let fields = [
            join(names),
            join(vec![&card.company_name]),
            numbers.join(APART),
            join(card.emails.iter().map(|e| e.address.as_str()).collect()),
            join(others),
            join(vec![&card.notes, &card.expects, &card.never]),
        ];
        Self(fields.join(&FIELDS_APART.to_string()))
    }

    /// As [`Self::of`], of a card that the book has never told yet: it tells tags in the order of their letters.
    pub fn of_new(card: &ClientDraft) -> Self {
        if card.tags.is_sorted() {
            return Self::of(card);
        }
        let mut card = card.clone();
        card.tags.sort();
        Self::of(&card)
    }

    /// As the book keeps it.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// A value of the owner's own field in the ways in which somebody may type it: a number with a point or a comma, a day as
/// in a calendar.
fn as_typed(value: &CustomValue) -> Vec<String> {
    let text = &value.value;
    let other = match value.kind {
        CustomKind::Number if text.contains('.') => text.replace('.', ","),
        CustomKind::Date => {
            let mut parts: Vec<&str> = text.split('-').collect();
            parts.reverse();
            parts.join(".")
        }
        _ => return vec![text.clone()],
    };
    vec![text.clone(), other]
}

/// The name of a person, by which equals stand in order.
pub(crate) fn name(text: &str) -> &str {
    text.split(FIELDS_APART).next().unwrap_or_default()
}

/// Every word of a document and where it stands.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = (Field, &str)> {
    let fields = text.split(FIELDS_APART).zip(FIELDS);
    fields.flat_map(|(text, field)| {
        let words = text.split([' ', '\u{1}']).filter(|word| !word.is_empty());
        words.map(move |word| (field, word))
    })
}

/// At which bytes of a word somebody may have begun to type it.
pub(crate) fn starts(word: &str) -> impl Iterator<Item = usize> {
    let mut after_splitter = true;
    word.char_indices().filter_map(move |(at, c)| {
        let is_splitter = SPLITTERS.contains(&c);
        let is_start = after_splitter && !is_splitter;
        after_splitter = is_splitter;
        is_start.then_some(at)
    })
}

/// Does a part of a word end here?
pub(crate) fn ends(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(SPLITTERS)
}

/// Is it a word of letters, that can be written in another alphabet and mistyped? Numbers and addresses are neither.
pub(crate) fn is_lettery(word: &str) -> bool {
    let mut letters = false;
    for c in word.chars() {
        if c == '@' || c.is_numeric() {
            return false;
        }
        letters |= c.is_alphabetic();
    }
    letters
}
