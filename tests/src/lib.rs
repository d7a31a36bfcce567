//! A machine for the journeys: a folder of its own, dialogs that answer as they are told, and a secret
//! store that can be absent, locked, emptied or forgetful.

pub mod availability;
pub mod office;
pub mod simulator;
pub mod workbooks;

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use clientele_api::types::{AppState, BookCreate, BookState, Nothing, Theme};
use clientele_api::{Api, Event, FileKind, Host, SecretStore, StartOptions};
use clientele_core::testing::settings;
use clientele_model::{ErrorCode, Refusal};
use tempfile::TempDir;

/// How the secret store of the machine behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Store {
    /// As it should.
    #[default]
    Works,
    /// Nothing answers.
    Absent,
    /// It answers, but gives nothing out.
    Locked,
    /// It says it kept the secret, and did not.
    Forgets,
}

/// The machine. Clones are the same machine.
#[derive(Clone)]
pub struct Machine {
    folder: Arc<TempDir>,
    store: Arc<Mutex<Store>>,
    secrets: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    /// The program that reads foreign files; none for the real one.
    reader: Arc<Mutex<Option<PathBuf>>>,
    /// Answers of the next file dialogs.
    pub dialogs: Arc<Mutex<VecDeque<PathBuf>>>,
    /// What the window was told.
    pub events: Arc<Mutex<Vec<Event>>>,
    /// Light or dark, as its toolkit was last told.
    pub theme: Arc<Mutex<Option<Theme>>>,
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    /// A new machine, on which nothing was ever installed.
    ///
    /// # Panics
    /// Where there is no disk to write to.
    #[must_use]
    pub fn new() -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder for the test"));
        let (store, secrets, reader, dialogs, events, theme) = Default::default();
        Self {
            folder,
            store,
            secrets,
            reader,
            dialogs,
            events,
            theme,
        }
    }

    /// Another machine, to which somebody copied the book and its key.
    ///
    /// # Panics
    /// Where there is no disk to write to.
    #[must_use]
    pub fn copied(&self) -> Self {
        let other = Self::new();
        std::fs::create_dir_all(other.data_dir()).expect("a folder for the copy");
        // Preferences say where the book lies, and that is elsewhere now.
        let book = self
            .files()
            .into_iter()
            .filter(|(name, _)| name.starts_with("book."));
        for (name, bytes) in book {
            std::fs::write(other.data_dir().join(name), bytes).expect("a copy");
        }
        let secrets = self.secrets.lock().unwrap().clone();
        *other.secrets.lock().unwrap() = secrets;
        other
    }

    /// Starts the program on it.
    #[must_use]
    pub fn start(&self) -> Api<Self> {
        Api::new(self.clone(), StartOptions::default())
    }

    /// Starts the program on it as the command line does: it visits head office only when asked.
    #[must_use]
    pub fn start_by_hand(&self) -> Api<Self> {
        let only_when_asked = true;
        let start = StartOptions {
            only_when_asked,
            ..StartOptions::default()
        };
        Api::new(self.clone(), start)
    }

    /// Makes its secret store behave.
    ///
    /// # Panics
    /// After another test thread panicked.
    pub fn set_store(&self, store: Store) {
        *self.store.lock().unwrap() = store;
    }

    /// Lets another program read its foreign files.
    ///
    /// # Panics
    /// After another test thread panicked.
    pub fn set_reader(&self, program: PathBuf) {
        *self.reader.lock().unwrap() = Some(program);
    }

    /// Empties its secret store.
    ///
    /// # Panics
    /// After another test thread panicked.
    pub fn empty_store(&self) {
        self.secrets.lock().unwrap().clear();
    }

    /// A place on its disk.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Every file of the program with its bytes.
    ///
    /// # Panics
    /// Where the folder cannot be read.
    #[must_use]
    pub fn files(&self) -> HashMap<String, Vec<u8>> {
        let Ok(entries) = std::fs::read_dir(self.data_dir()) else {
            return HashMap::new();
        };
        let read = |path: PathBuf| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read(path).unwrap(),
            )
        };
        entries.map(|entry| read(entry.unwrap().path())).collect()
    }
}

