//! Makes a [`Base`] of all that the book says.

use std::cmp::Reverse;

use clientele_model::{BranchId, ClientId};
use rustc_hash::FxHashMap;
use zeroize::Zeroize;

use super::alphabet::Sorted;
use super::base::{Base, Lexicon, NEVER, Owners, SHELVES, Shelf, Words};
use super::grams::{Making, Sort};
use super::lists::{Growing, Lists, put};
use super::texts::Texts;
use super::{TooLarge, Unmade};
use crate::search::document::{self, Field, is_lettery, tokens};
use crate::search::sounds;

/// Clients between two looks at whether anybody still wants it.
const LOOKS_UP_EVERY: usize = 1_000;

/// What was read of all clients, in whatever order. When it is let go its text is overwritten.
#[derive(Default)]
pub(crate) struct Rows {
    text: String,
    ends: Vec<usize>,
    clients: Vec<(ClientId, i64, Option<BranchId>)>,
}

impl Rows {
    /// Adds a client.
    pub fn push(&mut self, id: ClientId, seen: Option<i64>, branch: Option<BranchId>, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.clients.push((id, seen.unwrap_or(NEVER), branch));
    }

    fn text(&self, row: usize) -> &str {
        let from = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[from..self.ends[row]]
    }

    /// The rows in the order in which clients are told.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.clients.len()).collect();
        let key = |row: usize| {
            let (id, seen, _) = self.clients[row];
            (Reverse(seen), document::name(self.text(row)), id)
        };
        order.sort_unstable_by(|one, two| key(*one).cmp(&key(*two)));
        order
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// A shelf that is being filled.
struct Filling<'a> {
    shelf: Shelf,
    texts: Texts,
    grams: Making,
    known: FxHashMap<&'a str, u32>,
    one: Vec<u32>,
    some: Vec<Growing>,
}

impl<'a> Filling<'a> {
    fn new(shelf: Shelf) -> Self {
        Self {
            shelf,
            texts: Texts::default(),
            grams: Making::default(),
            known: FxHashMap::default(),
            one: Vec::new(),
            some: Vec::new(),
        }
    }

    fn add(&mut self, word: &'a str, client: u32) -> Result<u32, TooLarge> {
        if let Some(id) = self.known.get(word) {
            self.some[*id as usize].push(client);
            return Ok(*id);
        }
        let id = self.texts.push(word)?;
        self.grams.add(self.shelf.sort(), id, word);
        if self.shelf.is_shared() {
            self.known.insert(word, id);
            let mut owners = Growing::default();
            owners.push(client);
            self.some.push(owners);
        } else {
            self.one.push(client);
        }
        Ok(id)
    }

    fn done(mut self) -> Result<Words, TooLarge> {
        drop(self.known);
        self.texts.shrink();
        let (mut sorted, mut sounds) = (Sorted::default(), Lexicon::default());
        let owners = if self.shelf.is_shared() {
            sorted = Sorted::of(&self.texts)?;
            sounds = sounds_of(&self.texts, self.shelf.sort())?;
            let mut lists = Lists::default();
            let places = self.some.iter().map(|list| lists.add(list)).collect();
            lists.shrink();
            Owners::Some(places, lists)
        } else {
            self.one.shrink_to_fit();
            Owners::One(self.one)
        };
        let words = Lexicon {
            texts: self.texts,
            grams: self.grams.done(),
            sorted,
        };
        Ok(Words {
            words,
            sounds,
            owners,
        })
    }
}

fn sounds_of(words: &Texts, sort: Sort) -> Result<Lexicon, TooLarge> {
    let (mut texts, mut grams) = (Texts::default(), Making::default());
    for id in 0..words.len() {
        let word = words.get(id);
        let sound = if is_lettery(word) {
            sounds::of_written(word)
        } else {
            String::new()
        };
        texts.push(&sound)?;
        grams.add(sort, id, &sound);
    }
    texts.shrink();
    Ok(Lexicon {
        sorted: Sorted::of(&texts)?,
        grams: grams.done(),
        texts,
    })
}

/// On which shelf a word stands.
fn shelf_of(field: Field, word: &str) -> Shelf {
    match field {
        Field::Name => Shelf::Names,
        Field::Phone => Shelf::Numbers,
        Field::Other if is_lettery(word) => Shelf::Words,
        Field::Other => Shelf::Odd,
    }
}

/// The words of a document, each once, and on which shelf it stands.
pub(super) fn words_of(text: &str) -> Vec<(Shelf, &str)> {
    let words = tokens(text).map(|(field, word)| (shelf_of(field, word), word));
    let mut words: Vec<_> = words.collect();
    words.sort_unstable_by_key(|(shelf, word)| (*shelf as u8, *word));
    words.dedup();
    words
}

/// Makes it, unless `is_wanted` says meanwhile that nobody wants it any more.
pub(crate) fn base(rows: &Rows, is_wanted: &dyn Fn() -> bool) -> Result<Base, Unmade> {
    let order = rows.order();
    let count = order.len();
    u32::try_from(count).map_err(TooLarge::from)?;
    let mut shelves = SHELVES.map(Filling::new);
    let mut base = Base {
        ids: Vec::with_capacity(count),
        seen: Vec::with_capacity(count),
        branches: Vec::with_capacity(count),
        branch_ids: Vec::new(),
        by_id: Vec::new(),
        has_at: Vec::with_capacity(count),
        has: Vec::new(),
        shelves: SHELVES.map(|shelf| Words {
            words: Lexicon::default(),
            sounds: Lexicon::default(),
            owners: if shelf.is_shared() {
                Owners::Some(Vec::new(), Lists::default())
            } else {
                Owners::One(Vec::new())
            },
        }),
    };
    let mut branches: FxHashMap<BranchId, u16> = FxHashMap::default();
    for (at, row) in order.iter().enumerate() {
        if at % LOOKS_UP_EVERY == 0 && !is_wanted() {
            return Err(Unmade::Unwanted);
        }
        let client = u32::try_from(at).map_err(TooLarge::from)?;
        let (id, seen, branch) = rows.clients[*row];
        base.ids.push(id);
        base.seen.push(seen);
        base.branches.push(match branch {
            None => 0,
            Some(branch) => match branches.get(&branch) {
                Some(number) => *number,
                None => {
                    base.branch_ids.push(branch);
                    let number = u16::try_from(base.branch_ids.len()).map_err(TooLarge::from)?;
                    branches.insert(branch, number);
                    number
                }
            },
        });
        for (shelf, word) in words_of(rows.text(*row)) {
            let id = shelves[shelf as usize].add(word, client)?;
            base.has.push(shelf as u8);
            put(&mut base.has, id);
        }
        base.has_at
            .push(u32::try_from(base.has.len()).map_err(TooLarge::from)?);
    }
    base.has.shrink_to_fit();
    base.by_id = (0..base.len()).collect();
    let ids = &base.ids;
    base.by_id.sort_unstable_by_key(|client| ids[*client as usize]);
    for filling in shelves {
        if !is_wanted() {
            return Err(Unmade::Unwanted);
        }
        let shelf = filling.shelf as usize;
        base.shelves[shelf] = filling.done()?;
    }
    Ok(base)
}
