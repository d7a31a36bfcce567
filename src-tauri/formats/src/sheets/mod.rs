//! Sheets of workbooks: Excel's XLSX and LibreOffice's ODS, as rows of texts.
//!
//! A workbook is a zip archive of XML and may ask for anything. [`guard`] looks at what it declares and at what
//! it really unpacks to before the library does; and whoever can start a process reads foreign files in one of
//! their own, since no list of tricks is complete.

mod guard;
mod values;

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::ControlFlow;

use calamine::{Data, Ods, OdsError, Range, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};
use clientele_model::{ErrorCode, Refusal, text};

use crate::Options;
use crate::tables::{COLUMNS_MAX, Described, Place, Row, Source, Take};

/// The most sheets that are told of.
const SHEETS_MAX: usize = 256;

/// A sheet of a workbook of Excel. Its cells are read as they come: a sheet of a million rows is never held.
pub(crate) struct Excel<'b> {
    workbook: Xlsx<Cursor<&'b [u8]>>,
    sheets: Vec<String>,
    sheet: usize,
}

impl<'b> Excel<'b> {
    /// The sheet that the user chose, or the first that is shown.
    ///
    /// # Errors
    /// `import.suspicious`, `import.sheet_broken`, `import.sheet_locked`, `request.bad` for a sheet that is none.
    pub(crate) fn open(bytes: &'b [u8], options: &Options) -> Result<Self, Refusal> {
        guard::check(bytes)?;
        let workbook = Xlsx::new(Cursor::new(bytes)).map_err(refused_xlsx)?;
        let (sheets, sheet) = choose(workbook.sheets_metadata(), options)?;
        Ok(Self {
            workbook,
            sheets,
            sheet,
        })
    }
}

impl Source for Excel<'_> {
    fn described(&self) -> Described {
        described(&self.sheets, self.sheet)
    }

    fn rows(&mut self, take: &mut Take<'_>) -> Result<(), Refusal> {
        let name = &self.sheets[self.sheet];
        let mut cells = self.workbook.worksheet_cells_reader(name).map_err(refused_xlsx)?;
        let total = u64::from(cells.dimensions().end.0) + 1;
        let mut row = Row::default();
        let mut at = 0;
        while let Some(cell) = cells.next_cell().map_err(refused_xlsx)? {
            let (row_at, column) = cell.get_position();
            if row_at != at {
                if give(&mut row, at, total, take)?.is_break() {
                    return Ok(());
                }
                at = row_at;
            }
            put(&mut row, column, values::shown(cell.get_value()));
        }
        give(&mut row, at, total, take).map(|_| ())
    }
}

/// A sheet of a workbook of LibreOffice.
pub(crate) struct Calc {
    cells: Range<Data>,
    sheets: Vec<String>,
    sheet: usize,
}

impl Calc {
    /// The sheet that the user chose, or the first that is shown.
    ///
    /// # Errors
    /// As [`Excel::open`].
    pub(crate) fn open(bytes: &[u8], options: &Options) -> Result<Self, Refusal> {
        guard::check(bytes)?;
        let mut workbook = Ods::new(Cursor::new(bytes)).map_err(refused_ods)?;
        let (sheets, sheet) = choose(workbook.sheets_metadata(), options)?;
        let cells = workbook.worksheet_range(&sheets[sheet]).map_err(refused_ods)?;
        Ok(Self { cells, sheets, sheet })
    }
}

impl Source for Calc {
    fn described(&self) -> Described {
        described(&self.sheets, self.sheet)
    }

    fn rows(&mut self, take: &mut Take<'_>) -> Result<(), Refusal> {
        let (first, before) = self.cells.start().unwrap_or_default();
        let total = self.cells.height() as u64 + u64::from(first);
        let mut row = Row::default();
        for (at, cells) in (first..).zip(self.cells.rows()) {
            for (column, cell) in (before..).zip(cells) {
                if !matches!(cell, Data::Empty) {
                    put(&mut row, column, values::shown_owned(cell));
                }
            }
            if give(&mut row, at, total, take)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Hands on a row that is complete, unless nothing stands in it, and makes room for the next.
fn give(row: &mut Row<'_>, at: u32, total: u64, take: &mut Take<'_>) -> Result<ControlFlow<()>, Refusal> {
    if row.cells.is_empty() && !row.too_wide {
        return Ok(ControlFlow::Continue(()));
    }
    row.line = u64::from(at) + 1;
    let place = Place {
        at: at as usize,
        done: row.line,
        total: total.max(row.line),
    };
    let flow = take(place, row);
    row.cells.clear();
    row.too_wide = false;
    flow
}

/// Puts the text of one cell where it stands; those before it that are missing are empty.
fn put<'c>(row: &mut Row<'c>, column: u32, shown: Cow<'c, str>) {
    let at = column as usize;
    if at >= COLUMNS_MAX {
        row.too_wide |= !shown.is_empty();
        return;
    }
    // A cell that is only coloured says nothing, and must not make its row wide.
    if shown.is_empty() {
        return;
    }
    if row.cells.len() <= at {
        row.cells.resize(at + 1, Cow::Borrowed(""));
    }
    row.cells[at] = shown;
}

/// The names of all sheets with cells, and which of them to read.
fn choose(known: &[Sheet], options: &Options) -> Result<(Vec<String>, usize), Refusal> {
    let sheets: Vec<&Sheet> = known
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .take(SHEETS_MAX)
        .collect();
    let shown = || {
        sheets
            .iter()
            .position(|sheet| sheet.visible == SheetVisible::Visible)
    };
    let chosen = match options.sheet {
        Some(chosen) if chosen < sheets.len() => chosen,
        Some(chosen) => {
            return Err(Refusal::new(ErrorCode::BadRequest).with("detail", format!("sheet {chosen}")));
        }
        None => shown().unwrap_or(0),
    };
    if sheets.is_empty() {
        return Err(ErrorCode::ImportEmpty.into());
    }
    Ok((sheets.iter().map(|sheet| sheet.name.clone()).collect(), chosen))
}

fn described(sheets: &[String], sheet: usize) -> Described {
    const NAME_CHARACTERS_MAX: usize = 80;
    Described {
        sheets: sheets
            .iter()
            .map(|name| text::ellipsis(name, NAME_CHARACTERS_MAX))
            .collect(),
        sheet: Some(sheet),
        ..Described::default()
    }
}

fn refused_xlsx(error: XlsxError) -> Refusal {
    match error {
        XlsxError::Password => ErrorCode::ImportSheetLocked.into(),
        error => broken(&error),
    }
}

fn refused_ods(error: OdsError) -> Refusal {
    match error {
        OdsError::Password => ErrorCode::ImportSheetLocked.into(),
        OdsError::CellLimitExceeded { requested, .. } => guard::suspicious("cells", requested as u64),
        error => broken(&error),
    }
}

/// The library's own words are for support, and may quote the file at length.
fn broken(error: &dyn std::fmt::Display) -> Refusal {
    let detail = text::ellipsis(&error.to_string(), 160);
    Refusal::new(ErrorCode::ImportSheetBroken).with("detail", detail)
}
