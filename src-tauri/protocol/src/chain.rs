//! The chain of hashes through a device's stream: over commitments to the bodies, not the bodies
//! themselves, so that a person can be erased from the middle of it and the rest still proves itself.

use clientele_model::DeviceId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// 32 bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hash(pub [u8; 32]);

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Hash {
    /// From the bytes of a database; `None` when there are not 32.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Of several pieces in a row. Each piece but the last must be of a fixed length.
    #[must_use]
    pub fn of(pieces: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for piece in pieces {
            hasher.update(piece);
        }
        Self(hasher.finalize().into())
    }
}

/// What binds a change to its body, and says nothing of it once the salt is gone.
#[must_use]
pub fn commitment(salt: &[u8], body: &[u8]) -> Hash {
    Hash::of(&[salt, body])
}

/// A chain: each value follows from the one before and the next leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain(pub Hash);

impl Chain {
    /// Before the first change of a device.
    #[must_use]
    pub fn start(device: DeviceId) -> Self {
        Self(Hash::of(&[b"clientele stream 1", device.as_bytes()]))
    }

    /// Before the first batch of a server's log.
    #[must_use]
    pub fn log() -> Self {
        Self(Hash::of(&[b"clientele log 1"]))
    }

    /// After one more.
    #[must_use]
    pub fn then(self, leaf: Hash) -> Self {
        Self(Hash::of(&[&self.0.0, &leaf.0]))
    }
}

/// How far a stream goes: the number of its last change, and the chain there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last change; 0 before the first.
    pub seq: u64,
    /// The chain after it.
    pub chain: Chain,
}

impl Head {
    /// Of a stream in which nothing stands yet.
    #[must_use]
    pub fn start(device: DeviceId) -> Self {
        Self {
            seq: 0,
            chain: Chain::start(device),
        }
    }
}
