//! Tables as text: from the first look at a file to the drafts of its people.

mod assemble;
mod dialect;
pub(crate) mod own;
mod rows;

use std::borrow::Cow;
use std::ops::ControlFlow;

use clientele_model::text::FIELD_BYTES_MAX;
use clientele_model::{ErrorCode, Refusal, text};

use crate::bounds::{self, Harvest};
use crate::dates::OrderEvidence;
use crate::{Column, Format, Header, Options, Parsed, RECORDS_MAX, Table};
use crate::{columns, text_encoding};
use assemble::Plan;
use rows::{COLUMNS_MAX, Row, Rows};

/// So many rows are looked at to guess what a table is.
const HEAD_ROWS: usize = 300;
/// So many rows are shown to the user.
const SAMPLE_ROWS: usize = 20;
/// So many characters of a cell are shown to the user.
const SAMPLE_CHARACTERS: usize = 80;
/// The caller hears about the progress after so many rows.
const ROWS_PER_REPORT: u64 = 1024;

/// A row that is not blank, behind its place among all rows.
type HeadRow<'t> = (usize, Vec<Cow<'t, str>>);

/// Who hears how far the reading is, and may break it off.
type Progress<'p> = dyn FnMut(u64, u64) -> ControlFlow<()> + 'p;

/// How a table would be read, and how it will be.
struct Survey {
    table: Table,
    own: Option<own::Layout>,
    evidence: Vec<OrderEvidence>,
}

/// How this table would be read: what the user looks at before anything is imported. Columns that hold
/// nobody are no refusal here: the user may know better.
pub(crate) fn preview(bytes: &[u8], options: &Options, country: &str) -> Result<Table, Refusal> {
    let decoded = text_encoding::decode(bytes, options.encoding.as_deref(), country)?;
    let mut silent = |_, _| ControlFlow::Continue(());
    Ok(survey(
        &decoded.text,
        decoded.encoding.name(),
        options,
        country,
        &mut silent,
    )?
    .table)
}

/// Reads a whole table.
pub(crate) fn parse(
    bytes: &[u8],
    options: &Options,
    country: &str,
    progress: &mut Progress,
) -> Result<Parsed, Refusal> {
    let decoded = text_encoding::decode(bytes, options.encoding.as_deref(), country)?;
    let text: &str = &decoded.text;
    let survey = survey(text, decoded.encoding.name(), options, country, progress)?;
    if survey.own.is_none() && !columns::are_useful(&survey.table.columns) {
        return Err(ErrorCode::ImportNoUsefulColumn.into());
    }
    let Survey { table, own, evidence } = survey;
    let plan = Plan::new(&table.headers, &table.columns, &evidence);
    let mut harvest = Harvest::default();
    each_row(text, &table, progress, Half::Second, &mut |row, is_header| {
        if is_header {
            return Ok(());
        }
        let draft = if row.too_wide {
            Err(too_many_columns())
        } else if let Some(own) = &own {
            own.draft(&row.cells)
        } else if row.cells.iter().any(|cell| cell.len() > FIELD_BYTES_MAX) {
            Err(clientele_model::bounds::too_long("cell"))
        } else {
            plan.draft(&row.cells)
        };
        harvest.take(row.line, draft)
    })?;
    if harvest.is_empty() {
        return Err(ErrorCode::ImportNoPeople.into());
    }
    Ok(Parsed {
        format: Format::Csv,
        table: Some(table),
        records: harvest.records,
        refused: harvest.refused,
    })
}

