//! How likely it is that a client was meant: one rule, for whoever goes through documents and whoever has an index.

use std::cell::OnceCell;

use super::document::{Field, ends, is_lettery, starts, tokens};
use super::query::{Query, Word};
use super::sounds;

/// How a typed word was found: as it is, in another alphabet, but for a slip.
pub(super) const KINDS: usize = 3;

/// As typed.
pub(super) const EXACT: usize = 0;
/// In another alphabet, or written as it sounds.
pub(super) const SOUND: usize = 1;
/// But for one slip.
pub(super) const SLIP: usize = 2;

/// It is a whole part of a name.
pub(super) const EQUAL: u8 = 0;
/// A part of a name begins with it.
pub(super) const START: u8 = 1;
/// It stands inside a name.
pub(super) const INSIDE: u8 = 2;
/// It stands somewhere else.
pub(super) const ELSEWHERE: u8 = 3;
/// It does not stand there.
pub(super) const NOWHERE: u8 = 4;

/// The best place in which a word was found, by how it was found.
pub(super) type Places = [u8; KINDS];

/// It was found nowhere.
pub(super) const NOT_FOUND: Places = [NOWHERE; KINDS];

/// One step of the order in which clients are told: every word must be found in one of the kinds up to `kind`, in a
/// place as good as `place` or better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stage {
    pub kind: usize,
    pub place: u8,
    /// What the digits of a phone are asked here.
    pub number: Option<Number>,
}

/// What a number is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// Does it end so?
    Ends,
    /// Does it hold it?
    Holds,
}

const fn stage(kind: usize, place: u8) -> Stage {
    Stage {
        kind,
        place,
        number: None,
    }
}

/// From the likeliest on. The end of a phone number before its middle, a name before anything else, its beginning
/// before its inside; as typed before another alphabet, and that before a slip.
pub(super) const STAGES: [Stage; 11] = [
    Stage {
        kind: EXACT,
        place: EQUAL,
        number: Some(Number::Ends),
    },
    stage(EXACT, START),
    Stage {
        kind: EXACT,
        // Names that hold a number come after the phones that do.
        place: START,
        number: Some(Number::Holds),
    },
    stage(EXACT, INSIDE),
    stage(EXACT, ELSEWHERE),
    stage(SOUND, EQUAL),
    stage(SOUND, START),
    stage(SOUND, INSIDE),
    stage(SOUND, ELSEWHERE),
    stage(SLIP, INSIDE),
    stage(SLIP, ELSEWHERE),
];

/// Where a typed word stands in one word of a document.
pub(super) fn places(word: &Word, field: Field, token: &str) -> Places {
    places_in(word, field, token, SLIP, &OnceCell::new())
}

/// As [`places`], found in one of the kinds up to `kind`. `sound` is how the token sounds, once somebody asked.
fn places_in(word: &Word, field: Field, token: &str, kind: usize, sound: &OnceCell<String>) -> Places {
    let mut places = NOT_FOUND;
    let is_name = field == Field::Name;
    if token.contains(word.text.as_str()) {
        places[EXACT] = if is_name {
            in_name(&word.text, token)
        } else {
            ELSEWHERE
        };
    }
    if kind == EXACT || field == Field::Phone || word.sounds().is_empty() || !is_lettery(token) {
        return places;
    }
    let sound = sound.get_or_init(|| sounds::of_written(token));
    for variant in word.sounds() {
        if sound.contains(variant.as_str()) {
            let place = if is_name {
                in_name(variant, sound)
            } else {
                ELSEWHERE
            };
            places[SOUND] = places[SOUND].min(place);
        }
    }
    if kind == SLIP && word.has_slips() && starts(token).any(|at| word.slipped(&token[at..])) {
        places[SLIP] = if is_name { START } else { ELSEWHERE };
    }
    places
}

/// Where in a name, of which it is known that it holds the word.
pub(super) fn in_name(word: &str, token: &str) -> u8 {
    let mut place = INSIDE;
    for at in starts(token) {
        if let Some(rest) = token[at..].strip_prefix(word) {
            if ends(rest) {
                return EQUAL;
            }
            place = START;
        }
    }
    place
}

/// Whether all words were found so well.
pub(super) fn holds(places: &[Places], stage: Stage) -> bool {
    let mut words = places.iter();
    !places.is_empty() && words.all(|of| of[..=stage.kind].iter().any(|place| *place <= stage.place))
}

/// Does a number answer?
pub(super) fn number_holds(number: Number, digits: &str, token: &str) -> bool {
    match number {
        Number::Ends => token.ends_with(digits),
        Number::Holds => token.contains(digits),
    }
}

/// The place of a document in [`STAGES`]; `None` where it does not answer.
pub(super) fn class(text: &str, query: &Query) -> Option<usize> {
    class_in(text, query, SLIP)
}

/// As [`class`], where a document that answers only in a kind behind `kind` may be left out.
pub(super) fn class_in(text: &str, query: &Query, kind: usize) -> Option<usize> {
    let mut places = vec![NOT_FOUND; query.words.len()];
    let mut number = None;
    for (field, token) in tokens(text) {
        let sound = OnceCell::new();
        for (best, word) in places.iter_mut().zip(&query.words) {
            for (best, new) in best.iter_mut().zip(places_in(word, field, token, kind, &sound)) {
                *best = (*best).min(new);
            }
        }
        if let (Field::Phone, Some(digits)) = (field, &query.digits) {
            if number_holds(Number::Ends, digits, token) {
                number = Some(Number::Ends);
            } else if token.contains(digits.as_str()) {
                number = number.or(Some(Number::Holds));
            }
        }
    }
    STAGES
        .iter()
        .position(|stage| (number.is_some() && stage.number == number) || holds(&places, *stage))
}
