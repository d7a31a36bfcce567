//! The SQL of values that lost.

use clientele_model::{DeviceId, RowId, Stamp};
use rusqlite::{Connection, params};

use super::{device_n, row_id};
use crate::Result;

/// A value that lost, as the book keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostValue {
    /// The row.
    pub row: RowId,
    /// The field.
    pub field: String,
    /// The table.
    pub entity: String,
    /// The change that had set the value, or thrown the row away.
    pub stamp: Stamp,
}

/// Notes just these of a row.
pub(in crate::workspace) fn put(
    conn: &Connection,
    entity: &str,
    row: RowId,
    lost: &[(String, Stamp)],
) -> Result<()> {
    conn.prepare_cached("delete from conflicts where row_id = ?1")?
        .execute([row.as_bytes()])?;
    for (field, stamp) in lost {
        let device = device_n(conn, stamp.device)?;
        conn.prepare_cached(
            "insert into conflicts (row_id, field, entity, device, seq) values (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            row.as_bytes(),
            field,
            entity,
            device,
            stamp.seq.cast_signed()
        ])?;
    }
    Ok(())
}

const LOST: &str =
    "select c.row_id, c.field, c.entity, d.id, c.seq from conflicts c join devices d on d.n = c.device";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<LostValue> {
    Ok(LostValue {
        row: row_id(row, 0)?,
        field: row.get(1)?,
        entity: row.get(2)?,
        stamp: Stamp {
            device: DeviceId(row_id(row, 3)?.0),
            seq: row.get::<_, i64>(4)?.cast_unsigned(),
        },
    })
}

/// What lost in one row.
///
/// # Errors
/// What SQLite says.
pub fn of_row(conn: &Connection, row: RowId) -> Result<Vec<LostValue>> {
    let mut statement = conn.prepare_cached(&format!("{LOST} where c.row_id = ?1"))?;
    let lost = statement.query_map([row.as_bytes()], read)?;
    Ok(lost.collect::<rusqlite::Result<_>>()?)
}

/// All that lost, and waits for somebody to settle it.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection, limit: usize) -> Result<Vec<LostValue>> {
    let mut statement = conn.prepare_cached(&format!(
        "{LOST} order by c.row_id, c.field, d.id, c.seq limit ?1"
    ))?;
    let lost = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], read)?;
    Ok(lost.collect::<rusqlite::Result<_>>()?)
}

/// How many there are.
///
/// # Errors
/// What SQLite says.
pub fn count(conn: &Connection) -> Result<u64> {
    let mut statement = conn.prepare_cached("select count(*) from conflicts")?;
    Ok(statement
        .query_row([], |row| row.get::<_, i64>(0))?
        .cast_unsigned())
}
