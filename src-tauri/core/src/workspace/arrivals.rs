//! The gate's other leaf: changes that others made come into the log, and their rows become what all the
//! changes together say. It takes every well-formed change, in whatever order they come.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::Ordering;

use clientele_model::record::{CLIENT_ID, DELETED_AT, Field};
use clientele_model::{Body, BranchId, ChangeKind, DeviceId, Hlc, RowId, Stamp, StepId, Value};
use clientele_protocol::{Hash, Payload, Sealed};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::settle::Due;
use super::step::STEPS;
use super::store::log::{Content, Logged, NewLogged, State};
use super::store::{self, Put, PutRow, conflicts, log};
use super::table::{Card, Indexing, Invalidation, Schema, Table, Topic};
use super::touched::{Touched, client_of};
use super::{Workspace, guard, settle};
use crate::Result;
use crate::search::memory::Changes;

/// Which tables and fields the program knew that last opened this file: a fact about the file.
const FIELDS: &str = "fields";

/// Where more clients than this change at once, the search index learns of them afterwards: it is most of the work.
const INDEXED_AT_ONCE_MAX: usize = 50;

/// Changes of others, inside one transaction.
pub struct Arrivals<'a> {
    conn: &'a Connection,
    schema: &'static Schema,
    own_n: i64,
    /// Rows that are to be made anew, by table.
    rows: BTreeMap<&'static str, BTreeSet<RowId>>,
    complete: BTreeSet<StepId>,
    numbers: BTreeMap<DeviceId, i64>,
    highest: Hlc,
    own_was_placed: bool,
    knows_erased: bool,
    /// All that was said of rows of which this book had never heard. Of the others the log is asked.
    fresh: HashMap<RowId, Heard>,
    /// Clients whose rows were just put, and are not in the trash.
    live: BTreeSet<RowId>,
    touched: Touched,
    /// Clients who are found by something else from now on; `None` for all.
    found: Option<BTreeSet<RowId>>,
}

/// What was said of a row of which this book had never heard.
#[derive(Default)]
struct Heard {
    changes: Vec<Logged>,
    /// The row, worked out beforehand, as long as nothing but its addition was said.
    ready: Option<ReadyRow>,
}

/// A row as its addition makes it, where nothing else is said of it: worked out without the book.
#[derive(Debug)]
pub struct ReadyRow {
    row: PutRow,
    client: Option<RowId>,
}

impl ReadyRow {
    /// Of a change that adds a row of a known table; `None` for any other.
    #[must_use]
    pub fn of(schema: &Schema, change: &Sealed, body: &Body) -> Option<Self> {
        let table = schema.table(&change.entity)?;
        let is_plain = |name: &str| name != DELETED_AT && !name.starts_with('~');
        if change.kind != ChangeKind::Add || !body.0.iter().all(|field| is_plain(&field.field)) {
            return None;
        }
        let value = |field: Field| {
            let mut said = body.0.iter().filter(|said| said.field == field.name);
            let said = said.next_back().map(|said| &said.value);
            said.filter(|value| field.takes(value))
                .cloned()
                .unwrap_or_else(|| field.empty())
        };
        let values: Vec<Value> = table.all_fields().map(value).collect();
        let client = settle::client_in(table, change.row, &values);
        Some(Self {
            row: PutRow::new(table, change.row, values, change.scope),
            client,
        })
    }
}

/// How a change stands in the log.
struct Kept {
    /// What it wrote is gone.
    gone: bool,
    /// It was not there before.
    new: bool,
    /// It was, and has another place in the order now.
    moved: bool,
}

impl Kept {
    fn new() -> Self {
        Self {
            gone: false,
            new: true,
            moved: false,
        }
    }
}

/// A change on its way into the log. `is_whole` says that the rest of its step has come, or is in the same
/// transaction: only then is anything of it seen.
pub struct Arriving<'a> {
    /// Its number in its device's stream.
    pub seq: u64,
    /// What was written.
    pub change: &'a Sealed,
    /// What binds it to its body.
    pub commitment: Hash,
    /// Its body, read; `None` where that is gone.
    pub body: Option<Body>,
    /// Its place in the order of all changes.
    pub eff_hlc: Hlc,
    /// Is all of its step here?
    pub is_whole: bool,
    /// The row that it adds, where somebody has worked it out.
    pub ready: Option<ReadyRow>,
}

impl<'a> Arriving<'a> {
    fn logged(&self, device_n: i64, gone: bool) -> NewLogged<'a> {
        let change = self.change;
        NewLogged {
            device_n,
            seq: self.seq,
            hlc: change.hlc,
            eff_hlc: self.eff_hlc,
            schema: change.schema,
            step: change.step,
            scope: change.scope,
            entity: &change.entity,
            row: change.row,
            kind: change.kind,
            content: match &change.payload {
                Payload::Whole { salt, body } if !gone => Content::Whole(body, salt, self.commitment),
                _ => Content::Gone(self.commitment),
            },
            state: if self.is_whole {
                State::Counts
            } else {
                State::Waits
            },
        }
    }
}

