//! What is found, by what, and in which order.

mod alphabets;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clientele_model::ClientDraft;

use super::*;
use crate::testing::{ClientBuilder, TestBook, forget_index, log_call};
use crate::workspace::{Actor, NewStep, StepLabel};

fn salon() -> TestBook {
    let book = TestBook::new();
    ClientBuilder::new("Мария Иванова")
        .phone("0888 123 456")
        .email("maria@example.com")
        .create(&book);
    ClientBuilder::new("Иван Петров")
        .phone("+7 916 555-44-33")
        .notes("алергия към амоняк")
        .create(&book);
    ClientBuilder::new("Алёна Ковалёва")
        .other_name("Стоянова")
        .create(&book);
    ClientBuilder::company("Ателие Диванов ООД")
        .phone("02 987 65 43")
        .create(&book);
    ClientBuilder::new("Zoë Müller").tag("50% off_").create(&book);
    book
}

/// Loads the index of a book into memory.
fn load(book: &TestBook) {
    assert!(super::load(book, &|| true).unwrap());
    assert!(book.search_memory().is_ready());
}

/// What is found; the same, whether the documents are gone through, the memory is asked, or people wait to be indexed
/// (of more equals than are told, others).
fn found(book: &TestBook, query: &str) -> Vec<String> {
    let hits = || search(book, query, 10, "BG").unwrap();
    book.search_memory().forget();
    let indexed = hits();
    load(book);
    assert_eq!(hits(), indexed, "{query:?}, from memory");
    let all = crate::workspace::store::row_ids;
    book.take_in(|arrivals| {
        let all = all(arrivals.conn(), &clients::CLIENTS)?;
        let all = clients::derive_put(arrivals.conn(), &all.into_iter().collect())?;
        index_later(arrivals.conn(), all)
    })
    .unwrap();
    let alike = |hit: &SearchHit| (hit.matched_in, hit.excerpt.clone());
    let alike = |hits: &[SearchHit]| hits.iter().map(alike).collect::<Vec<_>>();
    assert_eq!(alike(&hits()), alike(&indexed), "{query:?}, found by looking");
    assert_eq!(hits().first(), indexed.first(), "{query:?}, found by looking");
    while catch_up(book).unwrap() {}
    assert_eq!(hits(), indexed, "{query:?}, indexed anew");
    book.search_memory().forget();
    assert_eq!(hits(), indexed, "{query:?}, indexed anew, by going through");
    indexed.into_iter().map(|hit| hit.name).collect()
}

#[test]
fn any_part_of_any_word_in_both_alphabets() {
    let book = salon();
    for (query, expected) in [
        ("ИВАН", vec!["Иван Петров", "Мария Иванова", "Ателие Диванов ООД"]),
        ("ванов", vec!["Ателие Диванов ООД", "Мария Иванова"]),
        ("мар ива", vec!["Мария Иванова"]),
        ("иванова мария", vec!["Мария Иванова"]),
        ("ковалева", vec!["Алёна Ковалёва"]),
        ("КОВАЛЁВ", vec!["Алёна Ковалёва"]),
        ("стоян", vec!["Алёна Ковалёва"]),
        ("muller", vec!["Zoë Müller"]),
        ("Zo", vec!["Zoë Müller"]),
        ("з", vec![]),
        ("амоняк", vec!["Иван Петров"]),
        ("EXAMPLE.com", vec!["Мария Иванова"]),
        ("50% off_", vec!["Zoë Müller"]),
        ("мария петров", vec![]),
        ("", vec![]),
        ("   ", vec![]),
        ("\" OR name MATCH \"", vec![]),
        ("иван*", vec![]),
    ] {
        assert_eq!(found(&book, query), expected, "{query:?}");
    }
}

#[test]
fn phones_by_any_run_of_digits() {
    let book = salon();
    for (query, expected) in [
        ("3456", vec!["Мария Иванова"]),
        ("4433", vec!["Иван Петров"]),
        ("88", vec!["Мария Иванова"]),
        ("+359 888 123-456", vec!["Мария Иванова"]),
        ("0888123456", vec!["Мария Иванова"]),
        ("(916) 555", vec!["Иван Петров"]),
        ("9876543", vec!["Ателие Диванов ООД"]),
        ("00000", vec![]),
    ] {
        assert_eq!(found(&book, query), expected, "{query:?}");
    }
    let hit = search(&book, "3456", 1, "BG").unwrap().remove(0);
    assert_eq!(
        (hit.matched_in, hit.phone.as_str()),
        (MatchedIn::Phone, "088 812 3456")
    );
}

