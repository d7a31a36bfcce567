//! The document on its way in, a row at a time.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clientele_model::record::Record;
use clientele_model::text::ellipsis;
use clientele_model::{ErrorCode, Refusal, RowId, Value};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::values::{self, Json};
use super::{Missing, PIECE_BYTES_MAX, ROW_BYTES_MAX, SORT, VERSION, entities};

/// What stands before the records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The version of the document.
    pub version: u32,
    /// The version of the program that wrote it; empty where it does not say.
    pub program: String,
    /// When it was written, as it says.
    pub written_at: String,
}

/// What is said of the document while it is read.
#[derive(Debug)]
pub enum Said {
    /// Before the first row.
    Head(Head),
    /// A row: its entity, its identifier, the fields that it names.
    Row {
        /// The entity.
        record: &'static Record,
        /// Which row.
        id: RowId,
        /// The fields that hold something.
        fields: Vec<(&'static str, Value)>,
        /// So many bytes of the file are read.
        bytes: u64,
    },
    /// A piece of the content of an attached file; those of one file follow each other.
    Piece {
        /// Whose content: a row of the attachments.
        attachment: RowId,
        /// Which piece, from 0 on.
        n: u32,
        /// It.
        piece: Vec<u8>,
        /// So many bytes of the file are read.
        bytes: u64,
    },
    /// The content of an attached file is not in the document.
    Missing {
        /// Whose content.
        attachment: RowId,
        /// Why not.
        why: Missing,
        /// So many bytes of the file are read.
        bytes: u64,
    },
}

/// What stands behind the records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// How many rows were read.
    pub rows: u64,
    /// The digest of the rows, as the document says; none where somebody took it out.
    pub digest: Option<String>,
}

/// Reads a document and tells `take` of each row, as it comes. What is told before an error is not to be believed.
///
/// # Errors
/// `import.export_broken` for what is cut, damaged or not such a document; `import.export_newer` for what only a newer
/// version of the program understands; what `take` refuses.
pub fn read(from: impl Read, take: &mut dyn FnMut(Said) -> Result<(), Refusal>) -> Result<End, Refusal> {
    let meter = Rc::new(Meter::default());
    let metered = Metered {
        from,
        meter: Rc::clone(&meter),
    };
    let mut from = BufReader::with_capacity(64 * 1024, metered);
    skip_mark(&mut from).map_err(broken)?;
    let mut json = serde_json::Deserializer::from_reader(from);
    let mut reading = Reading {
        take,
        meter,
        refused: None,
        head: Head::default(),
        end: End::default(),
        told: None,
    };
    let read = Whole(&mut reading)
        .deserialize(&mut json)
        .and_then(|()| json.end());
    match (read, reading.refused) {
        (_, Some(refused)) => Err(refused),
        (Err(error), None) => Err(broken(error)),
        (Ok(()), None) => match reading.told {
            Some(told) if told != reading.end.rows => {
                let rows = reading.end.rows;
                Err(broken(format_args!("{told} rows were written, {rows} are there")))
            }
            _ => Ok(reading.end),
        },
    }
}

/// The refusal of a document that is not what it should be.
pub(crate) fn broken(detail: impl fmt::Display) -> Refusal {
    let detail = ellipsis(&detail.to_string(), 300);
    Refusal::new(ErrorCode::ImportExportBroken).with("detail", detail)
}

fn newer(detail: &str) -> Refusal {
    Refusal::new(ErrorCode::ImportExportNewer).with("detail", ellipsis(detail, 120))
}

fn skip_mark(from: &mut impl io::BufRead) -> io::Result<()> {
    let mark = "\u{FEFF}".as_bytes();
    if from.fill_buf()?.starts_with(mark) {
        from.consume(mark.len());
    }
    Ok(())
}

/// How many bytes were read, and up to where the next row may take them.
#[derive(Debug)]
struct Meter {
    bytes: Cell<u64>,
    until: Cell<u64>,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            bytes: Cell::new(0),
            until: Cell::new(ROW_BYTES_MAX),
        }
    }
}

impl Meter {
    /// A row is over: the next one has all its bytes before it.
    fn go_on(&self) {
        self.until.set(self.bytes.get() + ROW_BYTES_MAX);
    }
}

