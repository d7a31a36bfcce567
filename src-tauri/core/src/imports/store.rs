//! The SQL of imports: whom a record may mean, what stands on a card, whether a book is empty.

use clientele_formats::everything::entities;
use clientele_model::record::SETTINGS;
use clientele_model::{ClientDraft, ClientId, ClientKind, OtherName, RowId};
use rusqlite::{Connection, OptionalExtension};

use crate::Result;
use crate::clients::on_card;
use crate::workspace::store::{array, row_id};

/// A card with its names and nothing else, and the client's place in the book, the eldest first; `None`
/// where there is no such client.
pub(super) fn names(conn: &Connection, id: ClientId) -> Result<Option<(i64, ClientDraft)>> {
    let mut statement = conn.prepare_cached(
        "select n, kind, given_name, patronymic, family_name, company_name from clients where id = ?1",
    )?;
    let found = statement.query_row([id.as_bytes()], |row| Ok((row.get(0)?, named(row)?)));
    let Some((n, mut card)) = found.optional()? else {
        return Ok(None);
    };
    let mut statement = conn.prepare_cached(
        "select name from client_names where client_id = ?1 and deleted_at is null order by position, id",
    )?;
    let others = statement.query_map([id.as_bytes()], |row| {
        Ok(OtherName {
            name: row.get(0)?,
            ..OtherName::default()
        })
    })?;
    card.other_names = others.collect::<rusqlite::Result<_>>()?;
    Ok(Some((n, card)))
}

/// Is there nothing in the book but its settings: nobody in the trash, nobody who was erased?
pub(super) fn is_empty(conn: &Connection) -> Result<bool> {
    let rows = entities().filter(|record| record.name != SETTINGS.name);
    for table in rows.map(|record| record.name).chain(["erased"]) {
        let sql = format!("select exists (select 1 from {table})");
        if conn.query_row(&sql, [], |row| row.get(0))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What stands on a client's card of its contact history, outside the trash: sort, moment, words.
pub(super) fn contacts_on_card(conn: &Connection, client: ClientId) -> Result<Vec<(String, i64, String)>> {
    let all: Vec<RowId> = on_card(conn, client)?.into_iter().map(RowId::from).collect();
    let mut statement = conn.prepare_cached(
        "select kind, at, text from contacts where client_id in rarray(?1) and deleted_at is null",
    )?;
    let rows = statement.query_map([array(&all)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Hands over the names of everybody outside the trash, with on whose card they stand.
pub(super) fn each_name(conn: &Connection, take: &mut dyn FnMut(ClientId, ClientDraft)) -> Result<()> {
    let mut statement = conn.prepare(
        "select coalesce(shown_on, id), kind, given_name, patronymic, family_name, company_name
         from clients where deleted_at is null",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let client = row_id(row, 0)?.into();
        take(client, named(row)?);
    }
    Ok(())
}

/// A card with the names that stand in the columns from the second on.
fn named(row: &rusqlite::Row<'_>) -> rusqlite::Result<ClientDraft> {
    let kind = match row.get_ref(1)?.as_str()? {
        "company" => ClientKind::Company,
        _ => ClientKind::Person,
    };
    Ok(ClientDraft {
        kind,
        given_name: row.get(2)?,
        patronymic: row.get(3)?,
        family_name: row.get(4)?,
        company_name: row.get(5)?,
        ..ClientDraft::default()
    })
}
