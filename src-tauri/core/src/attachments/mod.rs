//! Photos and files on a client's card. What each is stands in the change log, its content in pieces beside it.
//!
//! The photo of a client is the attachment that was made so last and is not in the trash. No field of the client names
//! it: two devices that set a photo at once both keep theirs, the undo of one brings back the one before, and nothing
//! points at a picture that was erased.

mod copies;
mod store;
#[cfg(test)]
mod tests;

use clientele_formats::attachments::{self as formats, is_picture, media_type};
use clientele_model::record::CLIENT_ID;
use clientele_model::text::file_name;
use clientele_model::{AttachmentId, ClientId, ErrorCode, Refusal, RowId, Timestamp, Value, record};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::Result;
use crate::clients::{home, on_card, outside_trash};
use crate::workspace::{Actor, Card, NewStep, StepLabel, Table, Topic, WorkedOut, Workspace, Write, Written};

pub use copies::{DamagedContent, LeftOut};
pub(crate) use copies::{Held, each_content, held};
pub(crate) use store::bytes_here;
pub use store::{PIECE_BYTES, face, list, photo, pieces_here};

/// The table of attachments.
pub const ATTACHMENTS: Table = Table {
    record: record::ATTACHMENTS,
    card: Card::ByClientId,
    topics: &[
        Topic::Attachments,
        Topic::Client,
        Topic::Clients,
        Topic::History,
        Topic::Trash,
    ],
    worked_out: WorkedOut::NOTHING,
};

/// The largest file that a card takes.
pub const FILE_BYTES_MAX: u64 = 25 * 1024 * 1024;

/// So many a card takes.
pub const ON_CARD_MAX: usize = 200;

/// What a file without a name is called.
const NAMELESS: &str = "file";

/// A photo or a file as it stands on a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Attachment {
    /// Which.
    pub id: AttachmentId,
    /// Whose.
    pub client_id: ClientId,
    /// Its name, as every disk takes it.
    pub name: String,
    /// What it is, by its content: `image/jpeg`, `application/pdf`, ...
    pub media_type: String,
    /// How large.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// When it was added.
    pub added_at: Timestamp,
    /// Is it the client's photo?
    pub is_photo: bool,
    /// Is there a small picture of it? Then the whole one can be shown, and it can be the client's photo.
    pub is_picture: bool,
    /// Is its content on this device?
    pub is_here: bool,
}

/// A file on its way onto a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttachment {
    /// What it was called where it came from.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// A small picture of it, where it is one.
    pub thumbnail: Option<Vec<u8>>,
}

/// What an attachment holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its name, as every disk takes it.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// The refusal of a file that is larger than a card takes.
#[must_use]
pub fn too_large(name: &str) -> Refusal {
    Refusal::new(ErrorCode::AttachmentTooLarge)
        .with("name", name)
        .with("max", FILE_BYTES_MAX)
}

impl NewAttachment {
    /// May it be shown, and stand for the client? The bound is head office's too: what is larger would stay behind.
    fn picture(&self) -> Option<&[u8]> {
        let small = self.thumbnail.as_deref()?;
        let fits = small.len() <= formats::THUMBNAIL_BYTES_MAX && is_picture(media_type(&self.bytes));
        fits.then_some(small)
    }

    fn check(&self, as_photo: bool) -> Result<(), Refusal> {
        let name = file_name(&self.name, NAMELESS);
        if self.bytes.is_empty() {
            return Err(Refusal::new(ErrorCode::AttachmentEmpty).with("name", name));
        }
        if self.bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(too_large(&name));
        }
        if as_photo && self.picture().is_none() {
            return Err(Refusal::new(ErrorCode::AttachmentNoPicture).with("name", name));
        }
        Ok(())
    }
}

