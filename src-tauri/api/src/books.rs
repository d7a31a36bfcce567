//! Commands about the book as a whole: making, opening, locking, looking it over.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clientele_core::book::{self, Book, CheckReport, EXTENSION, NewBook};
use clientele_core::demo::{self, Demo};
use clientele_core::keys::{BookId, BookKey, RecoveryKey, Wrapped, beside};
use clientele_core::settings::{self, Settings};
use clientele_core::workspace::{Written, store};
use clientele_core::{Error, Result, trash};
use clientele_model::{ErrorCode, Language, Refusal, Timestamp};

use crate::app::{Api, OpenBook, State, lock, state};
use crate::commands::Role;
use crate::head_office::{self, Office};
use crate::host::{Event, FileKind, Host, ImportPart, SecretStore};
use crate::indexing::Indexing;
use crate::types::*;

/// Clients of the demo book.
const DEMO_CLIENTS: u32 = 400;

/// Opens the book at the first question.
pub(crate) fn start<H: Host>(api: &Api<H>, state: &mut State) {
    if !matches!(state, State::NotStarted) {
        return;
    }
    let usual = api.host.data_dir().join(format!("book.{EXTENSION}"));
    let last = lock(&api.stored).last_book.clone();
    let path = api
        .start
        .book
        .clone()
        .or(last)
        .or_else(|| usual.exists().then_some(usual));
    *state = match path {
        None => State::None,
        Some(path) => try_open(api, path),
    };
}

/// Opens a book with the key that this machine has for it, or says why not. Makes nothing, writes nothing.
fn try_open<H: Host>(api: &Api<H>, path: PathBuf) -> State {
    match key_for(api, &path).and_then(|key| Book::open(&path, &key)) {
        Ok(book) => opened(api, book),
        Err(error) => State::Locked {
            path,
            refusal: error.into(),
        },
    }
}

fn opened<H: Host>(api: &Api<H>, book: Book) -> State {
    // What has lain in the trash too long goes now; failing that is no reason not to open the book.
    let _ = trash::empty_old(&book, api.by(), Timestamp::now());
    held(api, book)
}

/// An open book, from which head office is visited if it is one of a company's, and of which the search index learns
/// what it does not know yet.
fn held<H: Host>(api: &Api<H>, book: Book) -> State {
    let (book, office) = (Arc::new(book), Arc::new(Office::default()));
    let indexing = Indexing::begin(&book, api.start.only_when_asked);
    head_office::begin(api, &book, &office);
    State::Open(OpenBook {
        book,
        office,
        _indexing: indexing,
    })
}

fn key_for<H: Host>(api: &Api<H>, path: &Path) -> Result<BookKey> {
    let id = book::book_id(path)?;
    if let Some(file) = &api.start.key_file {
        return BookKey::from_file(file);
    }
    let secret = api.host.secrets().get(&id.account())?;
    secret
        .and_then(|bytes| BookKey::from_bytes(&bytes))
        .ok_or_else(|| ErrorCode::KeyringNoKey.into())
}

/// Gives the machine the key to keep, and reads it back: a store that forgets is told before it matters.
fn keep(secrets: &dyn SecretStore, id: BookId, key: &BookKey) -> Result<(), Refusal> {
    secrets.set(&id.account(), key.as_bytes())?;
    match secrets.get(&id.account())? {
        Some(kept) if kept == key.as_bytes() => Ok(()),
        _ => Err(ErrorCode::KeyringForgets.into()),
    }
}

/// A book that was just made.
struct Made {
    book: Book,
    recovery_key: String,
    keyring_problem: Option<Refusal>,
}

/// Makes a book: first its keys are safe (in the secret store, and wrapped beside it), then it is written.
fn make<H: Host>(api: &Api<H>, path: &Path, settings: Settings, demo: bool) -> Result<Made> {
    let settings = settings.checked()?;
    let (id, recovery) = (BookId::random(), RecoveryKey::random());
    let (key, keyring_problem) = match &api.start.key_file {
        Some(file) => (BookKey::from_file(file)?, None),
        None => {
            let key = BookKey::random();
            let problem = keep(api.host.secrets(), id, &key).err();
            (key, problem)
        }
    };
    let wrapped = recovery.wrap(id, &key);
    let new = NewBook {
        path,
        id,
        key: &key,
        recovery: &wrapped,
        settings,
        demo,
    };
    match Book::create(new) {
        Ok(book) => Ok(Made {
            book,
            recovery_key: recovery.to_print(),
            keyring_problem,
        }),
        Err(error) => {
            // No book came to be: its key is of no use to anybody.
            let _ = api.host.secrets().delete(&id.account());
            Err(error)
        }
    }
}

