//! What was refused, and what a device pushed after it was shut out: kept apart, for a person to look at.

use std::collections::{HashMap, HashSet};

use clientele_model::record::CLIENT_ID;
use clientele_model::{BranchId, ChangeKind, DeviceId, Hlc, RowId, StepId};
use clientele_protocol::message::Why;
use clientele_protocol::{Batch, Hash, Link, Payload, Sealed, bytes};
use serde::{Deserialize, Serialize};

use super::control::secret;
use super::erased::{Suppressed, suppressed_mark, without};
use super::{Cell, Job, Tx};
use crate::Result;

/// What is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Held {
    /// One change that was refused.
    Change(Box<HeldChange>),
    /// A whole batch of a device that was shut out.
    Batch(Box<Batch>),
}

impl Held {
    /// The rows of what is kept, each with whose card it stands on, as far as it says so.
    fn rows(&self) -> Vec<(RowId, Vec<RowId>)> {
        let card = |payload: &Payload| {
            let body = payload.body();
            let fields = body.iter().flat_map(|body| &body.0);
            let clients = fields.filter(|field| field.field == CLIENT_ID);
            clients.filter_map(|field| field.value.as_row()).collect()
        };
        match self {
            Self::Change(change) => vec![(change.row, card(&change.payload))],
            Self::Batch(batch) => {
                let links = batch.open_own().unwrap_or_default();
                let changes = links.iter().filter_map(Link::change);
                changes
                    .map(|change| (change.row, card(&change.payload)))
                    .collect()
            }
        }
    }

    /// The same without what it says about some rows, where then anything is left, and how many bodies are gone.
    pub(super) fn without(&self, rows: &HashSet<RowId>) -> (Option<Self>, usize) {
        match self {
            Self::Change(change) if rows.contains(&change.row) => (None, 1),
            Self::Change(_) => (Some(self.clone()), 0),
            Self::Batch(batch) => {
                let links = batch.open_own().unwrap_or_default();
                let mut gone = 0;
                let less = without(&links, |change| {
                    let is_gone = rows.contains(&change.row);
                    gone += usize::from(is_gone);
                    is_gone
                });
                let held = less.map_or_else(|| batch.clone(), |less| Box::new(batch.with_links(&less)));
                (Some(Self::Batch(held)), gone)
            }
        }
    }
}

/// Some rows, and those that stand on their cards: of some of them quarantine alone knows.
pub(super) fn with_cards(held: &[Refused], mut rows: HashSet<RowId>) -> HashSet<RowId> {
    let on_cards = held.iter().flat_map(|refused| refused.held.rows());
    let on_cards: Vec<RowId> = on_cards
        .filter(|(_, clients)| clients.iter().any(|client| rows.contains(client)))
        .map(|(row, _)| row)
        .collect();
    rows.extend(on_cards);
    rows
}

/// A change that was refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldChange {
    /// Of what clock.
    pub hlc: Hlc,
    /// In which format.
    pub schema: u32,
    /// Of which step.
    pub step: StepId,
    /// Whose.
    pub scope: Option<BranchId>,
    /// The entity.
    pub entity: String,
    /// The row.
    pub row: RowId,
    /// What it does.
    pub kind: ChangeKind,
    /// To which fields.
    pub payload: Payload,
}

/// Something refused, on its way into quarantine.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// Whose.
    pub device: DeviceId,
    /// Its number, or that of the batch's first change.
    pub seq: u64,
    /// The hash by which it was signed: the same thing refused twice is kept once.
    pub about: Hash,
    /// When.
    pub at: i64,
    /// Why; `None` for what came from a device that was shut out.
    pub why: Option<Why>,
    /// What.
    pub held: Held,
}

