//! Head office's server, the real one, without its sockets.

use std::path::{Path as FilePath, PathBuf};

use clientele_model::{BranchId, CompanyId};
use clientele_protocol::pairing::PairingCode;
use clientele_server::store::sqlite::Sqlite;
use clientele_server::{Path, Sabotage, Service, Settings};
use tempfile::TempDir;

/// On which database it runs, and how it is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficeKind {
    /// One SQLite file a company.
    Sqlite,
    /// As [`Self::Sqlite`], broken.
    Sabotaged(Sabotage),
}

/// The server.
pub struct Office {
    runtime: tokio::runtime::Runtime,
    service: Option<Service<Sqlite>>,
    folder: TempDir,
    company: CompanyId,
    settings: Settings,
    backup: Option<TempDir>,
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
            OfficeKind::Sqlite => Sabotage::None,
            OfficeKind::Sabotaged(how) => how,
        };
        let settings = Settings {
            seed: bytes,
            settles_at_once: true,
            sabotage,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let folder = folder();
        let service = Service::new(Sqlite::open(folder.path()).expect("a database"), settings);
        let company = runtime
            .block_on(service.add_company("Хвойна", super::BEGINNING))
            .expect("a company");
        Self {
            runtime,
            service: Some(service),
            folder,
            company,
            settings,
            backup: None,
        }
    }

    fn service(&self) -> &Service<Sqlite> {
        self.service.as_ref().expect("the server runs")
    }

    /// Answers a message.
    #[must_use]
    pub fn handle(&self, path: Path, bytes: &[u8], now: i64) -> Vec<u8> {
        self.runtime.block_on(self.service().handle(path, bytes, now))
    }

    /// The company.
    #[must_use]
    pub fn company(&self) -> CompanyId {
        self.company
    }

    /// Where its files are.
    #[must_use]
    pub fn folder(&self) -> &FilePath {
        self.folder.path()
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
        let storage = Sqlite::open(self.folder.path()).expect("the database opens again");
        self.service = Some(Service::new(storage, self.settings));
    }

    /// Somebody copies its files, the server standing still.
    pub fn back_up(&mut self) {
        self.service = None;
        let backup = folder();
        copy_folder(self.folder.path(), backup.path());
        self.backup = Some(backup);
        self.restart();
    }

    /// It is restored from that copy, where there is one.
    pub fn restore(&mut self) -> bool {
        let Some(backup) = &self.backup else {
            return false;
        };
        self.service = None;
        let fresh = folder();
        copy_folder(backup.path(), fresh.path());
        self.folder = fresh;
        self.restart();
        true
    }
}
