//! Export: everybody, or some, in open formats that this program reads back as they were.

mod digest;
mod everything;
mod store;

use clientele_model::{ClientDraft, ClientId};
use rusqlite::Connection;

use crate::{Result, clients};

pub use digest::RowsDigest;
pub use everything::{Everything, everything};

/// The cards of these clients, or of all outside the trash, without the identifiers of this book.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn cards(conn: &Connection, ids: Option<&[ClientId]>) -> Result<Vec<ClientDraft>> {
    let all;
    let ids = match ids {
        Some(ids) => ids,
        None => {
            all = clients::ids(conn)?;
            &all
        }
    };
    let card = |id: &ClientId| {
        let id = clients::home(conn, *id)?;
        let mut card = clients::load(conn, id)?;
        clients::links::name_persons(conn, id, &mut card)?;
        Ok(card)
    };
    ids.iter().map(card).collect()
}
