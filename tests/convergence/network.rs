//! A network that doubles, drops, reorders, cuts, and lets through one way only: properties 3, 4 and 10 of
//! docs/sync.md.

use std::collections::{BTreeMap, BTreeSet};

use clientele_core::head_office::{self, store};
use clientele_model::BranchId;
use clientele_protocol::bytes::{decode, encode};
use clientele_protocol::message::Push;
use clientele_protocol::{Digest, Link, Request, Response};
use clientele_server::Path;
use clientele_tests::simulator::{
    DAY, Faults, Office, OfficeKind, Outcome, Rng, Time, Wire, World, judge, random_history,
};

use crate::stories::{
    everybody_visits, minutes, on_both_offices, seeds, seeds_of, three_branches, three_desks,
};

on_both_offices! {
    every_message_sent_up_to_five_times_at_once_has_its_effect_once
    a_batch_pushed_in_five_sessions_at_once_is_in_the_log_once
    pages_in_any_order_lost_or_cut_leave_no_change_out
    three_branches_whose_line_carries_one_way_only_for_fourteen_days_agree_afterwards
}

/// Property 3, as a network doubles: the same message, and all its copies arrive at the same moment.
fn every_message_sent_up_to_five_times_at_once_has_its_effect_once(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, _) = three_desks(kind, seed);
        let mut rng = Rng(seed);
        for _ in 0..20 {
            let place = rng.below(3);
            for _ in 0..1 + rng.below(4) {
                world.deed(place);
            }
            let mut doubling = |office: &Office, time: &Time, path: Path, bytes: &[u8]| {
                time.pass(100);
                let copies = vec![bytes.to_vec(); 1 + rng.below(5)];
                let mut answers = office.handle_all(path, &copies, time.now());
                // Whichever of the answers comes first.
                Some(answers.swap_remove(rng.below(answers.len())))
            };
            world.visit_over(place, &mut doubling);
        }
        judge(&mut world);
        every_change_is_there_once(&world);
    }
}

/// Property 3, as a device doubles that asks again and again: the same batch in sessions of its own.
fn a_batch_pushed_in_five_sessions_at_once_is_in_the_log_once(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, client) = three_desks(kind, seed);
        let mut rng = Rng(seed);
        for _ in 0..8 {
            world.types(0, client);
            let copies = 1 + rng.below(5);
            let pushes: Vec<Vec<u8>> = (0..copies).map(|_| push_in_a_new_session(&world, 0)).collect();
            let answers = world.office.handle_all(Path::Call, &pushes, world.time.now());
            let heads: Vec<_> = answers
                .iter()
                .map(|answer| match decode(answer) {
                    Ok(Response::Pushed { head }) => head,
                    other => panic!("seed {seed}: {other:?}"),
                })
                .collect();
            assert_eq!(heads.len(), copies);
            assert!(heads.iter().all(|head| *head == heads[0]));
            minutes(&world, 1);
            world.visits(0);
        }
        judge(&mut world);
        every_change_is_there_once(&world);
    }
}

/// What a desk would push next, ready to be sent in a session that was opened for it.
fn push_in_a_new_session(world: &World, place: usize) -> Vec<u8> {
    let book = world.desks[place].book();
    let member = book
        .read(head_office::membership)
        .expect("paired")
        .expect("paired");
    let push: Push = book
        .read(|conn| head_office::outgoing::next(conn, &member, 1000))
        .expect("the log")
        .expect("something new");
    let mut wire = Wire::stranger(member.company, 0);
    (wire.device, wire.key) = (world.desks[place].device, member.key());
    wire.open(&world.office, world.time.now());
    encode(&wire.envelope(&Request::Push(push)))
}

/// The log holds each change of each desk once and no other; what it refused stands in it as refused.
fn every_change_is_there_once(world: &World) {
    let mut reader = Wire::pair(world, 77, None);
    reader.pull(world);
    let seen: Vec<_> = reader
        .seen()
        .into_iter()
        .map(|(device, seq, _)| (device, seq))
        .collect();
    let once: BTreeSet<_> = seen.iter().copied().collect();
    assert_eq!(seen.len(), once.len(), "seed {}: a change twice", world.seed);
    for desk in &world.desks {
        let (device, last) = desk.book().device();
        let refused = reader.entries.iter().filter(|entry| entry.batch.device == device);
        let refused: usize = refused.map(|entry| entry.refused.len()).sum();
        let theirs = (once.iter().filter(|(of, _)| *of == device).count() + refused) as u64;
        assert_eq!(theirs, last, "seed {}: of {device}", world.seed);
    }
}

