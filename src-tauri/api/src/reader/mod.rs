//! Foreign files are read in a process of their own, which may not take the program with it.
//!
//! The program starts itself once more with [`ARGUMENT`] (for a picture with another); that child gives up files, network and all but a little
//! memory and time, takes a file's bytes from its stdin and says on its stdout what stands in them. Whatever a file
//! does to it, here it is a refusal, and the book has not heard of it.

mod child;
mod limits;
mod parent;
mod picture;
mod wire;

use std::time::Duration;

pub use child::answer;
pub use limits::confine;
pub(crate) use parent::{HistoryReading, cells, history, read};
pub(crate) use picture::small;
pub(crate) use wire::Question;

/// The hidden first argument that makes a program of ours the reader of one file.
pub const ARGUMENT: &str = "read-foreign-file";

/// So much memory may a reader take beside its own code.
pub const MEMORY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// How long the reading of a file may take.
#[derive(Clone, Copy)]
struct Patience {
    /// Without a word of how it goes on. A small file that is silent for seconds means harm.
    silent: Duration,
    /// In all.
    whole: Duration,
}

impl Patience {
    /// With a file of this size.
    fn with(size_bytes: usize) -> Self {
        let mebibytes = size_bytes as u64 / (1024 * 1024);
        Self {
            silent: Duration::from_secs(4 + mebibytes / 4),
            whole: Duration::from_secs(60 + 10 * mebibytes),
        }
    }
}
