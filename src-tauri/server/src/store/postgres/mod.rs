//! PostgreSQL: all companies in the same tables, divided by company, and each transaction sees one of them.
//!
//! The server works under the role `clientele_service`, which owns nothing; the tables belong to whoever
//! migrated. Several servers may work on one database: who appends holds the head of the company's log.

mod cells;
mod many;
mod migrate;
mod scour;
mod tls;

use std::time::Duration;

use clientele_model::CompanyId;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts, Transaction};
use futures_util::future::try_join_all;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{IsolationLevel, NoTls};

use self::tls::Way;
use super::{Cell, Job, Row, Storage, Tx};
use crate::{Error, Result};

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a transaction is begun anew that the database could not finish beside others.
const ATTEMPTS: usize = 5;

/// A database.
pub struct Postgres {
    pool: Pool,
    owner: Way,
    clears_journal: bool,
}

/// Which database, and how many connections.
#[derive(Clone, Debug)]
pub struct Options {
    /// As whom the server works; a member of `clientele_service`. With `sslmode`, as PostgreSQL's own programs know it.
    pub url: String,
    /// As whom it migrates and clears up after an erasure; the tables' owner. The same where there is none.
    pub admin_url: Option<String>,
    /// Connections at most.
    pub connections: usize,
    /// After an erasure the journal is overwritten too, as far as the owner may: some 16 MB files each time.
    pub clears_journal: bool,
}

impl Options {
    /// One login for all, and as many connections as are useful.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            admin_url: None,
            connections: 16,
            clears_journal: false,
        }
    }
}

/// One transaction.
pub struct PostgresTx<'a>(Transaction<'a>);

/// What a transaction is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Write,
    Note,
    Read,
}

impl Postgres {
    /// Connects, and makes or changes the tables where that is due.
    ///
    /// # Errors
    /// What PostgreSQL says; [`Error::Refused`] where the login may not do what it must.
    pub async fn open(options: &Options) -> Result<Self> {
        let way = Way::parse(&options.url)?;
        let owner = match &options.admin_url {
            Some(url) => Way::parse(url)?,
            None => way.clone(),
        };
        migrate::migrate(&owner).await?;
        let manager = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = match way.tls {
            None => Manager::from_config(way.config, NoTls, manager),
            Some(tls) => Manager::from_config(way.config, tls, manager),
        };
        let pool = Pool::builder(manager)
            .max_size(options.connections)
            .timeouts(Timeouts {
                wait: Some(PATIENCE),
                create: Some(PATIENCE),
                recycle: Some(PATIENCE),
            })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Refused(error.to_string()))?;
        let storage = Self {
            pool,
            owner,
            clears_journal: options.clears_journal,
        };
        storage.check_role().await?;
        Ok(storage)
    }

    async fn check_role(&self) -> Result<()> {
        let client = self.pool.get().await?;
        let row = client
            .query_one(
                "select pg_has_role(session_user, 'clientele_service', 'member')",
                &[],
            )
            .await?;
        if row.try_get::<_, bool>(0)? {
            Ok(())
        } else {
            Err(Error::Refused(
                "the login of the server must be a member of clientele_service".to_owned(),
            ))
        }
    }

    /// A connection as the tables' owner.
    async fn owner(&self) -> Result<tokio_postgres::Client> {
        self.owner.connect().await
    }

    async fn run<J: Job>(&self, company: Option<CompanyId>, job: &J, kind: Kind) -> Result<J::Out> {
        let mut attempt = 1;
        loop {
            match self.attempt(company, job, kind).await {
                Err(Error::Postgres(error)) if attempt < ATTEMPTS && is_passing(&error) => attempt += 1,
                out => return out,
            }
        }
    }

    async fn attempt<J: Job>(&self, company: Option<CompanyId>, job: &J, kind: Kind) -> Result<J::Out> {
        let mut client = self.pool.get().await?;
        let transaction = client.build_transaction();
        let transaction = match kind {
            // One moment of the log, from its head to its last entry.
            Kind::Read => transaction
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true),
            Kind::Write | Kind::Note => transaction.isolation_level(IsolationLevel::ReadCommitted),
        };
        let mut tx = PostgresTx(transaction.start().await?);
        let name = company.map(|company| company.to_string()).unwrap_or_default();
        let patience = match kind {
            Kind::Note => "set local synchronous_commit = off",
            Kind::Read | Kind::Write => "",
        };
        // An identifier is letters and dashes; `set` takes no parameters.
        let begin = format!(
            "set local role clientele_service; set local search_path = clientele;
             set local clientele.company = '{name}'; {patience}",
        );
        tx.0.batch_execute(&begin).await?;
        let out = job.run(&mut tx).await?;
        tx.0.commit().await?;
        Ok(out)
    }
}

