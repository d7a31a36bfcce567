//! A bound on everything that an import yields: one card, and all of them together.

use clientele_model::client::ENTRIES_MAX;
use clientele_model::text::FIELD_BYTES_MAX;
use clientele_model::{ClientDraft, ErrorCode, Refusal};

use crate::{RECORDS_MAX, Record, Refused};

/// So much memory may all records of an import take, about.
const MEMORY_BYTES_MAX: usize = 1024 * 1024 * 1024;

/// What was read so far.
#[derive(Default)]
pub(crate) struct Harvest {
    pub(crate) records: Vec<Record>,
    pub(crate) refused: Vec<Refused>,
    bytes: usize,
}

impl Harvest {
    /// Takes in one row or card.
    ///
    /// # Errors
    /// `import.too_large` once there are more than an import takes.
    pub(crate) fn take(&mut self, line: u64, read: Result<ClientDraft, Refusal>) -> Result<(), Refusal> {
        match read {
            Ok(draft) => {
                self.bytes += weight(&draft);
                self.records.push(Record { line, draft });
            }
            Err(refusal) => self.refused.push(Refused { line, refusal }),
        }
        let all = (self.records.len() + self.refused.len()) as u64;
        if all > RECORDS_MAX {
            return Err(too_many_rows());
        }
        if self.bytes > MEMORY_BYTES_MAX {
            return Err(Refusal::new(ErrorCode::ImportTooLarge).with("max", MEMORY_BYTES_MAX));
        }
        Ok(())
    }

    /// Was there nothing at all?
    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.refused.is_empty()
    }
}

/// The refusal of a file with more rows or cards than an import takes.
pub(crate) fn too_many_rows() -> Refusal {
    Refusal::new(ErrorCode::ImportTooLarge)
        .with("max", RECORDS_MAX)
        .with("unit", "rows")
}

/// The draft, if it is somebody and fits on a card.
///
/// # Errors
/// `import.row_empty` for nobody, `text.too_long` and `text.too_many` for more than a card takes.
pub(crate) fn checked(draft: ClientDraft) -> Result<ClientDraft, Refusal> {
    if draft.display_name().is_empty() {
        return Err(ErrorCode::ImportRowEmpty.into());
    }
    within_bounds(&draft)?;
    Ok(draft)
}

/// About how much memory a card takes.
fn weight(draft: &ClientDraft) -> usize {
    let texts = texts(draft).map(|(_, text)| text.len() + size_of::<String>());
    size_of::<Record>() + texts.sum::<usize>()
}

/// Does every text and every list fit?
fn within_bounds(draft: &ClientDraft) -> Result<(), Refusal> {
    let lists = [
        ("other_names", draft.other_names.len()),
        ("phones", draft.phones.len()),
        ("emails", draft.emails.len()),
        ("addresses", draft.addresses.len()),
        ("messengers", draft.messengers.len()),
        ("contact_persons", draft.contact_persons.len()),
        ("tags", draft.tags.len()),
    ];
    if let Some((field, _)) = lists.into_iter().find(|(_, len)| *len > ENTRIES_MAX) {
        return Err(too_many(field));
    }
    match texts(draft).find(|(_, text)| text.len() > FIELD_BYTES_MAX) {
        Some((field, _)) => Err(too_long(field)),
        None => Ok(()),
    }
}

/// Every text of a card, behind the name of its field or list.
fn texts(draft: &ClientDraft) -> impl Iterator<Item = (&'static str, &String)> {
    let fields = [
        ("given_name", &draft.given_name),
        ("patronymic", &draft.patronymic),
        ("family_name", &draft.family_name),
        ("company_name", &draft.company_name),
        ("source", &draft.source),
        ("card_number", &draft.card_number),
        ("notes", &draft.notes),
        ("expects", &draft.expects),
        ("never", &draft.never),
    ];
    let names = draft.other_names.iter().flat_map(|n| [&n.label, &n.name]);
    let phones = draft.phones.iter().flat_map(|p| [&p.label, &p.typed]);
    let emails = draft.emails.iter().flat_map(|e| [&e.label, &e.address]);
    let addresses = draft.addresses.iter().flat_map(|a| {
        [
            &a.label,
            &a.street,
            &a.city,
            &a.region,
            &a.postal_code,
            &a.country,
        ]
    });
    let messengers = draft.messengers.iter().flat_map(|m| [&m.service, &m.handle]);
    let persons = draft
        .contact_persons
        .iter()
        .flat_map(|p| [&p.name, &p.role, &p.phone, &p.email, &p.note]);
    fields
        .into_iter()
        .chain(names.map(|t| ("other_names", t)))
        .chain(phones.map(|t| ("phones", t)))
        .chain(emails.map(|t| ("emails", t)))
        .chain(addresses.map(|t| ("addresses", t)))
        .chain(messengers.map(|t| ("messengers", t)))
        .chain(persons.map(|t| ("contact_persons", t)))
        .chain(draft.tags.iter().map(|t| ("tags", t)))
}

/// The refusal of a text that is longer than a field takes.
pub(crate) fn too_long(field: &str) -> Refusal {
    Refusal::new(ErrorCode::TextTooLong)
        .with("field", field)
        .with("max", FIELD_BYTES_MAX)
}

/// The refusal of a list that is longer than a card takes.
pub(crate) fn too_many(field: &str) -> Refusal {
    Refusal::new(ErrorCode::TooMany)
        .with("field", field)
        .with("max", ENTRIES_MAX)
}
