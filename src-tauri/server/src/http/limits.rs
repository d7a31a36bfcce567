//! How much one address may ask, and all together.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::Path;

/// The bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages of one address in a second. A whole branch may stand behind one.
    pub per_address: NonZeroU32,
    /// Messages that are worked on at once.
    pub at_once: usize,
    /// Connections that are open at once.
    pub connections: usize,
}

/// A branch of ten devices that all have a week to tell.
const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(500).expect("not zero");

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_address: PER_ADDRESS,
            at_once: 256,
            connections: 4096,
        }
    }
}

/// So many seconds' messages may come at once.
const BURST: NonZeroU32 = NonZeroU32::new(4).expect("not zero");

/// Pairing codes that one address may try in a second.
const PAIRINGS: NonZeroU32 = NonZeroU32::new(2).expect("not zero");

/// And in a row.
const PAIRINGS_IN_A_ROW: NonZeroU32 = NonZeroU32::new(30).expect("not zero");

/// Addresses after which those that have been silent are forgotten.
const ADDRESSES_MAX: usize = 50_000;

/// Who asked how much.
pub struct Rates {
    all: DefaultKeyedRateLimiter<IpAddr>,
    pairings: DefaultKeyedRateLimiter<IpAddr>,
}

impl Rates {
    /// Nobody anything yet.
    pub fn new(limits: Limits) -> Self {
        let burst = limits.per_address.saturating_mul(BURST);
        Self {
            all: RateLimiter::keyed(Quota::per_second(limits.per_address).allow_burst(burst)),
            pairings: RateLimiter::keyed(Quota::per_second(PAIRINGS).allow_burst(PAIRINGS_IN_A_ROW)),
        }
    }

    /// May this address ask once more?
    pub fn allow(&self, path: Path, from: IpAddr) -> bool {
        for limiter in [&self.all, &self.pairings] {
            if limiter.len() > ADDRESSES_MAX {
                limiter.retain_recent();
            }
        }
        let from = network(from);
        self.all.check_key(&from).is_ok() && (path != Path::Pair || self.pairings.check_key(&from).is_ok())
    }
}

/// An address of the sixth version stands for the network of which one customer has as many as he likes.
fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_bounded_and_another_is_not() {
        let limits = Limits {
            per_address: NonZeroU32::new(10).unwrap(),
            ..Limits::default()
        };
        let rates = Rates::new(limits);
        let ip = |text: &str| -> IpAddr { text.parse().unwrap() };
        let calls = |path, from: &str| (0..100).filter(|_| rates.allow(path, ip(from))).count();
        let many = calls(Path::Call, "192.0.2.1");
        assert!((40..60).contains(&many), "{many}");
        assert_eq!(calls(Path::Open, "192.0.2.1"), 0);
        assert!(calls(Path::Pair, "192.0.2.2") <= 31);
        let many = calls(Path::Call, "2001:db8:1:2:3::1");
        assert!((40..60).contains(&many), "{many}");
        assert_eq!(calls(Path::Call, "2001:db8:1:2:ffff::9"), 0, "the same network");
        assert_eq!(calls(Path::Call, "::ffff:192.0.2.1"), 0, "the same address");
    }
}
