//! What follows a write; what is left of whom was erased; two threads.

mod answers;

use std::sync::atomic::{AtomicBool, Ordering};

use clientele_model::ClientId;

use super::*;
use crate::search::{load, refresh, search};
use crate::testing::{ClientBuilder, TestBook, log_call};
use crate::workspace::{Actor, NewStep, StepLabel};
use crate::{Error, clients};

fn found(book: &TestBook, what: &str) -> Vec<String> {
    let hits = search(book, what, 100, "BG").unwrap();
    hits.into_iter().map(|hit| hit.name).collect()
}

fn loaded() -> TestBook {
    let book = TestBook::new();
    assert!(load(&book, &|| true).unwrap());
    book
}

#[test]
fn the_index_follows_every_write_and_none_that_was_taken_back() {
    let book = loaded();
    let (by, memory) = (Actor::owner(), book.search_memory());
    let anna = ClientBuilder::new("Анна Иванова").create(&book);
    assert_eq!(found(&book, "иванова"), ["Анна Иванова"]);
    // A step that fails, after its clients were written.
    let step = NewStep::new(&by, StepLabel::Imported);
    let failed: Result<_, Error> = book.write(step, |w| {
        clients::add_checked(w, ClientId::new(), &ClientBuilder::new("Борис Иванов").0)?;
        Err::<(), _>(clientele_model::ErrorCode::ImportCancelled.into())
    });
    assert!(failed.is_err());
    assert_eq!(found(&book, "борис"), Vec::<String>::new());
    book.assert_whole();
    // Undone, redone, thrown away, brought back, seen: from what was loaded, and from what changed since.
    for reload in [false, true] {
        if reload {
            assert!(load(&book, &|| true).unwrap());
        }
        book.undo(&by).unwrap();
        assert!(found(&book, "иванова").is_empty());
        book.redo(&by).unwrap();
        assert_eq!(found(&book, "иванова"), ["Анна Иванова"]);
        clients::trash(&book, &by, &[anna]).unwrap();
        assert!(found(&book, "иванова").is_empty());
        clients::restore(&book, &by, &[anna]).unwrap();
        assert_eq!(found(&book, "иванова"), ["Анна Иванова"]);
        let other = ClientBuilder::new("Ада Иванова").create(&book);
        assert_eq!(found(&book, "иванова"), ["Ада Иванова", "Анна Иванова"]);
        log_call(&book, anna, "x", 100);
        assert_eq!(found(&book, "иванова"), ["Анна Иванова", "Ада Иванова"]);
        book.assert_whole();
        book.undo(&by).unwrap();
        clients::trash(&book, &by, &[other]).unwrap();
        book.undo(&by).unwrap();
        book.undo(&by).unwrap();
        while book.read(clients::ids).unwrap() != [anna] {
            book.undo(&by).unwrap();
        }
        book.assert_whole();
        assert!(memory.is_ready());
    }
}

#[test]
fn much_that_changes_at_once_is_found_before_and_after_the_index_is_made_anew() {
    let book = loaded();
    let memory = book.search_memory();
    let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
    let many = u32::try_from(TOLD_MAX).unwrap() + 1;
    book.write(step, |w| {
        for n in 0..many {
            let name = format!("Мария{n:05} Иванова");
            clients::add_checked(w, ClientId::new(), &ClientBuilder::new(&name).0)?;
        }
        Ok(())
    })
    .unwrap();
    assert!(!memory.is_ready());
    assert_eq!(found(&book, "мария00007"), ["Мария00007 Иванова"]);
    memory.keep();
    while !refresh(&book, &|| true).unwrap() {}
    assert!(memory.is_ready());
    assert_eq!(
        found(&book, "mariya00007"),
        Vec::<String>::new(),
        "no word of letters alone"
    );
    assert_eq!(found(&book, "мария00007"), ["Мария00007 Иванова"]);
    book.assert_whole();
    // Some of them, one by one: when there are enough, it is made anew.
    assert!(!refresh(&book, &|| true).unwrap());
    let ids = book.read(clients::ids).unwrap();
    clients::trash(&book, &Actor::owner(), &ids[..=CHANGED_SOON]).unwrap();
    let begun = Instant::now();
    while !refresh(&book, &|| true).unwrap() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it is never made anew");
    }
    book.assert_whole();
    assert!(found(&book, "мария00007").is_empty());
    // Whoever is asked once does without.
    memory.forget();
    assert_eq!((memory.is_ready(), memory.size()), (false, 0));
    assert_eq!(found(&book, "мария02000"), ["Мария02000 Иванова"]);
}

#[test]
fn an_index_that_nobody_wants_any_more_is_not_made() {
    let book = TestBook::new();
    ClientBuilder::new("Анна Иванова").create(&book);
    assert!(!load(&book, &|| false).unwrap());
    assert!(!book.search_memory().is_ready());
    // A book that cannot be read gives none, and the next time it is read again.
    let failed = book.search_memory().make(|| Err::<Rows, _>("no"), &|| true);
    assert_eq!(failed, Err("no"));
    assert!(!book.search_memory().is_ready());
    assert!(load(&book, &|| true).unwrap());
    assert_eq!(found(&book, "anna"), ["Анна Иванова"]);
}

