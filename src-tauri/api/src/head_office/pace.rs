//! How long to rest between two visits to head office.

use std::time::Duration;

use clientele_model::{ErrorCode, Refusal};

/// Between two visits that went well.
const REST: Duration = Duration::from_secs(60);

/// After the first visit that failed; each one after it waits twice as long.
const FIRST_RETRY: Duration = Duration::from_secs(15);

/// No longer than this.
const LAST_RETRY: Duration = Duration::from_secs(300);

/// After something was written: what follows at once goes in the same visit.
pub(super) const SETTLING: Duration = Duration::from_secs(2);

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// So long, or until something is written.
    UntilWritten(Duration),
    /// So long: nobody answers, and writing does not change that.
    For(Duration),
    /// Until somebody asks: head office has shut this device out.
    UntilAsked,
}

/// Counts what failed in a row.
#[derive(Debug, Default)]
pub(super) struct Pace {
    failures: u32,
}

impl Pace {
    /// A visit ended. `random` spreads the devices of a company: they shall not all come at once when the
    /// server is back.
    pub fn after(&mut self, problem: Option<&Refusal>, random: u32) -> Rest {
        let Some(problem) = problem else {
            self.failures = 0;
            return Rest::UntilWritten(spread(REST, random));
        };
        if matches!(
            problem.code,
            ErrorCode::HeadOfficeRevoked | ErrorCode::HeadOfficeOff
        ) {
            return Rest::UntilAsked;
        }
        let retry = FIRST_RETRY.saturating_mul(1 << self.failures.min(16));
        self.failures += 1;
        Rest::For(spread(retry.min(LAST_RETRY), random))
    }
}

/// A sixth more or less.
fn spread(rest: Duration, random: u32) -> Duration {
    let sixth = rest / 6;
    let third_ms = u64::try_from(2 * sixth.as_millis()).unwrap_or(0);
    rest - sixth + Duration::from_millis((u64::from(random) * third_ms) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_there_is_asked_ever_less_often_and_at_once_again_when_back() {
        let mut pace = Pace::default();
        let middle = u32::MAX / 2 + 1;
        assert_eq!(pace.after(None, middle), Rest::UntilWritten(REST));
        let gone = Refusal::new(ErrorCode::HeadOfficeUnreachable);
        let seconds: Vec<u64> = (0..8)
            .map(|_| match pace.after(Some(&gone), middle) {
                Rest::For(rest) => rest.as_secs(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(seconds, [15, 30, 60, 120, 240, 300, 300, 300]);
        assert_eq!(pace.after(None, middle), Rest::UntilWritten(REST));
        assert_eq!(pace.after(Some(&gone), middle), Rest::For(FIRST_RETRY));
        let out = Refusal::new(ErrorCode::HeadOfficeRevoked);
        assert_eq!(pace.after(Some(&out), middle), Rest::UntilAsked);
    }

    #[test]
    fn devices_are_spread_by_a_sixth() {
        for random in [0, 1, u32::MAX / 3, u32::MAX] {
            let rest = spread(REST, random);
            assert!(
                (REST * 5 / 6..=REST * 7 / 6).contains(&rest),
                "{random}: {rest:?}"
            );
        }
        assert_ne!(spread(REST, 0), spread(REST, u32::MAX));
    }
}
