//! The book as a file: encrypted, held by one program, never lost to a wrong key.

use clientele_model::ErrorCode;
use sha2::{Digest, Sha256};

use super::*;
use crate::testing::{ClientBuilder, TestBook, settings};

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
    let key = BookKey::random();
    let new = || NewBook {
        path: &path,
        id: BookId::random(),
        key: &key,
        settings: settings(),
        demo: false,
    };
    assert_eq!(code(Book::create(new())), ErrorCode::BookExists);
    assert_eq!(std::fs::read(&path).unwrap(), b"somebody's file");
    std::fs::remove_file(&path).unwrap();
    // What a power cut left of a book half made is not in the way.
    std::fs::write(beside(&path, "making"), "half").unwrap();
    assert_eq!(Book::create(new()).unwrap().id().0, book_id(&path).unwrap().0);
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
    let key = BookKey::random();
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
            id: BookId::random(),
            key: &key,
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
