//! The SQL of exports: every row of every entity.

use clientele_model::record::{Field, Record};
use clientele_model::{RowId, Value};
use rusqlite::Connection;

use crate::Result;
use crate::workspace::store::{row_id, value};

/// Takes a row: its identifier, and every field with what stands there.
pub(super) type TakeRow<'t> = dyn FnMut(RowId, &[(Field, Value)]) -> Result<()> + 't;

/// Hands over the rows of an entity, trash included, in the order of their identifiers.
pub(super) fn each_row(conn: &Connection, record: &Record, take: &mut TakeRow<'_>) -> Result<()> {
    let fields: Vec<Field> = record.all_fields().collect();
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let sql = format!("select id, {} from {} order by id", names.join(", "), record.name);
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut values = Vec::with_capacity(fields.len());
    while let Some(row) = rows.next()? {
        values.clear();
        for (place, field) in fields.iter().enumerate() {
            values.push((*field, value(row.get_ref(place + 1)?)));
        }
        take(row_id(row, 0)?, &values)?;
    }
    Ok(())
}

/// How many rows an entity has, trash included.
pub(super) fn count(conn: &Connection, record: &Record) -> Result<u64> {
    let sql = format!("select count(*) from {}", record.name);
    Ok(conn
        .query_row(&sql, [], |row| row.get::<_, i64>(0))?
        .unsigned_abs())
}