/// Would it work at another moment?
fn is_passing(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE
    })
}

/// As PostgreSQL spells it.
fn spelled(sql: &str) -> String {
    sql.replace("{company}", "company, ")
        .replace("{lock}", " for update")
}

fn borrowed(params: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|cell| cell as &(dyn ToSql + Sync)).collect()
}

impl Tx for PostgresTx<'_> {
    const IS_BY_NUMBER: bool = false;

    async fn query(&mut self, sql: &str, params: &[Cell]) -> Result<Vec<Row>> {
        let statement = self.0.prepare_cached(&spelled(sql)).await?;
        let rows = self.0.query(&statement, &borrowed(params)).await?;
        rows.iter().map(cells::row).collect()
    }

    async fn query_many(&mut self, sql: &str, params: &[Vec<Cell>]) -> Result<Vec<Vec<Row>>> {
        if params.is_empty() {
            return Ok(Vec::new());
        }
        let sql = spelled(sql);
        let statement = self.0.prepare_cached(&sql).await?;
        // All go out before the first answer comes back.
        let transaction = &self.0;
        if params.len() < many::FEW {
            let asked = params.iter().map(|params| {
                let statement = &statement;
                async move {
                    let rows = transaction.query(statement, &borrowed(params)).await?;
                    rows.iter().map(cells::row).collect::<Result<Vec<_>>>()
                }
            });
            return try_join_all(asked).await;
        }
        let all = many::made(&sql, || Some(many::asked(&sql, &statement))).unwrap_or_default();
        let all = transaction.prepare_cached(&all).await?;
        let mut answers = Vec::with_capacity(params.len());
        for sets in params.chunks(many::AT_ONCE) {
            let columns = many::turned(sets, statement.params().len());
            let first = answers.len();
            answers.resize_with(first + sets.len(), Vec::new);
            for row in transaction.query(&all, &many::borrowed(&columns)).await? {
                let mut row = cells::row(&row)?;
                let place = usize::try_from(row.int(row.0.len() - 1)?).unwrap_or(0);
                row.0.pop();
                answers
                    .get_mut(first + place - 1)
                    .ok_or_else(|| Error::damaged("an answer to no question"))?
                    .push(row);
            }
        }
        Ok(answers)
    }

    async fn execute_many(&mut self, sql: &str, params: &[Vec<Cell>]) -> Result<u64> {
        if params.is_empty() {
            return Ok(0);
        }
        let sql = spelled(sql);
        let statement = self.0.prepare_cached(&sql).await?;
        let transaction = &self.0;
        if params.len() >= many::FEW
            && let Some(all) = many::made(&sql, || many::put(&sql, &statement))
        {
            let all = transaction.prepare_cached(&all).await?;
            let mut touched = 0;
            for sets in params.chunks(many::AT_ONCE) {
                let columns = many::turned(sets, statement.params().len());
                touched += transaction.execute(&all, &many::borrowed(&columns)).await?;
            }
            return Ok(touched);
        }
        let asked = params.iter().map(|params| {
            let statement = &statement;
            async move { Ok::<_, Error>(transaction.execute(statement, &borrowed(params)).await?) }
        });
        Ok(try_join_all(asked).await?.into_iter().sum())
    }
}

impl Storage for Postgres {
    async fn write<J: Job>(&self, company: CompanyId, job: J) -> Result<J::Out> {
        self.run(Some(company), &job, Kind::Write).await
    }

    async fn note<J: Job>(&self, company: CompanyId, job: J) -> Result<J::Out> {
        self.run(Some(company), &job, Kind::Note).await
    }

    async fn read<J: Job>(&self, company: CompanyId, job: J) -> Result<J::Out> {
        self.run(Some(company), &job, Kind::Read).await
    }

    async fn control<J: Job>(&self, job: J) -> Result<J::Out> {
        self.run(None, &job, Kind::Write).await
    }

    async fn found(&self, _company: CompanyId) -> Result<()> {
        // The tables are there for all companies.
        Ok(())
    }

    async fn clear_away(&self, _company: CompanyId) -> Result<()> {
        // It had rows in everybody's tables, and they are gone.
        Ok(())
    }

    async fn rest(&self, _company: CompanyId) -> Result<()> {
        // Its autovacuum does that.
        Ok(())
    }

    async fn scour(&self, company: CompanyId) -> Result<()> {
        let owner = self.owner().await?;
        scour::tables(&owner, company).await?;
        if self.clears_journal {
            scour::journal(&owner).await?;
        }
        Ok(())
    }
}
