//! The SQL of the search index.

use std::collections::{BTreeSet, HashSet};

use clientele_model::{BranchId, ClientId, RowId};
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};

use super::{Document, Query};
use crate::workspace::store::{array, row_id, row_id_or_none, row_ids};
use crate::{Result, clients};

/// Candidates of one question to the index that are ranked; a question with more is narrowed by typing on.
const CANDIDATES_MAX: usize = 1_000;

/// A client that may have been meant.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub id: ClientId,
    pub last_contact_at: Option<i64>,
    pub document: Document,
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
pub(super) fn put_due(conn: &Connection, clients: &BTreeSet<RowId>) -> Result<()> {
    conn.prepare_cached(
        "insert or ignore into search_due
         select c.n from rarray(?1) a cross join clients c on c.id = a.value",
    )?
    .execute([array(clients)])?;
    Ok(())
}

/// Does any client wait to be indexed?
pub(super) fn has_due(conn: &Connection) -> Result<bool> {
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
    for (columns, words) in asked {
        if found.len() < CANDIDATES_MAX {
            for candidate in ask(conn, columns, &words, branch)? {
                if !found.iter().any(|known| known.id == candidate.id) {
                    found.push(candidate);
                }
            }
        }
    }
    found.extend(due(conn, query, branch)?);
    Ok(found)
}

/// Those who may have been meant among the clients that wait to be indexed.
fn due(conn: &Connection, query: &Query, branch: Option<BranchId>) -> Result<Vec<Candidate>> {
    let mut statement = conn.prepare_cached(
        "select c.id, c.last_contact_at from search_due d join clients c on c.n = d.n
         where c.deleted_at is null and (?1 is null or c.branch = ?1)",
    )?;
    let branch = branch.as_ref().map(BranchId::as_bytes);
    let waiting = statement.query_map([branch], |row| Ok((ClientId::from(row_id(row, 0)?), row.get(1)?)))?;
    let mut found = Vec::new();
    for (id, last_contact_at) in waiting.collect::<rusqlite::Result<Vec<_>>>()? {
        let document = Document::of(&clients::load(conn, id)?);
        if document.answers(query) {
            found.push(Candidate {
                id,
                last_contact_at,
                document,
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
    let sql = format!(
        "select c.id, c.last_contact_at, s.name, s.phone, s.email, s.company, s.other, s.note
         from client_search s join clients c on c.n = s.rowid
         where c.deleted_at is null and not exists (select 1 from search_due d where d.n = c.n) and {} limit {CANDIDATES_MAX}",
        filters.join(" and ")
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(values.iter()), |row| {
        Ok(Candidate {
            id: row_id(row, 0)?.into(),
            last_contact_at: row.get(1)?,
            document: document(row, 2)?,
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
