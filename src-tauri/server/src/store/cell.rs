//! A value on its way into a database or out of it, and rows of them.

use clientele_model::{BranchId, CompanyId, DeviceId, RowId, StepId};
use clientele_protocol::envelope::Signature;
use clientele_protocol::{Chain, Digest, Hash, PublicKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A value. Identifiers are their 16 bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// None.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A row of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Cell>);

impl Cell {
    /// Any value as its postcard bytes; nothing for an empty list, which is the usual case.
    pub fn list<T: Serialize>(list: &[T]) -> Self {
        if list.is_empty() {
            Self::Null
        } else {
            Self::Blob(clientele_protocol::bytes::encode(list))
        }
    }
}

impl From<i64> for Cell {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<u64> for Cell {
    /// Bit for bit: no number here comes near the half where the sign would tell.
    fn from(n: u64) -> Self {
        Self::Int(n.cast_signed())
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Cell {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<Hash> for Cell {
    fn from(hash: Hash) -> Self {
        Self::Blob(hash.0.to_vec())
    }
}

impl From<Chain> for Cell {
    fn from(chain: Chain) -> Self {
        chain.0.into()
    }
}

impl From<Digest> for Cell {
    fn from(digest: Digest) -> Self {
        Self::Blob(digest.to_bytes().to_vec())
    }
}

impl From<PublicKey> for Cell {
    fn from(key: PublicKey) -> Self {
        Self::Blob(key.0.to_vec())
    }
}

impl From<Signature> for Cell {
    fn from(signature: Signature) -> Self {
        Self::Blob(signature.to_bytes().to_vec())
    }
}

macro_rules! ids {
    ($($id:ident)*) => {
        $(impl From<$id> for Cell {
            fn from(id: $id) -> Self {
                Self::Blob(id.as_bytes().to_vec())
            }
        })*
    };
}

ids!(BranchId CompanyId DeviceId RowId StepId);

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Row {
    fn cell(&self, at: usize) -> Result<&Cell> {
        self.0
            .get(at)
            .ok_or_else(|| Error::damaged("a column is missing"))
    }

    /// A whole number.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn int(&self, at: usize) -> Result<i64> {
        self.maybe_int(at)?
            .ok_or_else(|| Error::damaged("no number where one must stand"))
    }

    /// A whole number, or none.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn maybe_int(&self, at: usize) -> Result<Option<i64>> {
        match self.cell(at)? {
            Cell::Null => Ok(None),
            Cell::Int(n) => Ok(Some(*n)),
            _ => Err(Error::damaged("not a number")),
        }
    }

    /// A number that counts something.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn count(&self, at: usize) -> Result<u64> {
        Ok(self.int(at)?.cast_unsigned())
    }

    /// Text.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn text(&self, at: usize) -> Result<String> {
        match self.cell(at)? {
            Cell::Text(text) => Ok(text.clone()),
            _ => Err(Error::damaged("no text where one must stand")),
        }
    }

    /// Bytes; empty for none.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn bytes(&self, at: usize) -> Result<&[u8]> {
        match self.cell(at)? {
            Cell::Null => Ok(&[]),
            Cell::Blob(bytes) => Ok(bytes),
            _ => Err(Error::damaged("no bytes where some must stand")),
        }
    }

    /// Something of a fixed length, made of its bytes.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn of<T>(&self, at: usize, from: impl Fn(&[u8]) -> Option<T>) -> Result<T> {
        from(self.bytes(at)?).ok_or_else(|| Error::damaged("bytes of another length"))
    }

    /// The same, or none.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn maybe<T>(&self, at: usize, from: impl Fn(&[u8]) -> Option<T>) -> Result<Option<T>> {
        match self.cell(at)? {
            Cell::Null => Ok(None),
            _ => self.of(at, from).map(Some),
        }
    }

    /// A hash of a chain.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn chain(&self, at: usize) -> Result<Chain> {
        self.of(at, |bytes| Hash::from_slice(bytes).map(Chain))
    }

    /// What [`Cell::list`] made.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn list<T: DeserializeOwned>(&self, at: usize) -> Result<Vec<T>> {
        let bytes = self.bytes(at)?;
        if bytes.is_empty() {
            return Ok(Vec::new());
        }
        clientele_protocol::bytes::decode(bytes).map_err(|_| Error::damaged("a list that is none"))
    }
}
