//! Who was promised what, and when: kept outside of what is killed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;

/// Everything the writers have tried.
#[derive(Default)]
pub(super) struct Ledger(Mutex<State>);

#[derive(Default)]
struct State {
    begun: u64,
    acknowledged: Vec<u64>,
    failed: u64,
    kills: u64,
    /// The first acknowledgement of a write that began after the last kill.
    recovered: Option<Instant>,
    last_error: String,
}

/// A write that has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub number: u64,
    kills_before: u64,
}

impl Ledger {
    pub fn begin(&self) -> Attempt {
        let mut state = self.state();
        state.begun += 1;
        Attempt {
            number: state.begun,
            kills_before: state.kills,
        }
    }

    pub fn acknowledge(&self, attempt: Attempt, at: Instant) {
        let mut state = self.state();
        state.acknowledged.push(attempt.number);
        // An answer that the dead primary had still sent is no sign of recovery.
        if attempt.kills_before == state.kills && state.kills > 0 && state.recovered.is_none() {
            state.recovered = Some(at);
        }
    }

    pub fn fail(&self, error: &Error) {
        let mut state = self.state();
        state.failed += 1;
        state.last_error = error.to_string();
    }

    /// From now on nobody is answered by the primary that was killed.
    pub fn primary_is_dead(&self) {
        let mut state = self.state();
        state.kills += 1;
        state.recovered = None;
    }

    pub fn first_after_kill(&self) -> Option<Instant> {
        self.state().recovered
    }

    pub fn acknowledged(&self) -> usize {
        self.state().acknowledged.len()
    }

    pub fn last_error(&self) -> String {
        self.state().last_error.clone()
    }

