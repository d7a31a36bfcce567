//! The SQL of merged clients: on whose card each of them stands.
//!
//! `merged_into` leads from a client to another. Two devices may have merged in a circle, or into a client who lies in the
//! trash by now, or is not on this device; whatever they wrote, everybody is shown exactly once.

use std::collections::{BTreeMap, BTreeSet};

use clientele_model::{ClientId, RowId, Value};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;
use crate::clients::CLIENTS;
use crate::workspace::store::{log, row_id, row_id_or_none, values_of_row};
use crate::workspace::undo::value_before;

/// Was any client of this book ever merged with another?
pub(in crate::clients) fn any(conn: &Connection) -> Result<bool> {
    let mut statement = conn.prepare_cached(
        "select exists (select 1 from clients where merged_into is not null)
         or exists (select 1 from clients where shown_on is not null)",
    )?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// On whose card a client stands: as a rule its own.
///
/// # Errors
/// What SQLite says.
pub fn home(conn: &Connection, id: ClientId) -> Result<ClientId> {
    let mut statement = conn.prepare_cached("select shown_on from clients where id = ?1")?;
    let shown_on = statement.query_row([id.as_bytes()], |row| Ok(row_id_or_none(row, 0)));
    Ok(shown_on.optional()?.flatten().map_or(id, ClientId::from))
}

/// All who stand on a client's card: the one whose card it is first, then those merged with it, the eldest first.
///
/// # Errors
/// What SQLite says.
pub fn on_card(conn: &Connection, id: ClientId) -> Result<Vec<ClientId>> {
    let mut statement = conn.prepare_cached("select id from clients where shown_on = ?1 order by n")?;
    let mut all = vec![id];
    let others = statement.query_map([id.as_bytes()], |row| Ok(ClientId::from(row_id(row, 0)?)))?;
    for other in others {
        all.push(other?);
    }
    Ok(all)
}

/// What leads from a client to others.
struct Link {
    merged_into: Option<RowId>,
    shown_on: Option<RowId>,
    in_trash: bool,
}

fn link(conn: &Connection, id: RowId) -> Result<Option<Link>> {
    let mut statement = conn
        .prepare_cached("select merged_into, shown_on, deleted_at is not null from clients where id = ?1")?;
    let link = statement.query_row([id.as_bytes()], |row| {
        Ok(Link {
            merged_into: row_id_or_none(row, 0),
            shown_on: row_id_or_none(row, 1),
            in_trash: row.get(2)?,
        })
    });
    Ok(link.optional()?)
}

type Links = BTreeMap<RowId, Option<Link>>;

/// These clients and all whom a way leads to or from.
fn links_around(conn: &Connection, ids: impl IntoIterator<Item = RowId>) -> Result<Links> {
    let mut to_them =
        conn.prepare_cached("select id from clients where merged_into = ?1 or shown_on = ?1")?;
    let mut links = Links::new();
    let mut queue: Vec<RowId> = ids.into_iter().collect();
    while let Some(id) = queue.pop() {
        if links.contains_key(&id) {
            continue;
        }
        let link = link(conn, id)?;
        queue.extend(
            link.iter()
                .flat_map(|link| [link.merged_into, link.shown_on])
                .flatten(),
        );
        let others = to_them.query_map([id.as_bytes()], |row| row_id(row, 0))?;
        queue.extend(others.collect::<rusqlite::Result<Vec<_>>>()?);
        links.insert(id, link);
    }
    Ok(links)
}

/// Clients who do not stand where the way leads, each with where it does.
fn misplaced(links: &Links) -> impl Iterator<Item = (RowId, Option<RowId>)> {
    links.iter().filter_map(|(id, link)| {
        let due = Some(end_of_the_way(links, *id)).filter(|end| end != id);
        (due != link.as_ref()?.shown_on).then_some((*id, due))
    })
}

/// Works out anew on whose card clients stand after these have changed. Returns these and all whose cards that may
/// concern.
///
/// # Errors
/// What SQLite says.
pub fn settle_merged(conn: &Connection, changed: &BTreeSet<RowId>) -> Result<BTreeSet<RowId>> {
    if !any(conn)? {
        return Ok(changed.clone());
    }
    let links = links_around(conn, changed.iter().copied())?;
    for (id, due) in misplaced(&links) {
        conn.prepare_cached("update clients set shown_on = ?2 where id = ?1")?
            .execute(params![id.as_bytes(), due.as_ref().map(RowId::as_bytes)])?;
    }
    Ok(links.into_keys().collect())
}

/// Clients who are not shown where they should be.
///
/// # Errors
/// What SQLite says.
pub fn problems(conn: &Connection) -> Result<Vec<String>> {
    let mut statement =
        conn.prepare("select id from clients where merged_into is not null or shown_on is not null")?;
    let merged = statement.query_map([], |row| row_id(row, 0))?;
    let links = links_around(conn, merged.collect::<rusqlite::Result<Vec<_>>>()?)?;
    let told =
        misplaced(&links).map(|(id, due)| format!("clients {id}: is not shown on the card of {due:?}"));
    let mut problems: Vec<String> = told.collect();
    for home in links.values().flatten().filter_map(|link| link.shown_on) {
        let theirs = links.get(&home).and_then(Option::as_ref);
        if theirs.is_none_or(|link| link.shown_on.is_some()) {
            problems.push(format!(
                "clients {home}: has no card of its own, and others stand on it"
            ));
        }
    }
    Ok(problems)
}

/// Where the way over `merged_into` ends: at the last client that is there, and in the trash as the one who goes or not as
/// that one. In a circle it ends at the smallest identifier.
fn end_of_the_way(links: &Links, from: RowId) -> RowId {
    let in_trash = |id: &RowId| links.get(id).and_then(Option::as_ref).map(|link| link.in_trash);
    let begun_in_trash = in_trash(&from) == Some(true);
    let mut way = vec![from];
    let mut at = from;
    loop {
        let next = links
            .get(&at)
            .and_then(Option::as_ref)
            .and_then(|link| link.merged_into);
        let Some(next) = next else { return at };
        match in_trash(&next) {
            None => return at,
            Some(in_trash) if in_trash != begun_in_trash => return at,
            Some(_) => {}
        }
        if let Some(begin) = way.iter().position(|id| *id == next) {
            return way[begin..].iter().copied().min().unwrap_or(at);
        }
        way.push(next);
        at = next;
    }
}

/// What was written to a client's own fields after it was merged, by somebody who did not know: each field with what
/// stands there now, and what stood there when it was merged.
///
/// # Errors
/// What SQLite says.
pub(in crate::clients) fn late(conn: &Connection, id: ClientId) -> Result<Vec<(&'static str, Value, Value)>> {
    let log = log::of_row(conn, id.into())?;
    let merges = |change: &&log::Logged| {
        let mut fields = change.body.iter().flat_map(|body| &body.0);
        fields.any(|field| field.field == "merged_into" && field.value.as_row().is_some())
    };
    let Some(merging) = log.iter().rev().find(merges) else {
        return Ok(Vec::new());
    };
    let mut late = Vec::new();
    for (field, now) in values_of_row(conn, &CLIENTS, id.into())? {
        if !LATE.contains(&field.name) {
            continue;
        }
        let then = value_before(&log, merging, field.name).unwrap_or_else(|| field.empty());
        if now != then {
            late.push((field.name, now, then));
        }
    }
    Ok(late)
}

/// Own fields that a card takes over of those who were merged into it.
const LATE: [&str; 7] = [
    "birthday",
    "language",
    "source",
    "card_number",
    "notes",
    "expects",
    "never",
];
