//! What crosses about saved filters.

use clientele_core::filters::{FilterDraft, Whom};
use clientele_model::RowId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A filter to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FilterSave {
    /// Which; none for a new one.
    pub id: Option<RowId>,
    /// The filter as it was left.
    pub draft: FilterDraft,
}

/// One saved filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FilterRef {
    /// Which.
    pub id: RowId,
}

/// Saved filters, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FilterRefs {
    /// Which.
    pub ids: Vec<RowId>,
}

/// A tag for all whom a saved filter finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FilterTag {
    /// Which filter.
    pub id: RowId,
    /// The tag.
    pub tag: String,
    /// Is it given to them? Else it is taken off them.
    pub add: bool,
    /// Who was meant: whom the filter found when somebody was asked.
    pub confirmed: Whom,
}

/// The trash for all whom a saved filter finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FilterTrash {
    /// Which filter.
    pub id: RowId,
    /// Who was meant: whom the filter found when somebody was asked.
    pub confirmed: Whom,
}
