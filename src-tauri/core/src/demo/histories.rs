//! What happened with a client over the years: who comes every month, who stopped coming, who only asked.

use chrono::{Datelike, Weekday};
use clientele_model::Timestamp;

use super::dice::Dice;
use super::words::{Sex, Words, said};
use crate::contacts::{Channel, ContactDraft, ContactKind as Kind, Direction};

/// How far back the salon remembers.
const DAYS_MAX: i64 = 3 * 365;

/// A client whose last visit is longer ago than this has stopped coming.
const LAPSED_DAYS: i64 = 130;

/// What became of a person who once asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Story {
    /// Comes every four to six weeks.
    Regular,
    /// Was one of these, and stopped.
    Lapsed,
    /// Comes now and then.
    Occasional,
    /// Came once.
    Once,
    /// Only asked.
    Prospect,
}

impl Story {
    pub fn of_person(dice: &mut Dice) -> Self {
        match dice.number(0..=99) {
            0..=21 => Self::Regular,
            22..=41 => Self::Lapsed,
            42..=66 => Self::Occasional,
            67..=84 => Self::Once,
            _ => Self::Prospect,
        }
    }
}

/// A contact history as it grows. Days are counted back from the last one: 1 is yesterday.
pub(super) struct History {
    now: Timestamp,
    contacts: Vec<ContactDraft>,
}

/// Whom a history is about, and in whose words.
struct Told<'a> {
    words: &'a Words,
    sex: Sex,
    /// The messenger that the client writes in.
    channel: Channel,
    /// What the client mostly comes for.
    usual: [&'a str; 3],
}

impl History {
    fn new(now: Timestamp) -> Self {
        let contacts = Vec::new();
        Self { now, contacts }
    }

    pub fn of_person(
        dice: &mut Dice,
        words: &Words,
        story: Story,
        sex: Sex,
        channel: Channel,
        now: Timestamp,
    ) -> Self {
        let mut history = Self::new(now);
        let told = Told {
            words,
            sex,
            channel,
            usual: std::array::from_fn(|_| dice.pick_fitting(&words.services, sex).as_str()),
        };
        match story {
            Story::Regular => {
                let since = dice.number(50..=DAYS_MAX);
                history.visits_between(dice, &told, since, 1, 28, 42);
            }
            Story::Lapsed => {
                let since = dice.number(LAPSED_DAYS + 120..=DAYS_MAX);
                let until = dice.number(LAPSED_DAYS..=since - 60).max(since - 450);
                history.visits_between(dice, &told, since, until, 28, 50);
                history.loss(dice, &told, until);
            }
            Story::Occasional => {
                let since = dice.number(60..=DAYS_MAX);
                history.visits_between(dice, &told, since, 1, 80, 200);
            }
            Story::Once => {
                let since = dice.number(10..=DAYS_MAX);
                history.visits_between(dice, &told, since, since - 5, 7, 9);
            }
            Story::Prospect => {
                let asked = dice.number(3..=DAYS_MAX).min(dice.number(3..=DAYS_MAX));
                history.question(dice, &told, asked);
                if dice.chance(45) {
                    let text = dice.text(&words.answers, sex);
                    history.write(dice, &told, asked - 1, Direction::Out, text);
                }
            }
        }
        history
    }

    pub fn of_company(dice: &mut Dice, words: &Words, now: Timestamp) -> Self {
        let mut history = Self::new(now);
        let words = &words.company;
        let mut day = dice.number(60..=DAYS_MAX);
        while day > 0 {
            day = history.open(day);
            let first = history.contacts.is_empty();
            let (kind, direction, channel, texts) = match dice.number(0..=9) {
                _ if first => (Kind::Call, Some(Direction::In), Channel::Phone, &words.calls),
                0..=3 => (Kind::Call, Some(Direction::In), Channel::Phone, &words.calls),
                4..=6 => (Kind::Email, Some(Direction::Out), Channel::Email, &words.emails),
                7 | 8 => (Kind::WalkIn, None, Channel::InPerson, &words.visits),
                _ => (Kind::Offer, Some(Direction::Out), Channel::Email, &words.offers),
            };
            let text = dice.pick(texts).clone();
            history.log(dice, day, kind, direction, channel, text);
            day -= dice.number(20..=75);
        }
        history
    }

    /// How many times the client came.
    pub fn visits(&self) -> usize {
        let came = |contact: &&ContactDraft| contact.kind == Kind::WalkIn;
        self.contacts.iter().filter(came).count()
    }

    /// The contacts, the oldest first; there is always one.
    pub fn into_contacts(mut self) -> Vec<ContactDraft> {
        self.contacts.sort_by_key(|contact| contact.at);
        self.contacts
    }

