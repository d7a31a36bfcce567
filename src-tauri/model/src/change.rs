//! A change: one mutation of one row, as the change log keeps it and as sync will hand it on.

use serde::{Deserialize, Serialize};

use crate::{DeviceId, RowId};

/// The version of the change format that this program writes.
pub const SCHEMA: u32 = 1;

/// What a field holds. Maps one to one to what SQLite stores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number: counts, milliseconds, minor units of money, truth as 0 and 1.
    Int(i64),
    /// A fraction.
    Real(f64),
    /// Text in UTF-8.
    Text(String),
    /// Bytes: the 16 of an identifier, or what a person attached.
    Blob(Vec<u8>),
}

impl Value {
    /// The text, or nothing.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, or nothing.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The row that this value names, where it names one.
    #[must_use]
    pub fn as_row(&self) -> Option<RowId> {
        match self {
            Self::Blob(bytes) => RowId::from_slice(bytes),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<RowId> for Value {
    fn from(id: RowId) -> Self {
        Self::Blob(id.as_bytes().to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What a change does to its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChangeKind {
    /// Fields of a row that exists take new values.
    Set,
    /// A row comes to be.
    Add,
    /// A number grows by an amount: what two devices do at once adds up.
    Inc,
    /// A row goes to the trash; it can come back.
    Del,
    /// A row is gone for good, here and everywhere, and the log forgets what it held.
    Erase,
}

impl ChangeKind {
    /// The number in the database.
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Set => 0,
            Self::Add => 1,
            Self::Inc => 2,
            Self::Del => 3,
            Self::Erase => 4,
        }
    }

    /// From the number in the database.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Set, Self::Add, Self::Inc, Self::Del, Self::Erase]
            .into_iter()
            .find(|k| k.code() == code)
    }
}

/// Which change: a device and its place in that device's own dense sequence from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// The device that made the change.
    pub device: DeviceId,
    /// Its number there.
    pub seq: u64,
}

/// One field of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The column, by name. A name that this version does not know is kept verbatim.
    pub field: String,
    /// What it is from now on (for `Inc`: by how much it grows).
    pub value: Value,
    /// The change whose value this one was typed over; `None` where there was none. Another base than
    /// the value that stands tells a conflict from an ordinary overwrite.
    pub base: Option<Stamp>,
}

/// A field of no table, in what throws a row away: the newest change of each device on the row's card that
/// its author had seen. What is written there by somebody whom this list does not name was not known.
pub const SEEN: &str = "~seen";

/// A field of no table: the lost values, field by field, that the author of this change knew and passed over.
pub const SETTLES: &str = "~settles";

/// A field of no table: lost values that count as lost again, because whoever had passed them over took that back.
pub const UNSETTLES: &str = "~unsettles";

impl FieldChange {
    /// A list of lost values, under [`SETTLES`] or [`UNSETTLES`]: each by its field and the change that had set it.
    #[must_use]
    pub fn lost(field: &str, lost: &[(String, Stamp)]) -> Self {
        let bytes = postcard::to_allocvec(lost).expect("a list is plain data, and memory is there");
        Self {
            field: field.to_owned(),
            value: Value::Blob(bytes),
            base: None,
        }
    }

    /// A list of changes, under [`SEEN`].
    #[must_use]
    pub fn stamps(field: &str, stamps: &[Stamp]) -> Self {
        let bytes = postcard::to_allocvec(stamps).expect("a list is plain data, and memory is there");
        Self {
            field: field.to_owned(),
            value: Value::Blob(bytes),
            base: None,
        }
    }
}

/// The fields of a change, as bytes in the log: postcard of this list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Body(pub Vec<FieldChange>);

impl Body {
    /// The bytes of the log.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a body is plain data, and memory is there")
    }

    /// The list of lost values under one of the names [`SETTLES`] and [`UNSETTLES`]; empty where there is none.
    #[must_use]
    pub fn lost(&self, field: &str) -> Vec<(String, Stamp)> {
        let found = self.0.iter().find(|change| change.field == field);
        match found.map(|change| &change.value) {
            Some(Value::Blob(bytes)) => postcard::from_bytes(bytes).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The list of changes under the name [`SEEN`]; empty where there is none.
    #[must_use]
    pub fn stamps(&self, field: &str) -> Vec<Stamp> {
        let found = self.0.iter().find(|change| change.field == field);
        match found.map(|change| &change.value) {
            Some(Value::Blob(bytes)) => postcard::from_bytes(bytes).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// From the bytes of the log; `None` for bytes that are no body.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_as_it_was() {
        let body = Body(vec![
            FieldChange {
                field: "family_name".into(),
                value: "Иванова".into(),
                base: None,
            },
            FieldChange {
                field: "deleted_at".into(),
                value: Value::Int(-1),
                base: Some(Stamp {
                    device: DeviceId::new(),
                    seq: 7,
                }),
            },
            FieldChange {
                field: "x".into(),
                value: Value::Blob(vec![0, 255]),
                base: None,
            },
        ]);
        assert_eq!(Body::decode(&body.encode()), Some(body));
    }

    #[test]
    fn bytes_that_are_no_body_are_said_to_be_none() {
        assert_eq!(Body::decode(&[0xFF; 9]), None);
        assert_eq!(Body::decode(&[]), None);
    }
}
