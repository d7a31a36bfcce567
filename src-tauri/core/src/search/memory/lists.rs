//! Lists of growing numbers, as differences of one byte or a few; and clients of many lists in one order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A list that grows.
#[derive(Default)]
pub(super) struct Growing {
    bytes: Vec<u8>,
    last: u32,
    pub count: u32,
}

impl Growing {
    /// Adds a number that is not smaller than the last; one that is there already is not added.
    pub fn push(&mut self, number: u32) {
        if self.count > 0 && number == self.last {
            return;
        }
        put(&mut self.bytes, number - self.last);
        self.last = number;
        self.count += 1;
    }
}

/// Writes a number: seven bits a byte, the last with the high bit unset.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 128 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads a number.
#[inline]
pub(super) fn take(bytes: &[u8], at: &mut usize) -> u32 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        number |= u32::from(byte & 127) << shift;
        if byte < 128 {
            return number;
        }
        shift += 7;
    }
}

/// Finished lists, one behind the other.
#[derive(Default)]
pub(super) struct Lists {
    bytes: Vec<u8>,
}

/// Where a finished list lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    at: usize,
    pub count: u32,
}

impl Place {
    /// Nothing.
    pub const NONE: Self = Self { at: 0, count: 0 };
}

impl Lists {
    /// No list.
    pub const EMPTY: &'static Self = &Self { bytes: Vec::new() };

    /// Takes a list over.
    pub fn add(&mut self, list: &Growing) -> Place {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&list.bytes);
        let count = list.count;
        Place { at, count }
    }

    pub fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
    }

    pub fn size(&self) -> usize {
        self.bytes.capacity()
    }

    /// The numbers of a list.
    pub fn get(&self, place: Place) -> List<'_> {
        List {
            bytes: &self.bytes,
            at: place.at,
            left: place.count,
            last: 0,
        }
    }
}

/// The numbers of a list, one by one.
#[derive(Clone)]
pub(super) struct List<'a> {
    bytes: &'a [u8],
    at: usize,
    left: u32,
    last: u32,
}

impl List<'_> {
    /// A list of one number.
    pub fn of_one(number: u32) -> Self {
        List {
            bytes: &[0],
            at: 0,
            left: 1,
            last: number,
        }
    }

    /// How many are to come.
    pub fn left(&self) -> u32 {
        self.left
    }
}

impl Iterator for List<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        self.last += take(self.bytes, &mut self.at);
        Some(self.last)
    }
}

/// The clients of many words, each once, the likeliest first. The words come one by one, and the first client of each
/// is never likelier than that of the word before: so no more words are asked than the answer needs.
pub(super) struct Union<'a> {
    words: Box<dyn Iterator<Item = List<'a>> + 'a>,
    /// The first client of the next word, and the rest of them.
    next: Option<(u32, List<'a>)>,
    lists: Vec<List<'a>>,
    heap: BinaryHeap<Reverse<(u32, usize)>>,
    last: Option<u32>,
}

impl<'a> Union<'a> {
    pub fn new(words: impl Iterator<Item = List<'a>> + 'a) -> Self {
        let mut union = Self {
            words: Box::new(words),
            next: None,
            lists: Vec::new(),
            heap: BinaryHeap::new(),
            last: None,
        };
        union.fetch();
        union
    }

    fn fetch(&mut self) {
        self.next = self.words.find_map(|mut list| Some((list.next()?, list)));
    }
}

impl Iterator for Union<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            while let Some((first, _)) = self.next
                && self.heap.peek().is_none_or(|Reverse((top, _))| first <= *top)
            {
                if let Some((first, list)) = self.next.take() {
                    self.heap.push(Reverse((first, self.lists.len())));
                    self.lists.push(list);
                }
                self.fetch();
            }
            let mut top = self.heap.peek_mut()?;
            let Reverse((client, list)) = *top;
            match self.lists[list].next() {
                Some(following) => *top = Reverse((following, list)),
                None => drop(std::collections::binary_heap::PeekMut::pop(top)),
            }
            if self.last != Some(client) {
                self.last = Some(client);
                return Some(client);
            }
        }
    }
}
