//! Contents for whoever makes a copy of the book, or of a card: as much as there is, and what is left out of it.

use clientele_model::text::file_name;
use clientele_model::{AttachmentId, ErrorCode};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Content, NAMELESS, content, store};
use crate::Result;
use crate::clients::display_name;

/// Contents that a copy of the book is without, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeftOut {
    /// So many are on another device only.
    pub elsewhere: u32,
    /// So many are not what their records say, or have lost a part.
    pub damaged: u32,
    /// The first of the damaged ones.
    pub named: Vec<DamagedContent>,
}

/// A content that is not what its record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DamagedContent {
    /// The file's name, as every disk takes it.
    pub name: String,
    /// Whose it is, by name; empty where that is not known.
    pub client: String,
}

/// So many damaged contents are named; more are only counted.
const DAMAGED_NAMED_MAX: usize = 50;

impl LeftOut {
    /// One that is on another device only.
    pub(crate) fn elsewhere(&mut self) {
        self.elsewhere = self.elsewhere.saturating_add(1);
    }

    /// A damaged one.
    pub(crate) fn damaged(&mut self, name: &str, client: String) {
        self.damaged = self.damaged.saturating_add(1);
        if self.named.len() < DAMAGED_NAMED_MAX {
            let name = file_name(name, NAMELESS);
            self.named.push(DamagedContent { name, client });
        }
    }
}

/// What the book has of a content.
pub(crate) enum Held {
    /// All of it, proved.
    Whole(Content),
    /// Nothing, or its beginning: the rest is on another device.
    Elsewhere,
    /// Something else than its record says, or pieces with a gap between them. Under this name.
    Damaged(String),
}

/// What the book has of a content: for whoever hands on as much as there is.
///
/// # Errors
/// `not_found`; what SQLite says.
pub(crate) fn held(conn: &Connection, id: AttachmentId) -> Result<Held> {
    match content(conn, id) {
        Ok(content) => Ok(Held::Whole(content)),
        Err(error) if error.code() == ErrorCode::AttachmentNotHere && !store::is_torn(conn, id)? => {
            Ok(Held::Elsewhere)
        }
        Err(error) => match error.code() {
            ErrorCode::AttachmentNotHere | ErrorCode::AttachmentDamaged => {
                Ok(Held::Damaged(store::get(conn, id)?.name))
            }
            _ => Err(error),
        },
    }
}

/// Shows what the book has of every content, and says what of them is left out of a copy.
///
/// # Errors
/// Those of `f`; what SQLite says.
pub(crate) fn each_content(
    conn: &Connection,
    f: &mut dyn FnMut(AttachmentId, &Held) -> Result<()>,
) -> Result<LeftOut> {
    let mut left_out = LeftOut::default();
    for (id, client) in store::all(conn)? {
        let held = held(conn, id)?;
        match &held {
            Held::Whole(_) => {}
            Held::Elsewhere => left_out.elsewhere(),
            Held::Damaged(name) => {
                let client = display_name(conn, client)?.unwrap_or_default();
                left_out.damaged(name, client);
            }
        }
        f(id, &held)?;
    }
    Ok(left_out)
}
