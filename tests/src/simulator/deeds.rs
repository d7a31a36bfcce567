//! What people do at a device.

use clientele_core::clients::Sight;
use clientele_core::custom_fields::{CustomChoice, CustomField, CustomFieldDraft};
use clientele_core::filters::{Conditions, FilterDraft};
use clientele_core::testing::Rng;
use clientele_core::workspace::Actor;
use clientele_core::{
    attachments, clients, contacts, custom_fields, duplicates, filters, head_office, testing,
};
use clientele_model::{ClientDraft, ClientId, ContactPerson, CustomKind, CustomValue, Phone, Timestamp};

use super::{Desk, World, Written};

const NAMES: [&str; 8] = [
    "Анна",
    "Ivan",
    "Мария",
    "Петър",
    "Elena",
    "Георги",
    "Ольга",
    "Vera",
];

fn by() -> Actor {
    Actor::owner()
}

impl World {
    /// Somebody does something at a device; what it says is saved is noted.
    ///
    /// # Panics
    /// Where the book refuses what it must not.
    pub fn deed(&mut self, place: usize) {
        let word = format!("word{:05}", self.written.len());
        let Self { rng, desks, .. } = self;
        let desk = &desks[place];
        let book = desk.book();
        let ids = book.read(clients::ids).expect("the clients");
        let chosen = (!ids.is_empty()).then(|| ids[rng.below(ids.len())]);
        let mut about = None;
        let client = match (chosen, rng.below(32)) {
            (None, _) | (_, 0..4) => Some(add(desk, NAMES[rng.below(NAMES.len())], &word)),
            (Some(id), 4..9) => edit(desk, id, |draft| draft.notes.clone_from(&word)),
            (Some(id), 9..11) => edit(desk, id, |draft| draft.expects.clone_from(&word)),
            (Some(id), 11) => edit(desk, id, |draft| draft.tags = vec![word.clone()]),
            (Some(id), 12) => edit(desk, id, |draft| {
                draft.phones.push(Phone {
                    typed: format!("0888 12{:04}", rng.below(10_000)),
                    label: word.clone(),
                    ..Phone::default()
                });
            }),
            (Some(id), 13..16) => {
                let at = 1_700_000_000_000 + rng.below(1_000_000) as i64;
                let logged = contacts::add(book, &by(), id, testing::call(&word, at));
                logged.ok().map(|_| home(desk, id))
            }
            (Some(id), 16) => {
                let _ = clients::trash(book, &by(), &[id]);
                None
            }
            (Some(_), 17) => {
                let _ = book.undo(&by());
                None
            }
            (Some(_), 18) => {
                let _ = book.redo(&by());
                None
            }
            (Some(id), 20..22) => {
                let other = ids[rng.below(ids.len())];
                let _ = duplicates::merge(book, &by(), id, other, None);
                None
            }
            (Some(id), 22) => {
                let merged = book
                    .read(|conn| duplicates::merged(conn, id))
                    .expect("who was merged");
                if let Some(last) = merged.first() {
                    let _ = duplicates::unmerge(book, &by(), last.step);
                }
                None
            }
            (Some(_), 23) => {
                owns(desk, rng, &word);
                None
            }
            (Some(id), 24..27) => fill(desk, rng, id, &word),
            (Some(id), 27..29) => {
                let picture = testing::a_picture(&word, (rng.below(256)) as u8);
                let added = attachments::add(book, &by(), id, &[picture], rng.below(2) == 0);
                added.ok().map(|_| home(desk, id))
            }
            (Some(id), 29) => {
                let rows = book
                    .read(|conn| attachments::list(conn, id))
                    .expect("what is on a card");
                if let Some(row) = rows.get(rng.below(rows.len().max(1))) {
                    let _ = match rng.below(2) {
                        0 => attachments::trash(book, &by(), row.id),
                        _ => attachments::set_photo(book, &by(), row.id, !row.is_photo),
                    };
                }
                None
            }
            (Some(id), 30..32) => {
                let other = ids[rng.below(ids.len())];
                link(desk, rng, id, other, &word).inspect(|_| about = Some(other))
            }
            (Some(id), _) if rng.below(6) == 0 => {
                clients::trash(book, &by(), &[id]).expect("into the trash");
                clients::erase(book, &by(), &[id]).expect("erased");
                None
            }
            (Some(id), _) => {
                let _ = clients::restore(book, &by(), &[id]);
                None
            }
        };
        if let Some(client) = client {
            self.written.push(Written {
                word,
                desk: place,
                client,
                about,
                lost_with_its_file: false,
                acknowledged: false,
            });
        }
    }

