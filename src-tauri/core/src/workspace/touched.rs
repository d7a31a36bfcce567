//! What a transaction has touched: whose cards, and which lists must be read again.

use std::collections::BTreeSet;

use clientele_model::{Body, RowId};
use rusqlite::Connection;

use super::store;
use super::table::{Card, Invalidation, Table, Topic};
use crate::Result;
use clientele_model::record::CLIENT_ID;

/// More clients than this in one step: the window is told to read all again, not each one.
const INVALIDATED_ONE_BY_ONE_MAX: usize = 50;

/// Cards and lists.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub clients: BTreeSet<RowId>,
    settled: usize,
    topics: BTreeSet<(Topic, Option<RowId>)>,
    /// Definitions from which the cards of many follow.
    definitions: BTreeSet<RowId>,
}

impl Touched {
    /// Notes whose card a row is on, and which lists show it. `client` as [`client_of`] tells.
    pub fn note(&mut self, table: &Table, client: Option<RowId>) {
        self.clients.extend(client);
        for topic in table.topics {
            let of_one = matches!(topic, Topic::Client | Topic::Contacts | Topic::Attachments);
            self.topics.insert((*topic, client.filter(|_| of_one)));
        }
    }

    /// Notes that cards follow from this row which they do not bear, as from the name of a choice. `fields` are those that
    /// changed.
    pub fn defined<'f>(&mut self, table: &Table, row: RowId, fields: impl Iterator<Item = &'f str>) {
        if crate::custom_fields::alters_cards(table, fields) {
            self.definitions.insert(row);
        }
    }

    /// Has those whose cards follow from definitions found by something else soon.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn settle_definitions(&mut self, conn: &Connection) -> Result<()> {
        let definitions: Vec<RowId> = std::mem::take(&mut self.definitions).into_iter().collect();
        if definitions.is_empty() {
            return Ok(());
        }
        crate::search::index_later(conn, crate::custom_fields::concerned(conn, &definitions)?)
    }

    /// Notes a topic that no table stands for.
    pub fn topic(&mut self, topic: Topic) {
        self.topics.insert((topic, None));
    }

    /// Clients whose cards follow from others that were touched, those among them.
    pub fn follow(&mut self, clients: &BTreeSet<RowId>) {
        let other = clients.iter().filter(|client| !self.clients.contains(client));
        for client in other.take(INVALIDATED_ONE_BY_ONE_MAX) {
            self.topics.insert((Topic::Client, Some(*client)));
            self.topics.insert((Topic::Contacts, Some(*client)));
            self.topics.insert((Topic::Attachments, Some(*client)));
        }
    }

    /// Notes that cards show a name, or the absence, of clients who were touched.
    pub fn show_links(&mut self, conn: &Connection, clients: &BTreeSet<RowId>) -> Result<()> {
        // Of more than that the window reads all again.
        if clients.len() <= INVALIDATED_ONE_BY_ONE_MAX {
            for client in crate::clients::links::whose(conn, clients)? {
                let home = crate::clients::home(conn, client.into())?;
                self.topics.insert((Topic::Client, Some(home.into())));
            }
        }
        Ok(())
    }

    /// The clients so far, whose rows stand: from here on it counts anew.
    pub fn settle(&mut self) -> BTreeSet<RowId> {
        self.settled += self.clients.len();
        std::mem::take(&mut self.clients)
    }

    /// What the window has to read again.
    pub fn invalidations(&self) -> Vec<Invalidation> {
        let many = self.settled + self.clients.len() > INVALIDATED_ONE_BY_ONE_MAX;
        let topics: BTreeSet<_> = self
            .topics
            .iter()
            .map(|(topic, id)| Invalidation {
                topic: *topic,
                id: id.filter(|_| !many),
            })
            .collect();
        topics.into_iter().collect()
    }
}

/// On whose card a row stands: by what a change says of it, or by the row itself.
pub(super) fn client_of(
    conn: &Connection,
    table: &Table,
    row: RowId,
    body: Option<&Body>,
) -> Result<Option<RowId>> {
    match table.card {
        Card::None => Ok(None),
        Card::Itself => Ok(Some(row)),
        Card::ByClientId => {
            let mut fields = body.into_iter().flat_map(|body| &body.0);
            if let Some(field) = fields.find(|field| field.field == CLIENT_ID) {
                return Ok(field.value.as_row());
            }
            let values = store::read_row(conn, table, row, &[CLIENT_ID])?;
            Ok(values.and_then(|values| values.first().and_then(clientele_model::Value::as_row)))
        }
    }
}
