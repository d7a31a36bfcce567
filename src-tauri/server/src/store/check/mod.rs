//! Is the database what it says? The whole log is proved again, and the plain tables are held against it.

mod plain;

use std::collections::{BTreeMap, HashMap};

use clientele_model::record::is_head_offices;
use clientele_model::{Body, BranchId, ChangeKind, DeviceId, Hlc, RowId};
use clientele_protocol::message::Mark;
use clientele_protocol::{Digest, Head, Link};

use super::devices::{DeviceRow, devices};
use super::entry::{RowMarks, Scope, Share, Stored, entry_columns, log_leaf};
use super::project::row::Version;
use super::streams::{digests, heads, streams};
use super::{Job, Tx};
use crate::Result;

/// Complaints that are told at most.
const TOLD_MAX: usize = 100;

/// Entries that are read at once.
const READ_AT_ONCE: i64 = 50;

/// Checks a company's database. It only reads; nobody has to wait.
pub struct Check;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Entries of the log.
    pub entries: u64,
    /// Changes in them.
    pub changes: u64,
    /// Rows of the plain tables.
    pub rows: u64,
    /// What is wrong.
    pub complaints: Vec<String>,
}

impl Checked {
    fn complain(&mut self, what: String) {
        if self.complaints.len() < TOLD_MAX {
            self.complaints.push(what);
        }
    }

    pub(super) fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.complain(what());
        }
    }
}

/// A change as the log tells it.
struct Told {
    version: Version,
    kind: ChangeKind,
    scope: Scope,
    body: Option<Body>,
    n: u64,
}

/// What the log adds up to.
#[derive(Default)]
struct Sum {
    mark: Option<Mark>,
    streams: HashMap<DeviceId, (Head, Hlc)>,
    digests: HashMap<Scope, Digest>,
    rows: BTreeMap<(String, RowId), Vec<Told>>,
}

impl Job for Check {
    type Out = Checked;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Checked> {
        let mut checked = Checked::default();
        let mut sum = Sum::default();
        let known: HashMap<DeviceId, DeviceRow> = devices(tx)
            .await?
            .into_iter()
            .map(|device| (device.device.id, device))
            .collect();
        let mut after = 0_u64;
        loop {
            let rows = tx
                .query(
                    concat!(
                        "select ",
                        entry_columns!(),
                        " from log where n > $1 order by n limit $2"
                    ),
                    &[after.into(), READ_AT_ONCE.into()],
                )
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let stored = Stored::read(row)?;
                after = stored.n;
                sum.add(stored, &known, &mut checked);
            }
        }
        ends(tx, &sum, &mut checked).await?;
        plain::check(tx, sum.rows, &mut checked).await?;
        super::contents::check(tx, &mut checked).await?;
        Ok(checked)
    }
}

impl Sum {
    fn add(&mut self, stored: Stored, known: &HashMap<DeviceId, DeviceRow>, checked: &mut Checked) {
        let n = stored.n;
        let batch = &stored.batch;
        let mark = self.mark.unwrap_or(Mark::start());
        checked.entries += 1;
        checked.changes += batch.count();
        checked.must(n == mark.n + 1, || format!("entry {n} follows entry {}", mark.n));
        let chain = mark.chain.then(log_leaf(batch));
        checked.must(chain == stored.chain, || {
            format!("the chain of the log breaks at entry {n}")
        });
        self.mark = Some(stored.mark());
        let device = batch.device;
        let (head, mut clock) = self
            .streams
            .get(&device)
            .copied()
            .unwrap_or((Head::start(device), Hlc(0)));
        checked.must(batch.from() == head, || {
            format!("entry {n} does not go on where the stream of device {device} ended")
        });
        let Some(author) = known.get(&device) else {
            return checked.complain(format!("entry {n} is of device {device}, which nobody knows"));
        };
        let links = match batch.open(&author.device.key) {
            Ok(links) => links,
            Err(error) => return checked.complain(format!("the batch of entry {n}: {error}")),
        };
        let assigned: HashMap<u32, Hlc> = stored.assigned.iter().copied().collect();
        let mut shares: Vec<Share> = Vec::new();
        let mut hidden = Vec::new();
        let rows = links
            .iter()
            .filter_map(|link| link.change().map(|change| change.row));
        let marks = RowMarks::of(rows);
        for (at, link) in (0_u32..).zip(links) {
            let seq = batch.first_seq + u64::from(at);
            let leaf = link.leaf(device, seq);
            let Link::Change(change) = link else {
                hidden.push(at);
                continue;
            };
            let eff = assigned.get(&at).copied().unwrap_or(change.hlc);
            let gives_way = is_head_offices(&change.entity) && eff == Hlc::GIVES_WAY;
            checked.must(gives_way || eff >= clock, || {
                format!("the clock goes back at entry {n}, place {at}")
            });
            clock = clock.max(eff);
            let body = change.payload.body();
            match shares.iter_mut().find(|share| share.scope == change.scope) {
                Some(share) => share.digest.add(leaf, eff),
                None => {
                    let mut digest = Digest::default();
                    digest.add(leaf, eff);
                    let scope = change.scope;
                    shares.push(Share { scope, digest });
                }
            }
            self.rows
                .entry((change.entity, change.row))
                .or_default()
                .push(Told {
                    version: Version { eff, device, seq },
                    kind: change.kind,
                    scope: change.scope,
                    body,
                    n,
                });
        }
        let refused: Vec<u32> = stored.refused.iter().map(|(at, _)| *at).collect();
        checked.must(refused == hidden, || {
            format!("what entry {n} hides is not what was refused")
        });
        checked.must(shares == stored.shares, || {
            format!("the digest of entry {n} is another")
        });
        checked.must(marks == stored.row_marks, || {
            format!("rows of entry {n} could not be found again")
        });
        for share in shares {
            let digest = self.digests.entry(share.scope).or_default();
            *digest = digest.plus(share.digest);
        }
        self.streams.insert(device, (batch.head(), clock));
    }
}

/// Do the ends that the database keeps agree with the log?
async fn ends<T: Tx>(tx: &mut T, sum: &Sum, checked: &mut Checked) -> Result<()> {
    let head = super::page::head(tx, "").await?;
    checked.must(head == sum.mark.unwrap_or(Mark::start()), || {
        "the head of the log is not where the log ends".to_owned()
    });
    let kept = heads(tx).await?;
    checked.must(kept.len() == sum.streams.len(), || {
        format!(
            "{} streams are kept, and the log has {}",
            kept.len(),
            sum.streams.len()
        )
    });
    for (device, ..) in kept {
        let stream = streams(tx, &[device]).await?.remove(&device);
        let kept = stream.map(|stream| (stream.head, stream.clock));
        checked.must(kept == sum.streams.get(&device).copied(), || {
            format!("the stream of device {device} does not end where the log says")
        });
    }
    let kept: HashMap<Scope, Digest> = digests(tx).await?.into_iter().collect();
    let named = |scope: Option<BranchId>| scope.map_or("the company".to_owned(), |b| b.to_string());
    for (scope, digest) in &sum.digests {
        checked.must(kept.get(scope) == Some(digest), || {
            format!("the digest of {} is not that of its changes", named(*scope))
        });
    }
    checked.must(kept.len() == sum.digests.len(), || {
        "a digest is kept of a scope in which nothing stands".to_owned()
    });
    Ok(())
}
