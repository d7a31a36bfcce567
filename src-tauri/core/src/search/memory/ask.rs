//! Who answers a question, the likeliest first: stage by stage of [`STAGES`], and no further than is wanted.

use std::cell::RefCell;

use clientele_model::BranchId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::base::{Base, Lexicon, Shelf, filtered};
use super::lists::{List, Union};
use crate::search::document::starts;
use crate::search::judge::{
    self, ELSEWHERE, EQUAL, EXACT, INSIDE, NOT_FOUND, NOWHERE, Number, Places, SLIP, SOUND, STAGES, START,
    Stage,
};
use crate::search::query::{Query, Word};

/// Where no more parts of names than this begin with a word, they are looked up in the alphabet.
const ALPHABET_MAX: usize = 256;

/// So many clients are held against the other words one by one; for more, the others' clients are marked first.
const ONE_BY_ONE_MAX: u32 = 400;

/// Where one of several words has no more clients than this, all of them are looked at.
const AT_ONCE_MAX: u64 = 2_000;

/// Shorter words stand in too many others to go through all of them.
const MARKED_CHARS_MIN: usize = 3;

/// Those who answer: the place in [`STAGES`], and the number in the base.
pub(super) type Answer = (usize, u32);

type Lists<'a> = Box<dyn Iterator<Item = List<'a>> + 'a>;

/// One question to a base.
pub(super) struct Asking<'a> {
    base: &'a Base,
    dead: &'a FxHashSet<u32>,
    query: &'a Query,
    branch: Option<u16>,
    limit: usize,
    found: FxHashSet<u32>,
    answers: Vec<Answer>,
    /// Where each typed word stands in each word of the book that was looked at, by kind, shelf and number.
    places: Vec<RefCell<FxHashMap<(usize, u8, u32), Places>>>,
    /// Those who have several words, of the kind that is asked now, by their stage; where there are not too many.
    at_once: Option<Vec<Answer>>,
    /// What was mistyped so, and stands in names; and elsewhere.
    slips: Vec<[Vec<u32>; 2]>,
}

/// Asks a base. `dead` are those of whom it says what is not so any more.
pub(super) fn ask(
    base: &Base,
    dead: &FxHashSet<u32>,
    query: &Query,
    branch: Option<BranchId>,
    limit: usize,
) -> Vec<Answer> {
    let branch = match branch {
        None => None,
        Some(branch) => match base.branch(branch) {
            None => return Vec::new(),
            some => some,
        },
    };
    let asking = Asking {
        base,
        dead,
        query,
        branch,
        limit,
        found: FxHashSet::default(),
        answers: Vec::new(),
        places: query.words.iter().map(|_| RefCell::default()).collect(),
        slips: Vec::new(),
        at_once: None,
    };
    asking.all()
}

impl<'a> Asking<'a> {
    fn all(mut self) -> Vec<Answer> {
        let mut kind = None;
        for (class, stage) in STAGES.iter().enumerate() {
            if self.answers.len() >= self.limit {
                break;
            }
            let left = self.limit - self.answers.len();
            let mut new = match stage.number {
                Some(number) => self.numbers(number, left),
                None => Vec::new(),
            };
            // A number that stands inside a phone is its own stage: the words had theirs.
            if stage.number != Some(Number::Holds) && !self.query.words.is_empty() {
                if kind != Some(stage.kind) {
                    kind = Some(stage.kind);
                    if stage.kind == SLIP {
                        self.find_slips();
                    }
                    self.at_once = self.all_of(stage.kind);
                }
                match &self.at_once {
                    Some(known) => {
                        let of_stage = known
                            .iter()
                            .filter(|(at, client)| *at == class && self.is_new(*client));
                        new.extend(of_stage.map(|(_, client)| *client));
                    }
                    None => new.extend(self.words(*stage, left)),
                }
            }
            new.sort_unstable();
            new.dedup();
            new.truncate(left);
            self.found.extend(&new);
            self.answers.extend(new.into_iter().map(|client| (class, client)));
        }
        self.answers
    }

    fn is_new(&self, client: u32) -> bool {
        let of_branch = self
            .branch
            .is_none_or(|branch| self.base.branches[client as usize] == branch);
        of_branch && !self.dead.contains(&client) && !self.found.contains(&client)
    }

