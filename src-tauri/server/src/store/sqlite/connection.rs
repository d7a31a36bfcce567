//! One connection, and a transaction on it.

use std::future::{Future, ready};
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, ToSql, params_from_iter};

use super::super::project::tables;
use super::super::{Cell, Job, Row, Tx};
use crate::{Error, Result};

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It may write, and what it wrote is on the disk when it says so.
    Write,
    /// It reads.
    Read,
}

/// A connection.
pub struct SqliteTx(Connection);

/// What another process of ours may take for its own transaction: the command line beside the server.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long those who read are waited for when the files are to be cleared up.
const SHORT_PATIENCE: Duration = Duration::from_secs(1);

/// Files of fewer pages are not worth the trouble,
const PAGES_MIN: i64 = 128;

/// and for those of more, 128 megabytes, it would take that much memory, and pushes would wait too long.
const PAGES_MAX: i64 = 32_768;

impl SqliteTx {
    /// Opens a file.
    pub fn open(path: &Path, mode: Mode) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = match mode {
            Mode::Write => Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_CREATE)?,
            Mode::Read => Connection::open_with_flags(path, flags)?,
        };
        conn.busy_timeout(PATIENCE)?;
        conn.set_prepared_statement_cache_capacity(256);
        // How much a page is limited to may differ from one to the next: the plan is not to be made anew for it.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // Erased means erased: SQLite overwrites what it frees.
        conn.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;
             pragma cache_size = -32768; pragma temp_store = memory; pragma trusted_schema = off;
             pragma journal_size_limit = 1048576;",
        )?;
        if mode == Mode::Read {
            conn.execute_batch("pragma query_only = on")?;
        }
        Ok(Self(conn))
    }

    /// Makes tables.
    pub fn make(&mut self, sql: &str) -> Result<()> {
        Ok(self.0.execute_batch(&format!("begin immediate; {sql} commit;"))?)
    }

    /// Makes the plain tables; anew, where this version's are others.
    pub fn make_plain(&mut self) -> Result<()> {
        const FACT: &str = "plain tables";
        let fingerprint = tables::fingerprint();
        let known: Option<Vec<u8>> = self
            .0
            .query_row("select value from facts where name = ?1", [FACT], |row| {
                row.get(0)
            })
            .optional()?;
        if known.as_deref() == Some(fingerprint.as_bytes()) {
            return Ok(());
        }
        self.make(&format!("{}{}", tables::sqlite_drop(), tables::sqlite()))?;
        self.0.execute(
            "insert into facts (name, value) values (?1, ?2)
             on conflict (name) do update set value = excluded.value",
            (FACT, fingerprint.as_bytes()),
        )?;
        Ok(())
    }

    /// From now on, does a commit wait for the disk?
    pub fn set_durable(&mut self, durable: bool) -> Result<()> {
        let level = if durable { "full" } else { "normal" };
        Ok(self.0.pragma_update(None, "synchronous", level)?)
    }

    /// Puts all that was written into the file itself, and empties the log beside it.
    pub fn checkpoint(&mut self) -> Result<()> {
        // Nobody can write meanwhile: who reads for longer is waited for the next time.
        self.0.busy_timeout(SHORT_PATIENCE)?;
        let busy = self
            .0
            .query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0));
        self.0.busy_timeout(PATIENCE)?;
        let busy = busy?;
        if busy != 0 {
            return Err(Error::Refused("somebody reads for too long".to_owned()));
        }
        Ok(())
    }

    /// Moves the rows together where the file has grown, and empties the log beside it.
    pub fn rest(&mut self) -> Result<()> {
        let pragma = |name: &str| -> Result<i64> {
            let sql = format!("pragma {name}");
            Ok(self.0.query_row(&sql, [], |row| row.get(0))?)
        };
        let (pages, then) = (pragma("page_count")?, pragma("user_version")?);
        if pages > then + then / 4 && (PAGES_MIN..PAGES_MAX).contains(&pages) {
            // Rows that come in order leave a tenth of each page free, and what is packed anew leaves more.
            self.0.execute_batch("vacuum")?;
            let pages: i64 = self.0.query_row("pragma page_count", [], |row| row.get(0))?;
            self.0.pragma_update(None, "user_version", pages)?;
        }
        // Who reads just now is not waited for: the next time will do.
        self.0.busy_timeout(Duration::ZERO)?;
        let emptied = self
            .0
            .query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
        self.0.busy_timeout(PATIENCE)?;
        Ok(emptied?)
    }

    /// See [`super::Sqlite::fill_disk`].
    #[cfg(feature = "sabotage")]
    pub fn fill_disk(&mut self, pages_left: Option<u32>) -> Result<()> {
        let pages: i64 = self.0.query_row("pragma page_count", [], |row| row.get(0))?;
        let most = pages_left.map_or(i64::from(i32::MAX), |left| pages + i64::from(left));
        Ok(self
            .0
            .query_row(&format!("pragma max_page_count = {most}"), [], |_| Ok(()))?)
    }

    /// Runs a job between `begin` and the commit; undoes all of it where it fails.
    pub fn transaction<J: Job>(&mut self, job: &J, begin: &str) -> Result<J::Out> {
        self.0.execute_batch(begin)?;
        // Nothing here waits: a job that does would wait for ever.
        let out = job
            .run(self)
            .now_or_never()
            .unwrap_or_else(|| Err(Error::damaged("a job that waits")));
        let out = out.and_then(|out| {
            self.0.execute_batch("commit")?;
            Ok(out)
        });
        if !self.0.is_autocommit() {
            self.0.execute_batch("rollback")?;
        }
        out
    }

    fn ask(&mut self, sql: &str, params: &[Vec<Cell>]) -> Result<Vec<Vec<Row>>> {
        let mut statement = self.0.prepare_cached(&spelled(sql))?;
        let columns = statement.column_count();
        let mut answers = Vec::with_capacity(params.len());
        for params in params {
            let mut rows = statement.query(params_from_iter(params))?;
            let mut answer = Vec::new();
            while let Some(row) = rows.next()? {
                let cells = (0..columns).map(|at| Ok(cell(row.get_ref(at)?)));
                answer.push(Row(cells.collect::<Result<_>>()?));
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    fn act(&mut self, sql: &str, params: &[Vec<Cell>]) -> Result<u64> {
        let mut statement = self.0.prepare_cached(&spelled(sql))?;
        let mut touched = 0;
        for params in params {
            touched += statement.execute(params_from_iter(params))? as u64;
        }
        Ok(touched)
    }
}

/// As SQLite spells it.
fn spelled(sql: &str) -> String {
    sql.replace('$', "?")
        .replace("{company}", "")
        .replace("{lock}", "")
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(n) => Cell::Int(n),
        // No column of ours holds fractions.
        ValueRef::Real(_) => Cell::Null,
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Int(n) => ToSqlOutput::Owned(Value::Integer(*n)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

impl Tx for SqliteTx {
    const IS_BY_NUMBER: bool = true;

    fn query(&mut self, sql: &str, params: &[Cell]) -> impl Future<Output = Result<Vec<Row>>> + Send {
        let answers = self.ask(sql, &[params.to_vec()]);
        ready(answers.map(|mut answers| answers.pop().unwrap_or_default()))
    }

    fn query_many(
        &mut self,
        sql: &str,
        params: &[Vec<Cell>],
    ) -> impl Future<Output = Result<Vec<Vec<Row>>>> + Send {
        ready(self.ask(sql, params))
    }

    fn execute_many(&mut self, sql: &str, params: &[Vec<Cell>]) -> impl Future<Output = Result<u64>> + Send {
        ready(self.act(sql, params))
    }
}
