//! Who has several words: those who have the rarest of them, held against the others.

use rustc_hash::FxHashSet;

use super::ask::{Answer, Asking, Merged, take};
use super::base::{Shelf, Sure};
use crate::search::judge::{
    self, ELSEWHERE, EQUAL, EXACT, INSIDE, NOT_FOUND, NOWHERE, Places, SLIP, SOUND, STAGES, START, Stage,
};

/// So many clients are held against the other words one by one; for more, the others' clients are marked first.
const ONE_BY_ONE_MAX: u64 = 150;

/// Where no more clients than this have all of several words, they are sorted into stages at once.
const AT_ONCE_MAX: u64 = 600;

/// To look at a client costs as much as to mark so many who have another word.
const LOOKING_COSTS: u64 = 80;

/// So few are looked at in any case.
const FEW: u64 = 100;

/// Shorter words stand in too many others to go through all of them.
const MARKED_CHARS_MIN: usize = 3;

impl Asking<'_> {
    /// Who has all of several words, found in this way or a better one, and at which stage: where one of the words has
    /// so few that all of them can be looked at.
    pub(super) fn all_of(&self, kind: usize) -> Option<Vec<Answer>> {
        let count = self.query.words.len();
        if count == 1 {
            return None;
        }
        let anywhere = Stage {
            kind,
            place: ELSEWHERE,
            number: None,
        };
        let guesses: Vec<u64> = (0..count).map(|at| self.at_most(at, anywhere)).collect();
        let (fewest, driver) = guesses.iter().zip(0..).min().map(|(fewest, at)| (*fewest, at))?;
        if fewest == 0 {
            return Some(Vec::new());
        }
        if kind == EXACT && fewest > AT_ONCE_MAX {
            return None;
        }
        let others = guesses
            .iter()
            .fold(0_u64, |sum, guess| sum.saturating_add(*guess))
            - fewest;
        // Each client is looked at in the end.
        let lists = || {
            let nested = self.nested(driver, anywhere, Sure::Later);
            nested.into_iter().flatten().flatten()
        };
        let clients: FxHashSet<u32> = if fewest <= others / LOOKING_COSTS || fewest <= FEW {
            lists().filter(|client| self.is_new(*client)).collect()
        } else if (0..count).all(|at| self.chars(at) >= MARKED_CHARS_MIN) {
            // Many have each word by itself, but all of them, as a rule, few.
            let others = (0..count).filter(|at| *at != driver);
            let marks: Vec<Vec<u64>> = others.map(|at| self.marks(at, anywhere)).collect();
            let has_all = |client: &u32| marks.iter().all(|marks| is_marked(marks, *client));
            let mut clients = FxHashSet::default();
            for client in lists().filter(|client| has_all(client) && self.is_new(*client)) {
                clients.insert(client);
                if clients.len() as u64 > AT_ONCE_MAX {
                    return None;
                }
            }
            clients
        } else if fewest <= AT_ONCE_MAX {
            lists().filter(|client| self.is_new(*client)).collect()
        } else {
            return None;
        };
        let answers = clients.into_iter().filter_map(|client| {
            let mut places = vec![NOT_FOUND; count];
            for (at, places) in places.iter_mut().enumerate() {
                *places = self.places_of(client, at, kind);
                if places.iter().all(|place| *place > ELSEWHERE) {
                    return None;
                }
            }
            let class = STAGES.iter().position(|stage| judge::holds(&places, *stage))?;
            Some((class, client))
        });
        Some(answers.collect())
    }

    /// Who has several words, as a stage wants it.
    pub(super) fn several(&self, stage: Stage, left: usize) -> Vec<u32> {
        let count = self.query.words.len();
        let guesses: Vec<u64> = (0..count).map(|at| self.at_most(at, stage)).collect();
        let driver = (0..count).min_by_key(|at| guesses[*at]).unwrap_or_default();
        let others = || (0..count).filter(|at| *at != driver);
        // No more are looked at one by one than it would cost to mark who has the others.
        let marking = others().fold(0_u64, |sum, at| sum.saturating_add(guesses[at])) / LOOKING_COSTS;
        // Whoever is left in the end is looked at, word by word.
        let mut clients = Merged::new(self.nested(driver, stage, Sure::Later));
        let has_all = |client: u32| (0..count).all(|at| self.has(client, at, stage));
        let mut found = Vec::new();
        for _ in 0..marking.min(ONE_BY_ONE_MAX) {
            let Some(client) = clients.next() else {
                return found;
            };
            if self.is_new(client) && has_all(client) {
                found.push(client);
                if found.len() == left {
                    return found;
                }
            }
        }
        let can_be_marked = |at: &usize| stage.place <= INSIDE || self.chars(*at) >= MARKED_CHARS_MIN;
        let marked = others().filter(can_be_marked);
        let marks: Vec<Vec<u64>> = marked.map(|at| self.marks(at, stage)).collect();
        let is_it = |client: u32| {
            marks.iter().all(|marks| is_marked(marks, client)) && self.is_new(client) && has_all(client)
        };
        let more = left - found.len();
        found.extend(take(&mut clients, more, is_it));
        found
    }

    fn chars(&self, at: usize) -> usize {
        self.query.words[at].text.chars().count()
    }

    /// How many clients have a word, as a stage wants it, at most; as good a guess as is quick.
    fn at_most(&self, at: usize, stage: Stage) -> u64 {
        if self.chars(at) < MARKED_CHARS_MIN {
            return u64::MAX - 1;
        }
        let lists = self.nested(at, stage, Sure::Later).into_iter();
        lists
            .flat_map(|lists| lists.take(1_000))
            .map(|list| u64::from(list.left()))
            .sum()
    }

    /// The clients who may have a word, as a stage wants it, as bits.
    fn marks(&self, at: usize, stage: Stage) -> Vec<u64> {
        let mut marks = vec![0_u64; self.base.len() as usize / 64 + 1];
        for list in self.nested(at, stage, Sure::Later).into_iter().flatten() {
            for client in list {
                marks[client as usize / 64] |= 1 << (client % 64);
            }
        }
        marks
    }

    /// Has a client a word, as a stage wants it?
    fn has(&self, client: u32, at: usize, stage: Stage) -> bool {
        judge::holds(&[self.places_of(client, at, stage.kind)], stage)
    }

    /// Where a client has a word, found in one of the kinds up to `kind`.
    fn places_of(&self, client: u32, at: usize, kind: usize) -> Places {
        let mut best = NOT_FOUND;
        let mut known = self.places[at].borrow_mut();
        for (shelf, id) in self.base.words_of(client) {
            // Outside names a word only stands somewhere: where it does already, as typed, nothing is to be gained.
            let may_gain = match shelf {
                Shelf::Names => best[EXACT] > EQUAL,
                Shelf::Numbers => best[EXACT] > ELSEWHERE && self.is_number[at],
                Shelf::Words | Shelf::Odd => best[EXACT] > ELSEWHERE,
            };
            if !may_gain {
                continue;
            }
            let places = if shelf.is_shared() {
                let look = || self.places_in(shelf, id, at, kind);
                *known.entry((kind, shelf as u8, id)).or_insert_with(look)
            } else {
                self.places_in(shelf, id, at, kind)
            };
            for (best, new) in best.iter_mut().zip(places) {
                *best = (*best).min(new);
            }
        }
        best
    }

    /// Where in a word of the book a typed one stands: what the index knows of it saves working it out.
    fn places_in(&self, shelf: Shelf, id: u32, at: usize, kind: usize) -> Places {
        let (word, words) = (&self.query.words[at], self.base.shelf(shelf));
        let place = |typed: &str, text: &str| match shelf {
            _ if !text.contains(typed) => NOWHERE,
            Shelf::Names => judge::in_name(typed, text),
            _ => ELSEWHERE,
        };
        let mut places = NOT_FOUND;
        places[EXACT] = place(&word.text, words.words.texts.get(id));
        if kind >= SOUND && shelf.is_shared() {
            let sound = words.sounds.texts.get(id);
            let forms = word.sounds().iter().map(|form| place(form, sound));
            places[SOUND] = forms.min().unwrap_or(NOWHERE);
        }
        if kind == SLIP && shelf.is_shared() {
            let [names, others] = &self.slips[at];
            if shelf == Shelf::Names && names.binary_search(&id).is_ok() {
                places[SLIP] = START;
            } else if shelf == Shelf::Words && others.binary_search(&id).is_ok() {
                places[SLIP] = ELSEWHERE;
            }
        }
        places
    }
}

fn is_marked(marks: &[u64], client: u32) -> bool {
    marks[client as usize / 64] >> (client % 64) & 1 == 1
}
