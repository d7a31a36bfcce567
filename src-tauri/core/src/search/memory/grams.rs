//! Which words hold two, three or four letters in a row, in the order of the words.

use rustc_hash::FxHashMap;

use super::lists::{Growing, List, Lists, Place};
use super::texts::Texts;
use crate::search::document::starts;

/// Stands before the first letter of a part of a name.
const BEFORE: u64 = 1;

/// Stands behind the last digit of a number.
const BEHIND: u64 = 2;

/// What is kept of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Every letter, two and three of them, and with which a part begins.
    Names,
    /// Every letter, two and three of them.
    Words,
    /// As of words, but of one and two letters only where they stand first of all: there are too many.
    Many,
    /// Numbers: four digits, and by which they end; of fewer where they stand first of all.
    Numbers,
}

/// Of so many words at most it is kept that they hold a short gram, where there are [`Sort::Many`] or
/// [`Sort::Numbers`].
const SHORT_MAX: u32 = 128;

/// To look whether a word holds a text costs as much as to go on so many places in a list.
const LOOKING_COSTS: u32 = 12;

/// More lists than this beside the shortest leave out few more.
const OTHERS_MAX: usize = 2;

/// What words hold.
#[derive(Default)]
pub(super) struct Grams {
    places: FxHashMap<u64, Place>,
    lists: Lists,
}

/// As [`Grams`], being made.
#[derive(Default)]
pub(super) struct Making(FxHashMap<u64, Growing>);

fn key(letters: &[u64]) -> u64 {
    letters.iter().fold(0, |key, letter| (key << 21) | letter)
}

fn digits_key(digits: &[u64]) -> u64 {
    digits.iter().fold(1 << 31, |key, digit| (key << 8) | digit) | (1 << 63)
}

impl Making {
    fn put(&mut self, key: u64, id: u32, most: u32) {
        let list = self.0.entry(key).or_default();
        if list.count < most {
            list.push(id);
        }
    }

    /// Adds a word with a higher number than all before.
    pub fn add(&mut self, sort: Sort, id: u32, word: &str) {
        let letters: Vec<u64> = word.chars().map(u64::from).collect();
        let short = match sort {
            Sort::Names | Sort::Words => u32::MAX,
            Sort::Many | Sort::Numbers => SHORT_MAX,
        };
        for from in 0..letters.len() {
            let rest = &letters[from..];
            for length in 1..=rest.len().min(3) {
                let most = if length < 3 || sort == Sort::Numbers {
                    short
                } else {
                    u32::MAX
                };
                self.put(key(&rest[..length]), id, most);
            }
            if sort == Sort::Numbers && rest.len() >= 4 {
                self.put(digits_key(&rest[..4]), id, u32::MAX);
            }
        }
        if sort == Sort::Names {
            for at in starts(word) {
                let mut rest = word[at..].chars().map(u64::from);
                let Some(first) = rest.next() else { continue };
                self.put(key(&[BEFORE, first]), id, u32::MAX);
                if let Some(second) = rest.next() {
                    self.put(key(&[BEFORE, first, second]), id, u32::MAX);
                }
            }
        }
        if sort == Sort::Numbers {
            for length in 2..=letters.len().min(3) {
                let end = &letters[letters.len() - length..];
                let most = if length == 2 { short } else { u32::MAX };
                self.put(end_key(end), id, most);
            }
        }
    }

    pub fn done(self) -> Grams {
        let mut grams = Grams::default();
        for (key, list) in self.0 {
            let place = grams.lists.add(&list);
            grams.places.insert(key, place);
        }
        grams.places.shrink_to_fit();
        grams.lists.shrink();
        grams
    }
}

fn end_key(digits: &[u64]) -> u64 {
    let mut digits = digits.to_vec();
    digits.push(BEHIND);
    digits_key(&digits)
}

/// Words among which those that hold something are.
pub(super) struct Among<'a> {
    list: List<'a>,
    /// More lists in which each of them must be.
    others: Vec<std::iter::Peekable<List<'a>>>,
    /// Were there too many to keep all? Then those behind are to be gone through.
    pub is_cut: bool,
    /// Does every one of them hold it?
    pub is_sure: bool,
}

