//! The right of access: everything the book holds about one client, as one record to be handed out.
//!
//! What lies in the trash or was taken off the card is still in the book, and belongs to it; so does what the
//! log keeps of earlier values. What the book works out from all this (list columns, the search index) does not.

mod files;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::Local;
use clientele_formats::access::{
    AccessAttachment, AccessChange, AccessClient, AccessContact, AccessCustom, AccessExport, AccessPersonOf,
    AccessTag, FORMAT, Kept, Moment,
};
use clientele_model::record::{CLIENT_ID, PERSON_ID};
use clientele_model::{
    Address, ClientId, ContactPerson, Email, ErrorCode, Messenger, OtherName, Phone, Refusal, RowId, StepId,
    Timestamp, Value,
};
use rusqlite::Connection;

use crate::attachments::ATTACHMENTS;
use crate::clients::{
    ADDRESSES, CLIENT_NAMES, CLIENT_TAGS, CLIENTS, CONTACT_PERSONS, EMAILS, MESSENGERS, PHONES, links,
};
use crate::contacts::CONTACTS;
use crate::custom_fields::CUSTOM_VALUES;
use crate::history::{self, FieldHistoryEntry};
use crate::keys::hex;
use crate::workspace::store::{self, rows_of_client, values_of_row};
use crate::workspace::table::DELETED_AT;
use crate::workspace::{StepLabel, Table, summary};
use crate::{Result, clients, custom_fields, settings};

pub use files::{Files, hand_out};

/// Everything the book holds about a client, trashed or not, as it stood at one moment: within a read, which is one. But for
/// the contents of photos and files, which [`hand_out`] writes.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn of_client(conn: &Connection, id: ClientId, made_at: Timestamp) -> Result<AccessExport> {
    let settings = settings::load(conn)?;
    // Whoever was merged with the client is the client.
    let all = clients::on_card(conn, clients::home(conn, id)?)?;
    let rows = all
        .iter()
        .map(|of| Ok((Row::read(conn, &CLIENTS, (*of).into())?, *of)));
    let mut rows = rows.collect::<Result<Vec<_>>>()?.into_iter();
    let (own, id) = rows
        .next()
        .ok_or_else(|| Refusal::new(ErrorCode::NotFound).with("id", id))?;
    let merged = rows.map(|(row, of)| client(conn, &row, of));
    let part = |table| parts(conn, table, &all);
    Ok(AccessExport {
        format: FORMAT.to_owned(),
        made_at: local(made_at),
        business_name: settings.business_name,
        language: settings.language,
        client: client(conn, &own, id)?,
        merged: merged.collect::<Result<_>>()?,
        other_names: kept(part(&CLIENT_NAMES)?, |row| OtherName {
            id: Some(row.id),
            label: row.text("label"),
            name: row.text("name"),
        }),
        phones: kept(part(&PHONES)?, |row| Phone {
            id: Some(row.id),
            label: row.text("label"),
            typed: row.text("typed"),
            e164: row.text("e164"),
        }),
        emails: kept(part(&EMAILS)?, |row| Email {
            id: Some(row.id),
            label: row.text("label"),
            address: row.text("address"),
        }),
        addresses: kept(part(&ADDRESSES)?, |row| Address {
            id: Some(row.id),
            label: row.text("label"),
            street: row.text("street"),
            city: row.text("city"),
            region: row.text("region"),
            postal_code: row.text("postal_code"),
            country: row.text("country"),
        }),
        messengers: kept(part(&MESSENGERS)?, |row| Messenger {
            id: Some(row.id),
            service: row.text("service"),
            handle: row.text("handle"),
        }),
        contact_persons: kept(part(&CONTACT_PERSONS)?, |row| ContactPerson {
            id: Some(row.id),
            name: row.text("name"),
            role: row.text("role"),
            phone: row.text("phone"),
            email: row.text("email"),
            note: row.text("note"),
            person_id: row.id_of(PERSON_ID).map(ClientId::from),
        }),
        person_of: person_of(conn, &all)?,
        tags: tags(part(&CLIENT_TAGS)?),
        custom: custom(conn, part(&CUSTOM_VALUES)?)?,
        contacts: contacts(part(&CONTACTS)?),
        attachments: attachments(part(&ATTACHMENTS)?),
        history: changes(conn, id)?,
    })
}

