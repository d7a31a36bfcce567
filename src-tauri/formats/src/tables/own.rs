//! Reading our own export back: every field as it was, and the guards against formulas off again.

use std::borrow::Cow;

use clientele_model::client::ENTRIES_MAX;
use clientele_model::{Birthday, ClientDraft, ClientKind, CustomValue, Language, Refusal};

use crate::Column;
use crate::card::Card;
use crate::dates::{self, DayOrder};
use crate::export::fields::{self, Field, Part};
pub(crate) use crate::export::guard::unguarded;

/// Where the fields of a card stand in a table that our own export wrote. Columns may have been moved, taken
/// out or added since.
pub(crate) struct Layout {
    fields: Vec<(Option<Field>, String)>,
}

impl Layout {
    /// The layout of a table with these headers; none if it is not our own.
    pub(crate) fn of<T: AsRef<str>>(headers: &[T]) -> Option<Self> {
        let has = |name: &str| headers.iter().any(|header| header.as_ref() == name);
        let names = ["given_name", "patronymic", "family_name"];
        // Others call these columns so, too; hardly anybody also has one of those.
        let others = ["kind", "phone_1", "card_number", "expects", "never"];
        let marked = names.into_iter().all(has) && others.into_iter().any(has);
        marked.then(|| Self {
            fields: headers
                .iter()
                .map(|header| (fields::by_header(header.as_ref()), header.as_ref().to_owned()))
                .collect(),
        })
    }

    /// The meaning of each column, for the user to look at.
    pub(crate) fn columns(&self) -> Vec<Column> {
        self.fields
            .iter()
            .map(|(field, header)| match field {
                Some(field) => field.column(),
                None if fields::custom_of_header(&unguarded(header)).is_some() => Column::Custom,
                None => Column::Extra,
            })
            .collect()
    }

    /// The client of one row, exactly as it was written.
    pub(crate) fn draft(&self, cells: &[Cow<'_, str>]) -> Result<ClientDraft, Refusal> {
        let mut card = Card::default();
        for (at, cell) in cells.iter().enumerate() {
            if cell.is_empty() {
                continue;
            }
            let value = unguarded(cell);
            match self.fields.get(at) {
                Some((Some(field), _)) => put(&mut card.draft, *field, value),
                Some((None, header)) => match fields::custom_of_header(&unguarded(header)) {
                    Some((name, kind)) => card.draft.custom.push(CustomValue {
                        field: None,
                        name,
                        kind,
                        value,
                    }),
                    None => card.extra(header, &value),
                },
                None => card.extra("", &value),
            }
        }
        drop_empty_entries(&mut card.draft);
        card.finish()
    }
}

/// Puts one value where it belongs.
fn put(draft: &mut ClientDraft, field: Field, value: String) {
    match field {
        Field::Kind if value == "company" => draft.kind = ClientKind::Company,
        Field::Kind => {}
        Field::Birthday => draft.birthday = birthday(&value),
        Field::Language => draft.language = Language::from_code(&value),
        Field::Tags => draft.tags = fields::split_tags(&value),
        Field::Text(text) => *text.of_mut(draft) = value,
        Field::Entry(part, number) => {
            if let Some(place) = entry(draft, part, number) {
                *place = value;
            }
        }
    }
}

/// The place of one part of a numbered entry; the lists grow as far as needed.
fn entry(draft: &mut ClientDraft, part: Part, number: usize) -> Option<&mut String> {
    let at = number.checked_sub(1).filter(|at| *at < ENTRIES_MAX)?;
    Some(part.of_mut(draft, at))
}

fn birthday(value: &str) -> Option<Birthday> {
    dates::birthday(value, DayOrder::DayFirst)
}

/// Between two entries of a longer list there may have been none.
fn drop_empty_entries(draft: &mut ClientDraft) {
    draft.other_names.retain(|entry| *entry != Default::default());
    draft.phones.retain(|entry| *entry != Default::default());
    draft.emails.retain(|entry| *entry != Default::default());
    draft.addresses.retain(|entry| *entry != Default::default());
    draft.messengers.retain(|entry| *entry != Default::default());
    draft.contact_persons.retain(|entry| *entry != Default::default());
}
