//! What a row is: the sum of its changes, the same on every device whatever the order they came in.
//!
//! Fields are last-writer-wins registers in the order of (effective clock, device, number); numbers that
//! grow add up. A value that lost to one whose author had not seen it is told as a conflict, until
//! somebody settles it: nothing that a person typed goes unseen.

use std::borrow::Cow;

use crate::change::{SEEN, SETTLES, UNSETTLES};
use crate::record::DELETED_AT;
use crate::{Body, ChangeKind, Stamp, Value};

/// What stands in a field, and the change that put it there.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing<'a> {
    /// The value.
    pub value: Cow<'a, Value>,
    /// The change.
    pub stamp: Stamp,
}

/// A value that lost to another whose author did not know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// The field.
    pub field: String,
    /// The value that lost.
    pub value: Value,
    /// The change that had set it.
    pub stamp: Stamp,
}

/// What stands in fields: a few, so that looking at each is quicker than a tree.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a>(Vec<(&'a str, Standing<'a>)>);

impl<'a> Fields<'a> {
    /// What stands in a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Standing<'a>> {
        let found = self.0.iter().find(|(name, _)| *name == field);
        found.map(|(_, standing)| standing)
    }

    fn put(&mut self, field: &'a str, standing: Standing<'a>) {
        match self.0.iter_mut().find(|(name, _)| *name == field) {
            Some((_, place)) => *place = standing,
            None => self.0.push((field, standing)),
        }
    }
}

impl PartialEq for Fields<'_> {
    fn eq(&self, other: &Self) -> bool {
        let is_there = |(name, standing): &(&str, Standing<'_>)| other.get(name) == Some(standing);
        self.0.len() == other.0.len() && self.0.iter().all(is_there)
    }
}

/// A row as its changes make it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Folded<'a> {
    /// What stands in each field that a change has named.
    pub fields: Fields<'a>,
    /// Did a change add the row? What was set before it came to be waits for that.
    pub added: bool,
    /// Was it erased? Then nothing stands, whatever else is said.
    pub erased: bool,
    /// Values that lost and that nobody has settled, oldest first.
    pub lost: Vec<Lost>,
    /// Where it lies in the trash: the newest changes on its card that the one who threw it there had seen,
    /// one for each device.
    pub thrown_away_seeing: Option<Vec<Stamp>>,
    /// Lost values that somebody passed over; that may be taken back.
    settled: Vec<Lost>,
    /// Every time that it was thrown away: by which change, its value, and what was seen then.
    thrown: Vec<(Standing<'a>, Vec<Stamp>)>,
}

impl Folded<'_> {
    /// What stands in a field.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.fields.get(field).map(|standing| standing.value.as_ref())
    }
}

/// Adds up the changes of one row, given in their order. A body is `None` once erased.
#[must_use]
pub fn fold<'a>(changes: impl IntoIterator<Item = (Stamp, ChangeKind, Option<&'a Body>)>) -> Folded<'a> {
    let mut row = Folded::default();
    for (stamp, kind, body) in changes {
        match kind {
            ChangeKind::Erase => row.erased = true,
            ChangeKind::Add => {
                row.added = true;
                row.thrown_away_seeing = None;
                row.put(DELETED_AT, Cow::Owned(Value::Null), stamp);
            }
            ChangeKind::Set | ChangeKind::Inc | ChangeKind::Del => {}
        }
        for change in body.iter().flat_map(|body| &body.0) {
            match (change.field.as_str(), kind) {
                (SEEN | SETTLES | UNSETTLES, _) => {}
                (field, ChangeKind::Inc) => {
                    let was = row.value(field).and_then(Value::as_int).unwrap_or(0);
                    let by = change.value.as_int().unwrap_or(0);
                    row.put(field, Cow::Owned(Value::Int(was.wrapping_add(by))), stamp);
                }
                (DELETED_AT, _) => {
                    let thrown_away = change.value != Value::Null;
                    let seen = body.map(|body| body.stamps(SEEN)).unwrap_or_default();
                    row.thrown_away_seeing = thrown_away.then(|| seen.clone());
                    let value = Cow::Borrowed(&change.value);
                    row.put(DELETED_AT, value.clone(), stamp);
                    row.thrown.push((Standing { value, stamp }, seen));
                }
                (field, _) => {
                    row.lose(field, &change.value, change.base, stamp);
                    row.put(field, Cow::Borrowed(&change.value), stamp);
                }
            }
        }
        for (field, of) in body.map(|body| body.lost(SETTLES)).unwrap_or_default() {
            row.settle(|lost| lost.field == field && lost.stamp == of);
        }
        for (field, of) in body.map(|body| body.lost(UNSETTLES)).unwrap_or_default() {
            row.reopen(&field, of);
        }
    }
    let Folded { fields, lost, .. } = &mut row;
    lost.retain(|lost| {
        fields
            .get(lost.field.as_str())
            .is_some_and(|standing| *standing.value != lost.value)
    });
    row
}

