//! Moments: wall-clock milliseconds for people, a hybrid logical clock for the order of changes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A moment, in milliseconds since 1970-01-01T00:00Z. What people typed and read; never used for order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The machine's own clock.
    #[must_use]
    pub fn now() -> Self {
        Self(Utc::now().timestamp_millis())
    }

    /// This moment as a date and time in UTC; the epoch for a number no calendar holds.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// A moment so many days earlier.
    #[must_use]
    pub fn minus_days(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days.saturating_mul(86_400_000)))
    }
}

/// A hybrid logical clock: 48 bits of milliseconds, 16 bits of counter.
///
/// Kulkarni et al. (2014), "Logical Physical Clocks". It never goes back, never blocks and refuses
/// nothing: a device whose clock jumped ten years ahead goes on, and the server bounds what it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Hlc(pub u64);

impl Hlc {
    /// The place of what gives way to whatever else was said: what a book that joins others had said of the whole
    /// company when it was alone.
    pub const GIVES_WAY: Self = Self(0);

    /// Milliseconds since the epoch that this reading stands for.
    #[must_use]
    pub fn millis(self) -> u64 {
        self.0 >> 16
    }

    /// The next reading of a clock that last read `self`, with the machine's clock at `now`.
    #[must_use]
    pub fn tick(self, now: Timestamp) -> Self {
        let wall = u64::try_from(now.0).unwrap_or(0).min((1 << 47) - 1) << 16;
        Self(wall.max(self.0.saturating_add(1)))
    }

    /// The reading after another device's reading was seen.
    #[must_use]
    pub fn observe(self, other: Hlc) -> Self {
        Self(self.0.max(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_never_goes_back() {
        let mut clock = Hlc::default();
        let mut last = clock;
        // Forward, back by ten years, standing still, before the epoch, absurdly late.
        for now in [
            1_700_000_000_000,
            1_384_000_000_000,
            1_384_000_000_000,
            -5,
            i64::MAX,
            0,
        ] {
            clock = clock.tick(Timestamp(now));
            assert!(clock > last, "{clock:?} after {last:?}");
            last = clock;
        }
    }

    #[test]
    fn a_clock_that_runs_true_reads_the_time() {
        let clock = Hlc::default().tick(Timestamp(1_700_000_000_123));
        assert_eq!(clock.millis(), 1_700_000_000_123);
    }
}
