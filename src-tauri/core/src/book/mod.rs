//! The book as a file: made, opened, locked, migrated, checked.

mod check;
mod store;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use clientele_model::{ErrorCode, Refusal};
use rusqlite::{Connection, OpenFlags};

pub use check::CheckReport;
pub(crate) use store::is_demo;

use crate::keys::{BookId, BookKey, Wrapped, beside};
use crate::schema::SCHEMA;
use crate::settings::{self, Settings};
use crate::workspace::guard::Gate;
use crate::workspace::{self, Actor, Schema, Workspace, guard};
use crate::{Error, Result};

/// The ending of a book's file name.
pub const EXTENSION: &str = "clientele";

/// Never one that makes a file: to open is not to create. Each connection has a mutex of ours around it.
const OPEN_FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// An open book: the file, held by this program alone, and the workspace in it.
pub struct Book {
    workspace: Workspace,
    path: PathBuf,
    id: BookId,
    key: BookKey,
    demo: bool,
    _lock: Lock,
}

impl Deref for Book {
    type Target = Workspace;
    fn deref(&self) -> &Workspace {
        &self.workspace
    }
}

/// A new book to be made.
#[derive(Clone, Debug)]
pub struct NewBook<'a> {
    /// Where.
    pub path: &'a Path,
    /// The identifier its file will begin with.
    pub id: BookId,
    /// The key it will be encrypted with.
    pub key: &'a BookKey,
    /// Its key, sealed under the recovery key: it lies beside the book before the book is there.
    pub recovery: &'a Wrapped,
    /// What holds for it.
    pub settings: Settings,
    /// Is it only for trying the program?
    pub demo: bool,
}

impl Book {
    /// Makes a book where there is none, and opens it.
    ///
    /// It is made under another name and takes its own when it is whole: a book half made is never found.
    ///
    /// # Errors
    /// `book.exists`, `book.in_use`, those of the settings, `disk.full`, `file.failed`.
    pub fn create(new: NewBook<'_>) -> Result<Self> {
        let NewBook {
            path,
            id,
            key,
            recovery,
            settings,
            demo,
        } = new;
        let settings = settings.checked()?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, &e))?;
        }
        // Held from before the first look until the book stands: of two that are made at once, one is refused.
        let lock = Lock::take(path)?;
        // What waits in a WAL belongs to a book that was moved away: made here, the new one would swallow it.
        if [path.to_owned(), suffixed(path, "-wal"), suffixed(path, "-shm")]
            .iter()
            .any(|file| file.exists())
        {
            return Err(Refusal::new(ErrorCode::BookExists)
                .with("path", path.display())
                .into());
        }
        let put_aside = recovery.save(path)?;
        let made = Self::make(path, id, key, settings, demo)
            .and_then(|()| Self::open_locked(path, key, lock, &SCHEMA));
        if made.is_err() && !path.exists() {
            // No book came to be. What lay there before it was begun lies there again.
            let own = Wrapped::path(path);
            let _ = put_aside.map_or_else(
                || std::fs::remove_file(&own),
                |aside| std::fs::rename(aside, &own),
            );
        }
        made
    }

    fn make(path: &Path, id: BookId, key: &BookKey, settings: Settings, demo: bool) -> Result<()> {
        let making = beside(path, "making");
        remove_if_there(&making)?;
        {
            let conn = Connection::open(&making)?;
            store::set_key(&conn, key, Some(id))?;
            store::prepare(&conn)?;
            store::migrate(&conn, &making)?;
            Gate::default().install(&conn)?;
            guard::set_triggers(&conn, &SCHEMA)?;
            workspace::found(&conn)?;
            store::set_demo(&conn, demo)?;
        }
        let (workspace, _) = open_workspace(&making, key, &SCHEMA)?;
        settings::found(&workspace, &Actor::owner(), settings)?;
        workspace.settle()?;
        drop(workspace);
        std::fs::rename(&making, path).map_err(|e| Error::file(path, &e))?;
        sync_folder(path);
        Ok(())
    }

    /// Opens a book. Clients who wait to be indexed still wait: [`crate::search::catch_up`] is the caller's to call, since
    /// nobody who opens a book should wait for that.
    ///
    /// # Errors
    /// `book.not_found`, `book.in_use`, `book.wrong_key` (the file is untouched), `book.damaged`, `book.too_new`.
    pub fn open(path: &Path, key: &BookKey) -> Result<Self> {
        // The size first: to SQLite an empty file is a new database, to its owner it is a lost book.
        book_id(path)?;
        let lock = Lock::take(path)?;
        Self::open_locked(path, key, lock, &SCHEMA)
    }

    /// Opens a book as a program does that knows other tables and fields than this one: an older one.
    ///
    /// # Errors
    /// As [`Self::open`].
    #[cfg(any(test, feature = "testing"))]
    pub fn open_as(path: &Path, key: &BookKey, schema: &'static Schema) -> Result<Self> {
        let lock = Lock::take(path)?;
        Self::open_locked(path, key, lock, schema)
    }

    fn open_locked(path: &Path, key: &BookKey, lock: Lock, schema: &'static Schema) -> Result<Self> {
        let id = book_id(path)?;
        let (workspace, demo) = open_workspace(path, key, schema)?;
        workspace.catch_up()?;
        let (path, key) = (path.to_owned(), key.clone());
        Ok(Self {
            workspace,
            path,
            id,
            key,
            demo,
            _lock: lock,
        })
    }

    /// Reads one moment of the book for long (a dry run of an import, an export) on a connection of its own, so that
    /// nobody who looks for a client meanwhile waits. Nobody who writes does either, but what they write stays in the log
    /// beside the book until this is over.
    ///
    /// # Errors
    /// Those of `f`; what SQLite says.
    pub fn read_apart<T>(&self, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.reading_for_long(|| {
            let reader = open_reader(&self.path, &self.key)?;
            let moment = reader.unchecked_transaction()?;
            f(&moment)
        })
    }

    /// Is this path the book's file, or one of those that belong to it? An export must not fall on them.
    #[must_use]
    pub fn owns(&self, path: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let book = real(&self.path);
        let of_the_book = ["-wal", "-shm", ".lock", ".recovery"].map(|ending| suffixed(&book, ending));
        let path = real(path);
        path == book || of_the_book.contains(&path)
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which book it is.
    #[must_use]
    pub fn id(&self) -> BookId {
        self.id
    }

    /// Is it only for trying the program?
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    /// Looks at the whole book: file, index, log. See [`CheckReport`].
    ///
    /// # Errors
    /// What SQLite says where it cannot even look.
    pub fn check(&self) -> Result<CheckReport> {
        check::check(&self.workspace)
    }
}

