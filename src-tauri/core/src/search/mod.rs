//! Search: one box, as you type, by any part of any word and by any run of digits of a phone.
//!
//! What is typed and what is stored are folded alike (`model::text::fold`). Behind [`search`] stands an
//! index of trigrams in the book itself, so that it is always what the rows say; a quicker one can take
//! its place without anybody outside this folder knowing.

mod rank;
mod store;
#[cfg(test)]
mod tests;

use clientele_model::text::{digits, fold};
use clientele_model::{ClientDraft, ClientId, ClientKind};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clients::Sight;
use crate::workspace::Workspace;
use crate::{Result, clients};

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
}

/// What is typed into the box, made ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// Folded words; every one must be found.
    pub words: Vec<String>,
    /// The digits, where what was typed could be (part of) a phone number.
    pub digits: Option<String>,
}

/// More words than this narrow nothing any more.
const WORDS_MAX: usize = 8;

/// A word longer than this, in characters, is sought by its beginning.
const WORD_CHARS_MAX: usize = 64;

impl Query {
    fn new(typed: &str) -> Self {
        let head: String = typed.chars().take(1_000).collect();
        let folded = fold(&head);
        let words = folded.split(' ').filter(|word| !word.is_empty()).take(WORDS_MAX);
        let words: Vec<String> = words
            .map(|word| word.chars().take(WORD_CHARS_MAX).collect())
            .collect();
        let number = digits(&head);
        let only_number = head
            .chars()
            .all(|c| c.is_numeric() || c.is_whitespace() || "+-().,/#*".contains(c));
        Self {
            words,
            digits: (only_number && number.len() >= 2).then_some(number),
        }
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.digits.is_none()
    }
}

/// The text of a card as the index keeps it, folded, part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    pub name: String,
    pub phone: String,
    pub email: String,
    pub company: String,
    pub other: String,
    pub note: String,
}

/// Parts of one column stand apart by this: no typed word holds it, so none matches across two parts.
const APART: &str = "\u{1}";

impl Document {
    /// Does it answer a question as the index would?
    fn answers(&self, query: &Query) -> bool {
        let all = [
            &self.name,
            &self.company,
            &self.phone,
            &self.email,
            &self.other,
            &self.note,
        ];
        let has_words = || {
            query
                .words
                .iter()
                .all(|word| all.iter().any(|part| part.contains(word)))
        };
        let has_digits = |digits: &String| self.phone.contains(digits);
        query.digits.as_ref().is_some_and(has_digits) || (!query.words.is_empty() && has_words())
    }

    fn of(card: &ClientDraft) -> Self {
        let join = |parts: Vec<&str>| {
            parts
                .into_iter()
                .filter(|part| !part.is_empty())
                .map(fold)
                .collect::<Vec<_>>()
                .join(APART)
        };
        let person = format!("{} {} {}", card.family_name, card.given_name, card.patronymic);
        let mut names = vec![person.as_str()];
        names.extend(card.other_names.iter().map(|n| n.name.as_str()));
        let mut others = vec![card.card_number.as_str()];
        others.extend(card.messengers.iter().map(|m| m.handle.as_str()));
        others.extend(
            card.contact_persons
                .iter()
                .flat_map(|p| [p.name.as_str(), p.email.as_str(), p.role.as_str()]),
        );
        others.extend(card.tags.iter().map(String::as_str));
        others.extend(
            card.addresses
                .iter()
                .flat_map(|a| [a.street.as_str(), &a.city, &a.postal_code]),
        );
        // Typed and E.164 both: 0888..., 8916... and +359888... are all found by any of their runs.
        let numbers = card
            .phones
            .iter()
            .flat_map(|p| [digits(&p.typed), digits(&p.e164)]);
        let numbers = numbers.chain(card.contact_persons.iter().map(|p| digits(&p.phone)));
        let mut numbers: Vec<String> = numbers.filter(|number| !number.is_empty()).collect();
        numbers.dedup();
        Self {
            name: join(names),
            phone: numbers.join(APART),
            email: join(card.emails.iter().map(|e| e.address.as_str()).collect()),
            company: join(vec![&card.company_name]),
            other: join(others),
            note: join(vec![&card.notes, &card.expects, &card.never]),
        }
    }
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
        store::index_due(arrivals.conn(), CAUGHT_UP_AT_ONCE)?;
        store::has_due(arrivals.conn())
    })?;
    Ok(more)
}

/// The clients that match what was typed, the likeliest first.
///
/// # Errors
/// What SQLite says.
pub fn search(conn: &Connection, typed: &str, limit: usize, country: &str) -> Result<Vec<SearchHit>> {
    search_of(conn, typed, limit, country, Sight::All)
}

/// As [`search`], among the clients of one branch.
///
/// # Errors
/// What SQLite says.
pub fn search_of(
    conn: &Connection,
    typed: &str,
    limit: usize,
    country: &str,
    sight: Sight,
) -> Result<Vec<SearchHit>> {
    let query = Query::new(typed);
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let mut candidates = store::candidates(conn, &query, sight.branch())?;
    rank::sort(&mut candidates, &query);
    let mut hits = Vec::new();
    for candidate in candidates {
        if hits.len() == limit {
            break;
        }
        let card = clients::load(conn, candidate.id)?;
        // What the index knew of a card that has changed since may not be so any more.
        if !candidate.is_stale || Document::of(&card).answers(&query) {
            hits.push(rank::hit(candidate.id, &card, &query, country));
        }
    }
    Ok(hits)
}
