//! The SQL of the search: the documents in the book, and whom the search has to learn of yet.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use clientele_model::{BranchId, ClientId, RowId};
use rusqlite::vtab::array::Array;
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};

use super::document::{self, Document};
use super::judge;
use super::memory::{Changes, Entry, Memory, Rows, Standing, TOLD_MAX};
use super::query::Query;
use crate::workspace::store::{array, row_id, row_id_or_none, row_ids};
use crate::{Result, clients};

/// Clients that wait to be indexed and are looked at, card by card, for one question: the newest.
const LOOKED_AT_MAX: u32 = 300;

/// Clients that wait behind these and are sought by their name or number.
const BEHIND_MAX: u32 = 10_000;

/// Clients whose name begins with a word that are looked through for those who wait still further behind.
const BEGINNING_MAX: u32 = 1_000;

/// Of those so many are told.
const FOUND_BEHIND_MAX: u32 = 50;

/// A client that may have been meant.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub id: ClientId,
    pub last_contact_at: Option<i64>,
    pub document: Document,
    /// Is this what the book knew before the card changed?
    pub is_stale: bool,
}

fn stored(conn: &Connection, n: i64) -> Result<Option<Document>> {
    let mut statement = conn.prepare_cached("select text from search_documents where n = ?1")?;
    let document = statement.query_row([n], |row| row.get(0).map(Document::from_text));
    Ok(document.optional()?)
}

pub(super) fn put(conn: &Connection, n: i64, document: &Document) -> Result<()> {
    // A logged contact changes nothing by which a client is found.
    conn.prepare_cached(
        "insert into search_documents (n, text) values (?1, ?2)
         on conflict (n) do update set text = excluded.text where text <> excluded.text",
    )?
    .execute(params![n, document.text()])?;
    Ok(())
}

pub(super) fn take_out(conn: &Connection, n: i64) -> Result<()> {
    conn.prepare_cached("delete from search_documents where n = ?1")?
        .execute([n])?;
    Ok(())
}

/// Notes that these clients are to be indexed.
pub(super) fn put_due(conn: &Connection, clients: Vec<i64>) -> Result<()> {
    let clients: Array = Rc::new(clients.into_iter().map(rusqlite::types::Value::Integer).collect());
    conn.prepare_cached("insert or ignore into search_due select value from rarray(?1)")?
        .execute([clients])?;
    Ok(())
}

