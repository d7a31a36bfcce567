//! The write gate: one transaction = rows + change log + step. What is open inside [`super::Workspace::write`].

use std::collections::BTreeSet;

use clientele_model::{
    Body, ChangeKind, DeviceId, ErrorCode, FieldChange, Hlc, Refusal, RowId, StepId, Timestamp, Value,
};
use rusqlite::Connection;

use super::step::NewStep;
use super::store::{self, NewLogged};
use super::table::{Card, DELETED_AT, Invalidation, Schema, Table, Topic};
use crate::Result;

/// More clients than this in one step: the window is told to read all again, not each one.
const INVALIDATED_ONE_BY_ONE_MAX: usize = 50;

/// A step under way. Everything a feature writes, it writes through here.
pub struct Write<'a> {
    pub(super) conn: &'a Connection,
    pub(super) schema: &'static Schema,
    pub(super) device: DeviceId,
    pub(super) device_n: i64,
    pub(super) clock: Hlc,
    pub(super) seq: u64,
    pub(super) id: StepId,
    pub(super) now: Timestamp,
    /// The step's own words; a feature may add to them as it goes.
    pub step: NewStep,
    changes: u64,
    clients: BTreeSet<RowId>,
    topics: BTreeSet<(Topic, Option<RowId>)>,
}

impl<'a> Write<'a> {
    pub(super) fn new(
        conn: &'a Connection,
        schema: &'static Schema,
        (device_n, device, seq, clock): (i64, DeviceId, u64, Hlc),
        step: NewStep,
    ) -> Self {
        let now = Timestamp::now();
        let (clients, topics) = Default::default();
        Self {
            conn,
            schema,
            device,
            device_n,
            clock,
            seq,
            id: StepId::new(),
            now,
            step,
            changes: 0,
            clients,
            topics,
        }
    }

    /// To read what stands, this step's own writes included.
    #[must_use]
    pub fn conn(&self) -> &'a Connection {
        self.conn
    }

    /// The moment of this step: one for all that it writes.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
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
        let bases = store::versions(self.conn, row, &wanted)?;
        let fields = differing.into_iter().zip(bases);
        let fields = fields.map(|((field, value), base)| FieldChange {
            field: field.to_owned(),
            value,
            base,
        });
        self.record(table, row, kind, Body(fields.collect()))?;
        Ok(true)
    }

    /// The one place where a row and the log are written together.
    pub(super) fn record(
        &mut self,
        table: &'static Table,
        row: RowId,
        kind: ChangeKind,
        body: Body,
    ) -> Result<()> {
        let fits = |f: &FieldChange| table.field(&f.field).is_some_and(|field| field.takes(&f.value));
        if let Some(unknown) = body.0.iter().find(|f| !fits(f)) {
            let detail = format!("{} has no field {} for such a value", table.name, unknown.field);
            return Err(Refusal::new(ErrorCode::WriteGate).with("detail", detail).into());
        }
        self.touch(table, row, &body)?;
        match kind {
            ChangeKind::Add => store::add_row(self.conn, table, row, &body.0)?,
            ChangeKind::Set | ChangeKind::Del | ChangeKind::Inc => {
                if !store::set_row(self.conn, table, row, &body.0, kind == ChangeKind::Inc)? {
                    return Err(not_found(row));
                }
            }
            ChangeKind::Erase => store::erase_row(self.conn, table, row)?,
        }
        self.clock = self.clock.tick(Timestamp::now());
        self.seq += 1;
        self.changes += 1;
        let body = (kind != ChangeKind::Erase).then_some(&body);
        let (device_n, seq, hlc, step, entity) = (self.device_n, self.seq, self.clock, self.id, table.name);
        store::append(
            self.conn,
            &NewLogged {
                device_n,
                seq,
                hlc,
                step,
                entity,
                row,
                kind,
                body,
            },
        )
    }

    /// Notes whose card this is on, and which lists show it.
    fn touch(&mut self, table: &'static Table, row: RowId, body: &Body) -> Result<()> {
        let client = match table.card {
            Card::None => None,
            Card::Itself => Some(row),
            Card::ByClientId => match body.0.iter().find(|f| f.field == "client_id") {
                Some(field) => field.value.as_row(),
                None => self.field(table, row, "client_id")?.as_row(),
            },
        };
        self.clients.extend(client);
        for topic in table.topics {
            let of_one = matches!(topic, Topic::Client | Topic::Contacts);
            self.topics.insert((*topic, client.filter(|_| of_one)));
        }
        Ok(())
    }

    /// Works out what follows from the step, and writes the step's own row. Nothing done: `None`.
    ///
    /// An undo is written even where nothing was left to take back (others had changed it all since):
    /// else it would stand in the way of the undo of what was done before.
    pub(super) fn finish(mut self) -> Result<Option<Finished>> {
        if self.changes == 0 && self.step.target.is_none() {
            return Ok(None);
        }
        (self.schema.derive)(self.conn, &self.clients)?;
        let step = self.step.clone();
        let fields = [
            ("device", RowId(self.device.0).into()),
            ("staff", Value::from(step.staff.as_str())),
            ("at", Value::Int(self.now.0)),
            ("label", Value::from(step.label.as_str())),
            ("params", Value::from(serde_json::json!(step.params).to_string())),
            ("act", Value::from(step.act)),
            ("target", Value::from(step.target.map(RowId::from))),
            ("changes", Value::Int(self.changes.cast_signed())),
        ];
        self.add(&super::step::STEPS, self.id.into(), fields.to_vec())?;
        store::derive_step(self.conn, self.id, self.clock, step.act, step.target)?;
        store::set_local(self.conn, "clock", &Value::Int(self.clock.0.cast_signed()))?;
        Ok(Some(Finished {
            step: self.id,
            seq: self.seq,
            clock: self.clock,
            invalidates: self.invalidations(),
        }))
    }

    fn invalidations(&self) -> Vec<Invalidation> {
        let many = self.clients.len() > INVALIDATED_ONE_BY_ONE_MAX;
        let topics: BTreeSet<_> = self
            .topics
            .iter()
            .map(|(topic, id)| Invalidation {
                topic: *topic,
                id: id.filter(|_| !many),
            })
            .collect();
        topics.into_iter().collect()
    }
}

/// What a finished step leaves for the gate to keep.
pub(super) struct Finished {
    pub step: StepId,
    pub seq: u64,
    pub clock: Hlc,
    pub invalidates: Vec<Invalidation>,
}

pub(super) fn not_found(row: RowId) -> crate::Error {
    Refusal::new(ErrorCode::NotFound).with("id", row).into()
}
