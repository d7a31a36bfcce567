//! The contents of photos and files, in pieces, as devices hand them over. What each is stands in the log, and in the plain
//! tables: nothing is kept here of which they do not tell, and nobody gets what the record's scope does not show.

use clientele_model::{BranchId, RowId};
use sha2::{Digest as _, Sha256};

use super::page::Viewer;
use super::{Cell, Job, Tx};
use crate::Result;

/// A content is kept in pieces of this size; only the last is smaller.
pub const PIECE_BYTES: u64 = 256 * 1024;

/// The largest content.
pub const CONTENT_BYTES_MAX: u64 = 25 * 1024 * 1024;

/// Contents that a device may ask about at once.
pub const ASKED_MAX: usize = 1000;

/// What the plain tables tell of a content.
struct Told {
    size_bytes: u64,
    hash: Vec<u8>,
}

impl Told {
    fn pieces(&self) -> u64 {
        self.size_bytes.div_ceil(PIECE_BYTES)
    }
}

/// What is told of some contents, as far as a device may see them.
async fn told<T: Tx>(tx: &mut T, viewer: Viewer, ids: &[RowId]) -> Result<Vec<Option<Told>>> {
    let sql = if T::IS_BY_NUMBER {
        "select (select branch from places where number = r.branch), size_bytes, hash from row_attachments r
         where id = $1"
    } else {
        "select branch, size_bytes, hash from row_attachments where id = $1"
    };
    let params: Vec<Vec<Cell>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let found = tx.query_many(sql, &params).await?;
    let told = found.iter().map(|rows| {
        let Some(row) = rows.first() else { return Ok(None) };
        let scope = row.maybe(0, BranchId::from_slice)?;
        let (size_bytes, hash) = (row.int(1)?.max(0).cast_unsigned(), row.bytes(2)?.to_vec());
        let is_one = viewer.sees(scope) && (1..=CONTENT_BYTES_MAX).contains(&size_bytes);
        Ok(is_one.then_some(Told { size_bytes, hash }))
    });
    told.collect()
}

/// How many pieces of a content stand here, from its beginning on: they come one after the other.
async fn pieces<T: Tx>(tx: &mut T, ids: &[RowId]) -> Result<Vec<u64>> {
    let params: Vec<Vec<Cell>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let found = tx
        .query_many("select count(*) from pieces where attachment = $1", &params)
        .await?;
    found
        .iter()
        .map(|rows| rows.first().map_or(Ok(0), |row| row.count(0)))
        .collect()
}

/// How much there is of some contents.
pub struct HowMuch {
    /// Who asks.
    pub viewer: Viewer,
    /// Of which.
    pub ids: Vec<RowId>,
}

impl Job for HowMuch {
    /// How many pieces of each; `None` for one of which the tables do not tell this device (yet).
    type Out = Vec<Option<u32>>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let told = told(tx, self.viewer, &self.ids).await?;
        let pieces = pieces(tx, &self.ids).await?;
        let both = told.iter().zip(pieces);
        let known = both.map(|(told, pieces)| told.as_ref().and(u32::try_from(pieces).ok()));
        Ok(known.collect())
    }
}

/// Keeps a piece.
pub struct PutPiece {
    /// Who brings it.
    pub viewer: Viewer,
    /// Of which content.
    pub id: RowId,
    /// Which, the first being 0.
    pub n: u32,
    /// It.
    pub bytes: Vec<u8>,
}

impl Job for PutPiece {
    /// Was it the next, or one that is here already?
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        let Some(told) = told(tx, self.viewer, &[self.id])
            .await?
            .into_iter()
            .next()
            .flatten()
        else {
            return Ok(false);
        };
        let n = u64::from(self.n);
        let here = pieces(tx, &[self.id]).await?.first().copied().unwrap_or(0);
        if n < here {
            // Sent twice, or by two devices at once: the whole is proved by its hash.
            return Ok(true);
        }
        let is_last = n + 1 == told.pieces();
        let length = if is_last {
            told.size_bytes - n * PIECE_BYTES
        } else {
            PIECE_BYTES
        };
        if n != here || n >= told.pieces() || self.bytes.len() as u64 != length {
            return Ok(false);
        }
        let key: Vec<Cell> = vec![self.id.into(), i64::from(self.n).into()];
        let mut row = key;
        row.push(self.bytes.clone().into());
        // Of two that bring it at once one is first.
        tx.execute(
            "insert into pieces (attachment, n, bytes) values ($1, $2, $3)
             on conflict ({company}attachment, n) do nothing",
            &row,
        )
        .await?;
        if is_last && whole(tx, self.id, told.pieces()).await? != told.hash {
            // Somebody brought something else: whoever has it begins anew.
            forget(tx, &[vec![self.id.into()]]).await?;
            return Ok(false);
        }
        Ok(true)
    }
}

/// The hash of a whole content, read piece by piece.
async fn whole<T: Tx>(tx: &mut T, id: RowId, pieces: u64) -> Result<Vec<u8>> {
    let mut hash = Sha256::new();
    for n in 0..pieces {
        if let Some(bytes) = piece(tx, id, n).await? {
            hash.update(bytes);
        }
    }
    Ok(hash.finalize().to_vec())
}

async fn piece<T: Tx>(tx: &mut T, id: RowId, n: u64) -> Result<Option<Vec<u8>>> {
    let row = tx
        .one(
            "select bytes from pieces where attachment = $1 and n = $2",
            &[id.into(), n.into()],
        )
        .await?;
    row.map(|row| Ok(row.bytes(0)?.to_vec())).transpose()
}

/// One piece, for who may see it.
pub struct GetPiece {
    /// Who asks.
    pub viewer: Viewer,
    /// Of which content.
    pub id: RowId,
    /// Which.
    pub n: u32,
}

impl Job for GetPiece {
    type Out = Option<Vec<u8>>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let told = told(tx, self.viewer, &[self.id])
            .await?
            .into_iter()
            .next()
            .flatten();
        let here = pieces(tx, &[self.id]).await?.first().copied().unwrap_or(0);
        match told {
            // Nothing of one that is not whole, and so not proved.
            Some(told) if here == told.pieces() => piece(tx, self.id, self.n.into()).await,
            _ => Ok(None),
        }
    }
}

/// Takes away all that there is of some contents: their records were erased.
pub(super) async fn forget<T: Tx>(tx: &mut T, ids: &[Vec<Cell>]) -> Result<()> {
    tx.execute_many("delete from pieces where attachment = $1", ids)
        .await?;
    Ok(())
}
