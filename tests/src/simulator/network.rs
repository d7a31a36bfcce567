//! The network: it drops, doubles, delays, cuts and stalls.

use clientele_server::Path;
use clientele_sync::{Ask, Contact, Error, Report};

use clientele_protocol::message::No;

use super::{MINUTE, World};

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
        let desk = &desks[place];
        let outcome = (|| {
            let mut contact = match Contact::begin(desk.book()) {
                Ok(contact) => contact,
                Err(error) => return Outcome::Ended(error),
            };
            for _ in 0..10_000 {
                let (path, bytes) = match contact.ask() {
                    Ok(Some(Ask::Open(bytes))) => (Path::Open, bytes),
                    Ok(Some(Ask::Call(bytes))) => (Path::Call, bytes),
                    Ok(Some(Ask::Pair(bytes))) => (Path::Pair, bytes),
                    Ok(None) => return Outcome::Done(contact.report().clone()),
                    Err(error) => return Outcome::Ended(error),
                };
                time.pass(20 + rng.below(200) as i64);
                let accident = (rng.below(100) < faults.percent).then(|| rng.below(6));
                match accident {
                    // Lost on the way there.
                    Some(0) => return Outcome::Cut,
                    // Lost on the way back: the server has it, the device does not know.
                    Some(1) => {
                        let _ = office.handle(path, &bytes, time.now());
                        return Outcome::Cut;
                    }
                    // Doubled: the server has it twice at once, and once more later.
                    Some(2) => {
                        let _ = office.handle(path, &bytes, time.now());
                        held_back.push((path, bytes.clone()));
                    }
                    // Cut short.
                    Some(3) => {
                        let _ = office.handle(path, &bytes[..rng.below(bytes.len())], time.now());
                        return Outcome::Cut;
                    }
                    // It stalls.
                    Some(4) => time.pass(rng.below(120) as i64 * MINUTE),
                    _ => {}
                }
                let mut answer = office.handle(path, &bytes, time.now());
                if accident == Some(5) {
                    answer.truncate(rng.below(answer.len().max(1)));
                }
                if let Err(error) = contact.answer(&answer) {
                    return Outcome::Ended(error);
                }
            }
            panic!("a visit that does not end");
        })();
        self.note_acknowledged(place);
        if matches!(outcome, Outcome::Ended(Error::No(No::Session))) && !self.desks[place].revoked {
            // The server was restored from a time before this device: head office gives it another code.
            let branch = self.desks[place].branch;
            self.pair_again(place, branch);
            return Outcome::Cut;
        }
        outcome
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
