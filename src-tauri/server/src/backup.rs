//! A backup: one file, of either database and for either. Its last word is the hash of all before it.
//!
//! It holds what the log holds, in the clear, and the certificate by which devices know the server, with its secret
//! key: it belongs where the server's own folder may stand, and nobody else reads it.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::sync::mpsc::sync_channel;

use clientele_model::CompanyId;
use clientele_protocol::bytes::{decode, encode, pack, unpack};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::http::tls::{self, Pair};
use crate::store::Storage;
use crate::store::control::{AddCompany, Companies, Company};
use crate::store::dump::{Dump, Empty, Fill, Rows};
use crate::{Error, Result, files};

const MAGIC: &[u8] = b"clientele backup 1\n";

/// A piece of a backup, unpacked, at most: some dozens of batches.
const PIECE_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Pieces that are read ahead.
const AHEAD: usize = 4;

#[derive(Serialize, Deserialize)]
enum Piece {
    /// What follows is this company's.
    Company { id: CompanyId, name: String },
    /// Some of its rows.
    Rows(Rows),
    /// All was told; the hash of it.
    End([u8; 32]),
    /// By which devices know the server. It comes first.
    Certificate(Pair),
}

fn broken(what: &str) -> Error {
    Error::Refused(format!("this is no whole backup: {what}"))
}

struct Writer<W> {
    to: W,
    hash: Sha256,
}

impl<W: Write> Writer<W> {
    fn put(&mut self, piece: &Piece) -> Result<()> {
        let bytes = pack(&encode(piece));
        let length = u32::try_from(bytes.len()).map_err(|_| broken("a piece is too long"))?;
        self.write(&length.to_be_bytes())?;
        self.write(&bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        Ok(self.to.write_all(bytes)?)
    }
}

/// Writes every company into one new file, and the server's own certificate, where there is one: that is told. The
/// server may run meanwhile; each company is as it was at one moment.
///
/// # Errors
/// [`Error::Refused`] where the file is there already; what the database and the disk say.
pub async fn backup<S: Storage>(storage: &S, own: &tls::Files, file: &Path) -> Result<bool> {
    if file.exists() {
        return Err(Error::Refused(format!("{} is there already", file.display())));
    }
    let part = file.with_extension("part");
    let mut writer = Writer {
        to: BufWriter::new(files::begin(&part)?),
        hash: Sha256::new(),
    };
    writer.write(MAGIC)?;
    let certificate = own.read()?;
    let has_certificate = certificate.is_some();
    if let Some(pair) = certificate {
        writer.put(&Piece::Certificate(pair))?;
    }
    for Company { id, name } in storage.control(Companies).await? {
        writer.put(&Piece::Company { id, name })?;
        let (to, taken) = sync_channel(AHEAD);
        // It writes on a thread of its own, while the database reads on.
        let writing = std::thread::spawn(move || {
            for rows in taken {
                writer.put(&Piece::Rows(rows))?;
            }
            Ok::<_, Error>(writer)
        });
        let read = storage.read(id, Dump { to }).await;
        let wrote = tokio::task::spawn_blocking(move || writing.join()).await;
        let wrote = wrote.map_err(|_| Error::Closed)?.map_err(|_| Error::Closed)?;
        // What the disk said is the reason, if both failed.
        writer = wrote?;
        read?;
    }
    let hash = writer.hash.clone().finalize().into();
    writer.put(&Piece::End(hash))?;
    let file_written = writer
        .to
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    file_written.sync_all()?;
    std::fs::rename(&part, file)?;
    Ok(has_certificate)
}

struct Reader<R> {
    from: R,
    hash: Sha256,
}

impl Reader<BufReader<File>> {
    fn open(file: &Path) -> Result<Self> {
        let mut reader = Self {
            from: BufReader::new(File::open(file)?),
            hash: Sha256::new(),
        };
        let mut magic = [0; MAGIC.len()];
        reader.read(&mut magic)?;
        if magic == MAGIC {
            Ok(reader)
        } else {
            Err(broken("it does not begin like one"))
        }
    }
}

impl<R: Read> Reader<R> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.from
            .read_exact(bytes)
            .map_err(|_| broken("it is cut short"))?;
        self.hash.update(bytes);
        Ok(())
    }

    /// The next piece; `None` at the end, once that was found to be the right one.
    fn next(&mut self) -> Result<Option<Piece>> {
        let before: [u8; 32] = self.hash.clone().finalize().into();
        let mut length = [0; 4];
        self.read(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > PIECE_BYTES_MAX {
            return Err(broken("a piece is too long"));
        }
        let mut bytes = vec![0; length];
        self.read(&mut bytes)?;
        let piece = unpack(&bytes, PIECE_BYTES_MAX).and_then(|bytes| decode(&bytes));
        match piece.map_err(|_| broken("a piece cannot be read"))? {
            Piece::End(hash) if hash == before => Ok(None),
            Piece::End(_) => Err(broken("something in it was changed")),
            piece => Ok(Some(piece)),
        }
    }
}

/// Fills an empty database from a backup, and puts the server's own certificate back, where it is in there: that is
/// told. The plain tables follow when the server settles.
///
/// # Errors
/// [`Error::Refused`] where the database has a company already, or another certificate stands there, or the file is no
/// whole backup: then nothing was written.
pub async fn restore<S: Storage>(
    storage: &S,
    own: &tls::Files,
    file: &Path,
    now_millis: i64,
) -> Result<bool> {
    if !storage.control(Companies).await?.is_empty() {
        return Err(Error::Refused(
            "the database holds a company already: a backup is restored into an empty one".to_owned(),
        ));
    }
    let mut reader = Reader::open(file)?;
    let mut certificate = None;
    while let Some(piece) = reader.next()? {
        if let Piece::Certificate(pair) = piece {
            certificate = Some(pair);
        }
    }
    if let Some(pair) = &certificate {
        // Before the rows: a database that is whole is not restored again.
        own.put(pair)?;
    }
    let mut reader = Reader::open(file)?;
    let mut company: Option<Company> = None;
    while let Some(piece) = reader.next()? {
        match (piece, &company) {
            (Piece::Company { id, name }, _) => {
                let next = Company { id, name };
                if let Some(company) = company.replace(next) {
                    storage.control(AddCompany { company, now_millis }).await?;
                }
                storage.found(id).await?;
                // What an earlier attempt left that did not come to its end.
                storage.write(id, Empty).await?;
            }
            (Piece::Rows(rows), Some(company)) => storage.write(company.id, Fill(rows)).await?,
            (Piece::Rows(_), None) => return Err(broken("rows of no company")),
            (Piece::Certificate(_) | Piece::End(_), _) => {}
        }
    }
    // Only now is it a company's: who was interrupted begins anew.
    if let Some(company) = company {
        storage.control(AddCompany { company, now_millis }).await?;
    }
    Ok(certificate.is_some())
}
