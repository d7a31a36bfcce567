//! Head office's server, the real one, without its sockets.

use std::future::Future;
use std::path::{Path as FilePath, PathBuf};
use std::task::Poll;

use clientele_cluster::{Database, Postgres};
use clientele_model::{BranchId, CompanyId};
use clientele_protocol::pairing::PairingCode;
use clientele_server::store::Storage as _;
use clientele_server::store::any::AnyStorage;
use clientele_server::store::check::{Check, Checked};
use clientele_server::store::postgres::Options;
use clientele_server::{Path, Sabotage, Service, Settings};
use futures_util::future::join_all;
use tempfile::TempDir;

/// On which database it runs, and how it is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficeKind {
    /// One SQLite file a company.
    Sqlite,
    /// A real PostgreSQL of the test's own.
    Postgres,
    /// As [`Self::Sqlite`], broken.
    Sabotaged(Sabotage),
}

/// Where its data lies.
enum Disk {
    Folder(TempDir),
    Database(Database<'static>),
}

impl Disk {
    fn new(kind: OfficeKind) -> Self {
        match kind {
            OfficeKind::Postgres => {
                let cluster = Postgres::shared().expect("a PostgreSQL");
                // Made once, with all its tables; the others are copies of it.
                static TEMPLATE: std::sync::OnceLock<Database<'static>> = std::sync::OnceLock::new();
                let template = TEMPLATE.get_or_init(|| {
                    let template = cluster.database().expect("a database");
                    let options = Options::new(&template.url());
                    runtime().block_on(async {
                        AnyStorage::open(FilePath::new("."), Some(&options))
                            .await
                            .map(drop)
                            .expect("tables");
                    });
                    template
                });
                Self::Database(cluster.copy_of(template).expect("a database"))
            }
            OfficeKind::Sqlite | OfficeKind::Sabotaged(_) => Self::Folder(folder()),
        }
    }

    fn copy(&self) -> Self {
        match self {
            Self::Folder(from) => {
                let to = folder();
                copy_folder(from.path(), to.path());
                Self::Folder(to)
            }
            Self::Database(from) => {
                let cluster = Postgres::shared().expect("a PostgreSQL");
                Self::Database(cluster.copy_of(from).expect("a copy"))
            }
        }
    }

    async fn open(&self) -> AnyStorage {
        let storage = match self {
            Self::Folder(folder) => AnyStorage::open(folder.path(), None).await,
            Self::Database(database) => {
                let options = Options {
                    connections: 4,
                    ..Options::new(&database.url())
                };
                AnyStorage::open(FilePath::new("."), Some(&options)).await
            }
        };
        storage.expect("the database opens")
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// The server.
pub struct Office {
    runtime: tokio::runtime::Runtime,
    service: Option<Service<AnyStorage>>,
    disk: Disk,
    company: CompanyId,
    settings: Settings,
    backup: Option<Disk>,
}

/// A folder in memory where there is one: simulated power cuts need no disk.
pub(super) fn folder() -> TempDir {
    let memory = FilePath::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).expect("a folder in memory")
    } else {
        tempfile::tempdir().expect("a folder")
    }
}

fn copy_folder(from: &FilePath, to: &FilePath) {
    for file in std::fs::read_dir(from).expect("a folder").flatten() {
        let to: PathBuf = to.join(file.file_name());
        std::fs::copy(file.path(), to).expect("a copy");
    }
}

impl Office {
    pub(super) fn open(kind: OfficeKind, seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let sabotage = match kind {
            OfficeKind::Sqlite | OfficeKind::Postgres => Sabotage::None,
            OfficeKind::Sabotaged(how) => how,
        };
        let settings = Settings {
            seed: bytes,
            settles_at_once: true,
            calls_per_second: None,
            quarantine: clientele_server::store::quarantine::Bounds::default(),
            sabotage,
        };
        let (runtime, disk) = (runtime(), Disk::new(kind));
        let service = Service::new(runtime.block_on(disk.open()), settings);
        let company = runtime
            .block_on(service.add_company("Хвойна", super::BEGINNING))
            .expect("a company");
        Self {
            runtime,
            service: Some(service),
            disk,
            company,
            settings,
            backup: None,
        }
    }

