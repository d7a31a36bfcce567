//! What a file says of somebody who is there already, where the card says something else and keeps it.

use clientele_model::CustomKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clients::Outweighed;

/// A value of a file that is not taken: another stands on the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LostValue {
    /// Its line.
    pub line: u64,
    /// The field of the card: `source`, `card_number`, `birthday`, `language`; none for one of the owner's.
    pub field: Option<String>,
    /// The name of the owner's field.
    pub name: String,
    /// What the field holds.
    pub kind: CustomKind,
    /// What the file says.
    pub value: String,
    /// What stays on the card.
    pub stays: String,
}

/// So many are named; more are only counted.
const NAMED_MAX: usize = 1_000;

/// The values that are not taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LostValues {
    /// How many.
    pub total: u32,
    /// The first of them.
    pub named: Vec<LostValue>,
}

impl LostValues {
    /// Adds what a line says in vain.
    pub(super) fn note(&mut self, line: u64, outweighed: Vec<Outweighed>) {
        for lost in outweighed {
            self.total = self.total.saturating_add(1);
            if self.named.len() < NAMED_MAX {
                self.named.push(LostValue {
                    line,
                    field: lost.field.map(str::to_owned),
                    name: lost.name,
                    kind: lost.kind,
                    value: lost.value,
                    stays: lost.stays,
                });
            }
        }
    }
}