/// Does any client wait to be indexed?
///
/// # Errors
/// What SQLite says.
pub fn has_due(conn: &Connection) -> Result<bool> {
    let mut statement = conn.prepare_cached("select exists (select 1 from search_due)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Indexes some of those that wait. Returns who they are.
pub(super) fn index_due(conn: &Connection, at_most: u32) -> Result<Vec<RowId>> {
    let mut statement = conn.prepare_cached(
        "select d.n, c.id from search_due d left join clients c on c.n = d.n order by d.n limit ?1",
    )?;
    let due = statement.query_map([at_most], |row| {
        Ok((row.get::<_, i64>(0)?, row_id_or_none(row, 1)))
    })?;
    let mut indexed = Vec::new();
    for (n, client) in due.collect::<rusqlite::Result<Vec<_>>>()? {
        if let Some(client) = client {
            super::index(conn, client.into())?;
            indexed.push(client);
        }
        not_due(conn, n)?;
    }
    Ok(indexed)
}

fn not_due(conn: &Connection, n: i64) -> Result<()> {
    conn.prepare_cached("delete from search_due where n = ?1")?
        .execute([n])?;
    Ok(())
}

/// Takes a client out of the index before its row goes.
///
/// # Errors
/// What SQLite says.
pub fn forget(conn: &Connection, id: ClientId) -> Result<()> {
    let Some(n) = clients::numbered(conn, id)? else {
        return Ok(());
    };
    take_out(conn, n)?;
    not_due(conn, n)
}

/// Those who may have been meant among the clients that wait to be indexed, unranked.
pub(super) fn waiting_candidates(
    conn: &Connection,
    query: &Query,
    branch: Option<BranchId>,
) -> Result<Vec<Candidate>> {
    let Some(from) = looked_at_from(conn)? else {
        return Ok(Vec::new());
    };
    let mut found = due(conn, query, branch, from)?;
    found.extend(due_behind(conn, query, branch, from)?);
    Ok(found)
}

/// From which `clients.n` on those that wait are looked at one by one; `None` where nobody waits.
fn looked_at_from(conn: &Connection) -> Result<Option<i64>> {
    let mut statement =
        conn.prepare_cached("select min(n) from (select n from search_due order by n desc limit ?1)")?;
    Ok(statement.query_row([LOOKED_AT_MAX], |row| row.get(0))?)
}

/// Those who may have been meant among the clients that wait to be indexed: the newest are looked at, card by card.
fn due(conn: &Connection, query: &Query, branch: Option<BranchId>, from: i64) -> Result<Vec<Candidate>> {
    let mut statement = conn.prepare_cached(
        "select c.id, c.last_contact_at from search_due d cross join clients c on c.n = d.n
         where d.n >= ?2 and c.deleted_at is null and c.shown_on is null and (?1 is null or c.branch = ?1)",
    )?;
    let branch = branch.as_ref().map(BranchId::as_bytes);
    let waiting = statement.query_map(params![branch, from], waiting)?;
    looked_at(conn, query, waiting.collect::<rusqlite::Result<_>>()?)
}

/// Where more wait than can be looked at while somebody types: those behind are sought by the name that a list
/// sorts them by, or the number that a phone of theirs has; those still further behind by how that name begins. The
/// search index may know them, as they stood before; who is found by something else is found when it has followed.
fn due_behind(
    conn: &Connection,
    query: &Query,
    branch: Option<BranchId>,
    before: i64,
) -> Result<Vec<Candidate>> {
    let of = branch.map(|id| id.as_bytes().to_vec());
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(before), Box::new(BEHIND_MAX), Box::new(of)];
    let mut filters = Vec::new();
    if !query.words.is_empty() {
        let words = query.words.iter().map(|word| {
            values.push(Box::new(word.text.clone()));
            format!("instr(c.sort_name, ?{})", values.len())
        });
        filters.push(words.collect::<Vec<_>>().join(" and "));
    }
    if let Some(number) = &query.digits {
        values.push(Box::new(number.clone()));
        filters.push(format!(
            "exists (select 1 from phones p where p.client_id = c.id and p.deleted_at is null
             and instr(p.e164, ?{}))",
            values.len()
        ));
    }
    let sql = format!(
        "select c.id, c.last_contact_at
         from (select n from search_due where n < ?1 order by n desc limit ?2) d cross join clients c on c.n = d.n
         where c.deleted_at is null and c.shown_on is null and (?3 is null or c.branch = ?3) and ({}) limit {FOUND_BEHIND_MAX}",
        filters.join(" or ")
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(values.iter()), waiting)?;
    let mut found: Vec<_> = found.collect::<rusqlite::Result<_>>()?;
    let words: Vec<&str> = query.words.iter().map(|word| word.text.as_str()).collect();
    for word in &words {
        found.extend(beginning_with(conn, word, &words, branch, before)?);
    }
    let mut known = HashSet::new();
    found.retain(|(id, _)| known.insert(*id));
    looked_at(conn, query, found)
}

