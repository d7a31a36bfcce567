//! Every table of the book in one list, and what is worked out from them.

use std::collections::BTreeSet;

use clientele_model::{ClientId, RowId};
use rusqlite::Connection;

use crate::workspace::{Indexing, Schema};
use crate::{
    Result, attachments, clients, contacts, custom_fields, duplicates, filters, search, settings, workspace,
};

/// The book's tables.
pub const SCHEMA: Schema = Schema {
    tables: &[
        &workspace::step::STEPS,
        &settings::SETTINGS,
        &custom_fields::CUSTOM_FIELDS,
        &custom_fields::CUSTOM_CHOICES,
        &clients::CLIENTS,
        &clients::CLIENT_NAMES,
        &clients::PHONES,
        &clients::EMAILS,
        &clients::ADDRESSES,
        &clients::MESSENGERS,
        &clients::CONTACT_PERSONS,
        &clients::CLIENT_TAGS,
        &custom_fields::CUSTOM_VALUES,
        &filters::FILTERS,
        &duplicates::NOT_DUPLICATES,
        &contacts::CONTACTS,
        &attachments::ATTACHMENTS,
    ],
    derive,
    forget: |conn, client| search::forget(conn, client.into()),
};

/// Inside the transaction that changed these clients: on whose cards they stand, their list columns, and what they are
/// found by. Returns these and all others whose cards follow from theirs.
fn derive(conn: &Connection, changed: &BTreeSet<RowId>, indexing: Indexing) -> Result<BTreeSet<RowId>> {
    let changed = clients::settle_merged(conn, changed)?;
    match indexing {
        Indexing::Later => {
            let numbers = clients::derive_put(conn, &changed)?;
            search::index_later(conn, numbers)?;
        }
        Indexing::Now => {
            clients::derive(conn, &changed)?;
            let mut clients = changed.iter().copied().map(ClientId::from);
            clients.try_for_each(|client| search::index(conn, client))?;
        }
    }
    Ok(changed)
}
