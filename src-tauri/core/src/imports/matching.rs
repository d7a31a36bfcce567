//! Who of the file is in the book already, or stood earlier in the file.
//!
//! A phone or an e-mail address is shared by a family and by thirty colleagues: it means the same client
//! only where the names agree.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use clientele_model::text::digits;
use clientele_model::{ClientDraft, ClientId};
use rusqlite::Connection;

use super::{Fate, store};
use crate::Result;
use crate::clients::{self, NameWords};

/// Fewer digits than this in a number that the phone library cannot read are a filler ("000", "123").
const UNREAD_DIGITS_MIN: usize = 5;

/// Finds the client that a record means.
pub(super) struct Matcher<'a> {
    conn: &'a Connection,
    people: Vec<Person>,
    of_book: HashMap<ClientId, usize>,
    /// Of which phones and e-mails the book has been asked, each by a number.
    reaches: HashMap<Reach, Number>,
    /// Words of names, each by a number.
    words: HashMap<String, Number>,
    /// Who may be meant, by a phone or e-mail and a word of the name: a number that ten thousand rows
    /// share must not make each of them look at all the others.
    found: HashMap<(Number, Number), Vec<usize>>,
}

/// Stands for a word, or for a phone or an e-mail address.
type Number = u32;

/// Somebody whom a record may mean.
struct Person {
    /// What a record of this person does.
    fate: Fate,
    /// The eldest of the book first, then as they stand in the file.
    place: (bool, i64),
    name: NameWords,
    reaches: BTreeSet<Number>,
}

/// A phone or an e-mail address in the form in which it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Reach {
    /// A phone number in E.164.
    Phone(String),
    /// A phone number as typed, where the phone library cannot read it.
    Unread(String),
    /// An e-mail address.
    Email(String),
}

/// In the place of a word: everybody.
const ANYBODY: Number = 0;
/// In the place of a word: who had no name when first met.
const NAMELESS: Number = 1;
/// The number of the first word.
const FIRST_WORD: Number = 2;

impl<'a> Matcher<'a> {
    pub fn new(conn: &'a Connection) -> Self {
        Self {
            conn,
            people: Vec::new(),
            of_book: HashMap::new(),
            reaches: HashMap::new(),
            words: HashMap::new(),
            found: HashMap::new(),
        }
    }

