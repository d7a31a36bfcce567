//! Clocks that are wrong: properties 1 and 2 of docs/sync.md.

use clientele_core::workspace::store::log;
use clientele_model::{ClientId, Hlc};
use clientele_tests::simulator::{DAY, OfficeKind, World, judge};

use crate::stories::{everybody_visits, minutes, on_both_offices, quarrels, seeds_of, three_desks};

/// Ten years, as a clock shows them.
const TEN_YEARS: i64 = 3_653 * DAY;

on_both_offices! {
    a_clock_ten_years_off_holds_nobody_up_and_wins_nothing
    a_device_that_never_asked_the_time_hides_nothing
    a_clock_that_jumps_back_turns_no_order_around
    a_server_whose_clock_was_set_back_turns_no_order_around
}

/// Property 1: whoever types later in truth wins, once the devices have asked head office the time.
fn a_clock_ten_years_off_holds_nobody_up_and_wins_nothing(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        for skew in [TEN_YEARS, -TEN_YEARS] {
            let (mut world, client) = three_desks(kind, seed);
            world.desks[2].set_clock(skew);
            // It learns how wrong its clock is at its next visit, which nothing delays or refuses.
            let report = world.visits(2);
            assert_eq!((report.refused, report.agrees), (0, Some(true)));
            for (first, last) in [(2, 0), (0, 2), (1, 2), (2, 1)] {
                world.types(first, client);
                minutes(&world, 7);
                let later = world.types(last, client);
                minutes(&world, 7);
                everybody_visits(&mut world);
                for place in 0..3 {
                    assert_eq!(world.note_of(place, client), later, "seed {seed}, skew {skew}");
                    let field = ["notes".to_owned()];
                    assert_eq!(
                        quarrels(&world, place, client),
                        field,
                        "neither knew of the other"
                    );
                }
                // Whoever types over both has seen both.
                world.types(last, client);
                everybody_visits(&mut world);
                assert!(quarrels(&world, first, client).is_empty());
            }
            judge(&mut world);
        }
    }
}

/// Property 1: before a device has asked the time nobody can tell when it typed. The value that loses is shown.
fn a_device_that_never_asked_the_time_hides_nothing(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        for skew in [TEN_YEARS, -TEN_YEARS] {
            let (mut world, client) = three_desks(kind, seed);
            world.desks[2].set_clock(skew);
            let wrong = world.types(2, client);
            minutes(&world, 60);
            let right = world.types(0, client);
            for place in [2, 0, 2, 1] {
                world.visits(place);
            }
            for place in 0..3 {
                let stands = world.note_of(place, client);
                assert!(stands == wrong || stands == right, "{stands}");
                assert_eq!(quarrels(&world, place, client), ["notes"]);
            }
            // From here on time is told truly: an hour later is later, on every device.
            minutes(&world, 60);
            for place in [0, 2, 1] {
                let later = world.types(place, client);
                everybody_visits(&mut world);
                assert_eq!(world.note_of(1, client), later, "seed {seed}, skew {skew}");
            }
            judge(&mut world);
        }
    }
}

/// The clocks of a device's own changes of a client, in the order of its stream: its own and the effective ones.
fn clocks(world: &World, place: usize, client: ClientId) -> Vec<Hlc> {
    let own = world.desks[place].device;
    let log = world.desks[place]
        .book()
        .read(|conn| log::of_row(conn, client.into()));
    let mut changes = log.expect("the log");
    changes.retain(|change| change.stamp.device == own);
    changes.sort_by_key(|change| change.stamp.seq);
    changes.into_iter().map(|change| change.eff_hlc).collect()
}

/// Property 2: a clock that is set back, while the program runs and while it does not.
fn a_clock_that_jumps_back_turns_no_order_around(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, _) = three_desks(kind, seed);
        let client = world.adds(1, "Мария");
        let mut last = String::new();
        for jump in [-1, -400, 30, -3_000, 5_000, -1] {
            world.types(1, client);
            let skew = jump * DAY + world.rng.below(100_000) as i64;
            world.desks[1].set_clock(skew);
            if world.rng.below(2) == 0 {
                world.desks[1].die();
            }
            last = world.types(1, client);
            assert_eq!(world.note_of(1, client), last);
            if world.rng.below(2) == 0 {
                world.visits(1);
                assert_eq!(world.note_of(1, client), last, "seed {seed}");
            }
        }
        everybody_visits(&mut world);
        for place in 0..3 {
            assert_eq!(world.note_of(place, client), last, "seed {seed}");
            assert!(
                quarrels(&world, place, client).is_empty(),
                "one hand wrote it all"
            );
        }
        assert!(clocks(&world, 1, client).is_sorted(), "seed {seed}");
        judge(&mut world);
    }
}

/// Property 2, on the other side: head office's own clock.
fn a_server_whose_clock_was_set_back_turns_no_order_around(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, client) = three_desks(kind, seed);
        for jump in [-DAY, -400 * DAY, 500 * DAY] {
            world.types(0, client);
            world.visits(0);
            world.time.pass(jump);
            world.visits(1);
            let later = world.types(1, client);
            everybody_visits(&mut world);
            for place in 0..3 {
                assert_eq!(world.note_of(place, client), later, "seed {seed}");
            }
            world.office.restart();
        }
        judge(&mut world);
    }
}
