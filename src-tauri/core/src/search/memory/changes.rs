//! What a transaction tells the index: how the clients whom it changed stand now.

use clientele_model::{BranchId, ClientId};
use zeroize::Zeroize;

/// A client outside the trash, as it stands in the book.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// When the last contact was.
    pub seen: Option<i64>,
    /// Whose client it is.
    pub branch: Option<BranchId>,
    /// The document.
    pub text: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// How clients stand after a transaction.
#[derive(Debug)]
pub(crate) enum Changes {
    /// Each of them; `None` for who is in the trash, and `gone` for who is erased.
    Each(Vec<(ClientId, Standing)>),
    /// Too many to tell.
    Many,
}

/// How one client stands.
#[derive(Debug)]
pub(crate) enum Standing {
    /// It is found by this.
    Found(Entry),
    /// It lies in the trash.
    InTrash,
    /// There is no such client.
    Gone,
}

/// Who was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The place in the order of [`judge::STAGES`].
    pub class: usize,
    /// When the last contact was.
    pub seen: Option<i64>,
    /// Who.
    pub id: ClientId,
}

impl Standing {
    /// The same once more.
    pub fn again(&self) -> Self {
        match self {
            Self::Found(entry) => Self::Found(Entry {
                seen: entry.seen,
                branch: entry.branch,
                text: entry.text.clone(),
            }),
            Self::InTrash => Self::InTrash,
            Self::Gone => Self::Gone,
        }
    }
}
