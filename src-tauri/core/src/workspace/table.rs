//! What the write gate knows of a feature's table: its name, its fields, and what shows it.

use clientele_model::Value;
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
    /// The steps, and what can be undone.
    History,
    /// The trash.
    Trash,
    /// The book's settings.
    Settings,
    /// The tags in use.
    Tags,
    /// How this device stands with head office.
    HeadOffice,
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
    pub id: Option<clientele_model::RowId>,
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

/// What a field holds. A field that no change has named yet holds the empty value of its sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Text; empty for none.
    Text,
    /// A whole number; zero for none.
    Int,
    /// A whole number or null.
    MaybeInt,
    /// The identifier of another row, or null.
    Id,
}

/// A field that changes may set.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The column.
    pub name: &'static str,
    /// What it holds.
    pub sort: Sort,
}

/// A field of text.
#[must_use]
pub const fn text(name: &'static str) -> Field {
    Field {
        name,
        sort: Sort::Text,
    }
}

/// A field with a whole number.
#[must_use]
pub const fn int(name: &'static str) -> Field {
    Field {
        name,
        sort: Sort::Int,
    }
}

/// A field that names another row.
#[must_use]
pub const fn id(name: &'static str) -> Field {
    Field { name, sort: Sort::Id }
}

const TRASH_MARK: Field = Field {
    name: DELETED_AT,
    sort: Sort::MaybeInt,
};

impl Field {
    /// What stands there as long as no change has set it.
    #[must_use]
    pub fn empty(self) -> Value {
        match self.sort {
            Sort::Text => Value::Text(String::new()),
            Sort::Int => Value::Int(0),
            Sort::MaybeInt | Sort::Id => Value::Null,
        }
    }

    /// Does a value fit?
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        matches!(
            (self.sort, value),
            (Sort::Text, Value::Text(_))
                | (Sort::Int | Sort::MaybeInt, Value::Int(_))
                | (Sort::MaybeInt | Sort::Id, Value::Null)
        ) || (self.sort == Sort::Id && value.as_row().is_some())
    }
}

/// One table of records. Entity and table bear the same name.
#[derive(Debug)]
pub struct Table {
    /// The table, and the entity in the change log.
    pub name: &'static str,
    /// The fields that a change may set, besides `deleted_at`. Columns not named here are worked out.
    pub fields: &'static [Field],
    /// Whose card it is on.
    pub card: Card,
    /// What has to be read again when it changes.
    pub topics: &'static [Topic],
}

/// The trash mark, a field of every table.
pub const DELETED_AT: &str = "deleted_at";

impl Table {
    /// The field of a name, where a change may set it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Field> {
        self.all_fields().find(|field| field.name == name)
    }

    /// Every field that a change may set, the trash mark last.
    pub fn all_fields(&self) -> impl Iterator<Item = Field> {
        self.fields.iter().copied().chain([TRASH_MARK])
    }
}

/// All tables of the book, and how the worked-out columns and the index follow them.
pub struct Schema {
    /// Every table of records.
    pub tables: &'static [&'static Table],
    /// Works out anew all that is derived from these clients' rows (list columns, search index),
    /// inside the transaction that changed them.
    pub derive:
        fn(&rusqlite::Connection, &std::collections::BTreeSet<clientele_model::RowId>) -> crate::Result<()>,
}

impl Schema {
    /// The table of an entity, where this version knows it.
    #[must_use]
    pub fn table(&self, entity: &str) -> Option<&'static Table> {
        self.tables.iter().copied().find(|table| table.name == entity)
    }
}
