//! A book in which many still wait for the search index: it opens at once, and the index follows.

use std::path::Path;
use std::time::{Duration, Instant};

use clientele_api::types::*;
use clientele_api::{Api, StartOptions};
use clientele_core::book::Book;
use clientele_core::keys::BookKey;
use clientele_core::search;
use clientele_core::testing::forget_index;
use clientele_tests::{Machine, create, state};

const KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";

/// Clients that the book has: more than are looked at, card by card, and than are indexed in one round.
const CLIENTS: u32 = 1200;

fn start(machine: &Machine, only_when_asked: bool) -> Api<Machine> {
    let start = StartOptions {
        key_file: Some(machine.path("key")),
        only_when_asked,
        ..StartOptions::default()
    };
    Api::new(machine.clone(), start)
}

fn open(path: &Path) -> Book {
    Book::open(path, &BookKey::from_hex(KEY).unwrap()).expect("the file is let go")
}

/// A closed book in which nobody is indexed.
fn waiting() -> Machine {
    let machine = Machine::new();
    std::fs::write(machine.path("key"), KEY).unwrap();
    let api = start(&machine, true);
    create(&api);
    api.demo_fill(CLIENTS, 7).unwrap();
    drop(api);
    let book = open(&machine.path("data/book.clientele"));
    forget_index(&book).unwrap();
    drop(book);
    // To open is not to wait for it.
    assert!(
        open(&machine.path("data/book.clientele"))
            .read(search::has_due)
            .unwrap()
    );
    machine
}

fn is_indexed(machine: &Machine) -> bool {
    let book = open(&machine.path("data/book.clientele"));
    assert!(book.check().unwrap().ok);
    !book.read(search::has_due).unwrap()
}

#[test]
fn the_window_opens_and_the_index_follows_behind_it() {
    let machine = waiting();
    let api = start(&machine, false);
    assert!(matches!(state(&api).book, BookState::Open { .. }));
    // Whoever writes meanwhile comes in between.
    api.undo_state(Nothing).unwrap();
    let ask = ClientSave {
        id: None,
        before: None,
        after: clientele_core::testing::ClientBuilder::new("Зинаида Новая").0,
    };
    api.client_save(ask).unwrap();
    let (query, limit) = ("зинаида новая".to_owned(), 10);
    assert_eq!(api.search(SearchAsk { query, limit }).unwrap().len(), 1);
    let began = Instant::now();
    loop {
        // Closed in the middle of it, the file is let go at once; opened again, it goes on.
        let opened = Instant::now();
        while opened.elapsed() < Duration::from_millis(300) {
            api.status(Nothing).unwrap();
            std::thread::sleep(Duration::from_millis(20));
        }
        api.book_close(Nothing).unwrap();
        if is_indexed(&machine) {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it never ends");
        machine
            .dialogs
            .lock()
            .unwrap()
            .push_back(machine.path("data/book.clientele"));
        api.book_choose(Nothing).unwrap();
    }
}

#[test]
fn without_a_background_the_index_is_brought_up_at_once() {
    let machine = waiting();
    let api = start(&machine, true);
    assert!(matches!(state(&api).book, BookState::Open { .. }));
    drop(api);
    assert!(is_indexed(&machine));
}
