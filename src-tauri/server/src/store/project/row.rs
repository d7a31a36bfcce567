//! A row as the plain tables know it: what stands in each field, and since which change, so that changes may
//! come in any order.

use std::collections::BTreeMap;

use clientele_model::change::{SEEN, UNSETTLES};
use clientele_model::record::{CLIENT_ID, DELETED_AT, Record};
use clientele_model::{Body, ChangeKind, DeviceId, Hlc, RowId, Stamp, Value};
use serde::{Deserialize, Serialize};

use super::super::entry::Scope;

/// A change's place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Its effective clock.
    pub eff: Hlc,
    /// Its device.
    pub device: DeviceId,
    /// Its number there.
    pub seq: u64,
}

/// What stands in a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// What was written there last.
    pub set: Option<(Version, Value)>,
    /// By how much it has grown since.
    pub grown: Vec<(Version, i64)>,
}

impl Place {
    /// What stands there.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        let set = self.set.as_ref().map(|(_, value)| value);
        if self.grown.is_empty() {
            return set.cloned();
        }
        let from = set.and_then(Value::as_int).unwrap_or(0);
        let grown = self.grown.iter().map(|(_, by)| *by);
        Some(Value::Int(grown.fold(from, i64::wrapping_add)))
    }

    fn is_set_after(&self, version: Version) -> bool {
        self.set.as_ref().is_some_and(|(set, _)| *set > version)
    }

    fn put(&mut self, version: Version, value: Value) {
        if !self.is_set_after(version) {
            self.set = Some((version, value));
            self.grown.retain(|(grown, _)| *grown >= version);
        }
    }

    fn grow(&mut self, version: Version, by: i64) {
        if !self.is_set_after(version) {
            self.grown.push((version, by));
        }
    }
}

/// What one change says of the trash.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The trash mark that it sets, and what its author had seen then.
    pub set: Option<(Value, Vec<Stamp>)>,
    /// Only because it added the row: that is nothing to go back to.
    pub is_added: bool,
    /// The row lies there again as this change put it there: its having stayed is taken back.
    pub reopens: Option<Stamp>,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlainRow {
    /// Did a change add it? Until then it waits.
    pub added: bool,
    /// Its fields, by their place among those of its record; what no change has named is not among them.
    pub places: BTreeMap<u8, Place>,
    /// The newest change.
    pub newest: Option<Version>,
    /// And whose that says the row is.
    pub branch: Scope,
    /// Where it lies in the trash: what the one who threw it there had seen.
    pub thrown: Option<Vec<Stamp>>,
    /// All that was said of the trash, in order.
    pub marks: BTreeMap<Version, Mark>,
    /// The newest number of each device that wrote here.
    pub touched: BTreeMap<DeviceId, u64>,
}

/// The place of a field among those of its record.
#[must_use]
pub fn place_of(record: &Record, field: &str) -> Option<u8> {
    let at = record.all_fields().position(|known| known.name == field)?;
    u8::try_from(at).ok()
}

impl PlainRow {
    /// Takes a change in. An erasing one is not for the row to take.
    pub fn apply(
        &mut self,
        record: &Record,
        version: Version,
        kind: ChangeKind,
        scope: Scope,
        body: Option<&Body>,
    ) {
        if self.newest.is_none_or(|newest| newest <= version) {
            self.newest = Some(version);
            self.branch = scope;
        }
        let mut mark = Mark::default();
        if kind == ChangeKind::Add {
            self.added = true;
            mark.set = Some((Value::Null, Vec::new()));
            mark.is_added = true;
        }
        let mut throws_away = false;
        for change in body.iter().flat_map(|body| &body.0) {
            let Some(at) = place_of(record, &change.field) else {
                continue;
            };
            if kind == ChangeKind::Inc {
                let by = change.value.as_int().unwrap_or(0);
                self.places.entry(at).or_default().grow(version, by);
            } else if change.field == DELETED_AT {
                throws_away |= change.value != Value::Null;
                let seen = body.map(|body| body.stamps(SEEN)).unwrap_or_default();
                mark.set = Some((change.value.clone(), seen));
                mark.is_added = false;
            } else {
                self.places
                    .entry(at)
                    .or_default()
                    .put(version, change.value.clone());
            }
        }
        let unsettled = body.map(|body| body.lost(UNSETTLES)).unwrap_or_default();
        let reopened = unsettled.into_iter().filter(|(field, _)| field == DELETED_AT);
        mark.reopens = reopened.map(|(_, of)| of).next_back();
        if mark != Mark::default() {
            self.marks.insert(version, mark);
            self.settle_marks(record);
        }
        if !throws_away {
            let newest = self.touched.entry(version.device).or_default();
            *newest = version.seq.max(*newest);
        }
    }