/// Guesses everything from the first rows, then goes through all of them for their number and for what the
/// dates prove.
fn survey(
    text: &str,
    encoding: &str,
    options: &Options,
    country: &str,
    progress: &mut Progress,
) -> Result<Survey, Refusal> {
    let delimiter = match options.delimiter.as_deref() {
        None => dialect::delimiter(text),
        Some(named) => *named
            .as_bytes()
            .first()
            .filter(|d| named.len() == 1 && dialect::DELIMITERS.contains(d))
            .ok_or_else(|| {
                Refusal::new(ErrorCode::BadRequest).with("detail", format!("delimiter {named}"))
            })?,
    };
    let head = head(text, delimiter)?;
    let header_row = match options.header {
        Header::Guess if own::Layout::of(&head[0].1).is_some() => Some(head[0].0),
        Header::Guess => {
            let rows: Vec<_> = head.iter().map(|(at, cells)| (*at, borrowed(cells))).collect();
            columns::find_header_row(&rows, country)
        }
        Header::None => None,
        Header::Row(row) => Some(row),
    };
    let below = |at: &usize| header_row.is_none_or(|header| *at > header);
    let people: Vec<Vec<&str>> = head
        .iter()
        .filter(|(at, _)| below(at))
        .map(|(_, cells)| borrowed(cells))
        .collect();
    let mut headers: Vec<String> = head
        .iter()
        .find(|(at, _)| Some(*at) == header_row)
        .map(|(_, cells)| {
            cells
                .iter()
                .map(|cell| text::ellipsis(&text::tidy(cell), 200))
                .collect()
        })
        .unwrap_or_default();
    let own = own::Layout::of(&headers);
    let width = people.iter().map(Vec::len).max().unwrap_or(0).max(headers.len());
    headers.resize(width, String::new());
    let guessed = match &own {
        Some(own) => own.columns(),
        None => columns::guess(&headers, &people, country),
    };
    let own = own.filter(|_| options.columns.as_ref().is_none_or(|chosen| *chosen == guessed));
    let mut columns = options.columns.clone().unwrap_or(guessed);
    columns.resize(width, Column::Ignore);
    let samples = people
        .iter()
        .take(SAMPLE_ROWS)
        .map(|row| sample(row, own.is_some()))
        .collect();
    let mut table = Table {
        encoding: encoding.to_owned(),
        delimiter: (delimiter as char).to_string(),
        header_row,
        headers,
        columns,
        samples,
        rows: 0,
    };
    let mut evidence = vec![OrderEvidence::default(); width];
    let mut rows = 0;
    each_row(text, &table, progress, Half::First, &mut |row, is_header| {
        rows += u64::from(!is_header);
        for (at, _) in table
            .columns
            .iter()
            .enumerate()
            .filter(|(_, c)| **c == Column::Birthday)
        {
            if let Some(cell) = row.cells.get(at) {
                evidence[at].weigh(cell);
            }
        }
        Ok(())
    })?;
    table.rows = rows;
    Ok(Survey { table, own, evidence })
}

/// The first rows that are not blank.
fn head(text: &str, delimiter: u8) -> Result<Vec<HeadRow<'_>>, Refusal> {
    let mut rows = Rows::new(text, delimiter);
    let mut row = Row::default();
    let mut head = Vec::new();
    let mut at = 0;
    while head.len() < HEAD_ROWS && rows.next_into(&mut row) {
        if row.too_wide && head.is_empty() {
            return Err(too_many_columns());
        }
        if !row.is_blank() {
            head.push((at, std::mem::take(&mut row.cells)));
        }
        at += 1;
    }
    if head.is_empty() {
        return Err(ErrorCode::ImportEmpty.into());
    }
    Ok(head)
}

/// Which of the two ways through the text this is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    First,
    Second,
}

/// Goes through all rows below the headers that are not blank. Headers that stand in the middle once more,
/// where two exports were put together, are said to be such.
fn each_row<'t>(
    text: &'t str,
    table: &Table,
    progress: &mut Progress,
    half: Half,
    take: &mut dyn FnMut(&Row<'t>, bool) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut rows = Rows::new(text, table.delimiter.as_bytes()[0]);
    let mut row = Row::default();
    let total = text.len() as u64 * 2;
    let before = if half == Half::First { 0 } else { text.len() as u64 };
    let (mut at, mut taken) = (0, 0);
    let mut reported = 0;
    let headed = table.headers.iter().any(|header| !header.is_empty());
    while rows.next_into(&mut row) {
        let skipped = table.header_row.is_some_and(|header| at <= header) || row.is_blank();
        at += 1;
        reported += 1;
        if reported == ROWS_PER_REPORT {
            reported = 0;
            if progress(before + rows.at() as u64, total).is_break() {
                return Err(ErrorCode::ImportCancelled.into());
            }
        }
        if skipped {
            continue;
        }
        taken += 1;
        if taken > RECORDS_MAX {
            return Err(bounds::too_many_rows());
        }
        let again = headed && row.cells.len() > 1 && repeats_headers(&row, &table.headers);
        take(&row, again)?;
    }
    match progress(before + text.len() as u64, total) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ErrorCode::ImportCancelled.into()),
    }
}

fn repeats_headers(row: &Row, headers: &[String]) -> bool {
    row.cells.len() <= headers.len()
        && row
            .cells
            .iter()
            .zip(headers)
            .all(|(cell, header)| cell.trim() == header)
}

fn borrowed<'c>(cells: &'c [Cow<'_, str>]) -> Vec<&'c str> {
    cells.iter().map(AsRef::as_ref).collect()
}

fn sample(row: &[&str], own: bool) -> Vec<String> {
    let shown = |cell: &&str| {
        let cell: String = cell.chars().take(2 * SAMPLE_CHARACTERS).collect();
        let cell = if own { own::unguarded(&cell) } else { cell };
        text::ellipsis(cell.trim(), SAMPLE_CHARACTERS)
    };
    row.iter().map(shown).collect()
}

fn too_many_columns() -> Refusal {
    Refusal::new(ErrorCode::TooMany)
        .with("field", "columns")
        .with("max", COLUMNS_MAX)
}
