//! A row's state beside its columns, in as few bytes as will do: most rows were written by one change, at the
//! moment that their identifier tells.

use std::collections::{BTreeMap, HashMap};

use clientele_model::record::{DELETED_AT, Field, Record, Sort};
use clientele_model::{DeviceId, Hlc, RowId, Stamp, Value};
use clientele_protocol::bytes::{decode_first, encode};
use serde::{Deserialize, Serialize};

use super::super::entry::Scope;
use super::super::{Cell, Row};
use super::row::{Mark, Place, PlainRow, Version, place_of};
use super::words::Places;
use crate::{Error, Result};

/// The devices and the branches, each under a short number.
#[derive(Debug, Default)]
pub struct Shorts {
    /// The branches.
    pub places: Places,
    devices: HashMap<u64, DeviceId>,
    shorts: HashMap<DeviceId, u64>,
}

impl Shorts {
    /// From pairs of both.
    pub fn new(pairs: impl IntoIterator<Item = (DeviceId, u64)>, places: Places) -> Self {
        let mut all = Self {
            places,
            ..Self::default()
        };
        for (device, short) in pairs {
            all.devices.insert(short, device);
            all.shorts.insert(device, short);
        }
        all
    }

    fn short(&self, version: Version) -> V {
        let short = self.shorts.get(&version.device).copied();
        V(version.eff.0, short.unwrap_or(u64::MAX), version.seq)
    }

    fn version(&self, V(eff, short, seq): V) -> Result<Version> {
        Ok(Version {
            eff: Hlc(eff),
            device: self.device(short)?,
            seq,
        })
    }

    fn device(&self, short: u64) -> Result<DeviceId> {
        let device = self.devices.get(&short).copied();
        device.ok_or_else(|| Error::damaged("a row of a device that never pushed"))
    }
}

/// A version, its device by the short number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct V(u64, u64, u64);

/// What is read again and again, so small that a card's takes four bytes.
struct Kept {
    /// The version of most fields: by how many milliseconds its clock is ahead of the one in the identifier,
    ahead: i64,
    /// its count within the millisecond,
    count: u16,
    /// its device by the short number,
    short: u64,
    /// and its number there.
    seq: u64,
    /// Which fields were never set though they show something, or were set and show nothing, a bit each.
    unlike: u32,
}

/// In the number that a state begins with: more follows than the least.
const AHEAD: u64 = 1;
const UNLIKE: u64 = 2;
const MORE: u64 = 4;
/// The device's short number stands above them.
const SHORT: u32 = 3;

impl Kept {
    fn new(id: RowId, V(eff, short, seq): V, unlike: u32) -> Self {
        Self {
            ahead: (eff >> 16).cast_signed().wrapping_sub(moment(id)),
            count: (eff & 0xFFFF) as u16,
            short,
            seq,
            unlike,
        }
    }

    fn base(&self, id: RowId) -> V {
        let millis = moment(id).wrapping_add(self.ahead).cast_unsigned();
        V(millis << 16 | u64::from(self.count), self.short, self.seq)
    }

    /// Was a field set? `bare` are those that show nothing.
    fn is_set(&self, place: u8, bare: u32) -> bool {
        (self.unlike ^ bare) & 1 << place == 0
    }

