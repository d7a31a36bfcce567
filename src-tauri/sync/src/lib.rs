//! The device's half of sync.
//!
//! [`Contact`] is one visit to head office's server: it says what to send, and makes of each answer what must
//! become of it. Bytes in, bytes out: it knows no socket and no clock, so that the simulator runs just this.
//! [`Ahead`] fetches for it while the book is busy. [`Line`] is the way there through a real network.

mod ahead;
mod contact;
mod contents;
mod line;
mod pairing;
mod visit;

pub use ahead::{Ahead, Fetched};
pub use contact::{Ask, Contact, Report};
pub use line::Line;
pub use pairing::Pairing;
pub use visit::{Visited, pair, revoke, to_the_end, visit};

use clientele_model::{ErrorCode, Refusal};
use clientele_protocol::VERSION;
use clientele_protocol::message::No;

/// Why a contact ended early. What was taken over until then is safe, and the next contact goes on there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server says no.
    #[error("the server says no: {0:?}")]
    No(No),
    /// The answer is none that fits the question, or cannot be read.
    #[error("the answer does not fit: {0}")]
    Answer(&'static str),
    /// Nobody answers there, or not in time.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// Who answers there is not the server that the pairing code speaks of. Nothing was sent to it.
    #[error("not the server that is expected at {0}")]
    NotTrusted(String),
    /// Who answers there does not answer as head office's server does.
    #[error("{0}")]
    Broken(String),
    /// No server has such an address.
    #[error("no address of a server: {0}")]
    Address(String),
    /// The two sides went round in circles: a mistake of one of them, and nothing was lost.
    #[error("no agreement after several tries")]
    NoProgress,
    /// The book says no.
    #[error(transparent)]
    Book(#[from] clientele_core::Error),
}

/// The result of a step of a contact.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Book(error) => error.into(),
            Error::No(No::Protocol { server }) => {
                let refusal = Self::new(ErrorCode::HeadOfficeProtocol);
                refusal.with("found", server).with("known", VERSION)
            }
            Error::Unreachable(detail) => Self::new(ErrorCode::HeadOfficeUnreachable).with("detail", detail),
            Error::NotTrusted(address) => Self::new(ErrorCode::HeadOfficeNotTrusted).with("address", address),
            Error::No(No::Code) => ErrorCode::HeadOfficeCodeUsed.into(),
            Error::No(No::OtherBranch) => ErrorCode::HeadOfficeCodeBranch.into(),
            Error::No(No::OtherCompany) => ErrorCode::HeadOfficeCodeCompany.into(),
            Error::No(No::OtherKey) => ErrorCode::HeadOfficeCodeCopy.into(),
            Error::No(No::Revoked) => ErrorCode::HeadOfficeRevoked.into(),
            // It was restored from a backup of a time before this device was paired.
            Error::No(No::Session) => ErrorCode::HeadOfficeUnknown.into(),
            Error::No(No::NotAllowed) => ErrorCode::HeadOfficeNotAllowed.into(),
            Error::No(No::Busy) => Self::new(ErrorCode::HeadOfficeUnreachable).with("detail", "too busy"),
            other => Self::new(ErrorCode::HeadOfficeFailed).with("detail", other),
        }
    }
}
