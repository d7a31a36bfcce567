//! Identifiers: UUIDv7, so that rows made later sort later, on whichever device they were made.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

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
                Self(Uuid::now_v7())
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
