//! The SQL of the search index.

use std::collections::HashSet;
use std::rc::Rc;

use clientele_model::{BranchId, ClientId};
use rusqlite::vtab::array::Array;
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};

use super::{Document, Query};
use crate::workspace::store::{row_id, row_id_or_none, row_ids};
use crate::{Result, clients};

/// Candidates of one question to the index that are ranked; a question with more is narrowed by typing on.
const CANDIDATES_MAX: usize = 1_000;

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
    /// Is this what the index knew before the card changed?
    pub is_stale: bool,
}

const COLUMNS: &str = "name, phone, email, company, other, note";

fn document(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<Document> {
    Ok(Document {
        name: row.get(from)?,
        phone: row.get(from + 1)?,
        email: row.get(from + 2)?,
        company: row.get(from + 3)?,
        other: row.get(from + 4)?,
        note: row.get(from + 5)?,
    })
}

fn stored(conn: &Connection, n: i64) -> Result<Option<Document>> {
    let mut statement =
        conn.prepare_cached(&format!("select {COLUMNS} from client_search where rowid = ?1"))?;
    Ok(statement.query_row([n], |row| document(row, 0)).optional()?)
}

pub(super) fn put(conn: &Connection, n: i64, document: &Document) -> Result<()> {
    match stored(conn, n)? {
        // A logged contact changes nothing by which a client is found.
        Some(standing) if standing == *document => return Ok(()),
        Some(_) => take_out(conn, n)?,
        None => {}
    }
    let Document {
        name,
        phone,
        email,
        company,
        other,
        note,
    } = document;
    conn.prepare_cached(&format!(
        "insert into client_search (rowid, {COLUMNS}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    ))?
    .execute(params![n, name, phone, email, company, other, note])?;
    Ok(())
}

pub(super) fn take_out(conn: &Connection, n: i64) -> Result<()> {
    conn.prepare_cached("delete from client_search where rowid = ?1")?
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

/// Indexes some of those that wait.
pub(super) fn index_due(conn: &Connection, at_most: u32) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "select d.n, c.id from search_due d left join clients c on c.n = d.n order by d.n limit ?1",
    )?;
    let due = statement.query_map([at_most], |row| {
        Ok((row.get::<_, i64>(0)?, row_id_or_none(row, 1)))
    })?;
    for (n, client) in due.collect::<rusqlite::Result<Vec<_>>>()? {
        if let Some(client) = client {
            put(conn, n, &Document::of(&clients::load(conn, client.into())?))?;
        }
        not_due(conn, n)?;
    }
    Ok(())
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

/// Everybody who may have been meant, unranked. Names are asked first, so that a short word which stands in
/// thousands of notes does not crowd out the one whose name it is.
pub(super) fn candidates(
    conn: &Connection,
    query: &Query,
    branch: Option<BranchId>,
) -> Result<Vec<Candidate>> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut asked: Vec<(&[&str], Vec<&str>)> = Vec::new();
    if let Some(number) = &query.digits {
        asked.push((&["phone"], vec![number]));
    }
    let words: Vec<&str> = query.words.iter().map(String::as_str).collect();
    if !words.is_empty() {
        asked.push((&["name", "company"], words.clone()));
        asked.push((&["name", "company", "phone", "email", "other", "note"], words));
    }
    let looked_at_from = looked_at_from(conn)?;
    if let Some(from) = looked_at_from {
        found.extend(due(conn, query, branch, from)?);
        found.extend(due_behind(conn, query, branch, from)?);
    }
    let mut known: HashSet<ClientId> = found.iter().map(|candidate| candidate.id).collect();
    let looked_at = found.len();
    for (columns, words) in asked {
        if found.len() < looked_at + CANDIDATES_MAX {
            let new = ask(conn, columns, &words, branch, looked_at_from)?.into_iter();
            found.extend(new.filter(|candidate| known.insert(candidate.id)));
        }
    }
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
         where d.n >= ?2 and c.deleted_at is null and (?1 is null or c.branch = ?1)",
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
            values.push(Box::new(word.clone()));
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
         where c.deleted_at is null and (?3 is null or c.branch = ?3) and ({}) limit {FOUND_BEHIND_MAX}",
        filters.join(" or ")
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(values.iter()), waiting)?;
    let mut found: Vec<_> = found.collect::<rusqlite::Result<_>>()?;
    for word in &query.words {
        found.extend(beginning_with(conn, word, &query.words, branch, before)?);
    }
    let mut known = HashSet::new();
    found.retain(|(id, _)| known.insert(*id));
    looked_at(conn, query, found)
}

/// Of those who wait behind the others: whose name, as a list sorts it, begins with a word and holds all of them.
fn beginning_with(
    conn: &Connection,
    word: &str,
    words: &[String],
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
        if document.answers(query) {
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

/// Trigrams answer for words of three letters and more; shorter ones are sought by looking.
fn ask(
    conn: &Connection,
    columns: &[&str],
    words: &[&str],
    branch: Option<BranchId>,
    looked_at_from: Option<i64>,
) -> Result<Vec<Candidate>> {
    let long: Vec<String> = words
        .iter()
        .filter(|word| word.chars().count() >= 3)
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
        .collect();
    let mut filters = Vec::new();
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    if !long.is_empty() {
        values.push(Box::new(format!(
            "{{{}}} : ({})",
            columns.join(" "),
            long.join(" AND ")
        )));
        filters.push(format!("client_search match ?{}", values.len()));
    }
    for word in words.iter().filter(|word| word.chars().count() < 3) {
        values.push(Box::new((*word).to_owned()));
        let n = values.len();
        let any: Vec<String> = columns
            .iter()
            .map(|column| format!("instr(s.{column}, ?{n})"))
            .collect();
        filters.push(format!("({})", any.join(" or ")));
    }
    if let Some(branch) = branch {
        values.push(Box::new(branch.as_bytes().to_vec()));
        filters.push(format!("c.branch = ?{}", values.len()));
    }
    // Nobody has such a number where nobody waits.
    values.push(Box::new(looked_at_from.unwrap_or(i64::MAX)));
    let sql = format!(
        "select c.id, c.last_contact_at, s.name, s.phone, s.email, s.company, s.other, s.note,
         exists (select 1 from search_due d where d.n = c.n)
         from client_search s cross join clients c on c.n = s.rowid
         where c.deleted_at is null and not exists (select 1 from search_due d where d.n = c.n and d.n >= ?{})
         and {} limit {CANDIDATES_MAX}",
        values.len(),
        filters.join(" and ")
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(values.iter()), |row| {
        Ok(Candidate {
            id: row_id(row, 0)?.into(),
            last_contact_at: row.get(1)?,
            document: document(row, 2)?,
            is_stale: row.get(8)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Where the index does not say what the cards say.
///
/// # Errors
/// What SQLite says.
pub fn problems(conn: &Connection) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let whole = conn.execute(
        "insert into client_search (client_search) values ('integrity-check')",
        [],
    );
    problems.extend(whole.err().map(|e| format!("index: {e}")));
    let ids = row_ids(conn, &clients::CLIENTS)?;
    let due: HashSet<i64> = conn
        .prepare("select n from search_due")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut awaited = 0;
    for id in &ids {
        let n = clients::numbered(conn, (*id).into())?;
        if let Some(n) = n.filter(|n| due.contains(n)) {
            // It is found by looking, whatever the index says of it.
            awaited += usize::from(stored(conn, n)?.is_none());
            continue;
        }
        if clients::home(conn, (*id).into())? != (*id).into() {
            awaited += usize::from(n.map_or(Ok(None), |n| stored(conn, n))?.is_none());
            continue;
        }
        let document = Document::of(&clients::load(conn, (*id).into())?);
        if n.map_or(Ok(None), |n| stored(conn, n))? != Some(document) {
            problems.push(format!("index: client {id} is not found by what its card says"));
        }
    }
    let stored: usize = conn.query_row("select count(*) from client_search", [], |row| {
        row.get::<_, u32>(0)
    })? as usize;
    if stored + awaited != ids.len() {
        problems.push(format!(
            "index: {stored} entries for {} clients",
            ids.len() - awaited
        ));
    }
    Ok(problems)
}
