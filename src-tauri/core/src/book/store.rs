//! The SQL and the pragmas of an encrypted file.

use std::path::Path;

use clientele_model::{ErrorCode, Refusal, Value};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use zeroize::Zeroizing;

use crate::keys::{BookId, BookKey, hex};
use crate::workspace::store::{checkpoint, local, set_local};
use crate::{Error, Result};

/// Every migration, in order. What has been shipped never changes.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_the_book.sql"),
    include_str!("../../migrations/0002_head_office.sql"),
    include_str!("../../migrations/0003_search.sql"),
    include_str!("../../migrations/0004_duplicates.sql"),
    include_str!("../../migrations/0005_whose_it_was.sql"),
    include_str!("../../migrations/0006_custom_fields.sql"),
    include_str!("../../migrations/0007_filters.sql"),
    include_str!("../../migrations/0008_attachments.sql"),
    include_str!("../../migrations/0009_links_and_faces.sql"),
];

/// Gives the connection its key; for a new file with the salt that it will begin with.
pub(super) fn set_key(conn: &Connection, key: &BookKey, new: Option<BookId>) -> Result<()> {
    // SQLCipher's own words on stderr would reach a log; what matters comes back as an error code.
    conn.execute_batch("pragma cipher_log_level = none")?;
    let salt = new.map(|id| hex(&id.0)).unwrap_or_default();
    let digits = Zeroizing::new(hex(key.as_bytes()));
    let pragma = Zeroizing::new(format!("pragma key = \"x'{}{salt}'\"", *digits));
    conn.execute_batch(&pragma)?;
    Ok(())
}

/// Reads the first page: only the right key makes sense of it, and nothing is written.
pub(super) fn prove_key(conn: &Connection, path: &Path) -> Result<()> {
    match conn.query_row("select count(*) from sqlite_master", [], |row| {
        row.get::<_, i64>(0)
    }) {
        Ok(_) => Ok(()),
        Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(Refusal::new(ErrorCode::BookWrongKey)
                .with("path", path.display())
                .into())
        }
        Err(e) => Err(Error::Sql(e)),
    }
}

/// How every connection behaves: durable to the last commit, leaving nothing of what was deleted.
pub(super) fn prepare(conn: &Connection) -> Result<()> {
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(128);
    // What a list is limited to may differ from one time to the next: the plan is not to be made anew for it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    rusqlite::vtab::array::load_module(conn)?;
    conn.execute_batch(
        "pragma journal_mode = wal;
         pragma synchronous = full;
         pragma foreign_keys = on;
         pragma secure_delete = on;
         pragma trusted_schema = off;
         pragma temp_store = memory;
         pragma cache_size = -32768;
         pragma wal_autocheckpoint = 4000;
         pragma journal_size_limit = 16777216;",
    )?;
    Ok(())
}

pub(super) fn read_only(conn: &Connection) -> Result<()> {
    Ok(conn.execute_batch("pragma query_only = on")?)
}

/// Brings the file up to this version. Returns whether anything had to be done.
pub(super) fn migrate(conn: &Connection, path: &Path) -> Result<bool> {
    let found: u32 = conn.query_row("pragma user_version", [], |row| row.get(0))?;
    let found = found as usize;
    if found > MIGRATIONS.len() {
        let refusal = Refusal::new(ErrorCode::BookTooNew).with("path", path.display());
        return Err(refusal
            .with("found", found)
            .with("known", MIGRATIONS.len())
            .into());
    }
    for (i, migration) in MIGRATIONS.iter().enumerate().skip(found) {
        conn.execute_batch(&format!(
            "begin immediate; {migration}\n; pragma user_version = {}; commit",
            i + 1
        ))
        .inspect_err(|_| {
            let _ = conn.execute_batch("rollback");
        })?;
    }
    Ok(found < MIGRATIONS.len())
}

pub(super) fn set_demo(conn: &Connection, demo: bool) -> Result<()> {
    set_local(conn, "demo", &Value::Int(demo.into()))
}

pub(crate) fn is_demo(conn: &Connection) -> Result<bool> {
    Ok(local(conn, "demo")?.and_then(|v| v.as_int()) == Some(1))
}

// ---- what `check` asks

/// What SQLCipher (every page's seal) and SQLite (every page's structure) have to say; empty when all is well.
pub(super) fn file_problems(conn: &Connection) -> Result<Vec<String>> {
    // The seals of pages that are still in the WAL are not those in the file: bring them home first.
    checkpoint(conn)?;
    let mut problems = Vec::new();
    for pragma in ["cipher_integrity_check", "integrity_check", "foreign_key_check"] {
        let mut statement = conn.prepare(&format!("pragma {pragma}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let said = row.get_ref(0)?;
            let said = said.as_str().map_or_else(|_| format!("{said:?}"), str::to_owned);
            if said != "ok" {
                problems.push(format!("{pragma}: {said}"));
            }
        }
    }
    Ok(problems)
}

/// Is this device's stream numbered 1, 2, 3, ... without a gap? If not, by how many changes. Of the streams of
/// others there may be only what this device may see.
pub(super) fn log_gaps(conn: &Connection) -> Result<Vec<String>> {
    let mut statement = conn.prepare(
        "select device, max(seq) - count(*) from changes
         where device = (select value from local where name = 'device')
         group by device having max(seq) <> count(*)",
    )?;
    let gaps = statement.query_map([], |row| {
        Ok(format!(
            "log: device {} lacks {} changes",
            row.get::<_, i64>(0)?,
            row.get::<_, i64>(1)?
        ))
    })?;
    Ok(gaps.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn count(conn: &Connection, what: &str) -> Result<u64> {
    let sql = match what {
        // Whoever stands on another's card is no card more.
        "clients" => "select count(*) from clients where deleted_at is null and shown_on is null",
        "contacts" => "select count(*) from contacts where deleted_at is null",
        "steps" => "select count(*) from steps",
        _ => "select count(*) from changes",
    };
    Ok(conn
        .query_row(sql, [], |row| row.get::<_, i64>(0))?
        .cast_unsigned())
}