struct Metered<R> {
    from: R,
    meter: Rc<Meter>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        let bytes = self.meter.bytes.get() + read as u64;
        if bytes > self.meter.until.get() {
            return Err(io::Error::other(format!(
                "a row of more than {ROW_BYTES_MAX} bytes"
            )));
        }
        self.meter.bytes.set(bytes);
        Ok(read)
    }
}

/// All that is known so far.
struct Reading<'t> {
    take: &'t mut dyn FnMut(Said) -> Result<(), Refusal>,
    meter: Rc<Meter>,
    /// Why the reading was broken off; the parser only knows that it was.
    refused: Option<Refusal>,
    head: Head,
    end: End,
    told: Option<u64>,
}

impl Reading<'_> {
    fn refuse<E: de::Error>(&mut self, refusal: Refusal) -> E {
        self.refused = Some(refusal);
        E::custom("refused")
    }

    fn say<E: de::Error>(&mut self, said: Said) -> Result<(), E> {
        (self.take)(said).map_err(|refusal| self.refuse(refusal))
    }
}

/// A name that stands for the second time.
fn twice<E: de::Error>(name: &str) -> E {
    E::custom(format_args!("{} stands twice", ellipsis(name, 60)))
}

macro_rules! part {
    ($name:ident, $de:ident) => {
        impl<'de> DeserializeSeed<'de> for $name<'_, '_> {
            type Value = ();
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.$de(self)
            }
        }
    };
}

/// The document.
struct Whole<'r, 't>(&'r mut Reading<'t>);
part!(Whole, deserialize_map);

impl<'de> Visitor<'de> for Whole<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Clientele export")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reading = self.0;
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let first = seen.is_empty();
            match name.as_str() {
                "clientele" => {
                    let sort = map.next_value::<String>()?;
                    if sort != SORT {
                        return Err(de::Error::custom("another sort of document"));
                    }
                }
                _ if first => return Err(de::Error::custom("it does not begin with \"clientele\"")),
                "version" => {
                    reading.head.version = map.next_value()?;
                    if reading.head.version != VERSION {
                        let version = format!("version {}", reading.head.version);
                        return Err(reading.refuse(newer(&version)));
                    }
                }
                _ if reading.head.version == 0 => {
                    return Err(de::Error::custom("\"version\" does not stand second"));
                }
                "program" => reading.head.program = short(map.next_value()?)?,
                "written_at" => reading.head.written_at = short(map.next_value()?)?,
                "records" => {
                    let head = reading.head.clone();
                    reading.say(Said::Head(head))?;
                    map.next_value_seed(Records(reading))?;
                }
                "files" if !seen.contains("records") => {
                    return Err(de::Error::custom("\"files\" stand before \"records\""));
                }
                "files" => map.next_value_seed(Files(reading))?,
                "rows" => reading.told = Some(map.next_value()?),
                "digest" => reading.end.digest = Some(short(map.next_value()?)?),
                _ => return Err(reading.refuse(newer(&name))),
            }
            if !seen.insert(name.clone()) {
                return Err(twice(&name));
            }
            reading.meter.go_on();
        }
        if seen.contains("records") {
            Ok(())
        } else {
            Err(de::Error::custom("there are no \"records\""))
        }
    }
}

/// What stands once in a document is no longer than this.
fn short<E: de::Error>(text: String) -> Result<String, E> {
    if text.len() > 200 {
        return Err(E::custom("a long text where a short one is due"));
    }
    Ok(text)
}

/// The contents of attached files.
struct Files<'r, 't>(&'r mut Reading<'t>);
part!(Files, deserialize_seq);

impl<'de> Visitor<'de> for Files<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut files: A) -> Result<(), A::Error> {
        while files.next_element_seed(OneFile(self.0))?.is_some() {}
        Ok(())
    }
}

/// The content of one.
struct OneFile<'r, 't>(&'r mut Reading<'t>);
part!(OneFile, deserialize_map);

