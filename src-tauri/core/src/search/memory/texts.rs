//! Words, packed one behind the other, and the order of the alphabet among them.

use std::ops::Range;

use zeroize::Zeroize;

use super::TooLarge;
use crate::search::document::{SPLITTERS, ends, starts};
use crate::search::query::Word;

/// So many places are looked at one by one.
const LOOKED_AT_MAX: usize = 64;

/// Words by their numbers. When it is let go its text is overwritten.
#[derive(Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Adds a word. Returns its number.
    pub fn push(&mut self, word: &str) -> Result<u32, TooLarge> {
        let id = u32::try_from(self.ends.len())?;
        self.text.push_str(word);
        self.ends.push(u32::try_from(self.text.len())?);
        Ok(id)
    }

    pub fn len(&self) -> u32 {
        // `push` has seen to it.
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    fn range(&self, id: u32) -> Range<usize> {
        let id = id as usize;
        let from = if id == 0 { 0 } else { self.ends[id - 1] as usize };
        from..self.ends[id] as usize
    }

    pub fn get(&self, id: u32) -> &str {
        &self.text[self.range(id)]
    }

    fn bytes(&self, id: u32) -> &[u8] {
        &self.text.as_bytes()[self.range(id)]
    }

    /// Overwrites a word: nothing is found by it any more, and nothing of it is left.
    pub fn erase(&mut self, id: u32) {
        let range = self.range(id);
        let nothing = "\0".repeat(range.len());
        self.text.replace_range(range, &nothing);
    }

    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        self.text.capacity() + 4 * self.ends.capacity()
    }
}

impl Drop for Texts {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// Every place at which somebody may begin to type a word, in the order of the alphabet.
#[derive(Default)]
pub(super) struct Sorted(Vec<(u32, u32)>);

impl Sorted {
    pub fn of(texts: &Texts) -> Result<Self, TooLarge> {
        let mut places = Vec::new();
        for id in 0..texts.len() {
            for at in starts(texts.get(id)) {
                places.push((id, u32::try_from(at)?));
            }
        }
        places.sort_unstable_by(|one, two| Self::rest(texts, *one).cmp(Self::rest(texts, *two)));
        places.shrink_to_fit();
        Ok(Self(places))
    }

    fn rest(texts: &Texts, (id, at): (u32, u32)) -> &str {
        &texts.get(id)[at as usize..]
    }

    /// The places at which a word begins.
    fn range(&self, texts: &Texts, word: &str) -> &[(u32, u32)] {
        let from = self.0.partition_point(|place| Self::rest(texts, *place) < word);
        let to = from + self.0[from..].partition_point(|place| Self::rest(texts, *place).starts_with(word));
        &self.0[from..to]
    }

    /// The numbers of words, in their order, of which a part begins with `word`; `None` for more than `most` places.
    pub fn starting(&self, texts: &Texts, word: &str, most: usize) -> Option<Vec<u32>> {
        let found = self.range(texts, word);
        (found.len() <= most).then(|| in_order(found.iter().map(|(id, _)| *id)))
    }

    /// The numbers of words, in their order, of which a part is `word`.
    pub fn equal(&self, texts: &Texts, word: &str) -> Vec<u32> {
        let all = self.range(texts, word);
        let rest = |place: &(u32, u32)| &Self::rest(texts, *place)[word.len()..];
        if all.len() <= LOOKED_AT_MAX {
            return in_order(all.iter().filter(|place| ends(rest(place))).map(|(id, _)| *id));
        }
        // Too many to look at each: what ends there, and what goes on with each of the splitters, stands together.
        let whole = &all[..all.partition_point(|place| rest(place).is_empty())];
        let mut found: Vec<u32> = whole.iter().map(|(id, _)| *id).collect();
        for splitter in SPLITTERS {
            let from = all.partition_point(|place| rest(place).chars().next() < Some(splitter));
            let behind = all[from..]
                .iter()
                .take_while(|place| rest(place).starts_with(splitter));
            found.extend(behind.map(|(id, _)| *id));
        }
        in_order(found)
    }

    /// The numbers of words, in their order, of which a part begins with what was typed, but for a slip. Letter by
    /// letter: what has begun as it was typed so far, and goes on as it would after each slip that can be made here.
    pub fn slipped(&self, texts: &Texts, word: &Word) -> Vec<u32> {
        let (text, mut found) = (word.text.as_str(), Vec::new());
        let mut same = Alike {
            texts,
            places: &self.0,
            bytes: 0,
        };
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
        in_order(found.into_iter().flatten().map(|(id, _)| *id))
    }

    /// Leaves out words that were overwritten: they stand in the alphabet no more.
    pub fn erase(&mut self, is_erased: impl Fn(u32) -> bool) {
        self.0.retain(|(id, _)| !is_erased(*id));
    }

    pub fn size(&self) -> usize {
        8 * self.0.capacity()
    }
}

/// Places of the alphabet, one behind the other, at which words begin alike.
#[derive(Clone, Copy)]
struct Alike<'a> {
    texts: &'a Texts,
    places: &'a [(u32, u32)],
    /// So many bytes are known to be alike.
    bytes: usize,
}

impl<'a> Alike<'a> {
    /// What follows where they are alike.
    fn rest(&self, (id, at): (u32, u32)) -> &'a [u8] {
        &self.texts.bytes(id)[at as usize + self.bytes..]
    }

    /// How many of `places` there are before the first of which this is not so, being so of all before it.
    fn count(&self, places: &[(u32, u32)], is_so: impl Fn(&[u8]) -> bool) -> usize {
        let is_so = |place: &(u32, u32)| is_so(self.rest(*place));
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
        let from = self
            .places
            .partition_point(|place| self.rest(*place) < text.as_bytes());
        let places = &self.places[from..];
        let to = self.count(places, |rest| rest.starts_with(text.as_bytes()));
        Self {
            places: &places[..to],
            bytes: self.bytes + text.len(),
            ..self
        }
    }

    /// Takes off those that go on with the first letter that is here; what ends here is left out.
    fn next_letter(&mut self) -> Option<Self> {
        let ended = self.count(self.places, <[u8]>::is_empty);
        self.places = &self.places[ended..];
        let first = self.rest(*self.places.first()?);
        // How long a letter is in UTF-8 is told by its first byte.
        let letter = &first[..first.first()?.leading_ones().max(1) as usize];
        let (places, rest) = self
            .places
            .split_at(self.count(self.places, |rest| rest.starts_with(letter)));
        self.places = rest;
        Some(Self {
            places,
            bytes: self.bytes + letter.len(),
            ..*self
        })
    }
}

fn in_order(ids: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut ids: Vec<u32> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
