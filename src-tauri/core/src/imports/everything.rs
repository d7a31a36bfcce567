//! An export of everything back into a book: docs/json-export.md.
//!
//! It goes into an empty book only. Its rows keep their identifiers, by which one speaks of another; in a book that has
//! rows of its own they might be rows that were changed since, and there is nothing to tell which of the two is right.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use clientele_formats::everything::{self, End, Missing, Said};
use clientele_model::record::{ATTACHMENTS, CLIENTS, CONTACTS, DELETED_AT, Record, SETTINGS};
use clientele_model::{AttachmentId, ErrorCode, Refusal, RowId, Value};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::store;
use crate::attachments::{LeftOut, PIECE_BYTES};
use crate::exports::RowsDigest;
use crate::settings::{self, Settings};
use crate::workspace::{Actor, NewStep, StepLabel, Workspace, Write, Written};
use crate::{Error, Result, attachments, head_office};

/// What an export of everything holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The version of the program that wrote it.
    pub program: String,
    /// When it was written, as it says.
    pub written_at: String,
    /// The name of the business, where it says.
    pub business_name: String,
    /// Cards outside the trash.
    pub clients: u32,
    /// Entries of contact histories outside the trash.
    pub contacts: u32,
    /// Rows of every sort.
    pub rows: u64,
    /// The digest of its rows.
    pub digest: RowsDigest,
    /// Contents of photos and files that are not in it, or damaged.
    pub left_out: LeftOut,
}

/// Tells how much of a file is done, in bytes, and hears whether to go on.
pub type Progress<'p> = &'p mut dyn FnMut(u64, u64) -> ControlFlow<()>;

