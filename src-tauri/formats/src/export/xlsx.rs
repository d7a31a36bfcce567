//! Our own workbook: one sheet with the columns of our CSV.
//!
//! Every text is a cell of text, marked as one with the quote prefix, so that it stays one when somebody edits it: no
//! formula, no phone that loses its plus or its zeros. Birthdays are dates of the sheet.

use std::borrow::Cow;

use clientele_model::text::ellipsis;
use clientele_model::{Birthday, ClientDraft, ErrorCode, Refusal};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::csv;
use super::fields::{self, Customs, Field, Longest};
use super::guard::{guarded, unguarded};

/// A sheet has so many rows, headers included.
const ROWS_MAX: usize = 1_048_576;

/// And so many columns.
const COLUMNS_MAX: usize = 16_384;

/// A cell holds so many characters, as Excel counts them: in UTF-16.
const CELL_CHARS_MAX: usize = 32_767;

/// Years before this one count their days otherwise in one program than in the other.
const YEAR_MIN: i16 = 1901;

/// The widest that a column is made, in characters.
const WIDTH_MAX: usize = 40;

/// All cards as a workbook.
///
/// # Errors
/// `export.not_for_excel` where a sheet cannot hold them without losing something; what the writer says.
pub fn xlsx(drafts: &[ClientDraft]) -> Result<Vec<u8>, Refusal> {
    let (mut longest, mut customs) = (Longest::default(), Customs::default());
    for draft in drafts {
        longest.widen(draft);
        customs.widen(draft);
    }
    let fields = fields::columns(|part| longest.of(part));
    if drafts.len() >= ROWS_MAX || fields.len() + customs.headers().count() > COLUMNS_MAX {
        return Err(not_for_excel("rows", drafts.len().to_string()));
    }
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    fill(sheet, &fields, &customs, drafts)?;
    workbook.save_to_buffer().map_err(|error| failed(&error))
}

fn fill(
    sheet: &mut Worksheet,
    fields: &[Field],
    customs: &Customs,
    drafts: &[ClientDraft],
) -> Result<(), Refusal> {
    let heading = Format::new().set_bold();
    let text = Format::new().set_num_format("@").set_quote_prefix();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let headers = fields.iter().map(|field| field.header()).chain(customs.headers());
    let headers: Vec<String> = headers.collect();
    let mut widths: Vec<usize> = headers.iter().map(|header| header.chars().count()).collect();
    for (column, header) in (0..).zip(&headers) {
        sheet
            .write_string_with_format(0, column, header, &heading)
            .map_err(|error| failed(&error))?;
        // A cell that somebody fills in later is text, too.
        let is_date = fields.get(usize::from(column)) == Some(&Field::Birthday);
        let format = if is_date { &date } else { &text };
        sheet
            .set_column_format(column, format)
            .map_err(|error| failed(&error))?;
    }
    for (row, draft) in (1..).zip(drafts) {
        let own = fields.iter().map(|field| (Some(field), csv::cell(draft, *field)));
        let customs = customs.cells(draft).map(|cell| (None, cell.to_owned()));
        for (column, (field, cell)) in (0..).zip(own.chain(customs)) {
            if let (Some(Field::Birthday), Some(day)) = (field, draft.birthday.and_then(day)) {
                widths[usize::from(column)] = widths[usize::from(column)].max(10);
                sheet
                    .write_datetime_with_format(row, column, day, &date)
                    .map_err(|error| failed(&error))?;
                continue;
            }
            if cell.is_empty() {
                continue;
            }
            if cell.encode_utf16().count() > CELL_CHARS_MAX {
                return Err(not_for_excel("client", ellipsis(&draft.display_name(), 120)));
            }
            let width = cell.lines().next().map_or(0, |line| line.chars().count());
            widths[usize::from(column)] = widths[usize::from(column)].max(width);
            sheet
                .write_string_with_format(row, column, as_read(&cell), &text)
                .map_err(|error| failed(&error))?;
        }
    }
    for (column, width) in (0..).zip(widths) {
        let width = u16::try_from(width.clamp(8, WIDTH_MAX)).unwrap_or(8);
        sheet
            .set_column_width(column, f64::from(width) + 1.5)
            .map_err(|error| failed(&error))?;
    }
    sheet.set_freeze_panes(1, 0).map_err(|error| failed(&error))?;
    Ok(())
}

/// The text such that our own import reads it as it was. It takes the guards of a CSV off, which a cell of text needs
/// none of: only what looks like a guard gets one.
fn as_read(text: &str) -> Cow<'_, str> {
    if unguarded(text) == text {
        Cow::Borrowed(text)
    } else {
        guarded(text)
    }
}

/// A birthday that every spreadsheet knows as a day.
fn day(birthday: Birthday) -> Option<ExcelDateTime> {
    let year = birthday.year.filter(|year| *year >= YEAR_MIN)?;
    ExcelDateTime::from_ymd(u16::try_from(year).ok()?, birthday.month, birthday.day).ok()
}

fn not_for_excel(name: &str, value: String) -> Refusal {
    Refusal::new(ErrorCode::ExportNotForExcel).with(name, value)
}

fn failed(error: &XlsxError) -> Refusal {
    Refusal::new(ErrorCode::ExportNotForExcel).with("detail", error)
}
