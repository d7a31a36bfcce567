//! Contact histories from a file: whom a row finds, what is refused, and that twice is once.

use std::ops::ControlFlow;

use clientele_formats::history::{HistoryEntry, HistoryKind};
use clientele_model::{ClientId, ErrorCode};

use super::{HistoryResult, Rows, run};
use crate::contacts::{self, ContactsList};
use crate::testing::{ClientBuilder, TestBook};
use crate::workspace::{Actor, Written};
use crate::{Result, clients};

fn entry(text: &str) -> HistoryEntry {
    HistoryEntry {
        day: (2024, 3, 31),
        seconds: Some(10 * 3600),
        kind: HistoryKind::Call,
        text: text.into(),
        staff: "Мария".into(),
        phones: Vec::new(),
        card_number: String::new(),
        emails: Vec::new(),
        name: String::new(),
    }
}

fn by_phone(text: &str, phone: &str) -> HistoryEntry {
    HistoryEntry {
        phones: vec![phone.into()],
        ..entry(text)
    }
}

fn named(entry: HistoryEntry, name: &str) -> HistoryEntry {
    HistoryEntry {
        name: name.into(),
        ..entry
    }
}

fn go_on(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn rows(entries: &[HistoryEntry]) -> Rows {
    (2..).zip(entries.iter().cloned().map(Ok)).collect()
}

fn import(book: &TestBook, entries: &[HistoryEntry]) -> Written<HistoryResult> {
    run(book, &Actor::owner(), rows(entries), &mut go_on).unwrap()
}

fn texts(book: &TestBook, client_id: ClientId) -> Vec<String> {
    let (before, limit) = (None, 500);
    let ask = ContactsList {
        client_id,
        before,
        limit,
    };
    let page = book.read(|conn| contacts::list(conn, &ask)).unwrap();
    let mut texts: Vec<_> = page.rows.into_iter().map(|row| row.text).collect();
    texts.sort();
    texts
}

/// The code of the refusal of the one row, or the client who got it.
fn outcome(book: &TestBook, entry: HistoryEntry) -> Result<ClientId, ErrorCode> {
    let planned = super::HistoryPlan::new;
    let plan = book
        .read(|conn| planned(conn, rows(&[entry]), &mut go_on))
        .unwrap();
    match (&plan.entries[..], &plan.refused[..]) {
        ([entry], []) => Ok(entry.client),
        ([], [refused]) => Err(refused.refusal.code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_row_finds_the_one_client_whom_it_means() {
    let book = TestBook::new();
    let shared = "0888 123 456";
    let anna = ClientBuilder::new("Анна Иванова")
        .phone(shared)
        .email("Anna@Example.com")
        .create(&book);
    let boris = ClientBuilder::new("Борис Иванов").phone(shared).create(&book);
    let mut card = ClientBuilder::new("Вера Колева").phone("0899 111 222");
    card.0.card_number = "000123".into();
    let vera = card.create(&book);
    let firm = ClientBuilder::company("Роза ООД")
        .phone("02 987 65 43")
        .create(&book);
    let namesakes = [
        ClientBuilder::new("Мария").create(&book),
        ClientBuilder::new("Мария").create(&book),
    ];
    let trashed = ClientBuilder::new("Гого").phone("0877 000 111").create(&book);
    clients::trash(&book, &Actor::owner(), &[trashed]).unwrap();

    // However it is written.
    for phone in ["0899111222", "+359 899 111 222", "00359899111222"] {
        assert_eq!(outcome(&book, by_phone("", phone)), Ok(vera), "{phone}");
    }
    let two = Err(ErrorCode::HistoryTwoClients);
    let none = Err(ErrorCode::HistoryNoClient);
    assert_eq!(outcome(&book, by_phone("", shared)), two);
    assert_eq!(
        outcome(&book, named(by_phone("", shared), "Иванова Анна")),
        Ok(anna)
    );
    assert_eq!(outcome(&book, named(by_phone("", shared), "Борис")), Ok(boris));
    assert_eq!(outcome(&book, named(by_phone("", shared), "Петър")), none);
    assert_eq!(
        outcome(&book, named(by_phone("", "029876543"), "РОЗА ООД")),
        Ok(firm)
    );
    assert_eq!(outcome(&book, by_phone("", "0877 000 111")), none, "the trash");
    assert_eq!(outcome(&book, by_phone("", "0866 000 000")), none);
    let with_card = |number: &str, mut entry: HistoryEntry| {
        entry.card_number = number.into();
        entry
    };
    assert_eq!(outcome(&book, with_card("000123", entry(""))), Ok(vera));
    assert_eq!(outcome(&book, with_card("000124", entry(""))), none);
    // A second sign narrows; one that contradicts the first means two.
    let with_email = |mut entry: HistoryEntry| {
        entry.emails = vec!["anna@example.com".into()];
        entry
    };
    assert_eq!(outcome(&book, with_email(entry(""))), Ok(anna));
    assert_eq!(outcome(&book, with_email(by_phone("", shared))), Ok(anna));
    assert_eq!(outcome(&book, with_email(with_card("000123", entry("")))), two);
    // By the name alone only where nothing else is told, and only by all of it.
    assert_eq!(outcome(&book, named(entry(""), "Колева, Вера")), Ok(vera));
    assert_eq!(outcome(&book, named(entry(""), "Вера")), none);
    assert_eq!(outcome(&book, named(entry(""), "мария")), two);
    assert_eq!(
        outcome(&book, named(by_phone("", "0866 000 000"), "Вера Колева")),
        none
    );
    let known = book
        .read(|conn| super::HistoryPlan::new(conn, rows(&[named(entry(""), "Мария")]), &mut go_on))
        .unwrap();
    assert_eq!(known.refused[0].refusal.params["names"], "Мария, Мария");
    clients::trash(&book, &Actor::owner(), &namesakes[..1]).unwrap();
    assert_eq!(outcome(&book, named(entry(""), "мария")), Ok(namesakes[1]));
}

#[test]
fn what_is_imported_twice_stands_there_once_and_is_undone_in_one_step() {
    let by = Actor::owner();
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").phone("0888 123 456").create(&book);
    let vera = ClientBuilder::new("Вера").phone("0899 111 222").create(&book);
    let mut later = by_phone("боя 7.1", "0888123456");
    later.seconds = None;
    let mut note = by_phone("боя 7.1", "0888123456");
    note.kind = HistoryKind::Note;
    let all = [
        by_phone("боя 7.1", "0888 123 456"),
        by_phone("  боя 7.1 ", "+359888123456"),
        later,
        note,
        by_phone("", "0899111222"),
        by_phone("никой", "0866 000 000"),
    ];
    let written = import(&book, &all);
    let step = written.step.clone().unwrap();
    assert_eq!(step.params["count"], "4");
    let done = written.value;
    assert_eq!(
        (done.added, done.clients, done.there, done.refused_total),
        (4, 2, 1, 1)
    );
    assert_eq!(
        (done.refused[0].line, done.refused[0].refusal.code),
        (7, ErrorCode::HistoryNoClient)
    );
    assert_eq!((texts(&book, anna).len(), texts(&book, vera).len()), (3, 1));

    let again = import(&book, &all);
    assert_eq!((again.value.added, again.value.there, again.step), (0, 5, None));
    book.undo(&by).unwrap();
    assert_eq!((texts(&book, anna).len(), texts(&book, vera).len()), (0, 0));
    // What lies in the trash is not there.
    assert_eq!(import(&book, &all).value.added, 4);
    book.assert_whole();
}

#[test]
fn the_entry_is_what_the_row_says() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").phone("0888 123 456").create(&book);
    import(&book, &[by_phone("=1+1", "0888123456")]);
    let (client_id, before, limit) = (anna, None, 5);
    let ask = ContactsList {
        client_id,
        before,
        limit,
    };
    let page = book.read(|conn| contacts::list(conn, &ask)).unwrap();
    let row = &page.rows[0];
    assert_eq!((row.staff.as_str(), row.text.as_str()), ("Мария", "=1+1"));
    assert_eq!(row.kind, contacts::ContactKind::Call);
    let local = row.at.to_utc().with_timezone(&chrono::Local);
    assert_eq!(local.format("%Y-%m-%d %H:%M").to_string(), "2024-03-31 10:00");
    // A day that no calendar has is refused, whoever says it.
    let mut never = by_phone("", "0888123456");
    never.day = (2024, 2, 30);
    assert_eq!(outcome(&book, never), Err(ErrorCode::HistoryNoDay));
}

#[test]
fn a_cancelled_import_of_contacts_leaves_nothing() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").phone("0888 123 456").create(&book);
    let all: Vec<_> = (0..40).map(|i| by_phone(&format!("{i}"), "0888123456")).collect();
    let mut asked = 0;
    let mut stop = |_, _| {
        asked += 1;
        if asked > 60 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let error = run(&book, &Actor::owner(), rows(&all), &mut stop).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ImportCancelled);
    assert!(texts(&book, anna).is_empty());
    book.assert_whole();
}
