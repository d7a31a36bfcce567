//! Who of the file is in the book already, or stood earlier in the file.
//!
//! A phone or an e-mail address is shared by a family and by thirty colleagues: it means the same client
//! only where the names agree.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

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
    /// Of which phones and e-mails the book has been asked.
    asked: HashSet<Reach>,
    /// Who may be meant, by a phone or e-mail and a word of the name: a number that ten thousand rows
    /// share must not make each of them look at all the others.
    found: HashMap<(Reach, String), Vec<usize>>,
}

/// Somebody whom a record may mean.
struct Person {
    /// What a record of this person does.
    fate: Fate,
    /// The eldest of the book first, then as they stand in the file.
    place: (bool, i64),
    name: NameWords,
    reaches: BTreeSet<Reach>,
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
const ANYBODY: &str = "";
/// In the place of a word: who had no name when first met. No word is a lone hyphen.
const NAMELESS: &str = "-";

impl<'a> Matcher<'a> {
    pub fn new(conn: &'a Connection) -> Self {
        Self {
            conn,
            people: Vec::new(),
            of_book: HashMap::new(),
            asked: HashSet::new(),
            found: HashMap::new(),
        }
    }

    /// Whom a card with read numbers means, and what its record does then.
    pub fn find(&mut self, card: &ClientDraft) -> Result<Option<(usize, Fate)>> {
        let name = NameWords::of(card);
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for reach in reaches(card) {
            self.ask_book(&reach)?;
            let words = if name.own().is_empty() {
                vec![ANYBODY]
            } else {
                let own = name.own().iter().map(String::as_str);
                own.chain([NAMELESS]).collect()
            };
            let mut there: BTreeSet<usize> = BTreeSet::new();
            for word in words {
                let found = self.found.get(&(reach.clone(), word.to_owned()));
                there.extend(found.into_iter().flatten());
            }
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
        Ok(best.map(|(at, _)| (at, self.people[at].fate)))
    }

    /// The record with this index, which nobody was found for, becomes a client.
    pub fn meet(&mut self, index: usize, card: &ClientDraft) {
        let place = (true, i64::try_from(index).unwrap_or(i64::MAX));
        let at = self.new_person(Fate::Repeat(index), place);
        self.learn(at, NameWords::of(card), reaches(card));
    }

    /// The card of somebody who was found, completed with a record: the next rows find it by both.
    pub fn grow(&mut self, at: usize, record: &ClientDraft, card: &ClientDraft) {
        self.learn(at, NameWords::of(card), reaches(record));
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

    fn learn(&mut self, at: usize, name: NameWords, reaches: impl IntoIterator<Item = Reach>) {
        let person = &mut self.people[at];
        let more: Vec<&String> = name.own().difference(person.name.own()).collect();
        for (reach, word) in person
            .reaches
            .iter()
            .flat_map(|reach| more.iter().map(move |word| (reach, *word)))
        {
            let found = self.found.entry((reach.clone(), word.clone())).or_default();
            found.push(at);
        }
        for reach in reaches {
            if !person.reaches.insert(reach.clone()) {
                continue;
            }
            let nameless = name.own().is_empty().then_some(NAMELESS);
            let words = name.own().iter().map(String::as_str);
            for word in words.chain([ANYBODY]).chain(nameless) {
                let found = self.found.entry((reach.clone(), word.to_owned())).or_default();
                found.push(at);
            }
        }
        person.name = name;
    }

    /// Meets those of the book who have this phone or e-mail.
    fn ask_book(&mut self, reach: &Reach) -> Result<()> {
        if !self.asked.insert(reach.clone()) {
            return Ok(());
        }
        let ids = match reach {
            Reach::Phone(e164) => clients::by_phone(self.conn, e164)?,
            Reach::Unread(typed) => clients::by_unread_phone(self.conn, typed)?,
            Reach::Email(address) => clients::by_email(self.conn, address)?,
        };
        for id in ids {
            let (at, name) = match self.of_book.get(&id) {
                // It may have grown meanwhile: it is called what it is called by now.
                Some(at) => (*at, self.people[*at].name.clone()),
                None => {
                    let Some((n, names)) = store::names(self.conn, id)? else {
                        continue;
                    };
                    let at = self.new_person(Fate::Complete(id), (false, n));
                    self.of_book.insert(id, at);
                    (at, NameWords::of(&names))
                }
            };
            self.learn(at, name, [reach.clone()]);
        }
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
