//! What is done with records that mean somebody who is there already: one rule for a file, and another for a row.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is done with a record that means a client of the book, or of an earlier row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ImportRule")]
pub enum Rule {
    /// It completes that card, and overwrites nothing on it.
    #[default]
    Complete,
    /// It becomes a client of its own all the same.
    Create,
    /// It is left out.
    Skip,
}

/// The rule for one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "ImportRowRule")]
pub struct RowRule {
    /// The line of the file where the row starts.
    pub line: u64,
    /// What is done with it.
    pub rule: Rule,
}

/// What the user settled about those who are there already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "ImportRules")]
pub struct Rules {
    /// For the whole file.
    pub rule: Rule,
    /// For some of its rows.
    pub rows: Vec<RowRule>,
}

impl Rules {
    /// The rule of each row that has one of its own; the last word counts.
    pub(super) fn by_line(&self) -> BTreeMap<u64, Rule> {
        self.rows.iter().map(|row| (row.line, row.rule)).collect()
    }
}
