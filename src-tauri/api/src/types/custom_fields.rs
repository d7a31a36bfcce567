//! What crosses about the owner's own fields.

use clientele_core::custom_fields::CustomFieldDraft;
use clientele_model::RowId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A field to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CustomFieldSave {
    /// Which; none for a new one.
    pub id: Option<RowId>,
    /// The field as the form was opened with; only what differs is written.
    pub before: Option<CustomFieldDraft>,
    /// The field as it was left.
    pub after: CustomFieldDraft,
}

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CustomFieldRef {
    /// Which.
    pub id: RowId,
}

/// Fields, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CustomFieldRefs {
    /// Which.
    pub ids: Vec<RowId>,
}