/// Property 4: the answers to a device that takes in a long log come in any order, twice, cut, or not at all.
fn pages_in_any_order_lost_or_cut_leave_no_change_out(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, client) = three_desks(kind, seed);
        // A log of many pages: as many batches as steps, and long ones among them.
        for round in 0..30 {
            for n in 0..1 + round % 3 {
                world.logs_call(0, client);
                if n == 1 {
                    world.adds(0, &"дълго ".repeat(4_000));
                }
            }
            world.visits(0);
        }
        let mut truth = Wire::pair(&world, 78, None);
        truth.pull(&world);
        let truth = sums_by_mark(&truth);
        let mut rng = Rng(seed);
        let mut seen: Vec<Vec<u8>> = Vec::new();
        let (mut visits, mut done) = (0, false);
        while !done || visits < 40 {
            visits += 1;
            assert!(visits < 400, "seed {seed}: it does not come to an end");
            let mut line = |office: &Office, time: &Time, path: Path, bytes: &[u8]| {
                time.pass(1_000);
                let mut answer = office.handle(path, bytes, time.now());
                seen.push(answer.clone());
                match rng.below(8) {
                    0 => return None,
                    1 => answer.truncate(rng.below(answer.len())),
                    2 | 3 => answer = seen[rng.below(seen.len())].clone(),
                    _ => {}
                }
                Some(answer)
            };
            if let Outcome::Done(report) = world.visit_over(2, &mut line) {
                assert_eq!(report.agrees, Some(true), "seed {seed}");
                done = true;
            }
            let book = world.desks[2].book();
            let at = book.read(head_office::cursor).expect("the cursor").n;
            let sums = book.read(store::digests).expect("the sums");
            assert_eq!(
                sums.get(&None),
                truth.get(&at),
                "seed {seed}: a change before entry {at} is missing"
            );
            if visits % 7 == 0 {
                world.desks[2].die();
            }
        }
        judge(&mut world);
    }
}

/// What the whole company's changes add up to after each entry of the log.
fn sums_by_mark(reader: &Wire) -> BTreeMap<u64, Digest> {
    let mut sum = Digest::default();
    let mut sums = BTreeMap::new();
    for entry in &reader.entries {
        let links = entry.batch.open_own().expect("a batch");
        for (place, (seq, link)) in (entry.batch.first_seq..).zip(&links).enumerate() {
            if let Link::Change(change) = link {
                let assigned = entry.assigned.iter().find(|(at, _)| *at as usize == place);
                sum.add(
                    link.leaf(entry.batch.device, seq),
                    assigned.map_or(change.hlc, |(_, eff)| *eff),
                );
            }
        }
        sums.insert(entry.n, sum);
    }
    sums
}

/// Property 10: for fourteen days East's questions arrive and no answer comes back, West's do not even arrive,
/// and Centre hears now and then.
fn three_branches_whose_line_carries_one_way_only_for_fourteen_days_agree_afterwards(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, branches) = three_branches(kind, seed);
        // Two devices in each branch, and all begin with something in common.
        for branch in branches {
            world.pair(Some::<BranchId>(branch));
        }
        for place in 0..7 {
            world.deed(place);
        }
        everybody_visits(&mut world);
        for _day in 0..14 {
            for place in 0..7 {
                for _ in 0..world.rng.below(4) {
                    world.deed(place);
                }
                one_way(&mut world, place);
            }
            world.time.pass(DAY);
        }
        judge(&mut world);
        every_change_is_there_once(&world);
    }
}

fn one_way(world: &mut World, place: usize) {
    let branch = place.checked_sub(1).map(|place| place % 3);
    let mut rng = Rng(world.rng.number());
    let mut asked = 0;
    // The session and the greeting still come through to East: what is lost is what it would learn.
    let heard = if rng.below(2) == 0 { 2 } else { 0 };
    let mut line = |office: &Office, time: &Time, path: Path, bytes: &[u8]| {
        asked += 1;
        match branch {
            Some(0) => {
                let answer = office.handle(path, bytes, time.now());
                (asked <= heard).then_some(answer)
            }
            Some(1) => None,
            _ => (rng.below(3) > 0).then(|| office.handle(path, bytes, time.now())),
        }
    };
    world.visit_over(place, &mut line);
}

/// All of it together: many more histories are told by the program `histories`.
#[test]
fn a_random_history_in_which_every_third_message_meets_with_an_accident_converges() {
    for seed in seeds(2) {
        let mut world = World::new(OfficeKind::Sqlite, seed);
        random_history(&mut world);
        world.faults = Faults {
            percent: 33,
            ..Faults::all()
        };
        for _ in 0..30 {
            world.act();
        }
        judge(&mut world);
    }
}
