//! Everything that a book holds, into one JSON document: docs/json-export.md.

use std::io::BufWriter;
use std::ops::ControlFlow;
use std::path::Path;

use clientele_formats::everything::{Missing, Writer, entities};
use clientele_model::{ErrorCode, Timestamp};

use super::digest::{RowsDigest, filled};
use super::store;
use crate::attachments::{self, Held, LeftOut};
use crate::book::{self, Book, write_durably_with};
use crate::{Error, Result};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Everything {
    /// Cards outside the trash.
    pub clients: u64,
    /// Rows of every sort.
    pub rows: u64,
    /// The digest of the rows: a book into which they are imported has the same one.
    pub digest: RowsDigest,
    /// Contents of photos and files that are not in it.
    pub left_out: LeftOut,
}

/// So many bytes of a content take as long as a row, about: one bar is for both.
const BYTES_LIKE_A_ROW: u64 = 8 * 1024;

/// Writes everything to a file, a row at a time: whatever the size of the book, it takes little memory. A content that is
/// not whole on this device holds up nothing: the document and the answer name it.
///
/// # Errors
/// `file.failed`, `disk.full`; `import.cancelled` when `progress` says so: then no file is there, or the one that was
/// there before; what SQLite says.
pub fn everything(
    book: &Book,
    path: &Path,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Everything> {
    let failed = |error: std::io::Error| Error::file(path, &error);
    book.read_apart(|conn| {
        let mut total = 0;
        for record in entities() {
            total += store::count(conn, record)?;
        }
        total += attachments::bytes_here(conn)? / BYTES_LIKE_A_ROW;
        let mut bytes = 0;
        let (mut rows, mut digest, mut left_out) = (0, RowsDigest::default(), LeftOut::default());
        write_durably_with(path, |file| {
            let out = BufWriter::with_capacity(256 * 1024, file);
            let version = env!("CARGO_PKG_VERSION");
            let mut writer = Writer::new(out, version, Timestamp::now()).map_err(failed)?;
            for record in entities() {
                writer.entity(record).map_err(failed)?;
                store::each_row(conn, record, &mut |id, fields| {
                    if progress(rows, total).is_break() {
                        return Err(ErrorCode::ImportCancelled.into());
                    }
                    rows += 1;
                    digest.add(record.name, id, filled(fields));
                    writer.row(id, fields).map_err(failed)
                })?;
            }
            left_out = attachments::each_content(conn, &mut |id, held| {
                if progress(rows + bytes / BYTES_LIKE_A_ROW, total).is_break() {
                    return Err(ErrorCode::ImportCancelled.into());
                }
                if let Held::Whole(content) = held {
                    bytes += content.bytes.len() as u64;
                }
                match held {
                    Held::Whole(content) => writer.file(id.into(), &content.bytes),
                    Held::Elsewhere => writer.missing_file(id.into(), Missing::Elsewhere),
                    Held::Damaged(_) => writer.missing_file(id.into(), Missing::Damaged),
                }
                .map_err(failed)
            })?;
            writer.finish(&digest.to_string()).map_err(failed)?;
            Ok(())
        })?;
        let clients = book::count_clients(conn)?;
        Ok(Everything {
            clients,
            rows,
            digest,
            left_out,
        })
    })
}
