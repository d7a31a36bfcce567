//! Files that come back from the past, or twice: properties 5, 6 and 7 of docs/sync.md.

use std::collections::BTreeSet;

use clientele_core::head_office;
use clientele_model::ClientId;
use clientele_server::Path;
use clientele_sync::{Ask, Contact};
use clientele_tests::simulator::{DAY, OfficeKind, World, judge, rows, words};

use crate::stories::{everybody_visits, minutes, on_both_offices, seeds_of, three_branches, three_desks};

on_both_offices! {
    a_server_restored_from_an_old_backup_is_filled_again_by_its_devices
    a_device_restored_from_an_old_backup_gets_its_own_changes_back_and_goes_on
    a_device_restored_from_an_old_backup_that_writes_first_loses_neither_life
    a_copied_book_and_its_original_both_keep_what_they_wrote
    two_copies_that_visit_at_the_same_moment_lose_nothing_that_was_acknowledged
    a_server_and_a_device_restored_at_once_lose_nothing_that_anybody_still_has
    a_client_that_head_office_rescues_stays_its_branch_s
}

/// Property 5. The machine of one device has burnt meanwhile: what it had told head office comes back from others.
fn a_server_restored_from_an_old_backup_is_filled_again_by_its_devices(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, branches) = three_branches(kind, seed);
        let burnt = world.pair(Some(branches[0]));
        for place in 0..5 {
            world.deed(place);
        }
        everybody_visits(&mut world);
        world.office.back_up();
        for round in 0..4 {
            for place in 0..5 {
                world.deed(place);
                world.deed(place);
            }
            if round < 3 {
                everybody_visits(&mut world);
            }
            world.time.pass(DAY);
        }
        let lost = world.adds(burnt, "Изгоряла");
        world.types(burnt, lost);
        world.visits(burnt);
        for place in [0, 1] {
            world.visits(place);
        }
        world.desks[burnt].is_gone = true;
        assert!(world.office.restore());
        judge(&mut world);
        // A newcomer of the branch learns all of it from the server alone.
        let newcomer = world.pair(Some(branches[0]));
        judge(&mut world);
        assert!(!world.note_of(newcomer, lost).is_empty(), "seed {seed}");
    }
}

/// Property 6: restored, it visits before anybody writes on it.
fn a_device_restored_from_an_old_backup_gets_its_own_changes_back_and_goes_on(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, client) = three_desks(kind, seed);
        let device = world.desks[1].device;
        let kept = work_between_backup_and_restore(&mut world, client);
        world.visits(1);
        assert_eq!(world.desks[1].book().device().0, device, "it is still itself");
        assert_eq!(world.note_of(1, client), kept);
        let later = world.types(1, client);
        everybody_visits(&mut world);
        assert_eq!(world.note_of(0, client), later, "seed {seed}");
        judge(&mut world);
    }
}

/// Property 6: restored, somebody writes on it before it visits, under numbers that it had used before.
fn a_device_restored_from_an_old_backup_that_writes_first_loses_neither_life(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, client) = three_desks(kind, seed);
        let device = world.desks[1].device;
        let kept = work_between_backup_and_restore(&mut world, client);
        let anew = world.types(1, client);
        let other = world.adds(1, "Нова");
        let report = world.visits(1);
        assert!(report.was_copied, "seed {seed}: its numbers were used");
        assert_ne!(world.desks[1].book().device().0, device);
        judge(&mut world);
        for place in 0..3 {
            assert_eq!(world.note_of(place, client), anew, "seed {seed}");
            let words = words(world.desks[place].book()).expect("the log");
            assert!(words.contains(&kept), "seed {seed}: {kept} is not in the history");
            assert!(world.note_of(place, other).is_empty());
        }
    }
}

/// A desk is backed up, writes and tells head office, and is restored. Returns what it had typed last.
fn work_between_backup_and_restore(world: &mut World, client: ClientId) -> String {
    world.back_up_or_restore(1);
    world.types(1, client);
    world.visits(1);
    let kept = world.types(1, client);
    world.logs_call(1, client);
    world.visits(1);
    minutes(world, 30);
    world.back_up_or_restore(1);
    assert_ne!(world.note_of(1, client), kept, "it does not know of it any more");
    kept
}

