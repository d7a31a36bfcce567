//! The contents of photos and files, in pieces, as devices hand them over. What each is stands in the log, and in the plain
//! tables: nothing is kept here of which they do not tell, and nobody gets what the record's scope does not show.

use clientele_model::{BranchId, RowId};
use clientele_protocol::message::ContentsMark;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::check::Checked;
use super::page::{Viewer, head};
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
async fn told<T: Tx>(tx: &mut T, viewer: Viewer, ids: &[RowId], lock: &str) -> Result<Vec<Option<Told>>> {
    let sql = if T::IS_BY_NUMBER {
        "select (select branch from places where number = r.branch), size_bytes, hash from row_attachments r
         where id = $1"
    } else {
        "select branch, size_bytes, hash from row_attachments where id = $1"
    };
    let params: Vec<Vec<Cell>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let found = tx.query_many(&format!("{sql}{lock}"), &params).await?;
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
    /// How many pieces of each, `None` for one of which the tables do not tell this device (yet); and the mark now.
    type Out = (Vec<Option<u32>>, ContentsMark);

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let told = told(tx, self.viewer, &self.ids, "").await?;
        let pieces = pieces(tx, &self.ids).await?;
        let both = told.iter().zip(pieces);
        let known = both.map(|(told, pieces)| told.as_ref().and(u32::try_from(pieces).ok()));
        Ok((known.collect(), mark(tx).await?))
    }
}

/// How many contents have become whole here, those that were erased since among them.
async fn mark<T: Tx>(tx: &mut T) -> Result<ContentsMark> {
    let last = tx
        .one("select n, token from contents order by n desc limit 1", &[])
        .await?;
    last.map_or(Ok(ContentsMark::start()), |row| {
        let token = row.of(1, |bytes| bytes.try_into().ok())?;
        Ok(ContentsMark {
            n: row.count(0)?,
            token,
        })
    })
}

/// Was everything here that a mark tells of, and is it this server's?
pub(super) async fn has<T: Tx>(tx: &mut T, mark: ContentsMark) -> Result<bool> {
    if mark == ContentsMark::start() {
        return Ok(true);
    }
    let known = tx
        .one("select token from contents where n = $1", &[mark.n.into()])
        .await?;
    known.map_or(Ok(false), |row| Ok(row.bytes(0)? == mark.token))
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
    /// Random: for the mark, where the content becomes whole.
    pub token: [u8; 8],
}

impl Job for PutPiece {
    /// Was it the next, or one that is here already?
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        // Held until the piece lies there: whose record goes meanwhile takes it along.
        let told = told(tx, self.viewer, &[self.id], "{lock}").await?;
        let Some(told) = told.into_iter().next().flatten() else {
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
        if !is_last {
            return Ok(true);
        }
        if whole(tx, self.id, told.pieces()).await? != told.hash {
            // Somebody brought something else: whoever has it begins anew.
            let id = [self.id.into()];
            tx.execute("delete from pieces where attachment = $1", &id)
                .await?;
            return Ok(false);
        }
        // One after the other, so that a mark tells of all that came before it.
        head(tx, "{lock}").await?;
        let last = mark(tx).await?;
        let next: [Cell; 2] = [(last.n + 1).into(), self.token.as_slice().into()];
        tx.execute("insert into contents (n, token) values ($1, $2)", &next)
            .await?;
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
        let told = told(tx, self.viewer, &[self.id], "")
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

/// Takes away all that there is of some contents whose records are gone. Where the record is still there, somebody said
/// that it was erased who may not say so.
pub(super) async fn forget<T: Tx>(tx: &mut T, ids: &[Vec<Cell>]) -> Result<()> {
    let sql = "delete from pieces where attachment = $1
               and not exists (select 1 from row_attachments where id = $1)";
    tx.execute_many(sql, ids).await?;
    Ok(())
}

/// Is every content what its record says, and are there none without a record, but for those on their way out?
pub(super) async fn check<T: Tx>(tx: &mut T, checked: &mut Checked) -> Result<()> {
    let nobodys = tx
        .one(
            "select count(distinct attachment) from pieces p
             where not exists (select 1 from row_attachments where id = p.attachment)
             and not exists (select 1 from erasing where row_id = p.attachment)",
            &[],
        )
        .await?;
    let nobodys = nobodys.map_or(Ok(0), |row| row.count(0))?;
    checked.must(nobodys == 0, || format!("{nobodys} contents are of no record"));
    let mut after: Cell = RowId(Uuid::nil()).into();
    loop {
        let kept = tx
            .one(
                "select id, size_bytes, hash from row_attachments r where id > $1
                 and exists (select 1 from pieces where attachment = r.id) order by id limit 1",
                &[after],
            )
            .await?;
        let Some(row) = kept else { return Ok(()) };
        let id = row.of(0, RowId::from_slice)?;
        let told = Told {
            size_bytes: row.int(1)?.max(0).cast_unsigned(),
            hash: row.bytes(2)?.to_vec(),
        };
        // Not all of it has come: nobody can tell yet.
        let is_whole = pieces(tx, &[id]).await?.first() == Some(&told.pieces());
        if is_whole {
            let hash = whole(tx, id, told.pieces()).await?;
            checked.must(hash == told.hash, || {
                format!("the content of {id} is not what its record says")
            });
        }
        after = id.into();
    }
}