    /// Whose phone holds the digits.
    fn numbers(&self, number: Number, left: usize) -> Vec<u32> {
        let Some(digits) = &self.query.digits else {
            return Vec::new();
        };
        let lexicon = &self.base.shelf(Shelf::Numbers).words;
        let words: Box<dyn Iterator<Item = u32>> = match number {
            Number::Ends => Box::new(filtered(
                lexicon.grams.ending(digits),
                &lexicon.texts,
                move |word| judge::number_holds(Number::Ends, digits, word),
            )),
            Number::Holds => Box::new(self.base.holding(Shelf::Numbers, lexicon, digits)),
        };
        let clients = Union::new(self.base.owners(Shelf::Numbers, words));
        clients.filter(|client| self.is_new(*client)).take(left).collect()
    }

    /// Who has all of several words, found in this way or a better one, and at which stage: where one of the words has
    /// so few that all of them can be looked at.
    fn all_of(&self, kind: usize) -> Option<Vec<Answer>> {
        let count = self.query.words.len();
        if count == 1 {
            return None;
        }
        let anywhere = Stage {
            kind,
            place: ELSEWHERE,
            number: None,
        };
        let (driver, fewest) = self.driver(anywhere);
        let lists = || self.nested(driver, anywhere).into_iter().flatten().flatten();
        let clients: FxHashSet<u32> = if fewest <= AT_ONCE_MAX {
            lists().filter(|client| self.is_new(*client)).collect()
        } else if kind > EXACT && (0..count).all(|at| self.chars(at) >= MARKED_CHARS_MIN) {
            // As typed there were few: among those who have each word by itself there are few more, as a rule.
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

    /// The word that the fewest have, as a stage wants it, and how many at most they are.
    fn driver(&self, stage: Stage) -> (usize, u64) {
        let words = (0..self.query.words.len()).map(|at| (self.at_most(at, stage), at));
        let (fewest, driver) = words.min().unwrap_or_default();
        (driver, fewest)
    }

    /// Who has all words, as a stage wants it.
    fn words(&self, stage: Stage, left: usize) -> Vec<u32> {
        let count = self.query.words.len();
        if count == 1 {
            let lists = self.lists(0, stage.kind, stage.place, true);
            let mut clients = Merged::new(lists);
            return take(&mut clients, left, |client| self.is_new(client));
        }
        let (driver, _) = self.driver(stage);
        let others: Vec<usize> = (0..count).filter(|at| *at != driver).collect();
        let mut clients = Merged::new(self.nested(driver, stage));
        let mut found = Vec::new();
        for _ in 0..ONE_BY_ONE_MAX {
            let Some(client) = clients.next() else {
                return found;
            };
            if self.is_new(client) && others.iter().all(|at| self.has(client, *at, stage)) {
                found.push(client);
                if found.len() == left {
                    return found;
                }
            }
        }
        let can_be_marked = |at: &usize| stage.place <= INSIDE || self.chars(*at) >= MARKED_CHARS_MIN;
        let (marked, looked_at): (Vec<usize>, Vec<usize>) = others.into_iter().partition(can_be_marked);
        let marks: Vec<Vec<u64>> = marked.iter().map(|at| self.marks(*at, stage)).collect();
        let is_it = |client: u32| {
            marks.iter().all(|marks| is_marked(marks, client))
                && self.is_new(client)
                && looked_at.iter().all(|at| self.has(client, *at, stage))
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
        let lists = self.nested(at, stage).into_iter();
        lists
            .flat_map(|lists| lists.take(1_000))
            .map(|list| u64::from(list.left()))
            .sum()
    }

    /// The clients who have a word, as bits.
    fn marks(&self, at: usize, stage: Stage) -> Vec<u64> {
        let mut marks = vec![0_u64; self.base.len() as usize / 64 + 1];
        for list in self.nested(at, stage).into_iter().flatten() {
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

    /// All the clients of the words that a stage lets count for one that was typed.
    fn nested(&self, at: usize, stage: Stage) -> Vec<Lists<'_>> {
        (0..=stage.kind)
            .flat_map(|kind| self.lists(at, kind, stage.place, false))
            .collect()
    }

    /// The clients of the words that hold a typed one, found in one way and in one place or a better one. With
    /// `only_new`, places that were a stage of their own before may be left out.
    fn lists(&self, at: usize, kind: usize, place: u8, only_new: bool) -> Vec<Lists<'_>> {
        let word: &Word = &self.query.words[at];
        match kind {
            EXACT => self.texts_holding(
                &[&word.text],
                |shelf| &self.base.shelf(shelf).words,
                place,
                only_new,
            ),
            SOUND => {
                let forms: Vec<&String> = word.sounds().iter().collect();
                self.texts_holding(&forms, |shelf| &self.base.shelf(shelf).sounds, place, only_new)
            }
            _ => {
                let Some([names, words]) = self.slips.get(at) else {
                    return Vec::new();
                };
                let mut lists: Vec<Lists<'_>> = Vec::new();
                // They stand at the beginning of a name.
                if place >= START {
                    lists.push(Box::new(self.base.owners(Shelf::Names, names.iter().copied())));
                }
                if place == ELSEWHERE {
                    lists.push(Box::new(self.base.owners(Shelf::Words, words.iter().copied())));
                }
                lists
            }
        }
    }

    fn texts_holding<'b>(
        &'b self,
        texts: &[&'b String],
        lexicon: impl Fn(Shelf) -> &'b Lexicon,
        place: u8,
        only_new: bool,
    ) -> Vec<Lists<'b>> {
        let mut lists: Vec<Lists<'b>> = Vec::new();
        let names = lexicon(Shelf::Names);
        for text in texts {
            match place {
                EQUAL => {
                    let equal = names.sorted.equal(&names.texts, text);
                    lists.push(Box::new(self.base.owners(Shelf::Names, equal.into_iter())));
                }
                START => match names.sorted.starting(&names.texts, text, ALPHABET_MAX) {
                    Some(words) => {
                        lists.push(Box::new(self.base.owners(Shelf::Names, words.into_iter())));
                    }
                    None => {
                        let begins =
                            |word: &str| starts(word).any(|at| word[at..].starts_with(text.as_str()));
                        let words = filtered(names.grams.starting(text), &names.texts, begins);
                        lists.push(Box::new(self.base.owners(Shelf::Names, words)));
                    }
                },
                _ => {
                    if place == INSIDE || !only_new {
                        let words = self.base.holding(Shelf::Names, names, text);
                        lists.push(Box::new(self.base.owners(Shelf::Names, words)));
                    }
                    if place == ELSEWHERE {
                        for shelf in [Shelf::Numbers, Shelf::Words, Shelf::Odd] {
                            let words = self.base.holding(shelf, lexicon(shelf), text);
                            lists.push(Box::new(self.base.owners(shelf, words)));
                        }
                    }
                }
            }
        }
        lists
    }

    /// Looks up what was mistyped, once.
    fn find_slips(&mut self) {
        let slipped = |word: &Word, shelf: Shelf| {
            let lexicon = &self.base.shelf(shelf).words;
            if word.has_slips() {
                lexicon.sorted.slipped(&lexicon.texts, word)
            } else {
                Vec::new()
            }
        };
        let words = self.query.words.iter();
        self.slips = words
            .map(|word| [slipped(word, Shelf::Names), slipped(word, Shelf::Words)])
            .collect();
    }
}

fn is_marked(marks: &[u64], client: u32) -> bool {
    marks[client as usize / 64] >> (client % 64) & 1 == 1
}

/// The first of some clients that are wanted.
fn take(clients: &mut Merged<'_>, most: usize, is_wanted: impl Fn(u32) -> bool) -> Vec<u32> {
    clients.filter(|client| is_wanted(*client)).take(most).collect()
}

/// The clients of lists of several shelves, each once, the likeliest first.
struct Merged<'a> {
    unions: Vec<(Option<u32>, Union<'a>)>,
}

impl<'a> Merged<'a> {
    fn new(lists: Vec<Lists<'a>>) -> Self {
        let unions = lists.into_iter().map(|lists| {
            let mut union = Union::new(lists);
            (union.next(), union)
        });
        Self {
            unions: unions.collect(),
        }
    }
}

impl Iterator for Merged<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let client = self.unions.iter().filter_map(|(next, _)| *next).min()?;
        for (next, union) in &mut self.unions {
            if *next == Some(client) {
                *next = union.next();
            }
        }
        Some(client)
    }
}
