//! The write gate: one transaction = rows + change log + step. What is open inside [`super::Workspace::write`].

use std::collections::{BTreeMap, BTreeSet};

use clientele_model::change::{SEEN, SETTLES, UNSETTLES};
use clientele_model::{
    Body, BranchId, ChangeKind, DeviceId, ErrorCode, FieldChange, Hlc, Refusal, RowId, Stamp, StepId,
    Timestamp, Value,
};
use rusqlite::Connection;

use super::clock::Clock;
use super::settle;
use super::step::NewStep;
use super::store::{self, Put, log};
use super::table::{Card, DELETED_AT, Invalidation, Schema, Table, Topic};
use super::touched::{Touched, client_of};
use crate::Result;

/// Has a table such fields, for such values?
///
/// # Errors
/// `write_gate` where it has not.
pub(super) fn fits(table: &Table, body: &Body) -> Result<()> {
    let fits = |f: &FieldChange| {
        matches!(f.field.as_str(), SEEN | SETTLES | UNSETTLES)
            || table.field(&f.field).is_some_and(|field| field.takes(&f.value))
    };
    match body.0.iter().find(|f| !fits(f)) {
        None => Ok(()),
        Some(unknown) => {
            let detail = format!("{} has no field {} for such a value", table.name, unknown.field);
            Err(Refusal::new(ErrorCode::WriteGate).with("detail", detail).into())
        }
    }
}

/// Who writes here, and how far they have come.
pub(super) struct Pen {
    pub device_n: i64,
    pub device: DeviceId,
    pub seq: u64,
    pub clock: Hlc,
    pub time: Clock,
}

/// A step under way. Everything a feature writes, it writes through here.
pub struct Write<'a> {
    pub(super) conn: &'a Connection,
    pub(super) schema: &'static Schema,
    pub(super) pen: Pen,
    pub(super) id: StepId,
    pub(super) now: Timestamp,
    /// The step's own words; a feature may add to them as it goes.
    pub step: NewStep,
    pub(super) changes: u64,
    pub(super) touched: Touched,
    company: Scopes,
    pub(super) scopes: BTreeSet<Option<BranchId>>,
    pub(super) has_others: bool,
    /// New clients of whom all that is worked out stands already.
    pub(super) whole: BTreeSet<RowId>,
    /// How rows of each table are put, many at once.
    pub(super) puts: BTreeMap<&'static str, Put>,
    quarrelled: BTreeSet<(&'static str, RowId)>,
}

/// Whose is what is written here?
enum Scopes {
    /// No head office: nobody asks.
    None,
    /// New clients are this branch's, or, at head office, the whole company's.
    Of(Option<BranchId>),
}

/// The branch for which this device writes new clients: a fact about this file. Absent without head office,
/// the empty text for the whole company.
pub(crate) const WRITES_FOR: &str = "writes_for";

impl<'a> Write<'a> {
    pub(super) fn new(
        conn: &'a Connection,
        schema: &'static Schema,
        pen: Pen,
        step: NewStep,
    ) -> Result<Self> {
        let now = pen.time.now();
        let company = match store::local(conn, WRITES_FOR)? {
            None => Scopes::None,
            Some(branch) => Scopes::Of(branch.as_row().map(|id| BranchId(id.0))),
        };
        Ok(Self {
            conn,
            schema,
            pen,
            id: StepId::new(),
            now,
            step,
            changes: 0,
            touched: Touched::default(),
            company,
            scopes: BTreeSet::new(),
            has_others: log::has_others(conn)?,
            whole: BTreeSet::new(),
            puts: BTreeMap::new(),
            quarrelled: BTreeSet::new(),
        })
    }

