//! The SQL of the write gate: rows of any table, the change log, the steps.

use clientele_model::{Body, ChangeKind, DeviceId, FieldChange, Hlc, RowId, Stamp, StepId, Timestamp, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};
use sha2::{Digest, Sha256};

use super::table::{DELETED_AT, Field, Table};
use crate::Result;

/// A model value on its way into SQLite.
struct Sql<'a>(&'a Value);

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

fn value(of: ValueRef<'_>) -> Value {
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
             create trigger guard_{table}_{when} before {verb} on {table}
             when not gate_is_open() begin select raise(abort, '{message}'); end"
        ))?;
    }
    Ok(())
}

// ---- rows

/// Adds a row; where the same id stands already (two devices added the same tag), sets it anew.
pub(super) fn add_row(conn: &Connection, table: &Table, id: RowId, fields: &[FieldChange]) -> Result<()> {
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
    fields: &[FieldChange],
    inc: bool,
) -> Result<bool> {
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
    conn.prepare_cached("update changes set body = null, salt = null where row_id = ?1")?
        .execute([id.as_bytes()])?;
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

/// The rows of a table that stand on a client's card, trash included.
pub fn rows_of_client(conn: &Connection, table: &Table, client: RowId) -> Result<Vec<RowId>> {
    let sql = format!("select id from {} where client_id = ?1", table.name);
    let mut statement = conn.prepare_cached(&sql)?;
    let ids = statement
        .query_map([client.as_bytes()], |row| row_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

// ---- the log

/// One change as the log keeps it; the body is `None` once erased.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Which change.
    pub stamp: Stamp,
    /// Its place in the order of all changes.
    pub eff_hlc: Hlc,
    /// The step it belongs to.
    pub step: StepId,
    /// The table.
    pub entity: String,
    /// The row.
    pub row: RowId,
    /// What happened.
    pub kind: ChangeKind,
    /// To which fields.
    pub body: Option<Body>,
}

/// What the gate appends: [`Logged`] with the device by its short number.
pub(super) struct NewLogged<'a> {
    pub device_n: i64,
    pub seq: u64,
    pub hlc: Hlc,
    pub step: StepId,
    pub entity: &'a str,
    pub row: RowId,
    pub kind: ChangeKind,
    pub body: Option<&'a Body>,
}

/// Appends to the log. The commitment, SHA-256 over a random salt and the body, stays when both are erased:
/// it says that the log is still the same, and nothing of what stood there.
pub(super) fn append(conn: &Connection, change: &NewLogged<'_>) -> Result<()> {
    let body = change.body.map(Body::encode);
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).expect("the operating system gives random bytes");
    let commitment = Sha256::new()
        .chain_update(salt)
        .chain_update(body.as_deref().unwrap_or_default());
    let commitment = commitment.finalize().to_vec();
    conn.prepare_cached(
        "insert into changes
         (device, seq, hlc, eff_hlc, schema, step, scope, entity, row_id, kind, body, salt, commitment)
         values (?1, ?2, ?3, ?3, ?4, ?5, null, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        change.device_n,
        change.seq.cast_signed(),
        change.hlc.0.cast_signed(),
        clientele_model::change::SCHEMA,
        change.step.as_bytes(),
        change.entity,
        change.row.as_bytes(),
        change.kind.code(),
        body,
        salt,
        commitment,
    ])?;
    Ok(())
}

const LOGGED: &str = "select d.id, c.seq, c.eff_hlc, c.step, c.entity, c.row_id, c.kind, c.body
    from changes c join devices d on d.n = c.device";

fn logged(row: &rusqlite::Row<'_>) -> rusqlite::Result<Logged> {
    let kind: i64 = row.get(6)?;
    let body: Option<Vec<u8>> = row.get(7)?;
    Ok(Logged {
        stamp: Stamp {
            device: DeviceId(row_id(row, 0)?.0),
            seq: row.get::<_, i64>(1)?.cast_unsigned(),
        },
        eff_hlc: Hlc(row.get::<_, i64>(2)?.cast_unsigned()),
        step: StepId(row_id(row, 3)?.0),
        entity: row.get(4)?,
        row: row_id(row, 5)?,
        kind: ChangeKind::from_code(kind).ok_or(rusqlite::Error::IntegralValueOutOfRange(6, kind))?,
        body: body.and_then(|bytes| Body::decode(&bytes)),
    })
}

/// All changes of a row, in the order in which they hold.
pub fn changes_of_row(conn: &Connection, row: RowId) -> Result<Vec<Logged>> {
    let sql = format!("{LOGGED} where c.row_id = ?1 order by c.eff_hlc, d.id, c.seq");
    let mut statement = conn.prepare_cached(&sql)?;
    let changes = statement
        .query_map([row.as_bytes()], logged)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(changes)
}

/// For each field the change whose value it bears: the newest that set it, or, where a value is given, the
/// newest that set it to just that. Reads the log backwards, no further than it must.
pub(super) fn versions(
    conn: &Connection,
    row: RowId,
    wanted: &[(&str, Option<Value>)],
) -> Result<Vec<Option<Stamp>>> {
    let sql = format!("{LOGGED} where c.row_id = ?1 order by c.eff_hlc desc, d.id desc, c.seq desc");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut changes = statement.query_map([row.as_bytes()], logged)?;
    let mut found: Vec<Option<Stamp>> = vec![None; wanted.len()];
    while found.contains(&None)
        && let Some(change) = changes.next().transpose()?
    {
        for field in change.body.iter().flat_map(|body| &body.0) {
            for (place, (name, value)) in found.iter_mut().zip(wanted) {
                let fits = *name == field.field && value.as_ref().is_none_or(|value| *value == field.value);
                if place.is_none() && fits {
                    *place = Some(change.stamp);
                }
            }
        }
    }
    Ok(found)
}