    /// Meets those of the book who have a phone or an e-mail of these cards, whose numbers are read. Whoever is sought
    /// was among such cards.
    pub fn ask<'b>(&mut self, cards: impl IntoIterator<Item = &'b ClientDraft>) -> Result<()> {
        let (mut phones, mut unread, mut emails) = (Vec::new(), Vec::new(), Vec::new());
        for reach in cards.into_iter().flat_map(reaches) {
            let next = Number::try_from(self.reaches.len()).unwrap_or(Number::MAX);
            if let Entry::Vacant(new) = self.reaches.entry(reach) {
                match new.key() {
                    Reach::Phone(e164) => phones.push(e164.clone()),
                    Reach::Unread(typed) => unread.push(typed.clone()),
                    Reach::Email(address) => emails.push(address.clone()),
                }
                new.insert(next);
            }
        }
        for (phone, id) in clients::by_phones(self.conn, &phones)? {
            self.met(id, &Reach::Phone(phone))?;
        }
        for (typed, id) in clients::by_unread_phones(self.conn, &unread)? {
            self.met(id, &Reach::Unread(typed))?;
        }
        for (address, id) in clients::by_emails(self.conn, &emails)? {
            self.met(id, &Reach::Email(address))?;
        }
        Ok(())
    }

    /// Whom a card that was asked about means, and what its record does then.
    pub fn find(&self, card: &ClientDraft) -> Option<(usize, Fate)> {
        let name = NameWords::of(card);
        let words = if name.own().is_empty() {
            vec![ANYBODY]
        } else {
            let own = name.own().iter().filter_map(|word| self.words.get(word).copied());
            own.chain([NAMELESS]).collect()
        };
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for reach in self.numbers(card) {
            let found = words.iter().filter_map(|word| self.found.get(&(reach, *word)));
            let there: BTreeSet<usize> = found.flatten().copied().collect();
            for at in there {
                *shared.entry(at).or_default() += 1;
            }
        }
        let best = shared
            .into_iter()
            .filter(|(at, _)| self.people[*at].name.agrees(&name))
            .min_by_key(|(at, shared)| {
                let person = &self.people[*at];
                let common = person.name.own().intersection(name.own()).count();
                let differs = person.name.own() != name.own();
                (differs, Reverse(common), Reverse(*shared), person.place)
            });
        best.map(|(at, _)| (at, self.people[at].fate))
    }

    /// The record with this index, which nobody was found for, becomes a client.
    pub fn meet(&mut self, index: usize, card: &ClientDraft) {
        let place = (true, i64::try_from(index).unwrap_or(i64::MAX));
        let at = self.new_person(Fate::Repeat(index), place);
        self.learn(at, NameWords::of(card), self.numbers(card));
    }

    /// The card of somebody who was found, completed with a record: the next rows find it by both.
    pub fn grow(&mut self, at: usize, record: &ClientDraft, card: &ClientDraft) {
        self.learn(at, NameWords::of(card), self.numbers(record));
    }

    /// The numbers of a card's phones and e-mails.
    fn numbers(&self, card: &ClientDraft) -> BTreeSet<Number> {
        let reaches = reaches(card).into_iter();
        reaches
            .filter_map(|reach| self.reaches.get(&reach).copied())
            .collect()
    }

    fn new_person(&mut self, fate: Fate, place: (bool, i64)) -> usize {
        self.people.push(Person {
            fate,
            place,
            name: NameWords::default(),
            reaches: BTreeSet::new(),
        });
        self.people.len() - 1
    }

    fn learn(&mut self, at: usize, name: NameWords, reaches: BTreeSet<Number>) {
        let words: Vec<(Number, bool)> = name
            .own()
            .iter()
            .map(|word| (self.word(word), !self.people[at].name.own().contains(word)))
            .collect();
        let person = &mut self.people[at];
        for reach in &person.reaches {
            for (word, _) in words.iter().filter(|(_, is_new)| *is_new) {
                self.found.entry((*reach, *word)).or_default().push(at);
            }
        }
        for reach in reaches {
            if !person.reaches.insert(reach) {
                continue;
            }
            let nameless = words.is_empty().then_some(NAMELESS);
            let words = words.iter().map(|(word, _)| *word);
            for word in words.chain([ANYBODY]).chain(nameless) {
                self.found.entry((reach, word)).or_default().push(at);
            }
        }
        person.name = name;
    }

    /// The number of a word.
    fn word(&mut self, word: &str) -> Number {
        if let Some(known) = self.words.get(word) {
            return *known;
        }
        let next = Number::try_from(self.words.len()).unwrap_or(Number::MAX - FIRST_WORD) + FIRST_WORD;
        self.words.insert(word.to_owned(), next);
        next
    }

    /// Somebody of the book has this phone or e-mail.
    fn met(&mut self, id: ClientId, reach: &Reach) -> Result<()> {
        let (at, name) = match self.of_book.get(&id) {
            // It may have grown meanwhile: it is called what it is called by now.
            Some(at) => (*at, self.people[*at].name.clone()),
            None => {
                let Some((n, names)) = store::names(self.conn, id)? else {
                    return Ok(());
                };
                let at = self.new_person(Fate::Complete(id), (false, n));
                self.of_book.insert(id, at);
                (at, NameWords::of(&names))
            }
        };
        let reach = self.reaches.get(reach).copied();
        self.learn(at, name, reach.into_iter().collect());
        Ok(())
    }
}

/// By what a card with read numbers can be found.
fn reaches(card: &ClientDraft) -> BTreeSet<Reach> {
    let phones = card
        .phones
        .iter()
        .filter(|phone| !phone.e164.is_empty() || digits(&phone.typed).len() >= UNREAD_DIGITS_MIN)
        .map(|phone| match phone.e164.as_str() {
            "" => Reach::Unread(phone.typed.clone()),
            e164 => Reach::Phone(e164.to_owned()),
        });
    // In ASCII only, as the book compares them.
    let emails = card
        .emails
        .iter()
        .map(|email| Reach::Email(email.address.to_ascii_lowercase()));
    phones.chain(emails).collect()
}