/// Adds files to a card, all in one step or none. As photos, the last of them is the client's from now on.
///
/// # Errors
/// `attachment.empty`, `attachment.too_large`, `attachment.no_picture`, `attachment.too_many`; `not_found`,
/// `client.in_trash`; what SQLite says.
pub fn add(
    workspace: &Workspace,
    by: &Actor,
    client: ClientId,
    files: &[NewAttachment],
    as_photo: bool,
) -> Result<Written<Vec<AttachmentId>>> {
    files.iter().try_for_each(|file| file.check(as_photo))?;
    let label = if as_photo {
        StepLabel::PhotoChanged
    } else {
        StepLabel::AttachmentsAdded
    };
    // Without the files' names: a step outlives whom it is about.
    let mut step = NewStep::new(by, label).client(client);
    step.set("count", files.len());
    workspace.write(step, |w| {
        files
            .iter()
            .map(|file| add_checked(w, client, file, as_photo))
            .collect()
    })
}

/// Adds a file to a card within a step.
///
/// # Errors
/// `attachment.too_many`; `not_found`, `client.in_trash`; what SQLite says.
pub fn add_checked(
    w: &mut Write<'_>,
    client: ClientId,
    file: &NewAttachment,
    as_photo: bool,
) -> Result<AttachmentId> {
    outside_trash(w, client)?;
    let client = home(w.conn(), client)?;
    if store::count(w.conn(), client)? >= ON_CARD_MAX {
        return Err(Refusal::new(ErrorCode::AttachmentTooMany)
            .with("max", ON_CARD_MAX)
            .into());
    }
    let id = AttachmentId::new();
    let mut fields = vec![
        (CLIENT_ID, RowId::from(client).into()),
        ("name", file_name(&file.name, NAMELESS).into()),
        ("media_type", media_type(&file.bytes).into()),
        ("size_bytes", Value::Int(file.bytes.len().cast_signed() as i64)),
        ("hash", Value::Blob(hash(&file.bytes))),
        ("added_at", Value::Int(w.now().0)),
    ];
    if let Some(small) = file.picture() {
        fields.push(("thumbnail", Value::Blob(small.to_vec())));
    }
    if as_photo {
        fields.push(("photo_since", photo_from_now(w, client)?));
    }
    w.add(&ATTACHMENTS, id.into(), fields)?;
    store::put_content(w.conn(), id, &file.bytes)?;
    Ok(id)
}

/// Later than every photo so far, by the clock that orders changes: also than one whose record says next year, or the end
/// of time, for that counts no later than the change that said it.
fn photo_from_now(w: &Write<'_>, client: ClientId) -> Result<Value> {
    let last = store::last_photo_since(w.conn(), client)?;
    Ok(Value::Int(w.now_in_order().0.max(last + 1)))
}

/// Makes a picture the client's photo, or takes the photo off: the pictures stay on the card.
///
/// # Errors
/// `attachment.no_picture`; `not_found`, `client.in_trash`; what SQLite says.
pub fn set_photo(
    workspace: &Workspace,
    by: &Actor,
    id: AttachmentId,
    is_photo: bool,
) -> Result<Written<AttachmentId>> {
    of(workspace, by, StepLabel::PhotoChanged, id, |w, client| {
        outside_trash(w, client)?;
        let now = if is_photo {
            if !store::get(w.conn(), id)?.is_picture() {
                let name = w.field(&ATTACHMENTS, id.into(), "name")?;
                let name = name.as_text().unwrap_or_default();
                return Err(Refusal::new(ErrorCode::AttachmentNoPicture)
                    .with("name", name)
                    .into());
            }
            vec![(RowId::from(id), photo_from_now(w, home(w.conn(), client)?)?)]
        } else {
            // Else the photo before would come in its place, which nobody asked for.
            let all = store::photos(w.conn(), home(w.conn(), client)?)?;
            all.into_iter().map(|photo| (photo, Value::Int(0))).collect()
        };
        for (row, since) in now {
            w.set(&ATTACHMENTS, row, vec![("photo_since", since)])?;
        }
        Ok(())
    })
}

/// Puts an attachment into the trash, with its content.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn trash(workspace: &Workspace, by: &Actor, id: AttachmentId) -> Result<Written<AttachmentId>> {
    of(workspace, by, StepLabel::AttachmentTrashed, id, |w, _| {
        w.trash(&ATTACHMENTS, id.into()).map(drop)
    })
}

