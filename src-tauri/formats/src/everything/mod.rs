//! Everything that a book holds as one JSON document, out and back: docs/json-export.md says how it looks.
//!
//! The document follows the list of records ([`clientele_model::record`]) and names no entity itself: what is added
//! there is in the next export. It is written and read as a stream, a row at a time. What this version does not know is
//! refused on the way in: a row that was left out silently would be lost.
//!
//! It is read in this process, unlike the files of other programs: nothing in JSON announces a size that somebody has
//! to believe. The parser asks for memory only as bytes arrive, values that nest are refused before they are looked
//! into, and no row may take more than [`ROW_BYTES_MAX`] of the file.

mod read;
#[cfg(test)]
mod tests;
mod values;
mod write;

pub use read::{End, Head, Said, read};
pub use write::Writer;

use clientele_model::record::{RECORDS, Record, STEPS};

/// The version of the document that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// What stands under the first name of such a document.
const SORT: &str = "everything";

/// A row takes at most so many bytes of the document. The texts of a full card, every letter escaped, fit in.
pub const ROW_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A piece of the content of a file is no larger.
pub const PIECE_BYTES_MAX: usize = 256 * 1024;

/// Why the content of an attached file is not in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It was on another device when the document was written.
    Elsewhere,
    /// It was damaged in the book.
    Damaged,
}

impl Missing {
    /// Every reason, with the word for it in a document.
    const ALL: [(Self, &'static str); 2] = [(Self::Elsewhere, "elsewhere"), (Self::Damaged, "damaged")];

    fn word(self) -> &'static str {
        let known = Self::ALL.into_iter().find(|(missing, _)| *missing == self);
        known.map_or("", |(_, word)| word)
    }

    fn of(word: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|(_, known)| *known == word);
        known.map(|(missing, _)| missing)
    }
}

/// The ending of such a file's name.
pub const EXTENSION: &str = "json";

/// The entities of the document, in the order in which they are written. The steps are not among them: they tell of
/// changes, and these stay with the book that made them.
pub fn entities() -> impl Iterator<Item = &'static Record> {
    RECORDS.iter().filter(|record| record.name != STEPS.name)
}

/// Do these first bytes of a file begin such a document? What comes of it, [`read`] says.
#[must_use]
pub fn is_one(first: &[u8]) -> bool {
    let first = first.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(first);
    let mut signs = first.iter().filter(|byte| !byte.is_ascii_whitespace());
    b"{\"clientele\":".iter().all(|sign| signs.next() == Some(sign))
}