impl Refused {
    /// A change.
    #[must_use]
    pub fn change(device: DeviceId, seq: u64, about: Hash, why: Why, change: &Sealed, at: i64) -> Self {
        Self {
            device,
            seq,
            about,
            at,
            why: Some(why),
            held: Held::Change(Box::new(HeldChange {
                hlc: change.hlc,
                schema: change.schema,
                step: change.step,
                scope: change.scope,
                entity: change.entity.clone(),
                row: change.row,
                kind: change.kind,
                payload: change.payload.clone(),
            })),
        }
    }

    /// A batch of a device that was shut out.
    #[must_use]
    pub fn batch(batch: Batch, at: i64) -> Self {
        Self {
            device: batch.device,
            seq: batch.first_seq,
            about: batch.after.0,
            at,
            why: None,
            held: Held::Batch(Box::new(batch)),
        }
    }
}

fn code(why: Option<Why>) -> i64 {
    match why {
        None => 0,
        Some(Why::TooLarge) => 1,
        Some(Why::NotYours) => 2,
        Some(Why::Unreadable) => 3,
    }
}

fn why(code: i64) -> Option<Why> {
    [Why::TooLarge, Why::NotYours, Why::Unreadable]
        .into_iter()
        .find(|why| self::code(Some(*why)) == code)
}

/// How much lies in quarantine at most. Whoever could fill head office's disk with what is refused would stop all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Of one device: how many things,
    pub device_count: u64,
    /// and how many bytes.
    pub device_bytes: u64,
    /// Of all together: how many things,
    pub company_count: u64,
    /// and how many bytes.
    pub company_bytes: u64,
}

impl Default for Bounds {
    /// A person is to look through it.
    fn default() -> Self {
        Self {
            device_count: 10_000,
            device_bytes: 16 * 1024 * 1024,
            company_count: 100_000,
            company_bytes: 128 * 1024 * 1024,
        }
    }
}

/// What lies in quarantine: how many things, of how many bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Filled {
    count: u64,
    bytes: u64,
}

impl Filled {
    fn more(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            bytes: self.bytes + other.bytes,
        }
    }

    fn is_over(self, count: u64, bytes: u64) -> bool {
        self.count > count || self.bytes > bytes
    }
}

/// How much room quarantine has, for some devices.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    bounds: Bounds,
    company: Filled,
    devices: HashMap<DeviceId, Filled>,
}

impl Room {
    pub(super) async fn of<T: Tx>(
        tx: &mut T,
        bounds: Bounds,
        devices: impl IntoIterator<Item = DeviceId>,
    ) -> Result<Self> {
        const FILLED: &str =
            "select count(*), cast(coalesce(sum(octet_length(held)), 0) as bigint) from quarantine";
        let filled = |row: Option<super::Row>| {
            row.map_or(Ok(Filled::default()), |row| {
                Ok::<_, crate::Error>(Filled {
                    count: row.count(0)?,
                    bytes: row.count(1)?,
                })
            })
        };
        let mut room = Self {
            bounds,
            company: filled(tx.one(FILLED, &[]).await?)?,
            devices: HashMap::new(),
        };
        for device in devices {
            let of_device = format!("{FILLED} where device = $1");
            let row = tx.one(&of_device, &[device.into()]).await?;
            room.devices.insert(device, filled(row)?);
        }
        Ok(room)
    }

    /// Takes room for some things of a device, where there is so much.
    pub(super) fn take(&mut self, device: DeviceId, count: usize, bytes: usize) -> bool {
        let more = Filled {
            count: count as u64,
            bytes: bytes as u64,
        };
        let own = self.devices.entry(device).or_default();
        let (own_then, all_then) = (own.more(more), self.company.more(more));
        let bounds = self.bounds;
        if own_then.is_over(bounds.device_count, bounds.device_bytes)
            || all_then.is_over(bounds.company_count, bounds.company_bytes)
        {
            return false;
        }
        *own = own_then;
        self.company = all_then;
        true
    }
}

