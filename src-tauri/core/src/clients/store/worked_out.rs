//! The SQL of the columns that a list shows, worked out from cards and contacts.

use std::collections::BTreeSet;

use clientele_model::{ClientDraft, ClientId, ClientKind, RowId, text};
use rusqlite::{Connection, params};

use super::merged::any;
use super::{kind, load_own};
use crate::Result;
use crate::workspace::store::{array, row_id};

/// The longest name that a list shows, in characters; the card shows all.
const NAME_CHARS_MAX: usize = 200;

/// The name that a list shows, and the one by which it is sorted.
pub(in crate::clients) fn names(draft: &ClientDraft) -> (String, String) {
    let shown = draft.display_name();
    let by_name = match draft.kind {
        ClientKind::Person if !(draft.family_name.is_empty() && draft.given_name.is_empty()) => text::fold(
            &format!("{} {} {}", draft.family_name, draft.given_name, draft.patronymic),
        ),
        _ => text::fold(&shown),
    };
    let [shown, by_name] = [shown, by_name].map(|name| text::ellipsis(&name, NAME_CHARS_MAX));
    (shown, by_name)
}

/// The columns of a list that follow from a card and its contacts.
#[derive(PartialEq, Eq)]
struct Worked {
    shown: String,
    by_name: String,
    contacts: i64,
    last_contact_at: Option<i64>,
}

/// As [`derive`], of clients whose own rows were just put whole: their names stand, unless they have none. Returns
/// the numbers under which the search knows them.
///
/// # Errors
/// What SQLite says.
pub fn derive_put(conn: &Connection, ids: &BTreeSet<RowId>) -> Result<Vec<i64>> {
    let mut statement = conn.prepare_cached(
        "select c.n, c.id, (c.given_name = '' and c.patronymic = '' and c.family_name = '' and c.company_name = '')
         or c.contacts_count > 0 or exists (select 1 from clients m where m.shown_on = c.id) or exists (select 1 from contacts k where k.client_id = c.id)
         from rarray(?1) a cross join clients c on c.id = a.value",
    )?;
    let mut found = statement.query([array(ids)])?;
    let (mut numbers, mut rest) = (Vec::new(), Vec::new());
    while let Some(row) = found.next()? {
        numbers.push(row.get(0)?);
        if row.get(2)? {
            rest.push(row_id(row, 1)?);
        }
    }
    derive(conn, &rest)?;
    Ok(numbers)
}

/// Works out the columns of a list from the cards and their contacts. Clients that are not there (erased, or still
/// on their way from another device) are passed over.
///
/// # Errors
/// What SQLite says.
pub fn derive<'a>(conn: &Connection, ids: impl IntoIterator<Item = &'a RowId>) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "select c.id, c.kind, c.given_name, c.patronymic, c.family_name, c.company_name,
         c.display_name, c.sort_name, c.contacts_count, c.last_contact_at,
         (select count(*) from contacts k where k.client_id = c.id and k.deleted_at is null),
         (select max(k.at) from contacts k where k.client_id = c.id and k.deleted_at is null)
         from rarray(?1) a cross join clients c on c.id = a.value",
    )?;
    let rows = statement.query_map([array(ids)], |row| {
        let draft = ClientDraft {
            kind: kind(row.get_ref(1)?.as_str()?),
            given_name: row.get(2)?,
            patronymic: row.get(3)?,
            family_name: row.get(4)?,
            company_name: row.get(5)?,
            ..ClientDraft::default()
        };
        let stands = Worked {
            shown: row.get(6)?,
            by_name: row.get(7)?,
            contacts: row.get(8)?,
            last_contact_at: row.get(9)?,
        };
        Ok((
            ClientId::from(row_id(row, 0)?),
            draft,
            stands,
            row.get(10)?,
            row.get(11)?,
        ))
    })?;
    let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    let merged = any(conn)?;
    for (id, draft, stands, mut contacts, mut last_contact_at) in rows {
        if merged {
            (contacts, last_contact_at) = contacts_on_card(conn, id)?;
        }
        let (mut shown, mut by_name) = names(&draft);
        if shown.is_empty() {
            // Nameless: known by a phone, an address, ...
            (shown, by_name) = names(&load_own(conn, id)?);
        }
        let due = Worked {
            shown,
            by_name,
            contacts,
            last_contact_at,
        };
        if stands != due {
            set_worked(conn, id, &due)?;
        }
    }
    Ok(())
}

/// How many contacts stand on a card, and when the last was: those with clients that were merged with it count, too.
fn contacts_on_card(conn: &Connection, id: ClientId) -> Result<(i64, Option<i64>)> {
    let mut statement = conn.prepare_cached(
        "select count(*), max(k.at) from contacts k where k.deleted_at is null and k.client_id in
         (select ?1 union all select m.id from clients m where m.shown_on = ?1)",
    )?;
    Ok(statement.query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn set_worked(conn: &Connection, id: ClientId, due: &Worked) -> Result<()> {
    conn.prepare_cached(
        "update clients set display_name = ?2, sort_name = ?3, contacts_count = ?4, last_contact_at = ?5
         where id = ?1",
    )?
    .execute(params![
        id.as_bytes(),
        due.shown,
        due.by_name,
        due.contacts,
        due.last_contact_at
    ])?;
    Ok(())
}
