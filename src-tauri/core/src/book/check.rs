//! Is the book whole? The file by its seals, the rows by the log, the index by the rows.

use std::collections::HashMap;

use clientele_model::{ChangeKind, RowId, Value};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::store;
use crate::workspace::store::{changes_of_row, row_ids, values_of_row};
use crate::workspace::table::DELETED_AT;
use crate::workspace::{Table, Workspace};
use crate::{Result, search};

/// A problem more than this is only counted.
const PROBLEMS_MAX: usize = 100;

/// What a look at the whole book found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckReport {
    /// Nothing wrong.
    pub ok: bool,
    /// What is wrong, for whoever mends it; at most a hundred.
    pub problems: Vec<String>,
    /// Clients outside the trash.
    pub clients: u64,
    /// Contacts outside the trash.
    pub contacts: u64,
    /// Changes in the log.
    pub changes: u64,
    /// Steps.
    pub steps: u64,
}

pub(super) fn check(workspace: &Workspace) -> Result<CheckReport> {
    workspace.maintain(|conn| {
        let mut problems = store::file_problems(conn)?;
        problems.extend(store::log_gaps(conn)?);
        for table in workspace.schema().tables {
            for id in row_ids(conn, table)? {
                problems.extend(row_problem(conn, table, id)?);
            }
        }
        problems.extend(search::problems(conn)?);
        problems.truncate(PROBLEMS_MAX);
        Ok(CheckReport {
            ok: problems.is_empty(),
            problems,
            clients: store::count(conn, "clients")?,
            contacts: store::count(conn, "contacts")?,
            changes: store::count(conn, "changes")?,
            steps: store::count(conn, "steps")?,
        })
    })
}

/// Is the row the sum of its changes?
fn row_problem(conn: &Connection, table: &'static Table, id: RowId) -> Result<Option<String>> {
    let mut expected: HashMap<&str, Value> = HashMap::new();
    let log = changes_of_row(conn, id)?;
    for change in &log {
        let Some(body) = &change.body else {
            return Ok(Some(format!(
                "{} {id}: stands, though the log forgot it",
                table.name
            )));
        };
        if change.kind == ChangeKind::Add {
            expected.insert(DELETED_AT, Value::Null);
        }
        for field in &body.0 {
            let Some(known) = table.field(&field.field) else {
                continue;
            };
            let was = expected.get(known.name).and_then(Value::as_int).unwrap_or(0);
            let value = match change.kind {
                ChangeKind::Inc => Value::Int(was.wrapping_add(field.value.as_int().unwrap_or(0))),
                _ => field.value.clone(),
            };
            expected.insert(known.name, value);
        }
    }
    if log.is_empty() {
        return Ok(Some(format!(
            "{} {id}: stands without a change in the log",
            table.name
        )));
    }
    let standing = values_of_row(conn, table, id)?;
    let differs = standing.iter().find(|(field, value)| {
        expected
            .get(field.name)
            .map_or_else(|| *value != field.empty(), |expected| expected != value)
    });
    Ok(differs.map(|(field, _)| format!("{} {id}: {} is not what the log says", table.name, field.name)))
}