/// The fields of a row that hold something.
type Fields = Vec<(&'static str, Value)>;

/// Something on its way into the book.
enum Incoming {
    Row(&'static Record, RowId, Fields),
    Piece(AttachmentId, u32, Vec<u8>),
    /// The pieces that came of this one are not what its record says.
    Damaged(AttachmentId),
}

type Take<'t> = dyn FnMut(Incoming) -> Result<()> + 't;

/// May an export of everything go into this book?
///
/// # Errors
/// `import.book_not_empty` where it has rows, has erased some, or is one of a company's.
pub fn allowed(conn: &Connection) -> Result<()> {
    if !store::is_empty(conn)? || head_office::membership(conn)?.is_some() {
        return Err(ErrorCode::ImportBookNotEmpty.into());
    }
    Ok(())
}

/// Reads a file from beginning to end, as an import would, and says what it holds. Writes nothing.
///
/// # Errors
/// `import.export_broken`, `import.export_newer`, `file.failed`; `import.cancelled` when `progress` says so.
pub fn look(path: &Path, progress: Progress<'_>) -> Result<Content> {
    read(path, progress, &mut |_| Ok(()))
}

/// Imports a file: all of its rows, in one step, or nothing. A content that is not what its record says is left out and
/// named, as one is that was not written into the file.
///
/// # Errors
/// As [`allowed`] and [`look`]; what SQLite says.
pub fn run(
    workspace: &Workspace,
    by: &Actor,
    path: &Path,
    progress: Progress<'_>,
) -> Result<Written<Content>> {
    // Without the name of the file: it may be that of the one client in it.
    workspace.write_much(NewStep::new(by, StepLabel::Imported), |w| {
        allowed(w.conn())?;
        let content = read(path, progress, &mut |incoming| match incoming {
            Incoming::Row(record, id, fields) => add(w, record, id, fields),
            Incoming::Piece(id, n, piece) => attachments::keep_piece(w.conn(), id, n, &piece),
            Incoming::Damaged(id) => attachments::drop_content(w.conn(), id),
        })?;
        w.step.set("count", content.clients);
        Ok(content)
    })
}

fn add(w: &mut Write<'_>, record: &'static Record, id: RowId, mut fields: Fields) -> Result<()> {
    let Some(table) = w.table(record.name) else {
        return Err(Refusal::new(ErrorCode::ImportExportNewer)
            .with("detail", record.name)
            .into());
    };
    if record.name == SETTINGS.name {
        // This row stands already: what the file does not name is empty there.
        let named = |name| fields.iter().find(|(field, _)| *field == name);
        let all = record.all_fields().map(|field| {
            let value = named(field.name).map_or(field.empty(), |(_, value)| value.clone());
            (field.name, value)
        });
        return w.set(table, id, all.collect()).map(drop);
    }
    let thrown_away = fields.iter().position(|(field, _)| *field == DELETED_AT);
    let thrown_away = thrown_away.map(|place| fields.swap_remove(place));
    w.add(table, id, fields)?;
    // A change of its own, as whoever threw it away made one: what comes to be lies in no trash.
    w.set(table, id, thrown_away.into_iter().collect()).map(drop)
}

/// Reads a file and hands over its rows, looked at one by one; at the end all of them are.
fn read(path: &Path, progress: Progress<'_>, take: &mut Take<'_>) -> Result<Content> {
    let failed = |error: std::io::Error| Error::file(path, &error);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let (mut content, mut files, mut seen) = (Content::default(), Files::default(), HashSet::new());
    // What core says goes round the reader, which only knows refusals.
    let mut stopped = None;
    let end = everything::read(file, &mut |said| {
        let (incoming, bytes) = match said {
            Said::Head(head) => {
                (content.program, content.written_at) = (head.program, head.written_at);
                return Ok(());
            }
            Said::Row {
                record,
                id,
                fields,
                bytes,
            } => {
                if !seen.insert(id) {
                    return Err(broken(&format!("{id} stands twice")));
                }
                content.note(record, id, &fields)?;
                files.expect(record, id, &fields);
                (vec![Incoming::Row(record, id, fields)], bytes)
            }
            Said::Piece {
                attachment,
                n,
                piece,
                bytes,
            } => {
                let before = files.take(attachment, n, &piece)?;
                let piece = Incoming::Piece(attachment.into(), n, piece);
                (before.into_iter().chain([piece]).collect(), bytes)
            }
            Said::Missing {
                attachment,
                why,
                bytes,
            } => (files.missing(attachment, why)?.into_iter().collect(), bytes),
        };
        if progress(bytes, size).is_break() {
            return Err(ErrorCode::ImportCancelled.into());
        }
        incoming.into_iter().try_for_each(&mut *take).map_err(|error| {
            stopped = Some(error);
            ErrorCode::ImportCancelled.into()
        })
    });
    if let Some(error) = stopped {
        return Err(error);
    }
    content.agree(&end?)?;
    files.prove().map_or(Ok(()), take)?;
    content.left_out = files.left_out();
    Ok(content)
}

/// The contents of attached files, proved one after the other.
#[derive(Default)]
struct Files {
    /// Whose content has not come yet.
    expected: HashMap<RowId, Expected>,
    /// The one that comes now.
    coming: Option<Coming>,
    left_out: LeftOut,
}

/// What the record of a file says.
struct Expected {
    hash: Vec<u8>,
    name: String,
}

/// A content of which pieces have come.
struct Coming {
    id: RowId,
    expected: Expected,
    hash: Sha256,
    /// Every piece so far but the last was of full length: so the book keeps them, and hands them on.
    in_order: bool,
    last_bytes: usize,
}

impl Files {
    fn expect(&mut self, record: &Record, id: RowId, fields: &Fields) {
        let field = |name| {
            fields
                .iter()
                .find(|(field, _)| *field == name)
                .map(|(_, value)| value)
        };
        if record.name == ATTACHMENTS.name
            && let Some(Value::Blob(hash)) = field("hash")
        {
            let name = field("name").and_then(Value::as_text).unwrap_or_default();
            let (hash, name) = (hash.clone(), name.to_owned());
            self.expected.insert(id, Expected { hash, name });
        }
    }

    /// The record that a content says it is of; each has one content.
    fn of(&mut self, id: RowId) -> Result<Expected, Refusal> {
        let expected = self.expected.remove(&id);
        expected.ok_or_else(|| broken(&format!("the file {id} belongs to nobody")))
    }

    /// Takes a piece. Returns what became of the content before it.
    fn take(&mut self, id: RowId, n: u32, piece: &[u8]) -> Result<Option<Incoming>, Refusal> {
        let mut before = None;
        if n == 0 {
            before = self.prove();
            self.coming = Some(Coming {
                id,
                expected: self.of(id)?,
                hash: Sha256::new(),
                in_order: true,
                last_bytes: PIECE_BYTES,
            });
        }
        if let Some(coming) = &mut self.coming {
            coming.in_order &= coming.last_bytes == PIECE_BYTES;
            coming.last_bytes = piece.len();
            coming.hash.update(piece);
        }
        Ok(before)
    }

    /// A content that is not in the document. Returns what became of the content before it.
    fn missing(&mut self, id: RowId, why: Missing) -> Result<Option<Incoming>, Refusal> {
        let before = self.prove();
        let expected = self.of(id)?;
        match why {
            Missing::Elsewhere => self.left_out.elsewhere(),
            Missing::Damaged => self.left_out.damaged(&expected.name, String::new()),
        }
        Ok(before)
    }

    /// Is what came last what its record says? Where not, it is left out.
    fn prove(&mut self) -> Option<Incoming> {
        let coming = self.coming.take()?;
        if coming.in_order && coming.hash.finalize().as_slice() == coming.expected.hash {
            return None;
        }
        self.left_out.damaged(&coming.expected.name, String::new());
        Some(Incoming::Damaged(coming.id.into()))
    }

    /// What is left out, at the end: whose content never came, has none.
    fn left_out(mut self) -> LeftOut {
        self.expected.drain().for_each(|_| self.left_out.elsewhere());
        self.left_out
    }
}

fn broken(detail: &str) -> Refusal {
    Refusal::new(ErrorCode::ImportExportBroken).with("detail", detail)
}

impl Content {
    /// Takes a row into account.
    fn note(&mut self, record: &Record, id: RowId, fields: &[(&'static str, Value)]) -> Result<(), Refusal> {
        let has = |name: &str| fields.iter().any(|(field, _)| *field == name);
        if record.name == SETTINGS.name {
            if id != settings::ROW {
                return Err(broken("settings of another book's kind"));
            }
            let settings = Settings::of_fields(fields).checked();
            let settings = settings.map_err(|error| broken(&format!("settings: {}", error.code())))?;
            self.business_name = settings.business_name;
        }
        let outside_trash = u32::from(!has(DELETED_AT));
        if record.name == CONTACTS.name {
            self.contacts = self.contacts.saturating_add(outside_trash);
        } else if record.name == CLIENTS.name && !has("merged_into") {
            self.clients = self.clients.saturating_add(outside_trash);
        }
        self.rows += 1;
        let fields = fields.iter().map(|(name, value)| (*name, value));
        self.digest.add(record.name, id, fields);
        Ok(())
    }

    /// Does the end of the document say of the rows what they are?
    fn agree(&self, end: &End) -> Result<(), Refusal> {
        match &end.digest {
            Some(told) if *told != self.digest.to_string() => Err(broken(
                "the rows are not those that were written: the digest differs",
            )),
            _ => Ok(()),
        }
    }
}
