//! In the other alphabet, in spite of a slip, and in which order; of one branch.

use clientele_model::BranchId;

use super::*;

/// What is found, and where; the same from memory as by going through.
fn told(book: &TestBook, query: &str, sight: Sight) -> Vec<(String, MatchedIn, String)> {
    let hits = || search_of(book, query, 10, "BG", sight).unwrap();
    book.search_memory().forget();
    let found = hits();
    super::load(book);
    assert_eq!(hits(), found, "{query:?}, from memory");
    let told = found
        .into_iter()
        .map(|hit| (hit.name, hit.matched_in, hit.excerpt));
    told.collect()
}

fn names(book: &TestBook, query: &str) -> Vec<String> {
    let told = told(book, query, Sight::All).into_iter();
    told.map(|(name, _, _)| name).collect()
}

#[test]
fn the_other_alphabet_and_a_slip_come_after_what_was_typed() {
    let book = TestBook::new();
    for name in [
        "Мария Иванова",
        "Ivan Ivanov",
        "Мария Ивнаова",
        "Диана Ливанова",
        "Maria Petrova",
    ] {
        ClientBuilder::new(name).create(&book);
    }
    // As typed: its beginning before its inside; then as it sounds; then but for a slip.
    assert_eq!(
        names(&book, "иванов"),
        ["Мария Иванова", "Диана Ливанова", "Ivan Ivanov", "Мария Ивнаова"]
    );
    assert_eq!(
        names(&book, "ivanov"),
        ["Ivan Ivanov", "Мария Иванова", "Диана Ливанова"]
    );
    assert_eq!(names(&book, "ивнаова"), ["Мария Ивнаова", "Мария Иванова"]);
    assert_eq!(names(&book, "ivnaov"), ["Мария Ивнаова", "Ivan Ivanov"]);
    // Two words, each in its own way.
    assert_eq!(names(&book, "maria ivanova"), ["Мария Иванова"]);
    assert_eq!(names(&book, "мария petrova"), ["Maria Petrova"]);
    assert_eq!(names(&book, "mariya ива"), ["Мария Иванова"]);
    // Short words are sought as they are typed.
    assert_eq!(names(&book, "iv"), ["Ivan Ivanov"]);
    assert_eq!(
        names(&book, "ива"),
        ["Мария Иванова", "Диана Ливанова", "Ivan Ivanov"]
    );
    assert_eq!(
        names(&book, "ивна"),
        ["Мария Ивнаова"],
        "four letters are too few for a slip"
    );
    assert_eq!(
        names(&book, "пктрова"),
        Vec::<String>::new(),
        "a slip is one of the alphabet that was typed"
    );
    assert_eq!(names(&book, "pktrova"), ["Maria Petrova"]);
    // Written as it sounds, with a letter doubled, it is no slip.
    assert_eq!(names(&book, "петррова"), ["Maria Petrova"]);
    book.assert_whole();
}

#[test]
fn what_was_found_in_another_way_is_told_where_it_stands() {
    let book = TestBook::new();
    let far = format!("{}търси фризьорка Снежана", "дума ".repeat(40));
    ClientBuilder::new("Петър").notes(&far).create(&book);
    ClientBuilder::company("Ателие «Снежана»").create(&book);
    for (query, name, place) in [
        ("snezhana", "Ателие «Снежана»", MatchedIn::Company),
        ("снежнаа", "Ателие «Снежана»", MatchedIn::Company),
        ("frizyorka", "Петър", MatchedIn::Note),
        ("фризьрока", "Петър", MatchedIn::Note),
    ] {
        let told = told(&book, query, Sight::All);
        assert!(!told.is_empty(), "{query}");
        assert_eq!((told[0].0.as_str(), told[0].1), (name, place), "{query}");
        if place == MatchedIn::Note {
            assert!(
                told[0].2.contains("фризьорка") && told[0].2.chars().count() < 100,
                "{}",
                told[0].2
            );
        }
    }
}

#[test]
fn one_branch_sees_its_own() {
    let book = TestBook::new();
    let (north, south) = (BranchId::new(), BranchId::new());
    for n in 0..40 {
        ClientBuilder::new(&format!("Мария Иванова{}", "а".repeat(n % 4))).create(&book);
    }
    let ids = book.read(clients::ids).unwrap();
    book.take_in(|arrivals| {
        for (n, id) in ids.iter().enumerate() {
            let branch = if n % 10 == 0 { north } else { south };
            let conn = arrivals.conn();
            conn.execute(
                "update clients set branch = ?1 where id = ?2",
                [branch.as_bytes(), id.as_bytes()],
            )?;
        }
        arrivals.all_found_by_others();
        Ok(())
    })
    .unwrap();
    for query in ["м", "ма", "мария", "ivanova", "мария иванова", "ивоновa", "ванов"]
    {
        let all = told(&book, query, Sight::All).len();
        let of_north = told(&book, query, Sight::Of(north)).len();
        let nobody = told(&book, query, Sight::Of(BranchId::new())).len();
        let expected = if query == "ивоновa" {
            (0, 0, 0)
        } else {
            (10, 4, 0)
        };
        assert_eq!((all, of_north, nobody), expected, "{query}");
    }
    // Whoever comes since, and whoever was there.
    let new = ClientBuilder::new("Мария Нова").create(&book);
    assert_eq!(told(&book, "нова", Sight::Of(north)).len(), 4);
    let names = told(&book, "мария нова", Sight::All);
    assert_eq!(names[0].0, "Мария Нова");
    let _ = new;
    book.assert_whole();
}

#[test]
fn a_book_of_an_earlier_version_is_searched_as_before() {
    for first in [true, false] {
        let mut book = salon();
        if first {
            crate::testing::as_of_the_first_version(&book).unwrap();
        } else {
            crate::testing::as_of_the_second_version(&book).unwrap();
        }
        book.reopen();
        book.assert_whole();
        assert_eq!(names(&book, "ковалева"), ["Алёна Ковалёва"]);
        assert_eq!(names(&book, "стоян"), ["Алёна Ковалёва"]);
        assert_eq!(names(&book, "maria ivanova"), ["Мария Иванова"]);
        assert_eq!(names(&book, "4433"), ["Иван Петров"]);
        ClientBuilder::new("Нова Клиентка").create(&book);
        assert_eq!(names(&book, "нова клиентка"), ["Нова Клиентка"]);
        book.assert_whole();
    }
}

#[test]
fn the_self_check_holds_the_documents_against_the_cards_and_the_memory_against_them() {
    let book = salon();
    super::load(&book);
    book.assert_whole();
    let report = |sql: &str| {
        book.maintain(|conn| Ok(conn.execute_batch(sql)?)).unwrap();
        let report = book.check().unwrap();
        assert!(!report.ok, "{sql}");
        report.problems.join("\n")
    };
    let changed = report("update search_documents set text = replace(text, 'мария', 'ана')");
    assert!(
        changed.contains("its card says") && changed.contains("memory: client"),
        "{changed}"
    );
    let added = report("insert into search_documents (n, text) values (999, 'x')");
    assert!(added.contains("entries for"), "{added}");
    let gone = report("delete from search_documents");
    assert!(
        gone.contains("0 entries for 5 clients") && gone.contains("instead of 0"),
        "{gone}"
    );
}
