//! What was erased is taken out of the log: every body of it, in every batch, and out of quarantine.

use std::collections::HashMap;

use clientele_model::{BranchId, RowId};
use clientele_protocol::bytes;

use super::entry::RowMarks;
use super::erased::without;
use super::page::entries;
use super::project::projected_n;
use super::quarantine::{all, with_cards};
use super::{Cell, Job, Tx};
use crate::{Error, Result};

/// Entries whose marks are looked at in one question.
const LOOK_AT: i64 = 1000;

/// Rows that are taken out at once at most.
const ROWS_MAX: i64 = 10_000;

/// Takes out of the log what waits for that, as far as the plain tables have followed: they tell what else
/// stood on a card.
pub struct Scrub;

/// What was taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// Rows, each with the entry that erased it; they are done when the files are scoured.
    pub rows: Vec<(RowId, u64)>,
    /// Bodies.
    pub bodies: usize,
}

/// Who is to be erased, and in whose scopes.
struct Doomed(HashMap<RowId, Option<BranchId>>);

impl Doomed {
    fn is(&self, row: RowId, scope: Option<BranchId>) -> bool {
        self.0
            .get(&row)
            .is_some_and(|by| by.is_none() || scope.is_none() || *by == scope)
    }
}

impl Job for Scrub {
    type Out = Scrubbed;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Scrubbed> {
        let followed = projected_n(tx).await?;
        let rows = tx
            .query(
                "select row_id, branch, n from erasing where n <= $1 order by n limit $2",
                &[followed.into(), ROWS_MAX.into()],
            )
            .await?;
        if rows.is_empty() {
            return Ok(Scrubbed::default());
        }
        let mut doomed = Doomed(HashMap::new());
        let mut scrubbed = Scrubbed::default();
        for row in &rows {
            let id = row.of(0, RowId::from_slice)?;
            doomed.0.insert(id, row.maybe(1, BranchId::from_slice)?);
            scrubbed.rows.push((id, row.count(2)?));
        }
        let ids: Vec<Vec<Cell>> = doomed.0.keys().map(|id| vec![(*id).into()]).collect();
        tx.execute_many("delete from waiting where id = $1", &ids).await?;
        super::contents::forget(tx, &ids).await?;
        scrubbed.bodies = log(tx, &doomed).await? + quarantine(tx, &doomed).await?;
        Ok(scrubbed)
    }
}

async fn log<T: Tx>(tx: &mut T, doomed: &Doomed) -> Result<usize> {
    let mut after = 0;
    let mut bodies = 0;
    loop {
        let rows = tx
            .query(
                "select n, row_marks from log where n > $1 order by n limit $2",
                &[after.into(), LOOK_AT.into()],
            )
            .await?;
        let Some(last) = rows.last() else {
            return Ok(bodies);
        };
        after = last.count(0)?;
        let mut suspects = Vec::new();
        for row in &rows {
            let marks = RowMarks::from_bytes(row.bytes(1)?);
            if doomed.0.keys().any(|id| marks.may_hold(*id)) {
                suspects.push(row.count(0)?);
            }
        }
        // One by one: they are long.
        for n in suspects {
            bodies += entry(tx, n, doomed).await?;
        }
    }
}

async fn entry<T: Tx>(tx: &mut T, n: u64, doomed: &Doomed) -> Result<usize> {
    let Some(stored) = entries(tx, &[vec![n.into()]]).await?.pop() else {
        return Ok(0);
    };
    let damaged = |_| Error::damaged("a batch that does not open");
    let links = stored.batch.open_own().map_err(damaged)?;
    let mut bodies = 0;
    let less = without(&links, |change| {
        let is_doomed = doomed.is(change.row, change.scope);
        bodies += usize::from(is_doomed);
        is_doomed
    });
    if let Some(less) = less {
        let packed = stored.batch.with_links(&less).packed;
        tx.execute(
            "update log set packed = $2 where n = $1",
            &[n.into(), packed.into()],
        )
        .await?;
    }
    Ok(bodies)
}

/// What was refused is nowhere else: of an erased person nothing of it stays.
async fn quarantine<T: Tx>(tx: &mut T, doomed: &Doomed) -> Result<usize> {
    let mut bodies = 0;
    let held = all(tx).await?;
    let rows = with_cards(&held, doomed.0.keys().copied().collect());
    for refused in held {
        let key: [Cell; 3] = [refused.device.into(), refused.seq.into(), refused.about.into()];
        let (less, gone) = refused.held.without(&rows);
        bodies += gone;
        match less {
            Some(_) if gone == 0 => {}
            Some(less) => {
                let mut params = key.to_vec();
                params.push(bytes::pack(&bytes::encode(&less)).into());
                tx.execute(
                    "update quarantine set held = $4 where device = $1 and seq = $2 and about = $3",
                    &params,
                )
                .await?;
            }
            None => {
                tx.execute(
                    "delete from quarantine where device = $1 and seq = $2 and about = $3",
                    &key,
                )
                .await?;
            }
        }
    }
    Ok(bodies)
}

/// Notes that not even the files hold some rows' bodies any more.
pub struct ScrubDone(pub Vec<(RowId, u64)>);

impl Job for ScrubDone {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let params: Vec<Vec<Cell>> = self
            .0
            .iter()
            .map(|(row, n)| vec![(*row).into(), (*n).into()])
            .collect();
        tx.execute_many("delete from erasing where row_id = $1 and n = $2", &params)
            .await?;
        Ok(())
    }
}
