//! Who was erased stays erased: a list that names nobody, and what is still to be taken out of the log.

use std::collections::{HashMap, HashSet};

use clientele_model::{BranchId, RowId};
use clientele_protocol::{Hash, Link};

use super::{Cell, Tx};
use crate::Result;
use crate::offer::Offer;

/// How the list knows a row: by a hash under a key that only this company's database has.
#[must_use]
pub fn suppressed_mark(secret: &[u8; 32], row: RowId) -> [u8; 16] {
    let hash = Hash::of(&[b"clientele erased 1", secret, row.as_bytes()]);
    let mut mark = [0; 16];
    mark.copy_from_slice(&hash.0[..16]);
    mark
}

/// Of the rows that some pushes name: those that were erased, and by whom: a branch's device erases only what
/// it may see.
#[derive(Clone, Debug, Default)]
pub struct Suppressed(HashMap<[u8; 16], Option<BranchId>>);

impl Suppressed {
    /// Looks all rows of some pushes up.
    pub(super) async fn load<T: Tx>(tx: &mut T, secret: &[u8; 32], offers: &[Offer]) -> Result<Self> {
        let links = offers.iter().flat_map(|offer| &offer.links);
        let rows = links.filter_map(|link| link.change().map(|change| change.row));
        let facts = offers.iter().flat_map(|offer| &offer.facts);
        let clients = facts.filter_map(|fact| fact.client);
        Self::of(tx, secret, rows.chain(clients).collect()).await
    }

    /// Looks some rows up.
    pub(super) async fn of<T: Tx>(tx: &mut T, secret: &[u8; 32], rows: HashSet<RowId>) -> Result<Self> {
        let any = tx.one("select 1 from erased limit 1", &[]).await?;
        if any.is_none() {
            return Ok(Self::default());
        }
        let params: Vec<Vec<Cell>> = rows
            .into_iter()
            .map(|row| vec![suppressed_mark(secret, row).as_slice().into()])
            .collect();
        let found = tx
            .query_many("select mark, branch from erased where mark = $1", &params)
            .await?;
        let suppressed = |row: &super::Row| {
            let mark = row.of(0, |bytes| bytes.try_into().ok())?;
            Ok((mark, row.maybe(1, BranchId::from_slice)?))
        };
        Ok(Self(
            found.iter().flatten().map(suppressed).collect::<Result<_>>()?,
        ))
    }

    /// Is there nobody whom it may concern?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Was a row of this scope erased? Then by which branch, or `Some(None)` by head office.
    #[must_use]
    pub fn covering(&self, mark: [u8; 16], scope: Option<BranchId>) -> Option<Option<BranchId>> {
        let by = *self.0.get(&mark)?;
        (by.is_none() || scope.is_none() || by == scope).then_some(by)
    }

    /// Notes a row as erased; head office's word goes further. Says whether that is new.
    pub fn insert(&mut self, mark: [u8; 16], by: Option<BranchId>) -> bool {
        match self.0.get(&mark) {
            Some(known) if known.is_none() || *known == by => false,
            _ => {
                self.0.insert(mark, by);
                true
            }
        }
    }
}

/// Writes down what was erased.
pub(super) async fn save<T: Tx>(
    tx: &mut T,
    suppress: &[Vec<Cell>],
    erasing: &[Vec<Cell>],
    receipts: &[Vec<Cell>],
) -> Result<()> {
    if suppress.is_empty() && erasing.is_empty() {
        return Ok(());
    }
    tx.execute_many(
        "insert into erased (mark, branch) values ($1, $2)
         on conflict ({company}mark) do update set branch = excluded.branch",
        &last_words(suppress, 1),
    )
    .await?;
    tx.execute_many(
        "insert into erasing (row_id, is_client, branch, n) values ($1, $2, $3, $4)
         on conflict ({company}row_id) do update set n = excluded.n",
        &last_words(erasing, 1),
    )
    .await?;
    tx.execute_many(
        "insert into receipts (step, scope, at, n) values ($1, $2, $3, $4)
         on conflict ({company}step, scope) do update set n = excluded.n",
        &last_words(receipts, 2),
    )
    .await?;
    Ok(())
}

/// What is said last of each key: so many cells, which stand first.
fn last_words(rows: &[Vec<Cell>], cells: usize) -> Vec<Vec<Cell>> {
    let mut said = HashSet::new();
    let key = |row: &Vec<Cell>| {
        let cells = row.iter().take(cells).map(|cell| match cell {
            Cell::Blob(key) => key.clone(),
            _ => Vec::new(),
        });
        cells.collect::<Vec<_>>()
    };
    let mut last: Vec<Vec<Cell>> = rows
        .iter()
        .rev()
        .filter(|row| said.insert(key(row)))
        .cloned()
        .collect();
    last.reverse();
    last
}

/// The same links with the bodies gone of which a rule says so; `None` where it says so of none.
pub fn without(
    links: &[Link],
    mut is_erased: impl FnMut(&clientele_protocol::Sealed) -> bool,
) -> Option<Vec<Link>> {
    use clientele_protocol::Payload;
    let mut less: Option<Vec<Link>> = None;
    for (at, link) in links.iter().enumerate() {
        let Link::Change(change) = link else { continue };
        if matches!(change.payload, Payload::Gone { .. }) || !is_erased(change) {
            continue;
        }
        if let Link::Change(gone) = &mut less.get_or_insert_with(|| links.to_vec())[at] {
            let commitment = change.payload.commitment();
            gone.payload = Payload::Gone { commitment };
        }
    }
    less
}
