//! What comes in: pages of the server's log, proved, put into the book, and compared at the end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use clientele_model::record::{STEPS, is_head_offices};
use clientele_model::{BranchId, ChangeKind, DeviceId, ErrorCode, Hlc, Refusal, RowId, Stamp, StepId, Value};
use clientele_protocol::message::{Entry, Mark, Page, ScopeDigest, Why};
use clientele_protocol::{Digest, Link};
use rusqlite::Connection;

use super::store;
use super::{AGREES, cursor};
use crate::Result;
use crate::workspace::store::{log, set_local};
use crate::workspace::{Arrivals, Arriving, Invalidation, Topic, Workspace};

/// What a page did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Changes of others that are in it.
    pub changes: u64,
    /// Changes of this device that head office did not take.
    pub refused: u64,
    /// Were some erased? Then the file wants settling.
    pub erased: bool,
    /// At the end of the log: do both sides hold the same?
    pub agrees: Option<bool>,
    /// What the window must read again.
    pub invalidates: Vec<Invalidation>,
}

/// What keeps a page from being taken in.
#[derive(Debug)]
pub enum Stopped {
    /// It does not begin where this book is: it came late, or twice. Nothing happened.
    Elsewhere,
    /// A batch is of a device that head office has not told of yet: ask again.
    Stranger,
    /// Under this device's name there is something else than what this book holds: it was copied.
    Copied,
    /// It is not what the device wrote whose name it bears.
    Forged,
    /// The book says no.
    Failed(crate::Error),
}

impl From<crate::Error> for Stopped {
    fn from(error: crate::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Stopped> for crate::Error {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Failed(error) => error,
            other => Refusal::new(ErrorCode::HeadOfficeFailed)
                .with("detail", format!("{other:?}"))
                .into(),
        }
    }
}

/// An entry with its links, proved.
struct Proved<'a> {
    entry: &'a Entry,
    links: Vec<Link>,
}

fn proved<'a>(conn: &Connection, entries: &'a [Entry]) -> Result<Vec<Proved<'a>>, Stopped> {
    let mut keys = HashMap::new();
    let mut proved = Vec::with_capacity(entries.len());
    for entry in entries {
        let device = entry.batch.device;
        let key = match keys.get(&device) {
            Some(key) => *key,
            None => {
                let key = store::key_of(conn, device)?.ok_or(Stopped::Stranger)?;
                keys.insert(device, key);
                key
            }
        };
        let links = entry.batch.open(&key).map_err(|_| Stopped::Forged)?;
        proved.push(Proved { entry, links });
    }
    Ok(proved)
}

/// Takes in a page.
///
/// # Errors
/// [`Stopped`]; then nothing of it was taken in.
pub fn page(workspace: &Workspace, page: &Page) -> Result<TakenIn, Stopped> {
    let own = workspace.device().0;
    let proved = workspace.read(|conn| Ok(proved(conn, &page.entries)))??;
    if workspace.read(|conn| differs(conn, own, &proved))? {
        return Err(Stopped::Copied);
    }
    let (taken, invalidates) = workspace.take_in(|arrivals| {
        let conn = arrivals.conn();
        if cursor(conn)? != page.from {
            return Ok(None);
        }
        arrivals.expect(&rows_of(&proved))?;
        let mut taken = TakenIn::default();
        let mut sums: BTreeMap<Option<BranchId>, Digest> = store::digests(conn)?;
        for proved in &proved {
            let added = entry(arrivals, own, proved, &mut taken)?;
            for (scope, digest) in &added {
                let sum = sums.entry(*scope).or_default();
                *sum = sum.plus(*digest);
            }
            store::put_batch(
                conn,
                proved.entry,
                &added,
                proved.links.iter().all(|link| link.change().is_some()),
            )?;
        }
        store::put_digests(conn, &sums)?;
        store::put_mark(conn, page.to)?;
        if page.at_end {
            let agrees = same(&sums, &page.digests);
            set_local(conn, AGREES, &Value::Int(agrees.into()))?;
            taken.agrees = Some(agrees);
            arrivals.topic(Topic::HeadOffice);
        }
        Ok(Some(taken))
    })?;
    let taken = taken.ok_or(Stopped::Elsewhere)?;
    Ok(TakenIn { invalidates, ..taken })
}

