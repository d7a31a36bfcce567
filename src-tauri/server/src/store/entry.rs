//! An entry of the log as the database keeps it.

use clientele_model::{BranchId, DeviceId, Hlc, RowId};
use clientele_protocol::envelope::Signature;
use clientele_protocol::message::{Entry, Mark, Why};
use clientele_protocol::{Batch, Chain, Digest, Hash, Head, bytes};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Cell, Row};
use crate::{Error, Result};

/// Whose a change is: a branch's, or `None` for the whole company's.
pub type Scope = Option<BranchId>;

/// What a batch adds to the digest of one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Of which scope.
    pub scope: Scope,
    /// How much.
    pub digest: Digest,
}

/// A batch in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its number.
    pub n: u64,
    /// The log's chain after it.
    pub chain: Chain,
    /// What it adds to which digest: which scopes it holds.
    pub shares: Vec<Share>,
    /// The batch; what was refused is hidden, what was erased is gone.
    pub batch: Batch,
    /// Where the effective clock is not the device's own.
    pub assigned: Vec<(u32, Hlc)>,
    /// What was refused.
    pub refused: Vec<(u32, Why)>,
    /// The ends of the identifiers of its rows: where a row may be found again.
    pub row_marks: RowMarks,
}

/// The columns of [`Stored::read`].
macro_rules! entry_columns {
    () => {
        "n, device, first_seq, last_seq, chain, shares, before, after, signature, assigned, refused, row_marks, packed"
    };
}
pub(crate) use entry_columns;

/// Puts [`Stored::cells`] into the log.
pub(crate) const INSERT: &str = concat!(
    "insert into log (",
    entry_columns!(),
    ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
);

impl Stored {
    /// From the columns of [`entry_columns`].
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            n: row.count(0)?,
            chain: row.chain(4)?,
            shares: row.list(5)?,
            batch: Batch {
                device: row.of(1, DeviceId::from_slice)?,
                first_seq: row.count(2)?,
                last_seq: row.count(3)?,
                before: row.chain(6)?,
                after: row.chain(7)?,
                signature: row.of(8, Signature::from_slice)?,
                packed: row.bytes(12)?.to_vec(),
            },
            assigned: row.list(9)?,
            refused: row.list(10)?,
            row_marks: RowMarks::from_bytes(row.bytes(11)?),
        })
    }

    /// The values of those columns.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell> {
        let batch = &self.batch;
        vec![
            self.n.into(),
            batch.device.into(),
            batch.first_seq.into(),
            batch.last_seq.into(),
            self.chain.into(),
            Cell::list(&self.shares),
            batch.before.into(),
            batch.after.into(),
            batch.signature.into(),
            Cell::list(&self.assigned),
            Cell::list(&self.refused),
            self.row_marks.to_bytes().into(),
            batch.packed.as_slice().into(),
        ]
    }

    /// As it goes to a device that may see all of it.
    #[must_use]
    pub fn entry(self) -> Entry {
        Entry {
            n: self.n,
            batch: self.batch,
            assigned: self.assigned,
            refused: self.refused,
        }
    }

    /// The mark after it.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            n: self.n,
            chain: self.chain,
        }
    }
}

/// What stands for a batch in the chain of the log.
#[must_use]
pub fn log_leaf(batch: &Batch) -> Hash {
    let what = bytes::encode(&(batch.device, batch.first_seq, batch.last_seq, batch.after));
    Hash::of(&[b"clientele log entry 1", &what])
}

/// How the database names a scope: a branch, or sixteen zeros for the whole company.
#[must_use]
pub fn scope_cell(scope: Scope) -> Cell {
    scope.unwrap_or(BranchId(Uuid::nil())).into()
}

/// The scope of a row that names it so.
///
/// # Errors
/// [`Error::Damaged`].
pub fn scope_of(row: &Row, at: usize) -> Result<Scope> {
    let scope = row.of(at, BranchId::from_slice)?;
    Ok(Some(scope).filter(|scope| !scope.0.is_nil()))
}

