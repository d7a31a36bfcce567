//! Do two sides hold the same changes? 128 bits that say so, kept up to date change by change.

use clientele_model::Hlc;
use serde::{Deserialize, Serialize};

use crate::chain::Hash;

/// A sum over a set of changes, whatever the order: how many, and the sum of 128 bits of each one's hash,
/// modulo 2^128 (a homomorphic multiset hash, Clarke et al. 2003, "Incremental Multiset Hash Functions",
/// MSet-Add-Hash, against faults rather than forgers: those meet the signatures).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// How many changes.
    pub count: u64,
    /// The sum of their hashes.
    pub sum: u128,
}

/// What a change with its place in the order adds.
fn share(leaf: Hash, eff_hlc: Hlc) -> u128 {
    let hash = Hash::of(&[b"clientele digest 1", &leaf.0, &eff_hlc.0.to_be_bytes()]);
    let mut half = [0; 16];
    half.copy_from_slice(&hash.0[..16]);
    u128::from_be_bytes(half)
}

impl Digest {
    /// With one more change at its place in the order.
    pub fn add(&mut self, leaf: Hash, eff_hlc: Hlc) {
        self.count = self.count.wrapping_add(1);
        self.sum = self.sum.wrapping_add(share(leaf, eff_hlc));
    }

    /// Together with those of another set.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            count: self.count.wrapping_add(other.count),
            sum: self.sum.wrapping_add(other.sum),
        }
    }

    /// Without those of a part of it.
    #[must_use]
    pub fn minus(self, part: Self) -> Self {
        Self {
            count: self.count.wrapping_sub(part.count),
            sum: self.sum.wrapping_sub(part.sum),
        }
    }

    /// The 24 bytes in which databases keep it.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.count.to_be_bytes());
        bytes[8..].copy_from_slice(&self.sum.to_be_bytes());
        bytes
    }

    /// From those bytes; `None` when there are not 24.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (count, sum) = bytes.split_at_checked(8)?;
        let count = u64::from_be_bytes(count.try_into().ok()?);
        let sum = u128::from_be_bytes(sum.try_into().ok()?);
        Some(Self { count, sum })
    }
}

/// The digest of another program, for the suite's negative control: 32 bits, combined by exclusive or.
#[cfg(feature = "sabotage")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct XorDigest(pub u32);

#[cfg(feature = "sabotage")]
impl XorDigest {
    /// With one more change.
    pub fn add(&mut self, leaf: Hash, eff_hlc: Hlc) {
        self.0 ^= u32::try_from(share(leaf, eff_hlc) & u128::from(u32::MAX)).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(n: u8) -> Hash {
        Hash([n; 32])
    }

    #[test]
    fn the_same_changes_in_any_order_agree_and_nothing_else_does() {
        let of = |changes: &[(u8, u64)]| {
            let mut digest = Digest::default();
            changes
                .iter()
                .for_each(|(n, hlc)| digest.add(leaf(*n), Hlc(*hlc)));
            digest
        };
        let both = of(&[(1, 10), (2, 20)]);
        assert_eq!(both, of(&[(2, 20), (1, 10)]));
        assert_ne!(both, of(&[(1, 10)]));
        assert_ne!(both, of(&[(1, 10), (2, 21)]), "another place in the order");
        assert_ne!(of(&[(1, 10), (1, 10)]), of(&[]), "twice is not never");
        assert_eq!(both.minus(of(&[(1, 10)])), of(&[(2, 20)]));
        assert_eq!(of(&[(1, 10)]).plus(of(&[(2, 20)])), both);
        assert_eq!(Digest::from_bytes(&both.to_bytes()), Some(both));
        assert_eq!(Digest::from_bytes(&[0; 23]), None);
    }
}
