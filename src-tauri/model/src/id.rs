//! Identifiers: UUIDv7, so that rows made later sort later, on whichever device they were made.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

#[cfg(not(feature = "testing"))]
fn new_uuid() -> Uuid {
    Uuid::now_v7()
}

#[cfg(feature = "testing")]
fn new_uuid() -> Uuid {
    seeded::next().unwrap_or_else(Uuid::now_v7)
}

/// Identifiers that follow from a seed, on one thread: a history that failed is seen again by its seed.
#[cfg(feature = "testing")]
pub mod seeded {
    use std::cell::Cell;

    use uuid::{Builder, Uuid};

    thread_local! {
        static STATE: Cell<Option<(u64, u64)>> = const { Cell::new(None) };
    }

    /// From here on the identifiers that this thread makes follow from a seed.
    pub fn start(seed: u64) {
        STATE.set(Some((seed, 0)));
    }

    pub(super) fn next() -> Option<Uuid> {
        let (seed, count) = STATE.get()?;
        STATE.set(Some((seed, count + 1)));
        // Steele et al. (2014), SplitMix64: two of its numbers for the random bits.
        let mix = |n: u64| {
            let z = seed.wrapping_add(n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        let mut random = [0; 10];
        random[..8].copy_from_slice(&mix(2 * count + 1).to_be_bytes());
        random[8..].copy_from_slice(&mix(2 * count + 2).to_be_bytes()[..2]);
        // Later ones sort later, as they do with the clock in them.
        Some(Builder::from_unix_timestamp_millis(1_800_000_000_000 + count, &random).into_uuid())
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier, later in order than all that this device made before.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "each call makes another one")]
            pub fn new() -> Self {
                Self(new_uuid())
            }

            /// The 16 bytes as the database keeps them.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// From the 16 bytes of the database; `None` when there are not 16.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    };
}

id! {
    /// Any row of any entity.
    RowId
}
id! {
    /// A client, and the row of table `clients` that holds it.
    ClientId
}
id! {
    /// One entry of a contact history.
    ContactId
}
id! {
    /// A photo or a file on a client's card.
    AttachmentId
}
id! {
    /// One installation of the program.
    DeviceId
}
id! {
    /// A company: all that its head office and its branches write.
    CompanyId
}
id! {
    /// A branch: one shop or salon. What is a branch's alone bears this as its scope.
    BranchId
}
id! {
    /// One step as the user saw it: the transaction id of a group of changes.
    StepId
}

impl From<ClientId> for RowId {
    fn from(id: ClientId) -> Self {
        Self(id.0)
    }
}

impl From<ContactId> for RowId {
    fn from(id: ContactId) -> Self {
        Self(id.0)
    }
}

impl From<AttachmentId> for RowId {
    fn from(id: AttachmentId) -> Self {
        Self(id.0)
    }
}

impl From<RowId> for AttachmentId {
    fn from(id: RowId) -> Self {
        Self(id.0)
    }
}

impl From<StepId> for RowId {
    fn from(id: StepId) -> Self {
        Self(id.0)
    }
}

impl From<RowId> for ClientId {
    fn from(id: RowId) -> Self {
        Self(id.0)
    }
}

impl From<RowId> for ContactId {
    fn from(id: RowId) -> Self {
        Self(id.0)
    }
}

impl RowId {
    /// The row that belongs to `parent` under `name`, the same on every device: two devices that add
    /// the same tag to the same client add one row, not two.
    #[must_use]
    pub fn derived(parent: RowId, name: &str) -> Self {
        Self(Uuid::new_v5(&parent.0, name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_later() {
        let ids: Vec<RowId> = (0..1000).map(|_| RowId::new()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn derived_ids_agree_between_devices_and_differ_between_names() {
        let parent = RowId::new();
        assert_eq!(RowId::derived(parent, "vip"), RowId::derived(parent, "vip"));
        assert_ne!(RowId::derived(parent, "vip"), RowId::derived(parent, "VIP"));
    }
}
