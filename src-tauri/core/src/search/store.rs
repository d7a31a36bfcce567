//! The SQL of the search index.

use clientele_model::{BranchId, ClientId};
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};

use super::{Document, Query};
use crate::workspace::store::{row_id, row_ids};
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

/// Takes a client out of the index before its row goes.
///
/// # Errors
/// What SQLite says.
pub fn forget(conn: &Connection, id: ClientId) -> Result<()> {
    clients::numbered(conn, id)?.map_or(Ok(()), |n| take_out(conn, n))
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
         where c.deleted_at is null and {} limit {CANDIDATES_MAX}",
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
    for id in &ids {
        let n = clients::numbered(conn, (*id).into())?;
        let document = Document::of(&clients::load(conn, (*id).into())?);
        if n.map_or(Ok(None), |n| stored(conn, n))? != Some(document) {
            problems.push(format!("index: client {id} is not found by what its card says"));
        }
    }
    let stored: usize = conn.query_row("select count(*) from client_search", [], |row| {
        row.get::<_, u32>(0)
    })? as usize;
    if stored != ids.len() {
        problems.push(format!("index: {stored} entries for {} clients", ids.len()));
    }
    Ok(problems)
}
