//! Either database, as the command line names it.

use std::path::Path;

use clientele_model::CompanyId;

use super::postgres::{Options, Postgres};
use super::sqlite::Sqlite;
use super::{Job, Storage};
use crate::Result;

/// One of the two.
pub enum AnyStorage {
    /// Files in a folder.
    Sqlite(Sqlite),
    /// A PostgreSQL.
    Postgres(Box<Postgres>),
}

impl AnyStorage {
    /// A PostgreSQL where one is named, else the files of a folder.
    ///
    /// # Errors
    /// What the database says.
    pub async fn open(folder: &Path, postgres: Option<&Options>) -> Result<Self> {
        Ok(match postgres {
            Some(options) => Self::Postgres(Box::new(Postgres::open(options).await?)),
            None => Self::Sqlite(Sqlite::open(folder)?),
        })
    }
}

impl Storage for AnyStorage {
    async fn write<J: Job>(&self, company: CompanyId, job: J) -> Result<J::Out> {
        match self {
            Self::Sqlite(storage) => storage.write(company, job).await,
            Self::Postgres(storage) => storage.write(company, job).await,
        }
    }

    async fn note<J: Job>(&self, company: CompanyId, job: J) -> Result<J::Out> {
        match self {
            Self::Sqlite(storage) => storage.note(company, job).await,
            Self::Postgres(storage) => storage.note(company, job).await,
        }
    }

    async fn read<J: Job>(&self, company: CompanyId, job: J) -> Result<J::Out> {
        match self {
            Self::Sqlite(storage) => storage.read(company, job).await,
            Self::Postgres(storage) => storage.read(company, job).await,
        }
    }

    async fn control<J: Job>(&self, job: J) -> Result<J::Out> {
        match self {
            Self::Sqlite(storage) => storage.control(job).await,
            Self::Postgres(storage) => storage.control(job).await,
        }
    }

    async fn found(&self, company: CompanyId) -> Result<()> {
        match self {
            Self::Sqlite(storage) => storage.found(company).await,
            Self::Postgres(storage) => storage.found(company).await,
        }
    }

    async fn clear_away(&self, company: CompanyId) -> Result<()> {
        match self {
            Self::Sqlite(storage) => storage.clear_away(company).await,
            Self::Postgres(storage) => storage.clear_away(company).await,
        }
    }

    async fn rest(&self, company: CompanyId) -> Result<()> {
        match self {
            Self::Sqlite(storage) => storage.rest(company).await,
            Self::Postgres(storage) => storage.rest(company).await,
        }
    }

    async fn scour(&self, company: CompanyId) -> Result<()> {
        match self {
            Self::Sqlite(storage) => storage.scour(company).await,
            Self::Postgres(storage) => storage.scour(company).await,
        }
    }
}
