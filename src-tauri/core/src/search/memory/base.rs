//! Clients in the order in which they are told, the words that they are found by, and who has which word.

use clientele_model::{BranchId, ClientId};
use rustc_hash::FxHashSet;

use super::alphabet::Sorted;
use super::grams::{Among, Grams, Sort};
use super::lists::{List, Lists, Place, take};
use super::texts::Texts;

/// Where words stand together: one with another's are never compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// The parts of names.
    Names,
    /// Phones.
    Numbers,
    /// Words of notes, tags, streets.
    Words,
    /// What is no word and mostly stands only once: addresses of mail, numbers of cards.
    Odd,
}

/// All of them, in the order of their numbers.
pub(super) const SHELVES: [Shelf; 4] = [Shelf::Names, Shelf::Numbers, Shelf::Words, Shelf::Odd];

impl Shelf {
    /// What is kept of its words.
    pub fn sort(self) -> Sort {
        match self {
            Self::Names => Sort::Names,
            Self::Numbers => Sort::Numbers,
            Self::Words => Sort::Words,
            Self::Odd => Sort::Many,
        }
    }

    /// Does it have each word once, in whose ever card it stands? Else each entry is one client's.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Names | Self::Words)
    }
}

/// Who looks whether a word holds a text?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    /// Whoever tells it: each word does.
    Now,
    /// Whoever is told, client by client: of words that one client each has, some may only hold parts of it.
    Later,
}

/// Words, or how they sound: their text, what they hold, and their alphabet.
#[derive(Default)]
pub(super) struct Lexicon {
    pub texts: Texts,
    pub grams: Grams,
    pub sorted: Sorted,
}

impl Lexicon {
    fn size(&self) -> usize {
        self.texts.size() + self.grams.size() + self.sorted.size()
    }
}

/// Who has each word of a shelf.
pub(super) enum Owners {
    /// One client each.
    One(Vec<u32>),
    /// Some clients each.
    Some(Vec<Place>, Lists),
}

impl Owners {
    pub fn of(&self, word: u32) -> List<'_> {
        match self {
            Self::One(owners) => List::of_one(owners[word as usize]),
            Self::Some(places, lists) => lists.get(places[word as usize]),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::One(owners) => 4 * owners.capacity(),
            Self::Some(places, lists) => size_of::<Place>() * places.capacity() + lists.size(),
        }
    }
}

/// Words, in the order in which the first of those who have them stand.
pub(super) struct Words {
    pub words: Lexicon,
    /// How each word sounds, under the word's number; nothing where it is no word of letters.
    pub sounds: Lexicon,
    pub owners: Owners,
}

/// When somebody was last seen who never was.
pub(super) const NEVER: i64 = i64::MIN;

/// All clients at one moment. Their numbers here are their places in the order: the lately seen first.
pub(super) struct Base {
    pub ids: Vec<ClientId>,
    /// When each was last seen; [`NEVER`] for who was not.
    pub seen: Vec<i64>,
    pub branches: Vec<u16>,
    /// What the numbers of branches mean; 0 is none.
    pub branch_ids: Vec<BranchId>,
    /// The numbers of clients, in the order of their ids.
    pub by_id: Vec<u32>,
    /// Which words each client has: their shelf and number.
    pub has_at: Vec<u32>,
    pub has: Vec<u8>,
    pub shelves: [Words; 4],
}

impl Base {
    pub fn len(&self) -> u32 {
        // Whoever made it has seen to it.
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    pub fn shelf(&self, shelf: Shelf) -> &Words {
        &self.shelves[shelf as usize]
    }

    /// The number of a client.
    pub fn place(&self, id: ClientId) -> Option<u32> {
        let found = self
            .by_id
            .binary_search_by_key(&id, |place| self.ids[*place as usize]);
        found.ok().map(|at| self.by_id[at])
    }

    /// The number of a branch; `None` where no client is of it.
    pub fn branch(&self, id: BranchId) -> Option<u16> {
        let at = self.branch_ids.iter().position(|branch| *branch == id)?;
        u16::try_from(at + 1).ok()
    }

    /// The words of a client.
    pub fn words_of(&self, client: u32) -> impl Iterator<Item = (Shelf, u32)> {
        let client = client as usize;
        let mut at = if client == 0 {
            0
        } else {
            self.has_at[client - 1] as usize
        };
        let end = self.has_at[client] as usize;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let shelf = SHELVES[usize::from(self.has[at]) & 3];
                at += 1;
                (shelf, take(&self.has, &mut at))
            })
        })
    }

    /// The clients of each of some words.
    pub fn owners<'a>(
        &'a self,
        shelf: Shelf,
        words: impl Iterator<Item = u32> + 'a,
    ) -> impl Iterator<Item = List<'a>> + 'a {
        let owners = &self.shelf(shelf).owners;
        words.map(|word| owners.of(word))
    }

    /// Words that hold a text.
    pub fn holding<'a>(
        &'a self,
        shelf: Shelf,
        lexicon: &'a Lexicon,
        text: &'a str,
        sure: Sure,
    ) -> impl Iterator<Item = u32> + 'a {
        let mut among = lexicon.grams.holding(shelf.sort(), text);
        // Each is another place of the memory, and of these there are the most by far.
        among.is_sure |= sure == Sure::Later && !shelf.is_shared() && !among.is_cut;
        let finder = memchr::memmem::Finder::new(text.as_bytes());
        filtered(among, &lexicon.texts, move |word| {
            finder.find(word.as_bytes()).is_some()
        })
    }

    /// Overwrites the words of clients who are gone, where nobody else has them.
    pub fn erase(&mut self, clients: &[u32], is_dead: impl Fn(u32) -> bool) {
        // Each alphabet is gone through once, however many go.
        let mut gone = SHELVES.map(|_| FxHashSet::default());
        for client in clients {
            for (shelf, word) in self.words_of(*client) {
                if self.shelf(shelf).owners.of(word).all(&is_dead) {
                    gone[shelf as usize].insert(word);
                }
            }
        }
        for (words, gone) in self.shelves.iter_mut().zip(&gone) {
            if gone.is_empty() {
                continue;
            }
            words.words.sorted.erase(|id| gone.contains(&id));
            gone.iter().for_each(|word| words.words.texts.erase(*word));
            if words.sounds.texts.len() > 0 {
                words.sounds.sorted.erase(|id| gone.contains(&id));
                gone.iter().for_each(|word| words.sounds.texts.erase(*word));
            }
        }
        self.by_id.retain(|client| !clients.contains(client));
        for client in clients {
            self.ids[*client as usize] = ClientId(uuid::Uuid::nil());
        }
    }

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        let of_clients = 16 * self.ids.capacity()
            + 8 * self.seen.capacity()
            + 2 * self.branches.capacity()
            + 4 * (self.by_id.capacity() + self.has_at.capacity())
            + self.has.capacity();
        let shelves = self.shelves.iter();
        of_clients
            + shelves
                .map(|words| words.words.size() + words.sounds.size() + words.owners.size())
                .sum::<usize>()
    }
}

/// Those words that are what is asked.
pub(super) fn filtered<'a>(
    among: Among<'a>,
    texts: &'a Texts,
    is_it: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = u32> + 'a {
    let is_sure = among.is_sure;
    among
        .words(texts)
        .filter(move |id| is_sure || is_it(texts.get(*id)))
}
