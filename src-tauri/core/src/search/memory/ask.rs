//! Who answers a question, the likeliest first: stage by stage of [`STAGES`], and no further than is wanted.

use std::cell::RefCell;

use clientele_model::BranchId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::base::{Base, Lexicon, Shelf, Sure, filtered};
use super::lists::{List, Union};
use crate::search::document::starts;
use crate::search::judge::{
    self, ELSEWHERE, EQUAL, EXACT, INSIDE, Number, Places, SLIP, SOUND, STAGES, START, Stage,
};
use crate::search::query::{Query, Word};

/// Where no more parts of names than this begin with a word, they are looked up in the alphabet.
const ALPHABET_MAX: usize = 256;

/// Those who answer: the place in [`STAGES`], and the number in the base.
pub(super) type Answer = (usize, u32);

type Lists<'a> = Box<dyn Iterator<Item = List<'a>> + 'a>;

/// Where a typed word stands in words of the book, by the kind that was asked for, the shelf and the number.
type Known = FxHashMap<(usize, u8, u32), Places>;

/// One question to a base.
pub(super) struct Asking<'a> {
    pub(super) base: &'a Base,
    dead: &'a FxHashSet<u32>,
    pub(super) query: &'a Query,
    branch: Option<u16>,
    limit: usize,
    found: FxHashSet<u32>,
    answers: Vec<Answer>,
    /// Is a typed word a number, and so may stand in a phone?
    pub(super) is_number: Vec<bool>,
    /// Where each typed word stands in each word of the book that was looked at.
    pub(super) places: Vec<RefCell<Known>>,
    /// Those who have several words, of the kind that is asked now, by their stage; where there are not too many.
    at_once: Option<Vec<Answer>>,
    /// What was mistyped so, and stands in names; and elsewhere.
    pub(super) slips: Vec<[Vec<u32>; 2]>,
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
        is_number: query
            .words
            .iter()
            .map(|word| word.text.bytes().all(|byte| byte.is_ascii_digit()))
            .collect(),
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

    pub(super) fn is_new(&self, client: u32) -> bool {
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
            Number::Holds => Box::new(self.base.holding(Shelf::Numbers, lexicon, digits, Sure::Now)),
        };
        let clients = Union::new(self.base.owners(Shelf::Numbers, words));
        clients.filter(|client| self.is_new(*client)).take(left).collect()
    }

    /// Who has all words, as a stage wants it.
    fn words(&self, stage: Stage, left: usize) -> Vec<u32> {
        if self.query.words.len() > 1 {
            return self.several(stage, left);
        }
        let lists = self.lists(0, stage.kind, stage.place, true, Sure::Now);
        take(&mut Merged::new(lists), left, |client| self.is_new(client))
    }

    /// All the clients of the words that a stage lets count for one that was typed.
    pub(super) fn nested(&self, at: usize, stage: Stage, sure: Sure) -> Vec<Lists<'_>> {
        (0..=stage.kind)
            .flat_map(|kind| self.lists(at, kind, stage.place, false, sure))
            .collect()
    }

    /// The clients of the words that hold a typed one, found in one way and in one place or a better one. With
    /// `only_new`, places that were a stage of their own before may be left out.
    fn lists(&self, at: usize, kind: usize, place: u8, only_new: bool, sure: Sure) -> Vec<Lists<'_>> {
        let word: &Word = &self.query.words[at];
        match kind {
            EXACT => self.texts_holding(
                &[&word.text],
                |shelf| &self.base.shelf(shelf).words,
                place,
                only_new,
                sure,
            ),
            SOUND => {
                let forms: Vec<&String> = word.sounds().iter().collect();
                self.texts_holding(
                    &forms,
                    |shelf| &self.base.shelf(shelf).sounds,
                    place,
                    only_new,
                    sure,
                )
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
        sure: Sure,
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
                        let words = self.base.holding(Shelf::Names, names, text, sure);
                        lists.push(Box::new(self.base.owners(Shelf::Names, words)));
                    }
                    if place == ELSEWHERE {
                        for shelf in [Shelf::Numbers, Shelf::Words, Shelf::Odd] {
                            let words = self.base.holding(shelf, lexicon(shelf), text, sure);
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

/// The first of some clients that are wanted.
pub(super) fn take(clients: &mut Merged<'_>, most: usize, is_wanted: impl Fn(u32) -> bool) -> Vec<u32> {
    clients.filter(|client| is_wanted(*client)).take(most).collect()
}

/// The clients of lists of several shelves, each once, the likeliest first.
pub(super) struct Merged<'a> {
    unions: Vec<(Option<u32>, Union<'a>)>,
}

impl<'a> Merged<'a> {
    pub fn new(lists: Vec<Lists<'a>>) -> Self {
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
