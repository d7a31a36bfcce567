//! History: what was done, step by step, and who changed which field of a card from what to what.
//!
//! Nothing is kept for this: it is read from the change log.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use clientele_model::record::PERSON_ID;
use clientele_model::{ChangeKind, ClientId, DeviceId, Hlc, RowId, StepId, Timestamp, Value};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clients::{CLIENTS, PARTS, display_name, home, links, on_card};
use crate::custom_fields::CUSTOM_VALUES;
use crate::head_office::store::called;
use crate::schema::SCHEMA;
use crate::workspace::step::STEPS;
use crate::workspace::store::{self, log::Logged, steps::StepRow};
use crate::workspace::undo::{can_undo, value_before};
use crate::workspace::{Card, StepLabel, StepSummary, Table, summary};
use crate::{Result, custom_fields};

/// A step, as a line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryEntry {
    /// What was done.
    pub step: StepSummary,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub staff: String,
    /// On which device.
    pub device: String,
    /// How many changes it holds.
    pub changes: u64,
    /// Was it undone since?
    pub undone: bool,
    /// Can it be undone?
    pub can_undo: bool,
}

/// A part of the history, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryPage {
    /// The steps.
    pub rows: Vec<HistoryEntry>,
    /// Where the next part begins; none at the end.
    pub next: Option<String>,
}

/// What happened to one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldHistoryEntry {
    /// In which step.
    pub step: StepId,
    /// What sort of step.
    pub label: StepLabel,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub staff: String,
    /// On which device.
    pub device: String,
    /// The table.
    pub entity: String,
    /// The row.
    pub row: RowId,
    /// The field.
    pub field: String,
    /// What the owner calls it, where it is one of the owner's own.
    pub called: Option<String>,
    /// add, set, inc, del or erase.
    pub kind: FieldChangeKind,
    /// What it was; none where there was nothing.
    pub was: Option<String>,
    /// What it is from then on.
    pub is: Option<String>,
}

/// What a change did, in a word of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldChangeKind {
    /// A field took another value.
    Set,
    /// The row came to be with this value.
    Add,
    /// A number grew.
    Inc,
    /// The row went to the trash.
    Del,
    /// The row was erased.
    Erase,
}

/// A step with the fields that it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StepDetails {
    /// The step.
    pub entry: HistoryEntry,
    /// Its changes, field by field; the first of many.
    pub changes: Vec<FieldHistoryEntry>,
    /// How many rows' changes were left out.
    pub left_out: u64,
}

/// Rows' changes shown of one step.
const DETAILS_MAX: usize = 200;

/// Fields that mean nothing to a reader: book-keeping, and what is worked out from another field.
const NOT_SHOWN: [&str; 9] = [
    "client_id",
    "field_id",
    "position",
    "e164",
    "created_at",
    "added_at",
    "size_bytes",
    "hash",
    "thumbnail",
];

/// Fields that name another client.
const NAMES_CLIENT: [&str; 3] = ["merged_into", "other", PERSON_ID];

/// A part of the history, newest first, older than `before` ([`HistoryPage::next`]).
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection, before: Option<&str>, limit: u32) -> Result<HistoryPage> {
    let limit = limit.clamp(1, 500) as usize;
    let rows = store::steps::list(conn, before.and_then(place), limit)?;
    let next = rows
        .last()
        .filter(|_| rows.len() == limit)
        .map(|last| format!("{}:{}", last.hlc.0, last.id));
    let rows = rows.iter().map(|row| entry(conn, row)).collect::<Result<_>>()?;
    Ok(HistoryPage { rows, next })
}

/// A place in the order of the steps, as a page's `next` names it.
pub(crate) fn place(cursor: &str) -> Option<(Hlc, StepId)> {
    let (hlc, id) = cursor.split_once(':')?;
    Some((Hlc(hlc.parse().ok()?), id.parse().ok()?))
}

fn entry(conn: &Connection, row: &StepRow) -> Result<HistoryEntry> {
    Ok(HistoryEntry {
        step: summary(conn, row)?,
        at: row.at,
        staff: row.staff.clone(),
        device: device(conn, row.device)?,
        changes: row.changes,
        undone: row.undone_by.is_some(),
        can_undo: can_undo(row),
    })
}

/// What people call the device, where head office has told; else its identifier.
fn device(conn: &Connection, id: Option<DeviceId>) -> Result<String> {
    id.map_or(Ok(String::new()), |id| called(conn, id))
}

/// A step with its changes, field by field.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn step(conn: &Connection, id: StepId) -> Result<StepDetails> {
    let not_found = || clientele_model::Refusal::new(clientele_model::ErrorCode::NotFound).with("id", id);
    let row = store::steps::get(conn, id)?.ok_or_else(not_found)?;
    let mut changes = Vec::new();
    let mut shown = 0;
    for change in store::log::of_step(conn, id, DETAILS_MAX)? {
        if change.entity != STEPS.name {
            let log = store::log::of_row(conn, change.row)?;
            changes.extend(fields(conn, &log, &change, &row)?);
            shown += 1;
        }
    }
    Ok(StepDetails {
        left_out: row.changes.saturating_sub(shown),
        entry: entry(conn, &row)?,
        changes,
    })
}

