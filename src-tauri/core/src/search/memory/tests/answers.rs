//! The index against going through everything, over random books; slips and the other alphabet.

use std::collections::HashMap;
use std::path::Path;

use clientele_model::text::fold;
use clientele_model::{ClientDraft, ClientId};

use crate::search::trial::{Trial, document, go_through};
use crate::search::{document as words, judge, query::Query};
use crate::testing::{ClientBuilder, Rng};

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
