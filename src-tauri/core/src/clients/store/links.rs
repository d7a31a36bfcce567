//! The SQL of contact persons who are clients, too.

use std::collections::BTreeSet;

use clientele_model::{ClientId, RowId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;
use crate::clients::links::PersonOf;
use crate::workspace::store::{array, row_id};

/// How a client is called, and whether the card lies in the trash; `None` where there is no such client here.
pub(in crate::clients) fn called(conn: &Connection, id: ClientId) -> Result<Option<(String, bool)>> {
    let mut statement =
        conn.prepare_cached("select display_name, deleted_at is not null from clients where id = ?1")?;
    let called = statement.query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(called.optional()?)
}

/// On whose cards, outside the trash, these clients stand as contact persons, by name; the card itself is left out.
pub(in crate::clients) fn person_of(
    conn: &Connection,
    card: ClientId,
    all: &[ClientId],
) -> Result<Vec<PersonOf>> {
    let all: Vec<RowId> = all.iter().copied().map(RowId::from).collect();
    let mut statement = conn.prepare_cached(
        "select distinct c.id, c.display_name, p.role from rarray(?1) a
         cross join contact_persons p on p.person_id = a.value and p.deleted_at is null
         join clients k on k.id = p.client_id join clients c on c.id = coalesce(k.shown_on, k.id)
         where c.deleted_at is null and c.id <> ?2 order by c.sort_name, c.id, p.role",
    )?;
    let persons = statement.query_map(params![array(&all), card.as_bytes()], |row| {
        Ok(PersonOf {
            id: row_id(row, 0)?.into(),
            name: row.get(1)?,
            role: row.get(2)?,
        })
    })?;
    Ok(persons.collect::<rusqlite::Result<_>>()?)
}

/// The entries that name one of these clients as the contact person, on whosever card, those taken off it included.
///
/// # Errors
/// What SQLite says.
pub fn rows_about(conn: &Connection, all: &[ClientId]) -> Result<Vec<RowId>> {
    let all: Vec<RowId> = all.iter().copied().map(RowId::from).collect();
    let mut statement = conn.prepare_cached(
        "select p.id from rarray(?1) a cross join contact_persons p on p.person_id = a.value order by p.id",
    )?;
    let rows = statement.query_map([array(&all)], |row| row_id(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The clients on whose cards these stand as contact persons, and those whose contact persons these have: their cards show
/// a name of one of these.
///
/// # Errors
/// What SQLite says.
pub fn whose(conn: &Connection, changed: &BTreeSet<RowId>) -> Result<BTreeSet<RowId>> {
    let mut statement = conn.prepare_cached(
        "select p.client_id from rarray(?1) a cross join contact_persons p on p.person_id = a.value
         where p.client_id is not null
         union select p.person_id from rarray(?1) a cross join contact_persons p on p.client_id = a.value
         where p.person_id is not null",
    )?;
    let rows = statement.query_map([array(changed)], |row| row_id(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Entries about clients who were erased.
pub(in crate::clients) fn left_over(conn: &Connection) -> Result<Vec<RowId>> {
    let mut statement = conn.prepare_cached(
        "select p.id from contact_persons p where p.person_id is not null
         and p.person_id in (select row_id from erased) order by p.id",
    )?;
    let rows = statement.query_map([], |row| row_id(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
