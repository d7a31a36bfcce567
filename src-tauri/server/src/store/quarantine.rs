//! What was refused, and what a device pushed after it was shut out: kept apart, for a person to look at.

use std::collections::HashSet;

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

/// Puts things into quarantine; what lies there already stays.
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

/// Puts one thing into quarantine.
pub struct Quarantine(pub Refused);

impl Job for Quarantine {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        refuse(tx, std::slice::from_ref(&self.0)).await
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
