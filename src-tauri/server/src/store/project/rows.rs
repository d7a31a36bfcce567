//! The rows that a stretch of the log is about: read, changed, written back.

use std::collections::BTreeMap;

use clientele_model::record::{RECORDS, Record};
use clientele_model::{BranchId, RowId};
use clientele_protocol::Sealed;

use super::super::{Cell, Job, Row, Tx};
use super::Placed;
use super::kept::{self, Shorts};
use super::row::PlainRow;
use super::tables::{STATEMENTS, Statements, statements};
use super::words::{self, Places};
use crate::Result;

/// Which row: of which entity, and which.
pub type Key = (&'static str, RowId);

/// Rows in memory.
#[derive(Default)]
pub struct Rows {
    rows: BTreeMap<Key, Loaded>,
    /// Those that wait and did so before.
    waiting: Vec<Key>,
}

struct Loaded {
    was: Option<PlainRow>,
    is: PlainRow,
}

impl Rows {
    /// Reads the rows that some changes are about. What this version does not know is left to a later one.
    pub async fn load<'a, T: Tx>(
        &mut self,
        tx: &mut T,
        shorts: &Shorts,
        changes: impl Iterator<Item = &'a Sealed>,
    ) -> Result<()> {
        let mut wanted: BTreeMap<&'static str, Vec<RowId>> = BTreeMap::new();
        for change in changes {
            if let Some(statements) = statements(&change.entity) {
                wanted.entry(statements.record.name).or_default().push(change.row);
            }
        }
        let any_waits = tx.one("select 1 from waiting limit 1", &[]).await?.is_some();
        for (entity, mut ids) in wanted {
            let Some(statements) = statements(entity) else {
                continue;
            };
            let record = statements.record;
            ids.sort_unstable();
            ids.dedup();
            let params: Vec<Vec<Cell>> = ids.iter().map(|id| vec![(*id).into()]).collect();
            let found = tx.query_many(&statements.select, &params).await?;
            let mut missing = Vec::new();
            for (id, rows) in ids.iter().zip(&found) {
                let was = rows
                    .first()
                    .map(|row| kept::read(record, *id, row, shorts))
                    .transpose()?;
                if was.is_none() && any_waits {
                    missing.push(*id);
                }
                self.put((record.name, *id), was);
            }
            self.load_waiting(tx, shorts, record, &missing).await?;
        }
        Ok(())
    }

    fn put(&mut self, key: Key, was: Option<PlainRow>) {
        let is = was.clone().unwrap_or_default();
        self.rows.insert(key, Loaded { was, is });
    }

    async fn load_waiting<T: Tx>(
        &mut self,
        tx: &mut T,
        shorts: &Shorts,
        record: &'static Record,
        ids: &[RowId],
    ) -> Result<()> {
        let params: Vec<Vec<Cell>> = ids
            .iter()
            .map(|id| vec![record.name.into(), (*id).into()])
            .collect();
        let found = tx
            .query_many("select held from waiting where entity = $1 and id = $2", &params)
            .await?;
        for (id, rows) in ids.iter().zip(&found) {
            if let Some(row) = rows.first() {
                let row = kept::read_waiting(record, *id, row.bytes(0)?, shorts)?;
                self.waiting.push((record.name, *id));
                self.put((record.name, *id), Some(row));
            }
        }
        Ok(())
    }

    /// Takes a change in.
    pub fn apply(&mut self, placed: &Placed) {
        let change = &placed.change;
        let Some(statements) = statements(&change.entity) else {
            return;
        };
        let record = statements.record;
        if let Some(loaded) = self.rows.get_mut(&(record.name, change.row)) {
            let body = change.payload.body();
            loaded
                .is
                .apply(record, placed.version, change.kind, change.scope, body.as_ref());
        }
    }

    /// Writes back what changed.
    pub async fn save<T: Tx>(&self, tx: &mut T, shorts: &mut Shorts) -> Result<()> {
        let branches = self.rows.values().filter_map(|row| row.is.branch).collect();
        shorts.places.number(tx, branches).await?;
        let changed = self
            .rows
            .iter()
            .filter(|(_, row)| row.was.as_ref() != Some(&row.is));
        let mut added: BTreeMap<&str, Vec<Vec<Cell>>> = BTreeMap::new();
        let mut waiting = Vec::new();
        let mut no_longer_waiting = Vec::new();
        for ((entity, id), row) in changed {
            let Some(statements) = statements(entity) else {
                continue;
            };
            if row.is.added {
                let cells = upsert_cells::<T>(statements, *id, &row.is, shorts, false);
                added.entry(entity).or_default().push(cells);
                if self.waiting.contains(&(*entity, *id)) {
                    no_longer_waiting.push(vec![(*entity).into(), (*id).into()]);
                }
            } else {
                let held = kept::waiting(statements.record, *id, &row.is, shorts);
                waiting.push(vec![(*entity).into(), (*id).into(), held.into()]);
            }
        }
        for (entity, rows) in added {
            if let Some(statements) = statements(entity) {
                tx.execute_many(&statements.upsert, &rows).await?;
            }
        }
        tx.execute_many(
            "insert into waiting (entity, id, held) values ($1, $2, $3)
             on conflict ({company}entity, id) do update set held = excluded.held",
            &waiting,
        )
        .await?;
        tx.execute_many(
            "delete from waiting where entity = $1 and id = $2",
            &no_longer_waiting,
        )
        .await?;
        Ok(())
    }

    /// The rows as they were and are.
    pub fn all(&self) -> impl Iterator<Item = (&'static Record, RowId, Option<&PlainRow>, &PlainRow)> {
        self.rows.iter().filter_map(|((entity, id), row)| {
            let record = statements(entity)?.record;
            Some((record, *id, row.was.as_ref(), &row.is))
        })
    }
}

