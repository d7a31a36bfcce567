//! The shared vocabulary of Clientele: what a change, an identifier, a moment and a refusal are.
//!
//! Nothing here does I/O, and nothing here knows a table, a window or a network. Whatever two crates of
//! the house must agree on is said once, in this crate.

pub mod bounds;
pub mod change;
pub mod client;
pub mod custom;
pub mod error;
pub mod fold;
pub mod id;
pub mod language;
pub mod phone;
pub mod record;
pub mod text;
pub mod time;

pub use change::{Body, ChangeKind, FieldChange, Stamp, Value};
pub use client::{
    Address, Birthday, ClientDraft, ClientKind, ContactPerson, Email, Messenger, OtherName, Phone,
};
pub use custom::{CustomKind, CustomValue};
pub use error::{ErrorCode, Refusal};
pub use id::{AttachmentId, BranchId, ClientId, CompanyId, ContactId, DeviceId, RowId, StepId};
pub use language::Language;
pub use time::{Hlc, Timestamp};
