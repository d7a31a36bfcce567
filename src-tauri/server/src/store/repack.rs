//! What was pushed is packed closer when there is time for it: a device packs so that it need not wait, and the log
//! is kept for years.

use clientele_protocol::batch;

use super::{Cell, Job, Tx};
use crate::{Error, Result};

/// As close as pays: one more takes twice the time, and saves one byte in a hundred.
const LEVEL: i32 = 15;

/// Packed batches smaller than this gain nothing.
const BYTES_MIN: i64 = 2048;

/// Bytes of packed batches that are looked at together.
const BYTES_AT_ONCE: i64 = 256 * 1024;

/// Where it is written down how far that is done.
const FACT: &str = "packed closer";

/// Reads what comes next.
pub struct ToRepack;

/// A batch: its number in the log, and how it is packed.
pub type Packed = (u64, Vec<u8>);

impl Job for ToRepack {
    /// The batches, and up to where the log was looked through; nothing where it was to its end.
    type Out = Option<(Vec<Packed>, u64)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let done = tx
            .one("select value from facts where name = $1", &[FACT.into()])
            .await?;
        let done = match done {
            Some(row) => row.of(0, |bytes| bytes.try_into().ok().map(u64::from_be_bytes))?,
            None => 0,
        };
        let rows = tx
            .query(
                "select n, octet_length(packed) from log where n > $1 order by n limit 256",
                &[done.into()],
            )
            .await?;
        let (mut to, mut length, mut wanted) = (done, 0, Vec::new());
        for row in rows {
            let (n, bytes) = (row.count(0)?, row.int(1)?);
            if length > 0 && length + bytes > BYTES_AT_ONCE {
                break;
            }
            to = n;
            if bytes >= BYTES_MIN {
                length += bytes;
                wanted.push(vec![n.into()]);
            }
        }
        if to == done {
            return Ok(None);
        }
        let found = tx
            .query_many("select n, packed from log where n = $1", &wanted)
            .await?;
        let packed = |row: &super::Row| Ok((row.count(0)?, row.bytes(1)?.to_vec()));
        let packed = found.iter().flatten().map(packed).collect::<Result<_>>()?;
        Ok(Some((packed, to)))
    }
}

/// Packs a batch closer; `None` where that is no gain.
///
/// # Errors
/// [`Error::Damaged`] where it does not unpack.
pub fn closer(packed: &[u8]) -> Result<Option<Vec<u8>>> {
    let damaged = |_| Error::damaged("a batch that does not open");
    let closer = batch::repacked(packed, LEVEL).map_err(damaged)?;
    Ok((closer.len() < packed.len()).then_some(closer))
}

/// Writes them down.
pub struct Repacked {
    /// How each batch was packed, and is now.
    pub batches: Vec<(u64, Vec<u8>, Vec<u8>)>,
    /// Up to where the log was looked through.
    pub to: u64,
}

impl Job for Repacked {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        // Of what was erased meanwhile nothing comes back.
        let params: Vec<Vec<Cell>> = self
            .batches
            .iter()
            .map(|(n, was, is)| vec![(*n).into(), was.as_slice().into(), is.as_slice().into()])
            .collect();
        tx.execute_many("update log set packed = $3 where n = $1 and packed = $2", &params)
            .await?;
        tx.execute(
            "insert into facts (name, value) values ($1, $2)
             on conflict ({company}name) do update set value = excluded.value",
            &[FACT.into(), self.to.to_be_bytes().as_slice().into()],
        )
        .await?;
        Ok(())
    }
}
