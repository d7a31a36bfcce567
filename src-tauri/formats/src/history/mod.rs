//! Tables of contact histories: what happened, when, and the phone, card number, e-mail or name of whom.
//!
//! Read as tables of clients are, from the same sources; only the columns mean something else.

mod columns;
mod entry;
mod survey;
#[cfg(test)]
mod tests;

pub use columns::HistoryColumn;
pub use entry::{HistoryEntry, HistoryKind};

use clientele_model::text::FIELD_BYTES_MAX;
use clientele_model::{ErrorCode, Refusal};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dates::OrderEvidence;
use crate::tables::{self, Half, News};
use crate::{Format, Header, Options, Table, sniff};

/// What the user settled by hand about such a table; whatever is left out is guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct HistoryOptions {
    /// The name of the encoding (`windows-1251`), as in the WHATWG standard.
    pub encoding: Option<String>,
    /// What stands between two cells: one of `,` `;` tab `|`.
    pub delimiter: Option<String>,
    /// Which sheet of a workbook, counted from 0.
    pub sheet: Option<usize>,
    /// Where the headers stand.
    pub header: Header,
    /// What each column means, from the first on.
    pub columns: Option<Vec<HistoryColumn>>,
}

impl HistoryOptions {
    /// The same, as far as it tells how a table is read.
    #[must_use]
    pub fn of_table(&self) -> Options {
        Options {
            encoding: self.encoding.clone(),
            delimiter: self.delimiter.clone(),
            sheet: self.sheet,
            header: self.header,
            columns: None,
        }
    }
}

/// How a table of contacts is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryTable {
    /// The table; what its columns mean stands beside it.
    pub table: Table,
    /// What each column means.
    pub columns: Vec<HistoryColumn>,
}

/// Who hears what is read, in the order of the file.
pub trait HistorySink {
    /// How the table is read; before its first row.
    ///
    /// # Errors
    /// What ends the reading.
    fn table(&mut self, format: Format, table: &HistoryTable) -> Result<(), Refusal>;

    /// One row that was read, or why it was not.
    ///
    /// # Errors
    /// What ends the reading.
    fn take(&mut self, line: u64, read: Result<HistoryEntry, Refusal>) -> Result<(), Refusal>;

    /// So much of so much is read; it may be broken off here.
    ///
    /// # Errors
    /// `import.cancelled`.
    fn progress(&mut self, done: u64, total: u64) -> Result<(), Refusal>;
}

/// Reads a whole table and tells `sink` of it. `country` (ISO 3166 alpha-2) says how phones look where columns are
/// guessed.
///
/// # Errors
/// What [`crate::preview`] refuses; `request.bad` for cards; `import.no_history` for a table without a column of days, or
/// without one by which a client can be found; `import.too_large`; what `sink` refuses.
pub fn read(
    name: &str,
    bytes: &[u8],
    options: &HistoryOptions,
    country: &str,
    sink: &mut dyn HistorySink,
) -> Result<(), Refusal> {
    let format = sniff(name, bytes)?;
    if format == Format::Vcard {
        return Err(Refusal::new(ErrorCode::ImportUnknownFormat).with("detail", "vcard"));
    }
    let asked = options.of_table();
    let mut source = crate::table(format, bytes, &asked, country)?;
    let (mut table, guarded) = survey::survey(&mut *source, &asked)?;
    let columns = columns::of(&table, options.columns.as_deref(), country);
    let useful = columns.contains(&HistoryColumn::Date) && columns.iter().any(|column| column.finds());
    // Once through all of it, for the number of rows and for what the days prove.
    let mut evidence = OrderEvidence::default();
    let days: Vec<usize> = columns::places(&columns, HistoryColumn::Date);
    let mut rows = 0;
    tables::each_row(&mut *source, &table, Half::First, &mut |news| match news {
        News::Read(done, total) => sink.progress(done, total),
        News::Row(row, is_header) => {
            rows += u64::from(!is_header);
            let cells = days.iter().filter_map(|at| row.cells.get(*at));
            cells.for_each(|cell| evidence.weigh(cell));
            Ok(())
        }
    })?;
    table.rows = rows;
    let table = HistoryTable { table, columns };
    let read_as = entry::Reading::new(&table, evidence.order());
    sink.table(format, &table)?;
    if !useful {
        return Err(ErrorCode::ImportNoHistory.into());
    }
    tables::each_row(&mut *source, &table.table, Half::Second, &mut |news| {
        let row = match news {
            News::Read(done, total) => return sink.progress(done, total),
            News::Row(_, true) => return Ok(()),
            News::Row(row, false) => row,
        };
        if guarded {
            for cell in &mut row.cells {
                *cell = tables::own::unguarded(cell).into();
            }
        }
        let too_long = row.cells.iter().any(|cell| cell.len() > FIELD_BYTES_MAX);
        let entry = if row.too_wide {
            Err(tables::too_many_columns())
        } else if too_long {
            Err(clientele_model::bounds::too_long("cell"))
        } else {
            read_as.entry(&row.cells)
        };
        sink.take(row.line, entry)
    })
}
