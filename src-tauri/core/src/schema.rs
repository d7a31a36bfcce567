//! Every table of the book in one list, and what is worked out from them.

use std::collections::BTreeSet;

use clientele_model::{ClientId, ErrorCode, RowId};
use rusqlite::Connection;

use crate::workspace::Schema;
use crate::{Result, clients, contacts, search, settings, workspace};

/// The book's tables.
pub const SCHEMA: Schema = Schema {
    tables: &[
        &workspace::step::STEPS,
        &settings::SETTINGS,
        &clients::CLIENTS,
        &clients::CLIENT_NAMES,
        &clients::PHONES,
        &clients::EMAILS,
        &clients::ADDRESSES,
        &clients::MESSENGERS,
        &clients::CONTACT_PERSONS,
        &clients::CLIENT_TAGS,
        &contacts::CONTACTS,
    ],
    derive,
    forget: |conn, client| search::forget(conn, client.into()),
};

/// Inside the transaction that changed these clients: their list columns, and what they are found by.
fn derive(conn: &Connection, changed: &BTreeSet<RowId>) -> Result<()> {
    for client in changed.iter().map(|row| ClientId::from(*row)) {
        match clients::load(conn, client) {
            Ok(draft) => {
                clients::derive(conn, client, &draft)?;
                search::index(conn, client, &draft)?;
            }
            // Erased in this very step, or still on its way from another device.
            Err(e) if e.code() == ErrorCode::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
