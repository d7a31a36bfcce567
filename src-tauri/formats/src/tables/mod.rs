//! Tables, whatever they were written in: from the first look at one to the drafts of its people.
//!
//! A [`Source`] gives the rows, of a text or of a sheet. It is gone through twice, and never held as a whole.

mod assemble;
pub(crate) mod own;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use clientele_model::text::FIELD_BYTES_MAX;
use clientele_model::{ErrorCode, Refusal, text};

use crate::bounds;
use crate::columns::{self, programs};
use crate::dates::OrderEvidence;
use crate::export::REFUSED_MARK;
use crate::{Column, Header, Options, Program, RECORDS_MAX, Sink, Table};
use assemble::Plan;

/// The most columns that a table may have. Our own export of the fullest card has about two thousand.
pub(crate) const COLUMNS_MAX: usize = 4096;

/// So many rows are looked at to guess what a table is.
const HEAD_ROWS: usize = 300;
/// So many rows are shown to the user.
const SAMPLE_ROWS: usize = 20;
/// So many characters of a cell are shown to the user.
const SAMPLE_CHARACTERS: usize = 80;
/// The caller hears about the progress after so many rows.
const ROWS_PER_REPORT: u64 = 1024;

/// One row of a table.
#[derive(Debug, Default)]
pub(crate) struct Row<'a> {
    /// The line where it starts, counted from 1.
    pub(crate) line: u64,
    /// Its cells; at most [`COLUMNS_MAX`].
    pub(crate) cells: Vec<Cow<'a, str>>,
    /// Were there more cells than that?
    pub(crate) too_wide: bool,
}

impl Row<'_> {
    /// Is there nothing in any cell?
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Where a row stands, and how much of the whole is read behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Which row it is, counted from 0.
    pub(crate) at: usize,
    /// So much is read.
    pub(crate) done: u64,
    /// Of so much.
    pub(crate) total: u64,
}

/// What is told of a source, for the user to look at and correct.
#[derive(Default)]
pub(crate) struct Described {
    pub(crate) encoding: String,
    pub(crate) delimiter: String,
    pub(crate) sheets: Vec<String>,
    pub(crate) sheet: Option<usize>,
}

/// Takes one row, and says whether it wants the next.
pub(crate) type Take<'t> = dyn FnMut(Place, &mut Row<'_>) -> Result<ControlFlow<()>, Refusal> + 't;

/// Where the rows of a table come from.
pub(crate) trait Source {
    /// How it is read.
    fn described(&self) -> Described;

