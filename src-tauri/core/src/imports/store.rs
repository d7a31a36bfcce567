//! The SQL of imports: the names of those whom a record may mean.

use clientele_model::{ClientDraft, ClientId, ClientKind, OtherName};
use rusqlite::{Connection, OptionalExtension};

use crate::Result;

/// A card with its names and nothing else, and the client's place in the book, the eldest first; `None`
/// where there is no such client.
pub(super) fn names(conn: &Connection, id: ClientId) -> Result<Option<(i64, ClientDraft)>> {
    let mut statement = conn.prepare_cached(
        "select n, kind, given_name, patronymic, family_name, company_name from clients where id = ?1",
    )?;
    let found = statement.query_row([id.as_bytes()], |row| {
        let kind = match row.get_ref(1)?.as_str()? {
            "company" => ClientKind::Company,
            _ => ClientKind::Person,
        };
        let card = ClientDraft {
            kind,
            given_name: row.get(2)?,
            patronymic: row.get(3)?,
            family_name: row.get(4)?,
            company_name: row.get(5)?,
            ..ClientDraft::default()
        };
        Ok((row.get(0)?, card))
    });
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
