//! The workspace: an open book, with one way to read and one way to write.
//!
//! [`Workspace::write`] is the write gate. Every write of every feature passes it, and is in the change log
//! in the same transaction; undo, history and sync read that one record. [`Workspace::read`] gives a
//! connection that cannot write at all.

mod adding;
pub mod arrivals;
pub mod clock;
mod gate;
pub mod guard;
mod logging;
mod rescue;
pub(crate) mod settle;
pub mod step;
pub mod store;
pub mod table;
#[cfg(test)]
mod tests;
mod touched;
pub mod undo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clientele_model::{DeviceId, Hlc, RowId, StepId, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use adding::NewRow;
pub use arrivals::{Arrivals, Arriving, ReadyRow};
pub use clock::Clock;
use gate::Pen;
pub(crate) use gate::WRITES_FOR;
pub use gate::Write;
pub use step::{Actor, NewStep, StepLabel, StepSummary, Written};
pub use table::{Card, Indexing, Invalidation, Schema, Table, Topic, WorkedOut};
pub use undo::UndoState;

use crate::Result;
use crate::search;
use crate::search::memory::{Changes, Memory};
use guard::Gate;

/// An open book.
pub struct Workspace {
    writer: Mutex<Writer>,
    awaiting: AtomicUsize,
    reader: Mutex<Connection>,
    schema: &'static Schema,
    told: Mutex<Option<Box<dyn Fn() + Send + Sync>>>,
    memory: Memory,
    commits: AtomicU64,
    /// Those who read for long.
    long_readers: AtomicUsize,
    /// What was erased may still lie in the log beside the book: somebody was reading.
    is_unsettled: AtomicBool,
}

/// Does the guard look at every row of a step?
#[derive(Clone, Copy)]
enum Guarding {
    On,
    Rests,
}

struct Writer {
    conn: Connection,
    gate: Gate,
    device_n: i64,
    device: DeviceId,
    seq: u64,
    clock: Hlc,
    time: Clock,
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Workspace")
    }
}

/// Gives a freshly made file the device that writes into it.
///
/// # Errors
/// What SQLite says.
pub fn found(conn: &Connection) -> Result<()> {
    store::set_device(conn, DeviceId::new()).map(|_| ())
}

impl Workspace {
    /// Over two connections to the same file: one that writes, one that reads.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn new(writer: Connection, gate: Gate, reader: Connection, schema: &'static Schema) -> Result<Self> {
        let (device_n, device, seq, clock) = store::device_state(&writer)?;
        let conn = writer;
        let writer = Writer {
            gate,
            device_n,
            device,
            seq,
            clock,
            time: Clock::load(&conn)?,
            conn,
        };
        Ok(Self {
            writer: Mutex::new(writer),
            awaiting: AtomicUsize::new(0),
            reader: Mutex::new(reader),
            schema,
            told: Mutex::default(),
            memory: Memory::default(),
            commits: AtomicU64::new(0),
            long_readers: AtomicUsize::new(0),
            is_unsettled: AtomicBool::new(false),
        })
    }

    /// The tables of the book.
    #[must_use]
    pub fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// The index of the search box. What is committed here, it follows.
    #[must_use]
    pub fn search_memory(&self) -> &Memory {
        &self.memory
    }

    /// How often something was written since the book was opened, here or by others: what was worked out from it
    /// still holds as long as this is the same.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }

    /// What the memory has to follow of a transaction that is about to be committed.
    fn followed(&self, conn: &Connection, clients: &BTreeSet<RowId>) -> Result<Changes> {
        if clients.is_empty() {
            Ok(Changes::Each(Vec::new()))
        } else if self.memory.listens() {
            search::changes(conn, clients)
        } else {
            // Should somebody begin to listen before this is committed: more than can be told.
            Ok(Changes::Many)
        }
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.awaiting.fetch_add(1, Ordering::SeqCst);
        let writer = lock(&self.writer);
        self.awaiting.fetch_sub(1, Ordering::SeqCst);
        writer
    }

    /// Does anybody wait to write? Whoever has much to do lets them.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.awaiting.load(Ordering::SeqCst) > 0
    }

    /// Reads one moment of the book, with a connection that cannot write. Keep it short: one question, no more.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let reader = lock(&self.reader);
        // One moment of the book for all that is asked, whoever writes meanwhile; and one lock on the file, not one a
        // statement. It is dropped without anything to keep.
        let moment = reader.unchecked_transaction()?;
        f(&moment)
    }

    /// The write gate: takes one step, wholly or not at all.
    ///
    /// In one transaction the rows, the change log and the step are written; when this returns, they are
    /// on the disk. Where `f` changes nothing, nothing is written, and the step is `None`.
    ///
    /// # Errors
    /// Those of `f`, and what SQLite says; then nothing of the step has been written.
    pub fn write<T>(&self, step: NewStep, f: impl FnOnce(&mut Write<'_>) -> Result<T>) -> Result<Written<T>> {
        self.step(step, Guarding::On, f)
    }

    /// As [`Self::write`], for a step that writes very much: the guard rests meanwhile.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_much<T>(
        &self,
        step: NewStep,
        f: impl FnOnce(&mut Write<'_>) -> Result<T>,
    ) -> Result<Written<T>> {
        self.step(step, Guarding::Rests, f)
    }

    fn step<T>(
        &self,
        step: NewStep,
        guarding: Guarding,
        f: impl FnOnce(&mut Write<'_>) -> Result<T>,
    ) -> Result<Written<T>> {
        let mut writer = self.writer();
        let writer = &mut *writer;
        let opened = writer.gate.open();
        let resting = match guarding {
            Guarding::On => None,
            Guarding::Rests => Some(guard::rest(&writer.conn)?),
        };
        let transaction = Transaction::new_unchecked(&writer.conn, TransactionBehavior::Immediate)?;
        let pen = Pen {
            device_n: writer.device_n,
            device: writer.device,
            seq: writer.seq,
            clock: writer.clock,
            time: writer.time.clone(),
        };
        let mut write = Write::new(&transaction, self.schema, pen, step)?;
        let value = f(&mut write)?;
        let Some(finished) = write.finish()? else {
            return Ok(Written {
                value,
                step: None,
                invalidates: Vec::new(),
            });
        };
        // Put in words before it is final: after the commit nothing may fail that would say it was not saved.
        let row = store::steps::get(&transaction, finished.step)?;
        let step = row.map(|row| summary(&transaction, &row)).transpose()?;
        let changes = self.followed(&transaction, &finished.clients)?;
        transaction.commit()?;
        self.commits.fetch_add(1, Ordering::SeqCst);
        drop(resting);
        drop(opened);
        self.memory.follow(changes);
        writer.seq = finished.seq;
        writer.clock = finished.clock;
        if let Some(tell) = &*lock(&self.told) {
            tell();
        }
        Ok(Written {
            value,
            step,
            invalidates: finished.invalidates,
        })
    }

    /// Calls `f` after every step that is taken here: somebody may want to send it on. It must be quick, and not
    /// come back to this book. What others wrote and is taken in does not count. There is one such listener.
    pub fn on_write(&self, f: impl Fn() + Send + Sync + 'static) {
        *lock(&self.told) = Some(Box::new(f));
    }

    /// Which device writes here, and how far its stream goes.
    #[must_use]
    pub fn device(&self) -> (DeviceId, u64) {
        let writer = self.writer();
        (writer.device, writer.seq)
    }

    /// Tells the time by another clock: what a test says, or how far head office's is off this machine's.
    /// Only the order of changes follows head office; what people read stays this machine's time.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_clock(&self, change: impl FnOnce(&mut Clock)) -> Result<()> {
        let mut writer = self.writer();
        change(&mut writer.time);
        writer.time.clone().save(&writer.conn)
    }

    /// The moment, as this book tells it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.writer().time.now()
    }

    /// Maintenance on the writing connection, for what is no record: integrity checks, checkpoints.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn maintain<T>(&self, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        f(&self.writer().conn)
    }
}