impl FieldChangeKind {
    /// Its word, as everywhere outside the program.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Add => "add",
            Self::Inc => "inc",
            Self::Del => "del",
            Self::Erase => "erase",
        }
    }
}

/// Everything that happened to a client's card, newest first.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn of_client(conn: &Connection, id: ClientId) -> Result<Vec<FieldHistoryEntry>> {
    of_rows(conn, id, PARTS.into_iter(), &[])
}

/// Everything that happened to whatever the book holds about a client, newest first: the card, and every row of
/// any table that names the client, on whosever card it stands.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn of_client_whole(conn: &Connection, id: ClientId) -> Result<Vec<FieldHistoryEntry>> {
    let tables = SCHEMA.tables.iter().copied();
    let all = on_card(conn, home(conn, id)?)?;
    let elsewhere = links::rows_about(conn, &all)?;
    of_rows(
        conn,
        id,
        tables.filter(|table| table.card == Card::ByClientId),
        &elsewhere,
    )
}

fn of_rows(
    conn: &Connection,
    id: ClientId,
    tables: impl Iterator<Item = &'static Table>,
    elsewhere: &[RowId],
) -> Result<Vec<FieldHistoryEntry>> {
    store::values_of_row(conn, &CLIENTS, id.into())?;
    let all = on_card(conn, home(conn, id)?)?;
    let mut rows: Vec<RowId> = all.iter().copied().map(RowId::from).collect();
    rows.extend_from_slice(elsewhere);
    for table in tables {
        for id in &all {
            rows.extend(store::rows_of_client(conn, table, (*id).into())?);
        }
    }
    let mut steps: HashMap<StepId, Option<StepRow>> = HashMap::new();
    let mut found = Vec::new();
    for row in rows {
        let log = store::log::of_row(conn, row)?;
        for change in &log {
            let step = match steps.get(&change.step) {
                Some(step) => step,
                None => steps
                    .entry(change.step)
                    .or_insert(store::steps::get(conn, change.step)?),
            };
            let Some(step) = step else { continue };
            found.extend(
                fields(conn, &log, change, step)?
                    .into_iter()
                    .map(|entry| (change.eff_hlc, entry)),
            );
        }
    }
    found.sort_by_key(|(hlc, _)| std::cmp::Reverse(*hlc));
    Ok(found.into_iter().map(|(_, entry)| entry).collect())
}

fn fields(
    conn: &Connection,
    log: &[Logged],
    change: &Logged,
    step: &StepRow,
) -> Result<Vec<FieldHistoryEntry>> {
    let device = device(conn, step.device)?;
    let fields = change.body.iter().flat_map(|body| &body.0);
    // Who is meant by another client's identifier, a reader knows by the name.
    let named = |field: &str, value: &Value| -> Result<Option<String>> {
        match value.as_row().filter(|_| NAMES_CLIENT.contains(&field)) {
            Some(client) => Ok(display_name(conn, client.into())?.or_else(|| shown(value))),
            None => shown_of(conn, &change.entity, field, value),
        }
    };
    let called = called_by_owner(conn, &change.entity, change.row)?;
    let fields = fields.filter(|field| is_shown(&field.field)).map(|field| {
        let was = value_before(log, change, &field.field);
        Ok(FieldHistoryEntry {
            step: change.step,
            label: StepLabel::from_book(&step.label),
            at: step.at,
            staff: step.staff.clone(),
            device: device.clone(),
            entity: change.entity.clone(),
            row: change.row,
            field: field.field.clone(),
            called: called.clone(),
            kind: match change.kind {
                ChangeKind::Set => FieldChangeKind::Set,
                ChangeKind::Add => FieldChangeKind::Add,
                ChangeKind::Inc => FieldChangeKind::Inc,
                ChangeKind::Del => FieldChangeKind::Del,
                ChangeKind::Erase => FieldChangeKind::Erase,
            },
            was: was.map_or(Ok(None), |was| named(&field.field, &was))?,
            is: named(&field.field, &field.value)?,
        })
    });
    fields.collect()
}

/// Does a field mean something to a reader?
pub(crate) fn is_shown(field: &str) -> bool {
    !field.starts_with('~') && !NOT_SHOWN.contains(&field)
}

/// What the owner calls the field that a row of this table holds, where it is one of the owner's own.
///
/// # Errors
/// What SQLite says.
pub(crate) fn called_by_owner(conn: &Connection, entity: &str, row: RowId) -> Result<Option<String>> {
    if entity == CUSTOM_VALUES.name {
        custom_fields::value_name(conn, row)
    } else {
        Ok(None)
    }
}

/// A value of a field as text; nothing for nothing.
///
/// # Errors
/// What SQLite says.
pub(crate) fn shown_of(
    conn: &Connection,
    entity: &str,
    field: &str,
    value: &Value,
) -> Result<Option<String>> {
    Ok(custom_fields::shown(conn, entity, field, value)?.or_else(|| shown(value)))
}

/// A value as text; nothing for nothing.
pub(crate) fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Int(n) => Some(n.to_string()),
        Value::Real(x) => Some(x.to_string()),
        Value::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Blob(_) => value.as_row().map(|id| id.to_string()),
    }
}
