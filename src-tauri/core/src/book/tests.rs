//! The book as a file: encrypted, held by one program, never lost to a wrong key.

use clientele_model::ErrorCode;
use sha2::{Digest, Sha256};

use super::*;
use crate::keys::RecoveryKey;
use crate::testing::{ClientBuilder, TestBook, settings};
use crate::workspace::{Actor, NewStep, StepLabel};

fn digest(path: &Path) -> Vec<u8> {
    Sha256::digest(std::fs::read(path).unwrap()).to_vec()
}

fn code<T>(result: Result<T>) -> ErrorCode {
    result.err().expect("a refusal").code()
}

#[test]
fn the_bytes_show_no_name() {
    let mut book = TestBook::new();
    ClientBuilder::new("Пенелопа Странимирова")
        .phone("0888 123 456")
        .notes("алергия към амоняк")
        .create(&book);
    let seen = |book: &TestBook| {
        let files = std::fs::read_dir(book.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut bytes: Vec<u8> = files.flat_map(|path| std::fs::read(path).unwrap()).collect();
        bytes.make_ascii_lowercase();
        let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        [
            "пенелопа",
            "Пенелопа",
            "888123456",
            "Салон",
            "амоняк",
            "sqlite format",
        ]
        .map(has)
    };
    assert_eq!(seen(&book), [false; 6], "while open, with the WAL");
    book.close();
    assert_eq!(seen(&book), [false; 6], "closed");
}

#[test]
fn a_wrong_key_is_told_and_touches_nothing() {
    let mut book = TestBook::new();
    ClientBuilder::new("Анна").create(&book);
    book.close();
    let before = digest(&book.file());
    assert_eq!(
        code(Book::open(&book.file(), &BookKey::random())),
        ErrorCode::BookWrongKey
    );
    assert_eq!(digest(&book.file()), before);
    book.reopen();
    book.assert_whole();
}

#[test]
fn one_program_at_a_time() {
    let mut book = TestBook::new();
    assert_eq!(code(Book::open(&book.file(), &book.key)), ErrorCode::BookInUse);
    book.close();
    assert!(Book::open(&book.file(), &book.key).is_ok());
}

#[test]
fn a_new_book_never_takes_the_place_of_an_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("книга на салона.clientele");
    std::fs::write(&path, "somebody's file").unwrap();
    let (id, key) = (BookId::random(), BookKey::random());
    let recovery = RecoveryKey::random().wrap(id, &key);
    let new = || NewBook {
        path: &path,
        id,
        key: &key,
        recovery: &recovery,
        settings: settings(),
        demo: false,
    };
    assert_eq!(code(Book::create(new())), ErrorCode::BookExists);
    assert_eq!(std::fs::read(&path).unwrap(), b"somebody's file");
    assert!(!Wrapped::path(&path).exists(), "and no key of a book that is not");
    // A book that was moved away without its WAL: a new one in its place would swallow its last writes.
    std::fs::rename(&path, folder.path().join("moved")).unwrap();
    std::fs::write(suffixed(&path, "-wal"), "its last writes").unwrap();
    assert_eq!(code(Book::create(new())), ErrorCode::BookExists);
    assert_eq!(
        std::fs::read(suffixed(&path, "-wal")).unwrap(),
        b"its last writes"
    );
    std::fs::remove_file(suffixed(&path, "-wal")).unwrap();
    std::fs::rename(folder.path().join("moved"), &path).unwrap();
    std::fs::remove_file(&path).unwrap();
    // What a power cut left of a book half made is not in the way.
    std::fs::write(beside(&path, "making"), "half").unwrap();
    std::fs::write(Wrapped::path(&path), "the key of another book").unwrap();
    let book = Book::create(new()).unwrap();
    assert_eq!(book.id().0, book_id(&path).unwrap().0);
    assert_eq!(Wrapped::load(&path).unwrap(), recovery);
    let kept = std::fs::read_dir(folder.path())
        .unwrap()
        .filter_map(|entry| std::fs::read(entry.unwrap().path()).ok());
    assert_eq!(
        kept.filter(|bytes| bytes == b"the key of another book").count(),
        1,
        "put aside, not lost"
    );
    // The book itself, by whichever way it is named, is no place for an export.
    let link = folder.path().join("link");
    std::fs::create_dir(&link).unwrap();
    let roundabout = link.join("..").join(path.file_name().unwrap());
    assert!(book.owns(&path) && book.owns(&roundabout) && book.owns(&Wrapped::path(&path)));
    assert!(!book.owns(&folder.path().join("clients.csv")));
}