    /// Asked first on day `since`, then came every so many days until day `until`.
    fn visits_between(
        &mut self,
        dice: &mut Dice,
        told: &Told<'_>,
        since: i64,
        until: i64,
        every_min: i64,
        every_max: i64,
    ) {
        self.question(dice, told, since);
        let mut day = self.open(since - dice.number(2..=5));
        loop {
            if self.visits() > 0 && dice.chance(6) {
                let text = dice.text(&told.words.cancellations, told.sex);
                self.write(dice, told, day, Direction::In, text);
            } else {
                self.visit(dice, told, day);
                self.aftermath(dice, told, day);
            }
            day = self.open(day - dice.number(every_min..=every_max));
            if day < until.max(1) {
                break;
            }
            if dice.chance(35) {
                let ahead = dice.number(2..=6);
                self.booking(dice, told, day + ahead);
            }
            if dice.chance(25) {
                let text = dice.text(&told.words.reminders, told.sex);
                self.write(dice, told, day + 1, Direction::Out, text);
            }
        }
    }

    fn visit(&mut self, dice: &mut Dice, told: &Told<'_>, day: i64) {
        let service = if dice.chance(75) {
            *dice.pick(&told.usual)
        } else {
            dice.pick_fitting(&told.words.services, told.sex)
        };
        let mut text = service.to_owned();
        if dice.chance(65) {
            text.push(' ');
            text.push_str(&dice.text_fitting(&told.words.remarks, told.sex));
        }
        self.log(dice, day, Kind::WalkIn, None, Channel::InPerson, text);
    }

    /// What may follow a visit.
    fn aftermath(&mut self, dice: &mut Dice, told: &Told<'_>, day: i64) {
        let (words, sex) = (told.words, told.sex);
        if day > 7 && dice.chance(3) {
            let complaint = dice.pick_fitting(&words.complaints, sex);
            let said_so = said(&complaint.said, sex);
            let inward = Some(Direction::In);
            self.log(dice, day - 2, Kind::Complaint, inward, told.channel, said_so);
            self.call(dice, day - 4, Direction::Out, said(&complaint.done, sex));
        }
        if day > 7 && dice.chance(7) {
            let text = dice.text_early(&words.offers, sex);
            let outward = Some(Direction::Out);
            self.log(dice, day - 5, Kind::Offer, outward, told.channel, text);
        }
        if dice.chance(4) {
            let text = dice.text(&words.contact_notes, sex);
            self.log(dice, day, Kind::Note, None, Channel::InPerson, text);
        }
    }

    /// Asks for an appointment, by voice or in writing.
    fn booking(&mut self, dice: &mut Dice, told: &Told<'_>, day: i64) {
        let text = dice.text_early(&told.words.bookings, told.sex);
        if dice.chance(45) {
            self.call(dice, day, Direction::In, text);
        } else {
            self.write(dice, told, day, Direction::In, text);
        }
    }

    fn question(&mut self, dice: &mut Dice, told: &Told<'_>, day: i64) {
        let text = dice.text(&told.words.questions, told.sex);
        if dice.chance(40) {
            self.call(dice, day, Direction::In, text);
        } else {
            self.write(dice, told, day, Direction::In, text);
        }
    }

    /// A regular stays away: sometimes a rival had something to do with it, often somebody asks.
    fn loss(&mut self, dice: &mut Dice, told: &Told<'_>, last: i64) {
        if dice.chance(25) {
            let text = dice.text(&told.words.competitor_offers, told.sex);
            let inward = Some(Direction::In);
            self.log(dice, last + 1, Kind::Offer, inward, Channel::InPerson, text);
        }
        if dice.chance(60) {
            let text = dice.text(&told.words.lost, told.sex);
            let waited = dice.number(60..=100);
            self.call(dice, last - waited, Direction::Out, text);
        }
    }

    fn call(&mut self, dice: &mut Dice, day: i64, direction: Direction, text: String) {
        self.log(dice, day, Kind::Call, Some(direction), Channel::Phone, text);
    }

    fn write(&mut self, dice: &mut Dice, told: &Told<'_>, day: i64, direction: Direction, text: String) {
        self.log(dice, day, Kind::Message, Some(direction), told.channel, text);
    }

    fn log(
        &mut self,
        dice: &mut Dice,
        day: i64,
        kind: Kind,
        direction: Option<Direction>,
        channel: Channel,
        text: String,
    ) {
        // From eight to half past four by Greenwich: within working hours in all three countries.
        let quarter = dice.number(8 * 4..=16 * 4 + 2);
        let midnight = self.now.minus_days(day.max(1)).0.div_euclid(DAY_MILLIS) * DAY_MILLIS;
        self.contacts.push(ContactDraft {
            kind,
            direction,
            channel: Some(channel),
            at: Timestamp(midnight + quarter * QUARTER_MILLIS),
            text,
        });
    }

    /// The day itself, or the one before where it is a Sunday.
    fn open(&self, day: i64) -> i64 {
        let sunday = self.now.minus_days(day).to_utc().weekday() == Weekday::Sun;
        day + i64::from(sunday)
    }
}

const QUARTER_MILLIS: i64 = 15 * 60 * 1000;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
