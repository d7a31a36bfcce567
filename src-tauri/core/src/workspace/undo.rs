//! Undo and redo: a step is taken back by a step of its own, so that it travels and can be taken back too.

use std::collections::HashSet;

use clientele_model::change::{SETTLES, UNSETTLES};
use clientele_model::{ChangeKind, ErrorCode, RowId, StepId, Value};
use rusqlite::Connection;

use super::gate::{Write, not_found};
use super::step::{Actor, NewStep, StepLabel, StepSummary, Written};
use super::store::{self, log::Logged, steps::StepRow};
use super::table::{DELETED_AT, Table};
use super::{Workspace, summary};
use crate::Result;

/// What Ctrl+Z and Ctrl+Y would do now.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct UndoState {
    /// The step that undo takes back.
    pub undo: Option<StepSummary>,
    /// The undone step that redo does again.
    pub redo: Option<StepSummary>,
}

impl Workspace {
    /// Takes back the newest step of this device that has not been.
    ///
    /// # Errors
    /// `undo.nothing` where there is none.
    pub fn undo(&self, by: &Actor) -> Result<Written<StepSummary>> {
        self.take_back(by, StepLabel::Undo, |conn| {
            to_undo(conn)?.ok_or(ErrorCode::NothingToUndo.into())
        })
    }

    /// Does again what was undone last, as long as nothing else was done since.
    ///
    /// # Errors
    /// `redo.nothing` where there is none.
    pub fn redo(&self, by: &Actor) -> Result<Written<StepSummary>> {
        self.take_back(by, StepLabel::Redo, |conn| {
            to_redo(conn)?.ok_or(ErrorCode::NothingToRedo.into())
        })
    }

    /// Takes back any step, however old. What others changed since stays as they left it.
    ///
    /// # Errors
    /// `undo.not_possible` for a step that was undone already or cannot be; `not_found`.
    pub fn undo_step(&self, by: &Actor, id: StepId) -> Result<Written<StepSummary>> {
        self.take_back(by, StepLabel::Undo, |conn| {
            let row = store::steps::get(conn, id)?.ok_or_else(|| not_found(id.into()))?;
            if can_undo(&row) {
                Ok(row)
            } else {
                Err(ErrorCode::StepNotUndoable.into())
            }
        })
    }

    /// What undo and redo would do now.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn undo_state(&self) -> Result<UndoState> {
        self.read(|conn| {
            let undo = to_undo(conn)?.map(|row| summary(conn, &row)).transpose()?;
            let redo = match to_redo(conn)?.and_then(|row| row.target) {
                Some(target) => store::steps::get(conn, target)?
                    .map(|row| summary(conn, &row))
                    .transpose()?,
                None => None,
            };
            Ok(UndoState { undo, redo })
        })
    }

    /// Chosen and taken back in one transaction: of two undos at once, the second takes the step before.
    fn take_back(
        &self,
        by: &Actor,
        label: StepLabel,
        choose: impl FnOnce(&Connection) -> Result<StepRow>,
    ) -> Result<Written<StepSummary>> {
        let mut step = NewStep::new(by, label);
        step.act = if label == StepLabel::Undo { "undo" } else { "redo" };
        let written = self.write(step, |w| {
            let target = choose(w.conn())?.id;
            w.step.target = Some(target);
            revert(w, target)
        })?;
        let summary = written.step.clone().ok_or(ErrorCode::StepNotUndoable)?;
        Ok(written.map(|()| summary))
    }
}

/// Can this step be taken back from the history page?
#[must_use]
pub fn can_undo(row: &StepRow) -> bool {
    row.act == "do"
        && row.undone_by.is_none()
        && !StepLabel::NEVER_UNDONE.contains(&StepLabel::from_book(&row.label))
}

fn to_undo(conn: &Connection) -> Result<Option<StepRow>> {
    let never = StepLabel::NEVER_UNDONE.map(StepLabel::as_str);
    let (_, device, ..) = store::device_state(conn)?;
    store::steps::to_undo(conn, device, &never)
}

fn to_redo(conn: &Connection) -> Result<Option<StepRow>> {
    let (_, device, ..) = store::device_state(conn)?;
    store::steps::to_redo(conn, device)
}

/// Writes the contrary of every change of a step, the last one first.
///
/// A field that somebody has changed since keeps its newer value. That is asked by the value that stands,
/// not by the change that set it: a later step, itself undone by now, has put this step's value back.
fn revert(w: &mut Write<'_>, target: StepId) -> Result<()> {
    let changes = store::log::of_step(w.conn(), target, usize::MAX)?;
    let added = |change: &&Logged| change.kind == ChangeKind::Add;
    let added: HashSet<RowId> = changes.iter().filter(added).map(|change| change.row).collect();
    for change in changes.iter().rev() {
        let Some(table) = w.schema.table(&change.entity) else {
            continue;
        };
        // The step's own row tells what was done and stays. What stands on a card that goes, goes with it:
        // a phone of a client whom an import added need not be thrown away one by one.
        let with_its_card =
            change.kind == ChangeKind::Add && of_card(change).is_some_and(|card| added.contains(&card));
        if table.name != super::step::STEPS.name && !with_its_card {
            revert_change(w, table, change)?;
        }
    }
    Ok(())
}

