//! The threads on which SQLite works: one that writes for each file, a few that read for all.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::super::Job;
use super::connection::SqliteTx;
use crate::{Error, Result};

type Writing = Box<dyn FnOnce(&mut SqliteTx) + Send>;
type Reading = Box<dyn FnOnce() + Send>;

/// The thread that writes to one file.
pub struct Writer {
    jobs: Option<Sender<Writing>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts it with its connection.
    pub fn start(mut tx: SqliteTx) -> Result<Self> {
        let (jobs, todo) = channel::<Writing>();
        let thread = std::thread::Builder::new()
            .name("sqlite writer".into())
            .spawn(move || {
                for job in todo {
                    job(&mut tx);
                }
            })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Runs a job in a transaction of its own.
    pub async fn run<J: Job>(&self, job: J, durable: bool) -> Result<J::Out> {
        self.act(move |tx| {
            tx.set_durable(durable)?;
            tx.transaction(&job, "begin immediate")
        })
        .await
    }

    /// See [`super::super::Storage::rest`].
    pub async fn rest(&self) -> Result<()> {
        self.act(SqliteTx::rest).await
    }

    /// See [`super::super::Storage::scour`].
    pub async fn scour(&self) -> Result<()> {
        self.act(SqliteTx::checkpoint).await
    }

    /// See [`super::Sqlite::fill_disk`].
    #[cfg(feature = "sabotage")]
    pub async fn fill_disk(&self, pages_left: Option<u32>) -> Result<()> {
        self.act(move |tx| tx.fill_disk(pages_left)).await
    }

    async fn act<O: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteTx) -> Result<O> + Send + 'static,
    ) -> Result<O> {
        let (answer, answered) = oneshot::channel();
        let writing: Writing = Box::new(move |tx| {
            // Who asked may have gone; what was done stays done.
            let _ = answer.send(work(tx));
        });
        let jobs = self.jobs.as_ref().ok_or(Error::Closed)?;
        jobs.send(writing).map_err(|_| Error::Closed)?;
        answered.await.map_err(|_| Error::Closed)?
    }
}

impl Drop for Writer {
    /// Waits until the last job is done and the file is closed.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The threads that read.
pub struct Readers {
    jobs: Option<Sender<Reading>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts them.
    pub fn start(count: usize) -> Result<Self> {
        let (jobs, todo) = channel::<Reading>();
        let todo = Arc::new(Mutex::new(todo));
        let thread = |_| {
            let todo = todo.clone();
            let work = move || {
                while let Some(job) = next(&todo) {
                    job();
                }
            };
            std::thread::Builder::new()
                .name("sqlite reader".into())
                .spawn(work)
        };
        Ok(Self {
            jobs: Some(jobs),
            threads: (0..count).map(thread).collect::<std::io::Result<_>>()?,
        })
    }

    /// Runs something on one of them.
    pub async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let reading: Reading = Box::new(move || {
            let _ = answer.send(read());
        });
        let jobs = self.jobs.as_ref().ok_or(Error::Closed)?;
        jobs.send(reading).map_err(|_| Error::Closed)?;
        answered.await.map_err(|_| Error::Closed)?
    }
}

fn next(todo: &Mutex<Receiver<Reading>>) -> Option<Reading> {
    todo.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
