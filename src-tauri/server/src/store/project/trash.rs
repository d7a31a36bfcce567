//! Thrown away while somebody else wrote: then the client stays, until somebody throws it away who has seen that.

use std::collections::{BTreeMap, BTreeSet};

use clientele_model::record::{CLIENTS, Record};
use clientele_model::{DeviceId, RowId};

use super::super::{Cell, Row, Tx};
use super::kept::{self, Shorts};
use super::row::{PlainRow, is_kept};
use super::rows::{Rows, upsert_cells};
use super::tables::{STATEMENTS, statements};
use crate::Result;

/// After some rows changed and some clients were erased: which clients in the trash stay.
pub async fn settle<T: Tx>(tx: &mut T, shorts: &Shorts, rows: &Rows, erased: &BTreeSet<RowId>) -> Result<()> {
    let mut thrown = Vec::new();
    let mut brought_back: Vec<Vec<Cell>> = erased.iter().map(|id| vec![(*id).into()]).collect();
    let mut cards = BTreeSet::new();
    for (record, id, was, is) in rows.all() {
        if record.name == CLIENTS.name {
            if is.added && is.thrown.is_some() {
                thrown.push(vec![id.into()]);
            } else if was.is_some_and(|was| was.thrown.is_some()) {
                brought_back.push(vec![id.into()]);
            }
            cards.insert(id);
        } else if record.is_on_card() {
            cards.extend(is.client(record));
            cards.extend(was.and_then(|was| was.client(record)));
        }
    }
    tx.execute_many(
        "insert into thrown (client_id) values ($1) on conflict do nothing",
        &thrown,
    )
    .await?;
    tx.execute_many("delete from thrown where client_id = $1", &brought_back)
        .await?;
    if tx.one("select 1 from thrown limit 1", &[]).await?.is_none() {
        return Ok(());
    }
    let params: Vec<Vec<Cell>> = cards.into_iter().map(|id| vec![id.into()]).collect();
    let in_trash = tx
        .query_many("select client_id from thrown where client_id = $1", &params)
        .await?;
    for row in in_trash.iter().flatten() {
        show(tx, shorts, row.of(0, RowId::from_slice)?).await?;
    }
    Ok(())
}

/// Shows a client that was thrown away as lying in the trash, or not.
async fn show<T: Tx>(tx: &mut T, shorts: &Shorts, id: RowId) -> Result<()> {
    let Some(clients) = statements(CLIENTS.name) else {
        return Ok(());
    };
    let Some(row) = tx.one(&clients.select, &[id.into()]).await? else {
        return Ok(());
    };
    let client = kept::read(clients.record, id, &row, shorts)?;
    let (Some(seen), Some(by)) = (&client.thrown, client.thrown_by(clients.record)) else {
        return Ok(());
    };
    let mut touched = client.touched.clone();
    for statements in STATEMENTS.iter() {
        let Some(select) = &statements.select_on_card else {
            continue;
        };
        for row in tx.query(select, &[id.into()]).await? {
            add_up(&mut touched, &on_card(statements.record, row, shorts)?);
        }
    }
    let cells = upsert_cells::<T>(clients, id, &client, shorts, is_kept(by, seen, &touched));
    tx.execute(&clients.upsert, &cells).await?;
    Ok(())
}

/// A row as [`super::tables::Statements::select_on_card`] reads it: the identifier stands last.
fn on_card(record: &Record, mut row: Row, shorts: &Shorts) -> Result<PlainRow> {
    let id = row.of(row.0.len() - 1, RowId::from_slice)?;
    row.0.pop();
    kept::read(record, id, &row, shorts)
}

fn add_up(touched: &mut BTreeMap<DeviceId, u64>, row: &PlainRow) {
    for (device, seq) in &row.touched {
        let newest = touched.entry(*device).or_default();
        *newest = (*newest).max(*seq);
    }
}
