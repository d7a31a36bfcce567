//! What the server does, in numbers that Prometheus reads: never who, never what.

use std::time::Duration;

use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounter, IntGauge, Registry, TextEncoder};

use crate::service::Stats;
use crate::service::stats::Counter;
use crate::store::Storage;
use crate::{Error, Path, Result, Service};

/// The numbers.
pub struct Metrics {
    registry: Registry,
    counters: Vec<(IntCounter, Of)>,
    seconds: HistogramVec,
    turned_away: IntCounter,
    devices: IntGauge,
    sessions: IntGauge,
}

/// Where a counter stands.
type Of = fn(&Stats) -> &Counter;

/// Each counter: its name, what it counts, where it stands.
type Told = (&'static str, &'static str, Of);

const COUNTERS: &[Told] = &[
    ("pushes_total", "Pushes that were answered", |s| &s.pushes),
    ("batches_total", "Batches that went into the log", |s| &s.batches),
    ("changes_total", "Changes that went into the log", |s| &s.changes),
    ("batch_bytes_total", "Packed bytes that went into the log", |s| {
        &s.bytes
    }),
    ("refused_total", "Changes that were refused", |s| &s.refused),
    ("quarantined_total", "Pushes of devices that were shut out", |s| {
        &s.quarantined
    }),
    (
        "quarantine_full_total",
        "Pushes that wait because quarantine is full",
        |s| &s.quarantine_full,
    ),
    (
        "forks_total",
        "Pushes that found other changes under their numbers",
        |s| &s.forks,
    ),
    ("pulls_total", "Pages that were asked for", |s| &s.pulls),
    ("entries_total", "Entries that were handed out", |s| &s.entries),
    (
        "appends_total",
        "Transactions in which pushes went into the log",
        |s| &s.appends,
    ),
    ("calls_total", "Messages that were believed", |s| &s.calls),
    ("disbelieved_total", "Messages that were not believed", |s| {
        &s.disbelieved
    }),
    ("paired_total", "Devices that were paired", |s| &s.paired),
    (
        "projected_total",
        "Changes that went into the plain tables",
        |s| &s.projected,
    ),
    ("erased_total", "Bodies that were erased", |s| &s.erased),
];

fn wrong(error: &prometheus::Error) -> Error {
    Error::Io(std::io::Error::other(error.to_string()))
}

impl Metrics {
    /// All at nothing.
    ///
    /// # Errors
    /// Never, as long as no two have one name.
    pub fn new() -> Result<Self> {
        Self::registered().map_err(|error| wrong(&error))
    }

    fn registered() -> prometheus::Result<Self> {
        let registry = Registry::new_custom(Some("clientele".to_owned()), None)?;
        let mut counters = Vec::new();
        for (name, help, of) in COUNTERS {
            let counter = IntCounter::new(*name, *help)?;
            registry.register(Box::new(counter.clone()))?;
            counters.push((counter, *of));
        }
        let buckets = prometheus::exponential_buckets(0.001, 2.0, 15)?;
        let seconds = HistogramOpts::new("message_seconds", "How long a message took").buckets(buckets);
        let metrics = Self {
            seconds: HistogramVec::new(seconds, &["path"])?,
            turned_away: IntCounter::new("turned_away_total", "Messages that came too fast")?,
            devices: IntGauge::new("devices", "Devices that are not shut out")?,
            sessions: IntGauge::new("sessions", "Sessions that are open")?,
            counters,
            registry,
        };
        metrics.registry.register(Box::new(metrics.seconds.clone()))?;
        metrics.registry.register(Box::new(metrics.turned_away.clone()))?;
        metrics.registry.register(Box::new(metrics.devices.clone()))?;
        metrics.registry.register(Box::new(metrics.sessions.clone()))?;
        Ok(metrics)
    }

    /// A message was answered.
    pub fn answered(&self, path: Path, took: Duration) {
        let path = match path {
            Path::Pair => "pair",
            Path::Open => "open",
            Path::Call => "call",
        };
        self.seconds
            .with_label_values(&[path])
            .observe(took.as_secs_f64());
    }

    /// A message was not even read.
    pub fn turned_away(&self) {
        self.turned_away.inc();
    }

    /// All of it as text.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tell<S: Storage>(&self, service: &Service<S>) -> Result<String> {
        for (counter, of) in &self.counters {
            counter.inc_by(of(service.stats()).get().saturating_sub(counter.get()));
        }
        self.sessions
            .set(i64::try_from(service.session_count()).unwrap_or(i64::MAX));
        self.devices
            .set(i64::try_from(service.device_count().await?).unwrap_or(i64::MAX));
        let mut text = Vec::new();
        TextEncoder::new()
            .encode(&self.registry.gather(), &mut text)
            .map_err(|error| wrong(&error))?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}