/// Puts things into quarantine; what lies there already stays. Whoever asks has seen to it that there is room.
pub(super) async fn refuse<T: Tx>(tx: &mut T, refused: &[Refused]) -> Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let refused = without_the_erased(tx, refused).await?;
    let rows = refused.iter().map(|refused| -> Vec<Cell> {
        vec![
            refused.device.into(),
            refused.seq.into(),
            refused.about.into(),
            refused.at.into(),
            code(refused.why).into(),
            bytes::pack(&bytes::encode(&refused.held)).into(),
        ]
    });
    tx.execute_many(
        "insert into quarantine (device, seq, about, at, why, held) values ($1, $2, $3, $4, $5, $6)
         on conflict ({company}device, seq, about) do nothing",
        &rows.collect::<Vec<_>>(),
    )
    .await?;
    Ok(())
}

/// Of somebody who was erased nothing is kept: nobody would look for it here again.
async fn without_the_erased<T: Tx>(tx: &mut T, refused: &[Refused]) -> Result<Vec<Refused>> {
    let named = refused.iter().flat_map(|refused| refused.held.rows());
    let named: HashSet<RowId> = named
        .flat_map(|(row, clients)| clients.into_iter().chain([row]))
        .collect();
    let secret = secret(tx).await?;
    let erased = Suppressed::of(tx, &secret, named.clone()).await?;
    let is_erased = |row: &RowId| erased.covering(suppressed_mark(&secret, *row), None).is_some();
    let rows = with_cards(refused, named.into_iter().filter(is_erased).collect());
    let kept = refused.iter().filter_map(|refused| {
        let held = refused.held.without(&rows).0?;
        Some(Refused {
            held,
            ..refused.clone()
        })
    });
    Ok(kept.collect())
}

/// Puts one thing into quarantine, where there is room.
pub struct Quarantine {
    /// What.
    pub refused: Refused,
    /// How much may lie there.
    pub bounds: Bounds,
}

impl Job for Quarantine {
    /// Does it lie there now?
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        // Nobody else fills it meanwhile.
        super::page::head(tx, "{lock}").await?;
        let refused = &self.refused;
        let lies_there = tx
            .one(
                "select 1 from quarantine where device = $1 and seq = $2 and about = $3",
                &[refused.device.into(), refused.seq.into(), refused.about.into()],
            )
            .await?;
        if lies_there.is_some() {
            return Ok(true);
        }
        let bytes = bytes::pack(&bytes::encode(&refused.held)).len();
        let mut room = Room::of(tx, self.bounds, [refused.device]).await?;
        if !room.take(refused.device, 1, bytes) {
            return Ok(false);
        }
        refuse(tx, std::slice::from_ref(refused)).await?;
        Ok(true)
    }
}

/// Forgets what lies in quarantine of a device, once a person has looked at it. Says how many things that was.
pub struct Forget(pub DeviceId);

impl Job for Forget {
    type Out = u64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<u64> {
        tx.execute("delete from quarantine where device = $1", &[self.0.into()])
            .await
    }
}

/// What lies in quarantine, oldest first.
pub struct Quarantined;

/// More than any batch or body unpacks to.
const UNPACKED_MAX: usize = 8 * 1024 * 1024;

impl Job for Quarantined {
    type Out = Vec<Refused>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<Refused>> {
        all(tx).await
    }
}

/// What lies in quarantine, oldest first.
pub(super) async fn all<T: Tx>(tx: &mut T) -> Result<Vec<Refused>> {
    let rows = tx
        .query(
            "select device, seq, about, at, why, held from quarantine order by at, device, seq",
            &[],
        )
        .await?;
    let refused = |row: &super::Row| {
        let held = bytes::unpack(row.bytes(5)?, UNPACKED_MAX)
            .and_then(|held| bytes::decode(&held))
            .map_err(|_| crate::Error::damaged("something in quarantine"))?;
        Ok(Refused {
            device: row.of(0, DeviceId::from_slice)?,
            seq: row.count(1)?,
            about: row.of(2, Hash::from_slice)?,
            at: row.int(3)?,
            why: why(row.int(4)?),
            held,
        })
    };
    rows.iter().map(refused).collect()
}
