//! The first look at a table of contacts: its headers and first rows.

use clientele_model::{Refusal, text};

use super::columns;
use crate::export::REFUSED_MARK;
use crate::tables::{self, Described, Source};
use crate::{Header, Options, Table};

/// So many rows are shown to the user, and looked at to guess what the columns mean.
const SAMPLE_ROWS: usize = 20;

/// How the table is read, but for what its columns mean and how many rows it has; and whether its cells are guarded
/// against being formulas, because this program wrote it of rows that it had refused.
pub(super) fn survey(source: &mut dyn Source, options: &Options) -> Result<(Table, bool), Refusal> {
    let head = tables::head(source)?;
    let Described {
        encoding,
        delimiter,
        sheets,
        sheet,
    } = source.described();
    let header_row = match options.header {
        Header::Guess => columns::find_header_row(&head),
        Header::None => None,
        Header::Row(row) => Some(row),
    };
    let named = head.iter().find(|(at, _)| Some(*at) == header_row);
    let tidied = |cell: &String| text::ellipsis(&text::tidy(cell), 200);
    let mut headers: Vec<String> = named
        .map(|(_, cells)| cells.iter().map(tidied).collect())
        .unwrap_or_default();
    let below = head
        .iter()
        .filter(|(at, _)| header_row.is_none_or(|header| *at > header));
    let rows: Vec<Vec<&str>> = below.map(|(_, cells)| tables::borrowed(cells)).collect();
    let mut width = rows.iter().map(Vec::len).max().unwrap_or(0).max(headers.len());
    headers.resize(width, String::new());
    let guarded = headers.last().is_some_and(|last| last.ends_with(REFUSED_MARK));
    if guarded {
        // Why a row was refused last time is nothing that happened.
        width -= 1;
        headers.truncate(width);
    }
    let samples = rows.iter().take(SAMPLE_ROWS).map(|row| {
        let mut sample = tables::sample(row, guarded);
        sample.truncate(width);
        sample
    });
    let samples = samples.collect();
    let table = Table {
        encoding,
        delimiter,
        sheets,
        sheet,
        header_row,
        headers,
        columns: Vec::new(),
        samples,
        rows: 0,
    };
    Ok((table, guarded))
}
