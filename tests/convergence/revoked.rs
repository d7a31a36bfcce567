//! A device that is shut out: property 16 of docs/sync.md.

use clientele_core::head_office;
use clientele_model::DeviceId;
use clientele_protocol::message::No;
use clientele_server::Path;
use clientele_server::store::Storage as _;
use clientele_server::store::quarantine::{Held, Quarantined};
use clientele_sync::{Ask, Contact, Error};
use clientele_tests::simulator::{Office, OfficeKind, Outcome, Time, World, judge, words};

use crate::stories::{everybody_visits, on_both_offices, seeds_of, three_branches};

on_both_offices! {
    what_a_device_had_not_told_when_it_was_shut_out_lies_in_quarantine
    a_device_that_is_shut_out_in_the_middle_of_a_visit_learns_nothing_more
    a_device_that_is_let_in_again_brings_what_it_had_not_told
}

/// Head office shuts a desk out.
fn shut_out(world: &World, device: DeviceId) {
    let mut contact = Contact::revoke(world.desks[0].book(), device).expect("head office's own desk");
    while let Some(ask) = contact.ask().expect("a question") {
        let (path, bytes) = match ask {
            Ask::Open(bytes) => (Path::Open, bytes),
            Ask::Call(bytes) | Ask::Pair(bytes) => (Path::Call, bytes),
        };
        let answer = world.office.handle(path, &bytes, world.time.now());
        contact.answer(&answer).expect("it is done");
    }
}

/// Every word that lies in quarantine.
fn quarantined(office: &Office) -> Vec<String> {
    let company = office.company();
    let held = office.ask(|service| service.storage().read(company, Quarantined));
    let mut words = Vec::new();
    for refused in held.expect("the quarantine") {
        let Held::Batch(batch) = refused.held else {
            continue;
        };
        for link in batch.open_own().expect("a batch") {
            let body = link.change().and_then(|change| change.payload.body());
            for field in body.unwrap_or_default().0 {
                words.extend(field.value.as_text().map(str::to_owned));
            }
        }
    }
    words
}

/// A desk of East that has things to tell, and has just been shut out. Returns what it has to tell.
fn shut_out_with_unsent_changes(world: &mut World) -> (usize, Vec<String>) {
    let east = world.desks[1].branch;
    let stolen = world.pair(east);
    let client = world.adds(1, "Анна");
    everybody_visits(world);
    let unsent = vec![world.types(stolen, client), world.logs_call(stolen, client)];
    shut_out(world, world.desks[stolen].device);
    world.desks[stolen].revoked = true;
    (stolen, unsent)
}

/// It tells on its next visit, gets nothing for it, and a person may look at it and take it over.
fn what_a_device_had_not_told_when_it_was_shut_out_lies_in_quarantine(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, _) = three_branches(kind, seed);
        let (stolen, unsent) = shut_out_with_unsent_changes(&mut world);
        let secret = world.adds(1, "Тайна");
        world.visits(1);
        for _ in 0..3 {
            let outcome = world.visit(stolen);
            assert!(
                matches!(outcome, Outcome::Ended(Error::No(No::Revoked))),
                "{outcome:?}"
            );
        }
        let book = world.desks[stolen].book();
        let member = book
            .read(head_office::membership)
            .expect("the book")
            .expect("paired");
        assert!(member.revoked, "its own window says so");
        assert!(
            book.read(|conn| clientele_core::clients::load(conn, secret))
                .is_err()
        );
        let held = quarantined(&world.office);
        for word in &unsent {
            assert_eq!(
                held.iter().filter(|held| *held == word).count(),
                1,
                "seed {seed}: {word}"
            );
        }
        // What was told before stays; nothing of what came after is in the log; its own book still has it all.
        judge(&mut world);
        let others = words(world.desks[1].book()).expect("the log");
        assert!(unsent.iter().all(|word| !others.contains(word)));
        let own = words(world.desks[stolen].book()).expect("the log");
        assert!(unsent.iter().all(|word| own.contains(word)));
        assert!(world.desks[stolen].book().check().expect("a look").ok);
    }
}

/// The greeting was answered; then it is shut out, at each message that follows.
fn a_device_that_is_shut_out_in_the_middle_of_a_visit_learns_nothing_more(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        for after in 2..4 {
            let (mut world, _) = three_branches(kind, seed);
            let east = world.desks[1].branch;
            let stolen = world.pair(east);
            let client = world.adds(1, "Анна");
            everybody_visits(&mut world);
            let unsent = world.types(stolen, client);
            world.types(1, client);
            world.visits(1);
            let head_offices = clientele_tests::simulator::Wire::pair(&world, 70, None);
            let mut head_offices = Some(head_offices);
            let (device, mut messages) = (world.desks[stolen].device, 0);
            let mut line = |office: &Office, time: &Time, path: Path, bytes: &[u8]| {
                messages += 1;
                if messages > after
                    && let Some(mut wire) = head_offices.take()
                {
                    wire.open(office, time.now());
                    let ask = clientele_protocol::Request::Revoke { device };
                    let envelope = clientele_protocol::bytes::encode(&wire.envelope(&ask));
                    let _ = office.handle(Path::Call, &envelope, time.now());
                }
                Some(office.handle(path, bytes, time.now()))
            };
            world.desks[stolen].revoked = true;
            let outcome = world.visit_over(stolen, &mut line);
            assert!(
                matches!(outcome, Outcome::Ended(Error::No(No::Revoked))),
                "{outcome:?}"
            );
            assert_eq!(
                world.note_of(stolen, client),
                unsent,
                "it has not heard of the other's"
            );
            let in_log = after == 3;
            let held = quarantined(&world.office).contains(&unsent);
            assert!(held != in_log, "seed {seed}: in the log or in quarantine, once");
            judge(&mut world);
        }
    }
}

/// Head office gives it a code: it comes back, and nothing was lost.
fn a_device_that_is_let_in_again_brings_what_it_had_not_told(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, _) = three_branches(kind, seed);
        let (stolen, unsent) = shut_out_with_unsent_changes(&mut world);
        world.visit(stolen);
        world.desks[stolen].revoked = false;
        let branch = world.desks[stolen].branch;
        world.pair_again(stolen, branch);
        judge(&mut world);
        let others = words(world.desks[1].book()).expect("the log");
        assert!(unsent.iter().all(|word| others.contains(word)), "seed {seed}");
    }
}