impl<'a> Among<'a> {
    fn nobody() -> Self {
        Self {
            list: Lists::EMPTY.get(Place::NONE),
            others: Vec::new(),
            is_cut: false,
            is_sure: true,
        }
    }

    /// All of them, with those behind.
    pub fn words(self, texts: &'a Texts) -> impl Iterator<Item = u32> + use<'a> {
        let Self {
            mut list,
            mut others,
            is_cut,
            ..
        } = self;
        let mut behind: Option<std::ops::Range<u32>> = None;
        let mut last = 0;
        std::iter::from_fn(move || {
            if let Some(behind) = &mut behind {
                return behind.next();
            }
            let is_in_all = |id: &u32| {
                others.iter_mut().all(|other| {
                    while other.next_if(|known| known < id).is_some() {}
                    other.peek() == Some(id)
                })
            };
            match list.find(is_in_all) {
                Some(id) => {
                    last = id;
                    Some(id)
                }
                None if is_cut => behind.insert(last + 1..texts.len()).next(),
                None => None,
            }
        })
    }
}

impl Grams {
    fn among(&self, keys: impl Iterator<Item = u64>, is_sure: bool, may_be_cut: bool) -> Among<'_> {
        let mut places = Vec::new();
        for key in keys {
            let Some(place) = self.places.get(&key) else {
                return Among::nobody();
            };
            places.push(*place);
        }
        places.sort_unstable_by_key(|place| place.count);
        let Some((place, others)) = places.split_first() else {
            return Among::nobody();
        };
        let (place, mut others) = (*place, others);
        if may_be_cut || is_sure {
            others = &[];
        }
        let is_cheaper = |other: &&Place| other.count / LOOKING_COSTS <= place.count;
        let others = others.iter().take(OTHERS_MAX).filter(is_cheaper);
        let is_cut = may_be_cut && place.count == SHORT_MAX;
        Among {
            list: self.lists.get(place),
            others: others.map(|other| self.lists.get(*other).peekable()).collect(),
            is_cut,
            is_sure: is_sure && !is_cut,
        }
    }

    /// Among which words those are that hold a text.
    pub fn holding(&self, sort: Sort, text: &str) -> Among<'_> {
        let letters: Vec<u64> = text.chars().map(u64::from).collect();
        let short = matches!(sort, Sort::Many | Sort::Numbers);
        if sort == Sort::Numbers && !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Among::nobody();
        }
        match letters.len() {
            0 => Among::nobody(),
            1 | 2 => self.among(std::iter::once(key(&letters)), true, short),
            3 => self.among(std::iter::once(key(&letters)), true, sort == Sort::Numbers),
            4.. if sort == Sort::Numbers => {
                self.among(letters.windows(4).map(digits_key), letters.len() == 4, false)
            }
            _ => self.among(letters.windows(3).map(key), false, false),
        }
    }

    /// Among which names those are of which a part begins with a text.
    pub fn starting(&self, text: &str) -> Among<'_> {
        let letters: Vec<u64> = text.chars().map(u64::from).collect();
        match letters.as_slice() {
            [] => Among::nobody(),
            [one] => self.among(std::iter::once(key(&[BEFORE, *one])), true, false),
            [one, two] => self.among(std::iter::once(key(&[BEFORE, *one, *two])), true, false),
            [one, two, ..] => {
                let first = std::iter::once(key(&[BEFORE, *one, *two]));
                self.among(first.chain(letters.windows(3).map(key)), false, false)
            }
        }
    }

    /// Among which numbers those are that end so.
    pub fn ending(&self, digits: &str) -> Among<'_> {
        let letters: Vec<u64> = digits.chars().map(u64::from).collect();
        match letters.len() {
            0 | 1 => Among::nobody(),
            2 => self.among(std::iter::once(end_key(&letters)), true, true),
            3 => self.among(std::iter::once(end_key(&letters)), true, false),
            length => {
                let end = std::iter::once(end_key(&letters[length - 3..]));
                self.among(end.chain(letters.windows(4).map(digits_key)), false, false)
            }
        }
    }

    pub fn size(&self) -> usize {
        self.places.capacity() * 25 + self.lists.size()
    }
}
