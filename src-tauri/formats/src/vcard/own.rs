//! Reading a card that we wrote ourselves: every field exactly as it was.

use clientele_model::{
    Address, ClientDraft, ClientKind, ContactPerson, CustomKind, CustomValue, Email, Language, Messenger,
    OtherName, Phone, Refusal,
};

use super::property::{Property, split, unescape};
use crate::bounds;
use crate::dates::{self, DayOrder};
use crate::export::CUSTOM;

/// The client of a card with our product's name.
pub(super) fn draft<'p>(
    values: impl Iterator<Item = (&'p Property, &'p str)>,
    label: impl Fn(&Property) -> String,
) -> Result<ClientDraft, Refusal> {
    let mut draft = ClientDraft::default();
    let mut person_group = None;
    for (property, raw) in values {
        let value = || unescape(raw);
        let mut in_person = draft
            .contact_persons
            .last_mut()
            .filter(|_| person_group == Some(&property.group));
        match &*property.name {
            "KIND" if raw == "org" => draft.kind = ClientKind::Company,
            "N" => {
                let mut parts = split(raw, ';').into_iter();
                draft.family_name = parts.next().unwrap_or_default();
                draft.given_name = parts.next().unwrap_or_default();
                draft.patronymic = parts.next().unwrap_or_default();
            }
            "ORG" => draft.company_name = value(),
            "NICKNAME" => draft.other_names.push(OtherName {
                id: None,
                label: label(property),
                name: value(),
            }),
            "TEL" => draft.phones.push(Phone {
                id: None,
                label: label(property),
                typed: value(),
                e164: String::new(),
            }),
            "EMAIL" => draft.emails.push(Email {
                id: None,
                label: label(property),
                address: value(),
            }),
            "ADR" => {
                let mut parts = split(raw, ';').into_iter().skip(2);
                let mut next = || parts.next().unwrap_or_default();
                draft.addresses.push(Address {
                    id: None,
                    label: label(property),
                    street: next(),
                    city: next(),
                    region: next(),
                    postal_code: next(),
                    country: next(),
                });
            }
            "IMPP" => draft.messengers.push(Messenger {
                id: None,
                service: property
                    .parameter("X-SERVICE-TYPE")
                    .unwrap_or_default()
                    .to_owned(),
                handle: raw
                    .split_once(':')
                    .map(|(_, handle)| unescape(handle))
                    .unwrap_or_default(),
            }),
            "BDAY" => draft.birthday = dates::birthday(raw, DayOrder::DayFirst),
            "LANG" => draft.language = Language::from_code(raw),
            "CATEGORIES" => draft.tags = split(raw, ','),
            "NOTE" => draft.notes = value(),
            "RELATED" => {
                person_group = Some(&property.group);
                draft.contact_persons.push(ContactPerson {
                    name: value(),
                    role: label(property),
                    ..ContactPerson::default()
                });
            }
            "X-CLIENTELE-PHONE" => in_person.iter_mut().for_each(|person| person.phone = value()),
            "X-CLIENTELE-EMAIL" => in_person.iter_mut().for_each(|person| person.email = value()),
            "X-CLIENTELE-NOTE" => in_person.iter_mut().for_each(|person| person.note = value()),
            "X-CLIENTELE-SOURCE" => draft.source = value(),
            "X-CLIENTELE-CARD-NUMBER" => draft.card_number = value(),
            "X-CLIENTELE-EXPECTS" => draft.expects = value(),
            "X-CLIENTELE-NEVER" => draft.never = value(),
            CUSTOM => {
                let mut parts = split(raw, ';').into_iter();
                let mut next = || parts.next().unwrap_or_default();
                draft.custom.push(CustomValue {
                    field: None,
                    kind: CustomKind::from_word(&next()).unwrap_or_default(),
                    name: next(),
                    value: next(),
                });
            }
            _ => {}
        }
    }
    bounds::checked(draft)
}
