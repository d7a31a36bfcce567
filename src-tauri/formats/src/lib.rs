//! Foreign formats, in and out: CSV of any dialect, sheets of a workbook, vCard of any version; what a client is given
//! of the book ([`access`]), and all of the book ([`everything`]).
//!
//! Bytes come in, records go out: nothing here opens a file, knows a table of the book or a window. A file
//! may be anything that somebody found on a disk, so nothing here panics, and memory and time stay in
//! proportion to the bytes.
//!
//! The way of an import: [`sniff`] says what it is, [`read`] reads it with the user's [`Options`] and tells a
//! [`Sink`], row by row; [`parse`] keeps all of it, and [`preview`] only how a table would be read. The way out is [`export`].

pub mod access;
pub mod attachments;
mod bounds;
mod card;
mod columns;
mod csv;
mod dates;
pub mod everything;
pub mod export;
pub mod history;
mod names;
mod sheets;
mod sniff;
mod tables;
mod text_encoding;
mod types;
mod vcard;

pub use bounds::{Harvest, Sink};
pub use dates::day;
pub use sniff::sniff;
pub use types::{Column, Format, Header, Options, Parsed, Program, Record, Refused, Table};

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use clientele_model::{ClientDraft, ErrorCode, Refusal};

/// The largest file that an import takes, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The most rows or cards that an import takes.
pub const RECORDS_MAX: u64 = 1_000_000;

/// How a table would be read, without reading it: for the user to look at and correct. None for cards,
/// where there is nothing to correct but the encoding. Columns that hold nobody are no refusal here.
///
/// # Errors
/// What [`sniff`] refuses, `request.bad` for options that make no sense, `text.too_many` for a first row of
/// more columns than a table may have; for a workbook `import.suspicious`, `import.sheet_broken` and
/// `import.sheet_locked`.
pub fn preview(name: &str, bytes: &[u8], options: &Options, country: &str) -> Result<Option<Table>, Refusal> {
    match sniff(name, bytes)? {
        Format::Vcard => Ok(None),
        format => tables::preview(&mut *table(format, bytes, options, country)?, options, country).map(Some),
    }
}

/// Reads a whole file and tells `sink` of it. `country` (ISO 3166 alpha-2) settles what a phone number without
/// a country code looks like where columns are guessed, and tips the scales between old encodings.
///
/// # Errors
/// What [`preview`] refuses; `import.no_useful_column` for a table without a column of names, phones or
/// e-mails, `import.no_people` for a file without a row or card, `import.too_large` for more than
/// [`RECORDS_MAX`] of them, `import.cancelled`; what `sink` refuses.
pub fn read(
    name: &str,
    bytes: &[u8],
    options: &Options,
    country: &str,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let format = sniff(name, bytes)?;
    sink.format(format);
    match format {
        Format::Vcard => vcard::read(bytes, options, country, sink),
        _ => tables::read(
            &mut *table(format, bytes, options, country)?,
            options,
            country,
            sink,
        ),
    }
}

/// The cells of some rows of a table as they stand, by the lines where they start; its headers come first, on line 0.
///
/// # Errors
/// What [`preview`] refuses; `request.bad` for cards, which have no cells; what `take` refuses.
pub fn rows(
    name: &str,
    bytes: &[u8],
    options: &Options,
    country: &str,
    lines: &BTreeSet<u64>,
    take: &mut dyn FnMut(u64, Vec<String>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    match sniff(name, bytes)? {
        Format::Vcard => Err(Refusal::new(ErrorCode::BadRequest).with("detail", "cards have no cells")),
        format => tables::rows(
            &mut *table(format, bytes, options, country)?,
            options,
            country,
            lines,
            take,
        ),
    }
}

/// The table in a file that holds one.
fn table<'b>(
    format: Format,
    bytes: &'b [u8],
    options: &Options,
    country: &str,
) -> Result<Box<dyn tables::Source + 'b>, Refusal> {
    Ok(match format {
        Format::Xlsx => Box::new(sheets::Excel::open(bytes, options)?),
        Format::Ods => Box::new(sheets::Calc::open(bytes, options)?),
        Format::Everything => {
            let detail = "an export of everything is read by `everything`";
            return Err(Refusal::new(ErrorCode::BadRequest).with("detail", detail));
        }
        Format::Csv | Format::Vcard => Box::new(csv::Text::new(bytes, options, country)?),
    })
}

/// Reads a whole file and keeps all of it. `progress` hears how much of how much is done, and may break it off.
///
/// # Errors
/// As [`read`].
pub fn parse(
    name: &str,
    bytes: &[u8],
    options: &Options,
    country: &str,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Parsed, Refusal> {
    let mut keeper = Keeper {
        format: Format::Csv,
        source: None,
        harvest: Harvest::default(),
        progress,
    };
    read(name, bytes, options, country, &mut keeper)?;
    let harvest = keeper.harvest;
    Ok(Parsed {
        format: keeper.format,
        source: keeper.source,
        table: harvest.table,
        records: harvest.records,
        refused: harvest.refused,
    })
}

/// Keeps what it is told.
struct Keeper<'p> {
    format: Format,
    source: Option<Program>,
    harvest: Harvest,
    progress: &'p mut dyn FnMut(u64, u64) -> ControlFlow<()>,
}

impl Sink for Keeper<'_> {
    fn format(&mut self, format: Format) {
        self.format = format;
    }
    fn source(&mut self, program: Program) {
        self.source = Some(program);
    }
    fn table(&mut self, table: &Table) {
        self.harvest.table = Some(table.clone());
    }
    fn take(&mut self, line: u64, read: Result<ClientDraft, Refusal>) -> Result<(), Refusal> {
        self.harvest.take(line, read)
    }
    fn progress(&mut self, done: u64, total: u64) -> ControlFlow<()> {
        (self.progress)(done, total)
    }
}