/// Of those who wait behind the others: whose name, as a list sorts it, begins with a word and holds all of them.
fn beginning_with(
    conn: &Connection,
    word: &str,
    words: &[&str],
    branch: Option<BranchId>,
    before: i64,
) -> Result<Vec<(ClientId, Option<i64>)>> {
    let mut statement = conn.prepare_cached(&format!(
        "select c.id, c.last_contact_at
         from (select id, n, last_contact_at, branch, sort_name from clients
               where deleted_at is null and shown_on is null and sort_name >= ?1 and sort_name < ?2 order by sort_name, id limit ?3) c
         where (?4 is null or c.branch = ?4) and exists (select 1 from search_due d where d.n = c.n and d.n < ?5)
         and not exists (select 1 from json_each(?6) word where instr(c.sort_name, word.value) = 0)
         limit {FOUND_BEHIND_MAX}"
    ))?;
    let branch = branch.as_ref().map(BranchId::as_bytes);
    let (end, words) = (format!("{word}\u{10FFFF}"), serde_json::json!(words).to_string());
    let found = statement.query_map(params![word, end, BEGINNING_MAX, branch, before, words], waiting)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn waiting(row: &rusqlite::Row<'_>) -> rusqlite::Result<(ClientId, Option<i64>)> {
    Ok((ClientId::from(row_id(row, 0)?), row.get(1)?))
}

fn looked_at(
    conn: &Connection,
    query: &Query,
    clients: Vec<(ClientId, Option<i64>)>,
) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    for (id, last_contact_at) in clients {
        let document = Document::of(&clients::load(conn, id)?);
        if judge::class(document.text(), query).is_some() {
            found.push(Candidate {
                id,
                last_contact_at,
                document,
                is_stale: false,
            });
        }
    }
    Ok(found)
}

/// Candidates of whom it is known who they are, as the book knows them now; who lies in the trash or is another
/// branch's by now is left out.
pub(super) fn known(
    conn: &Connection,
    ids: impl IntoIterator<Item = ClientId>,
    branch: Option<BranchId>,
) -> Result<Vec<Candidate>> {
    let mut statement = conn.prepare_cached(
        "select c.id, c.last_contact_at, s.text, exists (select 1 from search_due d where d.n = c.n)
         from clients c join search_documents s on s.n = c.n
         where c.id = ?1 and c.deleted_at is null and c.shown_on is null and (?2 is null or c.branch = ?2)",
    )?;
    let branch = branch.as_ref().map(BranchId::as_bytes);
    let mut found = Vec::new();
    for id in ids {
        let candidate = statement.query_row(params![id.as_bytes(), branch], candidate);
        found.extend(candidate.optional()?);
    }
    Ok(found)
}

fn candidate(row: &rusqlite::Row<'_>) -> rusqlite::Result<Candidate> {
    Ok(Candidate {
        id: row_id(row, 0)?.into(),
        last_contact_at: row.get(1)?,
        document: Document::from_text(row.get(2)?),
        is_stale: row.get(3)?,
    })
}

/// Who answers, by going through all documents; the likeliest, at most `limit`.
pub(super) fn scan(
    conn: &Connection,
    query: &Query,
    branch: Option<BranchId>,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let mut statement = conn.prepare_cached(
        "select c.id, c.last_contact_at, s.text, exists (select 1 from search_due d where d.n = c.n)
         from search_documents s cross join clients c on c.n = s.n
         where c.deleted_at is null and (?1 is null or c.branch = ?1)",
    )?;
    let mut rows = statement.query([branch.as_ref().map(BranchId::as_bytes)])?;
    let mut found: Vec<(usize, Candidate)> = Vec::new();
    let cut = |found: &mut Vec<(usize, Candidate)>| {
        found.sort_by(|one, two| order(one).cmp(&order(two)));
        found.truncate(limit);
    };
    while let Some(row) = rows.next()? {
        if let Some(class) = judge::class(text(row, 2)?, query) {
            found.push((class, candidate(row)?));
            if found.len() > 2 * limit + 1_000 {
                cut(&mut found);
            }
        }
    }
    cut(&mut found);
    Ok(found.into_iter().map(|(_, candidate)| candidate).collect())
}

fn text<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    Ok(row.get_ref(column)?.as_str()?)
}

/// By what candidates stand in order: how likely they are, then the lately seen first, then by name.
pub(super) fn order((class, candidate): &(usize, Candidate)) -> impl Ord {
    let (seen, text) = (candidate.last_contact_at, candidate.document.text());
    order_of(*class, seen, text, candidate.id)
}

