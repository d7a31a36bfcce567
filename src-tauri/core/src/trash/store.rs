//! The SQL of the trash.

use clientele_model::{RowId, Timestamp, text};
use rusqlite::Connection;

use super::{TrashKind, TrashRow, days};
use crate::Result;
use crate::workspace::store::{row_id, row_id_or_none};

const DAY_MILLIS: i64 = 86_400_000;

/// What lies in the trash, the last thrown away first; at most a thousand things.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection, now: Timestamp) -> Result<Vec<TrashRow>> {
    let days = days(conn)?;
    let mut statement = conn.prepare_cached(
        "select 0, id, id, display_name, deleted_at as at from clients
         where deleted_at is not null and shown_on is null
         union all
         select 1, id, client_id, substr(text, 1, 200), deleted_at from contacts where deleted_at is not null
         union all
         select 2, id, client_id, name, deleted_at from attachments where deleted_at is not null
         order by at desc limit 1000",
    )?;
    let rows = statement.query_map([], |row| {
        let id = row_id(row, 1)?;
        let title: String = row.get(3)?;
        let trashed_at: i64 = row.get(4)?;
        let age_days = (now.0 - trashed_at).div_euclid(DAY_MILLIS);
        Ok(TrashRow {
            kind: TrashKind::from_number(row.get(0)?),
            id,
            client_id: row_id_or_none(row, 2).unwrap_or(id).into(),
            title: text::ellipsis(&title, 120),
            trashed_at: Timestamp(trashed_at),
            days_left: (days - age_days).clamp(0, days),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What was thrown away before a moment, clients first.
pub(super) fn older_than(conn: &Connection, moment: Timestamp) -> Result<Vec<(TrashKind, RowId)>> {
    let mut statement = conn.prepare_cached(
        "select 0, id from clients where deleted_at < ?1 union all select 1, id from contacts where deleted_at < ?1
         union all select 2, id from attachments where deleted_at < ?1",
    )?;
    let rows = statement.query_map([moment.0], |row| {
        Ok((TrashKind::from_number(row.get(0)?), row_id(row, 1)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
