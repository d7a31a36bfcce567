//! The bound on everything that a card holds: each text, and how many entries of a sort.

use crate::client::ENTRIES_MAX;
use crate::text::FIELD_BYTES_MAX;
use crate::{ClientDraft, ErrorCode, Refusal};

/// Every text of a card behind the name of its field; the one list, for those who read and those who tidy.
macro_rules! texts {
    ($draft:ident, $iter:ident, $($ref:tt)+) => {{
        let own = [
            ("given_name", $($ref)+ $draft.given_name),
            ("patronymic", $($ref)+ $draft.patronymic),
            ("family_name", $($ref)+ $draft.family_name),
            ("company_name", $($ref)+ $draft.company_name),
            ("source", $($ref)+ $draft.source),
            ("card_number", $($ref)+ $draft.card_number),
            ("notes", $($ref)+ $draft.notes),
            ("expects", $($ref)+ $draft.expects),
            ("never", $($ref)+ $draft.never),
        ];
        let names = $draft.other_names.$iter();
        let names = names.flat_map(|n| [("label", $($ref)+ n.label), ("name", $($ref)+ n.name)]);
        let phones = $draft.phones.$iter();
        let phones = phones.flat_map(|p| [("label", $($ref)+ p.label), ("phone", $($ref)+ p.typed)]);
        let emails = $draft.emails.$iter();
        let emails = emails.flat_map(|e| [("label", $($ref)+ e.label), ("email", $($ref)+ e.address)]);
        let addresses = $draft.addresses.$iter().flat_map(|a| {
            [
                ("label", $($ref)+ a.label),
                ("street", $($ref)+ a.street),
                ("city", $($ref)+ a.city),
                ("region", $($ref)+ a.region),
                ("postal_code", $($ref)+ a.postal_code),
                ("country", $($ref)+ a.country),
            ]
        });
        let messengers = $draft.messengers.$iter();
        let messengers = messengers.flat_map(|m| [("service", $($ref)+ m.service), ("messenger", $($ref)+ m.handle)]);
        let persons = $draft.contact_persons.$iter().flat_map(|p| {
            [
                ("contact_person", $($ref)+ p.name),
                ("role", $($ref)+ p.role),
                ("phone", $($ref)+ p.phone),
                ("email", $($ref)+ p.email),
                ("note", $($ref)+ p.note),
            ]
        });
        let tags = $draft.tags.$iter().map(|tag| ("tag", tag));
        let custom = $draft.custom.$iter();
        let custom = custom.flat_map(|c| [("custom_field", $($ref)+ c.name), ("custom_value", $($ref)+ c.value)]);
        let reach = names.chain(phones).chain(emails).chain(addresses).chain(messengers);
        own.into_iter().chain(reach).chain(persons).chain(tags).chain(custom)
    }};
}

/// Every text of a card, with the name of its field.
pub fn texts(draft: &ClientDraft) -> impl Iterator<Item = (&'static str, &String)> {
    texts!(draft, iter, &)
}

/// The same, to be changed.
pub fn texts_mut(draft: &mut ClientDraft) -> impl Iterator<Item = (&'static str, &mut String)> {
    texts!(draft, iter_mut, &mut)
}

/// Does every text and every list fit?
///
/// # Errors
/// `text.too_long`, `text.too_many`.
pub fn within(draft: &ClientDraft) -> Result<(), Refusal> {
    let lists = [
        ("other_names", draft.other_names.len()),
        ("phones", draft.phones.len()),
        ("emails", draft.emails.len()),
        ("addresses", draft.addresses.len()),
        ("messengers", draft.messengers.len()),
        ("contact_persons", draft.contact_persons.len()),
        ("tags", draft.tags.len()),
        ("custom", draft.custom.len()),
    ];
    if let Some((field, _)) = lists.into_iter().find(|(_, length)| *length > ENTRIES_MAX) {
        return Err(too_many(field));
    }
    match texts(draft).find(|(_, text)| text.len() > FIELD_BYTES_MAX) {
        Some((field, _)) => Err(too_long(field)),
        None => Ok(()),
    }
}

/// The refusal of a text that is longer than a field takes.
#[must_use]
pub fn too_long(field: &str) -> Refusal {
    Refusal::new(ErrorCode::TextTooLong)
        .with("field", field)
        .with("max", FIELD_BYTES_MAX)
}

/// The refusal of a list that is longer than a card takes.
#[must_use]
pub fn too_many(field: &str) -> Refusal {
    Refusal::new(ErrorCode::TooMany)
        .with("field", field)
        .with("max", ENTRIES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Phone, Refusal};

    #[test]
    fn every_text_of_a_card_is_in_the_list() {
        let full = r#"{"given_name":"x","patronymic":"x","family_name":"x","company_name":"x","source":"x",
            "card_number":"x","notes":"x","expects":"x","never":"x","tags":["x"],"other_names":[{"label":"x","name":"x"}],
            "phones":[{"label":"x","typed":"x"}],"emails":[{"label":"x","address":"x"}],
            "addresses":[{"label":"x","street":"x","city":"x","region":"x","postal_code":"x","country":"x"}],
            "messengers":[{"service":"x","handle":"x"}],
            "contact_persons":[{"name":"x","role":"x","phone":"x","email":"x","note":"x"}],
            "custom":[{"name":"x","value":"x"}]}"#;
        let mut draft: ClientDraft = serde_json::from_str(full).unwrap();
        assert_eq!(texts(&draft).count(), full.matches("\"x\"").count());
        texts_mut(&mut draft).for_each(|(_, text)| text.clear());
        // A field that is added to the card and forgotten in the list still holds its letter.
        assert!(!serde_json::to_string(&draft).unwrap().contains("\"x\""));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let field = |refusal: Result<(), Refusal>| refusal.unwrap_err().params["field"].clone();
        let mut draft = ClientDraft {
            notes: "x".repeat(FIELD_BYTES_MAX),
            ..Default::default()
        };
        assert_eq!(within(&draft), Ok(()));
        draft.notes.push('x');
        assert_eq!(field(within(&draft)), "notes");
        draft.phones = vec![Phone::default(); ENTRIES_MAX + 1];
        assert_eq!(field(within(&draft)), "phones");
    }
}
