//! Commands about photos and files on a card. Only this side of the door knows paths and bytes: the window names
//! attachments, and looks at pictures through [`Api::picture`].

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clientele_core::attachments::{self, Attachment, FILE_BYTES_MAX, NewAttachment, too_large};
use clientele_core::book::{Book, write_durably};
use clientele_core::head_office::contents;
use clientele_core::workspace::Written;
use clientele_core::{Error, Result};
use clientele_formats::attachments::is_picture;
use clientele_model::{AttachmentId, ClientId, ErrorCode, Refusal, StepId};

use crate::app::{Api, lock};
use crate::commands::Role;
use crate::exports::not_onto_book;
use crate::files::file_name;
use crate::host::{Event, FileKind, Host};
use crate::reader;
use crate::types::*;

/// So many files are added at once: all of them are held in memory.
const FILES_AT_ONCE_MAX: usize = 20;

/// What a picture is called that was copied out of another program, where that says nothing.
const UNNAMED: &str = "image.png";

/// Files that were dropped onto the window, as long as it has not said where they fell.
pub(crate) struct Dropped {
    id: String,
    paths: Vec<PathBuf>,
}

/// A picture for the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it is, by its content: one of few kinds that cannot run.
    pub media_type: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl<H: Host> Api<H> {
    /// A picture of the open book by the path of its address: `/thumb/ID`, or `/whole/ID`. Nothing else has an address:
    /// what is no picture is only ever saved.
    ///
    /// # Errors
    /// `not_found` for everything that is no picture of this book; `attachment.not_here`, `attachment.damaged`,
    /// `role.not_allowed`, `book.not_open`.
    pub fn picture(&self, address: &str) -> Result<Shown, Refusal> {
        self.allow(Role::Desk)?;
        let not_found = || Refusal::new(ErrorCode::NotFound).with("id", address);
        // A web view writes the stroke between the two as it likes.
        let plain = address.replace("%2F", "/").replace("%2f", "/");
        let (what, id) = plain
            .trim_start_matches('/')
            .split_once('/')
            .ok_or_else(not_found)?;
        let id: AttachmentId = id.parse().map_err(|_| not_found())?;
        let book = self.book()?;
        let small = book.read(|conn| attachments::thumbnail(conn, id))?;
        let small = small.ok_or_else(not_found)?;
        match what {
            "thumb" => Ok(Shown {
                media_type: "image/jpeg".to_owned(),
                bytes: small,
            }),
            "whole" => {
                let content = book.read_apart(|conn| attachments::content(conn, id))?;
                if !is_picture(&content.media_type) {
                    return Err(not_found());
                }
                Ok(Shown {
                    media_type: content.media_type,
                    bytes: content.bytes,
                })
            }
            _ => Err(not_found()),
        }
    }

    /// Files were dropped onto the window, at a place: the window says what lies there. It is told their names, and no
    /// path.
    pub fn dropped_at(&self, paths: Vec<PathBuf>, (x, y): (f64, f64)) {
        let id = StepId::new().to_string();
        let names = paths.iter().map(|path| file_name(path)).collect();
        *lock(&self.dropped) = Some(Dropped {
            id: id.clone(),
            paths,
        });
        self.host.emit(Event::FilesDropped { id, names, x, y });
    }

    /// Adds files to a card. For an adapter that knows the paths itself.
    ///
    /// # Errors
    /// `file.failed`; those of core.
    pub fn attach_from(
        &self,
        paths: &[PathBuf],
        client: ClientId,
        as_photo: bool,
    ) -> Result<Written<Vec<AttachmentId>>, Refusal> {
        self.allow(Role::Desk)?;
        Ok(attach(self, paths, client, as_photo)?)
    }

    /// Writes the content of an attachment to a file. For an adapter that knows the path itself.
    ///
    /// # Errors
    /// `export.onto_book`, `file.failed`, `disk.full`; `not_found`, `attachment.not_here`, `attachment.damaged`.
    pub fn attachment_to(&self, path: &Path, id: AttachmentId) -> Result<AttachmentSaved, Refusal> {
        self.allow(Role::Desk)?;
        Ok(save_to(&*self.book()?, path, id)?)
    }

    fn take_dropped(&self, id: &str) -> Result<Vec<PathBuf>> {
        let mut dropped = lock(&self.dropped);
        let is_it = dropped.as_ref().is_some_and(|dropped| dropped.id == id);
        let taken = if is_it { dropped.take() } else { None };
        Ok(taken.ok_or(ErrorCode::DropGone)?.paths)
    }
}

fn attach<H: Host>(
    api: &Api<H>,
    paths: &[PathBuf],
    client: ClientId,
    as_photo: bool,
) -> Result<Written<Vec<AttachmentId>>> {
    few_enough(paths.len())?;
    let files = paths.iter().map(|path| Ok((file_name(path), read(path)?)));
    put(api, files, client, as_photo)
}

fn few_enough(files: usize) -> Result<()> {
    if files <= FILES_AT_ONCE_MAX {
        return Ok(());
    }
    let refusal = Refusal::new(ErrorCode::TooMany).with("field", "attachments");
    Err(refusal.with("max", FILES_AT_ONCE_MAX).into())
}