#[test]
fn files_that_are_no_book_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.clientele");
    let open = || code(Book::open(&path, &BookKey::random()));
    assert_eq!(open(), ErrorCode::BookNotFound);
    for (bytes, expected) in [
        (Vec::new(), ErrorCode::BookDamaged),
        (vec![7; 100], ErrorCode::BookDamaged),
        (vec![7; 8192], ErrorCode::BookWrongKey),
    ] {
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(open(), expected, "{} bytes", bytes.len());
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn every_damaged_page_is_found() {
    let mut book = TestBook::new();
    for i in 0..50 {
        ClientBuilder::new(&format!("Клиент {i}"))
            .notes(&"бележка ".repeat(60))
            .create(&book);
    }
    book.close();
    let whole = std::fs::read(book.file()).unwrap();
    let pages = whole.len() / 4096;
    assert!(pages > 30, "{pages}");
    for page in 1..pages {
        let mut damaged = whole.clone();
        damaged[page * 4096 + 1234] ^= 0x40;
        std::fs::write(book.file(), &damaged).unwrap();
        let told = match Book::open(&book.file(), &book.key) {
            Err(error) => matches!(error.code(), ErrorCode::BookDamaged | ErrorCode::BookWrongKey),
            Ok(opened) => opened.check().map_or(true, |report| !report.ok),
        };
        assert!(told, "page {page}");
    }
}

#[test]
fn a_book_of_a_newer_program_is_told_and_left_alone() {
    let mut book = TestBook::new();
    book.maintain(|conn| Ok(conn.execute_batch("pragma user_version = 999")?))
        .unwrap();
    book.close();
    let before = digest(&book.file());
    assert_eq!(code(Book::open(&book.file(), &book.key)), ErrorCode::BookTooNew);
    assert_eq!(digest(&book.file()), before);
}

#[test]
fn the_settings_of_a_new_book_are_checked_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.clientele");
    let (id, key) = (BookId::random(), BookKey::random());
    let recovery = RecoveryKey::random().wrap(id, &key);
    for (change, expected) in [
        (
            Settings {
                business_name: " ".into(),
                ..settings()
            },
            ErrorCode::BusinessNameEmpty,
        ),
        (
            Settings {
                country: "XX".into(),
                ..settings()
            },
            ErrorCode::CountryUnknown,
        ),
        (
            Settings {
                currency: "лев".into(),
                ..settings()
            },
            ErrorCode::CurrencyUnknown,
        ),
        (
            Settings {
                business_name: "я".repeat(200_000),
                ..settings()
            },
            ErrorCode::TextTooLong,
        ),
    ] {
        let new = NewBook {
            path: &path,
            id,
            key: &key,
            recovery: &recovery,
            settings: change,
            demo: false,
        };
        assert_eq!(code(Book::create(new)), expected);
        assert!(!path.exists());
    }
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let mut book = TestBook::new();
    ClientBuilder::new("Анна").create(&book);
    let pages = |pragma: &str| {
        book.maintain(|conn| Ok(conn.query_row(pragma, [], |row| row.get::<_, i64>(0))?))
            .unwrap()
    };
    let full = pages("pragma page_count");
    pages(&format!("pragma max_page_count = {full}"));
    let big = ClientBuilder::new("Мария").notes(&"бележка ".repeat(8_000));
    let refused = crate::clients::add(&book, &Actor::owner(), big.0.clone());
    assert_eq!(code(refused), ErrorCode::DiskFull);
    book.assert_whole();
    // There is room again: the same book goes on without a restart, and after one.
    pages("pragma max_page_count = 1000000");
    big.create(&book);
    book.reopen();
    book.assert_whole();
    assert_eq!(book.check().unwrap().clients, 2);
}

#[test]
fn a_plan_that_was_made_serves_for_any_limit() {
    let book = TestBook::new();
    let made_anew = |conn: &rusqlite::Connection| {
        let mut statement = conn.prepare("select id from clients order by id limit ?1")?;
        for limit in 1..10 {
            statement.query_map([limit], |_| Ok(()))?.count();
        }
        Ok(statement.get_status(rusqlite::StatementStatus::RePrepare))
    };
    assert_eq!(book.read(made_anew).unwrap(), 0);
    let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
    assert_eq!(book.write(step, |w| made_anew(w.conn())).unwrap().value, 0);
}
