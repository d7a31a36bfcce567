//! The SQL of the receipts: which steps erased, as the log knows, and what head office told of them.

use clientele_model::{BranchId, DeviceId, Hlc, StepId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::Result;
use crate::workspace::store::{row_id, row_id_or_none};

/// What head office told of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::head_office) struct Told {
    /// When it took it; `None` where it never named it to this device, which came later than the last to confirm.
    pub at: Option<Timestamp>,
    /// Who had not confirmed.
    pub waiting_for: Vec<DeviceId>,
    /// Who had.
    pub confirmed_by: Vec<DeviceId>,
    /// Is it gone from the server's own files?
    pub server_done: bool,
    /// Since when all of them have confirmed.
    pub confirmed_at: Option<Timestamp>,
}

fn ids(json: &str) -> Vec<DeviceId> {
    let ids: Vec<String> = serde_json::from_str(json).unwrap_or_default();
    ids.iter().filter_map(|id| id.parse().ok()).collect()
}

fn json(ids: &[DeviceId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    serde_json::json!(ids).to_string()
}

pub(in crate::head_office) fn put(conn: &Connection, step: StepId, told: &Told) -> Result<()> {
    conn.prepare_cached(
        "insert or replace into erasures (step, at, waiting_for, confirmed_by, server_done, confirmed_at)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        step.as_bytes(),
        told.at.map(|at| at.0),
        json(&told.waiting_for),
        json(&told.confirmed_by),
        told.server_done,
        told.confirmed_at.map(|at| at.0),
    ])?;
    Ok(())
}

pub(in crate::head_office) fn get(conn: &Connection, step: StepId) -> Result<Option<Told>> {
    let mut statement = conn.prepare_cached(
        "select at, waiting_for, confirmed_by, server_done, confirmed_at from erasures where step = ?1",
    )?;
    let told = statement.query_row([step.as_bytes()], |row| {
        Ok(Told {
            at: row.get::<_, Option<i64>>(0)?.map(Timestamp),
            waiting_for: ids(row.get_ref(1)?.as_str()?),
            confirmed_by: ids(row.get_ref(2)?.as_str()?),
            server_done: row.get(3)?,
            confirmed_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        })
    });
    Ok(told.optional()?)
}

/// Erasures that, as far as head office told, not all have confirmed: the step, and who is missing.
///
/// # Errors
/// What SQLite says.
pub fn outstanding(conn: &Connection) -> Result<Vec<(StepId, Vec<DeviceId>)>> {
    let mut statement = conn.prepare_cached(
        "select step, waiting_for from erasures where confirmed_at is null order by at desc",
    )?;
    let rows = statement.query_map([], |row| Ok((step(row, 0)?, ids(row.get_ref(1)?.as_str()?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn step(row: &Row<'_>, column: usize) -> rusqlite::Result<StepId> {
    Ok(StepId(row_id(row, column)?.0))
}

/// The server was restored from a backup: what it took after this mark it does not know, and nobody has
/// confirmed.
pub(in crate::head_office) fn forget_after(conn: &Connection, n: u64) -> Result<()> {
    conn.execute(
        "delete from erasures where step in (
           select c.step from changes c join batches b
           on b.device = c.device and c.seq between b.first_seq and b.last_seq
           where c.kind = 4 and b.n > ?1)",
        [n.cast_signed()],
    )?;
    Ok(())
}

/// Steps that erased and that not everybody has confirmed.
pub(in crate::head_office) fn unconfirmed(conn: &Connection) -> Result<Vec<StepId>> {
    let mut statement = conn.prepare_cached(
        "select distinct step from changes where kind = 4
         and step not in (select step from erasures where confirmed_at is not null)",
    )?;
    let steps = statement.query_map([], |row| step(row, 0))?;
    Ok(steps.collect::<rusqlite::Result<_>>()?)
}

/// Steps that erased, the newest first, before a place in the order.
pub(in crate::head_office) fn steps(
    conn: &Connection,
    before: Option<(Hlc, StepId)>,
    limit: u32,
) -> Result<Vec<StepId>> {
    let (hlc, id) = before.map_or((i64::MAX, [0xFF; 16]), |(hlc, id)| {
        (hlc.0.cast_signed(), *id.as_bytes())
    });
    // Of very many steps few have erased: these are asked first.
    let mut statement = conn.prepare_cached(
        "select s.id from (select distinct step from changes where kind = 4) e cross join steps s on s.id = e.step
         where (s.hlc, s.id) < (?1, ?2) order by s.hlc desc, s.id desc limit ?3",
    )?;
    let steps = statement.query_map(params![hlc, id, limit], |row| step(row, 0))?;
    Ok(steps.collect::<rusqlite::Result<_>>()?)
}

/// What the log knows of a step that erased.
#[derive(Clone, Debug)]
pub(in crate::head_office) struct Erased {
    /// Clients that it erased.
    pub clients: u64,
    /// Contacts that it erased, those on the clients' cards among them.
    pub contacts: u64,
    /// Whose they were.
    pub scopes: Vec<Option<BranchId>>,
    /// Did head office refuse some of it?
    pub is_refused: bool,
    /// Where its last change stands in head office's log; `None` where it is not known to be there.
    pub n: Option<u64>,
    /// Did head office say at least that it has it?
    pub is_taken: bool,
}

pub(in crate::head_office) fn erased(conn: &Connection, of: StepId, own_acknowledged: u64) -> Result<Erased> {
    let mut statement = conn.prepare_cached(
        "select coalesce(sum(entity = 'clients'), 0), coalesce(sum(entity = 'contacts'), 0),
         coalesce(max(state = 2), 0), coalesce(max(device), 0), coalesce(max(seq), 0),
         coalesce(max(device) = (select value from local where name = 'device'), 0)
         from changes where step = ?1 and kind = 4",
    )?;
    let (mut erased, device, seq, is_own) = statement.query_row([of.as_bytes()], |row| {
        let erased = Erased {
            clients: row.get::<_, i64>(0)?.cast_unsigned(),
            contacts: row.get::<_, i64>(1)?.cast_unsigned(),
            is_refused: row.get(2)?,
            scopes: Vec::new(),
            n: None,
            is_taken: false,
        };
        Ok((
            erased,
            row.get::<_, i64>(3)?,
            row.get::<_, i64>(4)?,
            row.get::<_, bool>(5)?,
        ))
    })?;
    let mut statement = conn.prepare_cached(
        "select n from batches where device = ?1 and first_seq <= ?2 and last_seq >= ?2
         order by first_seq desc limit 1",
    )?;
    let n = statement.query_row([device, seq], |row| row.get::<_, Option<i64>>(0));
    erased.n = n.optional()?.flatten().map(i64::cast_unsigned);
    erased.is_taken = erased.n.is_some() || (is_own && seq.cast_unsigned() <= own_acknowledged);
    let mut statement =
        conn.prepare_cached("select distinct scope from changes where step = ?1 and kind = 4")?;
    let scopes = statement.query_map([of.as_bytes()], |row| {
        Ok(row_id_or_none(row, 0).map(|id| BranchId(id.0)))
    })?;
    erased.scopes = scopes.collect::<rusqlite::Result<_>>()?;
    Ok(erased)
}
