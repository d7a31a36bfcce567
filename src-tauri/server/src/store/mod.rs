//! Where the log lies. What is asked of a database is said once, as a [`Job`] in SQL that both of them speak;
//! [`sqlite`] and [`postgres`] differ in what a transaction is and how its bytes get to the disk.
//!
//! Two spellings differ and stand in braces: `{company}` before the columns of a key (PostgreSQL keeps all
//! companies in the same tables, SQLite one file for each), and `{lock}` after a row that is read to be changed.

pub mod any;
pub mod append;
pub mod branches;
pub mod cell;
pub mod check;
pub mod contents;
pub mod control;
pub mod devices;
pub mod dump;
pub mod entry;
pub mod erased;
pub mod hello;
pub mod page;
pub mod postgres;
pub mod project;
pub mod quarantine;
pub mod repack;
pub mod schema;
pub mod scrub;
pub mod sqlite;
pub mod streams;

use std::future::Future;

use clientele_model::CompanyId;

pub use cell::{Cell, Row};

use crate::Result;

/// One transaction in a company's database.
pub trait Tx: Send {
    /// Does this database keep what stands in many rows of the plain tables by a number there?
    const IS_BY_NUMBER: bool;

    /// Rows.
    fn query(&mut self, sql: &str, params: &[Cell]) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// The rows of one question asked many times, in the order of asking.
    fn query_many(
        &mut self,
        sql: &str,
        params: &[Vec<Cell>],
    ) -> impl Future<Output = Result<Vec<Vec<Row>>>> + Send;

    /// Does something, once for each set of parameters; says how many rows it touched in all. Where it puts rows
    /// into a table and takes another in their place, no two of them have the same key.
    fn execute_many(&mut self, sql: &str, params: &[Vec<Cell>]) -> impl Future<Output = Result<u64>> + Send;

    /// Does something; says how many rows it touched.
    fn execute(&mut self, sql: &str, params: &[Cell]) -> impl Future<Output = Result<u64>> + Send {
        async {
            let params = [params.to_vec()];
            self.execute_many(sql, &params).await
        }
    }

    /// The one row that there is, or none.
    fn one(&mut self, sql: &str, params: &[Cell]) -> impl Future<Output = Result<Option<Row>>> + Send {
        async { Ok(self.query(sql, params).await?.into_iter().next()) }
    }
}

/// Something to be done in one transaction. It may be run again where the database could not finish it.
pub trait Job: Send + Sync + 'static {
    /// What comes of it.
    type Out: Send + 'static;

    /// Does it.
    fn run<T: Tx>(&self, tx: &mut T) -> impl Future<Output = Result<Self::Out>> + Send;
}

/// A database of companies.
pub trait Storage: Send + Sync + 'static {
    /// Runs a job that writes. When this returns, the disk has it.
    fn write<J: Job>(&self, company: CompanyId, job: J) -> impl Future<Output = Result<J::Out>> + Send;

    /// Runs a job that writes what a power cut may take back: when a device was heard, how far a table is.
    fn note<J: Job>(&self, company: CompanyId, job: J) -> impl Future<Output = Result<J::Out>> + Send;

    /// Runs a job that only reads, all of it at one moment of the log.
    fn read<J: Job>(&self, company: CompanyId, job: J) -> impl Future<Output = Result<J::Out>> + Send;

    /// Runs a job about companies and pairing codes.
    fn control<J: Job>(&self, job: J) -> impl Future<Output = Result<J::Out>> + Send;

    /// Makes room for a company that [`control`](Self::control) has just written down.
    fn found(&self, company: CompanyId) -> impl Future<Output = Result<()>> + Send;

    /// Gives up the room of a company that is no more, and that [`EmptyUnused`](dump::EmptyUnused) has emptied.
    fn clear_away(&self, company: CompanyId) -> impl Future<Output = Result<()>> + Send;

    /// When nobody asks for anything: gives back the room on the disk that nothing needs.
    fn rest(&self, company: CompanyId) -> impl Future<Output = Result<()>> + Send;

    /// After bodies were overwritten: not even the files hold them any more when this returns.
    fn scour(&self, company: CompanyId) -> impl Future<Output = Result<()>> + Send;
}
