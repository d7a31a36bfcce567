//! What a workbook declares, and what it really unpacks to, before anything believes it.
//!
//! Every part is unpacked once and thrown away. What is refused here has no honest use: a part that grows
//! beyond what was declared, or a hundredfold, text that goes on for megabytes without a tag, a document
//! type with entities of its own, a table of strings that counts more of them than it has room for.

use std::io::{Cursor, Read};

use clientele_model::{ErrorCode, Refusal};
use zip::ZipArchive;
use zip::result::ZipError;

/// A workbook has some twenty parts, and one for each sheet and picture.
const PARTS_MAX: usize = 10_000;

/// So much may all parts unpack to. A million rows of ten columns take about half of it.
const UNPACKED_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// A part that is packed tighter than this is the same few bytes again and again. Sheets of real programs, which
/// number every cell, stay below thirty.
const RATIO_MAX: u64 = 100;

/// Smaller parts may be packed as tightly as they like.
const RATIO_FROM_BYTES: u64 = 8 * 1024 * 1024;

/// No tag and no text between two tags is longer; a cell of Excel holds 32,767 characters.
const RUN_BYTES_MAX: usize = 1024 * 1024;

/// So much of a tag is looked at.
const TAG_BYTES: usize = 512;

/// A sheet of Excel has no more rows, filled or not.
const ROWS_MAX: u64 = 1_048_576;

/// More strings than these do not go into the memory that a reader has, however honest they are.
const STRINGS_MAX: u64 = 3_000_000;

/// The shortest entry of a table of strings: `<si/>`.
const STRING_BYTES_MIN: u64 = 5;

/// The refusal of a file that asks for far more than it can hold.
pub(super) fn suspicious(what: &str, found: u64) -> Refusal {
    Refusal::new(ErrorCode::ImportSuspicious).with("detail", format!("{what} {found}"))
}

/// Is this a zip archive whose parts are what they say?
///
/// # Errors
/// `import.suspicious`; `import.reader_failed` for more than there is memory for; `import.sheet_broken` and `import.sheet_locked` for what cannot be unpacked.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(refused)?;
    if archive.len() > PARTS_MAX {
        return Err(suspicious("parts", archive.len() as u64));
    }
    let mut left = UNPACKED_BYTES_MAX;
    // What is declared costs nothing to look at: all of it first.
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at).map_err(refused)?;
        let (size, packed) = (part.size(), part.compressed_size());
        left = left.checked_sub(size).ok_or_else(|| suspicious("size", size))?;
        if size > RATIO_FROM_BYTES && size / RATIO_MAX > packed {
            return Err(suspicious("ratio", size / packed.max(1)));
        }
    }
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(refused)?;
        let declared = part.size();
        let mut scan = Scan::new(declared);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = match part.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => return Err(super::broken(&error)),
            };
            scan.take(&buffer[..read])?;
        }
    }
    Ok(())
}

fn refused(error: ZipError) -> Refusal {
    match error {
        ZipError::InvalidPassword => ErrorCode::ImportSheetLocked.into(),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ErrorCode::ImportSheetLocked.into(),
        error => super::broken(&error),
    }
}

/// Goes through the bytes of one part as they come.
struct Scan {
    declared: u64,
    seen: u64,
    /// Is it XML? Not known before its first byte.
    xml: Option<bool>,
    /// So long is the tag, or the text between two, in which we are.
    run: usize,
    in_tag: bool,
    /// Rows that began.
    rows: u64,
    /// Shared strings that began.
    strings: u64,
    /// The beginning of the tag in which we are.
    tag: Vec<u8>,
}

impl Scan {
    fn new(declared: u64) -> Self {
        Self {
            declared,
            seen: 0,
            xml: None,
            run: 0,
            in_tag: false,
            rows: 0,
            strings: 0,
            tag: Vec::with_capacity(TAG_BYTES),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.seen += bytes.len() as u64;
        if self.seen > self.declared {
            return Err(suspicious("size", self.seen));
        }
        let first = bytes
            .iter()
            .find(|b| !b.is_ascii_whitespace() && !matches!(b, 0xEF | 0xBB | 0xBF));
        if self.xml.is_none() {
            self.xml = first.map(|b| *b == b'<');
        }
        if self.xml != Some(true) {
            return Ok(());
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = if self.in_tag { b'>' } else { b'<' };
            let found = rest.iter().position(|b| *b == end);
            let run = &rest[..found.unwrap_or(rest.len())];
            self.run += run.len();
            if self.run > RUN_BYTES_MAX {
                return Err(suspicious("text", self.run as u64));
            }
            if self.in_tag {
                let room = TAG_BYTES - self.tag.len();
                self.tag.extend_from_slice(&run[..run.len().min(room)]);
            }
            let Some(found) = found else { break };
            if self.in_tag {
                self.look_at_tag()?;
            }
            (self.in_tag, self.run) = (!self.in_tag, 0);
            self.tag.clear();
            rest = &rest[found + 1..];
        }
        Ok(())
    }

    /// What the tag that just ended asks for.
    fn look_at_tag(&mut self) -> Result<(), Refusal> {
        // No program writes a document type into a part of a workbook, and only there entities are made.
        if self.tag.starts_with(b"!DOCTYPE") || self.tag.starts_with(b"!ENTITY") {
            return Err(suspicious("entities", 1));
        }
        let end = self
            .tag
            .iter()
            .position(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'/'));
        let name = &self.tag[..end.unwrap_or(self.tag.len())];
        let local = name
            .iter()
            .position(|b| *b == b':')
            .map_or(name, |at| &name[at + 1..]);
        match local {
            b"row" => {
                self.rows += 1;
                if self.rows > ROWS_MAX {
                    return Err(suspicious("rows", self.rows));
                }
                return Ok(());
            }
            b"si" => {
                self.strings += 1;
                if self.strings > STRINGS_MAX {
                    let detail = format!("strings {}", self.strings);
                    return Err(Refusal::new(ErrorCode::ImportReaderFailed).with("detail", detail));
                }
                return Ok(());
            }
            b"sst" => {}
            _ => return Ok(()),
        }
        for count in counts(&self.tag) {
            if count.saturating_mul(STRING_BYTES_MIN) > self.declared {
                return Err(suspicious("strings", count));
            }
        }
        Ok(())
    }
}

/// The numbers in the attributes of a tag; one too large for a number is the largest there is.
fn counts(tag: &[u8]) -> impl Iterator<Item = u64> {
    tag.split(|b| *b == b'"' || *b == b'\'')
        .skip(1)
        .step_by(2)
        .map(<[u8]>::trim_ascii)
        .filter(|value| !value.is_empty() && value.iter().all(u8::is_ascii_digit))
        .map(|digits| {
            str::from_utf8(digits)
                .ok()
                .and_then(|digits| digits.parse().ok())
                .unwrap_or(u64::MAX)
        })
}