/// The parameters of [`Statements::upsert`].
pub fn upsert_cells<T: Tx>(
    statements: &Statements,
    id: RowId,
    row: &PlainRow,
    shorts: &Shorts,
    is_kept: bool,
) -> Vec<Cell> {
    let mut cells: Vec<Cell> = vec![id.into(), shorts.places.kept(row.branch)];
    let shown = kept::cells(statements.record, id, row, shorts, is_kept);
    if T::IS_BY_NUMBER {
        let state = shown.last().cloned();
        let fields = statements.record.all_fields().zip(shown);
        cells.extend(fields.map(|(field, cell)| words::kept(field, id, cell)));
        cells.extend(state);
    } else {
        cells.extend(shown);
    }
    cells
}

/// Takes a row away, of whatever entity, where this branch's device may: head office's may everywhere.
pub async fn delete<T: Tx>(tx: &mut T, places: &Places, id: RowId, by: Option<BranchId>) -> Result<()> {
    tx.execute("delete from waiting where id = $1", &[id.into()])
        .await?;
    for statements in STATEMENTS.iter() {
        if by.is_some() {
            let row = tx.one(&statements.select, &[id.into()]).await?;
            if !row.as_ref().map_or(Ok(true), |row| is_theirs(places, row, by))? {
                continue;
            }
        }
        tx.execute(&statements.delete, &[id.into()]).await?;
    }
    Ok(())
}

fn is_theirs(places: &Places, row: &Row, by: Option<BranchId>) -> Result<bool> {
    let branch = places.read(row, 0)?;
    Ok(by.is_none() || branch.is_none() || branch == by)
}

/// Takes away what stands on a client's card; tells which rows that was.
pub async fn delete_card<T: Tx>(
    tx: &mut T,
    places: &Places,
    client: RowId,
    by: Option<BranchId>,
) -> Result<Vec<RowId>> {
    let mut deleted = Vec::new();
    for statements in STATEMENTS.iter() {
        let Some(select) = &statements.select_on_card else {
            continue;
        };
        for row in tx.query(select, &[client.into()]).await? {
            if !is_theirs(places, &row, by)? {
                continue;
            }
            let id = row.of(row.0.len() - 1, RowId::from_slice)?;
            tx.execute(&statements.delete, &[id.into()]).await?;
            deleted.push(id);
        }
    }
    Ok(deleted)
}

/// A row as head office reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plain {
    /// Which.
    pub id: RowId,
    /// Whose.
    pub branch: Option<BranchId>,
    /// What stands in its fields.
    pub fields: BTreeMap<&'static str, Cell>,
}

/// Every row of an entity.
pub struct PlainRows {
    /// Which entity.
    pub entity: String,
}

impl Job for PlainRows {
    type Out = Vec<Plain>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<Plain>> {
        let Some(statements) = statements(&self.entity) else {
            return Ok(Vec::new());
        };
        let places = Places::load(tx).await?;
        let plain = |row: &Row| {
            let id = row.of(0, RowId::from_slice)?;
            let fields = statements.record.all_fields().zip(row.0.iter().skip(2));
            let fields = fields.map(|(field, cell)| Ok((field.name, places.field(field, id, cell)?)));
            Ok(Plain {
                id,
                branch: places.read(row, 1)?,
                fields: fields.collect::<Result<_>>()?,
            })
        };
        let rows = tx.query(&statements.select_all, &[]).await?;
        rows.iter().map(plain).collect()
    }
}

/// Every record has its place in the 32 bits of a row's state.
const _: () = {
    let mut at = 0;
    while at < RECORDS.len() {
        assert!(RECORDS[at].fields.len() < 31);
        at += 1;
    }
};
