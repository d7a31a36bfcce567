//! People who do not exist, with names of which hardly any two are made alike; most of them written in Cyrillic.

use clientele_core::testing::Rng;
use clientele_model::{ClientDraft, ClientId, Email, Phone};
use uuid::Uuid;

/// Given names, family names and words of notes, in Cyrillic and in Latin letters.
pub struct Words {
    given: [Vec<String>; 2],
    family: [Vec<String>; 2],
    notes: [Vec<String>; 2],
}

/// Of a hundred people so many are written in Cyrillic.
const CYRILLIC: usize = 60;

const LETTERS: [(&str, &str); 2] = [
    ("бвгджзклмнпрстфхцчшщ", "аеиоуъюя"),
    ("bcdfghjklmnpqrstvwxz", "aeiouy"),
];

const FAMILY_ENDS: [&[&str]; 2] = [
    &[
        "ов", "ова", "ев", "ева", "ски", "ска", "ин", "ина", "енко", "ян", "чук", "ич",
    ],
    &[
        "ov", "ova", "ev", "eva", "ski", "ska", "son", "er", "mann", "ic", "escu", "ides",
    ],
];

fn pick<'a, T>(rng: &mut Rng, of: &'a [T]) -> &'a T {
    &of[rng.below(of.len())]
}

/// A word of some syllables.
fn word(rng: &mut Rng, alphabet: usize, syllables: usize) -> String {
    let (consonants, vowels) = LETTERS[alphabet];
    let [consonants, vowels] = [consonants, vowels].map(|letters| letters.chars().collect::<Vec<_>>());
    let mut word = String::new();
    for _ in 0..syllables {
        if rng.below(10) < 9 {
            word.push(*pick(rng, &consonants));
        }
        word.push(*pick(rng, &vowels));
        if rng.below(10) < 3 {
            word.push(*pick(rng, &consonants));
        }
    }
    word
}

/// One of many, the first of them far more often than the last.
fn often<'a>(rng: &mut Rng, of: &'a [String]) -> &'a str {
    let dice = rng.below(1_000_000).max(1);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place"
    )]
    let place = ((dice as f64 / 1e6).powi(3) * of.len() as f64) as usize;
    &of[place.min(of.len() - 1)]
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The identifier of the n-th.
pub fn id(n: usize) -> ClientId {
    ClientId(Uuid::from_u128(n as u128 + 1))
}

/// Which one it is.
pub fn number(id: ClientId) -> usize {
    usize::try_from(id.0.as_u128() - 1).expect("one of these")
}

impl Words {
    pub fn new(rng: &mut Rng) -> Self {
        let mut many = |count: usize, syllables: [usize; 2], ends: [&[&str]; 2]| {
            [0, 1].map(|alphabet| {
                let words = (0..count).map(|_| {
                    let length = syllables[0] + rng.below(syllables[1]);
                    let end = pick(rng, ends[alphabet]).to_string();
                    word(rng, alphabet, length) + &end
                });
                words.collect()
            })
        };
        Self {
            given: many(1_500, [2, 2], [&["", "а", "н", "я"], &["", "a", "n", "s"]]),
            family: many(40_000, [1, 3], FAMILY_ENDS),
            notes: many(6_000, [1, 4], [&[""], &[""]]),
        }
    }

    /// Somebody, and when that one was last seen.
    pub fn card(&self, rng: &mut Rng) -> (ClientDraft, Option<i64>) {
        let alphabet = usize::from(rng.below(100) >= CYRILLIC);
        let (given, family) = (
            often(rng, &self.given[alphabet]),
            often(rng, &self.family[alphabet]),
        );
        let number = 870_000_000 + rng.below(30_000_000);
        let typed = format!(
            "0{} {} {}",
            number / 1_000_000,
            number / 1_000 % 1_000,
            number % 1_000
        );
        let mail = format!("{}{}@example.com", often(rng, &self.family[1]), rng.below(1_000));
        let notes: Vec<&str> = if rng.below(10) < 3 {
            (0..4 + rng.below(5))
                .map(|_| often(rng, &self.notes[alphabet]))
                .collect()
        } else {
            Vec::new()
        };
        let card = ClientDraft {
            given_name: capital(given),
            family_name: capital(family),
            phones: vec![Phone {
                typed,
                e164: format!("+359{number}"),
                ..Phone::default()
            }],
            emails: if rng.below(10) < 6 {
                vec![Email {
                    address: mail,
                    ..Email::default()
                }]
            } else {
                Vec::new()
            },
            notes: notes.join(" "),
            ..ClientDraft::default()
        };
        let seen =
            (rng.below(10) < 8).then(|| 1_600_000_000_000 + i64::try_from(rng.below(1 << 37)).unwrap_or(0));
        (card, seen)
    }

    /// A question about somebody's card: a beginning or an inside of a name, a piece of a phone, two words, or what
    /// nobody has.
    pub fn question(&self, rng: &mut Rng) -> String {
        let (card, _) = self.card(rng);
        let name = if rng.below(2) == 0 {
            card.family_name
        } else {
            card.given_name.clone()
        };
        let letters: Vec<char> = name.to_lowercase().chars().collect();
        let piece = |from: usize, length: usize| letters.iter().skip(from).take(length).collect::<String>();
        let length = 1 + rng.below(5);
        match rng.below(12) {
            0..=3 => piece(0, length),
            4..=6 => piece(rng.below(letters.len().saturating_sub(length).max(1)), length),
            7..=8 => {
                let digits: String = card.phones[0].e164[1..].to_owned();
                let length = 3 + rng.below(4);
                let from = rng.below(digits.len() - length);
                digits[from..from + length].to_owned()
            }
            9..=10 => {
                let given: String = card.given_name.to_lowercase().chars().take(2 + length).collect();
                format!("{} {given}", piece(0, 3 + length))
            }
            _ => {
                let alphabet = rng.below(2);
                let mut nobody = word(rng, alphabet, 3);
                nobody.push_str(if alphabet == 0 { "ыьэй" } else { "qxjq" });
                nobody
            }
        }
    }

    /// A word of a name, of five letters and more, and what becomes of it with one slip.
    pub fn slip(&self, rng: &mut Rng, alphabet: usize) -> (String, String) {
        loop {
            let right = often(rng, &self.family[alphabet]).to_owned();
            let mut letters: Vec<char> = right.chars().collect();
            if letters.len() < 6 {
                continue;
            }
            let at = rng.below(letters.len() - 1);
            let (consonants, vowels) = LETTERS[alphabet];
            let other: Vec<char> = consonants.chars().chain(vowels.chars()).collect();
            let other = *pick(rng, &other);
            match rng.below(4) {
                0 => letters.swap(at, at + 1),
                1 => letters[at] = other,
                2 => letters.insert(at, other),
                _ => drop(letters.remove(at)),
            }
            let typed: String = letters.into_iter().collect();
            if typed != right {
                return (right, typed);
            }
        }
    }
}
