//! The SQL of the contacts with head office that are remembered.

use clientele_model::{Refusal, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;

/// One contact with head office.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub at: Timestamp,
    /// Changes that came in.
    pub came_in: u64,
    /// Changes that went out.
    pub went_out: u64,
    /// Changes that were refused.
    pub refused: u64,
    /// Why it ended early; none where it did not.
    pub problem: Option<Refusal>,
    /// How long it took.
    pub duration_ms: u64,
}

/// Contacts that are remembered.
const EXCHANGES_MAX: i64 = 2000;

pub(in crate::head_office) fn put_exchange(conn: &Connection, exchange: &Exchange) -> Result<()> {
    conn.prepare_cached(
        "insert into exchanges (at, came_in, went_out, refused, problem, duration_ms) values (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        exchange.at.0,
        exchange.came_in.cast_signed(),
        exchange.went_out.cast_signed(),
        exchange.refused.cast_signed(),
        exchange.problem.as_ref().map(|problem| serde_json::json!(problem).to_string()).unwrap_or_default(),
        exchange.duration_ms.cast_signed(),
    ])?;
    conn.prepare_cached("delete from exchanges where id <= (select max(id) from exchanges) - ?1")?
        .execute([EXCHANGES_MAX])?;
    Ok(())
}

/// Why the newest contact in the list failed; none where it went well, or brought something all the same.
pub(in crate::head_office) fn newest_problem(conn: &Connection) -> Result<Option<Refusal>> {
    let mut statement = conn.prepare_cached(
        "select problem from exchanges where id = (select max(id) from exchanges)
         and came_in + went_out + refused = 0",
    )?;
    let problem = statement.query_row([], |row| Ok(serde_json::from_str(row.get_ref(0)?.as_str()?).ok()));
    Ok(problem.optional()?.flatten())
}

pub(in crate::head_office) fn drop_newest_exchange(conn: &Connection) -> Result<()> {
    conn.execute(
        "delete from exchanges where id = (select max(id) from exchanges)",
        [],
    )?;
    Ok(())
}

/// Contacts, the newest first, before one of them.
///
/// # Errors
/// What SQLite says.
pub fn exchanges(conn: &Connection, before: Option<i64>, limit: u32) -> Result<Vec<Exchange>> {
    let mut statement = conn.prepare_cached(
        "select id, at, came_in, went_out, refused, problem, duration_ms from exchanges
         where id < ?1 order by id desc limit ?2",
    )?;
    let rows = statement.query_map(params![before.unwrap_or(i64::MAX), limit.clamp(1, 500)], |row| {
        Ok(Exchange {
            id: row.get(0)?,
            at: Timestamp(row.get(1)?),
            came_in: row.get::<_, i64>(2)?.cast_unsigned(),
            went_out: row.get::<_, i64>(3)?.cast_unsigned(),
            refused: row.get::<_, i64>(4)?.cast_unsigned(),
            problem: serde_json::from_str(row.get_ref(5)?.as_str()?).ok(),
            duration_ms: row.get::<_, i64>(6)?.cast_unsigned(),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