/// The last two bytes of each row's identifier, sorted, each once; kept as the steps from one to the next, which
/// take a byte each where a batch is full. Now and then two rows share them: then one batch more is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowMarks(Vec<u16>);

impl RowMarks {
    /// Of some rows.
    pub fn of(rows: impl IntoIterator<Item = RowId>) -> Self {
        let mut marks: Vec<u16> = rows.into_iter().map(mark).collect();
        marks.sort_unstable();
        marks.dedup();
        Self(marks)
    }

    /// May this row be among them?
    #[must_use]
    pub fn may_hold(&self, row: RowId) -> bool {
        self.0.binary_search(&mark(row)).is_ok()
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut before = 0;
        let mut bytes = Vec::with_capacity(self.0.len());
        for mark in &self.0 {
            let mut step = mark - before;
            before = *mark;
            while step >= 0x80 {
                bytes.push(0x80 | (step & 0x7F) as u8);
                step >>= 7;
            }
            bytes.push(step as u8);
        }
        bytes
    }

    /// From those bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut marks = Vec::new();
        let (mut mark, mut step, mut shift) = (0_u32, 0_u32, 0);
        for byte in bytes {
            step |= u32::from(byte & 0x7F) << shift;
            shift = (shift + 7) % 28;
            if byte & 0x80 == 0 {
                mark = mark.wrapping_add(step);
                marks.push(mark as u16);
                (step, shift) = (0, 0);
            }
        }
        Self(marks)
    }
}

fn mark(row: RowId) -> u16 {
    let bytes = row.as_bytes();
    u16::from_be_bytes([bytes[14], bytes[15]])
}

/// Where a held stream stands at a number inside it or at its ends.
///
/// # Errors
/// [`Error::Damaged`] where the held batches do not go there.
pub fn chain_at(device: DeviceId, held: &[Batch], seq: u64) -> Result<Chain> {
    if seq == 0 {
        return Ok(Chain::start(device));
    }
    let batch = held
        .iter()
        .find(|batch| (batch.first_seq - 1..=batch.last_seq).contains(&seq))
        .ok_or_else(|| Error::damaged("a batch of a stream is missing"))?;
    chain_inside(batch, seq).ok_or_else(|| Error::damaged("a batch that does not open"))
}

/// The chain at a number inside a batch that was proved.
#[must_use]
pub fn chain_inside(batch: &Batch, seq: u64) -> Option<Chain> {
    let from: Head = batch.from();
    match seq {
        _ if seq == from.seq => Some(from.chain),
        _ if seq == batch.last_seq => Some(batch.after),
        _ => {
            let links = batch.open_own().ok()?;
            let links = (batch.first_seq..=seq).zip(&links);
            Some(links.fold(from.chain, |chain, (seq, link)| {
                chain.then(link.leaf(batch.device, seq))
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(end: u16) -> RowId {
        let mut bytes = [7; 16];
        bytes[14..].copy_from_slice(&end.to_be_bytes());
        RowId(Uuid::from_bytes(bytes))
    }

    #[test]
    fn a_row_is_found_by_its_mark_and_most_others_are_not() {
        for ends in [
            &[][..],
            &[0],
            &[65_535, 0, 127, 128, 16_384, 16_383, 127],
            &[300, 301],
        ] {
            let marks = RowMarks::of(ends.iter().map(|end| row(*end)));
            assert_eq!(RowMarks::from_bytes(&marks.to_bytes()), marks, "{ends:?}");
            assert!(ends.iter().all(|end| marks.may_hold(row(*end))), "{ends:?}");
            assert!(!marks.may_hold(row(5000)));
        }
        let full = RowMarks::of((0..1000).map(|n| row(n * 64 + n % 60)));
        assert!(full.to_bytes().len() <= 1010, "{}", full.to_bytes().len());
        // Whatever stands there, it is read without a panic.
        for bytes in [&[0xFF; 9][..], &[0x80], &[0xFF, 0xFF, 0xFF, 0xFF, 0x7F]] {
            assert!(RowMarks::from_bytes(bytes).0.len() < 10);
        }
    }
}