impl<'a> Folded<'a> {
    fn put(&mut self, field: &'a str, value: Cow<'a, Value>, stamp: Stamp) {
        self.fields.put(field, Standing { value, stamp });
    }

    /// Lost values count as lost no more.
    fn settle(&mut self, which: impl Fn(&Lost) -> bool) {
        let (settled, lost) = std::mem::take(&mut self.lost).into_iter().partition(which);
        self.lost = lost;
        self.settled.extend::<Vec<Lost>>(settled);
    }

    /// A lost value counts as lost again. Of the trash: the row lies there as it did then, for whoever threw it
    /// there and what was seen at that time.
    fn reopen(&mut self, field: &str, of: Stamp) {
        if field == DELETED_AT {
            if let Some((thrown, seen)) = self.thrown.iter().find(|(thrown, _)| thrown.stamp == of).cloned() {
                self.thrown_away_seeing = (*thrown.value != Value::Null).then_some(seen);
                self.put(DELETED_AT, thrown.value, thrown.stamp);
            }
        } else if let Some(at) = self
            .settled
            .iter()
            .position(|lost| lost.field == field && lost.stamp == of)
        {
            let lost = self.settled.remove(at);
            self.lost.push(lost);
        }
    }

    /// Notes what stands as lost, where the author of the next value did not know of it.
    fn lose(&mut self, field: &str, next: &Value, base: Option<Stamp>, by: Stamp) {
        // What somebody typed over knowingly is not lost, nor is what stands again.
        self.settle(|lost| lost.field == field && (Some(lost.stamp) == base || lost.value == *next));
        let Some(standing) = self.fields.get(field) else {
            return;
        };
        let known = base == Some(standing.stamp) || standing.stamp.device == by.device;
        if !known && *standing.value != *next {
            self.lost.push(Lost {
                field: field.to_owned(),
                value: standing.value.clone().into_owned(),
                stamp: standing.stamp,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DeviceId, FieldChange};

    fn at(device: DeviceId, seq: u64) -> Stamp {
        Stamp { device, seq }
    }

    fn set(field: &str, value: impl Into<Value>, base: Option<Stamp>) -> Body {
        let field = field.to_owned();
        let value = value.into();
        Body(vec![FieldChange { field, value, base }])
    }

    fn folded(changes: &[(Stamp, ChangeKind, Body)]) -> Folded<'static> {
        fold(
            Vec::leak(changes.to_vec())
                .iter()
                .map(|(stamp, kind, body)| (*stamp, *kind, Some(body))),
        )
    }

    fn lost<'a>(row: &'a Folded<'_>) -> Vec<(&'a str, Stamp)> {
        row.lost
            .iter()
            .map(|lost| (lost.value.as_text().unwrap_or_default(), lost.stamp))
            .collect()
    }

    #[test]
    fn the_later_value_stands_and_the_one_it_did_not_know_is_told() {
        use ChangeKind::{Add, Set};
        let (a, b) = (DeviceId::new(), DeviceId::new());
        let born = (at(a, 1), Add, set("notes", "first", None));
        let mine = (at(a, 2), Set, set("notes", "mine", Some(at(a, 1))));
        let yours = (at(b, 1), Set, set("notes", "yours", Some(at(a, 1))));
        let row = folded(&[born.clone(), mine.clone(), yours.clone()]);
        assert_eq!(row.value("notes"), Some(&"yours".into()));
        assert_eq!(lost(&row), [("mine", at(a, 2))]);

        // Typed over knowingly: no conflict.
        let knowing = (at(b, 1), Set, set("notes", "yours", Some(at(a, 2))));
        assert_eq!(lost(&folded(&[born.clone(), mine.clone(), knowing])), []);

        // The author of the lost value went on: what is lost is what stood last.
        let mine_too = (at(a, 3), Set, set("notes", "mine too", Some(at(a, 2))));
        let row = folded(&[born.clone(), mine.clone(), yours.clone(), mine_too]);
        assert_eq!(row.value("notes"), Some(&"mine too".into()));
        assert_eq!(lost(&row), [("yours", at(b, 1))]);

        // Settled: whoever wrote that knew both.
        let mut settled = set("notes", "ours", Some(at(b, 1)));
        settled
            .0
            .push(FieldChange::lost(SETTLES, &[("notes".into(), at(a, 2))]));
        let row = folded(&[born.clone(), mine.clone(), yours, (at(b, 2), Set, settled)]);
        assert_eq!(lost(&row), []);
        assert_eq!(row.value("notes"), Some(&"ours".into()));

        // Both typed the same.
        let same = (at(b, 1), Set, set("notes", "mine", Some(at(a, 1))));
        assert_eq!(lost(&folded(&[born, mine, same])), []);
    }

    #[test]
    fn a_value_that_nobody_saw_is_not_settled_by_the_next_edit_of_its_rival() {
        use ChangeKind::{Add, Set};
        let (a, b) = (DeviceId::new(), DeviceId::new());
        let row = folded(&[
            (at(a, 1), Add, set("notes", "first", None)),
            (at(a, 2), Set, set("notes", "late", Some(at(a, 1)))),
            (at(b, 1), Set, set("notes", "one", Some(at(a, 1)))),
            (at(b, 2), Set, set("notes", "two", Some(at(b, 1)))),
        ]);
        assert_eq!(lost(&row), [("late", at(a, 2))]);
    }

    #[test]
    fn numbers_that_grow_add_up_and_erased_is_erased() {
        use ChangeKind::{Add, Erase, Inc};
        let (a, b) = (DeviceId::new(), DeviceId::new());
        let born = (at(a, 1), Add, set("points", 10, None));
        let changes = [
            born,
            (at(a, 2), Inc, set("points", 5, None)),
            (at(b, 1), Inc, set("points", -3, None)),
        ];
        assert_eq!(folded(&changes).value("points"), Some(&Value::Int(12)));
        assert!(!folded(&changes).erased);
        let erased = (at(b, 2), Erase, Body::default());
        let mut all = vec![erased];
        all.extend(changes);
        assert!(folded(&all).erased, "wherever in the order it stands");
    }

    #[test]
    fn the_trash_tells_what_was_seen_and_what_comes_back_lies_in_none() {
        use ChangeKind::{Add, Del, Set};
        let (a, b) = (DeviceId::new(), DeviceId::new());
        let mut thrown = set(DELETED_AT, 77, None);
        thrown.0.push(FieldChange::stamps(SEEN, &[at(a, 1)]));
        let changes = [(at(a, 1), Add, set("notes", "x", None)), (at(b, 1), Del, thrown)];
        let row = folded(&changes);
        assert_eq!(row.value(DELETED_AT), Some(&Value::Int(77)));
        assert_eq!(row.thrown_away_seeing, Some(vec![at(a, 1)]));
        let back = (at(a, 2), Set, set(DELETED_AT, None::<i64>, Some(at(b, 1))));
        let row = folded(&[changes.to_vec(), vec![back]].concat());
        assert_eq!(row.thrown_away_seeing, None);
        assert_eq!(row.value(DELETED_AT), Some(&Value::Null));
    }

    #[test]
    fn what_was_passed_over_is_lost_again_when_that_is_taken_back() {
        use ChangeKind::{Add, Set};
        let (a, b) = (DeviceId::new(), DeviceId::new());
        let form = |one: &str, two: &str| {
            let mut form = set("notes", one, Some(at(a, 1)));
            form.0.extend(set("never", two, Some(at(a, 1))).0);
            form
        };
        let about =
            |name: &str, field: &str| Body(vec![FieldChange::lost(name, &[(field.into(), at(a, 2))])]);
        let mut changes = vec![
            (at(a, 1), Add, form("first", "first")),
            (at(a, 2), Set, form("mine", "mine")),
            (at(b, 1), Set, form("yours", "yours")),
        ];
        assert_eq!(folded(&changes).lost.len(), 2);
        changes.push((at(b, 2), Set, about(SETTLES, "notes")));
        let row = folded(&changes);
        assert_eq!(
            (row.lost.len(), row.lost[0].field.as_str()),
            (1, "never"),
            "only what is named"
        );
        changes.push((at(b, 3), Set, about(UNSETTLES, "notes")));
        assert_eq!(folded(&changes).lost.len(), 2);
        // Twice, or of something that never was: nothing comes of it.
        changes.push((at(b, 4), Set, about(UNSETTLES, "notes")));
        changes.push((at(b, 5), Set, about(UNSETTLES, "expects")));
        changes.push((at(b, 6), Set, about(UNSETTLES, DELETED_AT)));
        let row = folded(&changes);
        assert_eq!((row.lost.len(), row.value(DELETED_AT)), (2, Some(&Value::Null)));
    }

    #[test]
    fn what_is_set_before_the_row_is_added_waits() {
        let row = folded(&[(at(DeviceId::new(), 1), ChangeKind::Set, set("notes", "x", None))]);
        assert!(!row.added);
    }
}
