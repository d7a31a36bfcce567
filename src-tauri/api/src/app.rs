//! The running program: its host, its book, its session.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clientele_core::Result;
use clientele_core::book::Book;
use clientele_core::settings;
use clientele_core::workspace::Actor;
use clientele_model::{ErrorCode, Language, Refusal};

use crate::attachments::Dropped;
use crate::books;
use crate::commands::Role;
use crate::files::Draft;
use crate::head_office::{self, Office};
use crate::host::Host;
use crate::indexing::Indexing;
use crate::preferences::Stored;
use crate::types::{AppState, BookState, Nothing, Preferences};

/// How the program was started.
#[derive(Clone, Debug, Default)]
pub struct StartOptions {
    /// The book to open; without it the last one, or the one in the user's folder.
    pub book: Option<PathBuf>,
    /// A file with the book's key, instead of the secret store.
    pub key_file: Option<PathBuf>,
    /// Head office is visited only when somebody says so ([`Api::visit_now`]), not in the background.
    pub only_when_asked: bool,
}

/// The book as the api holds it.
pub(crate) enum State {
    NotStarted,
    None,
    Locked { path: PathBuf, refusal: Refusal },
    Open(OpenBook),
}

/// A book that is open, and its line to head office. When it is let go, nobody speaks for it any more.
pub(crate) struct OpenBook {
    pub book: Arc<Book>,
    pub office: Arc<Office>,
    pub _indexing: Indexing,
}

impl Drop for OpenBook {
    fn drop(&mut self) {
        self.office.close();
    }
}

/// Every command, over one host.
pub struct Api<H: Host> {
    pub(crate) host: Arc<H>,
    pub(crate) start: StartOptions,
    pub(crate) state: Mutex<State>,
    pub(crate) stored: Mutex<Stored>,
    pub(crate) imports: Mutex<HashMap<String, Arc<Draft>>>,
    pub(crate) dropped: Mutex<Option<Dropped>>,
    /// The export of everything under way: set when it is to stop.
    pub(crate) exporting: Mutex<Option<Arc<AtomicBool>>>,
    session: Session,
}

/// Who sits at this device. For now the owner, who may do everything.
pub(crate) struct Session {
    pub actor: Actor,
    pub role: Role,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<H: Host> Api<H> {
    /// The program on this host. Opens nothing yet: the first question does.
    pub fn new(host: H, start: StartOptions) -> Self {
        let stored = Stored::load(&host.data_dir());
        host.set_theme(stored.preferences.theme);
        Self {
            host: Arc::new(host),
            start,
            state: Mutex::new(State::NotStarted),
            stored: Mutex::new(stored),
            imports: Mutex::default(),
            dropped: Mutex::default(),
            exporting: Mutex::default(),
            session: Session {
                actor: Actor::owner(),
                role: Role::Owner,
            },
        }
    }

    /// The host, for an adapter that holds only the api.
    pub fn host(&self) -> &H {
        &self.host
    }

    pub(crate) fn allow(&self, role: Role) -> Result<(), Refusal> {
        if self.session.role >= role {
            Ok(())
        } else {
            Err(ErrorCode::NotAllowed.into())
        }
    }

    pub(crate) fn by(&self) -> &Actor {
        &self.session.actor
    }

    /// The open book, for as long as the caller needs it.
    pub(crate) fn book(&self) -> Result<Arc<Book>> {
        Ok(self.open_book()?.0)
    }

    /// The open book, and its line to head office.
    pub(crate) fn open_book(&self) -> Result<(Arc<Book>, Arc<Office>)> {
        let mut state = lock(&self.state);
        books::start(self, &mut state);
        match &*state {
            State::Open(open) => Ok((Arc::clone(&open.book), Arc::clone(&open.office))),
            State::Locked { refusal, .. } => Err(refusal.clone().into()),
            State::None | State::NotStarted => Err(ErrorCode::BookNotOpen.into()),
        }
    }

    /// The country whose phone numbers are written without a country code.
    pub(crate) fn country(&self, book: &Book) -> Result<String> {
        Ok(book.read(settings::load)?.country)
    }
}

pub(crate) fn state<H: Host>(api: &Api<H>, _: Nothing) -> Result<AppState> {
    let mut state = lock(&api.state);
    books::start(api, &mut state);
    let book = match &*state {
        State::NotStarted | State::None => BookState::None,
        State::Locked { path, refusal } => BookState::Locked {
            path: path.display().to_string(),
            refusal: refusal.clone(),
        },
        State::Open(OpenBook { book, .. }) => BookState::Open {
            path: book.path().display().to_string(),
            demo: book.is_demo(),
            settings: book.read(settings::load)?,
            branches: head_office::branches(book)?,
        },
    };
    Ok(AppState {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        platform: std::env::consts::OS.to_owned(),
        system_language: api
            .host
            .system_locale()
            .and_then(|l| Language::from_code(&l))
            .unwrap_or_default(),
        preferences: lock(&api.stored).preferences,
        book,
    })
}

pub(crate) fn preferences_save<H: Host>(api: &Api<H>, preferences: Preferences) -> Result<Preferences> {
    let mut stored = lock(&api.stored);
    stored.preferences = preferences;
    stored.save(&api.host.data_dir())?;
    api.host.set_theme(preferences.theme);
    Ok(preferences)
}