    /// Somebody adds a client; the name ends in a word that must be found again.
    ///
    /// # Panics
    /// Where the book refuses it.
    pub fn adds(&mut self, place: usize, name: &str) -> ClientId {
        let word = self.next_word();
        let client = add(&self.desks[place], name, &word);
        self.note_word(place, client, word);
        client
    }

    /// Somebody types a note on a card over what stands there; returns the word that must be found again.
    ///
    /// # Panics
    /// Where the card is not there.
    pub fn types(&mut self, place: usize, client: ClientId) -> String {
        let word = self.next_word();
        let typed = edit(&self.desks[place], client, |draft| draft.notes.clone_from(&word));
        assert!(
            typed.is_some(),
            "seed {}: no card of {client} on desk {place}",
            self.seed
        );
        self.note_word(place, client, word.clone());
        word
    }

    /// Somebody logs a call on a card; returns the word that must be found again.
    ///
    /// # Panics
    /// Where the card is not there.
    pub fn logs_call(&mut self, place: usize, client: ClientId) -> String {
        let word = self.next_word();
        let call = testing::call(&word, self.time.now());
        contacts::add(self.desks[place].book(), &by(), client, call).expect("a logged call");
        self.note_word(place, client, word.clone());
        word
    }

    /// The note on a card, as a device shows it.
    ///
    /// # Panics
    /// Where the card is not there.
    #[must_use]
    pub fn note_of(&self, place: usize, client: ClientId) -> String {
        let card = self.desks[place].book().read(|conn| clients::load(conn, client));
        card.expect("the card").notes
    }

    fn next_word(&self) -> String {
        format!("word{:05}", self.written.len())
    }

    /// What somebody typed on a card, and was told was saved, must be found again.
    pub fn note_word(&mut self, desk: usize, client: ClientId, word: String) {
        self.written.push(Written {
            word,
            desk,
            client,
            about: None,
            lost_with_its_file: false,
            acknowledged: false,
        });
    }

    /// What this device has told head office for certain will be found.
    pub fn note_acknowledged(&mut self, place: usize) {
        let waiting = self.desks[place].book().read(head_office::waiting);
        if waiting.is_ok_and(|waiting| waiting == 0) {
            for word in self.written.iter_mut().filter(|word| word.desk == place) {
                word.acknowledged = true;
            }
        }
    }
}

fn add(desk: &Desk, name: &str, word: &str) -> ClientId {
    let draft = ClientDraft {
        given_name: name.to_owned(),
        family_name: word.to_owned(),
        ..ClientDraft::default()
    };
    clients::add(desk.book(), &by(), draft).expect("a client").value
}

