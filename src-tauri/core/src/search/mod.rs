//! Search: one box, as you type, by any part of any word and by any run of digits of a phone.
//!
//! What is typed and what is stored are folded alike (`model::text::fold`); what is typed in one alphabet is found in
//! the other (`sounds`), and one slip is forgiven. The book keeps for every client a document, the text that the
//! client is found by, written in the same transaction as the card. Whoever searches goes through the documents, or,
//! where that is to be quick, asks the index that [`memory`] makes of them: both follow one rule (`judge`), and find
//! the same clients in the same order.

pub(crate) mod document;
mod judge;
pub mod memory;
pub(crate) mod query;
mod rank;
pub(crate) mod sounds;
mod store;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "testing"))]
pub mod trial;

use clientele_model::{AttachmentId, ClientDraft, ClientId, ClientKind, RowId};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::book::Book;
use crate::clients::Sight;
use crate::workspace::Workspace;
use crate::{Result, attachments, clients};
use document::Document;
use query::Query;

pub(crate) use store::changes;
pub use store::{forget, has_due, problems};

/// Clients that [`catch_up`] indexes in one transaction.
const CAUGHT_UP_AT_ONCE: u32 = 500;

/// In which part of the card the match was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MatchedIn {
    /// A name of the client.
    Name,
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
    /// The company's name.
    Company,
    /// The number of the customer card.
    CardNumber,
    /// A name in a messenger.
    Messenger,
    /// A contact person.
    ContactPerson,
    /// A tag.
    Tag,
    /// A postal address.
    Address,
    /// One of the owner's own fields.
    Custom,
    /// Notes, expectations, what must never be done.
    Note,
}

/// A client that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchHit {
    /// Which client.
    pub id: ClientId,
    /// The name as shown.
    pub name: String,
    /// Person or company.
    pub kind: ClientKind,
    /// The phone that matched, else the first one, as people read it here.
    pub phone: String,
    /// Where the match was found.
    pub matched_in: MatchedIn,
    /// What stands there, shortened around the match.
    pub excerpt: String,
    /// Is there something that must never be done?
    pub has_never: bool,
    /// The client's photo.
    pub photo: Option<AttachmentId>,
}

/// Puts into the index what a client is found by; nothing where there is no such client (erased, or still on its way
/// from another device). A client in the trash stays in it, and is not found.
///
/// # Errors
/// What SQLite says.
pub fn index(conn: &Connection, id: ClientId) -> Result<()> {
    let Some(n) = clients::numbered(conn, id)? else {
        return Ok(());
    };
    if clients::home(conn, id)? == id {
        store::put(conn, n, &Document::of(&clients::load(conn, id)?))
    } else {
        // It is found as the one on whose card it stands.
        store::take_out(conn, n)
    }
}

/// As [`index`], of clients who were added just now, with their whole cards as they were added.
///
/// # Errors
/// What SQLite says.
pub fn index_new(conn: &Connection, new: &[(RowId, &ClientDraft)]) -> Result<()> {
    let mut numbers = clients::numbers(conn, new.iter().map(|(id, _)| id))?;
    for (id, card) in new {
        if let Some(n) = numbers.remove(id) {
            store::put(conn, n, &Document::of_new(card))?;
        }
    }
    Ok(())
}

/// Notes that what these clients, by their numbers, are found by has to be looked at. Until [`catch_up`] has, searching looks at each of
/// the newest, and seeks the others by name and some by number: whoever types must not wait for a hundred thousand cards.
///
/// # Errors
/// What SQLite says.
pub fn index_later(conn: &Connection, clients: Vec<i64>) -> Result<()> {
    store::put_due(conn, clients)
}

/// Indexes some of those that wait for it; not all, so that nobody who writes meanwhile waits for long. Returns
/// whether any are left.
///
/// # Errors
/// What SQLite says; they wait on.
pub fn catch_up(workspace: &Workspace) -> Result<bool> {
    if !workspace.read(store::has_due)? {
        return Ok(false);
    }
    let (more, _) = workspace.take_in(|arrivals| {
        let indexed = store::index_due(arrivals.conn(), CAUGHT_UP_AT_ONCE)?;
        arrivals.found_by_other(indexed);
        store::has_due(arrivals.conn())
    })?;
    Ok(more)
}

/// Loads the index of a book into memory, or makes it anew, where it is kept and that is due. Returns whether it
/// did. `is_wanted` is asked meanwhile, now and then.
///
/// # Errors
/// What SQLite says; then searching goes through the documents, and it can be tried again.
pub fn refresh(book: &Book, is_wanted: &dyn Fn() -> bool) -> Result<bool> {
    if book.search_memory().is_due() {
        load(book, is_wanted)
    } else {
        Ok(false)
    }
}

/// As [`refresh`], whether that is due or not. Returns whether it was made: not, where so much changed meanwhile that it
/// would have to be made again.
///
/// # Errors
/// As [`refresh`].
pub fn load(book: &Book, is_wanted: &dyn Fn() -> bool) -> Result<bool> {
    let memory = book.search_memory();
    memory.make(|| book.read_apart(|conn| store::rows(conn, is_wanted)), is_wanted)
}

/// The clients that match what was typed, the likeliest first.
///
/// # Errors
/// What SQLite says.
pub fn search(book: &Book, typed: &str, limit: usize, country: &str) -> Result<Vec<SearchHit>> {
    search_of(book, typed, limit, country, Sight::All)
}

/// As [`search`], among the clients of one branch.
///
/// # Errors
/// What SQLite says.
pub fn search_of(
    book: &Book,
    typed: &str,
    limit: usize,
    country: &str,
    sight: Sight,
) -> Result<Vec<SearchHit>> {
    let query = Query::new(typed);
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let branch = sight.branch();
    let waiting = book.read(|conn| store::waiting_candidates(conn, &query, branch))?;
    // What the documents say of those who wait may not be so any more; others take their places.
    let wanted = if waiting.is_empty() && !book.read(store::has_due)? {
        limit
    } else {
        2 * limit + waiting.len()
    };
    let found = match book.search_memory().ask(&query, branch, wanted) {
        Some(found) => {
            book.read(|conn| store::known(conn, found.into_iter().map(|found| found.id), branch))?
        }
        // That takes long in a large book: others read meanwhile.
        None => book.read_apart(|conn| store::scan(conn, &query, branch, wanted))?,
    };
    let mut known = std::collections::HashSet::new();
    let all = waiting.into_iter().chain(found);
    let all = all.filter(|candidate| known.insert(candidate.id));
    let classed = all.filter_map(|candidate| {
        let class = judge::class(candidate.document.text(), &query)?;
        Some((class, candidate))
    });
    let mut classed: Vec<_> = classed.collect();
    classed.sort_by(|one, two| store::order(one).cmp(&store::order(two)));
    book.read(|conn| {
        let mut hits = Vec::new();
        for (_, candidate) in classed {
            if hits.len() == limit {
                break;
            }
            // Gone since: as if it had been asked a moment later.
            let Some(card) = rank::card(conn, candidate.id)? else {
                continue;
            };
            if !candidate.is_stale || judge::class(Document::of(&card).text(), &query).is_some() {
                let mut hit = rank::hit(candidate.id, &card, &query, country);
                hit.photo = attachments::face(conn, candidate.id)?;
                hits.push(hit);
            }
        }
        Ok(hits)
    })
}
