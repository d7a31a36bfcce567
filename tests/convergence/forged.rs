//! What is forged, replayed, cut or asked in another's name: property 17 of docs/sync.md.

use clientele_core::head_office;
use clientele_model::{ChangeKind, CompanyId, RowId};
use clientele_protocol::bytes::{decode, encode};
use clientele_protocol::message::{Mark, Push};
use clientele_protocol::{Batch, Request, Response};
use clientele_server::Path;
use clientele_tests::simulator::{Office, OfficeKind, Outcome, Rng, Time, Wire, World, judge, rows};

use crate::stories::{everybody_visits, on_both_offices, seeds, seeds_of, three_branches, three_desks};

/// Requests.
const REQUESTS: usize = 10_000;

on_both_offices! {
    ten_thousand_forged_requests_get_no_row_out_and_none_in
    a_branch_that_asks_for_anothers_gets_none_of_it
}

/// Nobody who cannot prove who they are gets more than "no", and nothing they say is kept.
fn ten_thousand_forged_requests_get_no_row_out_and_none_in(kind: OfficeKind) {
    for seed in seeds(1) {
        let (mut world, _) = three_branches(kind, seed);
        for place in 0..4 {
            world.adds(place, "Тайна");
        }
        everybody_visits(&mut world);
        let name = "Съседите";
        let foreign = world
            .office
            .ask(|service| service.add_company(name, 0))
            .expect("another company");
        let before = (world.office.check(), rows(world.desks[0].book()));
        let mut forger = Forger::new(&world, foreign);
        let mut opened = 0;
        for round in 0..REQUESTS {
            let (path, bytes) = forger.next(&world);
            let answer = world.office.handle(path, &bytes, world.time.now());
            match decode::<Response>(&answer) {
                Ok(Response::No(_)) => {}
                Ok(Response::Opened { .. }) if path == Path::Open => opened += 1,
                other => panic!("seed {seed}, request {round} to {path:?}: {other:?}"),
            }
        }
        println!(
            "{REQUESTS} requests: {opened} sessions that nobody can use, and {} times no",
            REQUESTS - opened
        );
        assert_eq!(world.office.check(), before.0, "nothing has come in");
        judge(&mut world);
        assert_eq!(rows(world.desks[0].book()), before.1);
    }
}

/// Knows everything that goes over the line, and has two devices of its own: one of another company, one that
/// nobody paired.
struct Forger {
    rng: Rng,
    /// What a device of this company has sent and the server has answered.
    overheard: Vec<Vec<u8>>,
    /// A device of this company, whose key the forger does not have.
    victim: Wire,
    foreigner: Wire,
    stranger: Wire,
    foreign: CompanyId,
    own_batch: Batch,
}

impl Forger {
    fn new(world: &World, foreign: CompanyId) -> Self {
        let mut victim = Wire::pair(world, 50, None);
        let mut overheard = Vec::new();
        victim.pull(world);
        for from in [Mark::start(), victim.cursor] {
            victim.open(&world.office, world.time.now());
            let sent = encode(&victim.envelope(&Request::Pull { from }));
            let _ = world.office.handle(Path::Call, &sent, world.time.now());
            overheard.push(sent);
        }
        let mut stranger = Wire::stranger(world.office.company(), 51);
        let links = stranger.step(
            world.time.now(),
            None,
            vec![(
                "clients",
                RowId::new(),
                ChangeKind::Add,
                vec![("notes", "подхвърлено".into())],
            )],
        );
        let own_batch = stranger.seal(&links);
        Self {
            rng: Rng(world.seed),
            overheard,
            victim,
            foreigner: Wire::stranger(foreign, 52),
            stranger,
            foreign,
            own_batch,
        }
    }

    fn request(&mut self) -> Request {
        let push = |batch: &Batch| {
            Request::Push(Push {
                batch: batch.clone(),
                assigned: Vec::new(),
                too_large: Vec::new(),
            })
        };
        match self.rng.below(6) {
            0 => Request::Pull { from: Mark::start() },
            1 => Request::Stream { after_seq: 0 },
            2 => Request::Heads,
            3 => push(&self.own_batch),
            4 => {
                // Under the victim's name.
                let mut batch = self.own_batch.clone();
                batch.device = self.victim.device;
                push(&batch)
            }
            _ => Request::Revoke {
                device: self.victim.device,
            },
        }
    }

    fn next(&mut self, world: &World) -> (Path, Vec<u8>) {
        let now = world.time.now();
        let request = self.request();
        let kind = self.rng.below(8);
        let mut bytes = match kind {
            // As it was overheard.
            0 => {
                let place = self.rng.below(self.overheard.len());
                return (Path::Call, self.overheard[place].clone());
            }
            // By somebody whom nobody paired, in the company's name and in another's.
            1 => {
                self.stranger.open(&world.office, now);
                encode(&self.stranger.envelope(&request))
            }
            2 => {
                self.foreigner.open(&world.office, now);
                encode(&self.foreigner.envelope(&request))
            }
            // Signed with a key of the forger's own, in a session that was opened in the victim's name.
            3 => {
                let mut mask = Wire::stranger(self.victim.company, 53);
                mask.device = self.victim.device;
                mask.open(&world.office, now);
                encode(&mask.envelope(&request))
            }
            // The victim's own good message, sent on to another company or into another session.
            4 => {
                self.victim.open(&world.office, now);
                let mut envelope = self.victim.envelope(&request);
                match self.rng.below(3) {
                    0 => envelope.company = self.foreign,
                    1 => envelope.company = CompanyId::new(),
                    _ => envelope.number += 1,
                }
                encode(&envelope)
            }
            // The victim's own good message with something changed in it.
            _ => {
                self.victim.open(&world.office, now);
                encode(&self.victim.envelope(&request))
            }
        };
        let whole = bytes.clone();
        match kind {
            5 => bytes.truncate(self.rng.below(whole.len())),
            6 => {
                let at = self.rng.below(whole.len());
                bytes[at] ^= 1 << self.rng.below(8);
            }
            7 => {
                bytes = (0..self.rng.below(600))
                    .map(|_| self.rng.below(256) as u8)
                    .collect();
            }
            _ => {}
        }
        let path = if kind > 4 && self.rng.below(3) == 0 {
            [Path::Open, Path::Pair][self.rng.below(2)]
        } else {
            Path::Call
        };
        (path, bytes)
    }
}

