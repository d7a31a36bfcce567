//! Import: what the dry run says is what is done, in one step.

use clientele_formats::{Format, Parsed, Record};
use clientele_model::{ClientDraft, ErrorCode};

use super::*;
use crate::testing::{ClientBuilder, TestBook};

pub(super) fn file(cards: Vec<ClientBuilder>) -> Parsed {
    let records = (2..)
        .zip(cards)
        .map(|(line, card)| Record { line, draft: card.0 })
        .collect();
    Parsed {
        format: Format::Csv,
        source: None,
        table: None,
        records,
        refused: Vec::new(),
    }
}

pub(super) fn go_on(_: u64, _: u64) -> ControlFlow<()> {
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

pub(super) fn all(book: &TestBook) -> Vec<ClientDraft> {
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
    let mut card = ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .notes("стара бележка");
    card.0.source = "от сестра си".into();
    card.create(&book);
    let mut other = ClientBuilder::new("ИВАНОВА Анна")
        .phone("0888123456")
        .phone("0899 111 222")
        .notes("бележка")
        .birthday(Some(1985), 3, 7);
    other.0.patronymic = "Петрова".into();
    other.0.source = "Инстаграм".into();
    other.0.card_number = "17".into();
    for _ in 0..2 {
        import(&book, vec![other.clone()]);
        let anna = &all(&book)[0];
        assert_eq!(all(&book).len(), 1);
        assert_eq!(
            (&*anna.given_name, &*anna.patronymic, &*anna.family_name),
            ("Анна", "Петрова", "Иванова")
        );
        assert_eq!((&*anna.source, &*anna.card_number), ("от сестра си", "17"));
        assert_eq!((anna.phones.len(), anna.birthday), (2, other.0.birthday));
        assert_eq!(anna.notes, "стара бележка\nбележка");
        assert!(anna.other_names.is_empty());
    }
}

/// Names of who is in the book, by name.
pub(super) fn names(book: &TestBook) -> Vec<String> {
    let mut names: Vec<String> = all(book).iter().map(ClientDraft::display_name).collect();
    names.sort();
    names
}

#[test]
fn another_name_on_the_same_phone_is_another_client() {
    let office = |name: &str| {
        ClientBuilder::new(name)
            .phone("02 987 65 43")
            .email("office@example.com")
    };
    // Names inside of names, a diminutive, one of the family.
    let people = [
        "Иван",
        "Иванка",
        "Ана",
        "Диана",
        "Ян Петров",
        "Яна Петрова",
        "Анна Иванова",
        "Ани Иванова",
        "Петрова-Иванова",
    ];
    let mut sorted = people.map(str::to_owned).to_vec();
    sorted.sort();
    for first in [0, 4, 7] {
        let mut cards: Vec<_> = people.iter().map(|name| office(name)).collect();
        cards.rotate_left(first);
        let empty = TestBook::new();
        assert_eq!(import(&empty, cards.clone()).value.created, 9);
        assert_eq!(names(&empty), sorted);
        let again = import(&empty, cards.clone());
        assert_eq!((again.value.matched, again.step), (9, None));

        let full = TestBook::new();
        office(people[4]).create(&full);
        office(people[0]).create(&full);
        let written = import(&full, cards).value;
        assert_eq!((written.created, written.matched), (7, 2));
        assert_eq!(names(&full), sorted);
        assert!(all(&full).iter().all(|c| c.other_names.is_empty()));
    }
}

fn in_one_field(name: &str) -> ClientBuilder {
    let mut card = ClientBuilder::default();
    card.0.given_name = name.into();
    card
}

#[test]
fn odd_characters_make_no_two_names_one() {
    let book = TestBook::new();
    let odd = ["=1+1", "ред 1 ред 2", "🌸", "🌹", "???", "1+2"];
    let cards = || {
        odd.iter()
            .map(|name| in_one_field(name).phone("0888 123 456"))
            .collect()
    };
    assert_eq!(import(&book, cards()).value.created, 6);
    assert_eq!(import(&book, cards()).step, None);
    // The same name all the same: commas, quotes and brackets stand around words.
    let anna = |name: &str| in_one_field(name).phone("0899 111 222");
    let cards = ["Иванова,Анна", "„Анна“ (Иванова)", "Анна И\u{200B}ванова"].map(anna);
    assert_eq!(import(&book, cards.to_vec()).value.created, 1);
}

#[test]
fn a_company_is_not_the_person_on_its_phone() {
    let book = TestBook::new();
    let phone = "02 987 65 43";
    let cards = || {
        vec![
            ClientBuilder::company("Роза ООД").phone(phone),
            ClientBuilder::new("Роза").phone(phone),
            ClientBuilder::company("РОЗА").phone(phone).notes("фактура"),
            ClientBuilder::company("Розан ООД").phone(phone),
        ]
    };
    let written = import(&book, cards()).value;
    assert_eq!((written.created, written.matched), (3, 1));
    assert_eq!(names(&book), ["Роза", "Роза ООД", "Розан ООД"]);
    assert_eq!(import(&book, cards()).step, None);
}

#[test]
fn who_has_no_name_gets_one_and_gives_none() {
    let book = TestBook::new();
    let nobody = || ClientBuilder::default().phone("0888 123 456");
    nobody().notes("пита за цени").create(&book);
    let written = import(
        &book,
        vec![
            ClientBuilder::new("Анна Иванова").phone("0888123456"),
            nobody().email("a@example.com"),
            ClientBuilder::new("Борис").phone("0888123456"),
        ],
    );
    assert_eq!((written.value.created, written.value.matched), (1, 2));
    assert_eq!(names(&book), ["Анна Иванова", "Борис"]);
    let all = all(&book);
    let anna = all.iter().find(|c| c.given_name == "Анна").unwrap();
    assert_eq!((anna.notes.as_str(), anna.emails.len()), ("пита за цени", 1));
    assert!(all.iter().all(|c| c.other_names.is_empty()));
}

#[test]
fn people_without_a_name_are_told_apart_by_what_they_have_instead() {
    let book = TestBook::new();
    let phone = "02 987 65 43";
    let works_at = |company: &str| {
        let mut card = ClientBuilder::default().phone(phone);
        card.0.company_name = company.into();
        card
    };
    let known_as = |name: &str| ClientBuilder::default().other_name(name).phone(phone);
    let cards = || vec![works_at("Роза"), works_at("Лале"), works_at("Роза")];
    assert_eq!(import(&book, cards()).value.created, 2);
    // Nothing speaks against it that each of the two is one of these.
    let cards = || vec![known_as("Ани"), known_as("Боби"), known_as("Вики")];
    assert_eq!(import(&book, cards()).value.created, 1);
    assert_eq!(names(&book), ["Вики", "Лале", "Роза"]);
    assert!(all(&book).iter().all(|c| c.other_names.len() == 1));
    assert_eq!(import(&book, cards()).step, None);
}

#[test]
fn a_longer_name_completes_a_shorter_one_in_whichever_field_it_stands() {
    for (typed, split, given) in [
        ("Иван", ("Иван Петров", ""), "Иван Петров"),
        ("Иван", ("Иван", "Петров"), "Иван"),
        ("Иван Петров", ("Иван Петров", ""), "Иван"),
        ("Иван Петров", ("ПЕТРОВ", "ИВАН"), "Иван"),
    ] {
        let book = TestBook::new();
        ClientBuilder::new(typed).phone("0888123456").create(&book);
        let mut other = ClientBuilder::default().phone("0888123456");
        (other.0.given_name, other.0.family_name) = (split.0.into(), split.1.into());
        // Who has grown is told from a namesake.
        let namesake = ClientBuilder::new("Иван Георгиев").phone("0888123456");
        assert_eq!(import(&book, vec![other, namesake]).value.created, 1);
        assert_eq!(
            names(&book),
            ["Иван Георгиев", "Иван Петров"],
            "{typed} {split:?}"
        );
        assert!(
            all(&book).iter().any(|c| c.given_name == given),
            "{typed} {split:?}"
        );
    }
}

#[test]
fn the_numbers_of_who_was_completed_lead_to_the_same_client() {
    for in_book in [true, false] {
        let book = TestBook::new();
        let first = ClientBuilder::new("Анна Иванова").phone("0888 123 456");
        let mut cards = Vec::new();
        if in_book {
            first.create(&book);
        } else {
            cards.push(first);
        }
        cards.extend([
            ClientBuilder::new("Анна Иванова")
                .phone("0888 123 456")
                .phone("0899 111 222"),
            ClientBuilder::new("Анна Иванова")
                .phone("0899 111 222")
                .email("a@example.com"),
            ClientBuilder::new("Анна").email("A@example.com").notes("край"),
        ]);
        import(&book, cards);
        let all = all(&book);
        assert_eq!(all.len(), 1, "in the book: {in_book}");
        assert_eq!((all[0].phones.len(), all[0].emails.len()), (2, 1));
        assert_eq!(all[0].notes, "край");
    }
}

#[test]
fn fillers_are_nobodys_number() {
    let book = TestBook::new();
    for filler in ["000", "123", "1-2-3-4"] {
        ClientBuilder::new("Мария").phone(filler).create(&book);
        let cards = vec![ClientBuilder::new("Мария").phone(filler); 2];
        assert_eq!(import(&book, cards).value.created, 2, "{filler}");
    }
    ClientBuilder::new("Мария").phone("12345").create(&book);
    let cards = vec![ClientBuilder::new("Мария").phone("12345")];
    assert_eq!(import(&book, cards).value.matched, 1);
}

#[test]
fn who_would_get_too_full_is_refused_beforehand() {
    let note = |i: usize| format!("{i} {}", "x".repeat(100 * 1024));
    let anna = |i: usize| ClientBuilder::new("Анна").phone("0888 123 456").notes(&note(i));
    for in_book in [true, false] {
        let book = TestBook::new();
        let mut cards: Vec<_> = (1..=4).map(anna).collect();
        if in_book {
            cards.remove(0).create(&book);
        }
        cards.push(ClientBuilder::new("Борис"));
        cards.push(ClientBuilder::new("Анна").phone("0888 123 456").tag("нов"));
        // Lines are counted from 2.
        let lines = if in_book { [3, 4] } else { [4, 5] };
        let dry = plan(&book, cards.clone());
        let refused: Vec<_> = dry.refused.iter().map(|r| (r.line, r.refusal.code)).collect();
        assert_eq!(refused, lines.map(|line| (line, ErrorCode::TextTooLong)));
        let written = import(&book, cards).value;
        assert_eq!((dry.created(), dry.matched()), (written.created, written.matched));
        assert_eq!(written.refused_total, 2);
        let all = all(&book);
        assert_eq!(all.len(), 2);
        let anna = all.iter().find(|c| c.given_name == "Анна").unwrap();
        assert_eq!((anna.notes.len(), anna.tags.len()), (2 * note(1).len() + 1, 1));
    }
    let book = TestBook::new();
    let cards = (0..120)
        .map(|i| {
            ClientBuilder::new("Анна")
                .email("a@example.com")
                .tag(&format!("{i}"))
        })
        .collect();
    let written = import(&book, cards).value;
    assert_eq!(
        (written.created, written.matched, written.refused_total),
        (1, 99, 20)
    );
    assert_eq!(written.refused[0].refusal.code, ErrorCode::TooMany);
}

fn changes(book: &TestBook) -> i64 {
    book.read(|conn| Ok(conn.query_row("select count(*) from changes", [], |row| row.get(0))?))
        .unwrap()
}

#[test]
fn a_client_is_written_once_however_often_the_file_names_it() {
    let cards = || {
        (0..1200)
            .map(|i| {
                ClientBuilder::new("Анна Иванова")
                    .phone("0888 123 456")
                    .notes(&format!("{i:04} {}", "x".repeat(75)))
            })
            .collect()
    };
    let book = TestBook::new();
    let before = changes(&book);
    let written = import(&book, cards()).value;
    assert_eq!((written.created, written.matched), (1, 1199));
    // The client, the phone, the step.
    assert_eq!(changes(&book) - before, 3);
    assert_eq!(all(&book)[0].notes.lines().count(), 1200);

    let book = TestBook::new();
    ClientBuilder::new("Анна").phone("0888 123 456").create(&book);
    let before = changes(&book);
    assert_eq!(import(&book, cards()).value.matched, 1200);
    // The client's name and notes, the step.
    assert_eq!(changes(&book) - before, 2);
    assert_eq!(all(&book)[0].notes.lines().count(), 1200);
    assert_eq!(import(&book, cards()).step, None);
}

#[test]
fn a_plan_meets_a_book_that_has_changed_since() {
    let by = Actor::owner();
    let book = TestBook::new();
    let card = |name: &str, phone: &str| ClientBuilder::new(name).phone(phone);
    let trashed = card("Анна", "0888 111 111").notes("тайна").create(&book);
    let erased = card("Борис", "0888 222 222").create(&book);
    let changed = card("Вера", "0888 333 333").create(&book);
    let cards = vec![
        card("Анна", "0888 111 111"),
        card("Анна", "0888 111 111").email("anna@example.com"),
        card("Борис", "0888 222 222"),
        card("Вера", "0888 333 333").notes("от файла"),
    ];
    let plan = plan(&book, cards);
    assert_eq!((plan.created(), plan.matched()), (0, 4));
    clients::trash(&book, &by, &[trashed, erased]).unwrap();
    clients::erase(&book, &by, &[erased]).unwrap();
    let before = book.read(|conn| clients::load(conn, changed)).unwrap();
    let mut after = before.clone();
    after.notes = "от рецепцията".into();
    clients::change(&book, &by, changed, &before, after).unwrap();

    let written = run(&book, &by, "клиенти.csv", &plan, &mut go_on).unwrap();
    assert_eq!((written.value.created, written.value.matched), (2, 2));
    assert_eq!(written.step.unwrap().params["count"], "2");
    assert_eq!(names(&book), ["Анна", "Борис", "Вера"]);
    let all = all(&book);
    let of = |name: &str| all.iter().find(|c| c.given_name == name).unwrap();
    assert_eq!((of("Анна").notes.as_str(), of("Анна").emails.len()), ("", 1));
    assert_eq!(of("Вера").notes, "от рецепцията\nот файла");
    let in_trash = book.read(|conn| clients::load(conn, trashed)).unwrap();
    assert_eq!((in_trash.notes.as_str(), in_trash.emails.len()), ("тайна", 0));
    book.assert_whole();
}

#[test]
fn the_history_keeps_no_name_of_a_file_that_names_a_person() {
    let penelope = || ClientBuilder::new("Пенелопа Кръстева").phone("0888 123 456");
    let boris = || ClientBuilder::new("Борис").phone("0899 111 222");
    for (file_name, cards, kept) in [
        ("Пенелопа Кръстева.vcf", vec![penelope()], false),
        ("контакт.vcf", vec![penelope(), penelope().notes("чай")], false),
        ("Кръстева_Пенелопа.vcf", vec![penelope(), boris()], false),
        ("Пенелопа и Ко.csv", vec![penelope(), boris()], true),
    ] {
        let book = TestBook::new();
        let plan = plan(&book, cards);
        let written = run(&book, &Actor::owner(), file_name, &plan, &mut go_on).unwrap();
        let params = written.step.unwrap().params;
        assert_eq!(params.get("file").map(String::as_str), kept.then_some(file_name));
    }
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

#[test]
fn initials_alone_make_no_two_people_one() {
    let book = TestBook::new();
    let row = |name: &str| ClientBuilder::new(name).phone("0888 123 456");
    let written = import(
        &book,
        vec![
            row("А Б"),
            row("А Б В"),
            row("Б А"),
            row("А Б Иванова"),
            row("Иванова А"),
        ],
    );
    // The third is the first again, the fifth the fourth.
    assert_eq!((written.value.created, written.value.matched), (3, 2));
}