#[test]
fn the_last_four_digits_come_first_and_the_lately_seen_before_others() {
    let book = TestBook::new();
    let in_the_middle = ClientBuilder::new("Среда").phone("0812 345 678").create(&book);
    let at_the_end = ClientBuilder::new("Край").phone("0888 812 345").create(&book);
    log_call(&book, in_the_middle, "x", 100);
    assert_eq!(found(&book, "2345"), ["Край", "Среда"]);
    let later = ClientBuilder::new("Края").phone("0899 012 345").create(&book);
    log_call(&book, later, "x", 200);
    assert_eq!(found(&book, "2345"), ["Края", "Край", "Среда"]);
    // The one who is called so, then the one who is called nearly so.
    assert_eq!(found(&book, "край"), ["Край", "Края"]);
    let _ = at_the_end;
}

#[test]
fn a_match_says_where_it_was_found() {
    let book = salon();
    for (query, place, excerpt) in [
        ("мария", MatchedIn::Name, ""),
        ("maria@", MatchedIn::Email, "maria@example.com"),
        ("диванов", MatchedIn::Company, "Ателие Диванов ООД"),
        ("амон", MatchedIn::Note, "алергия към амоняк"),
        ("off_", MatchedIn::Tag, "50% off_"),
    ] {
        let hit = search(&book, query, 1, "BG").unwrap().remove(0);
        assert_eq!(
            (hit.matched_in, hit.excerpt.as_str()),
            (place, excerpt),
            "{query:?}"
        );
    }
    let far = format!("{}търсено{}", "дума ".repeat(100), " край".repeat(100));
    ClientBuilder::new("Дълга").notes(&far).create(&book);
    let hit = search(&book, "търсено", 1, "BG").unwrap().remove(0);
    assert!(
        hit.excerpt.contains("търсено") && hit.excerpt.chars().count() < 100,
        "{}",
        hit.excerpt
    );
}

#[test]
fn who_lies_in_the_trash_is_not_found_until_restored() {
    let book = salon();
    let id = search(&book, "мария", 1, "BG").unwrap()[0].id;
    clients::trash(&book, &Actor::owner(), &[id]).unwrap();
    assert!(found(&book, "мария").is_empty());
    clients::restore(&book, &Actor::owner(), &[id]).unwrap();
    assert_eq!(found(&book, "мария"), ["Мария Иванова"]);
    book.assert_whole();
}

#[test]
fn a_common_word_in_notes_does_not_hide_the_name() {
    let book = TestBook::new();
    for i in 0..1_200 {
        ClientBuilder::new(&format!("Клиент {i}"))
            .notes("познава Роза")
            .create(&book);
    }
    ClientBuilder::new("Роза Тодорова").create(&book);
    assert_eq!(found(&book, "роза")[0], "Роза Тодорова");
}

#[test]
fn many_that_come_at_once_are_found_before_the_index_knows_them() {
    let (mut log, a, b) = crate::head_office::tests::two();
    let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
    let ids: Vec<ClientId> = (0..60).map(|_| ClientId::new()).collect();
    a.write(step, |w| {
        for (n, id) in ids.iter().enumerate() {
            let draft = ClientDraft {
                given_name: format!("Анна{n:02}"),
                notes: "чай".into(),
                ..ClientDraft::default()
            };
            clients::add_checked(w, *id, &draft)?;
        }
        Ok(())
    })
    .unwrap();
    // Nameless, known by a phone alone, with a contact: what a list shows of them is right at once.
    let nameless = ClientBuilder::new("").phone("0888 123 456").create(&a);
    log_call(&a, nameless, "x", 5);
    log.sync(&[&a, &b]);
    let waiting = |book: &TestBook| -> i64 {
        book.maintain(|conn| Ok(conn.query_row("select count(*) from search_due", [], |row| row.get(0))?))
            .unwrap()
    };
    let found = |what: &str| search(&b, what, 100, "BG").unwrap().len();
    assert_eq!(waiting(&b), 61);
    assert_eq!(
        (found("анна"), found("анна07"), found("ча"), found("123456")),
        (60, 1, 60, 1)
    );
    let shown = b.read(|conn| clients::card(conn, nameless)).unwrap();
    assert_eq!((shown.name.as_str(), shown.contacts), ("0888 123 456", 1));

    // Some are edited, thrown away and erased meanwhile.
    let renamed = ClientDraft {
        given_name: "Борис".into(),
        ..b.read(|conn| clients::load(conn, ids[0])).unwrap()
    };
    let base = b.read(|conn| clients::load(conn, ids[0])).unwrap();
    clients::change(&b, &Actor::owner(), ids[0], &base, renamed).unwrap();
    clients::trash(&b, &Actor::owner(), &[ids[1], ids[2]]).unwrap();
    clients::erase(&b, &Actor::owner(), &[ids[2]]).unwrap();
    b.assert_whole();
    assert_eq!((found("анна"), found("борис"), waiting(&b)), (57, 1, 60));
    while catch_up(&b).unwrap() {}
    b.assert_whole();
    assert_eq!((found("анна"), found("борис"), waiting(&b)), (57, 1, 0));
    log.sync(&[&a, &b]);
}

