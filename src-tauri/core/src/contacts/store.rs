//! The SQL of contact histories.

use clientele_model::{RowId, Timestamp};
use rusqlite::{Connection, params};

use super::{Channel, Contact, ContactKind, ContactPage, ContactsList, Direction};
use crate::Result;
use crate::clients::{home, on_card};
use crate::workspace::store::{array, row_id};

/// A part of a timeline, newest first.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection, ask: &ContactsList) -> Result<ContactPage> {
    let limit = ask.limit.clamp(1, 500);
    let all = on_card(conn, home(conn, ask.client_id)?)?;
    let all: Vec<RowId> = all.into_iter().map(RowId::from).collect();
    let (at, id) = ask
        .before
        .as_deref()
        .and_then(place)
        .unwrap_or((i64::MAX, RowId(uuid::Uuid::max())));
    let mut count = conn.prepare_cached(
        "select count(*) from contacts where client_id in rarray(?1) and deleted_at is null",
    )?;
    let total = count.query_row([array(&all)], |row| row.get(0))?;
    let mut statement = conn.prepare_cached(
        "select id, client_id, kind, direction, channel, at, staff, text from contacts
         where client_id in rarray(?1) and deleted_at is null and (at, id) < (?2, ?3)
         order by at desc, id desc limit ?4",
    )?;
    let rows = statement.query_map(params![array(&all), at, id.as_bytes(), limit], |row| {
        Ok(Contact {
            id: row_id(row, 0)?.into(),
            client_id: row_id(row, 1)?.into(),
            kind: ContactKind::from_book(row.get_ref(2)?.as_str()?).unwrap_or(ContactKind::Note),
            direction: Direction::from_book(row.get_ref(3)?.as_str()?),
            channel: Channel::from_book(row.get_ref(4)?.as_str()?),
            at: Timestamp(row.get(5)?),
            staff: row.get(6)?,
            text: row.get(7)?,
        })
    })?;
    let rows: Vec<Contact> = rows.collect::<rusqlite::Result<_>>()?;
    let full = rows.len() == limit as usize;
    let next = rows
        .last()
        .filter(|_| full)
        .map(|last| format!("{}:{}", last.at.0, last.id));
    Ok(ContactPage { total, rows, next })
}

fn place(cursor: &str) -> Option<(i64, RowId)> {
    let (at, id) = cursor.split_once(':')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}
