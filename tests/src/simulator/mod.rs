//! Any number of devices and a server in one thread: time is a number, the network drops, doubles, delays and
//! cuts, programs die, files are copied and restored. The books, the visits and the server are the real ones.
//! Everything follows from a seed.

mod deeds;
mod desk;
mod judge;
mod network;
mod office;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub use clientele_core::testing::Rng;
use clientele_model::BranchId;
pub use desk::{Desk, Written};
pub use judge::{judge, rows, words};
pub use network::{Faults, Line, Outcome};
pub use office::{Office, OfficeKind};
pub use wire::{Deed, Wire, body};

/// Where the simulated time begins: 2026-11-22T09:00Z.
pub const BEGINNING: i64 = 1_795_338_000_000;

/// A minute, in milliseconds.
pub const MINUTE: i64 = 60_000;

/// A day, in milliseconds.
pub const DAY: i64 = 24 * 60 * MINUTE;

/// The world's own time, which only the server's clock shows truly.
#[derive(Clone, Debug)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    /// Now.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Time goes by.
    pub fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

/// All there is.
pub struct World {
    /// From which everything follows.
    pub seed: u64,
    /// The dice.
    pub rng: Rng,
    /// The time.
    pub time: Time,
    /// Head office's server.
    pub office: Office,
    /// The devices.
    pub desks: Vec<Desk>,
    /// What the network may do.
    pub faults: Faults,
    /// Messages that the network holds back, to deliver them once more.
    held_back: Vec<(clientele_server::Path, Vec<u8>)>,
    /// Words that were typed and saved, and must be found again.
    written: Vec<Written>,
}

impl World {
    /// An office of some kind, and nobody yet.
    #[must_use]
    pub fn new(kind: OfficeKind, seed: u64) -> Self {
        clientele_model::id::seeded::start(seed);
        Self {
            seed,
            rng: Rng(seed),
            time: Time(Arc::new(AtomicI64::new(BEGINNING))),
            office: Office::open(kind, seed),
            desks: Vec::new(),
            faults: Faults::none(),
            held_back: Vec::new(),
            written: Vec::new(),
        }
    }

    /// One more device, paired: of a branch, or of head office itself.
    ///
    /// # Panics
    /// Where it cannot be paired.
    pub fn pair(&mut self, branch: Option<BranchId>) -> usize {
        let place = self.desk_without_head_office();
        self.pair_again(place, branch);
        place
    }

    /// One more device, which works alone.
    pub fn desk_without_head_office(&mut self) -> usize {
        let place = self.desks.len();
        self.desks.push(Desk::new(place, self.time.clone()));
        place
    }

    /// Pairs a device with a code of its own.
    ///
    /// # Panics
    /// Where it cannot be paired.
    pub fn pair_again(&mut self, place: usize, branch: Option<BranchId>) {
        let code = self.office.code(branch, self.time.now());
        let desk = &mut self.desks[place];
        desk.branch = branch;
        let book = desk.book();
        let name = format!("Desk {}", place + 1);
        let mut pairing = clientele_sync::Pairing::begin(book, &code, &name).expect("a code");
        loop {
            let clientele_sync::Ask::Pair(bytes) = pairing.ask() else {
                unreachable!("a pairing asks to pair")
            };
            let answer = self
                .office
                .handle(clientele_server::Path::Pair, &bytes, self.time.now());
            let now = clientele_model::Timestamp(self.time.now());
            if pairing.answer(book, &answer, now).expect("paired") {
                break;
            }
        }
        self.desks[place].device = self.desks[place].book().device().0;
    }

    /// Ten minutes of somebody's day: something is written, the line is tried, something goes wrong.
    pub fn act(&mut self) {
        let place = self.rng.below(self.desks.len());
        self.time.pass(self.rng.below(10 * 60_000) as i64);
        match self.rng.below(100) {
            0..60 => self.deed(place),
            60..90 => {
                self.visit(place);
            }
            90..94 => self.deliver_late(),
            94..96 => self.desks[place].die(),
            96 => {
                let skew = (self.rng.below(7_300) as i64 - 3_650) * DAY;
                self.desks[place].set_clock(skew);
            }
            97 if self.faults.copies => drop(self.copy(place)),
            98 if self.faults.copies => self.back_up_or_restore(place),
            _ if self.faults.office => self.office_mishap(),
            _ => self.time.pass(self.rng.below(14) as i64 * DAY),
        }
    }
}

/// Three to six devices, everything that can go wrong, and some days of work.
pub fn random_history(world: &mut World) {
    let branches = world.rng.below(3);
    let branches: Vec<BranchId> = (0..branches)
        .map(|n| world.office.branch(&format!("Branch {n}")))
        .collect();
    for place in 0..3 + world.rng.below(4) {
        let branch = match branches.len() {
            0 => None,
            n if place > 0 => Some(branches[world.rng.below(n)]),
            _ => None,
        };
        world.pair(branch);
    }
    world.faults = Faults::all();
    for _ in 0..60 + world.rng.below(60) {
        if world.desks.len() < 9 || world.rng.below(2) == 0 {
            world.act();
        }
    }
}
