//! What comes in: pages of the server's log, proved, put into the book, and compared at the end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clientele_model::record::is_head_offices;
use clientele_model::{BranchId, ChangeKind, DeviceId, ErrorCode, Hlc, Refusal, Stamp, Value};
use clientele_protocol::Digest;
use clientele_protocol::message::{Entry, Mark, Page, ScopeDigest, Why};
use rusqlite::Connection;

use super::proved::{self, ProvedEntry, ProvedPage};
use super::store;
use super::{AGREES, cursor};
use crate::Result;
use crate::workspace::store::{log, set_local};
use crate::workspace::{Arrivals, Arriving, Invalidation, Topic, Workspace};

/// What pages did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// How many were taken in.
    pub pages: u32,
    /// Was one of them the last of the log?
    pub at_end: bool,
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

impl Stopped {
    fn to_error(&self) -> crate::Error {
        Refusal::new(ErrorCode::HeadOfficeFailed)
            .with("detail", format!("{self:?}"))
            .into()
    }
}

impl From<Stopped> for crate::Error {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Failed(error) => error,
            other => other.to_error(),
        }
    }
}

/// How long pages go into one transaction, as long as nobody waits to write: then at most the page that is begun.
const TOGETHER: Duration = Duration::from_millis(500);

/// Proves a page and takes it in.
///
/// # Errors
/// [`Stopped`]; then nothing of it was taken in.
pub fn page(workspace: &Workspace, page: Page) -> Result<TakenIn, Stopped> {
    let keys = workspace.read(store::keys)?;
    let proved = proved::prove(page, &keys)?;
    pages(workspace, std::iter::once(proved))
}

/// Takes pages in, one after the other, as many as are there in a short while: together they cost the disk once. A
/// save at the desk comes in between.
///
/// # Errors
/// [`Stopped`]; then nothing of them was taken in.
pub fn pages(workspace: &Workspace, pages: impl IntoIterator<Item = ProvedPage>) -> Result<TakenIn, Stopped> {
    let own = workspace.device().0;
    let mut stopped = None;
    let taken = workspace.take_in(|arrivals| {
        let begun = Instant::now();
        let mut pages = pages.into_iter();
        let mut taken = TakenIn::default();
        while !taken.at_end
            && (taken.pages == 0 || (begun.elapsed() < TOGETHER && !workspace.is_awaited()))
            && let Some(page) = pages.next()
        {
            if let Err(why) = one(arrivals, own, page, &mut taken) {
                return Err(stopped.insert(why).to_error());
            }
        }
        Ok(taken)
    });
    match taken {
        Ok((taken, invalidates)) => Ok(TakenIn { invalidates, ..taken }),
        Err(error) => Err(stopped.unwrap_or(Stopped::Failed(error))),
    }
}

/// Takes in a page.
fn one(
    arrivals: &mut Arrivals<'_>,
    own: DeviceId,
    mut page: ProvedPage,
    taken: &mut TakenIn,
) -> Result<(), Stopped> {
    let conn = arrivals.conn();
    if cursor(conn)? != page.from {
        return Err(Stopped::Elsewhere);
    }
    for entry in &page.entries {
        if entry.entry.batch.device == own && first_difference(conn, own, entry)?.is_some() {
            return Err(Stopped::Copied);
        }
    }
    arrivals.expect(&page.rows().collect())?;
    let mut sums: BTreeMap<Option<BranchId>, Digest> = store::digests(conn)?;
    for proved in &mut page.entries {
        let added = entry(arrivals, own, proved, taken)?;
        for (scope, digest) in &added {
            let sum = sums.entry(*scope).or_default();
            *sum = sum.plus(*digest);
        }
        store::put_batch(conn, &proved.entry, &added, proved.is_whole())?;
    }
    store::put_digests(conn, &sums)?;
    store::put_mark(conn, page.to)?;
    if page.at_end {
        let agrees = same(&sums, &page.digests);
        set_local(conn, AGREES, &Value::Int(agrees.into()))?;
        taken.agrees = Some(agrees);
        arrivals.topic(Topic::HeadOffice);
    }
    (taken.at_end, taken.pages) = (page.at_end, taken.pages + 1);
    Ok(arrivals.settle()?)
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
    proved: &mut ProvedEntry,
    taken: &mut TakenIn,
) -> Result<BTreeMap<Option<BranchId>, Digest>> {
    let (assigned, whole) = (proved.assigned(), proved.whole_steps());
    let ProvedEntry {
        entry,
        links,
        bodies,
        ready,
    } = proved;
    let device = entry.batch.device;
    let mut added: BTreeMap<Option<BranchId>, Digest> = BTreeMap::new();
    let mut arriving = Vec::with_capacity(links.len());
    let links = links.iter().zip(bodies.iter_mut().zip(ready));
    for ((place, seq), (proved, (body, ready))) in (0u32..).zip(entry.batch.first_seq..).zip(links) {
        let (Some(change), Some(commitment)) = (proved.link.change(), proved.commitment) else {
            continue;
        };
        let eff_hlc = assigned.get(&place).copied().unwrap_or(change.hlc);
        arriving.push(Arriving {
            seq,
            change,
            commitment,
            body: body.take(),
            eff_hlc,
            // This device's own steps are whole: the gate wrote them so.
            is_whole: device == own || whole.contains(&change.step),
            ready: ready.take(),
        });
        added.entry(change.scope).or_default().add(proved.leaf, eff_hlc);
        taken.changes += u64::from(device != own);
        taken.erased |= change.kind == ChangeKind::Erase;
    }
    arrivals.changes(device, arriving)?;
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
    Ok(change.is_some_and(|change| is_head_offices(&change.entity) && change.eff_hlc == Hlc::GIVES_WAY))
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

/// The number of the first change under which this device has written something else than what stands there.
fn first_difference(conn: &Connection, own: DeviceId, proved: &ProvedEntry) -> Result<Option<u64>> {
    let batch = &proved.entry.batch;
    let kept = store::kept(conn, own, batch.first_seq, batch.last_seq, proved.links.len())?;
    for kept in kept {
        let place = usize::try_from(kept.seq - batch.first_seq).unwrap_or(usize::MAX);
        let there = proved.links.get(place).map(|proved| proved.leaf);
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
    let proved = proved::entries(entries.to_vec(), &workspace.read(store::keys)?)?;
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
    let proved = proved::entries(entries.to_vec(), &workspace.read(store::keys)?)?;
    let (taken, invalidates) = workspace.take_in(|arrivals| {
        let mut taken = TakenIn::default();
        for mut proved in proved {
            if proved.entry.batch.device == own {
                entry(arrivals, own, &mut proved, &mut taken)?;
            }
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