/// Opens the file: one connection that writes, one that reads. Says whether it is a demo book.
fn open_workspace(path: &Path, key: &BookKey, schema: &'static Schema) -> Result<(Workspace, bool)> {
    let gate = Gate::default();
    let writer = Connection::open_with_flags(path, OPEN_FLAGS)?;
    store::set_key(&writer, key, None)?;
    store::prove_key(&writer, path)?;
    store::prepare(&writer)?;
    gate.install(&writer)?;
    {
        // A migration may have to rewrite records, and is no feature that could forget the gate.
        let _open = gate.open();
        if store::migrate(&writer, path)? {
            guard::set_triggers(&writer, &SCHEMA)?;
        }
    }
    let demo = store::is_demo(&writer)?;
    let reader = open_reader(path, key)?;
    Ok((Workspace::new(writer, gate, reader, schema)?, demo))
}

/// A connection that cannot write.
pub(crate) fn open_reader(path: &Path, key: &BookKey) -> Result<Connection> {
    let reader = Connection::open_with_flags(path, OPEN_FLAGS)?;
    store::set_key(&reader, key, None)?;
    store::prepare(&reader)?;
    store::read_only(&reader)?;
    Ok(reader)
}

/// Which book a file is: its first 16 bytes.
///
/// # Errors
/// `book.not_found`; `book.damaged` where the file is shorter than a page.
pub fn book_id(path: &Path) -> Result<BookId> {
    let not_found = || Error::from(Refusal::new(ErrorCode::BookNotFound).with("path", path.display()));
    let mut file = File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => not_found(),
        _ => Error::file(path, &e),
    })?;
    let mut page = [0; 512];
    file.read_exact(&mut page).map_err(|e| {
        let detail = if page == [0; 512] {
            "empty or cut short".to_owned()
        } else {
            e.to_string()
        };
        Refusal::new(ErrorCode::BookDamaged)
            .with("path", path.display())
            .with("detail", detail)
    })?;
    let mut id = [0; 16];
    id.copy_from_slice(&page[..16]);
    Ok(BookId(id))
}

/// One program per book. The operating system holds the lock, so a crash leaves none behind.
struct Lock {
    _file: File,
}

impl Lock {
    fn take(book: &Path) -> Result<Self> {
        // One lock for one file, whichever way leads to it.
        let book = &book.canonicalize().unwrap_or_else(|_| book.to_owned());
        let path = beside(book, "lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = file.map_err(|e| Error::file(&path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Refusal::new(ErrorCode::BookInUse)
                .with("path", book.display())
                .into()),
            Err(TryLockError::Error(e)) => Err(Error::file(&path, &e)),
        }
    }
}

fn remove_if_there(path: &Path) -> Result<()> {
    for path in [path.to_owned(), suffixed(path, "-wal"), suffixed(path, "-shm")] {
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::file(&path, &e)),
            _ => {}
        }
    }
    Ok(())
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Writes a file so that it is there, whole, after a power cut: under another name, then renamed.
///
/// # Errors
/// `file.failed`, `disk.full`.
pub fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    write_durably_with(path, |file| {
        file.write_all(bytes).map_err(|e| Error::file(path, &e))
    })
}

/// Writes a file piece by piece so that it is there, whole, after a power cut, or not at all.
///
/// # Errors
/// Those of `write`; `file.failed`, `disk.full`.
pub fn write_durably_with(path: &Path, write: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let making = beside(path, "making");
    let failed = |e: std::io::Error| Error::file(path, &e);
    let made = File::create(&making).map_err(failed).and_then(|mut file| {
        write(&mut file)?;
        file.sync_all().map_err(failed)?;
        std::fs::rename(&making, path).map_err(failed)
    });
    made.inspect_err(|_| {
        let _ = std::fs::remove_file(&making);
    })?;
    sync_folder(path);
    Ok(())
}

/// Makes a rename last. Not every file system lets a folder be opened for this; those that do not need none.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}

/// Clients outside the trash.
///
/// # Errors
/// What SQLite says.
pub fn count_clients(conn: &Connection) -> Result<u64> {
    store::count(conn, "clients")
}
