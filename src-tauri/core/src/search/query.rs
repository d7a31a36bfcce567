//! What is typed into the box, made ready.

use std::sync::LazyLock;

use clientele_model::text::{digits, fold};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};

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

/// In longer words nobody counts the slips, and the automaton would be large.
const SLIP_CHARS_MAX: usize = 24;

/// Automata for one slip, transposed neighbours being one.
static SLIPS: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));

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
    /// What it may sound like, the likeliest first; none where it is too short or no word of letters.
    pub sounds: Vec<String>,
    /// Knows words that begin with it but for one slip.
    slip: Option<DFA>,
}

/// Does a text begin with a word, but for a slip?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slipped {
    /// It does.
    Yes,
    /// It does not, but were it longer it could.
    NotYet,
    /// It does not, and nothing that has so many bytes of its beginning does.
    Never(usize),
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Word").field(&self.text).finish()
    }
}

impl Word {
    fn new(text: String) -> Self {
        let chars = text.chars().count();
        // What is searched for by a sign, as in a search engine, is no name.
        let is_sign = |c: char| !c.is_alphabetic() && !"-'’.".contains(c);
        let lettery = is_lettery(&text) && !text.contains(is_sign);
        let sounds = if lettery && chars >= SOUNDS_CHARS_MIN {
            sounds::of_typed(&text)
        } else {
            Vec::new()
        };
        let slips = lettery && (SLIP_CHARS_MIN..=SLIP_CHARS_MAX).contains(&chars);
        let slip = slips.then(|| SLIPS.build_prefix_dfa(&text));
        Self { text, sounds, slip }
    }

    /// Can it be one of those that are found in spite of a slip?
    pub fn has_slips(&self) -> bool {
        self.slip.is_some()
    }

    /// Does a text begin with this word, but for one slip at most?
    pub fn slipped(&self, text: &str) -> Slipped {
        let Some(slip) = &self.slip else {
            return Slipped::Never(0);
        };
        let mut state = slip.initial_state();
        for (at, byte) in text.bytes().enumerate() {
            state = slip.transition(state, byte);
            if state == SINK_STATE {
                return Slipped::Never(at + 1);
            }
        }
        match slip.distance(state) {
            Distance::Exact(_) => Slipped::Yes,
            Distance::AtLeast(_) => Slipped::NotYet,
        }
    }
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