/// Every row that these speak of.
fn rows_of(proved: &[Proved<'_>]) -> BTreeSet<RowId> {
    let links = proved.iter().flat_map(|proved| &proved.links);
    links.filter_map(Link::change).map(|change| change.row).collect()
}

fn same(sums: &BTreeMap<Option<BranchId>, Digest>, told: &[ScopeDigest]) -> bool {
    let told: BTreeMap<_, _> = told
        .iter()
        .map(|told| (told.scope, told.digest))
        .filter(|(_, digest)| *digest != Digest::default())
        .collect();
    let sums: BTreeMap<_, _> = sums
        .iter()
        .map(|(scope, digest)| (*scope, *digest))
        .filter(|(_, digest)| *digest != Digest::default())
        .collect();
    told == sums
}

/// Takes in one entry; returns what it adds to the digest of each scope.
fn entry(
    arrivals: &mut Arrivals<'_>,
    own: DeviceId,
    proved: &Proved<'_>,
    taken: &mut TakenIn,
) -> Result<BTreeMap<Option<BranchId>, Digest>> {
    let Proved { entry, links } = proved;
    let device = entry.batch.device;
    let assigned: HashMap<u32, Hlc> = entry.assigned.iter().copied().collect();
    let whole = whole_steps(links);
    let mut added: BTreeMap<Option<BranchId>, Digest> = BTreeMap::new();
    let mut arriving = Vec::with_capacity(links.len());
    for ((place, seq), link) in (0u32..).zip(entry.batch.first_seq..).zip(links) {
        let Some(change) = link.change() else { continue };
        let eff_hlc = assigned.get(&place).copied().unwrap_or(change.hlc);
        // This device's own steps are whole: the gate wrote them so.
        let is_whole = device == own || whole.contains(&change.step);
        arriving.push(Arriving {
            seq,
            change,
            eff_hlc,
            is_whole,
        });
        added
            .entry(change.scope)
            .or_default()
            .add(link.leaf(device, seq), eff_hlc);
        taken.changes += u64::from(device != own);
        taken.erased |= change.kind == ChangeKind::Erase;
    }
    arrivals.changes(device, &arriving)?;
    if device == own {
        for (place, why) in &entry.refused {
            let seq = entry.batch.first_seq + u64::from(*place);
            if arrivals.refused(seq)? {
                let at = store::now_of(arrivals.conn())?;
                store::put_refusal(arrivals.conn(), device, seq, word(*why), at)?;
                if is_of_a_new_book(arrivals.conn(), device, seq)? {
                    store::see_refusal(arrivals.conn(), device, seq)?;
                } else {
                    taken.refused += 1;
                }
            }
        }
    }
    Ok(added)
}

/// Is it what a book says of itself when it is made? A branch's gives way to head office's: that was to be
/// expected, and is nobody's news.
fn is_of_a_new_book(conn: &Connection, device: DeviceId, seq: u64) -> Result<bool> {
    let change = log::of_stamp(conn, Stamp { device, seq })?;
    Ok(change.is_some_and(|change| is_head_offices(&change.entity) && change.kind == ChangeKind::Add))
}

/// The steps whose last change is among these.
fn whole_steps(links: &[Link]) -> HashSet<StepId> {
    let changes = links.iter().filter_map(Link::change);
    let ends = changes.filter(|change| change.entity == STEPS.name && change.row == RowId::from(change.step));
    ends.map(|change| change.step).collect()
}

fn word(why: Why) -> &'static str {
    match why {
        Why::TooLarge => "too_large",
        Why::NotYours => "not_yours",
        Why::Unreadable => "unreadable",
    }
}

/// Why a change was refused, as the window can say it.
#[must_use]
pub fn refusal(word: &str) -> ErrorCode {
    match word {
        "too_large" => ErrorCode::ChangeTooLarge,
        "not_yours" => ErrorCode::ChangeNotYours,
        _ => ErrorCode::ChangeUnreadable,
    }
}

/// Is something else written under this device's own numbers than what this book holds?
fn differs(conn: &Connection, own: DeviceId, proved: &[Proved<'_>]) -> Result<bool> {
    for proved in proved.iter().filter(|proved| proved.entry.batch.device == own) {
        if first_difference(conn, own, proved)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn first_difference(conn: &Connection, own: DeviceId, proved: &Proved<'_>) -> Result<Option<u64>> {
    let batch = &proved.entry.batch;
    let kept = store::kept(conn, own, batch.first_seq, batch.last_seq, proved.links.len())?;
    for kept in kept {
        let place = usize::try_from(kept.seq - batch.first_seq).unwrap_or(usize::MAX);
        let there = proved.links.get(place).map(|link| link.leaf(own, kept.seq));
        if there != Some(kept.sealed.leaf(own, kept.seq)) {
            return Ok(Some(kept.seq));
        }
    }
    Ok(None)
}

/// Compares what the server has of this device's own stream with this book: the number of the first change
/// that is another one; `None` where they are the same as far as both go.
///
/// # Errors
/// [`Stopped::Forged`], [`Stopped::Stranger`], what SQLite says.
pub fn compare_own(workspace: &Workspace, entries: &[Entry]) -> Result<Option<u64>, Stopped> {
    let own = workspace.device().0;
    let proved = workspace.read(|conn| Ok(proved(conn, entries)))??;
    for proved in &proved {
        if let Some(seq) = workspace.read(|conn| first_difference(conn, own, proved))? {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}

/// Takes back in what this device had written itself and lost: its file was restored from an old backup.
/// They are proved and the same as far as this book goes.
///
/// # Errors
/// [`Stopped`]; then nothing was taken in.
pub fn adopt_own(workspace: &Workspace, entries: &[Entry]) -> Result<TakenIn, Stopped> {
    let own = workspace.device().0;
    let proved = workspace.read(|conn| Ok(proved(conn, entries)))??;
    let (taken, invalidates) = workspace.take_in(|arrivals| {
        let mut taken = TakenIn::default();
        for proved in proved.iter().filter(|proved| proved.entry.batch.device == own) {
            entry(arrivals, own, proved, &mut taken)?;
        }
        Ok(taken)
    })?;
    Ok(TakenIn { invalidates, ..taken })
}

/// Goes back to an earlier mark: the server no longer has, or never had, what came after it. What is in the
/// book stays there; what the server lacks can be given to it again.
///
/// # Errors
/// What SQLite says.
pub fn rewind(workspace: &Workspace, to: Mark) -> Result<()> {
    workspace.take_in(|arrivals| {
        let conn = arrivals.conn();
        store::forget_marks_after(conn, to)?;
        let sums = store::sum_of_batches(conn)?;
        store::put_digests(conn, &sums)?;
        arrivals.topic(Topic::HeadOffice);
        Ok(())
    })?;
    Ok(())
}