/// As [`order`], by what it goes by.
pub(super) fn order_of(class: usize, seen: Option<i64>, text: &str, id: ClientId) -> impl Ord {
    (class, Reverse(seen), document::name(text), id)
}

/// All that the memory is loaded from.
pub(super) fn rows(conn: &Connection, is_wanted: &dyn Fn() -> bool) -> Result<Rows> {
    let mut statement = conn.prepare(
        "select c.id, c.last_contact_at, c.branch, s.text
         from search_documents s cross join clients c on c.n = s.n where c.deleted_at is null",
    )?;
    let mut found = statement.query([])?;
    let mut rows = Rows::default();
    // What is read for nobody is let go by whoever makes the index of it.
    while let Some(row) = found.next()?
        && is_wanted()
    {
        let branch = row_id_or_none(row, 2).map(|id| BranchId(id.0));
        rows.push(row_id(row, 0)?.into(), row.get(1)?, branch, text(row, 3)?);
    }
    Ok(rows)
}

/// How clients stand now, at the end of the transaction that changed them, for the memory to follow.
///
/// # Errors
/// What SQLite says.
pub(crate) fn changes(conn: &Connection, clients: &BTreeSet<RowId>) -> Result<Changes> {
    if clients.len() > TOLD_MAX {
        return Ok(Changes::Many);
    }
    let mut statement = conn.prepare_cached(
        "select a.value, c.n is null, c.deleted_at is null, c.last_contact_at, c.branch, s.text
         from rarray(?1) a left join clients c on c.id = a.value left join search_documents s on s.n = c.n",
    )?;
    let standing = statement.query_map([array(clients)], |row| {
        let text: Option<String> = row.get(5)?;
        let standing = match text {
            _ if row.get(1)? => Standing::Gone,
            // Who waits to be indexed and was never known is found by looking.
            Some(text) if row.get(2)? => Standing::Found(Entry {
                seen: row.get(3)?,
                branch: row_id_or_none(row, 4).map(|id| BranchId(id.0)),
                text,
            }),
            _ => Standing::InTrash,
        };
        Ok((ClientId::from(row_id(row, 0)?), standing))
    })?;
    Ok(Changes::Each(standing.collect::<rusqlite::Result<_>>()?))
}

/// Where the documents do not say what the cards say, or the memory not what the documents say.
///
/// # Errors
/// What SQLite says.
pub fn problems(conn: &Connection, memory: &Memory) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let ids = row_ids(conn, &clients::CLIENTS)?;
    let due: HashSet<i64> = conn
        .prepare("select n from search_due")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut awaited = 0;
    for id in &ids {
        let n = clients::numbered(conn, (*id).into())?;
        // Who waits is found by looking, whatever the document says; who was merged, on the other's card.
        if n.is_some_and(|n| due.contains(&n)) || clients::home(conn, (*id).into())? != (*id).into() {
            awaited += usize::from(n.map_or(Ok(None), |n| stored(conn, n))?.is_none());
            continue;
        }
        let document = Document::of(&clients::load(conn, (*id).into())?);
        if n.map_or(Ok(None), |n| stored(conn, n))? != Some(document) {
            problems.push(format!("index: client {id} is not found by what its card says"));
        }
    }
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, u32>(0));
    let stored = count("select count(*) from search_documents")? as usize;
    if stored + awaited != ids.len() {
        problems.push(format!(
            "index: {stored} entries for {} clients",
            ids.len() - awaited
        ));
    }
    let known =
        "select count(*) from search_documents s join clients c on c.n = s.n where c.deleted_at is null";
    problems.extend(memory.problems(count(known)? as usize, |id| {
        let document = self::known(conn, [id], None)?.pop();
        Ok::<_, crate::Error>(document.map(|known| known.document.text().to_owned()))
    })?);
    Ok(problems)
}
