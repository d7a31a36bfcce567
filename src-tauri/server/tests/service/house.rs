//! A server with a company of two branches, and a clock that stands where the test puts it.

use std::path::Path as FilePath;
use std::sync::atomic::{AtomicI64, Ordering};

use clientele_model::{BranchId, CompanyId};
use clientele_protocol::bytes::decode;
use clientele_protocol::{Response, bytes};
use clientele_server::store::Storage;
use clientele_server::store::check::{Check, Checked};
use clientele_server::store::postgres::{Options, Postgres};
use clientele_server::store::quarantine::Bounds;
use clientele_server::store::sqlite::Sqlite;
use clientele_server::{Path, Sabotage, Service, Settings};

use crate::device::Device;

/// Some moment of 2026.
pub const NOW: i64 = 1_790_000_000_000;

pub struct House<S> {
    pub service: Running<S>,
    pub company: CompanyId,
    pub east: BranchId,
    pub west: BranchId,
    pub now: AtomicI64,
}

/// A server that can be exchanged for another.
pub struct Running<S>(Option<Service<S>>);

impl<S> Running<S> {
    fn take(&mut self) -> Option<Service<S>> {
        self.0.take()
    }
}

impl<S> std::ops::Deref for Running<S> {
    type Target = Service<S>;

    fn deref(&self) -> &Service<S> {
        self.0.as_ref().expect("a server")
    }
}

pub fn settings() -> Settings {
    Settings {
        seed: [7; 32],
        settles_at_once: true,
        calls_per_second: None,
        quarantine: Bounds::default(),
        sabotage: Sabotage::None,
    }
}

impl House<Sqlite> {
    pub async fn sqlite(folder: &FilePath) -> Self {
        House::over(Sqlite::open(folder).expect("databases")).await
    }
}

impl House<Postgres> {
    /// A database of its own in the test's cluster.
    pub async fn postgres() -> Self {
        let options = Options::new(&crate::cluster::database().await);
        House::over(Postgres::open(&options).await.expect("a database")).await
    }
}

impl<S: Storage> House<S> {
    /// The server stops, and another starts over the same databases.
    pub fn replace(&mut self, start: impl Fn(S) -> Service<S>) {
        let service = self.service.take().expect("a server");
        self.service = Running(Some(start(service.into_storage())));
    }

    pub async fn over(storage: S) -> Self {
        Self::over_service(Service::new(storage, settings())).await
    }

    /// Another server of the same company.
    pub fn around<O>(service: Service<S>, other: &House<O>) -> Self {
        Self {
            service: Running(Some(service)),
            company: other.company,
            east: other.east,
            west: other.west,
            now: AtomicI64::new(other.now.load(Ordering::Relaxed)),
        }
    }

    pub async fn over_service(service: Service<S>) -> Self {
        let company = service.add_company("Salon Anna", NOW).await.unwrap();
        let east = service.add_branch(company, "East").await.unwrap();
        let west = service.add_branch(company, "West").await.unwrap();
        Self {
            service: Running(Some(service)),
            company,
            east,
            west,
            now: AtomicI64::new(NOW),
        }
    }

    /// Another company, in which nothing has happened yet.
    pub async fn begin_anew(&mut self) {
        self.company = self.service.add_company("Salon Maria", NOW).await.unwrap();
        self.east = self.service.add_branch(self.company, "East").await.unwrap();
        self.west = self.service.add_branch(self.company, "West").await.unwrap();
    }

    pub fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    pub fn wait(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::Relaxed);
    }

    /// The whole database is what it says.
    pub async fn check(&self) -> Checked {
        let checked = self.service.storage().read(self.company, Check).await.unwrap();
        assert_eq!(checked.complaints, Vec::<String>::new());
        checked
    }

    pub async fn send(&self, path: Path, message: &[u8]) -> Response {
        let answer = self.service.handle(path, message, self.now()).await;
        assert!(answer.len() <= clientele_protocol::MESSAGE_BYTES_MAX);
        decode(&answer).expect("the server says what can be read")
    }

    pub async fn ask<T: serde::Serialize>(&self, path: Path, message: &T) -> Response {
        self.send(path, &bytes::encode(message)).await
    }

    /// A device of a branch, or of head office.
    pub async fn device(&self, seed: u8, branch: Option<BranchId>) -> Device {
        let device = Device::new(seed, self.company);
        let until = self.now() + 1000;
        let secret = self
            .service
            .add_pairing(self.company, branch, until)
            .await
            .unwrap();
        let answer = self.ask(Path::Pair, &device.pair_ask(secret)).await;
        assert!(matches!(answer, Response::Paired { .. }), "{answer:?}");
        device
    }
}
