//! How much one device may ask. By the clock that the service is told, so that a simulator can have it too.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use clientele_model::DeviceId;

/// So many seconds' messages may come at once.
const BURST_SECONDS: i64 = 10;

/// A bucket for each device: what is in it may be asked.
pub struct Rates {
    per_second: Option<NonZeroU32>,
    buckets: Mutex<HashMap<DeviceId, Bucket>>,
}

struct Bucket {
    /// Thousandths of a message.
    left: i64,
    at_millis: i64,
}

impl Rates {
    /// Nobody anything yet.
    pub fn new(per_second: Option<NonZeroU32>) -> Self {
        Self {
            per_second,
            buckets: Mutex::default(),
        }
    }

    /// May this device ask once more?
    pub fn allow(&self, device: DeviceId, now_millis: i64) -> bool {
        let Some(per_second) = self.per_second else {
            return true;
        };
        let per_second = i64::from(per_second.get());
        let full = per_second * BURST_SECONDS * 1000;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(device).or_insert(Bucket {
            left: full,
            at_millis: now_millis,
        });
        // A clock that was set back fills nothing, and takes nothing away.
        let since = now_millis
            .saturating_sub(bucket.at_millis)
            .clamp(0, BURST_SECONDS * 1000);
        bucket.left = (bucket.left + since * per_second).min(full);
        bucket.at_millis = now_millis;
        if bucket.left < 1000 {
            return false;
        }
        bucket.left -= 1000;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_has_a_burst_and_then_its_rate() {
        let rates = Rates::new(NonZeroU32::new(5));
        let (a, b) = (DeviceId::new(), DeviceId::new());
        let asked = |device, now| (0..1000).filter(|_| rates.allow(device, now)).count();
        assert_eq!(asked(a, 0), 50);
        assert_eq!(asked(a, 1000), 5);
        assert_eq!(asked(a, 1100), 0);
        assert_eq!(asked(a, 1200), 1);
        assert_eq!(asked(a, -5000), 0, "a clock that was set back");
        assert_eq!(asked(a, i64::MAX), 50);
        assert_eq!(asked(b, 1200), 50, "another device's is its own");
        let unbounded = Rates::new(None);
        assert!((0..1000).all(|_| unbounded.allow(a, 0)));
    }
}
