//! The device's half of sync.
//!
//! [`Contact`] is one visit to head office's server: it says what to send, and makes of each answer what must
//! become of it. Bytes in, bytes out: it knows no socket and no clock, so that the simulator runs just this.
//! [`Line`] is the way there through a real network.

mod contact;
mod pairing;

pub use contact::{Ask, Contact, Report};
pub use pairing::Pairing;

use clientele_model::{ErrorCode, Refusal};
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
                Self::new(ErrorCode::HeadOfficeProtocol).with("server", server)
            }
            Error::No(No::Code) => ErrorCode::HeadOfficeCodeUsed.into(),
            Error::No(No::Revoked) => ErrorCode::HeadOfficeRevoked.into(),
            // It was restored from a backup of a time before this device was paired.
            Error::No(No::Session) => ErrorCode::HeadOfficeUnknown.into(),
            Error::No(No::NotAllowed) => ErrorCode::HeadOfficeNotAllowed.into(),
            Error::No(No::Busy) => ErrorCode::HeadOfficeUnreachable.into(),
            other => Self::new(ErrorCode::HeadOfficeFailed).with("detail", other),
        }
    }
}