impl Workspace {
    /// Takes in what others wrote, wholly or not at all. `f` may keep its own book-keeping in the same
    /// transaction. Returns what the window must read again.
    ///
    /// # Errors
    /// Those of `f`, and what SQLite says; then nothing was taken in.
    pub fn take_in<T>(
        &self,
        f: impl FnOnce(&mut Arrivals<'_>) -> Result<T>,
    ) -> Result<(T, Vec<Invalidation>)> {
        let mut writer = self.writer();
        let writer = &mut *writer;
        let opened = writer.gate.open();
        let resting = guard::rest(&writer.conn)?;
        let transaction = Transaction::new_unchecked(&writer.conn, TransactionBehavior::Immediate)?;
        let mut arrivals = Arrivals {
            conn: &transaction,
            schema: self.schema,
            own_n: writer.device_n,
            rows: BTreeMap::new(),
            complete: BTreeSet::new(),
            numbers: BTreeMap::new(),
            highest: Hlc(0),
            own_was_placed: false,
            knows_erased: log::knows_erased(&transaction)?,
            fresh: HashMap::new(),
            live: BTreeSet::new(),
            touched: Touched::default(),
            found: Some(BTreeSet::new()),
        };
        let value = f(&mut arrivals)?;
        arrivals.settle()?;
        let (highest, own_was_placed) = (arrivals.highest, arrivals.own_was_placed);
        let invalidations = arrivals.touched.invalidations();
        let found = arrivals.found.take();
        drop(arrivals);
        // A clock that ran ahead comes back once head office has put what it wrote into its place.
        let clock = if own_was_placed {
            log::highest(&transaction)?
        } else {
            writer.clock.observe(highest)
        };
        store::set_local(&transaction, "clock", &Value::Int(clock.0.cast_signed()))?;
        let (device_n, device, seq, _) = store::device_state(&transaction)?;
        let changes = match found {
            Some(clients) => self.followed(&transaction, &clients)?,
            None => Changes::Many,
        };
        transaction.commit()?;
        self.commits.fetch_add(1, Ordering::SeqCst);
        drop((opened, resting));
        self.memory.follow(changes);
        writer.clock = clock;
        (writer.device_n, writer.device, writer.seq) = (device_n, device, seq);
        Ok((value, invalidations))
    }

    /// After an upgrade that knows tables or fields which the last version did not: what newer devices wrote into
    /// them waits in the log, and comes to be seen. Returns whether there was an upgrade.
    ///
    /// # Errors
    /// What SQLite says; then it is tried again when the book is next opened.
    pub fn catch_up(&self) -> Result<bool> {
        let fields = Value::Blob(self.schema.fingerprint());
        if self.read(|conn| store::local(conn, FIELDS))?.as_ref() == Some(&fields) {
            return Ok(false);
        }
        self.take_in(|arrivals| {
            for (entity, row) in log::rows(arrivals.conn)? {
                arrivals.note(&entity, row);
            }
            store::set_local(arrivals.conn, FIELDS, &fields)
        })?;
        Ok(true)
    }
}

impl<'a> Arrivals<'a> {
    /// To read, and for the book-keeping of whoever brings the changes.
    #[must_use]
    pub fn conn(&self) -> &'a Connection {
        self.conn
    }