/// Head office says what fields there are, and what may be chosen; each may refuse what it must.
fn owns(desk: &Desk, rng: &mut Rng, word: &str) {
    let book = desk.book();
    let fields = book.read(custom_fields::list).expect("the fields");
    let field = (!fields.is_empty()).then(|| fields[rng.below(fields.len())].clone());
    let draft = |field: &CustomField| CustomFieldDraft {
        name: field.name.clone(),
        kind: field.kind,
        choices: field.choices.clone(),
    };
    match (field, rng.below(5)) {
        (Some(field), 0) => drop(custom_fields::remove(book, &by(), field.id)),
        (Some(field), 1) => {
            let after = CustomFieldDraft {
                name: word.to_owned(),
                ..draft(&field)
            };
            drop(custom_fields::save(
                book,
                &by(),
                Some(field.id),
                Some(draft(&field)),
                after,
            ));
        }
        (Some(field), 2 | 3) => {
            let mut after = draft(&field);
            if rng.below(3) == 0 && !after.choices.is_empty() {
                let at = rng.below(after.choices.len());
                after.choices[at].name = word.to_owned();
            } else {
                after.choices.push(choice(word));
            }
            drop(custom_fields::save(
                book,
                &by(),
                Some(field.id),
                Some(draft(&field)),
                after,
            ));
        }
        _ => {
            let after = CustomFieldDraft {
                name: word.to_owned(),
                kind: CustomKind::ALL[rng.below(4)],
                choices: vec![choice("one"), choice("other")],
            };
            drop(custom_fields::save(book, &by(), None, None, after));
        }
    }
    let saved = FilterDraft {
        name: format!("filter {word}"),
        conditions: Conditions::default(),
    };
    if rng.below(3) == 0 {
        let all = filters::save(book, &by(), None, saved);
        let all = all.map(|saved| saved.value);
        if let (Ok(all), 0) = (all, rng.below(2)) {
            let now = Timestamp::now();
            let whom = book.read(|conn| filters::whom(conn, all, Sight::All, now));
            drop(filters::tag(
                book,
                &by(),
                all,
                Sight::All,
                &whom.expect("whom it finds"),
                TAGS[rng.below(2)],
                rng.below(3) > 0,
            ));
        }
    }
}

/// Tags that are given to all.
const TAGS: [&str; 2] = ["VIP", "new"];

fn choice(name: &str) -> CustomChoice {
    CustomChoice {
        id: None,
        name: name.to_owned(),
    }
}

/// Somebody notes that a client is another's contact person, or says anew as what. It goes with either of the two.
fn link(desk: &Desk, rng: &mut Rng, id: ClientId, other: ClientId, word: &str) -> Option<ClientId> {
    let takes_off = rng.below(4) == 0;
    let client = edit(desk, id, |draft| {
        let known = draft
            .contact_persons
            .iter()
            .position(|p| p.person_id == Some(other));
        match known {
            Some(at) if takes_off => drop(draft.contact_persons.remove(at)),
            Some(at) => word.clone_into(&mut draft.contact_persons[at].role),
            None => draft.contact_persons.push(ContactPerson {
                role: word.to_owned(),
                person_id: Some(other),
                ..ContactPerson::default()
            }),
        }
    })?;
    let is_there = desk.book().read(|conn| clients::load(conn, id)).ok()?;
    let said = |person: &ContactPerson| person.role == word;
    is_there.contact_persons.iter().any(said).then_some(client)
}

/// Somebody fills in one of the owner's own fields. Where it is a text, that is the word which must be found again.
fn fill(desk: &Desk, rng: &mut Rng, id: ClientId, word: &str) -> Option<ClientId> {
    let fields = desk.book().read(custom_fields::list).expect("the fields");
    if fields.is_empty() {
        return None;
    }
    let field = &fields[rng.below(fields.len())];
    let value = match field.kind {
        CustomKind::Text => word.to_owned(),
        CustomKind::Number => format!("{}.5", rng.below(100)),
        CustomKind::Date => format!("2026-11-{:02}", 1 + rng.below(28)),
        CustomKind::Choice => field
            .choices
            .first()
            .map(|choice| choice.name.clone())
            .unwrap_or_default(),
    };
    let client = edit(desk, id, |draft| {
        draft.custom.retain(|known| known.field != Some(field.id));
        draft.custom.push(CustomValue {
            field: Some(field.id),
            name: field.name.clone(),
            kind: field.kind,
            value,
        });
    });
    client.filter(|_| field.kind == CustomKind::Text)
}

fn edit(desk: &Desk, id: ClientId, change: impl FnOnce(&mut ClientDraft)) -> Option<ClientId> {
    let before = desk.book().read(|conn| clients::load(conn, id)).ok()?;
    let mut after = before.clone();
    change(&mut after);
    clients::change(desk.book(), &by(), id, &before, after).ok()?;
    Some(home(desk, id))
}

/// On whose card a client stands: what is written to it is written there.
fn home(desk: &Desk, id: ClientId) -> ClientId {
    desk.book().read(|conn| clients::home(conn, id)).expect("a card")
}
