//! The SQL of the steps.

use clientele_model::{DeviceId, Hlc, StepId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{row_id, row_id_or_none};
use crate::Result;

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

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<StepRow> {
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
pub fn get(conn: &Connection, id: StepId) -> Result<Option<StepRow>> {
    let mut statement = conn.prepare_cached(&format!("{STEP} where id = ?1"))?;
    Ok(statement.query_row([id.as_bytes()], read).optional()?)
}

/// Was a step of this sort ever done, and is it not undone?
///
/// # Errors
/// What SQLite says.
pub fn has_label(conn: &Connection, label: &str) -> Result<bool> {
    let mut statement = conn.prepare_cached(
        "select exists (select 1 from steps where label = ?1 and act = 'do' and undone_by is null)",
    )?;
    Ok(statement.query_row([label], |row| row.get(0))?)
}

/// Steps, newest first, older than a place in the order.
pub fn list(conn: &Connection, before: Option<(Hlc, StepId)>, limit: usize) -> Result<Vec<StepRow>> {
    let (hlc, id) = before.map_or((i64::MAX, [0xFF; 16]), |(hlc, id)| {
        (hlc.0.cast_signed(), *id.as_bytes())
    });
    let sql = format!("{STEP} where (hlc, id) < (?1, ?2) order by hlc desc, id desc limit ?3");
    let mut statement = conn.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(statement
        .query_map(params![hlc, id, limit], read)?
        .collect::<rusqlite::Result<_>>()?)
}

/// This device's newest step that was done, can be undone and has not been.
pub(in crate::workspace) fn to_undo(
    conn: &Connection,
    device: DeviceId,
    never: &[&str],
) -> Result<Option<StepRow>> {
    let sql = format!(
        "{STEP} where device = ?1 and act = 'do' and undone_by is null
         and label not in (select value from json_each(?2)) order by hlc desc limit 1"
    );
    let never = serde_json::json!(never).to_string();
    Ok(conn
        .prepare_cached(&sql)?
        .query_row(params![device.as_bytes(), never], read)
        .optional()?)
}

/// This device's newest undo that has not been redone, with nothing done since.
pub(in crate::workspace) fn to_redo(conn: &Connection, device: DeviceId) -> Result<Option<StepRow>> {
    let sql = format!(
        "{STEP} as u where device = ?1 and act = 'undo' and undone_by is null and not exists
         (select 1 from steps d where d.device = ?1 and d.act = 'do' and d.hlc > u.hlc)
         order by hlc desc limit 1"
    );
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([device.as_bytes()], read)
        .optional()?)
}

/// Works out a step's place in the order, and what it and those that it is about say of one another: undone,
/// or not any more. In whatever order they came, the same follows.
pub(in crate::workspace) fn derive(conn: &Connection, id: StepId) -> Result<()> {
    conn.prepare_cached(
        "update steps set hlc = coalesce((select max(eff_hlc) from changes where row_id = ?1 and state = 0), 0)
         where id = ?1",
    )?
    .execute([id.as_bytes()])?;
    // An undo may be about a redo of an undo; each says something only of the next.
    let mut about = Some(id);
    for _ in 0..3 {
        let Some(id) = about else { break };
        let mut statement = conn.prepare_cached(
            "update steps as s set undone_by = (
               select u.id from steps u where u.target = s.id and u.deleted_at is null
               and (u.act = 'redo' or not exists (select 1 from steps r where r.target = u.id and r.act = 'redo'))
               order by u.hlc desc, u.id desc limit 1)
             where s.id = ?1 returning target",
        )?;
        let target = statement.query_row([id.as_bytes()], |row| Ok(row_id_or_none(row, 0)));
        about = target.optional()?.flatten().map(|id| StepId(id.0));
    }
    Ok(())
}
