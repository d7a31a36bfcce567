//! The SQL of the change log.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use clientele_model::{Body, BranchId, ChangeKind, DeviceId, Hlc, RowId, Stamp, StepId, Value};
use clientele_protocol::Hash;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::many::Many;
use super::{array, row_id, row_id_or_none};
use crate::Result;

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
    /// Whose it is.
    pub scope: Option<BranchId>,
    /// Does it count?
    pub state: State,
}

/// Does a change count? It may wait for the rest of its step, or have been refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It counts.
    Counts,
    /// The rest of its step is still on its way: nothing of a step is seen before all of it is there.
    Waits,
    /// Head office did not take it.
    Refused,
}

impl State {
    fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Counts,
            1 => Self::Waits,
            _ => Self::Refused,
        }
    }

    fn code(self) -> i64 {
        match self {
            Self::Counts => 0,
            Self::Waits => 1,
            Self::Refused => 2,
        }
    }
}

/// What is appended: a change with its device by the short number.
pub(in crate::workspace) struct NewLogged<'a> {
    pub device_n: i64,
    pub seq: u64,
    pub hlc: Hlc,
    pub eff_hlc: Hlc,
    pub schema: u32,
    pub step: StepId,
    pub scope: Option<BranchId>,
    pub entity: &'a str,
    pub row: RowId,
    pub kind: ChangeKind,
    pub content: Content<'a>,
    pub state: State,
}

/// The body of a change on its way into the log.
pub(in crate::workspace) enum Content<'a> {
    /// Bytes, the salt of their commitment, and the commitment.
    Whole(&'a [u8], &'a [u8], Hash),
    /// Erased: the commitment is all that is left.
    Gone(Hash),
}

/// A fresh salt. The commitment over it and the body stays when both are erased: it says that the log is
/// still the same, and nothing of what stood there.
pub(in crate::workspace) fn salt() -> [u8; 12] {
    SALTS.with_borrow_mut(|ready| {
        if ready.is_empty() {
            let mut bytes = [0u8; 12 * SALTS_AT_ONCE];
            getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
            ready.extend(bytes.as_chunks().0);
        }
        ready.pop().expect("some are ready")
    })
}

/// So many are asked for at once: an import needs one a row, and each question is a call of the system's.
const SALTS_AT_ONCE: usize = 64;

thread_local! {
    static SALTS: RefCell<Vec<[u8; 12]>> = const { RefCell::new(Vec::new()) };
}

impl NewLogged<'_> {
    /// What stands in each of [`COLUMNS`].
    fn values(&self) -> [ValueRef<'_>; 14] {
        let (body, salt, commitment) = match &self.content {
            Content::Whole(body, salt, commitment) => (Some(*body), Some(*salt), commitment),
            Content::Gone(commitment) => (None, None, commitment),
        };
        [
            ValueRef::Integer(self.device_n),
            ValueRef::Integer(self.seq.cast_signed()),
            ValueRef::Integer(self.hlc.0.cast_signed()),
            ValueRef::Integer(self.eff_hlc.0.cast_signed()),
            ValueRef::Integer(self.schema.into()),
            ValueRef::Blob(self.step.as_bytes()),
            self.scope
                .as_ref()
                .map_or(ValueRef::Null, |scope| ValueRef::Blob(scope.as_bytes())),
            ValueRef::Text(self.entity.as_bytes()),
            ValueRef::Blob(self.row.as_bytes()),
            ValueRef::Integer(self.kind.code()),
            body.map_or(ValueRef::Null, ValueRef::Blob),
            salt.map_or(ValueRef::Null, ValueRef::Blob),
            ValueRef::Blob(&commitment.0),
            ValueRef::Integer(self.state.code()),
        ]
    }
}

const COLUMNS: &str =
    "device, seq, hlc, eff_hlc, schema, step, scope, entity, row_id, kind, body, salt, commitment, state";

static APPEND: LazyLock<Many> = LazyLock::new(|| {
    let head = format!("insert into changes ({COLUMNS})");
    Many::new(head, 14, "on conflict do nothing".to_owned())
});

static APPEND_NEW: LazyLock<Many> = LazyLock::new(|| {
    // All or nothing of the transaction: then SQLite keeps no journal of the statement.
    let head = format!("insert or rollback into changes ({COLUMNS})");
    Many::new(head, 14, String::new())
});

