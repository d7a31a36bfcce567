//! The line of an open book to head office: a worker that visits it now and then, and whoever asks at once.
//!
//! The desk never waits for it. While the network is waited for nothing of the book is held, and what is done
//! with the book in between is short.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use clientele_core::Result;
use clientele_core::book::Book;
use clientele_core::head_office::store::Exchange;
use clientele_core::head_office::{self as office};
use clientele_core::workspace::Invalidation;
use clientele_model::{DeviceId, ErrorCode, Refusal};
use clientele_sync::{Line, Report, Visited};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, oneshot, watch};

use super::pace::{Pace, Rest, SETTLING};
use crate::app::lock;
use crate::host::{Event, Host};

/// The line of one open book.
#[derive(Default)]
pub(crate) struct Office {
    signals: Arc<Signals>,
    worker: Mutex<Option<Worker>>,
}

struct Worker {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// What the worker and those who ask at once tell each other.
struct Signals {
    running: AtomicBool,
    one_at_a_time: tokio::sync::Mutex<()>,
    asked: Notify,
    written: Notify,
    closed: watch::Sender<bool>,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            running: AtomicBool::new(false),
            one_at_a_time: tokio::sync::Mutex::default(),
            asked: Notify::new(),
            written: Notify::new(),
            closed: watch::Sender::new(false),
        }
    }
}

impl Office {
    /// Is a visit under way?
    pub fn is_running(&self) -> bool {
        self.signals.running.load(Ordering::SeqCst)
    }

    /// Visits head office from now on, until [`Self::rest`].
    pub fn work<H: Host>(&self, book: &Arc<Book>, host: &Arc<H>) {
        let mut worker = lock(&self.worker);
        if worker.is_some() || *self.signals.closed.borrow() {
            return;
        }
        let written = Arc::clone(&self.signals);
        book.on_write(move || written.written.notify_one());
        let (stop, stopped) = oneshot::channel();
        let job = (Arc::clone(book), Arc::clone(host), Arc::clone(&self.signals));
        let spawned = std::thread::Builder::new()
            .name("head office".to_owned())
            .spawn(move || {
                let (book, host, signals) = job;
                let Ok(runtime) = runtime() else { return };
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        () = visits(&book, &host, &signals) => {}
                    }
                });
                // Somebody may still look for the server's name; nobody waits for that.
                runtime.shutdown_background();
            });
        match spawned {
            Ok(thread) => *worker = Some(Worker { stop, thread }),
            Err(error) => note_failure(book, &error),
        }
    }

    /// Visits no more by itself. When this returns, nothing of the book is held here.
    pub fn rest(&self) {
        let worker = lock(&self.worker).take();
        if let Some(Worker { stop, thread }) = worker {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }

    /// The book closes: whoever speaks with head office for it ends.
    pub fn close(&self) {
        self.signals.closed.send_replace(true);
        self.rest();
    }

    /// Wakes the worker. `false` where there is none.
    pub fn ask(&self) -> bool {
        let works = lock(&self.worker).is_some();
        if works {
            self.signals.asked.notify_one();
        }
        works
    }

    /// Visits head office now, and waits for it.
    ///
    /// # Errors
    /// Why the visit ended early.
    pub fn visit<H: Host>(&self, book: &Book, host: &Arc<H>) -> Result<()> {
        self.now(async {
            let problem = visit(book, host, &self.signals).await?;
            problem.map_or(Ok(()), |problem| Err(problem.into()))
        })
    }

    /// Shuts a device out, and visits head office so that everybody here sees it.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn revoke<H: Host>(&self, book: &Book, host: &Arc<H>, device: DeviceId) -> Result<()> {
        self.now(async {
            {
                let _turn = self.signals.one_at_a_time.lock().await;
                let member = book.read(office::membership)?.ok_or(ErrorCode::HeadOfficeOff)?;
                let line = Line::new(&member.address, member.pin).map_err(Refusal::from)?;
                let revoked = clientele_sync::revoke(book, &line, device).await;
                let problem = revoked.map_err(Refusal::from)?.problem;
                problem.map_or(Ok(()), |problem| Err(Refusal::from(problem)))?;
            }
            // It is done. What cannot be read anew now will be at the next visit.
            visit(book, host, &self.signals).await.map(|_| ())
        })
    }

    /// Makes this book one of a company's.
    ///
    /// # Errors
    /// Of the code, the line and the server; the book is as it was.
    pub fn pair(&self, book: &Book, code: &str, device_name: &str) -> Result<()> {
        self.now(async {
            let _turn = self.signals.one_at_a_time.lock().await;
            let (at, began) = (book.now(), Instant::now());
            let paired = clientele_sync::pair(book, code, device_name, at).await;
            paired.map_err(Refusal::from)?;
            office::remember(book, &exchange(at, began, &Report::default(), None))
        })
    }

    fn now<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = runtime()?;
        let mut closed = self.signals.closed.subscribe();
        let done = runtime.block_on(async {
            tokio::select! {
                _ = closed.wait_for(|closed| *closed) => Err(ErrorCode::BookNotOpen.into()),
                done = work => done,
            }
        });
        runtime.shutdown_background();
        done
    }
}

