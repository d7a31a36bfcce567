//! The search index in memory: all clients as they stood at one moment, and those who changed since.
//!
//! It belongs to the open book. Until somebody has it loaded, and while too much has changed at once, it knows
//! nothing and says so: then whoever searches goes through the documents in the book. Every transaction tells it
//! what it changed after it was committed, before the next can be: so what was rolled back never comes here, and
//! what a reader sees is all of a transaction or nothing of it. Who is erased is overwritten at once; all the rest
//! that could tell of them goes when the index is next made anew, which is at once too.

mod alphabet;
mod ask;
mod base;
mod build;
mod changes;
mod grams;
mod index;
mod lists;
mod several;
#[cfg(test)]
mod tests;
mod texts;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use clientele_model::{BranchId, ClientId};

use super::query::Query;
pub(crate) use build::Rows;
pub(crate) use changes::{Changes, Entry, Found, Standing};
pub(crate) use index::Index;

/// Where more clients than this change in one transaction, the index is made anew rather than told of each.
pub(super) const TOLD_MAX: usize = 2_000;

/// So many clients who changed are gone through for each question; then they are taken into the index.
const CHANGED_SOON: usize = 500;

/// More would make every question slow: then the documents in the book are gone through.
const CHANGED_MAX: usize = 20_000;

/// The index is made anew for some who changed only after it has rested for so many times as long as that takes.
const RESTS: u32 = 4;

/// As [`RESTS`], where there is none, since much is being changed.
const RESTS_WITHOUT: u32 = 1;

/// There is more than numbers of 32 bits can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the book is too large for an index in memory")]
pub(crate) struct TooLarge;

impl From<std::num::TryFromIntError> for TooLarge {
    fn from(_: std::num::TryFromIntError) -> Self {
        Self
    }
}

/// Why no index was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unmade {
    /// It cannot be.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// Nobody wants it any more.
    #[error("nobody wants it any more")]
    Unwanted,
}

#[derive(Default)]
struct State {
    index: Option<Index>,
    /// What has changed since somebody began to make the index anew; `None` where nobody does.
    meanwhile: Option<Changes>,
}

/// When the index was last made, or tried to, and how long it took.
#[derive(Clone, Copy, Debug)]
struct Made {
    at: Instant,
    took: Duration,
}

