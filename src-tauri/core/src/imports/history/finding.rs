//! Whom a row of a contact history means.

use std::collections::{BTreeSet, HashMap};

use clientele_formats::history::HistoryEntry;
use clientele_model::{ClientDraft, ClientId, ClientKind, ErrorCode, Refusal, phone};
use rusqlite::Connection;

use super::super::store;
use crate::Result;
use crate::clients::{self, NameWords};

/// So many names are told of those whom a row may mean.
const NAMES_TOLD: usize = 4;

/// Finds clients of the book.
pub(super) struct Finder<'c> {
    conn: &'c Connection,
    country: String,
    /// A file names the same client again and again.
    asked: HashMap<(Key, String), BTreeSet<ClientId>>,
    names: HashMap<ClientId, NameWords>,
    /// Everybody by the words of the name; made when the first row needs it.
    by_name: Option<HashMap<BTreeSet<String>, BTreeSet<ClientId>>>,
}

/// By what a client is found.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Card,
    Phone,
    Email,
}

impl<'c> Finder<'c> {
    pub fn new(conn: &'c Connection, country: String) -> Self {
        Self {
            conn,
            country,
            asked: HashMap::new(),
            names: HashMap::new(),
            by_name: None,
        }
    }

    /// The one client whom a row means, or why there is none.
    pub fn find(&mut self, entry: &HistoryEntry) -> Result<Result<ClientId, Refusal>> {
        let card = Some(&entry.card_number).filter(|number| !number.is_empty());
        let keys = card.map(|number| (Key::Card, number)).into_iter();
        let keys = keys.chain(entry.phones.iter().map(|typed| (Key::Phone, typed)));
        let keys: Vec<_> = keys
            .chain(entry.emails.iter().map(|address| (Key::Email, address)))
            .collect();
        let name = name_words(&entry.name);
        let mut meant: BTreeSet<ClientId> = BTreeSet::new();
        for (key, value) in &keys {
            let found = self.ask(*key, value)?;
            let common: BTreeSet<_> = meant.intersection(&found).copied().collect();
            // Each further sign narrows; two that contradict one another mean two.
            if meant.is_empty() || common.is_empty() {
                meant.extend(found);
            } else {
                meant = common;
            }
        }
        if keys.is_empty() {
            meant = self.named(&entry.name)?;
        } else if let Some(name) = &name {
            // A phone is a family's: who is called otherwise is somebody else.
            let mut agreeing = BTreeSet::new();
            for client in meant {
                if self.is_called(client, name)? {
                    agreeing.insert(client);
                }
            }
            meant = agreeing;
        }
        let mut all = meant.iter();
        Ok(match (all.next(), all.next()) {
            (Some(client), None) => Ok(*client),
            (None, _) => Err(ErrorCode::HistoryNoClient.into()),
            _ => Err(Refusal::new(ErrorCode::HistoryTwoClients).with("names", self.told(&meant)?)),
        })
    }

    fn ask(&mut self, key: Key, value: &str) -> Result<BTreeSet<ClientId>> {
        if let Some(known) = self.asked.get(&(key, value.to_owned())) {
            return Ok(known.clone());
        }
        let ids = |found: Vec<(String, ClientId)>| found.into_iter().map(|(_, id)| id).collect();
        let found: Vec<ClientId> = match key {
            Key::Card => clients::by_card_number(self.conn, value)?,
            Key::Email => ids(clients::by_emails(self.conn, &[value.to_ascii_lowercase()])?),
            Key::Phone => match phone::to_e164(value, &self.country) {
                Some(e164) => ids(clients::by_phones(self.conn, &[e164])?),
                None => ids(clients::by_unread_phones(self.conn, &[value.to_owned()])?),
            },
        };
        let found: BTreeSet<_> = found.into_iter().collect();
        self.asked.insert((key, value.to_owned()), found.clone());
        Ok(found)
    }

    /// Everybody whose name has just these words.
    fn named(&mut self, name: &str) -> Result<BTreeSet<ClientId>> {
        let by_name = match &mut self.by_name {
            Some(by_name) => by_name,
            none => {
                let mut by_name: HashMap<_, BTreeSet<_>> = HashMap::new();
                store::each_name(self.conn, &mut |client, card| {
                    let words = NameWords::of(&card).own().clone();
                    by_name.entry(words).or_default().insert(client);
                })?;
                none.insert(by_name)
            }
        };
        let words = name_words(name).map(|[person, _]| person.own().clone());
        let found = words
            .filter(|words| !words.is_empty())
            .and_then(|words| by_name.get(&words));
        Ok(found.cloned().unwrap_or_default())
    }

    /// Is a client called so, as a person or as a company?
    fn is_called(&mut self, client: ClientId, name: &[NameWords; 2]) -> Result<bool> {
        if !self.names.contains_key(&client) {
            let card = store::names(self.conn, client)?.map(|(_, card)| card);
            self.names
                .insert(client, NameWords::of(&card.unwrap_or_default()));
        }
        Ok(self
            .names
            .get(&client)
            .is_some_and(|known| name.iter().any(|name| known.agrees(name))))
    }

    fn told(&self, clients: &BTreeSet<ClientId>) -> Result<String> {
        let mut names = Vec::new();
        for client in clients.iter().take(NAMES_TOLD) {
            let name = clients::display_name(self.conn, *client)?.unwrap_or_default();
            names.push(clientele_model::text::ellipsis(&name, 60));
        }
        let more = if clients.len() > NAMES_TOLD { ", …" } else { "" };
        Ok(format!("{}{more}", names.join(", ")))
    }
}

/// The words of a name, as that of a person and as that of a company.
fn name_words(name: &str) -> Option<[NameWords; 2]> {
    let person = ClientDraft {
        given_name: name.to_owned(),
        ..ClientDraft::default()
    };
    let company = ClientDraft {
        kind: ClientKind::Company,
        company_name: name.to_owned(),
        ..ClientDraft::default()
    };
    (!name.is_empty()).then(|| [NameWords::of(&person), NameWords::of(&company)])
}
