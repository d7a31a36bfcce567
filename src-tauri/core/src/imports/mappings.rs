//! What the columns of a file mean, kept for the next file with the same headers.
//!
//! Kept beside the book's own facts, on this device alone: a hash of the headers and the meanings, and nothing of what
//! stands in the file. Headers are what a program wrote; where a person's row was taken for them, a hash names nobody.

use clientele_formats::{Column, Header, Options, Table};
use clientele_model::Value;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Result;
use crate::workspace::store;

/// The fact of the book under which they are kept.
const FACT: &str = "import_columns";

/// So many are kept, the last used first.
const KEPT_MAX: usize = 50;

/// What the columns under some headers mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    headers: String,
    /// The row in which the headers stood: where they say nothing to the program, they are not found as such.
    header_row: usize,
    columns: Vec<Column>,
}

impl Mapping {
    /// What the columns of this table mean; none for a table without headers, which is like any other.
    #[must_use]
    pub fn of(table: &Table) -> Option<Self> {
        Some(Self {
            headers: hashed(&table.headers),
            header_row: table.header_row?,
            columns: table.columns.clone(),
        })
    }

    /// What was said last of the columns under the headers of this table, where it was something else. Where no
    /// headers were found, the first row may be some.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn recall(conn: &Connection, table: &Table) -> Result<Option<Self>> {
        let headers = match (table.header_row, table.samples.first()) {
            (Some(_), _) => &table.headers,
            (None, Some(first)) => first,
            (None, None) => return Ok(None),
        };
        let headers = hashed(headers);
        let known = kept(conn)?.into_iter().find(|known| known.headers == headers);
        Ok(
            known
                .filter(|known| known.columns != table.columns && known.columns.len() == table.columns.len()),
        )
    }

    /// How to read the file once more, so that it is read as it was then.
    #[must_use]
    pub fn applied(&self, options: &Options) -> Options {
        Options {
            header: Header::Row(self.header_row),
            columns: Some(self.columns.clone()),
            ..options.clone()
        }
    }

    /// Is this table the one that it speaks of?
    #[must_use]
    pub fn fits(&self, table: &Table) -> bool {
        self.headers == hashed(&table.headers)
    }

    /// Keeps it for the next time.
    ///
    /// # Errors
    /// What SQLite says.
    pub(super) fn keep(&self, conn: &Connection) -> Result<()> {
        let mut all = kept(conn)?;
        all.retain(|known| known.headers != self.headers);
        all.insert(0, self.clone());
        all.truncate(KEPT_MAX);
        let text = serde_json::to_string(&all).unwrap_or_default();
        store::set_local(conn, FACT, &Value::Text(text))
    }
}

fn hashed(headers: &[String]) -> String {
    let mut hash = Sha256::new();
    for header in headers {
        hash.update((header.len() as u64).to_le_bytes());
        hash.update(header);
    }
    let digest = hash.finalize();
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All that is kept; what an older or newer program wrote otherwise is as good as nothing.
fn kept(conn: &Connection) -> Result<Vec<Mapping>> {
    Ok(match store::local(conn, FACT)? {
        Some(Value::Text(text)) => serde_json::from_str(&text).unwrap_or_default(),
        _ => Vec::new(),
    })
}