    /// Says of which rows changes are about to be taken in: the log need not be read for those of which it knows
    /// nothing yet.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn expect(&mut self, rows: &BTreeSet<RowId>) -> Result<()> {
        let known = log::known(self.conn, rows)?;
        self.fresh = rows
            .difference(&known)
            .map(|row| (*row, Heard::default()))
            .collect();
        Ok(())
    }

    /// Takes in changes of one device, in the order of its stream, new or known.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn changes(&mut self, device: DeviceId, arriving: Vec<Arriving<'_>>) -> Result<()> {
        let (Some(first), Some(last)) = (arriving.first(), arriving.last()) else {
            return Ok(());
        };
        let device_n = self.number(device)?;
        // Mostly nothing of them is there, and nothing in them is gone: then they go into the log together.
        let mut together = !log::is_there(self.conn, device_n, first.seq, last.seq)?;
        for arriving in &arriving {
            let erases = arriving.change.kind == ChangeKind::Erase;
            together = together && !erases && !self.is_suppressed(arriving.change)?;
        }
        if together {
            let new: Vec<_> = arriving.iter().map(|one| one.logged(device_n, false)).collect();
            log::append_new(self.conn, &new)?;
        }
        for arriving in arriving {
            let kept = if together {
                Kept::new()
            } else {
                self.one_by_one(device_n, &arriving)?
            };
            self.heard(device, arriving, kept)?;
        }
        Ok(())
    }

    /// Puts one change into the log.
    fn one_by_one(&mut self, device_n: i64, arriving: &Arriving<'_>) -> Result<Kept> {
        let (seq, change) = (arriving.seq, arriving.change);
        let gone = self.is_suppressed(change)?;
        let logged = [arriving.logged(device_n, gone)];
        let mut new = log::append(self.conn, &logged)? > 0;
        if !new {
            // A book that was copied wrote twice under these numbers, and the server that had the first was
            // restored. What stood here is put aside, to be written once more; what this book has of the device
            // from here on is the first writing too.
            let displaced = log::displace(self.conn, device_n, seq, &arriving.commitment)?;
            if !displaced.is_empty() {
                new = log::append(self.conn, &logged)? > 0;
                self.fresh.clear();
            }
            self.fresh.remove(&change.row);
            for (entity, row) in displaced {
                self.note(&entity, row);
            }
        }
        let moved = !new && log::place(self.conn, device_n, seq, arriving.eff_hlc)?;
        self.own_was_placed |= moved && device_n == self.own_n;
        Ok(Kept { gone, new, moved })
    }

    /// A change is in the log: what follows from it.
    fn heard(&mut self, device: DeviceId, arriving: Arriving<'_>, kept: Kept) -> Result<()> {
        let Arriving {
            seq,
            change,
            body,
            eff_hlc,
            is_whole,
            ready,
            ..
        } = arriving;
        let Kept { gone, new, moved } = kept;
        self.highest = self.highest.observe(eff_hlc);
        match self.fresh.get_mut(&change.row) {
            Some(heard) if is_whole && !gone => {
                heard.ready = ready.filter(|_| heard.changes.is_empty());
                heard.changes.push(Logged {
                    stamp: Stamp { device, seq },
                    eff_hlc,
                    step: change.step,
                    entity: change.entity.clone(),
                    row: change.row,
                    kind: change.kind,
                    body,
                    scope: change.scope,
                    state: State::Counts,
                });
            }
            _ => drop(self.fresh.remove(&change.row)),
        }
        if new && change.kind == ChangeKind::Erase {
            self.erase(self.schema.table(&change.entity), change.row)?;
        }
        if (new && is_whole) || moved {
            self.note(&change.entity, change.row);
        }
        if new && is_whole && change.entity == STEPS.name && change.row == RowId::from(change.step) {
            self.complete.insert(change.step);
        }
        Ok(())
    }

    /// Head office did not take one of this device's own changes: it counts no more, here as everywhere.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn refused(&mut self, seq: u64) -> Result<bool> {
        let refused = log::refuse(self.conn, self.own_n, seq)?;
        if let Some((entity, row)) = &refused {
            self.fresh.remove(row);
            self.note(entity, *row);
        }
        self.touched.topic(Topic::HeadOffice);
        Ok(refused.is_some())
    }

    /// Another row is not what it was: it is made anew at the end.
    pub fn note(&mut self, entity: &str, row: RowId) {
        if let Some(table) = self.schema.table(entity) {
            self.rows.entry(table.name).or_default().insert(row);
        }
    }

    /// From here on this file writes as another device.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn become_device(&mut self, device: DeviceId) -> Result<i64> {
        self.own_n = store::set_device(self.conn, device)?;
        Ok(self.own_n)
    }

    /// Notes a topic that no table stands for.
    pub fn topic(&mut self, topic: Topic) {
        self.touched.topic(topic);
    }

    /// Notes that clients are found by something else from now on, or by other people.
    pub fn found_by_other(&mut self, clients: impl IntoIterator<Item = RowId>) {
        if let Some(found) = &mut self.found {
            found.extend(clients);
        }
    }

    /// Notes that of all clients.
    pub fn all_found_by_others(&mut self) {
        self.found = None;
    }

    fn number(&mut self, device: DeviceId) -> Result<i64> {
        if let Some(n) = self.numbers.get(&device) {
            return Ok(*n);
        }
        let n = store::device_n(self.conn, device)?;
        self.numbers.insert(device, n);
        Ok(n)
    }

    /// Is it about somebody who was erased? A late device does not bring them back.
    fn is_suppressed(&self, change: &Sealed) -> Result<bool> {
        if !self.knows_erased {
            return Ok(false);
        }
        let table = self.schema.table(&change.entity);
        if log::is_erased(self.conn, change.row)? {
            return Ok(true);
        }
        if table.is_none_or(|table| table.card != Card::ByClientId) {
            return Ok(false);
        }
        let body = change.payload.body();
        let mut fields = body.iter().flat_map(|body| &body.0);
        match fields
            .find(|field| field.field == CLIENT_ID)
            .and_then(|field| field.value.as_row())
        {
            Some(client) if log::is_erased(self.conn, client)? => {
                log::forget(self.conn, change.row)?;
                log::set_erased(self.conn, change.row)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Forgets a row, and all that stands on its card: also what the one who erased it had not seen.
    fn erase(&mut self, table: Option<&'static Table>, row: RowId) -> Result<()> {
        self.knows_erased = true;
        self.fresh.clear();
        log::forget(self.conn, row)?;
        log::set_erased(self.conn, row)?;
        if table.is_some_and(|table| table.card == Card::Itself) {
            for part in self
                .schema
                .tables
                .iter()
                .filter(|table| table.card == Card::ByClientId)
            {
                for id in store::rows_of_client(self.conn, part, row)? {
                    log::forget(self.conn, id)?;
                    log::set_erased(self.conn, id)?;
                    self.note(part.name, id);
                }
            }
        }
        Ok(())
    }

    /// Makes every noted row what the log says, and what follows from the rows. At the end it is done in any case;
    /// who takes in much does it now and then.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn settle(&mut self) -> Result<()> {
        for step in std::mem::take(&mut self.complete) {
            for (entity, row) in log::complete(self.conn, step)? {
                self.note(&entity, row);
            }
        }
        for table in self.schema.tables {
            if let Some(rows) = self.rows.remove(table.name) {
                self.settle_table(table, &rows)?;
            }
        }
        let live = std::mem::take(&mut self.live);
        let clients = self.touched.settle();
        settle::trashed(self.conn, self.schema, clients.difference(&live))?;
        let indexing = if clients.len() > INDEXED_AT_ONCE_MAX {
            Indexing::Later
        } else {
            Indexing::Now
        };
        let follow = (self.schema.derive)(self.conn, &clients, indexing)?;
        self.touched.follow(&follow);
        self.touched.show_links(self.conn, &follow)?;
        self.found_by_other(follow);
        self.touched.settle_definitions(self.conn)
    }

    /// Makes rows of one table what the log says, and those of which it had said nothing before what was just heard.
    fn settle_table(&mut self, table: &'static Table, rows: &BTreeSet<RowId>) -> Result<()> {
        let put = Put::new(table);
        let mut fresh = Vec::new();
        for row in rows.iter().copied() {
            let client = match self.fresh.remove(&row) {
                Some(Heard {
                    ready: Some(ready), ..
                }) if !self.knows_erased => {
                    if table.card == Card::Itself {
                        self.live.insert(row);
                    }
                    fresh.push(ready.row);
                    ready.client
                }
                Some(heard) => {
                    let due = self.due_of_fresh(table, row, heard.changes)?;
                    let client = due.client(table, row);
                    if !due.conflicts.is_empty() {
                        conflicts::put(self.conn, table.name, row, &due.conflicts)?;
                    }
                    if table.card == Card::Itself && due.is_live(table) {
                        self.live.insert(row);
                    }
                    fresh.extend(due.values.map(|values| put.row(row, values, due.branch)));
                    client
                }
                None => self.settle_known(&put, row)?,
            };
            self.touched.note(table, client);
            // What of it changed, nobody asked: all may have.
            let fields = table.all_fields().map(|field| field.name);
            self.touched.defined(table, row, fields);
            self.touched.topic(Topic::Conflicts);
        }
        put.in_order(&mut fresh);
        put.new_rows(self.conn, &fresh)?;
        if table.name == STEPS.name {
            for row in rows {
                store::steps::derive(self.conn, StepId(row.0))?;
            }
        }
        Ok(())
    }

    /// What was just heard of a row.
    fn due_of_fresh(&self, table: &'static Table, row: RowId, mut changes: Vec<Logged>) -> Result<Due> {
        changes.sort_by_key(|change| (change.eff_hlc, change.stamp));
        settle::due_of(self.conn, self.schema, table, row, &changes, self.knows_erased)
    }

    /// Makes a row what the log says. Returns on whose card it stands, or stood.
    fn settle_known(&mut self, put: &Put, row: RowId) -> Result<Option<RowId>> {
        let stood = client_of(self.conn, put.table(), row, None)?;
        let due = settle::due(self.conn, self.schema, put.table(), row)?;
        let client = stood.or(due.client(put.table(), row));
        if put.table().card == Card::Itself && due.values.is_none() {
            // The card on which it stood is to lose what it had of it.
            let home = crate::clients::home(self.conn, row.into())?;
            self.touched.clients.insert(home.into());
        }
        settle::put(self.conn, self.schema, put, row, due)?;
        Ok(client)
    }
}

/// Whose a client is, for those that write for one.
///
/// # Errors
/// What SQLite says.
pub fn branch_of(conn: &Connection, client: RowId) -> Result<Option<BranchId>> {
    store::branch_of_client(conn, client)
}