/// On whose card an added row stands.
fn of_card(change: &Logged) -> Option<RowId> {
    let mut fields = change.body.iter().flat_map(|body| &body.0);
    fields
        .find(|field| field.field == "client_id")
        .and_then(|field| field.value.as_row())
}

fn revert_change(w: &mut Write<'_>, table: &'static Table, change: &Logged) -> Result<()> {
    match change.kind {
        ChangeKind::Erase => return Err(ErrorCode::StepNotUndoable.into()),
        // A row that was erased since is gone: nothing of it comes back.
        _ if store::read_row(w.conn(), table, change.row, &[DELETED_AT])?.is_none() => {}
        ChangeKind::Add => {
            w.trash(table, change.row)?;
        }
        ChangeKind::Set | ChangeKind::Del => {
            revert_fields(w, table, change)?;
        }
        ChangeKind::Inc => {
            let mut body = change.body.clone().unwrap_or_default();
            for field in &mut body.0 {
                field.value = Value::Int(field.value.as_int().unwrap_or(0).wrapping_neg());
            }
            w.record(table, change.row, ChangeKind::Inc, body)?;
        }
    }
    Ok(())
}

/// Gives fields back what they were. Where the change had passed over values that lost, they count as lost
/// again, and where it had taken that back, they are passed over anew.
fn revert_fields(w: &mut Write<'_>, table: &'static Table, change: &Logged) -> Result<()> {
    let log = store::log::of_row(w.conn(), change.row)?;
    let Some(body) = &change.body else { return Ok(()) };
    let row = change.row;
    let lost = store::conflicts::of_row(w.conn(), row)?;
    let is_kept = lost.iter().any(|lost| lost.field == DELETED_AT);
    let mut fields = Vec::new();
    for field in &body.0 {
        let Some(known) = table.field(&field.field) else {
            continue;
        };
        // Thrown away, and kept all the same: it does not lie in the trash, and yet nobody took it out.
        let is_thrown = is_kept && known.name == DELETED_AT && field.value != Value::Null;
        if is_thrown || is_same(known.name, &w.field(table, row, known.name)?, &field.value) {
            let before = value_before(&log, change, known.name).unwrap_or(known.empty());
            fields.push((known.name, put_back(w, known.name, before)));
        }
    }
    let mut passed_over = body.lost(SETTLES);
    let mut reopened = body.lost(UNSETTLES);
    for list in [&mut passed_over, &mut reopened] {
        let mut still = Vec::new();
        for (field, stamp) in std::mem::take(list) {
            if stands_as_left(w, table, &log, change, &fields, &field)? {
                still.push((field, stamp));
            }
        }
        *list = still;
    }
    let throws_away = fields
        .iter()
        .any(|(field, value)| *field == DELETED_AT && *value != Value::Null);
    if !passed_over.is_empty() {
        w.unsettle(table, row, fields, &passed_over)
    } else if reopened.is_empty() {
        w.set(table, row, fields).map(|_| ())
    } else if throws_away {
        w.trash(table, row).map(|_| ())
    } else {
        w.settle(table, row, fields, &reopened)
    }
}

/// Has nobody touched the field since a change which passed over a value that had lost there?
fn stands_as_left(
    w: &Write<'_>,
    table: &'static Table,
    log: &[Logged],
    change: &Logged,
    put_back: &[(&'static str, Value)],
    field: &str,
) -> Result<bool> {
    let Some(known) = table.field(field) else {
        return Ok(false);
    };
    let is_written = change
        .body
        .iter()
        .flat_map(|body| &body.0)
        .any(|other| other.field == field);
    if is_written {
        return Ok(put_back.iter().any(|(other, _)| *other == field));
    }
    let before = value_before(log, change, field).unwrap_or(known.empty());
    Ok(before == w.field(table, change.row, known.name)?)
}

/// Does the value that a step set still stand? Of the trash only whether something lies there counts: what
/// was thrown away, undone and thrown away again lies there since the last time.
fn is_same(field: &str, standing: &Value, set: &Value) -> bool {
    match field {
        DELETED_AT => (*standing == Value::Null) == (*set == Value::Null),
        _ => standing == set,
    }
}

/// What comes back. What goes back into the trash begins its days there anew: an undo must not be the step
/// that empties it.
fn put_back(w: &Write<'_>, field: &str, before: Value) -> Value {
    match before {
        Value::Int(_) if field == DELETED_AT => Value::Int(w.now().0),
        before => before,
    }
}

/// What a field was before a change; `None` where nothing had set it.
pub(crate) fn value_before(log: &[Logged], change: &Logged, field: &str) -> Option<Value> {
    let earlier = log.iter().take_while(|other| other.stamp != change.stamp);
    earlier.filter_map(|other| value_set(other, field)).last()
}

/// The value that a change gave a field. A row that comes to be lies in no trash, named or not.
fn value_set(change: &Logged, field: &str) -> Option<Value> {
    let mut fields = change.body.iter().flat_map(|body| &body.0);
    let named = fields
        .find(|other| other.field == field)
        .map(|other| other.value.clone());
    named.or((field == DELETED_AT && change.kind == ChangeKind::Add).then_some(Value::Null))
}
