//! The SQL of the write gate: rows of any table here; the change log and the steps in files of their own.

pub mod conflicts;
pub mod log;
mod many;
mod put;
pub mod steps;

pub(super) use put::{Put, PutRow};

use std::rc::Rc;

use clientele_model::{BranchId, DeviceId, FieldChange, Hlc, RowId, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::vtab::array::Array;
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};

use super::table::{DELETED_AT, Field, Table};
use crate::Result;

/// A model value on its way into SQLite.
pub(super) struct Sql<'a>(pub &'a Value);

impl ToSql for Sql<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Real(x) => ValueRef::Real(*x),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Identifiers as one parameter: `rarray(?1)` in a statement.
pub fn array<'a>(ids: impl IntoIterator<Item = &'a RowId>) -> Array {
    let blobs = ids
        .into_iter()
        .map(|id| rusqlite::types::Value::Blob(id.as_bytes().to_vec()));
    Rc::new(blobs.collect())
}

/// Texts as a table of one column.
pub fn texts(texts: &[String]) -> Array {
    let texts = texts.iter().cloned().map(rusqlite::types::Value::Text);
    Rc::new(texts.collect())
}

/// A value on its way out of SQLite.
pub(crate) fn value(of: ValueRef<'_>) -> Value {
    match of {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Real(x) => Value::Real(x),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// Reads an identifier column of 16 bytes.
///
/// # Errors
/// Where the column holds anything else.
pub fn row_id(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<RowId> {
    let bytes = row.get_ref(column)?.as_blob()?;
    RowId::from_slice(bytes).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Blob,
            "not an identifier".into(),
        )
    })
}

/// Reads an identifier column that may be null or foreign.
pub fn row_id_or_none(row: &rusqlite::Row<'_>, column: usize) -> Option<RowId> {
    row_id(row, column).ok()
}

pub(super) fn set_guard(conn: &Connection, table: &str, message: &str) -> Result<()> {
    for (when, verb) in [("i", "insert"), ("u", "update"), ("d", "delete")] {
        conn.execute_batch(&format!(
            "drop trigger if exists guard_{table}_{when};
             create trigger guard_{table}_{when} after {verb} on {table}
             when not gate_is_open() begin select raise(abort, '{message}'); end"
        ))?;
    }
    Ok(())
}

// ---- rows

/// Adds a row; where the same id stands already (two devices added the same tag), sets it anew.
pub(super) fn add_row(conn: &Connection, table: &Table, id: RowId, fields: &[&FieldChange]) -> Result<()> {
    let names = || fields.iter().map(|f| f.field.as_str());
    let columns: String = names().map(|name| format!(", {name}")).collect();
    let places: String = (0..fields.len()).map(|i| format!(", ?{}", i + 2)).collect();
    let updates: String = names()
        .map(|name| format!(", {name} = excluded.{name}"))
        .collect();
    let name = table.name;
    let sql = format!(
        "insert into {name} (id{columns}) values (?1{places})
         on conflict (id) do update set {DELETED_AT} = null{updates}"
    );
    let values = fields.iter().map(|f| Sql(&f.value));
    let id = Value::from(id);
    conn.prepare_cached(&sql)?
        .execute(params_from_iter(std::iter::once(Sql(&id)).chain(values)))?;
    Ok(())
}

/// Sets fields of a row that stands. Returns whether it stood.
pub(super) fn set_row(
    conn: &Connection,
    table: &Table,
    id: RowId,
    fields: &[&FieldChange],
    inc: bool,
) -> Result<bool> {
    if fields.is_empty() {
        return Ok(read_row(conn, table, id, &[DELETED_AT])?.is_some());
    }
    let updates: Vec<String> = fields
        .iter()
        .enumerate()
        .map(|(i, f)| {
            let (field, place) = (&f.field, i + 2);
            if inc {
                format!("{field} = coalesce({field}, 0) + ?{place}")
            } else {
                format!("{field} = ?{place}")
            }
        })
        .collect();
    let sql = format!("update {} set {} where id = ?1", table.name, updates.join(", "));
    let values = fields.iter().map(|f| Sql(&f.value));
    let id = Value::from(id);
    Ok(conn
        .prepare_cached(&sql)?
        .execute(params_from_iter(std::iter::once(Sql(&id)).chain(values)))?
        > 0)
}

/// Takes a row away for good, and what the log knew of it.
pub(super) fn erase_row(conn: &Connection, table: &Table, id: RowId) -> Result<()> {
    conn.prepare_cached(&format!("delete from {} where id = ?1", table.name))?
        .execute([id.as_bytes()])?;
    log::forget(conn, id)?;
    conflicts::put(conn, table.name, id, &[])?;
    log::set_erased(conn, id)
}

/// Takes a row away, where it stands.
pub(super) fn drop_row(conn: &Connection, table: &Table, id: RowId) -> Result<()> {
    conn.prepare_cached(&format!("delete from {} where id = ?1", table.name))?
        .execute([id.as_bytes()])?;
    Ok(())
}

/// Whose client it is.
pub(super) fn branch_of_client(conn: &Connection, client: RowId) -> Result<Option<BranchId>> {
    let mut statement = conn.prepare_cached("select branch from clients where id = ?1")?;
    let branch = statement.query_row([client.as_bytes()], |row| Ok(row_id_or_none(row, 0)));
    Ok(branch.optional()?.flatten().map(|id| BranchId(id.0)))
}

/// Notes whose client it is.
pub(super) fn set_branch_of_client(conn: &Connection, client: RowId, branch: Option<BranchId>) -> Result<()> {
    conn.prepare_cached("update clients set branch = ?2 where id = ?1 and branch is not ?2")?
        .execute(params![
            client.as_bytes(),
            branch.as_ref().map(BranchId::as_bytes)
        ])?;
    Ok(())
}

