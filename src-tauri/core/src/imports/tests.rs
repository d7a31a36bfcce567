//! Import: what the dry run says is what is done, in one step.

use clientele_formats::{Format, Parsed, Record};
use clientele_model::{ClientDraft, ErrorCode};

use super::*;
use crate::testing::{ClientBuilder, TestBook};

fn file(cards: Vec<ClientBuilder>) -> Parsed {
    let records = (2..)
        .zip(cards)
        .map(|(line, card)| Record { line, draft: card.0 })
        .collect();
    Parsed {
        format: Format::Csv,
        table: None,
        records,
        refused: Vec::new(),
    }
}

fn go_on(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn plan(book: &TestBook, cards: Vec<ClientBuilder>) -> Plan {
    book.read(|conn| Plan::new(conn, file(cards), &mut go_on))
        .unwrap()
}

fn import(book: &TestBook, cards: Vec<ClientBuilder>) -> Written<ImportResult> {
    run(
        book,
        &Actor::owner(),
        "клиенти.csv",
        &plan(book, cards),
        &mut go_on,
    )
    .unwrap()
}

fn all(book: &TestBook) -> Vec<ClientDraft> {
    let ids = book.read(clients::ids).unwrap();
    ids.iter()
        .map(|id| book.read(|conn| clients::load(conn, *id)).unwrap())
        .collect()
}

#[test]
fn an_import_is_one_step_and_undone_as_one() {
    let book = TestBook::new();
    ClientBuilder::new("Анна Иванова")
        .phone("+359 888 123 456")
        .create(&book);
    let before = all(&book);
    let cards = vec![
        ClientBuilder::new("Анна Иванова")
            .phone("0888123456")
            .email("anna@example.com"),
        ClientBuilder::new("Борис").phone("0899 111 222"),
        ClientBuilder::default(),
    ];
    let dry = plan(&book, cards.clone());
    assert_eq!((dry.created(), dry.matched(), dry.refused.len()), (1, 1, 1));
    assert_eq!(
        (dry.refused[0].line, dry.refused[0].refusal.code),
        (4, ErrorCode::ClientEmpty)
    );
    assert_eq!(all(&book), before, "a dry run writes nothing");
    let written = import(&book, cards);
    assert_eq!(
        (
            written.value.created,
            written.value.matched,
            written.value.refused_total
        ),
        (1, 1, 1)
    );
    assert_eq!(written.step.unwrap().params["file"], "клиенти.csv");
    let anna = &all(&book)[1];
    assert_eq!(
        (anna.phones.len(), anna.emails[0].address.as_str()),
        (1, "anna@example.com")
    );
    book.undo(&Actor::owner()).unwrap();
    assert_eq!(all(&book), before);
    book.redo(&Actor::owner()).unwrap();
    assert_eq!(all(&book).len(), 2);
    book.assert_whole();
}

#[test]
fn importing_the_same_file_twice_changes_nothing() {
    let book = TestBook::new();
    let cards = || {
        vec![
            ClientBuilder::new("Мария Иванова")
                .phone("0888 1234 56")
                .notes("обича чай")
                .tag("нов"),
            ClientBuilder::new("Петър Иванов").phone("0888 123 456"),
        ]
    };
    let first = import(&book, cards());
    assert_eq!(first.value.created, 2, "a family shares a phone");
    let again = import(&book, cards());
    assert_eq!(
        (again.value.created, again.value.matched, again.step),
        (0, 2, None)
    );
    assert_eq!(all(&book).len(), 2);
}

#[test]
fn the_same_person_twice_in_a_file_is_one_client() {
    let book = TestBook::new();
    let written = import(
        &book,
        vec![
            ClientBuilder::new("Мария Иванова").phone("0888 123 456"),
            ClientBuilder::new("МАРИЯ ИВАНОВА")
                .phone("+359888123456")
                .email("m@example.com"),
        ],
    );
    assert_eq!((written.value.created, written.value.matched), (1, 1));
    let all = all(&book);
    assert_eq!(
        (all.len(), all[0].emails.len(), all[0].given_name.as_str()),
        (1, 1, "Мария")
    );
}

#[test]
fn completing_overwrites_nothing_and_loses_nothing() {
    let book = TestBook::new();
    ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .notes("стара бележка")
        .create(&book);
    let mut other = ClientBuilder::new("Ани")
        .phone("0888123456")
        .notes("нова бележка");
    other.0.source = "Инстаграм".into();
    import(&book, vec![other]);
    let anna = &all(&book)[0];
    assert_eq!(
        (anna.given_name.as_str(), anna.source.as_str()),
        ("Анна", "Инстаграм")
    );
    assert_eq!(anna.other_names[0].name, "Ани");
    assert_eq!(anna.notes, "стара бележка\nнова бележка");
}

#[test]
fn what_is_no_phone_and_no_address_goes_to_the_notes() {
    let book = TestBook::new();
    import(
        &book,
        vec![ClientBuilder::new("Анна").phone("няма").email("питай дъщерята")],
    );
    let anna = &all(&book)[0];
    assert_eq!(
        (anna.phones.len(), anna.emails.len(), anna.notes.as_str()),
        (0, 0, "няма\nпитай дъщерята")
    );
}

#[test]
fn a_cancelled_import_leaves_nothing() {
    let book = TestBook::new();
    let cards = (0..50)
        .map(|i| ClientBuilder::new(&format!("Клиент {i}")))
        .collect();
    let plan = plan(&book, cards);
    let mut stop = |done: u64, _| {
        if done == 30 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let error = run(&book, &Actor::owner(), "x.csv", &plan, &mut stop).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ImportCancelled);
    assert!(all(&book).is_empty());
    book.assert_whole();
}
