//! What crosses about head office: the pairing, the exchange of changes, and what came of it.

pub use clientele_core::conflicts::{Conflict, ConflictKind, ConflictSide, Keep};
pub use clientele_core::head_office::erasures::{ErasurePage, ErasureRow, ErasureState};
pub use clientele_core::head_office::refused::{RefusedChange, RefusedField};
use clientele_model::{DeviceId, Refusal, RowId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How this device stands with head office.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HeadOffice {
    /// With whom it is paired; none where the book works alone.
    pub paired: Option<Pairing>,
    /// Changes that head office has not had yet.
    pub waiting: u64,
    /// Is a contact under way?
    pub running: bool,
    /// When head office was reached last.
    pub last_reached: Option<Timestamp>,
    /// When it was tried last, with or without success.
    pub last_tried: Option<Timestamp>,
    /// Why the last try failed; none where it succeeded.
    pub problem: Option<Refusal>,
    /// Did both books hold the same at the last contact? None before the first one.
    pub in_agreement: Option<bool>,
    /// Conflicts that nobody has settled yet.
    pub conflicts: u32,
    /// Changes that head office refused.
    pub refused: u32,
}

/// The tie between this device and head office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Pairing {
    /// The company, as head office calls it.
    pub company: String,
    /// This device.
    pub device: DeviceId,
    /// Its name among the devices.
    pub device_name: String,
    /// The branch that it serves; none for all of them, that is, for head office itself.
    pub branch: Option<Branch>,
    /// Where the server is.
    pub address: String,
    /// Since when.
    pub since: Timestamp,
    /// Has head office revoked this device?
    pub revoked: bool,
}

/// A branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Branch {
    /// Which.
    pub id: RowId,
    /// Its name.
    pub name: String,
}

impl From<clientele_core::head_office::store::Branch> for Branch {
    fn from(branch: clientele_core::head_office::store::Branch) -> Self {
        Self {
            id: RowId(branch.id.0),
            name: branch.name,
        }
    }
}

/// Which branch's clients the window shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BranchView {
    /// May this device look at several? Only one of head office may.
    pub can_choose: bool,
    /// The branch that is shown; none for all that this device has.
    pub chosen: Option<Branch>,
    /// The branches to choose among, by name.
    pub branches: Vec<Branch>,
}

/// The branch to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BranchChoose {
    /// Which; none for all of them.
    pub branch: Option<RowId>,
}

/// The word of the status line about head office.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OfficeState {
    /// The book works alone.
    #[default]
    Off,
    /// The last try succeeded, and nothing waits.
    Reached,
    /// The last try succeeded, or there was none yet, and changes wait for the next.
    Waiting,
    /// The last try failed.
    Unreachable,
    /// Head office has revoked this device.
    Revoked,
}

/// A pairing code that was typed.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct HeadOfficePair {
    /// As typed: spaces, dashes and the case of letters do not matter.
    pub code: String,
    /// What this device is to be called among the others.
    pub device_name: String,
}

/// A part of the exchange log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExchangeAsk {
    /// Older than where the last part ended ([`ExchangePage::next`]).
    pub before: Option<String>,
    /// At most so many (1 to 500).
    pub limit: u32,
}

/// A part of the exchange log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExchangePage {
    /// The contacts with head office.
    pub rows: Vec<ExchangeRow>,
    /// Where the next part begins; none at the end.
    pub next: Option<String>,
}

/// One contact with head office, or one try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExchangeRow {
    /// When it began.
    pub at: Timestamp,
    /// Changes of other devices that came in.
    pub came_in: u64,
    /// Changes of this device that head office took.
    pub went_out: u64,
    /// Changes of this device that it refused.
    pub refused: u64,
    /// Why it ended early; none where it did not.
    pub problem: Option<Refusal>,
    /// How long it took.
    pub duration_ms: u64,
}

/// A conflict to be settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConflictSettle {
    /// Which ([`Conflict::id`]).
    pub id: String,
    /// What stays.
    pub keep: Keep,
}

/// One refused change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedRef {
    /// Which ([`RefusedChange::id`]).
    pub id: String,
}

/// A device of the company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceRow {
    /// Which.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// The branch that it serves; none for head office.
    pub branch: Option<Branch>,
    /// Is it this one?
    pub is_this: bool,
    /// Since when it has been paired.
    pub paired_at: Timestamp,
    /// When head office heard of it last.
    pub last_seen: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// One device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceRef {
    /// Which.
    pub id: DeviceId,
}

/// A part of the receipts of erasures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErasuresAsk {
    /// Older than where the last part ended ([`ErasurePage::next`]).
    pub before: Option<String>,
    /// At most so many (1 to 500).
    pub limit: u32,
}