/// The values of some fields of a row; `None` where there is no such row.
pub(super) fn read_row(
    conn: &Connection,
    table: &Table,
    id: RowId,
    fields: &[&str],
) -> Result<Option<Vec<Value>>> {
    let sql = format!("select {} from {} where id = ?1", fields.join(", "), table.name);
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement
        .query_row([id.as_bytes()], |row| {
            (0..fields.len()).map(|i| Ok(value(row.get_ref(i)?))).collect()
        })
        .optional()?;
    Ok(found)
}

/// Every field of a row that changes may set, with what stands there.
///
/// # Errors
/// `not_found` where there is no such row; what SQLite says.
pub fn values_of_row(conn: &Connection, table: &'static Table, id: RowId) -> Result<Vec<(Field, Value)>> {
    let fields: Vec<Field> = table.all_fields().collect();
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let values = read_row(conn, table, id, &names)?.ok_or_else(|| super::gate::not_found(id))?;
    Ok(fields.into_iter().zip(values).collect())
}

/// Does a row stand?
///
/// # Errors
/// What SQLite says.
pub fn has_row(conn: &Connection, table: &Table, id: RowId) -> Result<bool> {
    Ok(read_row(conn, table, id, &[DELETED_AT])?.is_some())
}

/// Every identifier in a table, trash included.
///
/// # Errors
/// What SQLite says.
pub fn row_ids(conn: &Connection, table: &Table) -> Result<Vec<RowId>> {
    let mut statement = conn.prepare(&format!("select id from {}", table.name))?;
    let ids = statement
        .query_map([], |row| row_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// Those of these clients that lie in the trash.
pub(super) fn trashed<'a>(
    conn: &Connection,
    clients: impl IntoIterator<Item = &'a RowId>,
) -> Result<Vec<RowId>> {
    let mut statement = conn.prepare_cached(
        "select c.id from rarray(?1) a cross join clients c on c.id = a.value where c.deleted_at is not null",
    )?;
    let ids = statement.query_map([array(clients)], |row| row_id(row, 0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// The rows of a table that stand on a client's card, trash included.
pub fn rows_of_client(conn: &Connection, table: &Table, client: RowId) -> Result<Vec<RowId>> {
    let sql = format!("select id from {} where client_id = ?1", table.name);
    let mut statement = conn.prepare_cached(&sql)?;
    let ids = statement
        .query_map([client.as_bytes()], |row| row_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

// ---- this file

/// The device of this file by its short number, its identifier, its last change and the clock's last reading.
pub(super) fn device_state(conn: &Connection) -> Result<(i64, DeviceId, u64, Hlc)> {
    let (n, id) = conn.query_row(
        "select d.n, d.id from devices d join local l on l.name = 'device' and l.value = d.n",
        [],
        |row| Ok((row.get(0)?, DeviceId(row_id(row, 1)?.0))),
    )?;
    let seq: i64 = conn.query_row(
        "select coalesce(max(seq), 0) from changes where device = ?1",
        [n],
        |row| row.get(0),
    )?;
    let clock: i64 = local(conn, "clock")?.and_then(|v| v.as_int()).unwrap_or(0);
    Ok((n, id, seq.cast_unsigned(), Hlc(clock.cast_unsigned())))
}

/// Gives the file a device of its own.
pub(super) fn set_device(conn: &Connection, id: DeviceId) -> Result<i64> {
    let n = device_n(conn, id)?;
    set_local(conn, "device", &Value::Int(n))?;
    Ok(n)
}

/// The short number of a device; a new one for a device that was never heard of.
pub(crate) fn device_n(conn: &Connection, id: DeviceId) -> Result<i64> {
    let mut known = conn.prepare_cached("select n from devices where id = ?1")?;
    if let Some(n) = known.query_row([id.as_bytes()], |row| row.get(0)).optional()? {
        return Ok(n);
    }
    conn.execute("insert into devices (id) values (?1)", [id.as_bytes()])?;
    Ok(conn.last_insert_rowid())
}

/// Writes the WAL home and empties it. Returns whether it came to its end: who reads what stands there is waited for as
/// long as the connection waits.
///
/// # Errors
/// What SQLite says.
pub fn checkpoint(conn: &Connection) -> Result<bool> {
    let is_busy: bool = conn.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))?;
    Ok(!is_busy)
}

/// As [`checkpoint`], and nobody is waited for.
///
/// # Errors
/// What SQLite says.
pub fn checkpoint_at_once(conn: &Connection) -> Result<bool> {
    let patience: i64 = conn.query_row("pragma busy_timeout", [], |row| row.get(0))?;
    conn.busy_timeout(std::time::Duration::ZERO)?;
    let done = checkpoint(conn);
    conn.busy_timeout(std::time::Duration::from_millis(patience.unsigned_abs()))?;
    done
}

/// A fact about this file.
pub fn local(conn: &Connection, name: &str) -> Result<Option<Value>> {
    let mut statement = conn.prepare_cached("select value from local where name = ?1")?;
    Ok(statement
        .query_row([name], |row| Ok(value(row.get_ref(0)?)))
        .optional()?)
}

/// Notes a fact about this file.
pub fn set_local(conn: &Connection, name: &str, value: &Value) -> Result<()> {
    conn.prepare_cached(
        "insert into local (name, value) values (?1, ?2) on conflict do update set value = excluded.value",
    )?
    .execute(params![name, Sql(value)])?;
    Ok(())
}
