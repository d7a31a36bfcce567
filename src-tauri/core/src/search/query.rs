//! What is typed into the box, made ready.

use std::cell::OnceCell;

use clientele_model::text::{digits, fold};

use super::document::is_lettery;
use super::sounds;

/// More words than this narrow nothing any more.
const WORDS_MAX: usize = 8;

/// A word longer than this, in characters, is sought by its beginning.
const WORD_CHARS_MAX: usize = 64;

/// Shorter words are sought as they are typed: in another alphabet they could be anything.
const SOUNDS_CHARS_MIN: usize = 3;

/// In shorter words a slip leaves too little to know them by.
const SLIP_CHARS_MIN: usize = 5;

/// In longer words nobody counts the slips.
const SLIP_CHARS_MAX: usize = 24;

/// What is typed into the box, made ready.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// Folded words; every one must be found.
    pub words: Vec<Word>,
    /// The digits, where what was typed could be (part of) a phone number.
    pub digits: Option<String>,
}

/// A typed word.
pub(crate) struct Word {
    /// Folded.
    pub text: String,
    lettery: bool,
    sounds: OnceCell<Vec<String>>,
    letters: Vec<char>,
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Word").field(&self.text).finish()
    }
}

impl Word {
    fn new(text: String) -> Self {
        let letters: Vec<char> = text.chars().collect();
        // What is searched for by a sign, as in a search engine, is no name.
        let is_sign = |c: char| !c.is_alphabetic() && !"-'’.".contains(c);
        let lettery = is_lettery(&text) && !text.contains(is_sign);
        Self {
            text,
            lettery,
            sounds: OnceCell::new(),
            letters,
        }
    }

    /// What it may sound like, the likeliest first; none where it is too short or no word of letters. Worked out when
    /// it is first asked, as mostly there are enough who are called just so.
    pub fn sounds(&self) -> &[String] {
        self.sounds.get_or_init(|| {
            if self.lettery && self.letters.len() >= SOUNDS_CHARS_MIN {
                sounds::of_typed(&self.text)
            } else {
                Vec::new()
            }
        })
    }

    /// Can it be one of those that are found in spite of a slip?
    pub fn has_slips(&self) -> bool {
        self.lettery && (SLIP_CHARS_MIN..=SLIP_CHARS_MAX).contains(&self.letters.len())
    }

    /// Does a text begin with this word, but for one slip at most: a letter too many, too few or another, or two
    /// neighbours in each other's place? Where letters first differ, there it must be.
    pub fn slipped(&self, text: &str) -> bool {
        if !self.has_slips() {
            return false;
        }
        let typed = self.letters.as_slice();
        let mut letters = ['\0'; SLIP_CHARS_MAX + 1];
        let mut count = 0;
        for (place, letter) in letters.iter_mut().zip(text.chars().take(typed.len() + 1)) {
            *place = letter;
            count += 1;
        }
        let text = &letters[..count];
        let at = same(typed, text);
        if at == typed.len() {
            return true;
        }
        let begins = |in_text: usize, in_typed: usize| {
            text.get(at + in_text..)
                .is_some_and(|text| text.starts_with(&typed[at + in_typed..]))
        };
        let is_swapped = matches!((&typed[at..], &text[at..]), ([a, b, ..], [c, d, ..]) if a == d && b == c);
        begins(1, 1) || begins(1, 0) || begins(0, 1) || (is_swapped && begins(2, 2))
    }
}

/// How many letters two words have in common at the beginning.
fn same(one: &[char], two: &[char]) -> usize {
    one.iter().zip(two).take_while(|(one, two)| one == two).count()
}

impl Query {
    /// What was typed.
    pub fn new(typed: &str) -> Self {
        let head: String = typed.chars().take(1_000).collect();
        let folded = fold(&head);
        let words = folded.split(' ').filter(|word| !word.is_empty()).take(WORDS_MAX);
        let words = words.map(|word| Word::new(word.chars().take(WORD_CHARS_MAX).collect()));
        let number = digits(&head);
        let only_number = head
            .chars()
            .all(|c| c.is_numeric() || c.is_whitespace() || "+-().,/#*".contains(c));
        Self {
            words: words.collect(),
            digits: (only_number && number.len() >= 2).then_some(number),
        }
    }

    /// Is nothing asked?
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.digits.is_none()
    }
}
