//! What stands on a client's card, as data: what the window edits, an import yields and an export writes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ClientId, CustomValue, Language, RowId};

/// The most entries of one sort (phones, e-mails, tags, ...) that a card takes.
pub const ENTRIES_MAX: usize = 100;

/// Who is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// A person.
    #[default]
    Person,
    /// A company; the people to talk to are its contact persons.
    Company,
}

/// A day of birth; the year is often not known, or not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Birthday {
    /// The year, where it is known.
    pub year: Option<i16>,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// One more name of a client: maiden name, nickname, the name on the invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct OtherName {
    /// The row, where it has one.
    pub id: Option<RowId>,
    /// What sort of name, in the user's words.
    pub label: String,
    /// The name.
    pub name: String,
}

/// A phone number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Phone {
    /// The row, where it has one.
    pub id: Option<RowId>,
    /// Mobile, work, ...: in the user's words.
    pub label: String,
    /// As it was typed.
    pub typed: String,
    /// In E.164 (`+359888123456`), worked out by the book; empty where the number makes no sense to the
    /// phone library. Whatever stands here on the way in is ignored.
    pub e164: String,
}

/// An e-mail address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Email {
    /// The row, where it has one.
    pub id: Option<RowId>,
    /// Private, work, ...: in the user's words.
    pub label: String,
    /// The address as typed.
    pub address: String,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Address {
    /// The row, where it has one.
    pub id: Option<RowId>,
    /// Home, work, ...: in the user's words.
    pub label: String,
    /// Street, house, flat; may have several lines.
    pub street: String,
    /// Town.
    pub city: String,
    /// Region, oblast, state.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Country, as written.
    pub country: String,
}

/// A name in a messenger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Messenger {
    /// The row, where it has one.
    pub id: Option<RowId>,
    /// Viber, WhatsApp, Telegram, ...
    pub service: String,
    /// The name or number there.
    pub handle: String,
}

/// Somebody to talk to at a company, or a family member of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ContactPerson {
    /// The row, where it has one.
    pub id: Option<RowId>,
    /// The name.
    pub name: String,
    /// Accountant, husband, daughter, ...
    pub role: String,
    /// A phone number as typed.
    pub phone: String,
    /// An e-mail address.
    pub email: String,
    /// Anything else.
    pub note: String,
    /// The client of the book who this is; then `name` is how that client was called when the two were linked.
    pub person_id: Option<ClientId>,
}

/// Everything that a person can type on a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ClientDraft {
    /// Person or company.
    pub kind: ClientKind,
    /// Given name.
    pub given_name: String,
    /// Patronymic or middle names.
    pub patronymic: String,
    /// Family name.
    pub family_name: String,
    /// The name of the company; for a person, where he or she works.
    pub company_name: String,
    /// More names.
    pub other_names: Vec<OtherName>,
    /// Phone numbers, the most used first.
    pub phones: Vec<Phone>,
    /// E-mail addresses.
    pub emails: Vec<Email>,
    /// Postal addresses.
    pub addresses: Vec<Address>,
    /// Names in messengers.
    pub messengers: Vec<Messenger>,
    /// People to talk to.
    pub contact_persons: Vec<ContactPerson>,
    /// Day of birth.
    pub birthday: Option<Birthday>,
    /// The language the client prefers.
    pub language: Option<Language>,
    /// Where the client heard of us.
    pub source: String,
    /// Number of the customer card.
    pub card_number: String,
    /// Tags, each once.
    pub tags: Vec<String>,
    /// Notes.
    pub notes: String,
    /// What the client expects: shown where the client is booked.
    pub expects: String,
    /// What must never be done (allergies, formulas): shown where the client is booked.
    pub never: String,
    /// What stands in the owner's own fields; a field in which nothing stands is left out.
    pub custom: Vec<CustomValue>,
}

impl ClientDraft {
    /// Has it a name, a person's or a company's?
    #[must_use]
    pub fn has_name(&self) -> bool {
        let names = [
            &self.given_name,
            &self.patronymic,
            &self.family_name,
            &self.company_name,
        ];
        names.iter().any(|name| !name.is_empty())
    }

    /// The name as it is shown: for a person given, patronymic and family name, for a company its own;
    /// failing these, the first other name, phone, e-mail or messenger name. Empty for an empty card.
    #[must_use]
    pub fn display_name(&self) -> String {
        let person = [&self.given_name, &self.patronymic, &self.family_name]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        let names = match self.kind {
            ClientKind::Person => [person, self.company_name.clone()],
            ClientKind::Company => [self.company_name.clone(), person],
        };
        names
            .into_iter()
            .chain(self.other_names.iter().map(|n| n.name.clone()))
            .chain(self.phones.iter().map(|p| p.typed.clone()))
            .chain(self.emails.iter().map(|e| e.address.clone()))
            .chain(self.messengers.iter().map(|m| m.handle.clone()))
            .find(|name| !name.is_empty())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_shows_the_best_name_it_has() {
        let mut draft = ClientDraft::default();
        assert_eq!(draft.display_name(), "");
        draft.emails.push(Email {
            address: "a@b.bg".into(),
            ..Email::default()
        });
        assert_eq!(draft.display_name(), "a@b.bg");
        draft.phones.push(Phone {
            typed: "0888 12".into(),
            ..Phone::default()
        });
        assert_eq!(draft.display_name(), "0888 12");
        draft.company_name = "Ателие ООД".into();
        assert_eq!(draft.display_name(), "Ателие ООД");
        draft.given_name = "Анна".into();
        draft.family_name = "Иванова".into();
        assert_eq!(draft.display_name(), "Анна Иванова");
        draft.kind = ClientKind::Company;
        assert_eq!(draft.display_name(), "Ателие ООД");
    }
}