    /// Does it lie in the trash, as what was said of that follows from one another?
    fn settle_marks(&mut self, record: &Record) {
        let mut stands: Option<(Version, &(Value, Vec<Stamp>))> = None;
        for (version, mark) in &self.marks {
            if let Some(set) = &mark.set {
                stands = Some((*version, set));
            }
            let is_meant = |(at, other): &(&Version, &Mark)| {
                let (device, seq) = (at.device, at.seq);
                mark.reopens == Some(Stamp { device, seq }) && !other.is_added
            };
            let before = self.marks.range(..=*version);
            let reopened = before
                .filter(is_meant)
                .find_map(|(at, mark)| Some((*at, mark.set.as_ref()?)));
            stands = reopened.or(stands);
        }
        let (Some(at), Some((version, (value, seen)))) = (place_of(record, DELETED_AT), stands) else {
            return;
        };
        self.thrown = (*value != Value::Null).then(|| seen.clone());
        self.places.entry(at).or_default().set = Some((version, value.clone()));
    }

    /// What stands in a field.
    #[must_use]
    pub fn value(&self, record: &Record, field: &str) -> Option<Value> {
        self.places.get(&place_of(record, field)?)?.value()
    }

    /// The client on whose card it stands.
    #[must_use]
    pub fn client(&self, record: &Record) -> Option<RowId> {
        self.value(record, CLIENT_ID)?.as_row()
    }

    /// Who threw it away.
    #[must_use]
    pub fn thrown_by(&self, record: &Record) -> Option<DeviceId> {
        let place = self.places.get(&place_of(record, DELETED_AT)?)?;
        place.set.as_ref().map(|(version, _)| version.device)
    }
}

/// Did somebody write on the card who was not known to the one who threw it away?
#[must_use]
pub fn is_kept(by: DeviceId, seen: &[Stamp], touched: &BTreeMap<DeviceId, u64>) -> bool {
    touched.iter().any(|(device, newest)| {
        let seen = seen.iter().filter(|stamp| stamp.device == *device);
        *device != by && seen.map(|stamp| stamp.seq).max().unwrap_or(0) < *newest
    })
}

#[cfg(test)]
mod tests {
    use clientele_model::FieldChange;
    use clientele_model::fold::fold;
    use clientele_model::record::CLIENTS;

    use super::*;

    /// Every order in which these can come.
    fn orders(changes: &[(Version, ChangeKind, Body)]) -> Vec<Vec<&(Version, ChangeKind, Body)>> {
        if changes.is_empty() {
            return vec![Vec::new()];
        }
        let mut all = Vec::new();
        for at in 0..changes.len() {
            let mut rest = changes.to_vec();
            rest.remove(at);
            for order in orders(&rest) {
                let order = order.iter().map(|change| change.0);
                let order = order.map(|version| changes.iter().find(|change| change.0 == version));
                all.push(std::iter::once(&changes[at]).chain(order.flatten()).collect());
            }
        }
        all
    }

    #[test]
    fn the_trash_is_what_the_devices_make_of_it_in_whatever_order_the_changes_come() {
        let (a, b) = (DeviceId::new(), DeviceId::new());
        let version = |eff, device, seq| Version {
            eff: Hlc(eff),
            device,
            seq,
        };
        let stamp = |device, seq| Stamp { device, seq };
        let mark = |value: Option<i64>| {
            let (field, value, base) = (DELETED_AT.to_owned(), value.into(), None);
            FieldChange { field, value, base }
        };
        let thrown = Body(vec![mark(Some(7)), FieldChange::stamps(SEEN, &[stamp(a, 1)])]);
        let again = Body(vec![
            mark(Some(8)),
            FieldChange::stamps(SEEN, &[stamp(a, 2), stamp(b, 1)]),
        ]);
        let back = |of| {
            let unsettles = FieldChange::lost(UNSETTLES, &[(DELETED_AT.to_owned(), of)]);
            Body(vec![mark(Some(9)), unsettles])
        };
        let changes = [
            (version(1, a, 1), ChangeKind::Add, Body::default()),
            (version(2, b, 1), ChangeKind::Del, thrown),
            (version(3, a, 2), ChangeKind::Del, again),
            (version(4, a, 3), ChangeKind::Set, back(stamp(b, 1))),
            // Of something that never was, and of what added the row: nothing comes of it.
            (
                version(5, a, 4),
                ChangeKind::Set,
                Body(back(stamp(b, 9)).0.split_off(1)),
            ),
            (
                version(6, a, 5),
                ChangeKind::Set,
                Body(back(stamp(a, 1)).0.split_off(1)),
            ),
        ];
        for many in 1..=changes.len() {
            let told = &changes[..many];
            let folded = fold(
                told.iter()
                    .map(|(at, kind, body)| (stamp(at.device, at.seq), *kind, Some(body))),
            );
            for order in orders(told) {
                let mut row = PlainRow::default();
                for (version, kind, body) in order {
                    row.apply(&CLIENTS, *version, *kind, None, Some(body));
                }
                assert_eq!(
                    row.value(&CLIENTS, DELETED_AT).as_ref(),
                    folded.value(DELETED_AT),
                    "{many}"
                );
                assert_eq!(row.thrown, folded.thrown_away_seeing, "{many}");
                let by = folded
                    .fields
                    .get(DELETED_AT)
                    .map(|standing| standing.stamp.device);
                assert_eq!(row.thrown_by(&CLIENTS), by, "{many}");
            }
        }
    }
}