fn client(conn: &Connection, own: &Row, id: ClientId) -> Result<AccessClient> {
    Ok(AccessClient {
        id,
        name: clients::load_own(conn, id)?.display_name(),
        kind: own.text("kind"),
        given_name: own.text("given_name"),
        patronymic: own.text("patronymic"),
        family_name: own.text("family_name"),
        company_name: own.text("company_name"),
        birthday: own.text("birthday"),
        language: own.text("language"),
        source: own.text("source"),
        card_number: own.text("card_number"),
        notes: own.text("notes"),
        expects: own.text("expects"),
        never: own.text("never"),
        created_at: local(Timestamp(own.int("created_at"))),
        trashed_at: own.trashed_at(),
    })
}

/// What others' cards say of these as their contact persons, taken off or not.
fn person_of(conn: &Connection, all: &[ClientId]) -> Result<Vec<Kept<AccessPersonOf>>> {
    let mut entries = Vec::new();
    for id in links::rows_about(conn, all)? {
        let row = Row::read(conn, &CONTACT_PERSONS, id)?;
        let Some(card) = row.id_of(CLIENT_ID) else {
            continue;
        };
        let card = clients::home(conn, card.into())?;
        // What stands on this very card since a merge is told there.
        if all.contains(&card) {
            continue;
        }
        entries.push(Kept {
            part: AccessPersonOf {
                id: Some(id),
                of: clients::display_name(conn, card)?.unwrap_or_default(),
                name: row.text("name"),
                role: row.text("role"),
                phone: row.text("phone"),
                email: row.text("email"),
                note: row.text("note"),
            },
            trashed_at: row.trashed_at(),
        });
    }
    Ok(entries)
}

fn tags(mut rows: Vec<Row>) -> Vec<Kept<AccessTag>> {
    rows.sort_by_key(|row| (row.trashed_at(), row.text("tag")));
    kept(rows, |row| AccessTag {
        id: Some(row.id),
        tag: row.text("tag"),
    })
}

/// Also of fields that were thrown away: what stands in them is still in the book.
fn custom(conn: &Connection, rows: Vec<Row>) -> Result<Vec<Kept<AccessCustom>>> {
    let mut kept = Vec::new();
    for row in rows {
        for value in custom_fields::of_row(conn, row.id)? {
            kept.push(Kept {
                part: AccessCustom {
                    id: Some(row.id),
                    name: value.name,
                    kind: value.kind.as_str().to_owned(),
                    value: value.value,
                },
                trashed_at: row.trashed_at(),
            });
        }
    }
    Ok(kept)
}

fn contacts(mut rows: Vec<Row>) -> Vec<Kept<AccessContact>> {
    rows.sort_by_key(|row| std::cmp::Reverse((row.int("at"), row.id)));
    kept(rows, |row| AccessContact {
        id: row.id.into(),
        at: local(Timestamp(row.int("at"))),
        kind: row.text("kind"),
        direction: row.text("direction"),
        channel: row.text("channel"),
        staff: row.text("staff"),
        text: row.text("text"),
    })
}

fn attachments(mut rows: Vec<Row>) -> Vec<Kept<AccessAttachment>> {
    rows.sort_by_key(|row| std::cmp::Reverse((row.int("added_at"), row.id)));
    kept(rows, |row| AccessAttachment {
        id: row.id.into(),
        name: row.text("name"),
        media_type: row.text("media_type"),
        size_bytes: row.int("size_bytes").max(0).cast_unsigned(),
        sha256: hex(row.bytes("hash")),
        added_at: local(Timestamp(row.int("added_at"))),
        photo_since: Some(row.int("photo_since"))
            .filter(|since| *since > 0)
            .map(|since| local(Timestamp(since))),
        file: None,
        missing: None,
    })
}