    /// Goes through the rows from the first on.
    ///
    /// # Errors
    /// What `take` refuses, and what stands in the way of reading on.
    fn rows(&mut self, take: &mut Take<'_>) -> Result<(), Refusal>;
}

/// A row that is not blank, behind its place among all rows.
pub(crate) type HeadRow = (usize, Vec<String>);

/// How a table would be read, and how it will be.
struct Survey {
    table: Table,
    source: Option<Program>,
    /// What stands beside each entry that is read: "Mobile", "Home".
    labels: Vec<String>,
    own: Option<own::Layout>,
    /// It holds rows that were refused before: its cells are guarded, and its last column says why.
    refused: bool,
    evidence: Vec<OrderEvidence>,
}

/// How this table would be read: what the user looks at before anything is imported. Columns that hold
/// nobody are no refusal here: the user may know better.
pub(crate) fn preview(source: &mut dyn Source, options: &Options, country: &str) -> Result<Table, Refusal> {
    Ok(survey(source, options, country, &mut |_, _| ControlFlow::Continue(()))?.table)
}

/// Reads a whole table: first how it is read, then each of its rows.
pub(crate) fn read(
    source: &mut dyn Source,
    options: &Options,
    country: &str,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let survey = survey(source, options, country, &mut |done, total| {
        sink.progress(done, total)
    })?;
    let Survey {
        table,
        source: program,
        labels,
        own,
        refused,
        evidence,
    } = survey;
    if let Some(program) = program {
        sink.source(program);
    }
    let useful = own.is_some() || columns::are_useful(&table.columns);
    sink.table(&table);
    if !useful {
        return Err(ErrorCode::ImportNoUsefulColumn.into());
    }
    let plan = Plan::new(&table, &labels, &evidence);
    let mut any = false;
    each_row(source, &table, Half::Second, &mut |news| {
        let (row, is_header) = match news {
            News::Read(done, total) => return heard(sink.progress(done, total)),
            News::Row(row, is_header) => (row, is_header),
        };
        if is_header {
            return Ok(());
        }
        if refused && own.is_none() {
            for cell in &mut row.cells {
                *cell = Cow::Owned(own::unguarded(cell));
            }
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
        any = true;
        sink.take(row.line, draft)
    })?;
    if any {
        Ok(())
    } else {
        Err(ErrorCode::ImportNoPeople.into())
    }
}

/// The headers of a table, on line 0, and the cells of some of its rows as they stand.
pub(crate) fn rows(
    source: &mut dyn Source,
    options: &Options,
    country: &str,
    lines: &BTreeSet<u64>,
    take: &mut dyn FnMut(u64, Vec<String>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let survey = survey(source, options, country, &mut |_, _| ControlFlow::Continue(()))?;
    // What is refused once more gets its new reason, not one more column.
    let width = survey.table.headers.len() - usize::from(survey.refused);
    let guarded = survey.refused || survey.own.is_some();
    let cut = |cells: &mut Vec<String>| cells.truncate(if survey.refused { width } else { usize::MAX });
    let mut headers = survey.table.headers.clone();
    cut(&mut headers);
    take(0, headers)?;
    source.rows(&mut |_, row| {
        if lines.contains(&row.line) {
            let shown = |cell: &Cow<'_, str>| {
                if guarded {
                    own::unguarded(cell)
                } else {
                    cell.to_string()
                }
            };
            let mut cells: Vec<String> = row.cells.iter().map(shown).collect();
            cut(&mut cells);
            take(row.line, cells)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// Guesses everything from the first rows, then goes through all of them for their number and for what the
/// dates prove.
fn survey(
    source: &mut dyn Source,
    options: &Options,
    country: &str,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Survey, Refusal> {
    let head = head(source)?;
    let Described {
        encoding,
        delimiter,
        sheets,
        sheet,
    } = source.described();
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
    let recognised = programs::recognise(&headers);
    let known = recognised.and_then(|(_, export)| Some(export?.columns(&headers)));
    let mut labels: Vec<String> = headers.iter().map(|header| columns::label(header)).collect();
    let guessed = match &own {
        Some(own) => own.columns(),
        None => {
            let mut guessed = columns::guess(&headers, &people, country);
            for (at, known) in known.iter().flatten().enumerate() {
                let Some(known) = known else { continue };
                guessed[at] = known.column;
                if let Some(label) = known.label {
                    label.clone_into(&mut labels[at]);
                }
            }
            guessed
        }
    };
    let refused = headers.last().is_some_and(|last| last.ends_with(REFUSED_MARK));
    let mut guessed = guessed;
    if refused && let Some(last) = guessed.last_mut() {
        *last = Column::Ignore;
    }
    let program = match &own {
        Some(_) => Some(Program::Clientele),
        None => recognised.map(|(program, _)| program),
    };
    let own = own.filter(|_| options.columns.as_ref().is_none_or(|chosen| *chosen == guessed));
    let mut columns = options.columns.clone().unwrap_or(guessed);
    columns.resize(width, Column::Ignore);
    let samples = people
        .iter()
        .take(SAMPLE_ROWS)
        .map(|row| sample(row, own.is_some() || refused))
        .collect();
    let mut table = Table {
        encoding,
        delimiter,
        sheets,
        sheet,
        header_row,
        headers,
        columns,
        samples,
        rows: 0,
    };
    let mut evidence = vec![OrderEvidence::default(); width];
    let mut rows = 0;
    each_row(source, &table, Half::First, &mut |news| {
        let (row, is_header) = match news {
            News::Read(done, total) => return heard(progress(done, total)),
            News::Row(row, is_header) => (row, is_header),
        };
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
    Ok(Survey {
        table,
        source: program,
        labels,
        own,
        refused,
        evidence,
    })
}

/// The first rows that are not blank.
pub(crate) fn head(source: &mut dyn Source) -> Result<Vec<HeadRow>, Refusal> {
    let mut head: Vec<HeadRow> = Vec::new();
    source.rows(&mut |place, row| {
        if row.too_wide && head.is_empty() {
            return Err(too_many_columns());
        }
        if !row.is_blank() {
            let cells = std::mem::take(&mut row.cells);
            head.push((place.at, cells.into_iter().map(Cow::into_owned).collect()));
        }
        Ok(if head.len() < HEAD_ROWS {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    if head.is_empty() {
        return Err(ErrorCode::ImportEmpty.into());
    }
    Ok(head)
}

/// Which of the two ways through the text this is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    First,
    Second,
}

/// What comes up on the way through a table.
pub(crate) enum News<'r, 'c> {
    /// So much of so much is read.
    Read(u64, u64),
    /// A row; is it the headers once more, where two exports were put together?
    Row(&'r mut Row<'c>, bool),
}

/// Goes through all rows below the headers that are not blank.
pub(crate) fn each_row(
    source: &mut dyn Source,
    table: &Table,
    half: Half,
    take: &mut dyn FnMut(News<'_, '_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let headed = table.headers.iter().any(|header| !header.is_empty());
    let (mut taken, mut reported, mut whole) = (0, 0, 0);
    let before = |total| if half == Half::First { 0 } else { total };
    source.rows(&mut |place, row| {
        whole = place.total;
        reported += 1;
        if reported == ROWS_PER_REPORT {
            reported = 0;
            take(News::Read(before(whole) + place.done.min(whole), whole * 2))?;
        }
        if table.header_row.is_some_and(|header| place.at <= header) || row.is_blank() {
            return Ok(ControlFlow::Continue(()));
        }
        taken += 1;
        if taken > RECORDS_MAX {
            return Err(bounds::too_many_rows());
        }
        let again = headed && row.cells.len() > 1 && repeats_headers(row, &table.headers);
        take(News::Row(row, again))?;
        Ok(ControlFlow::Continue(()))
    })?;
    take(News::Read(before(whole) + whole, whole * 2))
}

fn heard(flow: ControlFlow<()>) -> Result<(), Refusal> {
    match flow {
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

pub(crate) fn borrowed(cells: &[String]) -> Vec<&str> {
    cells.iter().map(String::as_str).collect()
}

pub(crate) fn sample(row: &[&str], own: bool) -> Vec<String> {
    let shown = |cell: &&str| {
        let cell: String = cell.chars().take(2 * SAMPLE_CHARACTERS).collect();
        let cell = if own { own::unguarded(&cell) } else { cell };
        text::ellipsis(cell.trim(), SAMPLE_CHARACTERS)
    };
    row.iter().map(shown).collect()
}

pub(crate) fn too_many_columns() -> Refusal {
    Refusal::new(ErrorCode::TooMany)
        .with("field", "columns")
        .with("max", COLUMNS_MAX)
}
