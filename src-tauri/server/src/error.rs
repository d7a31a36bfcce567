//! What can go wrong in the server's own house. A device is told none of it: it is answered "later".

/// Why the server could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite says no.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL says no.
    #[error("PostgreSQL: {}", told(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection to PostgreSQL could be had.
    #[error("no connection to PostgreSQL: {0}")]
    Pool(#[from] deadpool_postgres::PoolError),
    /// A file or a socket says no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// What the database holds is not what was put there.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// No such company.
    #[error("there is no company {0}")]
    NoCompany(clientele_model::CompanyId),
    /// The storage was closed while the question was under way.
    #[error("the storage was closed")]
    Closed,
    /// What a person asked of the command line cannot be done.
    #[error("{0}")]
    Refused(String),
}

/// What PostgreSQL says, with the reason that its own words leave out.
fn told(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(reason) => format!("{} ({})", reason.message(), reason.code().code()),
        None => error.to_string(),
    }
}

impl Error {
    /// A piece of the database that is not what was put there.
    pub(crate) fn damaged(what: &str) -> Self {
        Self::Damaged(what.to_owned())
    }
}

/// What the server could do.
pub type Result<T, E = Error> = std::result::Result<T, E>;
