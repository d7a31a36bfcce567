//! The index in memory against going through everything; what follows a write; what is left of whom was erased.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use clientele_model::text::fold;
use clientele_model::{ClientDraft, ClientId};

use super::*;
use crate::search::trial::{Trial, document, go_through};
use crate::search::{document as words, load, refresh, search};
use crate::testing::{ClientBuilder, Rng, TestBook, log_call};
use crate::workspace::{Actor, NewStep, StepLabel};
use crate::{Error, clients};

const CYRILLIC: &str = "абвгдежзийклмнопрстуфхцчшщъьюя";
const LATIN: &str = "abcdefghijklmnopqrstuvwxyz";

fn seed() -> u64 {
    let seed = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_micros() as u64;
    println!("seed {seed}");
    seed
}

fn letter(rng: &mut Rng, alphabet: &str) -> char {
    alphabet.chars().nth(rng.below(alphabet.chars().count())).unwrap()
}

/// A word of letters; of few different ones, so that words have much in common.
fn word(rng: &mut Rng, alphabet: &str, letters: usize) -> String {
    let few: String = alphabet.chars().step_by(4).collect();
    let from = if rng.below(3) > 0 { &few } else { alphabet };
    (0..letters).map(|_| letter(rng, from)).collect()
}

fn some_word(rng: &mut Rng) -> String {
    let alphabet = [CYRILLIC, LATIN][rng.below(2)];
    let letters = 1 + rng.below(8);
    let first = word(rng, alphabet, letters);
    match rng.below(8) {
        0 => format!("{first}-{}", word(rng, alphabet, 4)),
        1 => format!("«{first}»"),
        2 => format!("{first}'{}", word(rng, alphabet, 2)),
        _ => first,
    }
}

fn card(rng: &mut Rng) -> ClientDraft {
    let mut person = ClientBuilder::new(&format!("{} {}", some_word(rng), some_word(rng)));
    if rng.below(8) == 0 {
        person = ClientBuilder::company(&format!("{} {}", some_word(rng), some_word(rng)));
    }
    for _ in 0..rng.below(3) {
        person = person.phone(&format!("+359 88{} {:06}", rng.below(10), rng.below(40_000)));
    }
    if rng.below(2) == 0 {
        person = person.email(&format!("{}{}@example.com", word(rng, LATIN, 4), rng.below(30)));
    }
    if rng.below(2) == 0 {
        let notes: Vec<String> = (0..rng.below(6)).map(|_| some_word(rng)).collect();
        person = person.notes(&format!("{} {}", notes.join(" "), rng.below(100)));
    }
    person.0
}

/// What somebody types who has one of the documents in mind, or none.
fn question(rng: &mut Rng, texts: &[String]) -> String {
    let text = &texts[rng.below(texts.len())];
    let all: Vec<&str> = words::tokens(text).map(|(_, word)| word).collect();
    let mut asked = Vec::new();
    for _ in 0..1 + rng.below(3) {
        let letters: Vec<char> = match all.get(rng.below(all.len().max(1))) {
            Some(word) if rng.below(8) > 0 => word.chars().collect(),
            _ => some_word(rng).chars().collect(),
        };
        let from = if rng.below(2) == 0 {
            0
        } else {
            rng.below(letters.len())
        };
        let length = 1 + rng.below(letters.len() - from);
        let mut piece: Vec<char> = letters[from..from + length].to_vec();
        if rng.below(4) == 0 {
            slip(rng, &mut piece, CYRILLIC);
        }
        let piece: String = piece.into_iter().collect();
        asked.push(if rng.below(5) == 0 {
            in_latin(&piece)
        } else {
            piece
        });
    }
    asked.join(" ")
}

/// One slip: a letter too many, too few, wrong, or two neighbours in each other's place.
fn slip(rng: &mut Rng, letters: &mut Vec<char>, alphabet: &str) {
    let at = rng.below(letters.len());
    let other = letter(rng, alphabet);
    match rng.below(4) {
        0 if at + 1 < letters.len() => letters.swap(at, at + 1),
        1 if letters.len() > 1 => drop(letters.remove(at)),
        2 => letters.insert(at, other),
        _ => letters[at] = other,
    }
}

fn in_latin(word: &str) -> String {
    let pairs = CYRILLIC.chars().zip([
        "a", "b", "v", "g", "d", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u",
        "f", "h", "ts", "ch", "sh", "sht", "a", "", "yu", "ya",
    ]);
    let table: HashMap<char, &str> = pairs.collect();
    word.replace("ьо", "йо")
        .chars()
        .map(|c| table.get(&c).map_or_else(|| c.to_string(), ToString::to_string))
        .collect()
}

#[test]
fn the_index_finds_whom_going_through_everything_finds_in_the_same_order() {
    let seed = seed();
    for round in 0..12 {
        let mut rng = Rng(seed + round);
        let people: Vec<(ClientId, Option<i64>, String)> = (0..1 + rng.below(700))
            .map(|_| {
                let seen = (rng.below(3) > 0).then(|| i64::try_from(rng.below(50)).unwrap());
                (ClientId::new(), seen, document(&card(&mut rng)))
            })
            .collect();
        let all = || people.iter().map(|(id, seen, text)| (*id, *seen, text.as_str()));
        let texts: Vec<String> = people.iter().map(|(_, _, text)| text.clone()).collect();
        let index = Trial::of(all());
        for _ in 0..150 {
            let asked = question(&mut rng, &texts);
            let due = go_through(all(), &asked);
            let mut found = index.ask(&asked, usize::MAX);
            assert_eq!(found, due, "seed {}, {asked:?}", seed + round);
            found.truncate(7);
            assert_eq!(
                index.ask(&asked, 7),
                found,
                "seed {}, {asked:?}, the first",
                seed + round
            );
        }
    }
}