pub(crate) fn create<H: Host>(api: &Api<H>, new: BookCreate) -> Result<BookCreated> {
    let made = {
        // Held to the end: a second click finds the book made, and does not make another.
        let mut state = lock(&api.state);
        let path = match &api.start.book {
            Some(path) => path.clone(),
            None => free_path(&api.host.data_dir()),
        };
        let made = make(api, &path, new.settings, false)?;
        forget_imports(api);
        *state = opened(api, made.book);
        remember(api, Some(path));
        (made.recovery_key, made.keyring_problem)
    };
    // From here on nothing may fail: the recovery key is told this one time.
    let (recovery_key, keyring_problem) = made;
    Ok(BookCreated {
        recovery_key,
        keyring_problem,
        app: state(api, Nothing)?,
    })
}

/// A name that no file has: an old book is never in the way of a new one, nor the other way round.
fn free_path(folder: &Path) -> PathBuf {
    let numbered = |n: u32| match n {
        1 => folder.join(format!("book.{EXTENSION}")),
        n => folder.join(format!("book-{n}.{EXTENSION}")),
    };
    let is_free = |path: &PathBuf| !path.exists() && !beside_wal(path).exists();
    (1..).map(numbered).find(is_free).expect("some number is free")
}

/// What waits beside a book that is not there any more belongs to that book.
fn beside_wal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Notes which book to open at the next start. Failing that is no failure of what was asked; and a book
/// that was named at the start is the caller's business, not that of the next window.
fn remember<H: Host>(api: &Api<H>, path: Option<PathBuf>) {
    if api.start.book.is_some() {
        return;
    }
    let mut stored = lock(&api.stored);
    stored.last_book = path;
    let _ = stored.save(&api.host.data_dir());
}

/// What was read for one book is not imported into another.
fn forget_imports<H: Host>(api: &Api<H>) {
    for (_, draft) in lock(&api.imports).drain() {
        draft.cancel();
    }
}

pub(crate) fn demo<H: Host>(api: &Api<H>, ask: BookDemo) -> Result<AppState> {
    if matches!(&*lock(&api.state), State::Open(open) if open.book.is_demo()) {
        return state(api, Nothing);
    }
    let path = api.host.data_dir().join(format!("demo.{EXTENSION}"));
    let standing = path.exists().then(|| try_open(api, path.clone()));
    let opened = match standing {
        Some(State::Open(open)) if open.book.is_demo() => State::Open(open),
        Some(State::Locked { refusal, .. }) if refusal.code == ErrorCode::BookInUse => {
            return Err(refusal.into());
        }
        _ => {
            put_aside(&path)?;
            let made = make(api, &path, demo_settings(ask.language), true)?;
            let (clients, language, now) = (DEMO_CLIENTS, ask.language, Timestamp::now());
            let demo = Demo {
                clients,
                seed: 1,
                now,
                language,
            };
            let filled = demo::fill(&made.book, api.by(), &demo, &mut |_, _| ControlFlow::Continue(()));
            if let Err(error) = filled {
                // An empty demo shows nobody anything: the next try makes another.
                drop(made.book);
                let _ = put_aside(&path);
                return Err(error);
            }
            held(api, made.book)
        }
    };
    forget_imports(api);
    *lock(&api.state) = opened;
    remember(api, Some(path));
    state(api, Nothing)
}

impl<H: Host> Api<H> {
    /// Fills the open book with a demo salon in its own language. For an adapter that may ask for any size.
    ///
    /// # Errors
    /// `demo.too_large`; `request.bad` for a book that has clients, or is one of a company's: a demo is never mixed
    /// with them.
    pub fn demo_fill(&self, clients: u32, seed: u64) -> Result<Written<u32>, Refusal> {
        self.allow(Role::Owner)?;
        Ok(fill_with_demo(self, clients, seed)?)
    }
}