    /// To read what stands, this step's own writes included.
    #[must_use]
    pub fn conn(&self) -> &'a Connection {
        self.conn
    }

    /// The table of an entity, where this version knows it.
    #[must_use]
    pub fn table(&self, entity: &str) -> Option<&'static Table> {
        self.schema.table(entity)
    }

    /// The moment of this step: one for all that it writes.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The moment of the next change by the clock that orders changes: head office's, and not before any change that was
    /// seen.
    #[must_use]
    pub fn now_in_order(&self) -> Timestamp {
        let next = self.pen.clock.tick(self.pen.time.for_order());
        Timestamp(next.millis().cast_signed())
    }

    /// How many changes the step holds so far.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Adds a row. Null and empty fields need not be named.
    ///
    /// # Errors
    /// What SQLite says; the whole step is rolled back.
    pub fn add(
        &mut self,
        table: &'static Table,
        row: RowId,
        fields: Vec<(&'static str, Value)>,
    ) -> Result<()> {
        let fields = fields
            .into_iter()
            .map(|(field, value)| FieldChange {
                field: field.to_owned(),
                value,
                base: None,
            })
            .collect();
        self.record(table, row, ChangeKind::Add, Body(fields))
    }

    /// Sets those fields of a row that are not so already; without any, nothing is written.
    ///
    /// # Errors
    /// `not_found` where there is no such row; what SQLite says.
    pub fn set(
        &mut self,
        table: &'static Table,
        row: RowId,
        fields: Vec<(&'static str, Value)>,
    ) -> Result<bool> {
        self.set_as(ChangeKind::Set, table, row, fields, &[])
    }

    /// As [`Self::set`], typed over what somebody saw: where another value stands by now, the log says over
    /// which one this was typed, so that the two can be told apart from an ordinary overwrite.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn set_over(
        &mut self,
        table: &'static Table,
        row: RowId,
        fields: Vec<(&'static str, Value)>,
        seen: &[(&'static str, Value)],
    ) -> Result<bool> {
        self.set_as(ChangeKind::Set, table, row, fields, seen)
    }

    /// Puts a row into the trash; one that lies there stays as it is.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn trash(&mut self, table: &'static Table, row: RowId) -> Result<bool> {
        match self.field(table, row, DELETED_AT)? {
            Value::Null => self.set_as(
                ChangeKind::Del,
                table,
                row,
                vec![(DELETED_AT, Value::Int(self.now.0))],
                &[],
            ),
            _ => Ok(false),
        }
    }

    /// Takes a row out of the trash.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn restore(&mut self, table: &'static Table, row: RowId) -> Result<bool> {
        self.set(table, row, vec![(DELETED_AT, Value::Null)])
    }

    /// Takes a row away for good, with all that the log knew of it. Cannot be undone.
    ///
    /// # Errors
    /// `not_found` where there is no such row; what SQLite says.
    pub fn erase(&mut self, table: &'static Table, row: RowId) -> Result<()> {
        self.field(table, row, DELETED_AT)?;
        self.record(table, row, ChangeKind::Erase, Body::default())
    }

    /// One field of a row as it stands.
    ///
    /// # Errors
    /// `not_found` where there is no such row; what SQLite says.
    pub fn field(&self, table: &Table, row: RowId, field: &str) -> Result<Value> {
        let values = store::read_row(self.conn, table, row, &[field])?;
        values
            .and_then(|mut values| values.pop())
            .ok_or_else(|| not_found(row))
    }

    /// Writes that the values which lost in a row were looked at and passed over. What stands there stays,
    /// or becomes what `fields` say.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn settle(
        &mut self,
        table: &'static Table,
        row: RowId,
        fields: Vec<(&'static str, Value)>,
        lost: &[(String, Stamp)],
    ) -> Result<()> {
        self.quarrel(table, row, fields, FieldChange::lost(SETTLES, lost))
    }

    /// Takes back that lost values were passed over: they count as lost again, and what stands becomes what
    /// `fields` say.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub(super) fn unsettle(
        &mut self,
        table: &'static Table,
        row: RowId,
        fields: Vec<(&'static str, Value)>,
        lost: &[(String, Stamp)],
    ) -> Result<()> {
        self.quarrel(table, row, fields, FieldChange::lost(UNSETTLES, lost))
    }

    /// Says once more what stands in fields: from here on it counts as said now.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn say_again(
        &mut self,
        table: &'static Table,
        row: RowId,
        fields: Vec<(&'static str, Value)>,
    ) -> Result<()> {
        let body = self.over_what_stands(row, fields)?;
        self.record(table, row, ChangeKind::Set, body)
    }

    fn quarrel(
        &mut self,
        table: &'static Table,
        row: RowId,
        fields: Vec<(&'static str, Value)>,
        about: FieldChange,
    ) -> Result<()> {
        let mut body = self.over_what_stands(row, fields)?;
        body.0.push(about);
        self.quarrelled.insert((table.name, row));
        self.record(table, row, ChangeKind::Set, body)
    }

    fn over_what_stands(&self, row: RowId, fields: Vec<(&'static str, Value)>) -> Result<Body> {
        let wanted: Vec<_> = fields.iter().map(|(field, _)| (*field, None)).collect();
        let bases = log::versions(self.conn, row, &wanted)?;
        let fields = fields.into_iter().zip(bases);
        let fields = fields.map(|((field, value), base)| FieldChange {
            field: field.to_owned(),
            value,
            base,
        });
        Ok(Body(fields.collect()))
    }

    /// Sets fields without having seen what stands there: where that is another's, the two are a quarrel.
    pub(super) fn unknowingly(&mut self, table: &'static Table, row: RowId, body: Body) -> Result<()> {
        self.quarrelled.insert((table.name, row));
        self.record(table, row, ChangeKind::Set, body)
    }

    fn set_as(
        &mut self,
        kind: ChangeKind,
        table: &'static Table,
        row: RowId,
        fields: Vec<(&'static str, Value)>,
        seen: &[(&'static str, Value)],
    ) -> Result<bool> {
        if fields.is_empty() {
            return Ok(false);
        }
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let standing = store::read_row(self.conn, table, row, &names)?.ok_or_else(|| not_found(row))?;
        let mut wanted = Vec::new();
        let mut differing = Vec::new();
        for ((name, new), old) in fields.into_iter().zip(standing) {
            if new != old {
                // Nothing else stands there than what was seen, as a rule; then any value of the field will do.
                let seen = seen.iter().find(|(field, value)| *field == name && *value != old);
                wanted.push((name, seen.map(|(_, value)| value.clone())));
                differing.push((name, new));
            }
        }
        if differing.is_empty() {
            return Ok(false);
        }
        let bases = store::log::versions(self.conn, row, &wanted)?;
        let fields = differing.into_iter().zip(bases);
        let fields = fields.map(|((field, value), base)| FieldChange {
            field: field.to_owned(),
            value,
            base,
        });
        let mut body = Body(fields.collect());
        let thrown_away = body
            .0
            .iter()
            .any(|field| field.field == DELETED_AT && field.value != Value::Null);
        let kind = if thrown_away { ChangeKind::Del } else { kind };
        if thrown_away && self.has_others {
            let rows = settle::card_rows(self.conn, self.schema, table, row)?;
            let seen = log::newest(self.conn, &rows, false)?;
            body.0.push(FieldChange::stamps(SEEN, &seen));
        }
        self.pass_over(table, row, &mut body)?;
        self.record(table, row, kind, body)?;
        Ok(true)
    }

    /// Whoever types over a field in which a value had lost has seen it: the card says so.
    fn pass_over(&mut self, table: &'static Table, row: RowId, body: &mut Body) -> Result<()> {
        if !self.has_others {
            return Ok(());
        }
        let lost = store::conflicts::of_row(self.conn, row)?;
        let written = |field: &str| body.0.iter().any(|change| change.field == field);
        let settled: Vec<(String, Stamp)> = lost
            .into_iter()
            .filter(|lost| written(&lost.field))
            .map(|lost| (lost.field, lost.stamp))
            .collect();
        if !settled.is_empty() {
            body.0.push(FieldChange::lost(SETTLES, &settled));
        }
        // Typed over something older than what stands by now, this may itself be a quarrel.
        self.quarrelled.insert((table.name, row));
        Ok(())
    }

    /// Adds a row that was somebody's before: a client stays that branch's, whoever writes it once more. Whose
    /// another row is, its client says.
    pub(super) fn add_for(
        &mut self,
        whose: Option<BranchId>,
        table: &'static Table,
        row: RowId,
        body: Body,
    ) -> Result<()> {
        match self.company {
            Scopes::Of(_) if table.card == Card::Itself => {
                self.record_for(whose, Some(row), table, row, ChangeKind::Add, body)
            }
            _ => self.record(table, row, ChangeKind::Add, body),
        }
    }

    pub(super) fn record(
        &mut self,
        table: &'static Table,
        row: RowId,
        kind: ChangeKind,
        body: Body,
    ) -> Result<()> {
        let client = client_of(self.conn, table, row, Some(&body))?;
        let scope = self.scope(table, kind, client)?;
        self.record_for(scope, client, table, row, kind, body)
    }

    /// The one place where a row and the log are written together.
    fn record_for(
        &mut self,
        scope: Option<BranchId>,
        client: Option<RowId>,
        table: &'static Table,
        row: RowId,
        kind: ChangeKind,
        body: Body,
    ) -> Result<()> {
        self.note(scope, client, table, row, &body)?;
        let columns: Vec<&FieldChange> = body.0.iter().filter(|f| !f.field.starts_with('~')).collect();
        match kind {
            ChangeKind::Add => {
                store::add_row(self.conn, table, row, &columns)?;
                if table.card == Card::Itself && scope.is_some() {
                    store::set_branch_of_client(self.conn, row, scope)?;
                }
            }
            ChangeKind::Set | ChangeKind::Del | ChangeKind::Inc => {
                if !store::set_row(self.conn, table, row, &columns, kind == ChangeKind::Inc)? {
                    return Err(not_found(row));
                }
            }
            ChangeKind::Erase => {
                if table.card == Card::Itself {
                    // The card on which it stood is to lose what it had of it.
                    self.touched
                        .clients
                        .insert(crate::clients::home(self.conn, row.into())?.into());
                }
                store::erase_row(self.conn, table, row)?;
            }
        }
        let new = self.next_change(scope, table, row, kind, &body);
        log::append(self.conn, &[new.logged()])?;
        Ok(())
    }

    /// Whose is what is written: the client's branch's; what holds for all, or for several, the company's.
    pub(super) fn scope(
        &self,
        table: &Table,
        kind: ChangeKind,
        client: Option<RowId>,
    ) -> Result<Option<BranchId>> {
        let Scopes::Of(writes_for) = self.company else {
            return Ok(None);
        };
        Ok(match client {
            Some(_) if table.card == Card::Itself && kind == ChangeKind::Add => writes_for,
            Some(client) => store::branch_of_client(self.conn, client)?,
            None if table.name == super::step::STEPS.name => match self.scopes.len() {
                0 => writes_for,
                1 => self.scopes.first().copied().flatten(),
                _ => None,
            },
            None => None,
        })
    }

    /// Works out what follows from the step, and writes the step's own row. Nothing done: `None`.
    ///
    /// An undo is written even where nothing was left to take back (others had changed it all since):
    /// else it would stand in the way of the undo of what was done before.
    pub(super) fn finish(mut self) -> Result<Option<Finished>> {
        if self.changes == 0 && self.step.target.is_none() {
            return Ok(None);
        }
        for (entity, row) in std::mem::take(&mut self.quarrelled) {
            if let Some(table) = self.schema.table(entity) {
                settle::row(self.conn, self.schema, table, row)?;
            }
            self.touched.topic(Topic::Conflicts);
        }
        let follow = self.derive()?;
        self.touched.follow(&follow);
        self.touched.show_links(self.conn, &follow)?;
        self.touched.settle_definitions(self.conn)?;
        let step = self.step.clone();
        let fields = [
            ("device", RowId(self.pen.device.0).into()),
            ("staff", Value::from(step.staff.as_str())),
            ("at", Value::Int(self.now.0)),
            ("label", Value::from(step.label.as_str())),
            ("params", Value::from(serde_json::json!(step.params).to_string())),
            ("act", Value::from(step.act)),
            ("target", Value::from(step.target.map(RowId::from))),
            ("changes", Value::Int(self.changes.cast_signed())),
        ];
        self.add(&super::step::STEPS, self.id.into(), fields.to_vec())?;
        store::steps::derive(self.conn, self.id)?;
        store::set_local(self.conn, "clock", &Value::Int(self.pen.clock.0.cast_signed()))?;
        Ok(Some(Finished {
            step: self.id,
            seq: self.pen.seq,
            clock: self.pen.clock,
            invalidates: self.touched.invalidations(),
            clients: follow,
        }))
    }
}

/// What a finished step leaves for the gate to keep.
pub(super) struct Finished {
    pub step: StepId,
    pub seq: u64,
    pub clock: Hlc,
    pub invalidates: Vec<Invalidation>,
    /// Whose cards it changed.
    pub clients: BTreeSet<RowId>,
}

pub(super) fn not_found(row: RowId) -> crate::Error {
    Refusal::new(ErrorCode::NotFound).with("id", row).into()
}