// ---- rows

/// A row of any table, trashed or not, field by field.
struct Row {
    id: RowId,
    values: HashMap<&'static str, Value>,
}

impl Row {
    fn read(conn: &Connection, table: &'static Table, id: RowId) -> Result<Self> {
        let values = values_of_row(conn, table, id)?;
        let values = values
            .into_iter()
            .map(|(field, value)| (field.name, value))
            .collect();
        Ok(Self { id, values })
    }

    fn text(&self, field: &str) -> String {
        match self.values.get(field) {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }

    fn id_of(&self, field: &str) -> Option<RowId> {
        self.values.get(field).and_then(Value::as_row)
    }

    fn int(&self, field: &str) -> i64 {
        self.values.get(field).and_then(Value::as_int).unwrap_or(0)
    }

    fn bytes(&self, field: &str) -> &[u8] {
        match self.values.get(field) {
            Some(Value::Blob(bytes)) => bytes,
            _ => &[],
        }
    }

    fn trashed_at(&self) -> Option<Moment> {
        let millis = self.values.get(DELETED_AT).and_then(Value::as_int);
        millis.map(|millis| local(Timestamp(millis)))
    }
}

/// The rows of a table that stand on a client's card, and then those that were taken off it.
fn parts(conn: &Connection, table: &'static Table, all: &[ClientId]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for client in all {
        for id in rows_of_client(conn, table, (*client).into())? {
            rows.push(Row::read(conn, table, id)?);
        }
    }
    rows.sort_by_key(|row| (row.trashed_at(), row.int("position"), row.id));
    Ok(rows)
}

fn kept<T>(rows: Vec<Row>, part: impl Fn(&Row) -> T) -> Vec<Kept<T>> {
    let kept = |row: &Row| Kept {
        part: part(row),
        trashed_at: row.trashed_at(),
    };
    rows.iter().map(kept).collect()
}

// ---- who changed what

fn changes(conn: &Connection, id: ClientId) -> Result<Vec<AccessChange>> {
    let mut steps: HashMap<StepId, (StepLabel, Option<String>)> = HashMap::new();
    let mut changes = Vec::new();
    for entry in history::of_client_whole(conn, id)? {
        let step = match steps.get(&entry.step) {
            Some(step) => step,
            None => steps.entry(entry.step).or_insert(step(conn, &entry)?),
        };
        let (label, file) = step.clone();
        let read = |value: Option<String>| value.map(|value| in_words(&entry.field, value));
        changes.push(AccessChange {
            was: read(entry.was.clone()),
            is: read(entry.is.clone()),
            at: local(entry.at),
            staff: entry.staff,
            device: entry.device,
            step: entry.step,
            label: label.as_str().to_owned(),
            file,
            kind: entry.kind.as_str().to_owned(),
            entity: entry.entity,
            row: entry.row,
            field: entry.field,
            called: entry.called,
        });
    }
    Ok(changes)
}

/// What sort of step it was, and the file that an import read.
fn step(conn: &Connection, entry: &FieldHistoryEntry) -> Result<(StepLabel, Option<String>)> {
    let file = match store::steps::get(conn, entry.step)? {
        Some(row) => summary(conn, &row)?.params.remove("file"),
        None => None,
    };
    Ok((entry.label, file))
}

/// Moments stand in the log as numbers, which nobody reads.
fn in_words(field: &str, value: String) -> String {
    let millis = matches!(field, "at" | "photo_since" | DELETED_AT).then(|| value.parse().ok());
    match millis.flatten() {
        Some(millis) => local(Timestamp(millis)).to_rfc3339(),
        None => value,
    }
}

/// A moment by the clock on the wall of this machine.
fn local(moment: Timestamp) -> Moment {
    moment.to_utc().with_timezone(&Local).fixed_offset()
}
