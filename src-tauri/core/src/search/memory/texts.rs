//! Words, packed one behind the other, and the order of the alphabet among them.

use std::ops::Range;

use zeroize::Zeroize;

use super::TooLarge;
use crate::search::document::{SPLITTERS, ends, starts};
use crate::search::query::{Slipped, Word};

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

    /// The numbers of words, in their order, of which a part begins with what was typed, but for a slip.
    pub fn slipped(&self, texts: &Texts, word: &Word) -> Vec<u32> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(place) = self.0.get(at) {
            let rest = Self::rest(texts, *place);
            match word.slipped(rest) {
                Slipped::Yes => {
                    found.push(place.0);
                    at += 1;
                }
                Slipped::NotYet => at += 1,
                Slipped::Never(bytes) => {
                    // Nothing that begins so can be it: on to what begins otherwise, in growing leaps.
                    let head = &rest.as_bytes()[..bytes];
                    let is_so = |place: &(u32, u32)| Self::rest(texts, *place).as_bytes().starts_with(head);
                    let mut leap = 1;
                    while self.0.get(at + leap).is_some_and(is_so) {
                        leap *= 2;
                    }
                    let (from, to) = (at + leap / 2, (at + leap).min(self.0.len()));
                    at = from + self.0[from..to].partition_point(is_so);
                }
            }
        }
        in_order(found)
    }

    /// Leaves out words that were overwritten: they stand in the alphabet no more.
    pub fn erase(&mut self, is_erased: impl Fn(u32) -> bool) {
        self.0.retain(|(id, _)| !is_erased(*id));
    }

    pub fn size(&self) -> usize {
        8 * self.0.capacity()
    }
}

fn in_order(ids: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut ids: Vec<u32> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
