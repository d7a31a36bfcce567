//! Makes a row what its changes say, after changes of others came in between, or before, one's own.

use clientele_model::fold::{Folded, fold};
use clientele_model::record::{CLIENT_ID, DELETED_AT, PERSON_ID, TRASH_MARK};
use clientele_model::{BranchId, ChangeKind, Hlc, RowId, Stamp, Value};
use rusqlite::Connection;

use super::store::{self, Put, conflicts, log, log::Logged};
use super::table::{Card, Schema, Table};
use crate::Result;

/// Fields in which two values are nobody's quarrel: book-keeping, and what is worked out from another field.
const QUIET: [&str; 6] = [
    CLIENT_ID,
    PERSON_ID,
    "position",
    "e164",
    "created_at",
    "merged_into",
];

/// A row as it must stand.
pub(crate) struct Due {
    /// Its values in the table's order; none where nothing may stand.
    pub values: Option<Vec<Value>>,
    /// Values that lost: the field and the change that had set it.
    pub conflicts: Vec<(String, Stamp)>,
    /// Whose it is.
    pub branch: Option<BranchId>,
}

impl Due {
    /// Does a row stand that is not in the trash?
    pub(super) fn is_live(&self, table: &Table) -> bool {
        let place = table.all_fields().position(|field| field.name == DELETED_AT);
        let mark = |values: &Vec<Value>| place.and_then(|place| values.get(place).cloned());
        self.values.as_ref().and_then(mark) == Some(Value::Null)
    }

    /// On whose card the row stands.
    pub(super) fn client(&self, table: &Table, id: RowId) -> Option<RowId> {
        client_in(table, id, self.values.as_deref().unwrap_or_default())
    }
}

/// On whose card a row of these values stands, given in the table's order.
pub(super) fn client_in(table: &Table, id: RowId, values: &[Value]) -> Option<RowId> {
    match table.card {
        Card::None => None,
        Card::Itself => Some(id),
        Card::ByClientId => {
            let place = table.all_fields().position(|field| field.name == CLIENT_ID)?;
            values.get(place)?.as_row()
        }
    }
}

/// What the log says of a row.
///
/// # Errors
/// What SQLite says.
pub(crate) fn due(conn: &Connection, schema: &Schema, table: &Table, id: RowId) -> Result<Due> {
    due_of(conn, schema, table, id, &log::of_row(conn, id)?, true)
}

/// What all the changes of a row say, given in their order. `erasures`: was anything ever erased here?
///
/// # Errors
/// What SQLite says.
pub(super) fn due_of(
    conn: &Connection,
    schema: &Schema,
    table: &Table,
    id: RowId,
    changes: &[Logged],
    erasures: bool,
) -> Result<Due> {
    let folded = fold(
        changes
            .iter()
            .map(|change| (change.stamp, change.kind, change.body.as_ref())),
    );
    // A body that is gone was its owner's to have erased: the row is theirs, or stood on their card.
    let forgotten = changes.iter().any(|change| change.body.is_none());
    let is_gone =
        || Ok::<_, crate::Error>(log::is_erased(conn, id)? || its_client_is_erased(conn, table, &folded)?);
    if !folded.added || forgotten || (erasures && is_gone()?) {
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
        // What gave way was meant to.
        let gave_way = |stamp: Stamp| {
            let change = changes.iter().find(|change| change.stamp == stamp);
            change.is_some_and(|change| change.eff_hlc == Hlc::GIVES_WAY)
        };
        let lost = lost.filter(|lost| !gave_way(lost.stamp));
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
        branch: home(changes),
    })
}

/// The scope of the change that added a row.
fn home(changes: &[Logged]) -> Option<BranchId> {
    let added = changes.iter().find(|change| change.kind == ChangeKind::Add);
    added.and_then(|change| change.scope)
}

fn its_client_is_erased(conn: &Connection, table: &Table, folded: &Folded<'_>) -> Result<bool> {
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
    folded: &Folded<'_>,
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
pub(super) fn row(conn: &Connection, schema: &Schema, table: &'static Table, id: RowId) -> Result<()> {
    let due = due(conn, schema, table, id)?;
    put(conn, schema, &Put::new(table), id, due)
}

/// Puts a row as it is due.
///
/// # Errors
/// What SQLite says.
pub(super) fn put(conn: &Connection, schema: &Schema, put: &Put, id: RowId, due: Due) -> Result<()> {
    let table = put.table();
    conflicts::put(conn, table.name, id, &due.conflicts)?;
    match due.values {
        Some(values) => put.rows(conn, &[put.row(id, values, due.branch)]),
        None => {
            if table.card == Card::Itself {
                (schema.forget)(conn, id)?;
            }
            store::drop_row(conn, table, id)
        }
    }
}

/// Looks again at those of these clients that lie in the trash: did somebody write to one whom the one who
/// threw it away did not know of? Then it is kept.
///
/// # Errors
/// What SQLite says.
pub(super) fn trashed<'a>(
    conn: &Connection,
    schema: &Schema,
    clients: impl IntoIterator<Item = &'a RowId>,
) -> Result<()> {
    let Some(table) = schema.tables.iter().find(|table| table.card == Card::Itself) else {
        return Ok(());
    };
    for client in store::trashed(conn, clients)? {
        row(conn, schema, table, client)?;
    }
    Ok(())
}
