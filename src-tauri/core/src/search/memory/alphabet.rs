//! The order of the alphabet among words, and those who begin as it was typed, or nearly so.

use std::cmp::Ordering;

use zeroize::{DefaultIsZeroes, Zeroize};

use super::TooLarge;
use super::texts::Texts;
use crate::search::document::{SPLITTERS, ends, starts};
use crate::search::query::Word;

/// So many places are looked at one by one.
const LOOKED_AT_MAX: usize = 64;

/// So many bytes are kept with each place: mostly they tell, and the word itself is not looked up.
const HEAD_BYTES: usize = size_of::<u64>();

/// A place at which somebody may begin to type a word.
#[derive(Clone, Copy, Default)]
struct Place {
    /// The first bytes of what stands there, the first of them weighing most; zeros behind its end.
    head: u64,
    word: u32,
    at: u32,
}

impl DefaultIsZeroes for Place {}

impl Place {
    fn rest(self, texts: &Texts) -> &[u8] {
        &texts.bytes(self.word)[self.at as usize..]
    }
}

fn head(text: &[u8]) -> u64 {
    let mut bytes = [0; HEAD_BYTES];
    let count = text.len().min(HEAD_BYTES);
    bytes[..count].copy_from_slice(&text[..count]);
    u64::from_be_bytes(bytes)
}

/// Every place at which somebody may begin to type a word, in the order of the alphabet. When it is let go it is
/// overwritten.
#[derive(Default)]
pub(super) struct Sorted(Vec<Place>);

impl Sorted {
    pub fn of(texts: &Texts) -> Result<Self, TooLarge> {
        let count = (0..texts.len()).map(|word| starts(texts.get(word)).count()).sum();
        // To grow it would leave what it was behind.
        let mut places = Vec::with_capacity(count);
        for word in 0..texts.len() {
            let text = texts.get(word);
            for at in starts(text) {
                places.push(Place {
                    head: head(&text.as_bytes()[at..]),
                    word,
                    at: u32::try_from(at)?,
                });
            }
        }
        places.sort_unstable_by(|one, two| {
            let by_head = one.head.cmp(&two.head);
            by_head.then_with(|| one.rest(texts).cmp(two.rest(texts)))
        });
        Ok(Self(places))
    }

    fn all<'a>(&'a self, texts: &'a Texts) -> Alike<'a> {
        Alike {
            texts,
            places: &self.0,
            bytes: 0,
        }
    }

    /// The numbers of words, in their order, of which a part begins with `word`; `None` for more than `most` places.
    pub fn starting(&self, texts: &Texts, word: &str, most: usize) -> Option<Vec<u32>> {
        let found = self.all(texts).with(word).places;
        (found.len() <= most).then(|| in_order(found))
    }

    /// The numbers of words, in their order, of which a part is `word`.
    pub fn equal(&self, texts: &Texts, word: &str) -> Vec<u32> {
        let all = self.all(texts).with(word);
        if all.places.len() <= LOOKED_AT_MAX {
            let ends_here = |place: &&Place| ends(&texts.get(place.word)[place.at as usize + word.len()..]);
            return in_order(all.places.iter().filter(ends_here));
        }
        // Too many to look at each: what ends there, and what goes on with each of the splitters, stands together.
        let mut found = vec![all.ended()];
        for splitter in SPLITTERS {
            found.push(all.with(splitter.encode_utf8(&mut [0; 4])).places);
        }
        in_order(found.into_iter().flatten())
    }

