//! Foreign formats, in and out: CSV of any dialect and vCard of any version; and what a client is given of the
//! book ([`access`]).
//!
//! Bytes come in, records go out: nothing here opens a file, knows a table of the book or a window. A file
//! may be anything that somebody found on a disk, so nothing here panics, and memory and time stay in
//! proportion to the bytes.
//!
//! The way of an import: [`sniff`] says what it is, [`preview`] shows the user how a table would be read,
//! [`parse`] reads it, with the user's [`Options`]. The way out is [`export`].

pub mod access;
mod bounds;
mod card;
mod columns;
mod csv;
mod dates;
pub mod export;
mod names;
mod sniff;
mod text_encoding;
mod types;
mod vcard;

pub use sniff::sniff;
pub use types::{Column, Format, Header, Options, Parsed, Record, Refused, Table};

use std::ops::ControlFlow;

use clientele_model::Refusal;

/// The largest file that an import takes, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The most rows or cards that an import takes.
pub const RECORDS_MAX: u64 = 1_000_000;

/// How a table would be read, without reading it: for the user to look at and correct. None for cards,
/// where there is nothing to correct but the encoding. Columns that hold nobody are no refusal here.
///
/// # Errors
/// What [`sniff`] refuses, `request.bad` for options that make no sense, `text.too_many` for a first row of
/// more columns than a table may have.
pub fn preview(name: &str, bytes: &[u8], options: &Options, country: &str) -> Result<Option<Table>, Refusal> {
    match sniff(name, bytes)? {
        Format::Csv => csv::preview(bytes, options, country).map(Some),
        Format::Vcard => Ok(None),
    }
}

/// Reads a whole file. `country` (ISO 3166 alpha-2) settles what a phone number without a country code looks
/// like where columns are guessed, and tips the scales between old encodings. `progress` hears how much of
/// how much is done, and may break it off.
///
/// # Errors
/// What [`preview`] refuses; `import.no_useful_column` for a table without a column of names, phones or
/// e-mails, `import.no_people` for a file without a row or card, `import.too_large` for more than
/// [`RECORDS_MAX`] of them, `import.cancelled`.
pub fn parse(
    name: &str,
    bytes: &[u8],
    options: &Options,
    country: &str,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Parsed, Refusal> {
    match sniff(name, bytes)? {
        Format::Csv => csv::parse(bytes, options, country, progress),
        Format::Vcard => vcard::parse(bytes, options, country, progress),
    }
}
