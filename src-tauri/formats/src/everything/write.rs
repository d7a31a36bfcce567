//! The document on its way out, a row at a time.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::SecondsFormat;
use clientele_model::record::{Field, Record};
use clientele_model::{RowId, Timestamp, Value};

use super::{Missing, PIECE_BYTES_MAX, SORT, VERSION, values};

/// Writes the document: [`Self::entity`], then its rows by [`Self::row`], entity after entity; then the
/// contents of files by [`Self::file`] and [`Self::missing_file`]; [`Self::finish`].
pub struct Writer<W: Write> {
    out: W,
    rows: u64,
    entities: u64,
    rows_of_entity: u64,
    files: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a document. `program` is the version of the program that writes it.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(mut out: W, program: &str, now: Timestamp) -> io::Result<Self> {
        let program = serde_json::to_string(program)?;
        let now = now.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true);
        write!(out, "{{\n\"clientele\": \"{SORT}\",\n\"version\": {VERSION},\n")?;
        write!(
            out,
            "\"program\": {program},\n\"written_at\": \"{now}\",\n\"records\": {{"
        )?;
        Ok(Self {
            out,
            rows: 0,
            entities: 0,
            rows_of_entity: 0,
            files: 0,
        })
    }

    /// Begins the rows of an entity.
    ///
    /// # Errors
    /// What `out` says.
    pub fn entity(&mut self, record: &Record) -> io::Result<()> {
        let before = if self.entities == 0 { "\n" } else { "\n],\n" };
        self.entities += 1;
        self.rows_of_entity = 0;
        write!(self.out, "{before}\"{}\": [", record.name)
    }

    /// Writes a row: its identifier, and every field that holds something.
    ///
    /// # Errors
    /// What `out` says.
    pub fn row(&mut self, id: RowId, fields: &[(Field, Value)]) -> io::Result<()> {
        let before = if self.rows_of_entity == 0 { "\n" } else { ",\n" };
        self.rows_of_entity += 1;
        self.rows += 1;
        write!(self.out, "{before}{{\"id\":\"{id}\"")?;
        for (field, value) in fields {
            if *value != field.empty() {
                write!(self.out, ",\"{}\":", field.name)?;
                serde_json::to_writer(&mut self.out, &values::written(*field, value))?;
            }
        }
        self.out.write_all(b"}")
    }

    /// Writes the content of an attached file, in pieces. No row may follow.
    ///
    /// # Errors
    /// What `out` says.
    pub fn file(&mut self, attachment: RowId, content: &[u8]) -> io::Result<()> {
        self.begin_file(attachment)?;
        self.out.write_all(b"\"pieces\":[")?;
        for (n, piece) in content.chunks(PIECE_BYTES_MAX).enumerate() {
            let before = if n == 0 { "\n" } else { ",\n" };
            write!(self.out, "{before}\"{}\"", STANDARD.encode(piece))?;
        }
        self.out.write_all(b"\n]}")
    }

    /// Says that the content of an attached file is not in the document, and why. No row may follow.
    ///
    /// # Errors
    /// What `out` says.
    pub fn missing_file(&mut self, attachment: RowId, why: Missing) -> io::Result<()> {
        self.begin_file(attachment)?;
        write!(self.out, "\"missing\":\"{}\"}}", why.word())
    }

    fn begin_file(&mut self, attachment: RowId) -> io::Result<()> {
        self.end_records()?;
        let before = if self.files == 1 { "\n" } else { ",\n" };
        write!(self.out, "{before}{{\"attachment\":\"{attachment}\",")
    }

    /// Before the first file, and where there is none.
    fn end_records(&mut self) -> io::Result<()> {
        self.files += 1;
        if self.files > 1 {
            return Ok(());
        }
        if self.entities > 0 {
            self.out.write_all(b"\n]\n")?;
        }
        self.out.write_all(b"},\n\"files\": [")
    }

    /// Ends the document with how many rows it has and their digest.
    ///
    /// # Errors
    /// What `out` says.
    pub fn finish(mut self, digest: &str) -> io::Result<W> {
        if self.files == 0 {
            self.end_records()?;
        } else {
            self.out.write_all(b"\n")?;
        }
        let digest = serde_json::to_string(digest)?;
        let rows = self.rows;
        write!(self.out, "],\n\"rows\": {rows},\n\"digest\": {digest}\n}}\n")?;
        self.out.flush()?;
        Ok(self.out)
    }
}