    /// All of a state as bytes: what is seldom there takes none where it is not.
    fn to_bytes(&self, more: &More) -> Vec<u8> {
        let is_there = |is_there: bool, flag: u64| if is_there { flag } else { 0 };
        let has_more = *more != More::default();
        let flags =
            is_there(self.ahead != 0, AHEAD) | is_there(self.unlike != 0, UNLIKE) | is_there(has_more, MORE);
        let first = u128::from(self.short) << SHORT | u128::from(flags);
        let mut bytes = encode(&(first, self.count, self.seq));
        if self.ahead != 0 {
            bytes.extend(encode(&self.ahead));
        }
        if self.unlike != 0 {
            bytes.extend(encode(&self.unlike));
        }
        if has_more {
            bytes.extend(encode(more));
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<(Self, More)> {
        Self::read(bytes).ok_or_else(|| Error::damaged("the state of a row"))
    }

    fn read(bytes: &[u8]) -> Option<(Self, More)> {
        let ((first, count, seq), mut rest) = decode_first::<(u128, u16, u64)>(bytes)?;
        let has = |flag: u64| first & u128::from(flag) != 0;
        let (mut ahead, mut unlike, mut more) = (0, 0, More::default());
        if has(AHEAD) {
            (ahead, rest) = decode_first(rest)?;
        }
        if has(UNLIKE) {
            (unlike, rest) = decode_first(rest)?;
        }
        if has(MORE) {
            (more, rest) = decode_first(rest)?;
        }
        let kept = Self {
            ahead,
            count,
            short: u64::try_from(first >> SHORT).ok()?,
            seq,
            unlike,
        };
        rest.is_empty().then_some((kept, more))
    }
}

/// The milliseconds in an identifier of the seventh version, or whatever stands there.
pub(super) fn moment(id: RowId) -> i64 {
    let mut bytes = [0; 8];
    bytes[2..].copy_from_slice(&id.as_bytes()[..6]);
    i64::from_be_bytes(bytes)
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct More {
    /// Fields of another version.
    others: Vec<(u8, V)>,
    /// The newest change, where it is none of those.
    newest: Option<V>,
    thrown: Option<Vec<Stamp>>,
    /// What was said of the trash, where it is more than what stands.
    marks: Vec<(V, Mark)>,
    /// Who wrote here, where the versions do not tell.
    touched: Option<Vec<(u64, u64)>>,
    grown: Vec<(u8, Vec<(V, i64)>)>,
    /// What was set, where the column does not tell it.
    held: Vec<(u8, Value)>,
    /// A row that waits: it has no columns.
    waits: Option<Scope>,
}

/// What a column shows, and whether it says all about the value.
#[must_use]
pub fn shown(field: Field, value: &Value) -> (Cell, bool) {
    match value {
        // PostgreSQL knows no such letter; whoever typed it did not mean it.
        Value::Text(text) if field.takes(value) => {
            let is_plain = !text.contains('\0');
            (Cell::Text(text.replace('\0', "\u{FFFD}")), is_plain)
        }
        Value::Int(n) if field.takes(value) => (Cell::Int(*n), true),
        Value::Blob(bytes) if field.takes(value) => (Cell::Blob(bytes.clone()), true),
        Value::Null if field.takes(value) => (Cell::Null, true),
        _ => (empty(field), false),
    }
}

fn empty(field: Field) -> Cell {
    match field.sort {
        Sort::Text => Cell::Text(String::new()),
        Sort::Int => Cell::Int(0),
        Sort::MaybeInt | Sort::Id => Cell::Null,
        Sort::Bytes => Cell::Blob(Vec::new()),
    }
}

fn value_of(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(n) => Value::Int(n),
        Cell::Text(text) => Value::Text(text),
        Cell::Blob(bytes) => Value::Blob(bytes),
    }
}

/// Who wrote, as far as the versions tell. The trash mark tells nothing: to throw away is not to write.
fn told_by_versions(record: &Record, row: &PlainRow) -> BTreeMap<DeviceId, u64> {
    let mark = place_of(record, DELETED_AT);
    let places = row.places.iter().filter(|(at, _)| Some(**at) != mark);
    let versions = places.filter_map(|(_, place)| place.set.as_ref().map(|(version, _)| *version));
    let mut told: BTreeMap<DeviceId, u64> = BTreeMap::new();
    for version in versions {
        let newest = told.entry(version.device).or_default();
        *newest = version.seq.max(*newest);
    }
    told
}

/// What was said of the trash, as far as the mark that stands tells.
fn told_by_mark(record: &Record, row: &PlainRow) -> BTreeMap<Version, Mark> {
    let place = place_of(record, DELETED_AT).and_then(|at| row.places.get(&at));
    let stands = place.and_then(|place| place.set.as_ref());
    let mark = stands.map(|(version, value)| {
        let seen = row.thrown.clone().unwrap_or_default();
        let mark = Mark {
            set: Some((value.clone(), seen)),
            is_added: *value == Value::Null,
            reopens: None,
        };
        (*version, mark)
    });
    mark.into_iter().collect()
}

/// The fields' columns in order, the state last. `is_kept`: a row in the trash is shown as in none.
#[must_use]
pub fn cells(record: &Record, id: RowId, row: &PlainRow, shorts: &Shorts, is_kept: bool) -> Vec<Cell> {
    let (mut cells, mut kept, more) = parts(record, id, row, shorts, is_kept);
    kept.unlike ^= bare(record, &cells);
    cells.push(Cell::Blob(kept.to_bytes(&more)));
    cells
}

/// The fields that show nothing, a bit each. Whoever adds a row says that it lies in no trash.
fn bare(record: &Record, cells: &[Cell]) -> u32 {
    let fields = (0_u8..).zip(record.all_fields()).zip(cells);
    let bare = fields.filter(|((_, field), cell)| field.name != DELETED_AT && **cell == empty(*field));
    bare.fold(0, |bits, ((place, _), _)| bits | 1 << place)
}

fn parts(
    record: &Record,
    id: RowId,
    row: &PlainRow,
    shorts: &Shorts,
    is_kept: bool,
) -> (Vec<Cell>, Kept, More) {
    let mut cells = Vec::new();
    let mut more = More::default();
    let mut unset = 0_u32;
    let mut counts: HashMap<Version, usize> = HashMap::new();
    for (place, field) in (0_u8..).zip(record.all_fields()) {
        let Some(place_of_field) = row.places.get(&place) else {
            cells.push(empty(field));
            unset |= 1 << place;
            continue;
        };
        let standing = place_of_field.value().unwrap_or(Value::Null);
        let (mut cell, mut tells_all) = shown(field, &standing);
        if is_kept && field.name == DELETED_AT {
            cell = Cell::Null;
            tells_all = false;
        }
        tells_all &= place_of_field.grown.is_empty();
        cells.push(cell);
        match &place_of_field.set {
            Some((version, value)) => {
                *counts.entry(*version).or_default() += 1;
                if !tells_all {
                    more.held.push((place, value.clone()));
                }
            }
            None => unset |= 1 << place,
        }
        if !place_of_field.grown.is_empty() {
            let grown = place_of_field.grown.iter();
            let grown = grown.map(|(version, by)| (shorts.short(*version), *by));
            more.grown.push((place, grown.collect()));
        }
    }
    let most = counts.iter().max_by_key(|(version, count)| (**count, **version));
    let base = most.map(|(version, _)| *version);
    for (place, place_of_field) in &row.places {
        if let Some((version, _)) = &place_of_field.set
            && Some(*version) != base
        {
            more.others.push((*place, shorts.short(*version)));
        }
    }
    if row.newest != counts.keys().copied().max() {
        more.newest = row.newest.map(|newest| shorts.short(newest));
    }
    more.thrown.clone_from(&row.thrown);
    if row.marks != told_by_mark(record, row) {
        let marks = row.marks.iter();
        more.marks = marks
            .map(|(at, mark)| (shorts.short(*at), mark.clone()))
            .collect();
    }
    if row.touched != told_by_versions(record, row) {
        let touched = row.touched.iter();
        let short = |device| shorts.shorts.get(device).copied().unwrap_or(u64::MAX);
        more.touched = Some(touched.map(|(device, seq)| (short(device), *seq)).collect());
    }
    let base = base.map(|base| shorts.short(base)).unwrap_or_default();
    (cells, Kept::new(id, base, unset), more)
}

/// The whole of a row that waits.
#[must_use]
pub fn waiting(record: &Record, id: RowId, row: &PlainRow, shorts: &Shorts) -> Vec<u8> {
    let (_, kept, mut more) = parts(record, id, row, shorts, false);
    let set = row.places.iter();
    let set = set.filter_map(|(at, place)| place.set.as_ref().map(|(_, value)| (*at, value.clone())));
    more.held = set.collect();
    more.waits = Some(row.branch);
    kept.to_bytes(&more)
}

/// A row from its columns: the branch, the fields, the state.
///
/// # Errors
/// [`Error::Damaged`].
pub fn read(record: &Record, id: RowId, row: &Row, shorts: &Shorts) -> Result<PlainRow> {
    let last = row.0.len().saturating_sub(1);
    let branch = shorts.places.read(row, 0)?;
    let mut cells = Vec::with_capacity(last);
    for (cell, field) in row.0.iter().skip(1).zip(record.all_fields()) {
        cells.push(shorts.places.field(field, id, cell)?);
    }
    let bare = bare(record, &cells);
    let columns: Vec<Value> = cells.into_iter().map(value_of).collect();
    let column = |place: u8| columns.get(usize::from(place)).cloned().unwrap_or(Value::Null);
    restore(record, id, row.bytes(last)?, shorts, (branch, bare), column)
}

/// A row that waits from its bytes.
///
/// # Errors
/// [`Error::Damaged`].
pub fn read_waiting(record: &Record, id: RowId, bytes: &[u8], shorts: &Shorts) -> Result<PlainRow> {
    restore(record, id, bytes, shorts, (None, 0), |_| Value::Null)
}

fn restore(
    record: &Record,
    id: RowId,
    state: &[u8],
    shorts: &Shorts,
    (branch, bare): (Scope, u32),
    column: impl Fn(u8) -> Value,
) -> Result<PlainRow> {
    let (kept, more) = Kept::from_bytes(state)?;
    let mut row = PlainRow {
        added: more.waits.is_none(),
        branch: more.waits.unwrap_or(branch),
        thrown: more.thrown,
        ..PlainRow::default()
    };
    let mut newest = None;
    for (place, _) in (0_u8..).zip(record.all_fields()) {
        if !kept.is_set(place, bare) {
            continue;
        }
        let other = more.others.iter().find(|(at, _)| *at == place);
        let version = shorts.version(other.map_or(kept.base(id), |(_, version)| *version))?;
        newest = newest.max(Some(version));
        let held = more.held.iter().find(|(at, _)| *at == place);
        let value = held.map_or_else(|| column(place), |(_, value)| value.clone());
        let set = Some((version, value));
        let grown = Vec::new();
        row.places.insert(place, Place { set, grown });
    }
    for (place, grown) in more.grown {
        let grown = grown
            .into_iter()
            .map(|(version, by)| Ok((shorts.version(version)?, by)));
        row.places.entry(place).or_default().grown = grown.collect::<Result<_>>()?;
    }
    row.marks = told_by_mark(record, &row);
    if !more.marks.is_empty() {
        let marks = more.marks.into_iter();
        let marks = marks.map(|(at, mark)| Ok((shorts.version(at)?, mark)));
        row.marks = marks.collect::<Result<_>>()?;
    }
    row.newest = match more.newest {
        Some(version) => Some(shorts.version(version)?),
        None => newest,
    };
    row.touched = match more.touched {
        Some(touched) => {
            let touched = touched
                .into_iter()
                .map(|(short, seq)| Ok((shorts.device(short)?, seq)));
            touched.collect::<Result<_>>()?
        }
        None => told_by_versions(record, &row),
    };
    Ok(row)
}
