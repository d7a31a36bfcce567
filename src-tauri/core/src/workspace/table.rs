//! What the write gate knows of a feature's table: its name, its fields, and what shows it.

use std::collections::BTreeSet;

use clientele_model::record::Record;
pub use clientele_model::record::{DELETED_AT, Field};
use clientele_model::{RowId, Value};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that a screen shows, and must read again after a write that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Lists of clients, and what is found.
    Clients,
    /// One card.
    Client,
    /// A contact history.
    Contacts,
    /// Photos and files on a card.
    Attachments,
    /// The steps, and what can be undone.
    History,
    /// The trash.
    Trash,
    /// The book's settings.
    Settings,
    /// The tags in use.
    Tags,
    /// The owner's own fields.
    CustomFields,
    /// Saved filters, and how many clients each finds.
    Filters,
    /// How this device stands with head office.
    HeadOffice,
    /// Clients who may be the same one.
    Duplicates,
    /// What two devices wrote without knowing of each other.
    Conflicts,
}

/// A list or card that has to be read again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Invalidation {
    /// What.
    pub topic: Topic,
    /// Of which client; none for all of the topic.
    #[ts(type = "string | null")]
    pub id: Option<RowId>,
}

/// Whose card a row stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// The row is the client.
    Itself,
    /// The row's field `client_id` names the client.
    ByClientId,
    /// No card shows it.
    None,
}

/// One table of records. Columns that the record does not name are worked out.
#[derive(Debug)]
pub struct Table {
    /// Its name, which is the entity's in the change log, and its fields.
    pub record: Record,
    /// Whose card it is on.
    pub card: Card,
    /// What has to be read again when it changes.
    pub topics: &'static [Topic],
    /// Columns that follow from a row alone.
    pub worked_out: WorkedOut,
}

/// Columns that follow from the values of their own row, and are put with it.
#[derive(Debug)]
pub struct WorkedOut {
    /// Their names.
    pub columns: &'static [&'static str],
    /// What stands in each, from the row's values in the table's order.
    pub of: fn(&[Value]) -> Vec<Value>,
    /// The one that an index over all rows begins with.
    pub ordered_by: Option<&'static str>,
}

impl WorkedOut {
    /// No such column.
    pub const NOTHING: Self = Self {
        columns: &[],
        of: |_| Vec::new(),
        ordered_by: None,
    };
}

/// When the search index learns what a client is found by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indexing {
    /// In the same transaction.
    Now,
    /// Soon after; until then whoever searches looks at these clients one by one.
    Later,
}

impl std::ops::Deref for Table {
    type Target = Record;
    fn deref(&self) -> &Record {
        &self.record
    }
}

impl Table {
    /// The field of a name, where a change may set it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Field> {
        self.all_fields().find(|field| field.name == name)
    }
}

/// All tables of the book, and how the worked-out columns and the index follow them.
pub struct Schema {
    /// Every table of records.
    pub tables: &'static [&'static Table],
    /// Works out anew all that is derived from these clients' rows (list columns, search index),
    /// inside the transaction that changed them. Returns these clients and those whose cards follow from theirs.
    pub derive: fn(&Connection, &BTreeSet<RowId>, Indexing) -> crate::Result<BTreeSet<RowId>>,
    /// Takes a client out of the search index, before its row goes.
    pub forget: fn(&Connection, RowId) -> crate::Result<()>,
}

impl Schema {
    /// The table of an entity, where this version knows it.
    #[must_use]
    pub fn table(&self, entity: &str) -> Option<&'static Table> {
        self.tables.iter().copied().find(|table| table.name == entity)
    }

    /// A hash of every table and field that this version knows.
    #[must_use]
    pub fn fingerprint(&self) -> Vec<u8> {
        let mut names = String::new();
        for table in self.tables {
            names.push_str(table.name);
            for field in table.all_fields() {
                names.push(' ');
                names.push_str(field.name);
            }
            names.push('\n');
        }
        clientele_protocol::Hash::of(&[names.as_bytes()]).0.to_vec()
    }
}