/// The changes of a step, in the order in which they were made; at most `limit`.
pub fn changes_of_step(conn: &Connection, step: StepId, limit: usize) -> Result<Vec<Logged>> {
    let sql = format!("{LOGGED} where c.step = ?1 order by c.seq limit ?2");
    let mut statement = conn.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let changes = statement
        .query_map(params![step.as_bytes(), limit], logged)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(changes)
}

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
pub(super) fn add_device(conn: &Connection, id: DeviceId) -> Result<()> {
    conn.execute("insert into devices (id) values (?1)", [id.as_bytes()])?;
    set_local(conn, "device", &Value::Int(conn.last_insert_rowid()))
}

/// Writes the WAL home and empties it.
///
/// # Errors
/// What SQLite says.
pub fn checkpoint(conn: &Connection) -> Result<()> {
    conn.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    Ok(())
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

// ---- steps

/// A step as its row tells it.
#[derive(Clone, Debug)]
pub struct StepRow {
    /// The step.
    pub id: StepId,
    /// On which device.
    pub device: Option<DeviceId>,
    /// Who.
    pub staff: String,
    /// When, by the clock on the wall.
    pub at: Timestamp,
    /// What sort of step.
    pub label: String,
    /// Its parameters, as JSON.
    pub params: String,
    /// do, undo or redo.
    pub act: String,
    /// What an undo or redo is about.
    pub target: Option<StepId>,
    /// How many changes.
    pub changes: u64,
    /// The step that undid it, if any.
    pub undone_by: Option<StepId>,
    /// Its place in the order of all changes.
    pub hlc: Hlc,
}

const STEP: &str =
    "select id, device, staff, at, label, params, act, target, changes, undone_by, hlc from steps";

fn step_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<StepRow> {
    Ok(StepRow {
        id: StepId(row_id(row, 0)?.0),
        device: row_id_or_none(row, 1).map(|id| DeviceId(id.0)),
        staff: row.get(2)?,
        at: Timestamp(row.get(3)?),
        label: row.get(4)?,
        params: row.get(5)?,
        act: row.get(6)?,
        target: row_id_or_none(row, 7).map(|id| StepId(id.0)),
        changes: row.get::<_, i64>(8)?.cast_unsigned(),
        undone_by: row_id_or_none(row, 9).map(|id| StepId(id.0)),
        hlc: Hlc(row.get::<_, i64>(10)?.cast_unsigned()),
    })
}

/// One step.
pub fn step(conn: &Connection, id: StepId) -> Result<Option<StepRow>> {
    let mut statement = conn.prepare_cached(&format!("{STEP} where id = ?1"))?;
    Ok(statement.query_row([id.as_bytes()], step_row).optional()?)
}

/// Steps, newest first, older than a place in the order.
pub fn steps(conn: &Connection, before: Option<(Hlc, StepId)>, limit: usize) -> Result<Vec<StepRow>> {
    let (hlc, id) = before.map_or((i64::MAX, [0xFF; 16]), |(hlc, id)| {
        (hlc.0.cast_signed(), *id.as_bytes())
    });
    let sql = format!("{STEP} where (hlc, id) < (?1, ?2) order by hlc desc, id desc limit ?3");
    let mut statement = conn.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(statement
        .query_map(params![hlc, id, limit], step_row)?
        .collect::<rusqlite::Result<_>>()?)
}

/// This device's newest step that was done, can be undone and has not been.
pub(super) fn step_to_undo(conn: &Connection, device: DeviceId, never: &[&str]) -> Result<Option<StepRow>> {
    let sql = format!(
        "{STEP} where device = ?1 and act = 'do' and undone_by is null
         and label not in (select value from json_each(?2)) order by hlc desc limit 1"
    );
    let never = serde_json::json!(never).to_string();
    Ok(conn
        .prepare_cached(&sql)?
        .query_row(params![device.as_bytes(), never], step_row)
        .optional()?)
}

/// This device's newest undo that has not been redone, with nothing done since.
pub(super) fn step_to_redo(conn: &Connection, device: DeviceId) -> Result<Option<StepRow>> {
    let sql = format!(
        "{STEP} as u where device = ?1 and act = 'undo' and undone_by is null and not exists
         (select 1 from steps d where d.device = ?1 and d.act = 'do' and d.hlc > u.hlc)
         order by hlc desc limit 1"
    );
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([device.as_bytes()], step_row)
        .optional()?)
}

/// Works out a step's place in the order, and what it says of the step it is about: undone, or not any more.
pub(super) fn derive_step(
    conn: &Connection,
    id: StepId,
    hlc: Hlc,
    act: &str,
    target: Option<StepId>,
) -> Result<()> {
    conn.prepare_cached("update steps set hlc = ?2 where id = ?1")?
        .execute(params![id.as_bytes(), hlc.0.cast_signed()])?;
    let Some(target) = target else { return Ok(()) };
    conn.prepare_cached("update steps set undone_by = ?2 where id = ?1")?
        .execute(params![target.as_bytes(), id.as_bytes()])?;
    if act == "redo" {
        conn.prepare_cached(
            "update steps set undone_by = null where id = (select target from steps where id = ?1)",
        )?
        .execute([target.as_bytes()])?;
    }
    Ok(())
}
