//! Our own CSV: UTF-8 with a byte order mark, commas, CRLF, one column for each field of a card.

use std::io::{self, Write};

use clientele_model::{Birthday, ClientDraft, ClientKind};

use super::fields::{self, Customs, Field, Longest};
use super::guard::guarded;

/// Behind the heading of the column that says why rows were refused: by it such a file is known again.
pub(crate) const REFUSED_MARK: &str = " (Clientele)";

/// How many columns the cards need: to be known before the first line is written.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    lists: Longest,
    customs: Customs,
}

impl Shape {
    /// Makes room for one more card.
    pub fn widen(&mut self, draft: &ClientDraft) {
        self.lists.widen(draft);
        self.customs.widen(draft);
    }
}

/// Writes card after card.
pub struct CsvWriter<W: Write> {
    out: W,
    fields: Vec<Field>,
    customs: Customs,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a file with its headers.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(mut out: W, shape: &Shape) -> io::Result<Self> {
        let fields = fields::columns(|part| shape.lists.of(part));
        out.write_all("\u{FEFF}".as_bytes())?;
        let customs = shape.customs.clone();
        let headers = fields.iter().map(|field| field.header());
        let headers: Vec<String> = headers.chain(customs.headers()).collect();
        writeln_cells(&mut out, headers.iter().map(String::as_str))?;
        Ok(Self { out, fields, customs })
    }

    /// Writes one card. Entries beyond the shape are left out.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write(&mut self, draft: &ClientDraft) -> io::Result<()> {
        let cells: Vec<String> = self.fields.iter().map(|field| cell(draft, *field)).collect();
        let customs = self.customs.cells(draft);
        writeln_cells(&mut self.out, cells.iter().map(String::as_str).chain(customs))
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What `out` says.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// All cards as one file in memory.
#[must_use]
pub fn csv<'d>(drafts: impl Iterator<Item = &'d ClientDraft> + Clone) -> Vec<u8> {
    let mut shape = Shape::default();
    drafts.clone().for_each(|draft| shape.widen(draft));
    let written = CsvWriter::new(Vec::new(), &shape).and_then(|mut writer| {
        drafts.into_iter().try_for_each(|draft| writer.write(draft))?;
        writer.finish()
    });
    // Writing to memory does not fail.
    written.unwrap_or_default()
}

/// Rows that were refused, as a file to mend and to import again: the columns of the table they come from, and
/// behind them why. `rows` are as wide as they are; the reason stands in its own column all the same.
#[must_use]
pub fn refused(headers: &[String], heading: &str, rows: &[(Vec<String>, String)]) -> Vec<u8> {
    let width = rows
        .iter()
        .map(|(cells, _)| cells.len())
        .max()
        .unwrap_or(0)
        .max(headers.len());
    let heading = format!("{heading}{REFUSED_MARK}");
    let mut out = "\u{FEFF}".as_bytes().to_vec();
    let padded = |cells: &[String], last: &str| {
        let mut row: Vec<String> = cells.to_vec();
        row.resize(width, String::new());
        row.push(last.to_owned());
        row
    };
    let all = std::iter::once(padded(headers, &heading));
    for row in all.chain(rows.iter().map(|(cells, why)| padded(cells, why))) {
        // Writing to memory does not fail.
        let _ = writeln_cells(&mut out, row.iter().map(String::as_str));
    }
    out
}

pub(super) fn cell(draft: &ClientDraft, field: Field) -> String {
    match field {
        Field::Kind => match draft.kind {
            ClientKind::Person => "person".into(),
            ClientKind::Company => "company".into(),
        },
        Field::Text(text) => text.of(draft).to_owned(),
        Field::Birthday => draft.birthday.map(iso).unwrap_or_default(),
        Field::Language => draft.language.map(|l| l.code().to_owned()).unwrap_or_default(),
        Field::Tags => fields::join_tags(&draft.tags),
        Field::Entry(part, number) => part.of(draft, number - 1).unwrap_or_default().to_owned(),
    }
}

/// `1980-12-31`, or `--12-31` without a year.
fn iso(birthday: Birthday) -> String {
    let Birthday { year, month, day } = birthday;
    match year {
        Some(year) => format!("{year:04}-{month:02}-{day:02}"),
        None => format!("--{month:02}-{day:02}"),
    }
}

fn writeln_cells<'c>(out: &mut impl Write, cells: impl Iterator<Item = &'c str>) -> io::Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        let cell = guarded(cell);
        let plain = |c: char| !matches!(c, '"' | ',' | ';' | '\t' | '|' | '\n' | '\r' | ' ');
        if cell.chars().all(plain) {
            out.write_all(cell.as_bytes())?;
        } else {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        }
    }
    out.write_all(b"\r\n")
}