/// Adds files, of each the name and the bytes.
fn put<H: Host>(
    api: &Api<H>,
    files: impl Iterator<Item = Result<(String, Vec<u8>)>>,
    client: ClientId,
    as_photo: bool,
) -> Result<Written<Vec<AttachmentId>>> {
    let book = api.book()?;
    let program = api.host.program();
    let files = files.map(|file| {
        let (name, bytes) = file?;
        let thumbnail = reader::small(&program, &bytes);
        Ok(NewAttachment {
            name,
            bytes,
            thumbnail,
        })
    });
    let files: Vec<NewAttachment> = files.collect::<Result<_>>()?;
    attachments::add(&book, api.by(), client, &files, as_photo)
}

/// A file's bytes; a larger one than a card takes is not read.
fn read(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read;
    let failed = |error: &std::io::Error| Error::file(path, error);
    let file = std::fs::File::open(path).map_err(|e| failed(&e))?;
    let size = file.metadata().map_err(|e| failed(&e))?.len();
    let mut bytes = Vec::new();
    if size <= FILE_BYTES_MAX {
        // It may grow while it is read.
        let most = FILE_BYTES_MAX + 1;
        file.take(most).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    }
    if size.max(bytes.len() as u64) > FILE_BYTES_MAX {
        return Err(too_large(&file_name(path)).into());
    }
    Ok(bytes)
}

fn save_to(book: &Book, path: &Path, id: AttachmentId) -> Result<AttachmentSaved> {
    not_onto_book(book, path)?;
    let content = book.read_apart(|conn| attachments::content(conn, id))?;
    write_durably(path, &content.bytes)?;
    Ok(AttachmentSaved {
        path: path.display().to_string(),
    })
}

pub(crate) fn list<H: Host>(api: &Api<H>, ask: ClientRef) -> Result<Vec<Attachment>> {
    api.book()?.read(|conn| attachments::list(conn, ask.id))
}

pub(crate) fn choose<H: Host>(api: &Api<H>, ask: AttachmentsChoose) -> Result<Written<Vec<AttachmentId>>> {
    let kind = if ask.as_photo {
        FileKind::Picture
    } else {
        FileKind::Any
    };
    let path = api.host.pick_file(kind).ok_or(ErrorCode::DialogCancelled)?;
    attach(api, &[path], ask.client_id, ask.as_photo)
}

pub(crate) fn dropped<H: Host>(api: &Api<H>, ask: AttachmentsDropped) -> Result<Written<Vec<AttachmentId>>> {
    let paths = api.take_dropped(&ask.id)?;
    attach(api, &paths, ask.client_id, false)
}

pub(crate) fn pasted<H: Host>(api: &Api<H>, ask: AttachmentsPasted) -> Result<Written<Vec<AttachmentId>>> {
    if ask.files.is_empty() {
        return Err(ErrorCode::ClipboardNothing.into());
    }
    few_enough(ask.files.len())?;
    let files = ask.files.into_iter().map(|file| {
        let bad = |error| Refusal::new(ErrorCode::BadRequest).with("detail", error);
        let bytes = BASE64.decode(file.content).map_err(bad)?;
        // What the clipboard calls a path is a name all the same.
        let name = file_name(Path::new(&file.name));
        let name = if name.is_empty() { UNNAMED.to_owned() } else { name };
        if bytes.is_empty() {
            return Err(ErrorCode::ClipboardNothing.into());
        }
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(too_large(&name).into());
        }
        Ok((name, bytes))
    });
    put(api, files, ask.client_id, false)
}

pub(crate) fn import_dropped<H: Host>(api: &Api<H>, ask: DroppedRef) -> Result<Nothing> {
    let paths = api.take_dropped(&ask.id)?;
    api.dropped(&paths);
    Ok(Nothing)
}

pub(crate) fn photo<H: Host>(api: &Api<H>, ask: AttachmentPhoto) -> Result<Written<AttachmentId>> {
    attachments::set_photo(&*api.book()?, api.by(), ask.id, ask.is_photo)
}

pub(crate) fn trash<H: Host>(api: &Api<H>, ask: AttachmentRef) -> Result<Written<AttachmentId>> {
    attachments::trash(&*api.book()?, api.by(), ask.id)
}

pub(crate) fn restore<H: Host>(api: &Api<H>, ask: AttachmentRef) -> Result<Written<AttachmentId>> {
    attachments::restore(&*api.book()?, api.by(), ask.id)
}

/// Somebody looks at a content that is on another device: it comes with a visit to head office, which begins now.
pub(crate) fn fetch<H: Host>(api: &Api<H>, ask: AttachmentRef) -> Result<Nothing> {
    let (book, office) = api.open_book()?;
    contents::want(&book, ask.id)?;
    // Without a head office it waits for one, and without a line for the line.
    office.ask();
    Ok(Nothing)
}

pub(crate) fn save<H: Host>(api: &Api<H>, ask: AttachmentRef) -> Result<AttachmentSaved> {
    let book = api.book()?;
    // What cannot be saved is said before anybody has chosen where.
    let name = book.read_apart(|conn| attachments::content(conn, ask.id))?.name;
    let path = api
        .host
        .save_file(&name, FileKind::Any)
        .ok_or(ErrorCode::DialogCancelled)?;
    save_to(&book, &path, ask.id)
}
