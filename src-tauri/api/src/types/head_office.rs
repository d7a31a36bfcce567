//! What crosses about head office: the pairing, the exchange of changes, and what came of it.

use clientele_model::{ClientId, DeviceId, Refusal, RowId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How this device stands with head office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
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

/// What sort of conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Two devices wrote to one field, neither knowing of the other.
    Field,
    /// One threw the record away while another, not knowing, wrote to it. It is kept.
    Trashed,
}

/// Two values of one field, of which one stands and the other is kept aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Conflict {
    /// To speak of it.
    pub id: String,
    /// What sort.
    pub kind: ConflictKind,
    /// On whose card; none where the record belongs to no client.
    pub client_id: Option<ClientId>,
    /// That client's name as shown.
    pub client_name: String,
    /// The table.
    pub entity: String,
    /// The row.
    pub row: RowId,
    /// The field.
    pub field: String,
    /// What stands in the book now.
    pub standing: ConflictSide,
    /// What does not.
    pub losing: ConflictSide,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConflictSide {
    /// The value; none for an empty field.
    pub value: Option<String>,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub staff: String,
    /// The name of the device on which it was written.
    pub device: String,
}

/// Which side of a conflict is to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// What stands in the book already.
    Standing,
    /// What was kept aside.
    Losing,
}

/// A conflict to be settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConflictSettle {
    /// Which ([`Conflict::id`]).
    pub id: String,
    /// What stays.
    pub keep: Keep,
}

/// A change of this device that head office refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedChange {
    /// To speak of it.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// Why it was refused.
    pub why: Refusal,
    /// The table.
    pub entity: String,
    /// The client whose card it is on, as shown; empty for none.
    pub client_name: String,
    /// What it was to write.
    pub fields: Vec<RefusedField>,
}

/// One field of a refused change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedField {
    /// The field.
    pub field: String,
    /// What was written; none for an emptied field.
    pub value: Option<String>,
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

/// The receipt of an erasure: which devices have confirmed that nothing of it is left on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErasureRow {
    /// When it was asked for.
    pub at: Timestamp,
    /// By whom.
    pub staff: String,
    /// How many clients were erased.
    pub clients: u32,
    /// How many devices have confirmed it.
    pub confirmed: u32,
    /// The names of those that have not yet.
    pub waiting_for: Vec<String>,
}