fn fill_with_demo<H: Host>(api: &Api<H>, clients: u32, seed: u64) -> Result<Written<u32>> {
    let book = api.book()?;
    if book.read(book::count_clients)? > 0 {
        let refusal = Refusal::new(ErrorCode::BadRequest);
        return Err(refusal.with("detail", "the book has clients already").into());
    }
    if book.read(clientele_core::head_office::membership)?.is_some() {
        let refusal = Refusal::new(ErrorCode::BadRequest);
        return Err(refusal.with("detail", "the book is one of a company's").into());
    }
    let (now, language) = (Timestamp::now(), book.read(settings::load)?.language);
    let demo = Demo {
        clients,
        seed,
        now,
        language,
    };
    demo::fill(&book, api.by(), &demo, &mut |done, total| {
        let id = "demo".to_owned();
        api.host.emit(Event::ImportProgress {
            id,
            done,
            total,
            part: ImportPart::Writing,
        });
        ControlFlow::Continue(())
    })
}

/// A demo book that cannot be opened any more holds nothing of anybody; it is still put aside, not deleted,
/// and what waits in its WAL goes with it.
fn put_aside(path: &Path) -> Result<()> {
    let now = Timestamp::now().0;
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let file = PathBuf::from(name);
        if file.exists() {
            let mut aside = beside(path, &format!("old-{now}")).into_os_string();
            aside.push(ending);
            std::fs::rename(&file, aside).map_err(|e| Error::file(&file, &e))?;
        }
    }
    Ok(())
}

fn demo_settings(language: Language) -> Settings {
    let (business_name, country, currency) = match language {
        Language::En => ("Juniper & Co.", "GB", "GBP"),
        Language::Ru => ("Салон «Можжевельник»", "RU", "RUB"),
        Language::Bg => ("Салон „Хвойна“", "BG", "EUR"),
    };
    let (business_name, country, currency) = (business_name.into(), country.into(), currency.into());
    Settings {
        business_name,
        country,
        currency,
        language,
    }
}

pub(crate) fn choose<H: Host>(api: &Api<H>, _: Nothing) -> Result<AppState> {
    let path = api
        .host
        .pick_file(FileKind::Book)
        .ok_or(ErrorCode::DialogCancelled)?;
    // Before the open book is let go: is this one at all?
    book::book_id(&path)?;
    forget_imports(api);
    let mut state_now = lock(&api.state);
    *state_now = State::None;
    *state_now = try_open(api, path.clone());
    drop(state_now);
    remember(api, Some(path));
    state(api, Nothing)
}

pub(crate) fn unlock<H: Host>(api: &Api<H>, ask: BookUnlock) -> Result<BookUnlocked> {
    let mut state_now = lock(&api.state);
    start(api, &mut state_now);
    let State::Locked { path, .. } = &*state_now else {
        return Err(ErrorCode::BookNotOpen.into());
    };
    let path = path.clone();
    let recovery = RecoveryKey::from_typed(&ask.recovery_key)?;
    let id = book::book_id(&path)?;
    let key = recovery.unwrap(id, &Wrapped::load(&path)?)?;
    *state_now = opened(api, Book::open(&path, &key)?);
    drop(state_now);
    let keyring_problem = keep(api.host.secrets(), id, &key).err();
    remember(api, Some(path));
    Ok(BookUnlocked {
        keyring_problem,
        app: state(api, Nothing)?,
    })
}

pub(crate) fn retry<H: Host>(api: &Api<H>, _: Nothing) -> Result<AppState> {
    let mut state_now = lock(&api.state);
    if let State::Locked { path, .. } = &*state_now {
        *state_now = try_open(api, path.clone());
    }
    drop(state_now);
    state(api, Nothing)
}

pub(crate) fn close<H: Host>(api: &Api<H>, _: Nothing) -> Result<AppState> {
    *lock(&api.state) = State::None;
    forget_imports(api);
    remember(api, None);
    state(api, Nothing)
}

pub(crate) fn check<H: Host>(api: &Api<H>, _: Nothing) -> Result<CheckReport> {
    api.book()?.check()
}

pub(crate) fn settings_save<H: Host>(api: &Api<H>, settings: Settings) -> Result<Written<Settings>> {
    settings::save(&*api.book()?, api.by(), settings)
}

pub(crate) fn status<H: Host>(api: &Api<H>, _: Nothing) -> Result<Status> {
    let book = api.book()?;
    let office = head_office::standing(&book)?;
    book.read(|conn| {
        let last = store::steps::list(conn, None, 1)?;
        Ok(Status {
            clients: book::count_clients(conn)?,
            waiting: office.waiting,
            saved_at: last.first().map(|step| step.at),
            head_office_at: office.last_reached,
            head_office: office.state,
            conflicts: office.conflicts,
        })
    })
}
