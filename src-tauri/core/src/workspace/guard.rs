//! The guard: triggers that abort every write to a record which does not come through the write gate.
//!
//! They are no part of the change capture, which is explicit; they are there for the day on which
//! somebody forgets. They fire after the write and take it back: before it, SQLite would copy every row for them.
//! A program that does not know the function `gate_is_open` cannot write at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;

use super::store;
use super::table::Schema;
use crate::Result;

/// What the triggers say.
pub const MESSAGE: &str = "written outside the write gate";

/// The gate of one connection: open only while the gate itself writes.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<AtomicBool>);

impl Gate {
    /// Makes the function known to a connection.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn install(&self, conn: &Connection) -> Result<()> {
        let open = Arc::clone(&self.0);
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
        conn.create_scalar_function(
            "gate_is_open",
            0,
            flags,
            move |_| Ok(open.load(Ordering::Relaxed)),
        )?;
        Ok(())
    }

    /// Opens the gate until the returned value goes.
    #[must_use]
    pub fn open(&self) -> Opened {
        self.0.store(true, Ordering::Relaxed);
        Opened(Arc::clone(&self.0))
    }
}

/// The triggers rest until the returned value goes: for a transaction that is the gate's own from end to end and
/// writes much. They would let all of it pass, and because one of them might say no, SQLite would copy every page
/// that a statement touches.
///
/// # Errors
/// What SQLite says.
pub fn rest(conn: &Connection) -> Result<Resting<'_>> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    Ok(Resting(conn))
}

/// The triggers rest; dropping this wakes them.
#[derive(Debug)]
pub struct Resting<'a>(&'a Connection);

impl Drop for Resting<'_> {
    fn drop(&mut self) {
        // It sets a bit in memory, and so has nothing to fail at.
        let _ = self
            .0
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true);
    }
}

/// The gate stands open; dropping this shuts it.
#[derive(Debug)]
pub struct Opened(Arc<AtomicBool>);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Sets the triggers on every table of records.
///
/// # Errors
/// What SQLite says.
pub fn set_triggers(conn: &Connection, schema: &Schema) -> Result<()> {
    for table in schema.tables {
        store::set_guard(conn, table.name, MESSAGE)?;
    }
    Ok(())
}
