//! The projector: it follows the log and keeps, beside it, each record as it stands now, for head office's own
//! questions in SQL.
//!
//! A device's step becomes visible as a whole: what stands after the last end of a step waits for the rest.

pub mod kept;
pub mod row;
pub mod rows;
pub mod tables;
mod trash;
pub mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use clientele_model::record::{CLIENTS, STEPS};
use clientele_model::{BranchId, ChangeKind, DeviceId, Hlc, RowId, StepId};
use clientele_protocol::{Link, Sealed};

use self::kept::Shorts;
use self::row::Version;
use self::rows::Rows;
use self::words::Places;
use super::devices::devices_of;
use super::entry::Stored;
use super::erased::{Suppressed, suppressed_mark};
use super::streams::stored;
use super::{Cell, Job, Tx};
use crate::Result;

/// Entries that are looked at in one transaction at most.
const ENTRIES_MAX: i64 = 64;

/// Changes in them at most, as soon as there is one entry.
const CHANGES_MAX: u64 = 4000;

/// Brings the plain tables one stretch of the log further.
pub struct Project;

/// How far that went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Projected {
    /// Changes that were taken in.
    pub changes: usize,
    /// Is there nothing more?
    pub at_end: bool,
}

/// A change and its place.
pub struct Placed {
    /// The place.
    pub version: Version,
    /// The change.
    pub change: Sealed,
}

impl Job for Project {
    type Out = Projected;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Projected> {
        let from = place(tx).await?;
        let rows = tx
            .query(
                "select n, device, first_seq, last_seq from log where n > $1 order by n limit $2",
                &[from.into(), ENTRIES_MAX.into()],
            )
            .await?;
        let mut to = from;
        let mut changes = 0;
        let mut ends: BTreeMap<DeviceId, u64> = BTreeMap::new();
        for row in &rows {
            let (n, last) = (row.count(0)?, row.count(3)?);
            changes += last + 1 - row.count(2)?;
            if changes > CHANGES_MAX && to > from {
                break;
            }
            to = n;
            ends.insert(row.of(1, DeviceId::from_slice)?, last);
        }
        if to == from {
            return Ok(Projected {
                changes: 0,
                at_end: true,
            });
        }
        let mut placed = Vec::new();
        let mut steps_end = Vec::new();
        for (device, end) in ends {
            let after = projected_seq(tx, device).await?;
            let entries = stored(tx, device, after + 1, end).await?;
            let whole = whole_steps(device, after, entries)?;
            if let Some((end, changes)) = whole {
                steps_end.push(vec![device.into(), end.into()]);
                placed.extend(changes);
            }
        }
        let changes = placed.len();
        take_in(tx, placed, to).await?;
        tx.execute_many(
            "insert into projected (device, seq) values ($1, $2)
             on conflict ({company}device) do update set seq = excluded.seq",
            &steps_end,
        )
        .await?;
        tx.execute("update projection set n = $1", &[to.into()]).await?;
        Ok(Projected {
            changes,
            at_end: false,
        })
    }
}

/// How far the plain tables are; nobody else moves them until the commit.
async fn place<T: Tx>(tx: &mut T) -> Result<u64> {
    let place = tx
        .one("select n from projection where one = 1{lock}", &[])
        .await?;
    if let Some(place) = place {
        return place.count(0);
    }
    tx.execute(
        "insert into projection (one, n) values (1, 0) on conflict do nothing",
        &[],
    )
    .await?;
    let place = tx
        .one("select n from projection where one = 1{lock}", &[])
        .await?;
    place.map_or(Ok(0), |place| place.count(0))
}

/// How far the plain tables are, for who only wants to know.
pub(super) async fn projected_n<T: Tx>(tx: &mut T) -> Result<u64> {
    let place = tx.one("select n from projection where one = 1", &[]).await?;
    place.map_or(Ok(0), |place| place.count(0))
}

async fn projected_seq<T: Tx>(tx: &mut T, device: DeviceId) -> Result<u64> {
    let row = tx
        .one("select seq from projected where device = $1", &[device.into()])
        .await?;
    row.map_or(Ok(0), |row| row.count(0))
}

/// How far the plain tables have every stream.
pub(super) async fn projected_all<T: Tx>(tx: &mut T) -> Result<Vec<(DeviceId, u64)>> {
    let rows = tx.query("select device, seq from projected", &[]).await?;
    let one = |row: &super::Row| Ok((row.of(0, DeviceId::from_slice)?, row.count(1)?));
    rows.iter().map(one).collect()
}

