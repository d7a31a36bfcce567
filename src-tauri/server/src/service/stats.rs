//! What the server has done since it started, in numbers: never who, never what.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters.
#[derive(Debug, Default)]
pub struct Stats {
    /// Pushes that were answered.
    pub pushes: Counter,
    /// Batches that went into the log.
    pub batches: Counter,
    /// Changes that went into the log.
    pub changes: Counter,
    /// Bytes of packed batches that went into the log.
    pub bytes: Counter,
    /// Changes that were refused.
    pub refused: Counter,
    /// Pushes of devices that were shut out.
    pub quarantined: Counter,
    /// Pushes that wait because quarantine is full.
    pub quarantine_full: Counter,
    /// Pushes that found other changes under their numbers.
    pub forks: Counter,
    /// Pages that were handed out.
    pub pulls: Counter,
    /// Entries on them.
    pub entries: Counter,
    /// Transactions in which pushes went into the log.
    pub appends: Counter,
    /// Messages that were believed.
    pub calls: Counter,
    /// Messages that were not.
    pub disbelieved: Counter,
    /// Devices that were paired.
    pub paired: Counter,
    /// Changes that went into the plain tables.
    pub projected: Counter,
    /// Bodies that were taken out of the log.
    pub erased: Counter,
}

/// A number that grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Grows.
    pub fn add(&self, by: u64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    /// How much it is.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
