//! The records of a book: which entities there are, and which fields a change may set. Core lays its tables
//! out by this list, and head office's server the tables in which its owner reads.

use crate::Value;

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
    /// A few bytes that only a program reads; none for none.
    Bytes,
}

/// A field that changes may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A field with a whole number or nothing.
#[must_use]
pub const fn maybe_int(name: &'static str) -> Field {
    Field {
        name,
        sort: Sort::MaybeInt,
    }
}

/// A field that names another row.
#[must_use]
pub const fn id(name: &'static str) -> Field {
    Field { name, sort: Sort::Id }
}

/// A field of bytes.
#[must_use]
pub const fn bytes(name: &'static str) -> Field {
    Field {
        name,
        sort: Sort::Bytes,
    }
}

impl Field {
    /// What stands there as long as no change has set it.
    #[must_use]
    pub fn empty(self) -> Value {
        match self.sort {
            Sort::Text => Value::Text(String::new()),
            Sort::Int => Value::Int(0),
            Sort::MaybeInt | Sort::Id => Value::Null,
            Sort::Bytes => Value::Blob(Vec::new()),
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
                | (Sort::Bytes, Value::Blob(_))
        ) || (self.sort == Sort::Id && value.as_row().is_some())
    }
}

/// The trash mark, a field of every record: milliseconds since the epoch, or null.
pub const DELETED_AT: &str = "deleted_at";

/// The trash mark as a field.
pub const TRASH_MARK: Field = Field {
    name: DELETED_AT,
    sort: Sort::MaybeInt,
};

/// The field by which a record names the client on whose card it stands.
pub const CLIENT_ID: &str = "client_id";

/// The field by which a contact person names the client who that is.
pub const PERSON_ID: &str = "person_id";

/// One entity. Entity and table bear the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The entity.
    pub name: &'static str,
    /// The fields that a change may set, besides the trash mark.
    pub fields: &'static [Field],
}

impl Record {
    /// Every field that a change may set, the trash mark last.
    pub fn all_fields(&self) -> impl Iterator<Item = Field> {
        self.fields.iter().copied().chain([TRASH_MARK])
    }

    /// Does it stand on a client's card?
    #[must_use]
    pub fn is_on_card(&self) -> bool {
        self.fields.iter().any(|field| field.name == CLIENT_ID)
    }
}

macro_rules! records {
    ($($(#[$doc:meta])* $record:ident = $name:literal [$($field:expr),* $(,)?];)*) => {
        $($(#[$doc])* pub const $record: Record = Record { name: $name, fields: &[$($field),*] };)*

        /// Every entity that this version knows.
        pub const RECORDS: &[Record] = &[$($record),*];
    };
}

records! {
    /// Steps as the user saw them. A step's own row is the last of its changes.
    STEPS = "steps" [
        id("device"), text("staff"), int("at"), text("label"), text("params"), text("act"), id("target"),
        int("changes"),
    ];
    /// What holds for the whole company; one row.
    SETTINGS = "settings" [text("business_name"), text("country"), text("currency"), text("language")];
    /// The clients themselves.
    CLIENTS = "clients" [
        text("kind"), text("given_name"), text("patronymic"), text("family_name"), text("company_name"),
        text("birthday"), text("language"), text("source"), text("card_number"), text("notes"),
        text("expects"), text("never"), int("created_at"), id("merged_into"),
    ];
    /// More names of a client.
    CLIENT_NAMES = "client_names" [id(CLIENT_ID), int("position"), text("label"), text("name")];
    /// Phone numbers: as typed, and in E.164.
    PHONES = "phones" [id(CLIENT_ID), int("position"), text("label"), text("typed"), text("e164")];
    /// E-mail addresses.
    EMAILS = "emails" [id(CLIENT_ID), int("position"), text("label"), text("address")];
    /// Postal addresses.
    ADDRESSES = "addresses" [
        id(CLIENT_ID), int("position"), text("label"), text("street"), text("city"), text("region"),
        text("postal_code"), text("country"),
    ];
    /// Names in messengers.
    MESSENGERS = "messengers" [id(CLIENT_ID), int("position"), text("service"), text("handle")];
    /// People to talk to. One who is a client of the book, too, is named by it; `name` is then how that client was called.
    CONTACT_PERSONS = "contact_persons" [
        id(CLIENT_ID), int("position"), text("name"), text("role"), text("phone"), text("email"), text("note"),
        id(PERSON_ID),
    ];
    /// Tags.
    CLIENT_TAGS = "client_tags" [id(CLIENT_ID), text("tag")];
    /// The owner's own fields of a card. `kind` is a word of [`crate::CustomKind`].
    CUSTOM_FIELDS = "custom_fields" [text("name"), text("kind"), int("position")];
    /// What may be chosen in such a field.
    CUSTOM_CHOICES = "custom_choices" [id("field_id"), int("position"), text("name")];
    /// What stands in such a field on a card; a number in millionths. Which of the four counts, the field's kind says.
    CUSTOM_VALUES = "custom_values" [
        id(CLIENT_ID), id("field_id"), text("text"), maybe_int("number"), text("day"), id("choice"),
    ];
    /// Saved filters; `conditions` is JSON.
    FILTERS = "filters" [text("name"), text("conditions"), int("position")];
    /// Two clients of whom somebody said that they are not the same one.
    NOT_DUPLICATES = "not_duplicates" [id(CLIENT_ID), id("other")];
    /// Contact history.
    CONTACTS = "contacts" [
        id(CLIENT_ID), text("kind"), text("direction"), text("channel"), int("at"), text("staff"), text("text"),
    ];
    /// Photos and files of a client. Their content is not in the log: `hash` is its SHA-256.
    ATTACHMENTS = "attachments" [
        id(CLIENT_ID), text("name"), text("media_type"), int("size_bytes"), bytes("hash"), bytes("thumbnail"),
        int("added_at"), int("photo_since"),
    ];
}

/// The entity of a name, where this version knows it.
#[must_use]
pub fn record(name: &str) -> Option<&'static Record> {
    RECORDS.iter().find(|record| record.name == name)
}

/// May only head office write it? What holds for the whole company is no branch's to change.
#[must_use]
pub fn is_head_offices(entity: &str) -> bool {
    entity == SETTINGS.name
}
