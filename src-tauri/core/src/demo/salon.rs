//! The salon's book, client by client: what stands on the card, since when, and what happened since.

use chrono::Datelike;
use clientele_model::{
    ClientDraft, ClientKind, ContactPerson, Email, Messenger, OtherName, Phone, Timestamp,
};

use super::Demo;
use super::dice::Dice;
use super::histories::{History, Story};
use super::people::{self, Name};
use super::phones::{self, Numbers};
use super::twins::{self, Known};
use super::words::{Country, Sex, Words, said, words};
use crate::contacts::{Channel, ContactDraft};

/// A client of the demo, ready to be written.
pub(super) struct Entry {
    pub card: ClientDraft,
    pub created_at: Timestamp,
    /// The oldest first.
    pub contacts: Vec<ContactDraft>,
}

/// All clients of a demo salon, without an end.
pub(super) struct Salon {
    dice: Dice,
    numbers: Numbers,
    words: &'static Words,
    now: Timestamp,
    /// The book's country, as the phone library reads numbers typed in it.
    country: String,
    /// Where most clients are from.
    home: Country,
    made: u32,
    /// The last person, who may come into the book once more.
    known: Option<Known>,
}

impl Iterator for Salon {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        self.made += 1;
        let mut dice = self.dice.fork();
        if twins::is_place(self.made)
            && let Some(known) = self.known.take()
        {
            return Some(self.twin(&mut dice, &known));
        }
        let origin = if dice.chance(76) {
            self.home
        } else {
            *dice.pick(&Country::ALL)
        };
        Some(if dice.chance(5) {
            self.company(&mut dice, self.home)
        } else {
            self.person(&mut dice, origin)
        })
    }
}

impl Salon {
    pub fn new(options: &Demo, country: &str) -> Self {
        let mut dice = Dice::new(options.seed);
        let known = |c: &Country| c.code() == country;
        let speaks = |c: &Country| c.language() == options.language;
        let home = Country::ALL.into_iter().find(known);
        Self {
            numbers: Numbers::new(&mut dice),
            dice,
            words: words(options.language),
            now: options.now,
            country: country.to_owned(),
            home: home
                .or(Country::ALL.into_iter().find(speaks))
                .unwrap_or(Country::Gb),
            made: 0,
            known: None,
        }
    }

    fn person(&mut self, dice: &mut Dice, origin: Country) -> Entry {
        let (words, people) = (self.words, origin.people());
        let sex = if dice.chance(72) { Sex::Woman } else { Sex::Man };
        let story = Story::of_person(dice);
        let name = Name::of(dice, people, sex);
        let channel = messenger(dice, origin);
        let history = History::of_person(dice, words, story, sex, channel, self.now);
        // Who came once and asked leaves a name and a number; who stays is known better every year.
        let known = match story {
            Story::Prospect => 10,
            Story::Once => 40,
            Story::Occasional => 70,
            Story::Regular | Story::Lapsed => 90,
        };
        let mut card = ClientDraft {
            source: dice.pick_early(&words.sources).clone(),
            ..ClientDraft::default()
        };
        self.reach(
            dice,
            &mut card,
            origin,
            &[&name.given, &name.family],
            known,
            channel,
        );
        if dice.chance(known / 2) {
            self.live(dice, &mut card, origin, &words.labels.home);
        }
        if dice.chance(known) {
            let year = i64::from(self.now.to_utc().year());
            card.birthday = Some(people::birthday(dice, year));
        }
        if dice.chance(70) {
            card.language = Some(origin.language());
        }
        if dice.chance(known / 2) {
            card.card_number = format!("{:06}", self.made);
        }
        if story == Story::Regular && history.visits() > 12 && dice.chance(30) {
            card.tags.push(words.vip_tag.clone());
        }
        if dice.chance(known / 2) {
            card.tags.push(dice.text_fitting(&words.tags, sex));
        }
        if dice.chance(known / 2) {
            card.notes = dice.text_fitting(&words.notes, sex);
        }
        if dice.chance(known / 3) {
            card.expects = dice.text_fitting(&words.expects, sex);
        }
        if dice.chance(known / 8) {
            card.never = dice.text_fitting(&words.never, sex);
        }
        if sex == Sex::Woman && dice.chance(known / 16) {
            card.other_names.push(OtherName {
                label: words.labels.maiden_name.clone(),
                name: dice.text(&people.families, sex),
                ..OtherName::default()
            });
        }
        if dice.chance(known / 16) {
            card.contact_persons
                .push(self.relative(dice, origin, name.house, sex.other()));
        }
        (card.given_name, card.patronymic, card.family_name) = (name.given, name.middle, name.family);
        self.known = Some(Known {
            card: card.clone(),
            origin,
            sex,
        });
        Entry::new(card, history)
    }