impl<'de> Visitor<'de> for OneFile<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the content of a file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut attachment, mut pieces) = (None, false);
        while let Some(name) = map.next_key::<String>()? {
            match (name.as_str(), attachment) {
                ("attachment", None) => {
                    let text = short::<A::Error>(map.next_value()?)?;
                    let id = text.parse::<RowId>();
                    attachment = Some(id.map_err(|_| de::Error::custom("a file without an identifier"))?);
                }
                ("pieces", Some(of)) if !pieces => {
                    pieces = true;
                    map.next_value_seed(Pieces(self.0, of))?;
                }
                ("missing", Some(attachment)) if !pieces => {
                    pieces = true;
                    let word = short::<A::Error>(map.next_value()?)?;
                    let Some(why) = Missing::of(&word) else {
                        return Err(self.0.refuse(newer(&format!("files.missing: {word}"))));
                    };
                    let bytes = self.0.meter.bytes.get();
                    self.0.say(Said::Missing {
                        attachment,
                        why,
                        bytes,
                    })?;
                }
                ("attachment" | "pieces" | "missing", _) => {
                    return Err(de::Error::custom(
                        "a file begins with \"attachment\", and has \"pieces\" or \"missing\" once",
                    ));
                }
                _ => return Err(self.0.refuse(newer(&format!("files.{name}")))),
            }
        }
        if pieces {
            Ok(())
        } else {
            Err(de::Error::custom("a file without \"pieces\" and \"missing\""))
        }
    }
}

/// The pieces of a content.
struct Pieces<'r, 't>(&'r mut Reading<'t>, RowId);
part!(Pieces, deserialize_seq);

impl<'de> Visitor<'de> for Pieces<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pieces of a content")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pieces: A) -> Result<(), A::Error> {
        let Self(reading, attachment) = self;
        let mut n = 0;
        while let Some(text) = pieces.next_element::<String>()? {
            let piece = STANDARD.decode(text);
            let piece = piece.map_err(|_| de::Error::custom("a piece that is no base64"))?;
            if piece.is_empty() || piece.len() > PIECE_BYTES_MAX {
                return Err(de::Error::custom("a piece of no such size"));
            }
            let bytes = reading.meter.bytes.get();
            reading.say(Said::Piece {
                attachment,
                n,
                piece,
                bytes,
            })?;
            n += 1;
            reading.meter.go_on();
        }
        Ok(())
    }
}

/// The entities, each with its rows.
struct Records<'r, 't>(&'r mut Reading<'t>);
part!(Records, deserialize_map);

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the records, by their entities")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let Some(record) = entities().find(|record| record.name == name) else {
                return Err(self.0.refuse(newer(&name)));
            };
            if !seen.insert(record.name) {
                return Err(twice(record.name));
            }
            map.next_value_seed(Rows(self.0, record))?;
        }
        Ok(())
    }
}

/// The rows of an entity.
struct Rows<'r, 't>(&'r mut Reading<'t>, &'static Record);
part!(Rows, deserialize_seq);

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(Row(self.0, self.1))?.is_some() {}
        Ok(())
    }
}

/// One row.
struct Row<'r, 't>(&'r mut Reading<'t>, &'static Record);
part!(Row, deserialize_map);

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(reading, record) = self;
        let (mut id, mut fields): (_, Vec<(&'static str, Value)>) = (None, Vec::new());
        while let Some(name) = map.next_key::<String>()? {
            if name == "id" {
                let text = map.next_value::<String>()?;
                let read = text.parse::<RowId>().map_err(|_| {
                    de::Error::custom(format_args!("{} is no identifier", ellipsis(&text, 60)))
                })?;
                if id.replace(read).is_some() {
                    return Err(twice("id"));
                }
                continue;
            }
            let Some(field) = record.all_fields().find(|field| field.name == name) else {
                let unknown = format!("{}.{name}", record.name);
                return Err(reading.refuse(newer(&unknown)));
            };
            if fields.iter().any(|(other, _)| *other == field.name) {
                return Err(twice(field.name));
            }
            let value = values::read(field, map.next_value::<Json>()?).ok_or_else(|| {
                de::Error::custom(format_args!("{}.{} holds no such value", record.name, field.name))
            })?;
            if value != field.empty() {
                fields.push((field.name, value));
            }
        }
        let id = id.ok_or_else(|| de::Error::custom("a row without \"id\""))?;
        reading.end.rows += 1;
        let bytes = reading.meter.bytes.get();
        reading.say(Said::Row {
            record,
            id,
            fields,
            bytes,
        })?;
        reading.meter.go_on();
        Ok(())
    }
}