    /// What was promised against what is there.
    pub fn compare(&self, found: Vec<u64>, rounds: Vec<Round>) -> Outcome {
        let state = self.state();
        let mut times: BTreeMap<u64, u32> = BTreeMap::new();
        for number in found {
            *times.entry(number).or_default() += 1;
        }
        let lost: Vec<u64> = state
            .acknowledged
            .iter()
            .copied()
            .filter(|number| !times.contains_key(number))
            .collect();
        let kept = state.acknowledged.len() - lost.len();
        let strangers = times
            .keys()
            .copied()
            .filter(|number| *number == 0 || *number > state.begun);
        Outcome {
            rounds,
            acknowledged: state.acknowledged.len(),
            failed: state.failed,
            failed_but_written: times.len().saturating_sub(kept),
            doubled: times
                .iter()
                .filter(|(_, times)| **times > 1)
                .map(|(number, _)| *number)
                .collect(),
            strangers: strangers.collect(),
            lost,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One kill.
#[derive(Clone, Debug)]
pub struct Round {
    /// Counts from 1.
    pub number: usize,
    /// The node that was killed.
    pub node: String,
    /// Whether replication was held back before.
    pub is_held_back: bool,
    /// From the first signal to the first acknowledgement of a write that began after the kill.
    pub recovery: Duration,
    /// Acknowledged so far.
    pub acknowledged: usize,
    /// Of these, since just before this kill.
    pub since_last: usize,
}

impl Round {
    /// The first line of the table.
    pub const HEADINGS: &str = "kill  node     replication   recovery ms   acknowledged so far";
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let replication = if self.is_held_back { "held back" } else { "flowing" };
        write!(
            f,
            "{:>4}  {:<8} {replication:<12} {:>12}   {:>19}",
            self.number,
            self.node,
            self.recovery.as_millis(),
            self.acknowledged
        )
    }
}

/// What became of everything.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Each kill.
    pub rounds: Vec<Round>,
    /// How many writes were acknowledged.
    pub acknowledged: usize,
    /// How many failed.
    pub failed: u64,
    /// How many of those are there all the same: their commit had happened, and its answer was lost.
    pub failed_but_written: usize,
    /// Acknowledged, and not there.
    pub lost: Vec<u64>,
    /// There more than once.
    pub doubled: Vec<u64>,
    /// There, and never written.
    pub strangers: Vec<u64>,
}

impl Outcome {
    /// Whether everything that was acknowledged is there once, and nothing that nobody wrote.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.acknowledged > 0 && self.lost.is_empty() && self.doubled.is_empty() && self.strangers.is_empty()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut times: Vec<u128> = self
            .rounds
            .iter()
            .map(|round| round.recovery.as_millis())
            .collect();
        times.sort_unstable();
        if let (Some(least), Some(most)) = (times.first(), times.last()) {
            let median = times[times.len() / 2];
            writeln!(
                f,
                "recovery: {least} ms at least, {median} ms median, {most} ms at most"
            )?;
        }
        writeln!(
            f,
            "{} writes failed while nobody took them; {} of them are there all the same",
            self.failed, self.failed_but_written
        )?;
        for (what, numbers) in [
            ("lost", &self.lost),
            ("there more than once", &self.doubled),
            ("there and never written", &self.strangers),
        ] {
            if !numbers.is_empty() {
                writeln!(f, "{what}: {:?}", &numbers[..numbers.len().min(20)])?;
            }
        }
        write!(
            f,
            "{} kills, {} acknowledged, {} lost",
            self.rounds.len(),
            self.acknowledged,
            self.lost.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ledger in which these of the first `begun` numbers were acknowledged.
    fn ledger(begun: u64, acknowledged: &[u64]) -> Ledger {
        let ledger = Ledger::default();
        for _ in 0..begun {
            let attempt = ledger.begin();
            if acknowledged.contains(&attempt.number) {
                ledger.acknowledge(attempt, Instant::now());
            } else {
                ledger.fail(&Error::other("closed"));
            }
        }
        ledger
    }

    #[test]
    fn what_was_promised_must_be_there_once() {
        let ledger = ledger(5, &[1, 2, 4]);
        let whole = ledger.compare(vec![4, 2, 1], Vec::new());
        assert!(whole.is_whole());
        assert_eq!(
            (whole.acknowledged, whole.failed, whole.failed_but_written),
            (3, 2, 0)
        );

        let unsure = ledger.compare(vec![1, 2, 3, 4], Vec::new());
        assert!(unsure.is_whole(), "a failed write may be there");
        assert_eq!(unsure.failed_but_written, 1);

        let lost = ledger.compare(vec![1, 3, 4], Vec::new());
        assert!(!lost.is_whole());
        assert_eq!(lost.lost, [2]);
        assert!(
            lost.to_string().ends_with("0 kills, 3 acknowledged, 1 lost"),
            "{lost}"
        );

        assert_eq!(ledger.compare(vec![1, 2, 2, 4], Vec::new()).doubled, [2]);
        assert!(!ledger.compare(vec![1, 2, 2, 4], Vec::new()).is_whole());
        assert_eq!(ledger.compare(vec![0, 1, 2, 4, 6], Vec::new()).strangers, [0, 6]);
    }

    #[test]
    fn nothing_acknowledged_proves_nothing() {
        assert!(!ledger(5, &[]).compare(Vec::new(), Vec::new()).is_whole());
    }

    #[test]
    fn an_answer_of_the_dead_primary_is_no_recovery() {
        let ledger = ledger(3, &[1, 2]);
        assert_eq!(ledger.first_after_kill(), None, "nobody was killed yet");
        let begun_before = ledger.begin();
        ledger.primary_is_dead();
        ledger.acknowledge(begun_before, Instant::now());
        assert_eq!(ledger.first_after_kill(), None);
        let (at, later) = (Instant::now(), Instant::now() + Duration::from_secs(1));
        ledger.acknowledge(ledger.begin(), at);
        ledger.acknowledge(ledger.begin(), later);
        assert_eq!(ledger.first_after_kill(), Some(at));
        ledger.primary_is_dead();
        assert_eq!(ledger.first_after_kill(), None, "each kill has its own recovery");
    }
}