fn runtime() -> Result<Runtime> {
    // One thread fetches, while the one that drives it writes into the book.
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.map_err(|error| {
        Refusal::new(ErrorCode::HeadOfficeFailed)
            .with("detail", error)
            .into()
    })
}

/// The worker could not even begin: the page about head office says so.
fn note_failure(book: &Book, error: &std::io::Error) {
    let problem = Refusal::new(ErrorCode::HeadOfficeFailed).with("detail", error);
    let failed = exchange(book.now(), Instant::now(), &Report::default(), Some(problem));
    let _ = office::remember(book, &failed);
}

/// Visits head office again and again.
async fn visits<H: Host>(book: &Book, host: &Arc<H>, signals: &Signals) {
    let mut pace = Pace::default();
    loop {
        let problem = match visit(book, host, signals).await {
            Ok(problem) => problem,
            Err(error) => Some(error.into()),
        };
        // What was written until now went along, or waits for the next visit anyway.
        let random = getrandom::u32().unwrap_or(u32::MAX / 2);
        let written = async {
            signals.written.notified().await;
            tokio::time::sleep(SETTLING).await;
        };
        match pace.after(problem.as_ref(), random) {
            Rest::UntilWritten(rest) => tokio::select! {
                () = signals.asked.notified() => {}
                () = written => {}
                () = tokio::time::sleep(rest) => {}
            },
            Rest::For(rest) => tokio::select! {
                () = signals.asked.notified() => {}
                () = tokio::time::sleep(rest) => {}
            },
            Rest::UntilAsked => signals.asked.notified().await,
        }
    }
}

/// One visit, remembered and told. Returns why it ended early.
async fn visit<H: Host>(book: &Book, host: &Arc<H>, signals: &Signals) -> Result<Option<Refusal>> {
    let _turn = signals.one_at_a_time.lock().await;
    let member = book.read(office::membership)?.ok_or(ErrorCode::HeadOfficeOff)?;
    let running = Running::begin(signals, host);
    let (at, began) = (book.now(), Instant::now());
    let visited = match Line::new(&member.address, member.pin) {
        Ok(line) => clientele_sync::visit(book, &line).await,
        Err(error) => Err(error),
    };
    let (report, problem) = match visited {
        Ok(Visited { report, problem }) => (report, problem.map(Refusal::from)),
        Err(error) => (Report::default(), Some(error.into())),
    };
    office::remember(book, &exchange(at, began, &report, problem.clone()))?;
    let invalidates: BTreeSet<Invalidation> = report.invalidates.into_iter().collect();
    if !invalidates.is_empty() {
        let invalidates = invalidates.into_iter().collect();
        host.emit(Event::Invalidated { invalidates });
    }
    drop(running);
    Ok(problem)
}

fn exchange(
    at: clientele_model::Timestamp,
    began: Instant,
    report: &Report,
    problem: Option<Refusal>,
) -> Exchange {
    Exchange {
        id: 0,
        at,
        came_in: report.came_in,
        went_out: report.went_out,
        refused: report.refused,
        problem,
        duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

/// Says that a visit is under way, and that it is not any more, however it ended.
struct Running<'a, H: Host> {
    signals: &'a Signals,
    host: &'a Arc<H>,
}

impl<'a, H: Host> Running<'a, H> {
    fn begin(signals: &'a Signals, host: &'a Arc<H>) -> Self {
        signals.running.store(true, Ordering::SeqCst);
        host.emit(Event::HeadOfficeChanged);
        Self { signals, host }
    }
}

impl<H: Host> Drop for Running<'_, H> {
    fn drop(&mut self) {
        self.signals.running.store(false, Ordering::SeqCst);
        self.host.emit(Event::HeadOfficeChanged);
    }
}
