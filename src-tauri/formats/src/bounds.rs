//! A bound on all that an import yields together; that on one card is the model's.

use std::ops::ControlFlow;

use clientele_model::{ClientDraft, ErrorCode, Refusal, bounds};

use crate::{Format, Program, RECORDS_MAX, Record, Refused, Table};

/// So much memory may all records of an import take, about.
const MEMORY_BYTES_MAX: usize = 1024 * 1024 * 1024;

/// Who hears what is read of a file, in the order of the file.
pub trait Sink {
    /// What sort of file it is; before all else.
    fn format(&mut self, format: Format);

    /// Which program wrote it, as soon as that is known.
    fn source(&mut self, program: Program);

    /// How a table is read; before its first row.
    fn table(&mut self, table: &Table);

    /// One row or card that was read, or why it was not.
    ///
    /// # Errors
    /// What ends the reading of the whole file.
    fn take(&mut self, line: u64, read: Result<ClientDraft, Refusal>) -> Result<(), Refusal>;

    /// So much of so much is read; it may be broken off here.
    fn progress(&mut self, done: u64, total: u64) -> ControlFlow<()>;
}

/// Keeps all that is read of a file, within the bounds of an import.
#[derive(Default)]
pub struct Harvest {
    /// How the table was read; none for cards.
    pub table: Option<Table>,
    /// Who was found.
    pub records: Vec<Record>,
    /// What could not be read.
    pub refused: Vec<Refused>,
    bytes: usize,
}

impl Harvest {
    /// Takes in one row or card.
    ///
    /// # Errors
    /// `import.too_large` once there are more than an import takes.
    pub fn take(&mut self, line: u64, read: Result<ClientDraft, Refusal>) -> Result<(), Refusal> {
        match read {
            Ok(draft) => {
                self.bytes += weight(&draft);
                self.records.push(Record { line, draft });
            }
            Err(refusal) => self.refused.push(Refused { line, refusal }),
        }
        let all = (self.records.len() + self.refused.len()) as u64;
        if all > RECORDS_MAX {
            return Err(too_many_rows());
        }
        if self.bytes > MEMORY_BYTES_MAX {
            return Err(Refusal::new(ErrorCode::ImportTooLarge).with("max", MEMORY_BYTES_MAX));
        }
        Ok(())
    }
}

/// The refusal of a file with more rows or cards than an import takes.
pub(crate) fn too_many_rows() -> Refusal {
    Refusal::new(ErrorCode::ImportTooLarge)
        .with("max", RECORDS_MAX)
        .with("unit", "rows")
}

/// The draft, if it is somebody and fits on a card.
///
/// # Errors
/// `import.row_empty` for nobody, `text.too_long` and `text.too_many` for more than a card takes.
pub(crate) fn checked(draft: ClientDraft) -> Result<ClientDraft, Refusal> {
    if draft.display_name().is_empty() {
        return Err(ErrorCode::ImportRowEmpty.into());
    }
    bounds::within(&draft)?;
    Ok(draft)
}

/// About how much memory a card takes.
fn weight(draft: &ClientDraft) -> usize {
    let texts = bounds::texts(draft).map(|(_, text)| text.len() + size_of::<String>());
    size_of::<Record>() + texts.sum::<usize>()
}