/// Appends to the log. Returns how many were not there yet.
pub(in crate::workspace) fn append(conn: &Connection, changes: &[NewLogged<'_>]) -> Result<usize> {
    append_by(&APPEND, conn, changes)
}

/// Appends to the log what is known not to be there.
pub(in crate::workspace) fn append_new(conn: &Connection, changes: &[NewLogged<'_>]) -> Result<()> {
    append_by(&APPEND_NEW, conn, changes).map(|_| ())
}

fn append_by(many: &Many, conn: &Connection, changes: &[NewLogged<'_>]) -> Result<usize> {
    let mut added = 0;
    for (statement, changes) in many.portions(changes) {
        let values = changes.iter().flat_map(NewLogged::values);
        let mut statement = conn.prepare_cached(statement)?;
        added += statement.execute(params_from_iter(values.map(ToSqlOutput::Borrowed)))?;
    }
    Ok(added)
}

/// Is anything there of a stretch of a device's stream?
pub(in crate::workspace) fn is_there(
    conn: &Connection,
    device_n: i64,
    first: u64,
    last: u64,
) -> Result<bool> {
    let mut statement = conn.prepare_cached(
        "select exists (select 1 from changes where device = ?1 and seq between ?2 and ?3)",
    )?;
    Ok(statement.query_row(
        params![device_n, first.cast_signed(), last.cast_signed()],
        |row| row.get(0),
    )?)
}

const LOGGED: &str =
    "select d.id, c.seq, c.eff_hlc, c.step, c.entity, c.row_id, c.kind, c.body, c.scope, c.state
    from changes c join devices d on d.n = c.device";

fn logged(row: &rusqlite::Row<'_>) -> rusqlite::Result<Logged> {
    let kind: i64 = row.get(6)?;
    let body = row.get_ref(7)?.as_blob_or_null()?;
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
        body: body.and_then(Body::decode),
        scope: row_id_or_none(row, 8).map(|id| BranchId(id.0)),
        state: State::from_code(row.get(9)?),
    })
}

/// All changes of a row that count, in the order in which they hold.
pub fn of_row(conn: &Connection, row: RowId) -> Result<Vec<Logged>> {
    let sql = format!("{LOGGED} where c.row_id = ?1 and c.state = 0 order by c.eff_hlc, d.id, c.seq");
    let mut statement = conn.prepare_cached(&sql)?;
    let changes = statement
        .query_map([row.as_bytes()], logged)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(changes)
}

/// Those of these rows of which some change speaks.
pub(in crate::workspace) fn known(conn: &Connection, rows: &BTreeSet<RowId>) -> Result<BTreeSet<RowId>> {
    let mut statement = conn.prepare_cached(
        "select a.value from rarray(?1) a where exists (select 1 from changes where row_id = a.value)",
    )?;
    let known = statement.query_map([array(rows)], |row| row_id(row, 0))?;
    Ok(known.collect::<rusqlite::Result<_>>()?)
}

/// One change.
pub fn of_stamp(conn: &Connection, stamp: Stamp) -> Result<Option<Logged>> {
    let sql = format!("{LOGGED} where d.id = ?1 and c.seq = ?2");
    let mut statement = conn.prepare_cached(&sql)?;
    let (device, seq) = (stamp.device.as_bytes(), stamp.seq.cast_signed());
    Ok(statement.query_row(params![device, seq], logged).optional()?)
}

/// For each field the change whose value it bears: the newest that set it, or, where a value is given, the
/// newest that set it to just that. Reads the log backwards, no further than it must.
pub(in crate::workspace) fn versions(
    conn: &Connection,
    row: RowId,
    wanted: &[(&str, Option<Value>)],
) -> Result<Vec<Option<Stamp>>> {
    let sql = format!(
        "{LOGGED} where c.row_id = ?1 and c.state = 0 order by c.eff_hlc desc, d.id desc, c.seq desc"
    );
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

/// When a field of a row was said last, and by which device: its place in the order of changes.
pub(crate) fn said_at(conn: &Connection, row: RowId, field: &str) -> Result<Option<(Hlc, DeviceId)>> {
    let sql = format!(
        "{LOGGED} where c.row_id = ?1 and c.state = 0 order by c.eff_hlc desc, d.id desc, c.seq desc"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    for change in statement.query_map([row.as_bytes()], logged)? {
        let change = change?;
        let mut fields = change.body.iter().flat_map(|body| &body.0);
        if fields.any(|said| said.field == field) {
            return Ok(Some((change.eff_hlc, change.stamp.device)));
        }
    }
    Ok(None)
}

/// The changes of a step that count, in the order in which they were made; at most `limit`.
pub fn of_step(conn: &Connection, step: StepId, limit: usize) -> Result<Vec<Logged>> {
    let sql = format!("{LOGGED} where c.step = ?1 and c.state = 0 order by c.seq limit ?2");
    let mut statement = conn.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let changes = statement
        .query_map(params![step.as_bytes(), limit], logged)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(changes)
}

/// The newest change of each device on some rows that count: of any kind, or only of those that write something.
pub(in crate::workspace) fn newest(
    conn: &Connection,
    rows: &[RowId],
    only_writes: bool,
) -> Result<Vec<Stamp>> {
    let kinds = if only_writes { "and kind in (0, 1, 2)" } else { "" };
    let sql = format!(
        "select d.id, max(c.seq) from changes c join devices d on d.n = c.device
         where c.row_id = ?1 and c.state = 0 {kinds} group by c.device"
    );
    let mut newest: BTreeMap<DeviceId, u64> = BTreeMap::new();
    let mut statement = conn.prepare_cached(&sql)?;
    for row in rows {
        let mut found = statement.query([row.as_bytes()])?;
        while let Some(found) = found.next()? {
            let device = DeviceId(row_id(found, 0)?.0);
            let seq = found.get::<_, i64>(1)?.cast_unsigned();
            let place = newest.entry(device).or_default();
            *place = (*place).max(seq);
        }
    }
    let stamps = newest.into_iter().map(|(device, seq)| Stamp { device, seq });
    Ok(stamps.collect())
}

/// Has anybody but this device ever written into this book?
pub(in crate::workspace) fn has_others(conn: &Connection) -> Result<bool> {
    let mut statement = conn.prepare_cached("select count(*) > 1 from devices")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Forgets what the changes of a row held.
pub(in crate::workspace) fn forget(conn: &Connection, row: RowId) -> Result<()> {
    conn.prepare_cached(
        "update changes set body = null, salt = null where row_id = ?1 and body is not null",
    )?
    .execute([row.as_bytes()])?;
    conn.prepare_cached("delete from displaced where row_id = ?1")?
        .execute([row.as_bytes()])?;
    Ok(())
}

/// Where a change of a device is bound to another commitment than this: takes it out with all that the device had
/// written after it, and puts them aside to be written once more. Returns their rows.
pub(in crate::workspace) fn displace(
    conn: &Connection,
    device_n: i64,
    seq: u64,
    commitment: &Hash,
) -> Result<Vec<(String, RowId)>> {
    let mut differs = conn.prepare_cached(
        "select exists (select 1 from changes where device = ?1 and seq = ?2 and commitment <> ?3)",
    )?;
    let which = params![device_n, seq.cast_signed()];
    if !differs.query_row(params![device_n, seq.cast_signed(), commitment.0], |row| {
        row.get::<_, bool>(0)
    })? {
        return Ok(Vec::new());
    }
    conn.prepare_cached(
        "insert into displaced (entity, row_id, kind, body, scope) select entity, row_id, kind, body, scope
         from changes where device = ?1 and seq >= ?2 and state = 0 order by seq",
    )?
    .execute(which)?;
    let mut statement =
        conn.prepare_cached("delete from changes where device = ?1 and seq >= ?2 returning entity, row_id")?;
    let displaced = statement.query_map(which, |row| Ok((row.get(0)?, row_id(row, 1)?)))?;
    Ok(displaced.collect::<rusqlite::Result<_>>()?)
}

/// A change that was put aside.
pub(in crate::workspace) struct Displaced {
    pub entity: String,
    pub row: RowId,
    pub kind: ChangeKind,
    pub body: Option<Body>,
    pub scope: Option<BranchId>,
}

/// What was put aside, in order.
pub(in crate::workspace) fn displaced(conn: &Connection) -> Result<Vec<Displaced>> {
    let mut statement =
        conn.prepare_cached("select entity, row_id, kind, body, scope from displaced order by id")?;
    let rows = statement.query_map([], |row| {
        let kind: i64 = row.get(2)?;
        let kind = ChangeKind::from_code(kind).ok_or(rusqlite::Error::IntegralValueOutOfRange(2, kind))?;
        Ok(Displaced {
            entity: row.get(0)?,
            row: row_id(row, 1)?,
            kind,
            body: row.get_ref(3)?.as_blob_or_null()?.and_then(Body::decode),
            scope: row_id_or_none(row, 4).map(|id| BranchId(id.0)),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// It was written once more.
pub(in crate::workspace) fn forget_displaced(conn: &Connection) -> Result<()> {
    conn.prepare_cached("delete from displaced")?.execute([])?;
    Ok(())
}

/// Gives a change another place in the order, where it has another. Returns whether it had.
pub(in crate::workspace) fn place(conn: &Connection, device_n: i64, seq: u64, eff_hlc: Hlc) -> Result<bool> {
    let mut statement = conn
        .prepare_cached("update changes set eff_hlc = ?3 where device = ?1 and seq = ?2 and eff_hlc <> ?3")?;
    Ok(statement.execute(params![device_n, seq.cast_signed(), eff_hlc.0.cast_signed()])? > 0)
}

/// Says of a change that head office did not take it. Returns its row, where it counted.
pub(in crate::workspace) fn refuse(
    conn: &Connection,
    device_n: i64,
    seq: u64,
) -> Result<Option<(String, RowId)>> {
    let mut statement = conn.prepare_cached(
        "update changes set state = 2 where device = ?1 and seq = ?2 and state <> 2 returning entity, row_id",
    )?;
    let refused = statement.query_row(params![device_n, seq.cast_signed()], |row| {
        Ok((row.get(0)?, row_id(row, 1)?))
    });
    Ok(refused.optional()?)
}

/// The rest of a step has come: what waited for it counts. Returns its rows.
pub(in crate::workspace) fn complete(conn: &Connection, step: StepId) -> Result<Vec<(String, RowId)>> {
    let mut statement = conn.prepare_cached(
        "update changes set state = 0 where step = ?1 and state = 1 returning entity, row_id",
    )?;
    let rows = statement.query_map([step.as_bytes()], |row| Ok((row.get(0)?, row_id(row, 1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The highest place in the order that any change has.
pub(in crate::workspace) fn highest(conn: &Connection) -> Result<Hlc> {
    let highest: i64 = conn.query_row("select coalesce(max(eff_hlc), 0) from changes", [], |row| {
        row.get(0)
    })?;
    Ok(Hlc(highest.cast_unsigned()))
}

/// Every row that the log speaks of.
pub fn rows(conn: &Connection) -> Result<Vec<(String, RowId)>> {
    let mut statement = conn.prepare("select distinct entity, row_id from changes where state = 0")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row_id(row, 1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

// ---- rows that are gone for good

/// Notes that a row is gone for good, and takes away the content that it stood for: whichever way an erasure comes, it
/// comes by here.
pub(in crate::workspace) fn set_erased(conn: &Connection, row: RowId) -> Result<()> {
    conn.prepare_cached("insert or ignore into erased (row_id) values (?1)")?
        .execute([row.as_bytes()])?;
    let pieces = conn
        .prepare_cached("delete from attachment_pieces where attachment = ?1")?
        .execute([row.as_bytes()])?;
    if pieces > 0 {
        // Their numbers are free again: up to which one head office was told says nothing any more.
        conn.prepare_cached("delete from local where name = 'contents_told_up_to'")?
            .execute([])?;
    }
    conn.prepare_cached("delete from attachments_wanted where attachment = ?1")?
        .execute([row.as_bytes()])?;
    Ok(())
}

/// Every row that is gone for good.
///
/// # Errors
/// What SQLite says.
pub fn erased_rows(conn: &Connection) -> Result<BTreeSet<RowId>> {
    let mut statement = conn.prepare("select row_id from erased")?;
    let rows = statement.query_map([], |row| row_id(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Was anything ever erased?
pub(in crate::workspace) fn knows_erased(conn: &Connection) -> Result<bool> {
    let mut statement = conn.prepare_cached("select exists (select 1 from erased)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Is a row gone for good?
pub(crate) fn is_erased(conn: &Connection, row: RowId) -> Result<bool> {
    let mut statement = conn.prepare_cached("select exists (select 1 from erased where row_id = ?1)")?;
    Ok(statement.query_row([row.as_bytes()], |row| row.get(0))?)
}
