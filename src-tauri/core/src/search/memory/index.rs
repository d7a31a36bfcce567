//! All clients at one moment, and those who changed since: what is asked, and what follows every write.

use std::collections::HashMap;

use clientele_model::{BranchId, ClientId};
use rustc_hash::FxHashSet;

use super::ask;
use super::base::{self, Base};
use super::build;
use super::changes::{Entry, Found, Standing};
#[cfg(any(test, feature = "testing"))]
use super::{Rows, Unmade};
use crate::search::judge;
use crate::search::query::Query;

/// All clients at one moment, and those who changed since.
pub(crate) struct Index {
    pub(super) base: Base,
    /// Those of whom the base says what is not so any more.
    pub(super) dead: FxHashSet<u32>,
    /// Those who changed; `None` for who is not to be found.
    pub(super) changed: HashMap<ClientId, Option<Entry>>,
}

impl Index {
    pub(super) fn of(base: Base) -> Self {
        Self {
            base,
            dead: FxHashSet::default(),
            changed: HashMap::new(),
        }
    }

    #[cfg(any(test, feature = "testing"))]
    pub fn make(rows: &Rows) -> Result<Self, Unmade> {
        build::base(rows, &|| true).map(Self::of)
    }

    #[cfg(any(test, feature = "testing"))]
    pub fn in_order(&self) -> impl Iterator<Item = ClientId> {
        self.base.ids.iter().copied()
    }

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        self.base.size()
    }

    /// Takes over how clients stand now.
    pub(super) fn follow(&mut self, changes: Vec<(ClientId, Standing)>) {
        let mut gone = Vec::new();
        for (id, standing) in changes {
            let place = self.base.place(id);
            self.dead.extend(place);
            let entry = match standing {
                Standing::Found(entry) => Some(entry),
                Standing::InTrash => None,
                Standing::Gone => {
                    gone.extend(place);
                    self.changed.remove(&id);
                    continue;
                }
            };
            self.changed.insert(id, entry);
        }
        if !gone.is_empty() {
            let dead = &self.dead;
            self.base.erase(&gone, |client| dead.contains(&client));
        }
    }

    /// As [`super::Memory::ask`].
    pub fn ask(&self, query: &Query, branch: Option<BranchId>, limit: usize) -> Vec<Found> {
        let mut found: Vec<Found> = ask::ask(&self.base, &self.dead, query, branch, limit)
            .into_iter()
            .map(|(class, client)| Found {
                class,
                seen: Some(self.base.seen[client as usize]).filter(|seen| *seen != base::NEVER),
                id: self.base.ids[client as usize],
            })
            .collect();
        // Where there are enough who were found as typed, nobody need be found in spite of a slip.
        let kind = match found.last() {
            Some(last) if found.len() >= limit => judge::STAGES[last.class].kind,
            _ => judge::SLIP,
        };
        for (id, entry) in &self.changed {
            let Some(entry) = entry else { continue };
            if branch.is_some() && entry.branch != branch {
                continue;
            }
            if let Some(class) = judge::class_in(&entry.text, query, kind) {
                let (seen, id) = (entry.seen, *id);
                found.push(Found { class, seen, id });
            }
        }
        found
    }

    /// As [`super::Memory::problems`].
    pub fn problems<E>(
        &self,
        count: usize,
        stands: impl Fn(ClientId) -> Result<Option<String>, E>,
    ) -> Result<Vec<String>, E> {
        let mut problems = Vec::new();
        let mut known = 0;
        for (client, id) in (0..self.base.len()).zip(&self.base.ids) {
            if self.dead.contains(&client) {
                continue;
            }
            known += 1;
            let mut words: Vec<(u8, &str)> = self
                .base
                .words_of(client)
                .map(|(shelf, word)| (shelf as u8, self.base.shelf(shelf).words.texts.get(word)))
                .collect();
            words.sort_unstable();
            let text = stands(*id)?.unwrap_or_default();
            let due = build::words_of(&text).into_iter();
            if !due.map(|(shelf, word)| (shelf as u8, word)).eq(words) {
                problems.push(format!("memory: client {id} is not found by what the book says"));
            }
        }
        for (id, entry) in &self.changed {
            known += usize::from(entry.is_some());
            if stands(*id)?.as_ref() != entry.as_ref().map(|entry| &entry.text) {
                problems.push(format!(
                    "memory: client {id}, who changed, is not found by what the book says"
                ));
            }
        }
        if known != count {
            problems.push(format!("memory: {known} clients instead of {count}"));
        }
        Ok(problems)
    }
}