impl Workspace {
    /// Brings all that was written into the file itself and cuts the log beside it to nothing: after an
    /// erasure, what was erased must not lie there either. A reader in the way only puts it off.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn settle(&self) -> Result<()> {
        // Nobody at the desk waits for an export to end.
        let is_done = match self.long_readers.load(Ordering::SeqCst) {
            0 => self.maintain(store::checkpoint)?,
            _ => self.maintain(store::checkpoint_at_once)?,
        };
        self.is_unsettled.store(!is_done, Ordering::SeqCst);
        Ok(())
    }

    /// While somebody reads for long; what was put off for them is made up for when they are done.
    pub(crate) fn reading_for_long<T>(&self, f: impl FnOnce() -> T) -> T {
        self.long_readers.fetch_add(1, Ordering::SeqCst);
        let value = f();
        self.long_readers.fetch_sub(1, Ordering::SeqCst);
        if self.is_unsettled.load(Ordering::SeqCst) {
            // What cannot be brought home now is at the next start.
            let _ = self.settle();
        }
        value
    }
}

/// Fresh random bytes for a commitment.
pub(crate) fn fresh_salt() -> [u8; 12] {
    store::log::salt()
}

/// A panic in one command leaves its transaction rolled back and the connection whole: go on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A step in a word, with the name of its client as it is now.
///
/// # Errors
/// What SQLite says.
pub fn summary(conn: &Connection, row: &store::steps::StepRow) -> Result<StepSummary> {
    let of = subject(conn, row)?;
    let about = of.as_ref().unwrap_or(row);
    let mut params: BTreeMap<String, String> = serde_json::from_str(&about.params).unwrap_or_default();
    if let Some(client) = params.remove("client").and_then(|id| id.parse::<RowId>().ok())
        && let Some(name) = crate::clients::display_name(conn, client.into())?
    {
        params.insert("name".to_owned(), name);
    }
    if let Some(other) = params.remove("other").and_then(|id| id.parse::<RowId>().ok())
        && let Some(name) = crate::clients::display_name(conn, other.into())?
    {
        params.insert("other_name".to_owned(), name);
    }
    let of = of.map(|row| StepLabel::from_book(&row.label));
    Ok(StepSummary {
        id: row.id,
        label: StepLabel::from_book(&row.label),
        params,
        of,
    })
}

/// An undo of a redo of an undo ... of a step: further than this nobody asks.
const SUBJECT_STEPS_MAX: usize = 64;

/// The step that an undo or a redo, or an undo of a redo, is about in the end.
fn subject(conn: &Connection, row: &store::steps::StepRow) -> Result<Option<store::steps::StepRow>> {
    let mut target: Option<StepId> = row.target;
    let mut found = None;
    for _ in 0..SUBJECT_STEPS_MAX {
        let Some(id) = target else { break };
        found = store::steps::get(conn, id)?;
        target = found.as_ref().and_then(|row| row.target);
    }
    Ok(found)
}
