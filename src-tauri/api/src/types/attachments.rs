//! What crosses about photos and files.

use clientele_model::{AttachmentId, ClientId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentRef {
    /// Which.
    pub id: AttachmentId,
}

/// A file is to be chosen for a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentsChoose {
    /// Whose.
    pub client_id: ClientId,
    /// Is it the client's photo from now on?
    pub as_photo: bool,
}

/// Files that were dropped onto a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentsDropped {
    /// Which files ([`Event::FilesDropped`](crate::Event::FilesDropped)).
    pub id: String,
    /// Whose card.
    pub client_id: ClientId,
}

/// What was pasted onto a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentsPasted {
    /// Whose card.
    pub client_id: ClientId,
    /// The pictures and files of the clipboard; none where it holds something else.
    pub files: Vec<PastedFile>,
}

/// A picture or a file of the clipboard. Its bytes come from the window: a clipboard has no path.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PastedFile {
    /// Its name; a copied picture may have none.
    pub name: String,
    /// Its content in Base64.
    pub content: String,
}

impl std::fmt::Debug for PastedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PastedFile({}, {} characters)", self.name, self.content.len())
    }
}

/// Files that were dropped elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DroppedRef {
    /// Which files.
    pub id: String,
}

/// A picture becomes the client's photo, or is it no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentPhoto {
    /// Which.
    pub id: AttachmentId,
    /// From now on?
    pub is_photo: bool,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentSaved {
    /// Where.
    pub path: String,
}