/// Property 7: two files of one device, three even, each with another change under the same number.
pub fn a_copied_book_and_its_original_both_keep_what_they_wrote(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, client) = three_desks(kind, seed);
        // Some of what stands in the file has not been told when it is copied.
        let untold = world.adds(1, "Още неказана");
        let copies = [1, world.copy(1), world.copy(1)];
        let mut typed = BTreeSet::new();
        for place in copies {
            typed.insert(world.types(place, client));
            world.adds(place, "Своя");
            world.logs_call(place, untold);
        }
        let mut order = copies.to_vec();
        order.rotate_left(world.rng.below(3));
        let renamed: Vec<bool> = order
            .iter()
            .map(|place| world.visits(*place).was_copied)
            .collect();
        assert_eq!(
            renamed,
            [false, true, true],
            "seed {seed}: the first keeps the name"
        );
        judge(&mut world);
        let names: BTreeSet<_> = copies
            .iter()
            .map(|place| world.desks[*place].book().device().0)
            .collect();
        assert_eq!(names.len(), 3);
        for place in 0..world.desks.len() {
            let words = words(world.desks[place].book()).expect("the log");
            assert!(
                typed.iter().all(|word| words.contains(word)),
                "seed {seed}: desk {place}"
            );
        }
    }
}

/// Property 7: the original pushes between the copy's greeting and its push; and as soon as the copy has been told
/// that head office has everything, its machine burns.
pub fn two_copies_that_visit_at_the_same_moment_lose_nothing_that_was_acknowledged(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, client) = three_desks(kind, seed);
        let twin = world.copy(1);
        let typed = [1, twin].map(|place| world.types(place, client));
        let (original, copy) = (world.desks[1].book(), world.desks[twin].book());
        let mut copys = Contact::begin(copy).expect("a visit");
        let mut originals = Contact::begin(original).expect("a visit");
        for _ in 0..2 {
            assert!(step(&world, &mut copys));
        }
        while step(&world, &mut originals) {}
        while copy.read(head_office::waiting).expect("the log") > 0 {
            assert!(
                step(&world, &mut copys),
                "seed {seed}: it ends, and not all is told"
            );
        }
        world.note_acknowledged(twin);
        world.desks[twin].is_gone = true;
        judge(&mut world);
        for place in 0..3 {
            let words = words(world.desks[place].book()).expect("the log");
            assert!(
                typed.iter().all(|word| words.contains(word)),
                "seed {seed}: desk {place}"
            );
        }
    }
}

/// One message of a visit and its answer; `false` when all is said.
fn step(world: &World, contact: &mut Contact<'_>) -> bool {
    world.time.pass(100);
    let (path, bytes) = match contact.ask().expect("a question") {
        Some(Ask::Open(bytes)) => (Path::Open, bytes),
        Some(Ask::Call(bytes) | Ask::Pair(bytes)) => (Path::Call, bytes),
        None => return false,
    };
    let answer = world.office.handle(path, &bytes, world.time.now());
    contact.answer(&answer).expect("an answer that fits");
    true
}

/// Properties 5 and 6 together: two accidents at once.
fn a_server_and_a_device_restored_at_once_lose_nothing_that_anybody_still_has(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, client) = three_desks(kind, seed);
        world.office.back_up();
        let kept = work_between_backup_and_restore(&mut world, client);
        // Desk 0 has heard it; the server forgets it, and its author has.
        world.time.pass(DAY);
        world.visits(0);
        assert!(world.office.restore());
        let anew = world.types(1, client);
        for place in [1, 2, 0, 1, 2] {
            world.visit(place);
        }
        judge(&mut world);
        for place in 0..3 {
            let words = words(world.desks[place].book()).expect("the log");
            assert!(
                words.contains(&kept) && words.contains(&anew),
                "seed {seed}: desk {place}"
            );
        }
    }
}

/// Properties 5 and 6 together, over branches: only head office's own device still has what a desk of a branch wrote,
/// and writes it once more. It is no more anybody's business than it was.
fn a_client_that_head_office_rescues_stays_its_branch_s(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, _) = three_branches(kind, seed);
        let (head, desk, other) = (0, 1, 2);
        everybody_visits(&mut world);
        world.office.back_up();
        world.back_up_or_restore(desk);
        let kept = world.adds(desk, "Спасена");
        let note = world.types(desk, kept);
        world.visits(desk);
        world.visits(head);
        assert!(world.office.restore());
        world.back_up_or_restore(desk);
        // Under the numbers of the first life.
        world.adds(desk, "Другая");
        world.visits(desk);
        world.visits(head);
        judge(&mut world);
        assert_eq!(world.note_of(desk, kept), note, "seed {seed}: nothing is lost");
        let has = |place: usize| {
            rows(world.desks[place].book())
                .keys()
                .any(|(_, row)| *row == kept.into())
        };
        assert!(has(head) && has(desk), "seed {seed}");
        assert!(
            !has(other),
            "seed {seed}: another branch's client came to this one"
        );
    }
}
