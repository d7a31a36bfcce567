//! What devices and head office's server say to one another.
//!
//! Each device's changes are a stream, numbered from 1 without a gap; a chain of hashes runs through it
//! ([`chain`]), and the device signs where each batch of it ends ([`batch`]). The server puts batches into
//! one log, without a gap, and hands that log on ([`message`]). Bytes in, bytes out: nothing here reads a
//! socket, a file or a clock, so that the simulator, the program and the server run the same code.

pub mod batch;
pub mod bytes;
pub mod chain;
pub mod digest;
pub mod envelope;
pub mod message;
pub mod pairing;

pub use batch::{Batch, Link, Payload, Proved, Sealed};
pub use chain::{Chain, Hash, Head};
pub use digest::Digest;
pub use envelope::{DeviceKey, Envelope, PublicKey};
pub use message::{Request, Response};

/// The version of this protocol. A server answers one that it does not speak with a refusal that names its own.
pub const VERSION: u16 = 1;

/// Changes in a batch at most. A longer step goes over in several batches and is shown when it is whole.
pub const BATCH_CHANGES_MAX: usize = 1000;

/// Bytes of a batch at most, before compression. A single change that is longer travels alone.
pub const BATCH_BYTES_MAX: usize = 256 * 1024;

/// Bytes of one change's body at most. A longer one is refused alone, and the queue moves on.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of a message at most, on the wire and unpacked.
pub const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why bytes are no message, or a message cannot be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Cut short, or never meant for us.
    #[error("unreadable: {0}")]
    Unreadable(&'static str),
    /// More than the bounds allow.
    #[error("too large")]
    TooLarge,
    /// The signature is not that of the device that it names.
    #[error("the signature does not fit")]
    Forged,
    /// The hashes do not follow from one another.
    #[error("the chain does not hold")]
    Broken,
}

/// What can be believed.
pub type Result<T, E = Error> = std::result::Result<T, E>;
