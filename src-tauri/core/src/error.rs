//! Core's error: a refusal for people, or what the database said, which becomes one at the border.

use clientele_model::{ErrorCode, Refusal};
use rusqlite::ErrorCode as Sqlite;

/// Anything that stops a feature.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule said no; the book is as it was.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The database said no; the transaction was rolled back.
    #[error("{0}")]
    Sql(#[from] rusqlite::Error),
}

/// Core's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code.into())
    }
}

impl Error {
    /// A file that could not be read or written.
    #[must_use]
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let code = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::FileTooLarge => ErrorCode::DiskFull,
            _ => ErrorCode::FileFailed,
        };
        Refusal::new(code)
            .with("path", path.display())
            .with("detail", error)
            .into()
    }

    /// The code, whichever way the error came.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Sql(error) => sqlite_code(error),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal,
            Error::Sql(error) => Self::new(sqlite_code(&error)).with("detail", error),
        }
    }
}

fn sqlite_code(error: &rusqlite::Error) -> ErrorCode {
    match error.sqlite_error_code() {
        Some(Sqlite::DiskFull) => ErrorCode::DiskFull,
        Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase) => ErrorCode::BookDamaged,
        Some(Sqlite::DatabaseBusy | Sqlite::DatabaseLocked) => ErrorCode::BookInUse,
        Some(Sqlite::ConstraintViolation) if error.to_string().contains(crate::workspace::guard::MESSAGE) => {
            ErrorCode::WriteGate
        }
        _ => ErrorCode::Database,
    }
}
