//! The index without a book around it, for measurements and tests.

use clientele_model::{ClientDraft, ClientId};

use super::document::Document;
use super::judge;
use super::memory::{Index, Rows};
use super::query::Query;
use super::store::order_of;

/// What a card is found by, as the book keeps it.
#[must_use]
pub fn document(card: &ClientDraft) -> String {
    Document::of(card).text().to_owned()
}

/// An index of some documents.
pub struct Trial(Index);

impl Trial {
    /// Of clients, by when they were last seen, and their documents.
    ///
    /// # Panics
    /// Where there are more than an index can have.
    #[must_use]
    pub fn of<'a>(clients: impl Iterator<Item = (ClientId, Option<i64>, &'a str)>) -> Self {
        let mut rows = Rows::default();
        for (id, seen, text) in clients {
            rows.push(id, seen, None, text);
        }
        Self(Index::make(&rows).expect("an index"))
    }

    /// All clients, in the order in which they are told.
    pub fn in_order(&self) -> impl Iterator<Item = ClientId> {
        self.0.in_order()
    }

    /// Who is found by what was typed, the likeliest first.
    #[must_use]
    pub fn ask(&self, typed: &str, limit: usize) -> Vec<ClientId> {
        let query = Query::new(typed);
        let found = self.0.ask(&query, None, limit).into_iter();
        found.map(|found| found.id).collect()
    }

    /// Bytes in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size()
    }
}

/// As [`Trial::ask`], by going through the documents.
#[must_use]
pub fn go_through<'a>(
    clients: impl Iterator<Item = (ClientId, Option<i64>, &'a str)>,
    typed: &str,
) -> Vec<ClientId> {
    let query = Query::new(typed);
    let found = clients.filter_map(|(id, seen, text)| Some((judge::class(text, &query)?, seen, text, id)));
    let mut found: Vec<_> = found.collect();
    found.sort_by(|one, two| order_of(one.0, one.1, one.2, one.3).cmp(&order_of(two.0, two.1, two.2, two.3)));
    found.into_iter().map(|(_, _, _, id)| id).collect()
}
