//! The plain tables against the log: each row folded again from its changes, by the fold that the devices use.

use std::collections::{BTreeMap, HashMap, HashSet};

use clientele_model::fold::{Folded, fold};
use clientele_model::record::{CLIENT_ID, CLIENTS, DELETED_AT, Record, record};
use clientele_model::{ChangeKind, DeviceId, RowId, Stamp, Value};

use super::super::entry::Scope;
use super::super::erased::{Suppressed, suppressed_mark};
use super::super::project::kept::shown;
use super::super::project::row::is_kept;
use super::super::project::tables::STATEMENTS;
use super::super::project::words::Places;
use super::super::project::{projected_all, projected_n};
use super::super::{Cell, Tx};
use super::{Checked, Told};
use crate::Result;

/// A row as the log says that it must be.
struct Due<'a> {
    record: &'static Record,
    folded: Folded<'a>,
    branch: Scope,
    touched: BTreeMap<DeviceId, u64>,
}

impl Due<'_> {
    fn client(&self) -> Option<RowId> {
        self.folded.value(CLIENT_ID).and_then(Value::as_row)
    }
}

/// Complains of every row that is not what the log says.
pub async fn check<T: Tx>(
    tx: &mut T,
    mut rows: BTreeMap<(String, RowId), Vec<Told>>,
    checked: &mut Checked,
) -> Result<()> {
    let followed = projected_n(tx).await?;
    let places = Places::load(tx).await?;
    let ends: HashMap<DeviceId, u64> = projected_all(tx).await?.into_iter().collect();
    let secret = super::super::control::secret(tx).await?;
    let ids: HashSet<RowId> = rows.keys().map(|(_, id)| *id).collect();
    let suppressed = Suppressed::of(tx, &secret, ids).await?;
    let mut due = BTreeMap::new();
    let mut leaving = HashSet::new();
    let is_followed = |told: &Told| {
        let end = ends.get(&told.version.device);
        told.n <= followed && end.is_some_and(|end| *end >= told.version.seq)
    };
    for ((_, id), told) in &rows {
        let mark = suppressed_mark(&secret, *id);
        let mut scopes = told.iter().map(|told| told.scope);
        let is_erased = scopes.any(|scope| suppressed.covering(mark, scope).is_some());
        if is_erased && !told.iter().all(is_followed) {
            // The step that erases it is not whole yet.
            leaving.insert(*id);
        }
    }
    for ((_, id), told) in &mut rows {
        let mark = suppressed_mark(&secret, *id);
        told.retain(|told| {
            is_followed(told)
                && told.kind != ChangeKind::Erase
                && suppressed.covering(mark, told.scope).is_none()
        });
        told.sort_by_key(|told| told.version);
    }
    for ((entity, id), told) in &rows {
        let Some(record) = record(entity) else { continue };
        let folded = fold(
            told.iter()
                .map(|told| (stamp(told), told.kind, told.body.as_ref())),
        );
        if folded.added {
            let branch = told.last().and_then(|told| told.scope);
            let touched = touched(told);
            due.insert(
                (record.name, *id),
                Due {
                    record,
                    folded,
                    branch,
                    touched,
                },
            );
        }
    }
    let cards = cards(&due);
    for statements in STATEMENTS.iter() {
        let name = statements.record.name;
        for row in tx.query(&statements.select_all, &[]).await? {
            checked.rows += 1;
            let id = row.of(0, RowId::from_slice)?;
            if leaving.contains(&id) {
                continue;
            }
            let Some(due) = due.remove(&(name, id)) else {
                checked.complain(format!(
                    "row {id} of {name} stands in the tables and not in the log"
                ));
                continue;
            };
            let branch = places.read(&row, 1)?;
            checked.must(branch == due.branch, || {
                format!("row {id} of {name} is of another branch than the log says")
            });
            for (at, field) in (2..).zip(due.record.all_fields()) {
                let cell = if field.name == DELETED_AT && stays(&due, cards.get(&id)) {
                    Cell::Null
                } else {
                    let value = due.folded.value(field.name).cloned();
                    shown(field, &value.unwrap_or_else(|| field.empty())).0
                };
                let stands = row
                    .0
                    .get(at)
                    .map(|cell| places.field(field, id, cell))
                    .transpose()?;
                checked.must(stands.as_ref() == Some(&cell), || {
                    format!("{} of row {id} of {name} is not what the log says", field.name)
                });
            }
        }
    }
    for (name, id) in due.keys().filter(|(_, id)| !leaving.contains(id)) {
        checked.complain(format!("row {id} of {name} is missing in the tables"));
    }
    Ok(())
}

fn stamp(told: &Told) -> Stamp {
    Stamp {
        device: told.version.device,
        seq: told.version.seq,
    }
}

/// The newest change of each device, but for those that throw away.
fn touched(told: &[Told]) -> BTreeMap<DeviceId, u64> {
    let mut touched: BTreeMap<DeviceId, u64> = BTreeMap::new();
    for told in told {
        let mut fields = told.body.iter().flat_map(|body| &body.0);
        let throws_away = told.kind != ChangeKind::Inc
            && fields.any(|field| field.field == DELETED_AT && field.value != Value::Null);
        if !throws_away {
            let newest = touched.entry(told.version.device).or_default();
            *newest = told.version.seq.max(*newest);
        }
    }
    touched
}

/// Who wrote on each client's card.
fn cards(due: &BTreeMap<(&'static str, RowId), Due>) -> HashMap<RowId, BTreeMap<DeviceId, u64>> {
    let mut cards: HashMap<RowId, BTreeMap<DeviceId, u64>> = HashMap::new();
    for ((name, id), row) in due {
        let card = if *name == CLIENTS.name {
            Some(*id)
        } else {
            row.client()
        };
        let Some(card) = card else { continue };
        let card = cards.entry(card).or_default();
        for (device, seq) in &row.touched {
            let newest = card.entry(*device).or_default();
            *newest = (*newest).max(*seq);
        }
    }
    cards
}

/// Was it thrown away, and stays, because somebody wrote on the card who was not known?
fn stays(due: &Due, card: Option<&BTreeMap<DeviceId, u64>>) -> bool {
    let (Some(seen), Some(card)) = (&due.folded.thrown_away_seeing, card) else {
        return false;
    };
    let by = due
        .folded
        .fields
        .get(DELETED_AT)
        .map(|standing| standing.stamp.device);
    due.record.name == CLIENTS.name && by.is_some_and(|by| is_kept(by, seen, card))
}