/// The changes after a number up to the last end of a step, and the number there. A step ends with its own
/// row, or where another begins.
fn whole_steps(device: DeviceId, after: u64, entries: Vec<Stored>) -> Result<Option<(u64, Vec<Placed>)>> {
    let mut changes = Vec::new();
    let mut whole = None;
    let mut step: Option<StepId> = None;
    for entry in entries {
        let links = entry
            .batch
            .open_own()
            .map_err(|_| crate::Error::damaged("a batch that does not open"))?;
        let assigned: HashMap<u32, Hlc> = entry.assigned.into_iter().collect();
        for (at, link) in (0_u32..).zip(links) {
            let seq = entry.batch.first_seq + u64::from(at);
            let Link::Change(change) = link else { continue };
            if seq <= after {
                continue;
            }
            if step.is_some_and(|step| step != change.step) {
                whole = Some((seq - 1, changes.len()));
            }
            step = Some(change.step);
            let ends = change.entity == STEPS.name && change.kind == ChangeKind::Add;
            let eff = assigned.get(&at).copied().unwrap_or(change.hlc);
            let version = Version { eff, device, seq };
            changes.push(Placed { version, change });
            if ends {
                whole = Some((seq, changes.len()));
                step = None;
            }
        }
    }
    Ok(whole.map(|(seq, count)| {
        changes.truncate(count);
        (seq, changes)
    }))
}

/// Takes changes in, in whatever order.
async fn take_in<T: Tx>(tx: &mut T, placed: Vec<Placed>, n: u64) -> Result<()> {
    if placed.is_empty() {
        return Ok(());
    }
    let secret = super::control::secret(tx).await?;
    let all: HashSet<RowId> = placed.iter().map(|placed| placed.change.row).collect();
    let suppressed = Suppressed::of(tx, &secret, all).await?;
    let pairs = tx.query("select device, short from streams", &[]).await?;
    let pairs = pairs
        .iter()
        .map(|row| Ok((row.of(0, DeviceId::from_slice)?, row.count(1)?)));
    let places = Places::load(tx).await?;
    let mut shorts = Shorts::new(pairs.collect::<Result<Vec<_>>>()?, places);

    let mut rows = Rows::default();
    let (erasing, living): (Vec<&Placed>, Vec<&Placed>) = placed
        .iter()
        .partition(|placed| placed.change.kind == ChangeKind::Erase);
    let erased_by = |placed: &&Placed| {
        let mark = suppressed_mark(&secret, placed.change.row);
        suppressed.covering(mark, placed.change.scope)
    };
    let (late, living): (Vec<&Placed>, Vec<&Placed>) =
        living.into_iter().partition(|placed| erased_by(placed).is_some());
    // It came to stand on an erased client's card.
    for placed in late {
        let by = erased_by(&placed).flatten();
        rows::delete(tx, &shorts.places, placed.change.row, by).await?;
    }
    rows.load(tx, &shorts, living.iter().map(|placed| &placed.change))
        .await?;
    for placed in living {
        rows.apply(placed);
    }
    rows.save(tx, &mut shorts).await?;
    let erased = erase(tx, &secret, &shorts.places, &erasing, n).await?;
    trash::settle(tx, &shorts, &rows, &erased).await
}

/// Takes erased rows away, and what stands on an erased client's card. Whose cards that was is told.
async fn erase<T: Tx>(
    tx: &mut T,
    secret: &[u8; 32],
    places: &Places,
    erasing: &[&Placed],
    n: u64,
) -> Result<BTreeSet<RowId>> {
    let mut cards = BTreeSet::new();
    if erasing.is_empty() {
        return Ok(cards);
    }
    let authors: HashSet<DeviceId> = erasing.iter().map(|placed| placed.version.device).collect();
    let authors = devices_of(tx, &authors.into_iter().collect::<Vec<_>>()).await?;
    let (mut suppress, mut scrub) = (Vec::new(), Vec::new());
    for placed in erasing {
        let author = authors.get(&placed.version.device);
        let branch = author.and_then(|author| author.device.branch);
        let row = placed.change.row;
        rows::delete(tx, places, row, branch).await?;
        if placed.change.entity != CLIENTS.name {
            continue;
        }
        cards.insert(row);
        for other in rows::delete_card(tx, places, row, branch).await? {
            let mark = suppressed_mark(secret, other);
            suppress.push(vec![mark.as_slice().into(), branch.into()]);
            scrub.push(scrub_row(other, branch, n));
        }
    }
    super::erased::save(tx, &suppress, &scrub, &[]).await?;
    Ok(cards)
}

fn scrub_row(row: RowId, branch: Option<BranchId>, n: u64) -> Vec<Cell> {
    vec![row.into(), 0_i64.into(), branch.into(), n.into()]
}