#[test]
fn what_is_changed_while_the_index_is_made_is_in_it() {
    let book = TestBook::new();
    let by = Actor::owner();
    let anna = ClientBuilder::new("Анна Иванова").create(&book);
    let lost = ClientBuilder::new("Пенелопа Странимирова").create(&book);
    clients::trash(&book, &by, &[lost]).unwrap();
    clients::restore(&book, &by, &[lost]).unwrap();
    let made = book.search_memory().make(
        || {
            let rows = book.read_apart(|conn| crate::search::store::rows(conn, &|| true))?;
            ClientBuilder::new("Борис Петров").create(&book);
            clients::trash(&book, &by, &[anna, lost])?;
            clients::erase(&book, &by, &[lost])?;
            Ok::<_, Error>(rows)
        },
        &|| true,
    );
    assert!(made.unwrap());
    assert_eq!(found(&book, "петров"), ["Борис Петров"]);
    assert!(found(&book, "иванова").is_empty());
    assert!(!holds(&book, "пенелопа"), "what was read of the erased");
    book.assert_whole();
    // So much that it cannot be followed: it is not made.
    let made = book.search_memory().make(
        || {
            book.search_memory().follow(Changes::Many);
            book.read_apart(|conn| crate::search::store::rows(conn, &|| true))
        },
        &|| true,
    );
    assert!(!made.unwrap());
    assert!(!book.search_memory().is_ready());
    assert_eq!(found(&book, "петров"), ["Борис Петров"]);
}

/// Do the words of the index, or of those who changed since, hold a text?
fn holds(book: &TestBook, text: &str) -> bool {
    let state = book.search_memory().look();
    let index = state.index.as_ref().unwrap();
    let sound = crate::search::sounds::of_written(text);
    let in_words = index.base.shelves.iter().any(|words| {
        [(&words.words, text), (&words.sounds, sound.as_str())]
            .iter()
            .any(|(lexicon, text)| (0..lexicon.texts.len()).any(|id| lexicon.texts.get(id).contains(text)))
    });
    in_words
        || index
            .changed
            .values()
            .flatten()
            .any(|entry| entry.text.contains(text))
}

/// Does any list say that words hold three letters?
fn has_gram(book: &TestBook, letters: &str) -> bool {
    let state = book.search_memory().look();
    let index = state.index.as_ref().unwrap();
    index.base.shelves.iter().any(|words| {
        let among = words.words.grams.holding(grams::Sort::Words, letters);
        among.words(&words.words.texts).next().is_some()
    })
}

#[test]
fn of_whom_was_erased_nothing_is_left() {
    let book = TestBook::new();
    let by = Actor::owner();
    let gone = ClientBuilder::new("Пенелопа Странимирова")
        .phone("0888 765 432")
        .email("penelopa@example.com")
        .notes("алергия към амоняк")
        .create(&book);
    let edited = ClientBuilder::new("Клеопатра Странимирова").create(&book);
    let stays = ClientBuilder::new("Мария Иванова").notes("алергия").create(&book);
    assert!(load(&book, &|| true).unwrap());
    // One bears another name since, which only the changes know; what she was called, only the index.
    let base = book.read(|conn| clients::load(conn, edited)).unwrap();
    let mut renamed = base.clone();
    renamed.given_name = "Хризантема".into();
    clients::change(&book, &by, edited, &base, renamed).unwrap();
    let words = [
        "пенелопа",
        "клеопатра",
        "хризантема",
        "странимирова",
        "888765432",
        "penelopa",
        "амоняк",
    ];
    assert!(words.iter().all(|word| holds(&book, word)));
    clients::trash(&book, &by, &[gone, edited]).unwrap();
    assert!(holds(&book, "пенелопа"), "in the trash nobody is forgotten yet");
    clients::erase(&book, &by, &[gone, edited]).unwrap();
    for word in words {
        assert!(!holds(&book, word), "{word}");
        assert!(found(&book, word).is_empty(), "{word}");
    }
    assert!(holds(&book, "алергия") && found(&book, "алергия") == ["Мария Иванова"]);
    let state = book.search_memory().look();
    let index = state.index.as_ref().unwrap();
    assert!(!index.base.ids.contains(&gone) && !index.base.ids.contains(&edited));
    drop(state);
    book.assert_whole();
    // Which letters stood in a row is told by the lists until the index is made anew: that is due at once.
    book.search_memory().keep();
    assert!(refresh(&book, &|| true).unwrap());
    assert!(!has_gram(&book, "хри") && !has_gram(&book, "нел") && has_gram(&book, "мар"));
    assert_eq!(
        book.search_memory().look().index.as_ref().unwrap().base.ids,
        [stays]
    );
    assert!(!refresh(&book, &|| true).unwrap());
    book.assert_whole();
}

#[test]
fn whoever_searches_sees_all_of_a_step_or_nothing() {
    const STEPS: usize = 60;
    let book = loaded();
    book.search_memory().keep();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (book, done) = (&book, &done);
        scope.spawn(move || {
            for n in 0..STEPS {
                // Three who are called alike, in one step; then they are renamed, in one step each time.
                let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
                book.write(step, |w| {
                    for _ in 0..3 {
                        clients::add_checked(
                            w,
                            ClientId::new(),
                            &ClientBuilder::new(&format!("Тройка{n:03} Общи")).0,
                        )?;
                    }
                    Ok(())
                })
                .unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        scope.spawn(move || {
            while !done.load(Ordering::SeqCst) {
                load(book, &|| true).unwrap();
            }
        });
        let mut seen = 0;
        while !done.load(Ordering::SeqCst) || seen < 3 * STEPS {
            let query = Query::new("общи");
            if let Some(found) = book.search_memory().ask(&query, None, 1_000) {
                assert!(found.len() % 3 == 0, "{} of threes", found.len());
                assert!(found.len() >= seen, "nobody goes");
                seen = found.len();
            }
            assert!(self::found(book, "тройка").len() >= seen.min(100));
        }
    });
    book.assert_whole();
}
