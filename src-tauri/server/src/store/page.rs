//! A stretch of the log as one device sees it.

use clientele_model::{BranchId, DeviceId};
use clientele_protocol::message::{Entry, Mark, Page, ScopeDigest};
use clientele_protocol::{Chain, Digest, Link};

use super::branches::branch_ids;
use super::entry::{Scope, Share, Stored, entry_columns};
use super::streams::{ANSWER_BYTES_MAX, digests};
use super::{Cell, Job, Row, Tx};
use crate::Result;

/// Changes in a page at most; the first entry is always there.
pub const PAGE_CHANGES_MAX: u64 = 1000;

/// Entries that are looked at for one page at most: what others wrote is passed over, not for ever at once.
const LOOK_AT_MOST: i64 = 2048;

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The device.
    pub device: DeviceId,
    /// Its branch; `None` for head office, which sees all.
    pub branch: Option<BranchId>,
}

impl Viewer {
    /// May it see what is this scope's?
    #[must_use]
    pub fn sees(self, scope: Scope) -> bool {
        scope.is_none() || self.branch.is_none() || scope == self.branch
    }

    fn sees_some(self, author: DeviceId, shares: &[Share]) -> bool {
        author == self.device || self.branch.is_none() || shares.iter().any(|share| self.sees(share.scope))
    }

    /// An entry as this device sees it.
    ///
    /// # Errors
    /// [`crate::Error::Damaged`] where the batch does not open.
    pub fn view(self, stored: Stored) -> Result<Entry> {
        let is_own = stored.batch.device == self.device;
        if is_own || stored.shares.iter().all(|share| self.sees(share.scope)) {
            return Ok(stored.entry());
        }
        let mut entry = stored.entry();
        let batch = &entry.batch;
        let links = batch
            .open_own()
            .map_err(|_| crate::Error::damaged("a batch that does not open"))?;
        let numbered = (batch.first_seq..).zip(links);
        let links: Vec<Link> = numbered
            .map(|(seq, link)| match link.change() {
                Some(change) if !self.sees(change.scope) => Link::Hidden(link.leaf(batch.device, seq)),
                _ => link,
            })
            .collect();
        let is_shown = |at: u32| links.get(at as usize).is_some_and(|link| link.change().is_some());
        entry.assigned.retain(|(at, _)| is_shown(*at));
        entry.batch = batch.with_links(&links);
        Ok(entry)
    }
}

/// Where the log ends.
pub(super) async fn head<T: Tx>(tx: &mut T, lock: &str) -> Result<Mark> {
    let row = tx
        .one(&format!("select n, chain from heads where one = 1{lock}"), &[])
        .await?;
    let row = row.ok_or_else(|| crate::Error::damaged("the log has no head"))?;
    Ok(Mark {
        n: row.count(0)?,
        chain: row.chain(1)?,
    })
}

/// The chain of the log after some entry, where there is one.
pub(super) async fn chain_after<T: Tx>(tx: &mut T, n: u64) -> Result<Option<Chain>> {
    if n == 0 {
        return Ok(Some(Chain::log()));
    }
    let row = tx.one("select chain from log where n = $1", &[n.into()]).await?;
    row.map(|row| row.chain(0)).transpose()
}

/// Some entries, by number.
pub(super) async fn entries<T: Tx>(tx: &mut T, numbers: &[Vec<Cell>]) -> Result<Vec<Stored>> {
    let rows = tx
        .query_many(
            concat!("select ", entry_columns!(), " from log where n = $1"),
            numbers,
        )
        .await?;
    rows.iter().flatten().map(Stored::read).collect()
}

/// What stands in the log after a mark.
pub struct ReadPage {
    /// For whom.
    pub viewer: Viewer,
    /// After which mark.
    pub from: Mark,
}

/// A page, its entries not yet made ready for the reader.
#[derive(Clone, Debug)]
pub struct RawPage {
    /// Up to this mark.
    pub to: Mark,
    /// Does the log end there?
    pub at_end: bool,
    /// What the reader may see some of.
    pub entries: Vec<Stored>,
    /// At the end.
    pub digests: Vec<ScopeDigest>,
}

impl RawPage {
    /// As the reader sees it.
    ///
    /// # Errors
    /// [`crate::Error::Damaged`].
    pub fn view(self, viewer: Viewer, from: Mark) -> Result<Page> {
        let entries = self.entries.into_iter().map(|stored| viewer.view(stored));
        Ok(Page {
            from,
            to: self.to,
            at_end: self.at_end,
            entries: entries.collect::<Result<_>>()?,
            digests: self.digests,
        })
    }
}

impl Job for ReadPage {
    type Out = Option<RawPage>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Option<RawPage>> {
        let head = head(tx, "").await?;
        if self.from.n > head.n || chain_after(tx, self.from.n).await? != Some(self.from.chain) {
            return Ok(None);
        }
        let rows = tx
            .query(
                "select n, device, first_seq, last_seq, chain, shares, octet_length(packed) from log
                 where n > $1 order by n limit $2",
                &[self.from.n.into(), LOOK_AT_MOST.into()],
            )
            .await?;
        let (to, wanted) = self.choose(&rows)?;
        let at_end = to.n == head.n;
        Ok(Some(RawPage {
            to,
            at_end,
            entries: entries(tx, &wanted).await?,
            digests: if at_end {
                visible_digests(tx, self.viewer).await?
            } else {
                Vec::new()
            },
        }))
    }
}

impl ReadPage {
    /// How far the page goes, and the entries on it that the reader may see some of.
    fn choose(&self, rows: &[Row]) -> Result<(Mark, Vec<Vec<Cell>>)> {
        let mut to = self.from;
        let mut wanted = Vec::new();
        let (mut changes, mut bytes) = (0, 0);
        for row in rows {
            let mark = Mark {
                n: row.count(0)?,
                chain: row.chain(4)?,
            };
            if self
                .viewer
                .sees_some(row.of(1, DeviceId::from_slice)?, &row.list::<Share>(5)?)
            {
                changes += row.count(3)? + 1 - row.count(2)?;
                bytes += row.count(6)?;
                let is_full = changes > PAGE_CHANGES_MAX || bytes > ANSWER_BYTES_MAX as u64;
                if is_full && !wanted.is_empty() {
                    break;
                }
                wanted.push(vec![mark.n.into()]);
            }
            to = mark;
        }
        Ok((to, wanted))
    }
}

/// The digests of all that a reader may see; a scope in which nothing stands has that of nothing.
async fn visible_digests<T: Tx>(tx: &mut T, viewer: Viewer) -> Result<Vec<ScopeDigest>> {
    let mut scopes = vec![None];
    scopes.extend(branch_ids(tx).await?.into_iter().map(Some));
    scopes.extend(viewer.branch.map(Some));
    let known = digests(tx).await?;
    scopes.extend(known.iter().map(|(scope, _)| *scope));
    scopes.sort_unstable();
    scopes.dedup();
    let visible = scopes.into_iter().filter(|scope| viewer.sees(*scope));
    let digest = |scope| ScopeDigest {
        scope,
        digest: known
            .iter()
            .find(|(known, _)| *known == scope)
            .map_or(Digest::default(), |(_, digest)| *digest),
    };
    Ok(visible.map(digest).collect())
}
