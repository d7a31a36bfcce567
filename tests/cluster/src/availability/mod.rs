//! Is anything lost that was acknowledged, when the primary is killed again and again under load?
//!
//! Writers write numbers, each number once. A write that returns `Ok` is acknowledged, and must be found in the end;
//! one that fails may be found or not, since its commit may have happened before the answer was lost. What writes them
//! is a [`Load`]: [`rows::Rows`] for PostgreSQL alone, or anything that stands on it.

mod ledger;
pub mod rows;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::error::{Error, Result, Wait, wait_for};
use crate::patroni::Patroni;

use ledger::Ledger;
pub use ledger::{Outcome, Round};

/// What is written to the cluster, and how it is read back.
pub trait Load {
    /// One of those who write at the same time.
    type Writer: Writer;

    /// Makes a writer; `number` counts from 0. It may connect later.
    ///
    /// # Errors
    /// When it could not write at all; that ends the run.
    fn writer(&self, number: usize) -> impl Future<Output = Result<Self::Writer>> + Send;

    /// All numbers that are there, as often as they are there.
    ///
    /// # Errors
    /// When they cannot be read; that ends the run.
    fn read_all(&self) -> impl Future<Output = Result<Vec<u64>>> + Send;
}

/// Writes numbers, one after the other.
pub trait Writer: Send + 'static {
    /// Writes one number, and returns `Ok` only when it was acknowledged. Dropped before its end when it takes longer
    /// than a minute: the next call must start from a whole connection then, as it must after an error.
    ///
    /// # Errors
    /// When it is not known whether the number was written. Errors are expected: the next number follows.
    fn write(&mut self, number: u64) -> impl Future<Output = Result<()>> + Send;
}

/// How the primary is killed.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How often.
    pub kills: usize,
    /// How many write at the same time.
    pub writers: usize,
    /// Chooses the moments.
    pub seed: u64,
    /// Hold replication back before every kill, not before every other one.
    pub always_hold_back: bool,
}

/// How long the writers may go without an acknowledgement after a kill.
const PATIENCE: Duration = Duration::from_secs(180);

/// A write that takes longer is given up.
const LONGEST_WRITE: Duration = Duration::from_secs(60);

/// Kills the primary as planned while the load writes, revives it each time, and compares in the end. `say` gets a line
/// for the table after every kill.
///
/// Before every other kill replication is held back for a moment and what was on its way is thrown away, so that the
/// primary dies with commits that nobody else has. None of those may have been acknowledged.
///
/// # Errors
/// When the cluster does not recover, or the load cannot be set up or read back. That something was lost is no error
/// here but in the [`Outcome`].
pub fn run<L: Load>(
    cluster: &mut Patroni,
    load: &L,
    plan: &Plan,
    mut say: impl FnMut(&str),
) -> Result<Outcome> {
    let runtime = Runtime::new().map_err(|error| Error::other(error.to_string()))?;
    let ledger = Arc::new(Ledger::default());
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..plan.writers)
        .map(|number| {
            let writer = runtime.block_on(load.writer(number))?;
            Ok(runtime.spawn(write(writer, Arc::clone(&ledger), Arc::clone(&stop))))
        })
        .collect::<Result<_>>()?;

    let mut random = Random(plan.seed);
    let mut rounds = Vec::new();
    say(Round::HEADINGS);
    for number in 1..=plan.kills {
        cluster.wait_until_safe()?;
        std::thread::sleep(Duration::from_millis(500 + random.below(2_000)));
        let is_held_back = plan.always_hold_back || number % 2 == 0;
        let round = kill(cluster, &ledger, number, is_held_back)?;
        say(&round.to_string());
        rounds.push(round);
    }
    cluster.wait_until_safe()?;

    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        runtime
            .block_on(writer)
            .map_err(|error| Error::other(format!("a writer has panicked: {error}")))?;
    }
    let found = runtime.block_on(load.read_all())?;
    Ok(ledger.compare(found, rounds))
}

/// One kill, from a whole cluster to the killed node's revival.
fn kill(cluster: &mut Patroni, ledger: &Ledger, number: usize, is_held_back: bool) -> Result<Round> {
    let before = ledger.acknowledged();
    let held = is_held_back.then(|| cluster.hold_back_replication());
    if let Some(held) = &held {
        if held.count() == 0 {
            return Err(Error::other(
                "no replica receives anything that could be held back",
            ));
        }
        std::thread::sleep(Duration::from_millis(400));
    }
    let killed = cluster.kill_primary()?;
    ledger.primary_is_dead();
    if let Some(held) = held {
        held.cut();
    }
    let recovered = wait_for(
        "an acknowledged write",
        PATIENCE,
        Duration::from_millis(20),
        || {
            Ok(match ledger.first_after_kill() {
                Some(at) => Wait::Done(at),
                None => Wait::NotYet(ledger.last_error()),
            })
        },
    )
    .map_err(|error| cluster.with_last_words(&error))?;
    // Some load on two nodes before the third comes back and wants a share of the machine.
    std::thread::sleep(Duration::from_secs(1));
    cluster.revive(killed.node)?;
    let acknowledged = ledger.acknowledged();
    Ok(Round {
        number,
        node: cluster.name(killed.node).to_owned(),
        is_held_back,
        recovery: recovered.saturating_duration_since(killed.at),
        acknowledged,
        since_last: acknowledged - before,
    })
}

async fn write<W: Writer>(mut writer: W, ledger: Arc<Ledger>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let attempt = ledger.begin();
        let written = match tokio::time::timeout(LONGEST_WRITE, writer.write(attempt.number)).await {
            Ok(written) => written,
            Err(_) => Err(Error::other("a write took longer than a minute")),
        };
        match written {
            Ok(()) => ledger.acknowledge(attempt, Instant::now()),
            Err(error) => {
                ledger.fail(&error);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Numbers that a seed gives (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}