/// Many clients of whom the index knows nothing yet, as at a first pull.
fn many_that_wait(many: u32) -> TestBook {
    let book = TestBook::new();
    let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
    book.write(step, |w| {
        for n in 0..many {
            let draft = ClientDraft {
                given_name: format!("Мария{n:06}"),
                family_name: "Иванова".into(),
                notes: format!("обича чай {n:06}"),
                phones: vec![clientele_model::Phone {
                    typed: format!("+359 888 {n:06}"),
                    ..Default::default()
                }],
                ..ClientDraft::default()
            };
            clients::add_checked(w, ClientId::new(), &draft)?;
        }
        Ok(())
    })
    .unwrap();
    forget_index(&book).unwrap();
    book
}

#[test]
fn behind_those_that_are_looked_at_people_are_found_by_name_and_number() {
    let book = many_that_wait(1_000);
    let names = |what: &str| -> Vec<String> {
        let hits = search(&book, what, 100, "BG").unwrap();
        hits.into_iter().map(|hit| hit.name).collect()
    };
    // The newest by anything, the others by what people are asked for at the counter.
    assert_eq!(names("чай 000999"), ["Мария000999 Иванова"]);
    assert_eq!(names("мария000003"), ["Мария000003 Иванова"]);
    assert_eq!(names("иван 000003"), ["Мария000003 Иванова"]);
    assert_eq!(names("888000003"), ["Мария000003 Иванова"]);
    assert_eq!(names("чай 000003"), Vec::<String>::new());
    assert_eq!(names("иванова").len(), 100);
    // The rounds begin with those behind.
    assert!(catch_up(&book).unwrap());
    assert_eq!(names("чай 000003"), ["Мария000003 Иванова"]);
    while catch_up(&book).unwrap() {}
    assert_eq!(names("чай 000003"), ["Мария000003 Иванова"]);
    book.assert_whole();
}

#[test]
fn what_the_index_knew_before_a_card_changed_is_not_told() {
    let book = many_that_wait(1_000);
    while catch_up(&book).unwrap() {}
    let found = |what: &str| search(&book, what, 100, "BG").unwrap().len();
    let first = search(&book, "мария000003", 1, "BG").unwrap()[0].id;
    // Changed far away, with many others.
    book.take_in(|arrivals| {
        let conn = arrivals.conn();
        conn.execute(
            "update clients set notes = 'обича кафе' where id = ?1",
            [first.as_bytes()],
        )?;
        let all = crate::workspace::store::row_ids(conn, &clients::CLIENTS)?;
        index_later(conn, clients::derive_put(conn, &all.into_iter().collect())?)
    })
    .unwrap();
    assert_eq!((found("чай 000003"), found("чай 000004")), (0, 1));
    // A name that the index knows, of somebody behind: once, not twice.
    assert_eq!((found("мария000003"), found("мария000999")), (1, 1));
}

#[test]
fn a_key_press_reads_a_bounded_number_of_cards_however_many_wait() {
    // Counted are the steps of SQLite's machine: a clock would tell of the machine's other work.
    let steps = |many: u32| -> u64 {
        let book = many_that_wait(many);
        let mut conn = crate::book::open_reader(&book.file(), &book.key).unwrap();
        let count = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&count);
        let counted = move || {
            counter.fetch_add(1, Ordering::SeqCst);
            false
        };
        conn.progress_handler(100, Some(counted)).unwrap();
        // Still further behind people are found by how a list sorts them.
        let found = |what: &str| search(&book, what, 8, "BG").unwrap().len();
        let by_name = [
            "иванова мария000003",
            "мария000003 ива",
            "мария000003",
            "888000003",
        ];
        assert_eq!(by_name.map(found), [1, 1, 0, 0]);
        let of = |what: &str| {
            count.store(0, Ordering::SeqCst);
            store::waiting_candidates(&conn, &Query::new(what), None).unwrap();
            count.load(Ordering::SeqCst)
        };
        let most = ["чай", "иванова", "мария000", "888", "нт", "иванова мария 000"].map(of);
        most.into_iter().max().unwrap()
    };
    let (few, more) = (steps(11_000), steps(16_500));
    assert!(
        few > 0 && more <= few + few / 10,
        "half as many more wait, and a key press takes {more} instead of {few}"
    );
}
