//! Who of the file is in the book already, or stood earlier in the file.

use std::collections::HashMap;

use clientele_model::text::fold;
use clientele_model::{ClientDraft, ClientId, phone};
use rusqlite::Connection;

use super::Fate;
use crate::{Result, clients};

/// Finds the client that a record means.
pub(super) struct Matcher<'a> {
    conn: &'a Connection,
    country: &'a str,
    /// Names, phones and e-mails of the records so far: two rows are one person only if the name says so
    /// too, for a family shares a phone.
    earlier: HashMap<(String, String), usize>,
}

impl<'a> Matcher<'a> {
    pub fn new(conn: &'a Connection, country: &'a str) -> Self {
        Self {
            conn,
            country,
            earlier: HashMap::new(),
        }
    }

    /// What the next record, the `index`th that is taken, will do.
    pub fn fate(&mut self, card: &ClientDraft, index: usize) -> Result<Fate> {
        let mut same: Vec<ClientId> = Vec::new();
        let mut reach: Vec<String> = card
            .emails
            .iter()
            .map(|email| email.address.to_lowercase())
            .collect();
        for typed in card.phones.iter().map(|phone| &phone.typed) {
            let e164 = phone::to_e164(typed, self.country);
            same.extend(match &e164 {
                Some(e164) => clients::by_phone(self.conn, e164)?,
                None => clients::by_unread_phone(self.conn, typed)?,
            });
            reach.push(e164.unwrap_or_else(|| typed.clone()));
        }
        for email in &card.emails {
            same.extend(clients::by_email(self.conn, &email.address)?);
        }
        let name = fold(&card.display_name());
        if let Some(id) = self.of_that_name(&same, &name)?.or(same.first().copied()) {
            return Ok(Fate::Complete(id));
        }
        let mut earlier = None;
        for reach in reach {
            let first = *self.earlier.entry((name.clone(), reach)).or_insert(index);
            if first != index {
                earlier = earlier.or(Some(first));
            }
        }
        Ok(earlier.map_or(Fate::Create, Fate::Repeat))
    }

    fn of_that_name(&self, among: &[ClientId], name: &str) -> Result<Option<ClientId>> {
        for id in among {
            if clients::display_name(self.conn, *id)?.is_some_and(|known| fold(&known) == name) {
                return Ok(Some(*id));
            }
        }
        Ok(None)
    }
}
