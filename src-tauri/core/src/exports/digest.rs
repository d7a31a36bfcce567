//! Do two books show the same? A digest of their rows says so.
//!
//! It is not the digest by which devices and head office know that they hold the same changes: that one is bound to
//! who wrote what and when, and no other book can have it. This one is bound to what stands on the cards, in the trash
//! and in the settings, and to nothing else: two books with the same rows have the same one, whichever way they came.

use clientele_formats::everything::entities;
use clientele_model::record::Field;
use clientele_model::{Hlc, RowId, Value};
use clientele_protocol::{Digest, Hash};
use rusqlite::Connection;

use super::store;
use crate::Result;

/// The digest of rows, taken in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowsDigest(Digest);

impl RowsDigest {
    /// That of all rows of a book that an export of everything holds.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn of_book(conn: &Connection) -> Result<Self> {
        let mut digest = Self::default();
        for record in entities() {
            store::each_row(conn, record, &mut |id, fields| {
                digest.add(record.name, id, filled(fields));
                Ok(())
            })?;
        }
        Ok(digest)
    }

    /// With one more row; only fields that hold something may be named.
    pub fn add<'v>(
        &mut self,
        entity: &str,
        id: RowId,
        fields: impl Iterator<Item = (&'static str, &'v Value)>,
    ) {
        let mut fields: Vec<_> = fields.collect();
        fields.sort_by_key(|(name, _)| *name);
        let row = postcard::to_allocvec(&(entity, fields)).unwrap_or_default();
        // Rows have no place in an order: each of them stands at the same one.
        self.0
            .add(Hash::of(&[b"clientele row 1", id.as_bytes(), &row]), Hlc(0));
    }
}

/// The fields that hold something.
pub(super) fn filled(fields: &[(Field, Value)]) -> impl Iterator<Item = (&'static str, &Value)> {
    let filled = fields.iter().filter(|(field, value)| *value != field.empty());
    filled.map(|(field, value)| (field.name, value))
}

impl std::fmt::Display for RowsDigest {
    /// 48 hexadecimal digits: how many rows, and the sum of their hashes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .to_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
