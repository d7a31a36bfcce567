//! The devices' streams: how far the log has each of them.

use std::collections::BTreeMap;

use clientele_model::{DeviceId, Hlc};
use clientele_protocol::message::Entry;
use clientele_protocol::{Batch, Digest, Head};

use super::entry::{Scope, Stored, entry_columns, scope_of};
use super::{Cell, Job, Tx};
use crate::Result;

/// A device's stream.
#[derive(Clone, Debug)]
pub struct Stream {
    /// A number for the device that is shorter than its name.
    pub short: u64,
    /// Where it ends.
    pub head: Head,
    /// The effective clock of its last change.
    pub clock: Hlc,
    /// Every scope in which it wrote.
    pub scopes: Vec<Scope>,
    /// Is there something to write down?
    pub is_touched: bool,
}

impl Stream {
    /// One in which nothing stands.
    #[must_use]
    pub fn new(device: DeviceId, short: u64) -> Self {
        Self {
            short,
            head: Head::start(device),
            clock: Hlc(0),
            scopes: Vec::new(),
            is_touched: false,
        }
    }
}

/// The streams of some devices, where they have one.
///
/// # Errors
/// What the database says.
pub async fn streams<T: Tx>(tx: &mut T, devices: &[DeviceId]) -> Result<BTreeMap<DeviceId, Stream>> {
    let params: Vec<Vec<Cell>> = devices.iter().map(|device| vec![(*device).into()]).collect();
    let rows = tx
        .query_many(
            "select device, short, seq, chain, clock, scopes from streams where device = $1",
            &params,
        )
        .await?;
    let stream = |row: &super::Row| {
        let stream = Stream {
            short: row.count(1)?,
            head: Head {
                seq: row.count(2)?,
                chain: row.chain(3)?,
            },
            clock: Hlc(row.count(4)?),
            scopes: row.list(5)?,
            is_touched: false,
        };
        Ok((row.of(0, DeviceId::from_slice)?, stream))
    };
    rows.iter().flatten().map(stream).collect()
}

/// The greatest short number of any device, and the latest effective clock of any change.
pub(super) async fn greatest<T: Tx>(tx: &mut T) -> Result<(u64, Hlc)> {
    let greatest = "select coalesce(max(short), 0), coalesce(max(clock), 0) from streams";
    match tx.one(greatest, &[]).await? {
        Some(row) => Ok((row.count(0)?, Hlc(row.count(1)?))),
        None => Ok((0, Hlc(0))),
    }
}

/// Writes down those that have grown.
pub(super) async fn save_streams<T: Tx>(tx: &mut T, streams: &BTreeMap<DeviceId, Stream>) -> Result<()> {
    let touched = streams.iter().filter(|(_, stream)| stream.is_touched);
    let touched = touched.map(|(device, stream)| {
        vec![
            (*device).into(),
            stream.short.into(),
            stream.head.seq.into(),
            stream.head.chain.into(),
            stream.clock.0.into(),
            Cell::list(&stream.scopes),
        ]
    });
    tx.execute_many(
        "insert into streams (device, short, seq, chain, clock, scopes)
         values ($1, $2, $3, $4, $5, $6)
         on conflict ({company}device) do update
         set seq = excluded.seq, chain = excluded.chain, clock = excluded.clock, scopes = excluded.scopes",
        &touched.collect::<Vec<_>>(),
    )
    .await?;
    Ok(())
}

/// The held batches of a device that touch a stretch of its stream.
pub(super) async fn held<T: Tx>(tx: &mut T, device: DeviceId, from: u64, to: u64) -> Result<Vec<Batch>> {
    let stored = stored(tx, device, from, to).await?;
    Ok(stored.into_iter().map(|stored| stored.batch).collect())
}

/// The same as the log has them, in their order.
pub(super) async fn stored<T: Tx>(tx: &mut T, device: DeviceId, from: u64, to: u64) -> Result<Vec<Stored>> {
    let rows = tx
        .query(
            concat!(
                "select ",
                entry_columns!(),
                " from log where device = $1 and first_seq >= $2 and first_seq <= $3 and last_seq >= $4
                 order by first_seq"
            ),
            &[device.into(), lowest_first(from).into(), to.into(), from.into()],
        )
        .await?;
    rows.iter().map(Stored::read).collect()
}

/// A batch that reaches a number cannot begin longer before it than a batch is long.
fn lowest_first(seq: u64) -> u64 {
    seq.saturating_sub(clientele_protocol::BATCH_CHANGES_MAX as u64)
}

/// A device's own batches, from the one that holds the change after a number on.
pub struct OwnStream {
    /// Whose.
    pub device: DeviceId,
    /// After which change.
    pub after_seq: u64,
}

/// Bytes of packed batches in one answer at most; the first is always there.
pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;

impl Job for OwnStream {
    type Out = (Vec<Entry>, Head);

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let streams = streams(tx, &[self.device]).await?;
        let head = streams
            .get(&self.device)
            .map_or(Head::start(self.device), |stream| stream.head);
        let rows = tx
            .query(
                "select n, octet_length(packed) from log
                 where device = $1 and first_seq >= $2 and last_seq > $3 order by first_seq limit 64",
                &[
                    self.device.into(),
                    lowest_first(self.after_seq).into(),
                    self.after_seq.into(),
                ],
            )
            .await?;
        let mut bytes = 0;
        let mut wanted = Vec::new();
        for row in rows {
            bytes += usize::try_from(row.int(1)?).unwrap_or(usize::MAX);
            if !wanted.is_empty() && bytes > ANSWER_BYTES_MAX {
                break;
            }
            wanted.push(vec![row.count(0)?.into()]);
        }
        let entries = super::page::entries(tx, &wanted).await?;
        Ok((entries.into_iter().map(Stored::entry).collect(), head))
    }
}

/// How far the log has every stream, and in which scopes it was written.
pub struct Heads;

impl Job for Heads {
    type Out = Vec<(DeviceId, Head, Vec<Scope>)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        heads(tx).await
    }
}

pub(super) async fn heads<T: Tx>(tx: &mut T) -> Result<Vec<(DeviceId, Head, Vec<Scope>)>> {
    let rows = tx
        .query(
            "select device, seq, chain, scopes from streams order by device",
            &[],
        )
        .await?;
    let head = |row: &super::Row| {
        let head = Head {
            seq: row.count(1)?,
            chain: row.chain(2)?,
        };
        Ok((row.of(0, DeviceId::from_slice)?, head, row.list(3)?))
    };
    rows.iter().map(head).collect()
}

/// The digest of every scope in which something was written.
pub(super) async fn digests<T: Tx>(tx: &mut T) -> Result<Vec<(Scope, Digest)>> {
    let rows = tx.query("select scope, digest from digests", &[]).await?;
    let digest = |row: &super::Row| Ok((scope_of(row, 0)?, row.of(1, Digest::from_bytes)?));
    rows.iter().map(digest).collect()
}
