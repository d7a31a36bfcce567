//! Is the book whole? The file by its seals, the rows by the log, the index by the rows.

use clientele_model::RowId;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::store;
use crate::exports::RowsDigest;
use crate::workspace::store::{has_row, log, row_ids, values_of_row};
use crate::workspace::{Schema, Table, Workspace, settle};
use crate::{Result, attachments, clients, search};

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
    /// The digest of its rows: two books that show the same have the same one.
    pub digest: String,
}

pub(super) fn check(workspace: &Workspace) -> Result<CheckReport> {
    workspace.maintain(|conn| {
        let mut problems = store::file_problems(conn)?;
        problems.extend(store::log_gaps(conn)?);
        for table in workspace.schema().tables {
            for id in row_ids(conn, table)? {
                problems.extend(row_problem(conn, workspace.schema(), table, id)?);
            }
        }
        for (entity, id) in log::rows(conn)? {
            problems.extend(missing_row(conn, workspace.schema(), &entity, id)?);
        }
        problems.extend(clients::problems(conn)?);
        problems.extend(attachments::problems(conn)?);
        problems.extend(search::problems(conn, workspace.search_memory())?);
        problems.truncate(PROBLEMS_MAX);
        Ok(CheckReport {
            ok: problems.is_empty(),
            problems,
            clients: store::count(conn, "clients")?,
            contacts: store::count(conn, "contacts")?,
            changes: store::count(conn, "changes")?,
            steps: store::count(conn, "steps")?,
            digest: RowsDigest::of_book(conn)?.to_string(),
        })
    })
}

/// Is the row the sum of its changes?
fn row_problem(
    conn: &Connection,
    schema: &Schema,
    table: &'static Table,
    id: RowId,
) -> Result<Option<String>> {
    let Some(due) = settle::due(conn, schema, table, id)?.values else {
        return Ok(Some(format!(
            "{} {id}: stands, and the log does not say so",
            table.name
        )));
    };
    let standing = values_of_row(conn, table, id)?;
    let differs = standing.iter().zip(due).find(|((_, value), due)| value != due);
    Ok(
        differs
            .map(|((field, _), _)| format!("{} {id}: {} is not what the log says", table.name, field.name)),
    )
}

/// Does every row stand that the log says must?
fn missing_row(conn: &Connection, schema: &Schema, entity: &str, id: RowId) -> Result<Option<String>> {
    let Some(table) = schema.table(entity) else {
        return Ok(None);
    };
    let stands = has_row(conn, table, id)?;
    let missing = !stands && settle::due(conn, schema, table, id)?.values.is_some();
    Ok(missing.then(|| format!("{entity} {id}: the log says that it stands, and it does not")))
}