/// How many letters have to be put right, neighbours that changed places being one, for `typed` to begin `word`.
fn distance_to_beginning(typed: &[char], word: &[char]) -> usize {
    let mut table = vec![vec![0; word.len() + 1]; typed.len() + 1];
    for i in 0..=typed.len() {
        for j in 0..=word.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let same = usize::from(typed[i - 1] != word[j - 1]);
                let mut best = (table[i - 1][j - 1] + same)
                    .min(table[i - 1][j] + 1)
                    .min(table[i][j - 1] + 1);
                if i > 1 && j > 1 && typed[i - 1] == word[j - 2] && typed[i - 2] == word[j - 1] {
                    best = best.min(table[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    table[typed.len()].iter().copied().min().unwrap()
}

/// Slips in words of a vocabulary: whoever has the word is found. Returns of a hundred how many.
fn recall(vocabulary: &[String], alphabet: &str, rng: &mut Rng) -> usize {
    let people: Vec<(ClientId, String)> = vocabulary
        .iter()
        .map(|name| {
            (
                ClientId::new(),
                document(&ClientBuilder::new(&format!("Я {name}")).0),
            )
        })
        .collect();
    let index = Trial::of(people.iter().map(|(id, text)| (*id, None, text.as_str())));
    let (mut asked, mut found) = (0, 0);
    while asked < 400 {
        let n = rng.below(vocabulary.len());
        let right: Vec<char> = fold(&vocabulary[n]).chars().collect();
        let mut typed = right.clone();
        slip(rng, &mut typed, alphabet);
        if typed.len() < 5 || typed == right || right.iter().any(|c| !c.is_alphabetic()) {
            continue;
        }
        assert!(distance_to_beginning(&typed, &right) <= 1);
        asked += 1;
        let typed: String = typed.into_iter().collect();
        let told = index.ask(&typed, usize::MAX);
        if told.contains(&people[n].0) {
            found += 1;
        } else {
            println!("{typed} does not find {}", vocabulary[n]);
        }
        // And nobody who is further off.
        for id in told.iter().rev().take(3) {
            let (_, text) = people.iter().find(|(of, _)| of == id).unwrap();
            let query = Query::new(&typed);
            let is_slip = judge::class(text, &query) >= Some(9);
            let near = words::tokens(text).any(|(_, token)| {
                let token: Vec<char> = token.chars().collect();
                let typed: Vec<char> = typed.chars().collect();
                (0..token.len()).any(|at| distance_to_beginning(&typed, &token[at..]) <= 1)
            });
            assert!(!is_slip || near, "{typed} finds {text:?}");
        }
    }
    100 * found / asked
}

#[test]
fn a_slip_is_forgiven_in_each_alphabet() {
    let seed = seed();
    let mut rng = Rng(seed);
    for alphabet in [CYRILLIC, LATIN] {
        let vocabulary: Vec<String> = (0..3_000)
            .map(|_| {
                let letters = 5 + rng.below(7);
                (0..letters).map(|_| letter(&mut rng, alphabet)).collect()
            })
            .collect();
        let recall = recall(&vocabulary, alphabet, &mut rng);
        assert!(recall >= 99, "seed {seed}, {alphabet}: {recall} of 100");
    }
}

#[test]
fn a_slip_is_forgiven_in_real_names() {
    let mut rng = Rng(seed());
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/contacts"
    ));
    for file in ["names_bg.csv", "names_ru.csv"] {
        let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
            println!("shared/data/contacts/{file} is not beside this checkout: its names were not tried");
            continue;
        };
        let cyrillic: Vec<String> = text
            .lines()
            .skip(1)
            .filter_map(|line| line.rsplit(',').next())
            .filter(|name| name.chars().count() >= 5)
            .map(str::to_owned)
            .collect();
        assert!(cyrillic.len() > 500, "{file} has changed");
        assert!(recall(&cyrillic, CYRILLIC, &mut rng) >= 99, "{file}");
        let latin: Vec<String> = cyrillic.iter().map(|name| in_latin(&fold(name))).collect();
        assert!(recall(&latin, LATIN, &mut rng) >= 99, "{file}, in Latin letters");
        // And the other way round, without a slip.
        let people: Vec<(ClientId, String)> = cyrillic
            .iter()
            .map(|name| {
                (
                    ClientId::new(),
                    document(&ClientBuilder::new(&format!("Я {name}")).0),
                )
            })
            .collect();
        let index = Trial::of(people.iter().map(|(id, text)| (*id, None, text.as_str())));
        // In brackets stands what nobody types.
        let typed = people
            .iter()
            .zip(&latin)
            .filter(|(_, typed)| !typed.contains('('));
        let missed = typed.filter(|((id, _), typed)| !index.ask(typed, usize::MAX).contains(id));
        let missed: Vec<&String> = missed.map(|(_, typed)| typed).collect();
        println!("{file}: {missed:?} of {} are not found in Cyrillic", latin.len());
        assert!(100 * missed.len() <= latin.len(), "{file}: {missed:?}");
    }
}

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