/// A device of West that is well and truly paired asks for all that there is, and writes into East.
fn a_branch_that_asks_for_anothers_gets_none_of_it(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, [east, west, _]) = three_branches(kind, seed);
        let mut curious = Wire::pair(&world, 60, Some(west));
        let theirs = world.adds(1, "Тайна");
        let theirs = [world.types(1, theirs), world.logs_call(1, theirs)];
        everybody_visits(&mut world);
        let deeds = vec![(
            "clients",
            RowId::new(),
            ChangeKind::Add,
            vec![("notes", "подхвърлено".into())],
        )];
        let links = curious.step(world.time.now(), Some(east), deeds);
        let answer = curious.push(&world, &links);
        assert!(matches!(answer, Response::Pushed { .. }), "{answer:?}");
        curious.pull(&world);
        let entry = curious
            .entries
            .iter()
            .find(|entry| entry.batch.device == curious.device);
        let refused = &entry.expect("its own entry").refused;
        assert_eq!(
            refused.len(),
            links.len(),
            "seed {seed}: all of it, and it is told so"
        );
        for from in 0..=curious.cursor.n {
            let mark = if from == 0 { Mark::start() } else { curious.cursor };
            for request in [
                Request::Pull { from: mark },
                Request::Stream { after_seq: 0 },
                Request::Heads,
            ] {
                look_for(&theirs, &curious.call(&world, &request), seed);
            }
        }
        let seen = curious.seen();
        assert!(
            seen.iter()
                .all(|(.., change)| change.scope.is_none() || change.scope == Some(west))
        );
        judge(&mut world);
        let book = rows(world.desks[1].book());
        assert!(book.values().all(|row| !row.contains("подхвърлено")));
    }
}

/// No answer holds any of these words, packed or not.
fn look_for(words: &[String], answer: &Response, seed: u64) {
    let entries = match answer {
        Response::Page(page) => &page.entries[..],
        Response::Stream { entries, .. } => entries,
        _ => &[],
    };
    let mut text = format!("{answer:?}");
    for entry in entries {
        for link in entry.batch.open_own().expect("a batch") {
            let body = link.change().and_then(|change| change.payload.body());
            text.push_str(&format!("{body:?}"));
        }
    }
    let found: Vec<_> = words
        .iter()
        .filter(|word| text.contains(&format!("{word}\"")))
        .collect();
    assert!(found.is_empty(), "seed {seed}: {found:?}");
}

/// The other way round: whoever sits in the line changes what the server says. Nothing of it is taken in.
#[test]
fn a_page_that_was_tampered_with_is_taken_in_as_it_was_signed_or_not_at_all() {
    for seed in seeds(2) {
        let (mut world, client) = three_desks(OfficeKind::Sqlite, seed);
        let mut rng = Rng(seed);
        let mut refused = 0;
        for _ in 0..60 {
            world.types(1, client);
            world.visits(1);
            let before = rows(world.desks[0].book());
            let mut line = |office: &Office, time: &Time, path: Path, bytes: &[u8]| {
                time.pass(1_000);
                let answer = office.handle(path, bytes, time.now());
                let Ok(Response::Page(mut page)) = decode(&answer) else {
                    return Some(answer);
                };
                if let Some(entry) = page.entries.first_mut() {
                    let batch = &mut entry.batch;
                    let at = rng.below(batch.packed.len());
                    match rng.below(5) {
                        0 => batch.packed[at] ^= 1 << rng.below(8),
                        1 => batch.packed.truncate(at),
                        2 => batch.last_seq += 1,
                        3 => std::mem::swap(&mut batch.before, &mut batch.after),
                        _ => batch.device = clientele_model::DeviceId::new(),
                    }
                }
                Some(encode(&Response::Page(page)))
            };
            match world.visit_over(0, &mut line) {
                Outcome::Done(report) => assert_eq!(report.agrees, Some(true), "seed {seed}"),
                Outcome::Ended(_) => {
                    refused += 1;
                    assert_eq!(rows(world.desks[0].book()), before, "seed {seed}");
                }
                Outcome::Cut => {}
            }
            let at = world.desks[0]
                .book()
                .read(head_office::cursor)
                .expect("the cursor");
            assert!(at.n > 0);
        }
        println!("{refused} of 60 pages were not believed");
        assert!(refused >= 40, "{refused}");
        judge(&mut world);
    }
}