impl Host for Machine {
    fn emit(&self, event: Event) {
        self.events.lock().unwrap().push(event);
    }
    fn pick_file(&self, _: FileKind) -> Option<PathBuf> {
        self.dialogs.lock().unwrap().pop_front()
    }
    fn save_file(&self, _: &str, _: FileKind) -> Option<PathBuf> {
        self.dialogs.lock().unwrap().pop_front()
    }
    fn set_theme(&self, theme: Theme) {
        *self.theme.lock().unwrap() = Some(theme);
    }
    fn secrets(&self) -> &dyn SecretStore {
        self
    }
    fn data_dir(&self) -> PathBuf {
        self.path("data")
    }
    fn program(&self) -> PathBuf {
        self.reader.lock().unwrap().clone().unwrap_or_else(file_reader)
    }
    fn system_locale(&self) -> Option<String> {
        Some("bg_BG.UTF-8".into())
    }
}

impl SecretStore for Machine {
    fn get(&self, account: &str) -> Result<Option<Vec<u8>>, Refusal> {
        match *self.store.lock().unwrap() {
            Store::Works | Store::Forgets => Ok(self.secrets.lock().unwrap().get(account).cloned()),
            Store::Absent => Err(ErrorCode::KeyringUnavailable.into()),
            Store::Locked => Err(ErrorCode::KeyringNoKey.into()),
        }
    }
    fn set(&self, account: &str, secret: &[u8]) -> Result<(), Refusal> {
        match *self.store.lock().unwrap() {
            Store::Works => drop(self.secrets.lock().unwrap().insert(account.into(), secret.into())),
            Store::Forgets => {}
            Store::Absent => return Err(ErrorCode::KeyringUnavailable.into()),
            Store::Locked => return Err(ErrorCode::KeyringNoKey.into()),
        }
        Ok(())
    }
    fn delete(&self, account: &str) -> Result<(), Refusal> {
        self.secrets.lock().unwrap().remove(account);
        Ok(())
    }
}

/// The program that reads foreign files for the tests: the test's own program answers to its harness.
///
/// # Panics
/// Where it was not built: `cargo build -p clientele-tests --bins`.
#[must_use]
pub fn file_reader() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own program");
    let mut folders = test.ancestors().skip(1);
    let name = format!("file-reader{}", std::env::consts::EXE_SUFFIX);
    folders
        .find_map(|folder| Some(folder.join(&name)).filter(|path| path.is_file()))
        .expect("file-reader stands beside the tests; cargo build -p clientele-tests --bins makes it")
}

/// How things stand.
///
/// # Panics
/// Where even that is refused.
#[must_use]
pub fn state(api: &Api<Machine>) -> AppState {
    api.app_state(Nothing).expect("how things stand")
}

/// Is the book open, or why not?
#[must_use]
pub fn refusal(api: &Api<Machine>) -> Option<ErrorCode> {
    match state(api).book {
        BookState::Locked { refusal, .. } => Some(refusal.code),
        BookState::None => Some(ErrorCode::BookNotOpen),
        BookState::Open { .. } => None,
    }
}

/// Makes the first book; returns its recovery key.
///
/// # Panics
/// Where it is refused.
pub fn create(api: &Api<Machine>) -> String {
    api.book_create(BookCreate { settings: settings() })
        .expect("a new book")
        .recovery_key
}

/// The workspace's root.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The folder of real inputs beside the project, where it exists. Says so where it does not.
#[must_use]
pub fn shared_data(part: &str) -> Option<PathBuf> {
    let path = root().join("../shared/data").join(part);
    if path.is_dir() {
        return Some(path);
    }
    println!("shared/data/{part} is not beside this checkout: its files were not tried");
    None
}
