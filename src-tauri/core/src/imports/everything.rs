//! An export of everything back into a book: docs/json-export.md.
//!
//! It goes into an empty book only. Its rows keep their identifiers, by which one speaks of another; in a book that has
//! rows of its own they might be rows that were changed since, and there is nothing to tell which of the two is right.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use clientele_formats::everything::{self, End, Said};
use clientele_model::record::{ATTACHMENTS, CLIENTS, CONTACTS, DELETED_AT, Record, SETTINGS};
use clientele_model::{AttachmentId, ErrorCode, Refusal, RowId, Value};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::store;
use crate::attachments::PIECE_BYTES;
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
}

/// Tells how much of a file is done, in bytes, and hears whether to go on.
pub type Progress<'p> = &'p mut dyn FnMut(u64, u64) -> ControlFlow<()>;

/// The fields of a row that hold something.
type Fields = Vec<(&'static str, Value)>;

/// Something on its way into the book.
enum Incoming {
    Row(&'static Record, RowId, Fields),
    Piece(AttachmentId, u32, Vec<u8>),
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

/// Imports a file: all of it, in one step, or nothing.
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
                (Incoming::Row(record, id, fields), bytes)
            }
            Said::Piece {
                attachment,
                n,
                piece,
                bytes,
            } => {
                files.take(attachment, n, &piece)?;
                (Incoming::Piece(attachment.into(), n, piece), bytes)
            }
        };
        if progress(bytes, size).is_break() {
            return Err(ErrorCode::ImportCancelled.into());
        }
        take(incoming).map_err(|error| {
            stopped = Some(error);
            ErrorCode::ImportCancelled.into()
        })
    });
    if let Some(error) = stopped {
        return Err(error);
    }
    content.agree(&end?)?;
    files.prove()?;
    Ok(content)
}

/// The contents of attached files, proved one after the other.
#[derive(Default)]
struct Files {
    /// Whose content has not come yet, with its hash.
    expected: HashMap<RowId, Vec<u8>>,
    /// The one that comes now: its hash as it should be, of what has come, and how long the last piece was.
    coming: Option<(RowId, Vec<u8>, Sha256, usize)>,
}

impl Files {
    fn expect(&mut self, record: &Record, id: RowId, fields: &Fields) {
        if record.name == ATTACHMENTS.name
            && let Some((_, Value::Blob(hash))) = fields.iter().find(|(field, _)| *field == "hash")
        {
            self.expected.insert(id, hash.clone());
        }
    }

    fn take(&mut self, id: RowId, n: u32, piece: &[u8]) -> Result<(), Refusal> {
        if n == 0 {
            self.prove()?;
            let expected = self.expected.remove(&id);
            let expected = expected.ok_or_else(|| broken(&format!("the file {id} belongs to nobody")))?;
            self.coming = Some((id, expected, Sha256::new(), PIECE_BYTES));
        }
        match &mut self.coming {
            // Only the last one is shorter: so the book keeps them, and hands them on.
            Some((coming, _, hash, last)) if *coming == id && *last == PIECE_BYTES => {
                hash.update(piece);
                *last = piece.len();
                Ok(())
            }
            _ => Err(broken(&format!("a piece of the file {id} stands elsewhere"))),
        }
    }

    /// Is what came last what its record says?
    fn prove(&mut self) -> Result<(), Refusal> {
        let Some((id, expected, hash, _)) = self.coming.take() else {
            return Ok(());
        };
        if hash.finalize().as_slice() == expected {
            Ok(())
        } else {
            Err(broken(&format!("the file {id} is not what its record says")))
        }
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
