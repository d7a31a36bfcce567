//! Makes a row what its changes say, after changes of others came in between, or before, one's own.

use clientele_model::fold::{Folded, fold};
use clientele_model::record::{CLIENT_ID, DELETED_AT, TRASH_MARK};
use clientele_model::{BranchId, ChangeKind, RowId, Stamp, Value};
use rusqlite::Connection;

use super::store::{self, conflicts, log, log::Logged};
use super::table::{Card, Schema, Table};
use crate::Result;

/// Fields in which two values are nobody's quarrel: book-keeping, and what is worked out from another field.
const QUIET: [&str; 4] = [CLIENT_ID, "position", "e164", "created_at"];

/// A row as it must stand.
pub(crate) struct Due {
    /// Its values in the table's order; none where nothing may stand.
    pub values: Option<Vec<Value>>,
    /// Values that lost: the field and the change that had set it.
    pub conflicts: Vec<(String, Stamp)>,
    /// Whose it is.
    pub branch: Option<BranchId>,
}

/// What the log says of a row.
///
/// # Errors
/// What SQLite says.
pub(crate) fn due(conn: &Connection, schema: &Schema, table: &Table, id: RowId) -> Result<Due> {
    let changes = log::of_row(conn, id)?;
    let folded = fold(
        changes
            .iter()
            .map(|change| (change.stamp, change.kind, change.body.as_ref())),
    );
    // A body that is gone was its owner's to have erased: the row is theirs, or stood on their card.
    let forgotten = changes.iter().any(|change| change.body.is_none());
    if !folded.added || forgotten || log::is_erased(conn, id)? || its_client_is_erased(conn, table, &folded)?
    {
        return Ok(Due {
            values: None,
            conflicts: Vec::new(),
            branch: None,
        });
    }
    let mut conflicts: Vec<(String, Stamp)> = Vec::new();
    if table.name != super::step::STEPS.name {
        let lost = folded
            .lost
            .iter()
            .filter(|lost| !QUIET.contains(&lost.field.as_str()));
        let lost = lost.filter(|lost| table.field(&lost.field).is_some());
        conflicts.extend(lost.map(|lost| (lost.field.clone(), lost.stamp)));
    }
    let kept = kept_against(conn, schema, table, id, &folded)?;
    conflicts.extend(kept.map(|stamp| (DELETED_AT.to_owned(), stamp)));
    let value = |field: clientele_model::record::Field| {
        let standing = folded.value(field.name).filter(|value| field.takes(value));
        match standing {
            _ if field == TRASH_MARK && kept.is_some() => Value::Null,
            Some(value) => value.clone(),
            None => field.empty(),
        }
    };
    Ok(Due {
        values: Some(table.all_fields().map(value).collect()),
        conflicts,
        branch: home(&changes),
    })
}

/// The scope of the change that added a row.
fn home(changes: &[Logged]) -> Option<BranchId> {
    let added = changes.iter().find(|change| change.kind == ChangeKind::Add);
    added.and_then(|change| change.scope)
}

fn its_client_is_erased(conn: &Connection, table: &Table, folded: &Folded) -> Result<bool> {
    match folded.value(CLIENT_ID).and_then(Value::as_row) {
        Some(client) if table.card == Card::ByClientId => log::is_erased(conn, client),
        _ => Ok(false),
    }
}

/// Somebody threw the row away, and somebody else, whom the first did not know of, wrote to it: then it is
/// kept. Returns the change that threw it away.
fn kept_against(
    conn: &Connection,
    schema: &Schema,
    table: &Table,
    id: RowId,
    folded: &Folded,
) -> Result<Option<Stamp>> {
    let (Some(seen), Some(thrown)) = (&folded.thrown_away_seeing, folded.fields.get(DELETED_AT)) else {
        return Ok(None);
    };
    let by = thrown.stamp.device;
    let rows = card_rows(conn, schema, table, id)?;
    let unseen = log::newest(conn, &rows, true)?.into_iter().any(|touch| {
        let known = seen.iter().find(|known| known.device == touch.device);
        touch.device != by && known.is_none_or(|known| known.seq < touch.seq)
    });
    Ok(unseen.then_some(thrown.stamp))
}

/// A row with all that stands on its card.
pub(crate) fn card_rows(conn: &Connection, schema: &Schema, table: &Table, id: RowId) -> Result<Vec<RowId>> {
    let mut rows = vec![id];
    if table.card == Card::Itself {
        for part in schema
            .tables
            .iter()
            .filter(|table| table.card == Card::ByClientId)
        {
            rows.extend(store::rows_of_client(conn, part, id)?);
        }
    }
    Ok(rows)
}

/// Makes the row what is due.
///
/// # Errors
/// What SQLite says.
pub(super) fn row(conn: &Connection, schema: &Schema, table: &Table, id: RowId) -> Result<()> {
    let due = due(conn, schema, table, id)?;
    conflicts::put(conn, table.name, id, &due.conflicts)?;
    match due.values {
        Some(values) => {
            store::put_row(conn, table, id, &values)?;
            if table.card == Card::Itself {
                store::set_branch_of_client(conn, id, due.branch)?;
            }
        }
        None => {
            if table.card == Card::Itself {
                (schema.forget)(conn, id)?;
            }
            store::drop_row(conn, table, id)?;
        }
    }
    Ok(())
}

/// Looks again at those of these clients that lie in the trash: did somebody write to one whom the one who
/// threw it away did not know of? Then it is kept.
///
/// # Errors
/// What SQLite says.
pub(super) fn trashed(
    conn: &Connection,
    schema: &Schema,
    clients: &std::collections::BTreeSet<RowId>,
) -> Result<()> {
    let Some(table) = schema.tables.iter().find(|table| table.card == Card::Itself) else {
        return Ok(());
    };
    for client in clients {
        let mark = store::read_row(conn, table, *client, &[DELETED_AT])?;
        if mark.is_some_and(|mark| mark != [Value::Null]) {
            row(conn, schema, table, *client)?;
        }
    }
    Ok(())
}
