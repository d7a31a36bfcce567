//! The contents of a client's photos and files, handed out beside the document that tells of them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clientele_formats::access::AccessExport;
use clientele_model::text::fold;

use crate::attachments::{self, Held, LeftOut};
use crate::book::Book;
use crate::{Error, Result};

/// What a folder of files is called behind the name of its document.
const ENDING: &str = ".files";

/// The name of a document is taken over up to here, in characters: file systems stop at 255 bytes.
const STEM_CHARS_MAX: usize = 50;

/// So many folders of one name there may be.
const FOLDERS_MAX: u32 = 1_000;

/// What was handed out beside a document.
#[derive(Debug, Default)]
pub struct Files {
    /// The folder, made for this; none where there is nothing to put into it.
    pub folder: Option<PathBuf>,
    /// How many files lie in it.
    pub written: u32,
    /// Those of which the book has no whole content.
    pub left_out: LeftOut,
}

impl Files {
    /// Takes back what was handed out: without its document, it says nothing.
    pub fn discard(&self) {
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Writes the contents of all photos and files of an export into a new folder beside the document, and notes in the export
/// where each is, or why it is not. What lay there stays as it was.
///
/// # Errors
/// `not_found` for what was erased meanwhile; `file.failed`, `disk.full`; what SQLite says. Then nothing is left of it.
pub fn hand_out(book: &Book, export: &mut AccessExport, document: &Path) -> Result<Files> {
    let mut files = Files::default();
    let done = write(book, export, document, &mut files);
    done.inspect_err(|_| files.discard())?;
    Ok(files)
}

fn write(book: &Book, export: &mut AccessExport, document: &Path, files: &mut Files) -> Result<()> {
    let mut taken = HashSet::new();
    for kept in &mut export.attachments {
        let file = &mut kept.part;
        match book.read_apart(|conn| attachments::held(conn, file.id))? {
            Held::Whole(content) => {
                let folder = match &files.folder {
                    Some(folder) => folder,
                    None => files.folder.insert(new_folder(document)?),
                };
                let name = free(&content.name, &mut taken);
                let path = folder.join(&name);
                put(&path, &content.bytes).map_err(|e| Error::file(&path, &e))?;
                let folder = folder.file_name().unwrap_or_default().to_string_lossy();
                file.file = Some(format!("{folder}/{name}"));
                files.written += 1;
            }
            Held::Elsewhere => {
                files.left_out.elsewhere();
                file.missing = Some("elsewhere".into());
            }
            Held::Damaged(name) => {
                files.left_out.damaged(&name, export.client.name.clone());
                file.missing = Some("damaged".into());
            }
        }
    }
    Ok(())
}

/// A folder that was not there.
fn new_folder(document: &Path) -> Result<PathBuf> {
    let stem = document.file_stem().unwrap_or_default().to_string_lossy();
    let stem: String = stem.chars().take(STEM_CHARS_MAX).collect();
    let mut failed = None;
    for n in 1..=FOLDERS_MAX {
        let number = if n == 1 { String::new() } else { format!(" ({n})") };
        let folder = document.with_file_name(format!("{stem}{ENDING}{number}"));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                failed = Some(Error::file(&folder, &error))
            }
            Err(error) => return Err(Error::file(&folder, &error)),
        }
    }
    Err(failed.unwrap_or_else(|| Error::file(document, &ErrorKind::AlreadyExists.into())))
}

/// A name under which nothing lies yet, also on a disk to which А and а are one letter.
fn free(name: &str, taken: &mut HashSet<String>) -> String {
    if taken.insert(fold(name)) {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let numbered = (2_u32..).map(|n| format!("{stem} ({n}){ending}"));
    let mut free = numbered.filter(|name| taken.insert(fold(name)));
    free.next().unwrap_or_default()
}

/// Writes a file that was not there, whole and for good.
fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
