//! A row as the plain tables know it: what stands in each field, and since which change, so that changes may
//! come in any order.

use std::collections::BTreeMap;

use clientele_model::change::SEEN;
use clientele_model::record::{CLIENT_ID, DELETED_AT, Record};
use clientele_model::{Body, ChangeKind, DeviceId, Hlc, RowId, Stamp, Value};

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

    /// Says whether it stands now.
    fn put(&mut self, version: Version, value: Value) -> bool {
        if self.is_set_after(version) {
            return false;
        }
        self.set = Some((version, value));
        self.grown.retain(|(grown, _)| *grown >= version);
        true
    }

    fn grow(&mut self, version: Version, by: i64) {
        if !self.is_set_after(version) {
            self.grown.push((version, by));
        }
    }
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
        if kind == ChangeKind::Add {
            self.added = true;
            if let Some(at) = place_of(record, DELETED_AT)
                && self.places.entry(at).or_default().put(version, Value::Null)
            {
                self.thrown = None;
            }
        }
        let mut throws_away = false;
        for change in body.iter().flat_map(|body| &body.0) {
            let Some(at) = place_of(record, &change.field) else {
                continue;
            };
            let place = self.places.entry(at).or_default();
            if kind == ChangeKind::Inc {
                place.grow(version, change.value.as_int().unwrap_or(0));
                continue;
            }
            let stands = place.put(version, change.value.clone());
            if change.field == DELETED_AT {
                throws_away |= change.value != Value::Null;
                if stands {
                    let seen = body.map(|body| body.stamps(SEEN)).unwrap_or_default();
                    self.thrown = (change.value != Value::Null).then_some(seen);
                }
            }
        }
        if !throws_away {
            let newest = self.touched.entry(version.device).or_default();
            *newest = version.seq.max(*newest);
        }
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
