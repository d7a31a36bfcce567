//! The network: it drops, doubles, delays, cuts and stalls.

use std::collections::VecDeque;

use clientele_server::Path;
use clientele_sync::{Ahead, Ask, Contact, Error, Fetched, Report};

use clientele_protocol::message::No;

use super::{Desk, MINUTE, Office, Time, World};

/// What may go wrong.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// Of a hundred messages, so many meet with an accident.
    pub percent: usize,
    /// Files of devices are copied and restored.
    pub copies: bool,
    /// The server dies, and is restored from old backups.
    pub office: bool,
}

impl Faults {
    /// A perfect world.
    #[must_use]
    pub fn none() -> Self {
        Self {
            percent: 0,
            copies: false,
            office: false,
        }
    }

    /// Everything that can happen does.
    #[must_use]
    pub fn all() -> Self {
        Self {
            percent: 15,
            copies: true,
            office: true,
        }
    }
}

/// How a visit ended.
#[derive(Debug)]
pub enum Outcome {
    /// All was said.
    Done(Report),
    /// The line broke.
    Cut,
    /// One of the two sides ended it.
    Ended(Error),
}

/// What a line makes of a message: the answer, or nothing where it broke.
pub type Line<'a> = &'a mut dyn FnMut(&Office, &Time, Path, &[u8]) -> Option<Vec<u8>>;

/// One visit, message by message.
fn visit_over(desk: &Desk, office: &Office, time: &Time, line: Line<'_>) -> Outcome {
    let contact = match Contact::begin(desk.book()) {
        Ok(contact) => contact,
        Err(error) => return Outcome::Ended(error),
    };
    // Mostly as the program does it: pages are fetched ahead. Some take them one by one.
    let pages = time.now().rem_euclid(4);
    let mut contact = match pages {
        0 => contact,
        _ => contact.fetching_ahead(),
    };
    let mut line = |ask: &Ask| match ask {
        Ask::Open(bytes) => line(office, time, Path::Open, bytes),
        Ask::Call(bytes) => line(office, time, Path::Call, bytes),
        Ask::Pair(bytes) => line(office, time, Path::Pair, bytes),
    };
    for _ in 0..10_000 {
        let said = match contact.ask() {
            Ok(Some(ask)) => match line(&ask) {
                Some(answer) => contact.answer(&answer),
                None => return Outcome::Cut,
            },
            Ok(None) => match contact.ahead() {
                Ok(Some(ahead)) => match pull_ahead(&mut contact, ahead, pages, &mut line) {
                    Ok(true) => Ok(()),
                    Ok(false) => return Outcome::Cut,
                    Err(error) => Err(error),
                },
                Ok(None) => return Outcome::Done(contact.report().clone()),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        if let Err(error) = said {
            return Outcome::Ended(error);
        }
    }
    panic!("a visit that does not end");
}

/// Fetches some pages, and only then takes them in. Returns whether the line still holds.
fn pull_ahead(
    contact: &mut Contact<'_>,
    ahead: Ahead,
    at_most: i64,
    mut line: impl FnMut(&Ask) -> Option<Vec<u8>>,
) -> Result<bool, Error> {
    let (mut ahead, mut pages, mut other, mut holds) = (Some(ahead), VecDeque::new(), None, true);
    for _ in 0..at_most {
        let Some(asking) = ahead.take() else { break };
        let Some(answer) = line(&asking.ask()) else {
            holds = false;
            break;
        };
        let (fetched, more) = asking.answer(answer);
        ahead = more;
        match fetched {
            Fetched::Page(page) => pages.push_back(*page),
            Fetched::Other(answer) => other = Some(answer),
        }
    }
    let mut wanted = true;
    while wanted && !pages.is_empty() {
        wanted = contact.take_in(std::iter::from_fn(|| pages.pop_front()))?;
    }
    if let Some(answer) = other.filter(|_| wanted) {
        contact.answer(&answer)?;
    }
    Ok(holds)
}

impl World {
    /// A device visits head office, through the network.
    pub fn visit(&mut self, place: usize) -> Outcome {
        let Self {
            rng,
            time,
            office,
            desks,
            faults,
            held_back,
            ..
        } = self;
        let mut network = |office: &Office, time: &Time, path: Path, bytes: &[u8]| {
            time.pass(20 + rng.below(200) as i64);
            let accident = (rng.below(100) < faults.percent).then(|| rng.below(6));
            match accident {
                // Lost on the way there.
                Some(0) => return None,
                // Lost on the way back: the server has it, the device does not know.
                Some(1) => {
                    let _ = office.handle(path, bytes, time.now());
                    return None;
                }
                // Doubled: the server has it twice at once, and once more later.
                Some(2) => {
                    let _ = office.handle(path, bytes, time.now());
                    held_back.push((path, bytes.to_vec()));
                }
                // Cut short.
                Some(3) => {
                    let _ = office.handle(path, &bytes[..rng.below(bytes.len())], time.now());
                    return None;
                }
                // It stalls.
                Some(4) => time.pass(rng.below(120) as i64 * MINUTE),
                _ => {}
            }
            let mut answer = office.handle(path, bytes, time.now());
            if accident == Some(5) {
                answer.truncate(rng.below(answer.len().max(1)));
            }
            Some(answer)
        };
        let outcome = visit_over(&desks[place], office, time, &mut network);
        self.after_visit(place, outcome)
    }

    /// A device visits head office over a line of the test's own.
    pub fn visit_over(&mut self, place: usize, line: Line<'_>) -> Outcome {
        let outcome = visit_over(&self.desks[place], &self.office, &self.time, line);
        self.after_visit(place, outcome)
    }

    fn after_visit(&mut self, place: usize, outcome: Outcome) -> Outcome {
        self.note_acknowledged(place);
        if matches!(outcome, Outcome::Ended(Error::No(No::Session))) && !self.desks[place].revoked {
            // The server was restored from a time before this device: head office gives it another code.
            let branch = self.desks[place].branch;
            self.pair_again(place, branch);
            return Outcome::Cut;
        }
        outcome
    }

    /// A device visits, and all must go well.
    ///
    /// # Panics
    /// Where it does not.
    pub fn visits(&mut self, place: usize) -> Report {
        self.time.pass(MINUTE);
        match self.visit(place) {
            Outcome::Done(report) => report,
            other => panic!("seed {}: desk {place} cannot visit: {other:?}", self.seed),
        }
    }

    /// What the network held back arrives after all.
    pub fn deliver_late(&mut self) {
        for (path, bytes) in std::mem::take(&mut self.held_back) {
            let _ = self.office.handle(path, &bytes, self.time.now());
        }
    }

    /// The server dies, is backed up, or is restored from its backup.
    pub fn office_mishap(&mut self) {
        match self.rng.below(3) {
            0 => self.office.restart(),
            1 => self.office.back_up(),
            _ => {
                self.office.restore();
            }
        }
    }
}