    /// The numbers of words, in their order, of which a part begins with what was typed, but for a slip. Letter by
    /// letter: what has begun as it was typed so far, and goes on as it would after each slip that can be made here.
    pub fn slipped(&self, texts: &Texts, word: &Word) -> Vec<u32> {
        let (text, mut found) = (word.text.as_str(), Vec::new());
        let mut same = self.all(texts);
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let rest = &text[at + letter.len_utf8()..];
            // One letter too many; where it is the last, that is whatever begins so far.
            found.push(same.with(rest).places);
            let Some((_, next)) = letters.peek() else { break };
            if *next != letter {
                let swapped = same.with(next.encode_utf8(&mut [0; 4]));
                let swapped = swapped.with(letter.encode_utf8(&mut [0; 4]));
                found.push(swapped.with(&rest[next.len_utf8()..]).places);
            }
            let mut others = same;
            while let Some(other) = others.next_letter() {
                // Another letter, and one too few.
                found.push(other.with(rest).places);
                found.push(other.with(&text[at..]).places);
            }
            same = same.with(letter.encode_utf8(&mut [0; 4]));
        }
        in_order(found.into_iter().flatten())
    }

    /// Leaves out words that were overwritten: they stand in the alphabet no more, nor does anything of them.
    pub fn erase(&mut self, is_erased: impl Fn(u32) -> bool) {
        let kept = self.0.iter().filter(|place| !is_erased(place.word));
        let mut places = Vec::with_capacity(kept.clone().count());
        places.extend(kept);
        self.0.zeroize();
        self.0 = places;
    }

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        size_of::<Place>() * self.0.capacity()
    }
}

impl Drop for Sorted {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Places of the alphabet, one behind the other, at which words begin alike.
#[derive(Clone, Copy)]
struct Alike<'a> {
    texts: &'a Texts,
    places: &'a [Place],
    /// So many bytes are known to be alike.
    bytes: usize,
}

impl<'a> Alike<'a> {
    /// What follows where they are alike.
    fn rest(&self, place: Place) -> &'a [u8] {
        &place.rest(self.texts)[self.bytes..]
    }

    /// Does what follows stand before a text, begin with it, or stand behind all that does? No text holds a zero.
    fn order(&self, place: Place, text: &[u8]) -> Ordering {
        let known = HEAD_BYTES.saturating_sub(self.bytes).min(text.len());
        if known > 0 {
            let follows = place.head << (8 * self.bytes) >> (8 * (HEAD_BYTES - known));
            let wanted = head(&text[..known]) >> (8 * (HEAD_BYTES - known));
            let order = follows.cmp(&wanted);
            if order.is_ne() || known == text.len() {
                return order;
            }
        }
        let rest = self.rest(place);
        rest[..rest.len().min(text.len())].cmp(text)
    }

    /// How many of `places` there are before the first of which this is not so, being so of all before it.
    fn count(places: &[Place], is_so: impl Fn(Place) -> bool) -> usize {
        let is_so = |place: &Place| is_so(*place);
        // In growing leaps: mostly it is near.
        let mut leap = 1;
        while places.get(leap - 1).is_some_and(is_so) {
            leap *= 2;
        }
        let from = leap / 2;
        from + places[from..places.len().min(leap)].partition_point(is_so)
    }

    /// Those that go on with a text.
    fn with(self, text: &str) -> Self {
        let text = text.as_bytes();
        let from = self
            .places
            .partition_point(|place| self.order(*place, text).is_lt());
        let places = &self.places[from..];
        let to = Self::count(places, |place| self.order(place, text).is_eq());
        Self {
            places: &places[..to],
            bytes: self.bytes + text.len(),
            ..self
        }
    }

    /// Those that end here.
    fn ended(&self) -> &'a [Place] {
        let ends = |place: Place| {
            if self.bytes < HEAD_BYTES {
                place.head << (8 * self.bytes) == 0
            } else {
                self.rest(place).is_empty()
            }
        };
        &self.places[..Self::count(self.places, ends)]
    }

    /// Takes off those that go on with the first letter that is here; what ends here is left out.
    fn next_letter(&mut self) -> Option<Self> {
        self.places = &self.places[self.ended().len()..];
        let first = self.rest(*self.places.first()?);
        // How long a letter is in UTF-8 is told by its first byte.
        let letter = &first[..first.first()?.leading_ones().max(1) as usize];
        let count = Self::count(self.places, |place| self.order(place, letter).is_eq());
        let (places, rest) = self.places.split_at(count);
        self.places = rest;
        Some(Self {
            places,
            bytes: self.bytes + letter.len(),
            ..*self
        })
    }
}

fn in_order<'a>(places: impl IntoIterator<Item = &'a Place>) -> Vec<u32> {
    let mut words: Vec<u32> = places.into_iter().map(|place| place.word).collect();
    words.sort_unstable();
    words.dedup();
    words
}
