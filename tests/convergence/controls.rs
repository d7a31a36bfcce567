//! Negative controls: three broken ways that are used in earnest elsewhere, each behind a switch that only tests
//! have. With each of them the story that is there to catch it must fail.

use std::panic::{AssertUnwindSafe, catch_unwind};

use clientele_model::{DeviceId, Hlc};
use clientele_protocol::digest::XorDigest;
use clientele_protocol::{Digest, Hash};
use clientele_server::Sabotage;
use clientele_tests::simulator::OfficeKind;

use crate::postgres::Crowd;
use crate::restored::two_copies_that_visit_at_the_same_moment_lose_nothing_that_was_acknowledged;
use crate::stories::seeds;

/// Numbers from a sequence, read by whoever comes between two commits: property 11 must catch it.
#[test]
fn numbers_from_a_sequence_are_caught() {
    let missed: Vec<usize> = seeds(2)
        .map(|seed| Crowd::new(seed, 1, Sabotage::SerialCursor).write_and_read())
        .collect();
    assert!(missed.iter().all(|missed| *missed > 0), "missed {missed:?}");
}

/// A second change under a number that is taken is passed over in silence: property 7 must catch it.
#[test]
fn changes_that_are_passed_over_are_caught() {
    let broken = OfficeKind::Sabotaged(Sabotage::ConflictDoNothing);
    let story = || two_copies_that_visit_at_the_same_moment_lose_nothing_that_was_acknowledged(broken);
    let told = catch_unwind(AssertUnwindSafe(story));
    assert!(told.is_err(), "the story of the two copies does not notice");
}

/// What two sides compare at the end of a visit.
trait Sum: Default + PartialEq {
    fn take(&mut self, leaf: Hash, eff_hlc: Hlc);

    fn of(changes: &[(Hash, Hlc)]) -> Self {
        let mut sum = Self::default();
        changes.iter().for_each(|(leaf, at)| sum.take(*leaf, *at));
        sum
    }
}

impl Sum for Digest {
    fn take(&mut self, leaf: Hash, eff_hlc: Hlc) {
        self.add(leaf, eff_hlc);
    }
}

impl Sum for XorDigest {
    fn take(&mut self, leaf: Hash, eff_hlc: Hlc) {
        self.add(leaf, eff_hlc);
    }
}

/// Does a sum tell a device that lacks some changes, or has one twice, from one that has all?
fn notices_what_is_missing<S: Sum>(seed: u64) -> bool {
    let device = DeviceId::new();
    let change = |n: u64| {
        let leaf = Hash::of(&[&seed.to_be_bytes(), device.as_bytes(), &n.to_be_bytes()]);
        (leaf, Hlc(n))
    };
    let changes: Vec<_> = (0..40).map(change).collect();
    let all = S::of(&changes);
    let twice: Vec<_> = changes
        .iter()
        .chain([&changes[7], &changes[7]])
        .copied()
        .collect();
    let lacking = unseen_by_exclusive_or(&changes);
    assert!(lacking.len() < changes.len());
    all != S::of(&twice) && all != S::of(&lacking)
}

/// The changes without some whose 32 bits cancel out: among forty there always are such (Gauss).
fn unseen_by_exclusive_or(changes: &[(Hash, Hlc)]) -> Vec<(Hash, Hlc)> {
    let mut rows: Vec<(u32, u64)> = Vec::new();
    for (place, change) in changes.iter().enumerate() {
        let (mut bits, mut which) = (XorDigest::of(&[*change]).0, 1_u64 << place);
        for (pivot, others) in &rows {
            if bits ^ pivot < bits {
                (bits, which) = (bits ^ pivot, which ^ others);
            }
        }
        if bits == 0 {
            let kept = changes
                .iter()
                .enumerate()
                .filter(|(place, _)| which >> place & 1 == 0);
            return kept.map(|(_, change)| *change).collect();
        }
        rows.push((bits, which));
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.0));
    }
    unreachable!("forty numbers of 32 bits are not independent")
}

/// 32 bits combined by exclusive or: what is there twice is not there, and enough changes cancel out.
#[test]
fn a_digest_by_exclusive_or_is_caught() {
    for seed in seeds(20) {
        assert!(notices_what_is_missing::<Digest>(seed), "seed {seed}");
        assert!(!notices_what_is_missing::<XorDigest>(seed), "seed {seed}");
    }
}