    fn service(&self) -> &Service<AnyStorage> {
        self.service.as_ref().expect("the server runs")
    }

    /// Answers a message.
    #[must_use]
    pub fn handle(&self, path: Path, bytes: &[u8], now: i64) -> Vec<u8> {
        self.runtime.block_on(self.service().handle(path, bytes, now))
    }

    /// Answers several messages that come at the same moment; the answers in the order of the messages.
    #[must_use]
    pub fn handle_all(&self, path: Path, messages: &[Vec<u8>], now: i64) -> Vec<Vec<u8>> {
        let answers = messages
            .iter()
            .map(|bytes| self.service().handle(path, bytes, now));
        self.runtime.block_on(join_all(answers))
    }

    /// Begins to answer, and stops after so many steps of the work, as a server does that dies; the answer where
    /// it needed no more. Counts the steps down. Whoever asks so starts it again.
    pub fn begin_to_answer(&self, path: Path, bytes: &[u8], now: i64, steps: &mut usize) -> Option<Vec<u8>> {
        self.runtime.block_on(async {
            let mut answering = std::pin::pin!(self.service().handle(path, bytes, now));
            std::future::poll_fn(|context| {
                if *steps == 0 {
                    return Poll::Ready(None);
                }
                *steps -= 1;
                answering.as_mut().poll(context).map(Some)
            })
            .await
        })
    }

    /// Asks the server something that no message asks.
    pub fn ask<'a, T, F: Future<Output = T>>(&'a self, ask: impl FnOnce(&'a Service<AnyStorage>) -> F) -> T {
        self.runtime.block_on(ask(self.service()))
    }

    /// Proves the whole database: the log without a gap, the chains, the digests, the plain tables.
    ///
    /// # Panics
    /// Where it cannot be read.
    #[must_use]
    pub fn check(&self) -> Checked {
        self.ask(|service| service.storage().read(self.company, Check))
            .expect("the database is read")
    }

    /// The database, where it is a PostgreSQL's.
    #[must_use]
    pub fn database(&self) -> Option<&Database<'static>> {
        match &self.disk {
            Disk::Folder(_) => None,
            Disk::Database(database) => Some(database),
        }
    }

    /// The company.
    #[must_use]
    pub fn company(&self) -> CompanyId {
        self.company
    }

    /// Where its files are; `None` where they are a PostgreSQL's.
    #[must_use]
    pub fn folder(&self) -> Option<&FilePath> {
        match &self.disk {
            Disk::Folder(folder) => Some(folder.path()),
            Disk::Database(_) => None,
        }
    }

    /// One more branch.
    ///
    /// # Panics
    /// Where the database says no.
    pub fn branch(&self, name: &str) -> BranchId {
        self.runtime
            .block_on(self.service().add_branch(self.company, name))
            .expect("a branch")
    }

    /// A pairing code.
    ///
    /// # Panics
    /// Where the database says no.
    pub fn code(&self, branch: Option<BranchId>, now: i64) -> String {
        let pairing = self.service().add_pairing(self.company, branch, now + super::DAY);
        let secret = self.runtime.block_on(pairing).expect("a pairing");
        let address = "simulated:1".to_owned();
        let pin = None;
        PairingCode { address, secret, pin }.to_text()
    }

    /// It dies and is started again.
    ///
    /// # Panics
    /// Where its files do not open.
    pub fn restart(&mut self) {
        self.service = None;
        self.settings.seed[31] = self.settings.seed[31].wrapping_add(1);
        let storage = self.runtime.block_on(self.disk.open());
        self.service = Some(Service::new(storage, self.settings));
    }

    /// Somebody copies its data, the server standing still.
    pub fn back_up(&mut self) {
        self.service = None;
        self.backup = Some(self.disk.copy());
        self.restart();
    }

    /// It is restored from that copy, where there is one.
    pub fn restore(&mut self) -> bool {
        let Some(backup) = &self.backup else {
            return false;
        };
        self.service = None;
        self.disk = backup.copy();
        self.restart();
        true
    }
}