/// The index of one open book.
#[derive(Default)]
pub struct Memory {
    state: RwLock<State>,
    /// Is it to be kept? Whoever is asked once goes through the documents, and saves the memory.
    is_kept: Mutex<bool>,
    made: Mutex<Option<Made>>,
    /// Held by who makes it.
    making: Mutex<()>,
    rung: Mutex<bool>,
    bell: Condvar,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Memory {
    fn look(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, State> {
        // Whoever panicked in the middle of a change left something that is not to be trusted.
        self.state.write().unwrap_or_else(|poisoned| {
            let mut state = poisoned.into_inner();
            *state = State::default();
            self.state.clear_poison();
            state
        })
    }

    /// Is it loaded?
    pub fn is_ready(&self) -> bool {
        self.look().index.is_some()
    }

    /// Does a transaction have to tell what it changed?
    pub(crate) fn listens(&self) -> bool {
        let state = self.look();
        state.index.is_some() || state.meanwhile.is_some()
    }

    /// A transaction was committed, in which this changed. To be called before the next one can be.
    pub(crate) fn follow(&self, changes: Changes) {
        let mut state = self.change();
        let State { index, meanwhile } = &mut *state;
        let is_soon = match changes {
            Changes::Many => {
                *index = None;
                *meanwhile = meanwhile.is_some().then_some(Changes::Many);
                true
            }
            Changes::Each(changes) => {
                let erases = changes.iter().any(|(_, now)| matches!(now, Standing::Gone));
                match meanwhile {
                    Some(Changes::Each(known)) if known.len() + changes.len() <= CHANGED_MAX => {
                        known.extend(changes.iter().map(|(id, now)| (*id, now.again())));
                    }
                    Some(_) => *meanwhile = Some(Changes::Many),
                    None => {}
                }
                if let Some(known) = index {
                    known.follow(changes);
                    if known.changed.len() > CHANGED_MAX {
                        *index = None;
                    }
                }
                erases
                    || index
                        .as_ref()
                        .is_none_or(|index| index.changed.len() > CHANGED_SOON)
            }
        };
        drop(state);
        if is_soon {
            self.ring();
        }
    }

    /// Who answers, the likeliest first but for those who changed lately, who come last; `None` while it is not
    /// loaded.
    pub(crate) fn ask(&self, query: &Query, branch: Option<BranchId>, limit: usize) -> Option<Vec<Found>> {
        let state = self.look();
        Some(state.index.as_ref()?.ask(query, branch, limit))
    }

    /// Is there something to be done in the background? Told apart: what cannot wait, and what can.
    pub(crate) fn is_due(&self) -> bool {
        if !*lock(&self.is_kept) {
            return false;
        }
        let made = *lock(&self.made);
        let rested = |times: u32| made.is_none_or(|made| made.at.elapsed() >= made.took * times);
        let state = self.look();
        let Some(index) = &state.index else {
            return rested(RESTS_WITHOUT);
        };
        let erased = index.base.by_id.len() != index.base.ids.len();
        erased || (index.changed.len() > CHANGED_SOON && rested(RESTS))
    }

    /// Makes it anew of what `read` reads, which must be what is committed when `read` is called or later. Returns
    /// whether it was made; not, where somebody else is making it, or too much has changed meanwhile.
    ///
    /// # Errors
    /// Those of `read`.
    pub(crate) fn make<E>(
        &self,
        read: impl FnOnce() -> Result<Rows, E>,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<bool, E> {
        let Ok(_making) = self.making.try_lock() else {
            return Ok(false);
        };
        let begun = Instant::now();
        self.change().meanwhile = Some(Changes::Each(Vec::new()));
        let made = read().map(|rows| build::base(&rows, is_wanted));
        *lock(&self.made) = Some(Made {
            at: Instant::now(),
            took: begun.elapsed(),
        });
        let mut state = self.change();
        let meanwhile = state.meanwhile.take();
        let (base, changes) = match (made, meanwhile) {
            (Err(error), _) => return Err(error),
            (Ok(Ok(base)), Some(Changes::Each(changes))) => (base, changes),
            _ => return Ok(false),
        };
        let mut index = Index::of(base);
        index.follow(changes);
        let old = state.index.replace(index);
        drop(state);
        // Not while others wait.
        drop(old);
        Ok(true)
    }

    /// From now on it is kept: whoever waits for work is told.
    pub fn keep(&self) {
        *lock(&self.is_kept) = true;
        self.ring();
    }

    /// Lets go of all that it knows.
    pub fn forget(&self) {
        let old = self.change().index.take();
        drop(old);
    }

    /// Wakes whoever waits.
    pub fn ring(&self) {
        *lock(&self.rung) = true;
        self.bell.notify_all();
    }

    /// Waits until there may be something to do, or for so long.
    pub fn wait(&self, at_most: Duration) {
        let rung = lock(&self.rung);
        let waited = self.bell.wait_timeout_while(rung, at_most, |rung| !*rung);
        let (mut rung, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }

    /// Bytes that it takes; 0 while it is not loaded.
    pub fn size(&self) -> usize {
        self.look().index.as_ref().map_or(0, Index::size)
    }

    /// Where it does not say what the book says; `stands` tells the document of a client outside the trash, and
    /// `count` how many there are.
    pub(crate) fn problems<E>(
        &self,
        count: usize,
        stands: impl Fn(ClientId) -> Result<Option<String>, E>,
    ) -> Result<Vec<String>, E> {
        let state = self.look();
        let Some(index) = &state.index else {
            return Ok(Vec::new());
        };
        index.problems(count, stands)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