    /// A second card of somebody who is in the book.
    fn twin(&self, dice: &mut Dice, known: &Known) -> Entry {
        let numbers = known.card.phones.first();
        let number = numbers.and_then(|phone| clientele_model::phone::to_e164(&phone.typed, &self.country));
        let mut card = known.again(
            (self.made / twins::EVERY).is_multiple_of(2),
            number.unwrap_or_default(),
        );
        card.source.clone_from(dice.pick_early(&self.words.sources));
        card.notes = dice.text_fitting(&self.words.notes, known.sex);
        let channel = messenger(dice, known.origin);
        let history = History::of_person(dice, self.words, Story::Once, known.sex, channel, self.now);
        Entry::new(card, history)
    }

    fn company(&mut self, dice: &mut Dice, origin: Country) -> Entry {
        let words = self.words;
        let name = people::company(dice, origin.people());
        let mut card = ClientDraft {
            kind: ClientKind::Company,
            source: dice.pick_early(&words.sources).clone(),
            language: Some(origin.language()),
            tags: vec![words.company_tag.clone()],
            notes: dice.pick(&words.company.notes).clone(),
            ..ClientDraft::default()
        };
        self.reach(dice, &mut card, origin, &["office", &name], 80, Channel::Email);
        self.live(dice, &mut card, origin, &words.labels.office);
        for _ in 0..dice.number(1..=2) {
            card.contact_persons.push(self.colleague(dice, origin));
        }
        card.company_name = name;
        Entry::new(card, History::of_company(dice, words, self.now))
    }

    /// Phones, e-mail, messenger.
    fn reach(
        &mut self,
        dice: &mut Dice,
        card: &mut ClientDraft,
        origin: Country,
        spelled: &[&str],
        known: u32,
        channel: Channel,
    ) {
        let labels = &self.words.labels;
        let label = match (card.kind, origin) {
            (ClientKind::Company, _) => &labels.office,
            // The British numbers that reach nobody are landlines.
            (ClientKind::Person, Country::Gb) => &labels.home,
            (ClientKind::Person, _) => &labels.mobile,
        };
        let first = self.numbers.next(origin);
        card.phones.push(self.phone(dice, &first, label));
        if dice.chance(known / 8) {
            let second = self.numbers.next(origin);
            card.phones.push(self.phone(dice, &second, &labels.work));
        }
        if dice.chance(known * 2 / 3) {
            card.emails.push(Email {
                address: people::email(dice, spelled, origin, self.made),
                ..Email::default()
            });
        }
        let service = match channel {
            Channel::Viber => "Viber",
            Channel::Telegram => "Telegram",
            Channel::Whatsapp => "WhatsApp",
            _ => return,
        };
        if dice.chance(known * 2 / 3) {
            card.messengers.push(Messenger {
                service: service.to_owned(),
                handle: first,
                ..Messenger::default()
            });
        }
    }

    fn phone(&self, dice: &mut Dice, e164: &str, label: &str) -> Phone {
        Phone {
            label: label.to_owned(),
            typed: phones::typed(dice, e164, &self.country),
            ..Phone::default()
        }
    }

    /// Where: most live near the salon, wherever they are from. At home the country goes without saying.
    fn live(&self, dice: &mut Dice, card: &mut ClientDraft, origin: Country, label: &str) {
        let lives_in = if dice.chance(75) { self.home } else { origin };
        let mut address = people::address(dice, lives_in.people(), label);
        if lives_in.code() != self.country {
            self.words
                .countries
                .name(lives_in)
                .clone_into(&mut address.country);
        }
        card.addresses.push(address);
    }

    fn relative(&mut self, dice: &mut Dice, origin: Country, house: &str, sex: Sex) -> ContactPerson {
        let given = Name::of(dice, origin.people(), sex).given;
        let e164 = self.numbers.next(origin);
        ContactPerson {
            name: format!("{given} {}", said(house, sex)),
            role: dice.text(&self.words.family_roles, sex),
            phone: phones::typed(dice, &e164, &self.country),
            ..ContactPerson::default()
        }
    }

    fn colleague(&mut self, dice: &mut Dice, origin: Country) -> ContactPerson {
        let sex = if dice.chance(60) { Sex::Woman } else { Sex::Man };
        let name = Name::of(dice, origin.people(), sex);
        let e164 = self.numbers.next(origin);
        ContactPerson {
            role: dice.pick(&self.words.company.roles).clone(),
            phone: phones::typed(dice, &e164, &self.country),
            email: people::email(dice, &[&name.given, &name.family], origin, self.made),
            name: format!("{} {}", name.given, name.family),
            ..ContactPerson::default()
        }
    }
}

impl Entry {
    fn new(card: ClientDraft, history: History) -> Self {
        let contacts = history.into_contacts();
        Self {
            card,
            created_at: contacts[0].at,
            contacts,
        }
    }
}

/// The messenger that somebody from there writes in.
fn messenger(dice: &mut Dice, origin: Country) -> Channel {
    let most = match origin {
        Country::Bg => Channel::Viber,
        Country::Ru => Channel::Telegram,
        Country::Gb => Channel::Whatsapp,
    };
    let others = [
        most,
        most,
        most,
        Channel::Whatsapp,
        Channel::Viber,
        Channel::Telegram,
        Channel::Sms,
    ];
    *dice.pick(&others)
}