/// Takes it out of the trash.
///
/// # Errors
/// `not_found`; `client.in_trash`; what SQLite says.
pub fn restore(workspace: &Workspace, by: &Actor, id: AttachmentId) -> Result<Written<AttachmentId>> {
    of(workspace, by, StepLabel::AttachmentRestored, id, |w, client| {
        outside_trash(w, client)?;
        w.restore(&ATTACHMENTS, id.into()).map(drop)
    })
}

fn of(
    workspace: &Workspace,
    by: &Actor,
    label: StepLabel,
    id: AttachmentId,
    f: impl FnOnce(&mut Write<'_>, ClientId) -> Result<()>,
) -> Result<Written<AttachmentId>> {
    workspace.write(NewStep::new(by, label), |w| {
        let client = w.field(&ATTACHMENTS, id.into(), CLIENT_ID)?.as_row();
        let client = client.ok_or_else(|| Refusal::new(ErrorCode::NotFound).with("id", id))?;
        w.step.set("client", client);
        f(w, client.into())?;
        Ok(id)
    })
}

/// The whole content of an attachment, in the trash or not.
///
/// # Errors
/// `not_found`; `attachment.not_here` as long as some of it is missing; `attachment.damaged` where it is not what the log
/// says of it; what SQLite says.
pub fn content(conn: &Connection, id: AttachmentId) -> Result<Content> {
    let row = store::get(conn, id)?;
    // The name came from another device, perhaps: it is made plain where it goes to a disk.
    let name = file_name(&row.name, NAMELESS);
    let bytes = store::content(conn, id, row.size_bytes)?
        .ok_or_else(|| Refusal::new(ErrorCode::AttachmentNotHere).with("name", &name))?;
    if hash(&bytes) != row.hash {
        return Err(Refusal::new(ErrorCode::AttachmentDamaged)
            .with("name", &name)
            .into());
    }
    // What a web view is told of it is what it is, not what somebody wrote.
    let media_type = media_type(&bytes).to_owned();
    Ok(Content {
        name,
        media_type,
        bytes,
    })
}

/// The small picture of an attachment, a JPEG; none where it has none.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn thumbnail(conn: &Connection, id: AttachmentId) -> Result<Option<Vec<u8>>> {
    let row = store::get(conn, id)?;
    Ok(row.is_picture().then_some(row.thumbnail))
}

/// Keeps a piece of a content that came with its attachment. Whoever brings it has proved the whole.
///
/// # Errors
/// What SQLite says.
pub(crate) fn keep_piece(conn: &Connection, id: AttachmentId, n: u32, piece: &[u8]) -> Result<()> {
    store::put_piece(conn, id, n, piece)
}

/// Forgets the pieces of a content that has proved to be another than its record says.
///
/// # Errors
/// What SQLite says.
pub(crate) fn drop_content(conn: &Connection, id: AttachmentId) -> Result<()> {
    store::drop_pieces(conn, id)
}

/// What is wrong with the contents in the book: for whoever looks at all of it.
///
/// # Errors
/// What SQLite says.
pub fn problems(conn: &Connection) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for id in store::with_content(conn)? {
        match content(conn, id) {
            Ok(_) => {}
            Err(error) if error.code() == ErrorCode::AttachmentNotHere => {}
            Err(error) if error.code() == ErrorCode::AttachmentDamaged => {
                problems.push(format!("attachments {id}: the content is not what the log says"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(problems)
}

/// The hash by which the log knows a content.
#[must_use]
pub fn hash(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// The hash of as much of a content as is here.
///
/// # Errors
/// What SQLite says.
pub(crate) fn hash_here(conn: &Connection, id: AttachmentId) -> Result<Vec<u8>> {
    let mut hash = Sha256::new();
    store::each_piece(conn, id, |piece| hash.update(piece))?;
    Ok(hash.finalize().to_vec())
}

/// Those on whose card a client's attachments stand together.
fn together(conn: &Connection, client: ClientId) -> Result<Vec<RowId>> {
    let all = on_card(conn, home(conn, client)?)?;
    Ok(all.into_iter().map(RowId::from).collect())
}
