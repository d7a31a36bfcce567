//! A page of the server's log, proved: every batch in it is what its device signed. No database is needed for that,
//! so that a page can be proved while the one before is still being taken in.

use std::collections::{HashMap, HashSet};

use clientele_model::record::STEPS;
use clientele_model::{Body, DeviceId, Hlc, RowId, StepId};
use clientele_protocol::message::{Entry, Mark, Page, ScopeDigest};
use clientele_protocol::{Link, Proved, PublicKey};

use super::incoming::Stopped;
use crate::schema::SCHEMA;
use crate::workspace::ReadyRow;

/// By which the signatures of a company's devices are known.
pub type Keys = HashMap<DeviceId, PublicKey>;

/// A page.
#[derive(Debug)]
pub struct ProvedPage {
    pub(super) from: Mark,
    pub(super) to: Mark,
    pub(super) at_end: bool,
    pub(super) digests: Vec<ScopeDigest>,
    pub(super) entries: Vec<ProvedEntry>,
}

/// One entry of it.
#[derive(Debug)]
pub(super) struct ProvedEntry {
    pub entry: Entry,
    pub links: Vec<Proved>,
    /// What each link's change writes, read; `None` where that cannot be seen, or is gone.
    pub bodies: Vec<Option<Body>>,
    /// The rows that they add, as they are where nothing else is said of them.
    pub ready: Vec<Option<ReadyRow>>,
}

impl ProvedPage {
    /// Where the next page begins; `None` after the last.
    #[must_use]
    pub fn next(&self) -> Option<Mark> {
        (!self.at_end).then_some(self.to)
    }

    /// Every row that it speaks of.
    pub(super) fn rows(&self) -> impl Iterator<Item = RowId> {
        let links = self.entries.iter().flat_map(|entry| &entry.links);
        links
            .filter_map(|proved| proved.link.change())
            .map(|change| change.row)
    }
}

impl ProvedEntry {
    fn of(entry: Entry, keys: &Keys) -> Result<Self, Stopped> {
        let key = keys.get(&entry.batch.device).ok_or(Stopped::Stranger)?;
        let links = entry.batch.prove(key).map_err(|_| Stopped::Forged)?;
        let body = |proved: &Proved| proved.link.change().and_then(|change| change.payload.body());
        let bodies: Vec<Option<Body>> = links.iter().map(body).collect();
        let ready = |(proved, body): (&Proved, &Option<Body>)| {
            ReadyRow::of(&SCHEMA, proved.link.change()?, body.as_ref()?)
        };
        let ready = links.iter().zip(&bodies).map(ready).collect();
        Ok(Self {
            entry,
            links,
            bodies,
            ready,
        })
    }

    /// The place that the server gave to changes in the order of all, where it is not the device's own.
    pub fn assigned(&self) -> HashMap<u32, Hlc> {
        self.entry.assigned.iter().copied().collect()
    }

    /// The steps whose last change is among these.
    pub fn whole_steps(&self) -> HashSet<StepId> {
        let changes = self.links.iter().filter_map(|proved| proved.link.change());
        let ends =
            changes.filter(|change| change.entity == STEPS.name && change.row == RowId::from(change.step));
        ends.map(|change| change.step).collect()
    }

    /// Does the server show all of it?
    pub fn is_whole(&self) -> bool {
        self.links
            .iter()
            .all(|proved| matches!(proved.link, Link::Change(_)))
    }
}

/// Proves entries.
///
/// # Errors
/// [`Stopped::Stranger`], [`Stopped::Forged`].
pub(super) fn entries(entries: Vec<Entry>, keys: &Keys) -> Result<Vec<ProvedEntry>, Stopped> {
    entries
        .into_iter()
        .map(|entry| ProvedEntry::of(entry, keys))
        .collect()
}

/// Proves a page.
///
/// # Errors
/// [`Stopped::Stranger`], [`Stopped::Forged`].
pub fn prove(page: Page, keys: &Keys) -> Result<ProvedPage, Stopped> {
    Ok(ProvedPage {
        from: page.from,
        to: page.to,
        at_end: page.at_end,
        digests: page.digests,
        entries: entries(page.entries, keys)?,
    })
}
