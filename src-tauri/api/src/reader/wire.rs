//! What the program and its reader say to one another: frames of a length and a body, each bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};

use clientele_formats::history::{HistoryEntry, HistoryTable};
use clientele_formats::{Format, Options, Program, Table};
use clientele_model::{ClientDraft, ErrorCode, Refusal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// No frame is larger: neither the question nor a row that fits on a card as people fill them.
pub(super) const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What the reader is asked; the file's bytes follow.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    pub name: String,
    pub size_bytes: u64,
    /// As JSON: the user's options leave out what is to be guessed.
    pub options: String,
    pub country: String,
    /// The rows whose cells are wanted as they stand, by line; without any the file is read.
    pub lines: BTreeSet<u64>,
    /// The user's options for a table of contacts, as JSON, where the file is read as one.
    pub history: Option<String>,
}

impl Question {
    pub fn new(name: &str, bytes: &[u8], options: &Options, country: &str) -> Self {
        Self {
            name: name.to_owned(),
            size_bytes: bytes.len() as u64,
            options: serde_json::to_string(options).unwrap_or_default(),
            country: country.to_owned(),
            lines: BTreeSet::new(),
            history: None,
        }
    }

    pub fn options(&self) -> io::Result<Options> {
        serde_json::from_str(&self.options).map_err(io::Error::other)
    }
}

/// What the reader says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Said {
    /// What sort of file it is.
    Format(Format),
    /// Which program wrote it.
    Source(Program),
    /// So much of so much is read.
    Progress(u64, u64),
    /// How a table is read.
    Table(Box<Table>),
    /// A row or card, or why it was not read.
    Row(u64, Result<Box<ClientDraft>, Why>),
    /// The cells of a row as they stand; the headers on line 0.
    Cells(u64, Vec<String>),
    /// How a table of contacts is read.
    History(Format, Box<HistoryTable>),
    /// A row of contacts, or why it was not read.
    Entry(u64, Result<Box<HistoryEntry>, Why>),
    /// The end: all is read, or why it is not.
    End(Result<(), Why>),
}

/// A refusal, in a form without optional parts, as the encoding wants it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Why {
    code: ErrorCode,
    params: BTreeMap<String, String>,
}

impl From<Refusal> for Why {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code,
            params: refusal.params,
        }
    }
}

impl From<Why> for Refusal {
    fn from(why: Why) -> Self {
        Self {
            code: why.code,
            params: why.params,
        }
    }
}

/// Writes one frame; false where it would be larger than a frame may be, and nothing was written.
pub(super) fn put(to: &mut dyn Write, what: &impl Serialize) -> io::Result<bool> {
    let body = postcard::to_allocvec(what).map_err(io::Error::other)?;
    match u32::try_from(body.len()) {
        Ok(length) if body.len() <= FRAME_BYTES_MAX => {
            to.write_all(&length.to_le_bytes())?;
            to.write_all(&body)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Reads one frame; none at the end.
pub(super) fn get<T: DeserializeOwned>(from: &mut dyn Read, body: &mut Vec<u8>) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(io::Error::other("a frame beyond its bound"));
    }
    body.clear();
    // As it comes: who claims a length has not sent it yet.
    let got = from.take(length as u64).read_to_end(body)?;
    if got < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    postcard::from_bytes(body).map(Some).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clientele_formats::history::{HistoryColumn, HistoryKind};
    use clientele_formats::{Column, Header};
    use clientele_model::{Birthday, Language, Phone, RowId};

    fn there_and_back(said: &Said) {
        let (mut bytes, mut body) = (Vec::new(), Vec::new());
        assert!(put(&mut bytes, said).unwrap());
        let back: Said = get(&mut bytes.as_slice(), &mut body).unwrap().unwrap();
        assert_eq!(back, *said);
        // Whatever is missing at the end is noticed.
        let cut = &mut &bytes[..bytes.len() - 1];
        assert!(get::<Said>(cut, &mut body).is_err());
    }

    #[test]
    fn what_is_said_is_what_is_heard() {
        let refusal = Refusal::new(ErrorCode::TooMany).with("field", "phones");
        let draft = ClientDraft {
            given_name: "Анна".into(),
            birthday: Some(Birthday {
                year: None,
                month: 2,
                day: 29,
            }),
            language: Some(Language::Bg),
            phones: vec![Phone {
                id: Some(RowId::new()),
                typed: "0888".into(),
                ..Phone::default()
            }],
            ..ClientDraft::default()
        };
        let table = Table {
            encoding: String::new(),
            delimiter: String::new(),
            sheets: vec!["Лист1".into()],
            sheet: Some(0),
            header_row: None,
            headers: vec!["a".into()],
            columns: vec![Column::FullName],
            samples: vec![vec!["b".into()]],
            rows: 1,
        };
        let history = HistoryTable {
            table: table.clone(),
            columns: vec![HistoryColumn::Date, HistoryColumn::Phone],
        };
        let entry = HistoryEntry {
            day: (2024, 3, 12),
            seconds: None,
            kind: HistoryKind::WalkIn,
            text: "=1".into(),
            staff: String::new(),
            phones: vec!["0888".into()],
            card_number: String::new(),
            emails: Vec::new(),
            name: "Анна".into(),
        };
        there_and_back(&Said::History(Format::Csv, Box::new(history)));
        there_and_back(&Said::Entry(9, Ok(Box::new(entry))));
        there_and_back(&Said::Entry(9, Err(refusal.clone().into())));
        there_and_back(&Said::Progress(1, u64::MAX));
        there_and_back(&Said::Table(Box::new(table)));
        there_and_back(&Said::Row(7, Ok(Box::new(draft))));
        there_and_back(&Said::Row(8, Err(refusal.clone().into())));
        there_and_back(&Said::End(Err(refusal.into())));
        there_and_back(&Said::Format(Format::Ods));
        there_and_back(&Said::Cells(3, vec![String::new(), "=1".into()]));
        there_and_back(&Said::Source(Program::Outlook));
        there_and_back(&Said::End(Ok(())));
    }

    #[test]
    fn the_question_keeps_every_option() {
        let options = Options {
            encoding: Some("koi8-r".into()),
            sheet: Some(2),
            header: Header::Row(3),
            columns: Some(vec![Column::Phone]),
            ..Options::default()
        };
        let question = Question::new("a.csv", b"x", &options, "BG");
        assert_eq!(question.options().unwrap(), options);
    }

    #[test]
    fn no_frame_is_believed_beyond_its_bound() {
        let mut body = Vec::new();
        for bytes in [
            &[0xFF; 4][..],
            &[0xFF; 64],
            &[8, 0, 0, 0, 1],
            &[1, 0, 0, 0, 0xEE],
            &[1, 0],
        ] {
            let got = get::<Said>(&mut &*bytes, &mut body);
            assert!(!matches!(got, Ok(Some(_))), "{bytes:?}");
        }
        let long = "x".repeat(FRAME_BYTES_MAX + 1);
        let mut bytes = Vec::new();
        assert!(!put(&mut bytes, &long).unwrap());
        assert!(bytes.is_empty());
    }
}
