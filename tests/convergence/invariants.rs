//! What holds over several rows, and over numbers that grow: property 20 of docs/sync.md.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use clientele_core::clients;
use clientele_core::testing::ClientBuilder;
use clientele_core::workspace::store::log;
use clientele_core::workspace::{Actor, NewStep, StepLabel};
use clientele_model::fold::fold;
use clientele_model::{Body, ChangeKind, ClientId, DeviceId, RowId, Stamp, Timestamp, Value};
use clientele_server::Path;
use clientele_server::store::Storage as _;
use clientele_server::store::project::rows::PlainRows;
use clientele_tests::simulator::{Office, OfficeKind, Outcome, Rng, Time, Wire, World, body, judge};

use crate::stories::{minutes, on_both_offices, seeds, seeds_of, three_desks};

on_both_offices! {
    a_long_step_is_never_half_visible_whoever_dies_between_its_pages
    points_that_three_devices_gave_at_once_add_up_on_every_device
}

/// Clients in one step: with their phones more changes than one batch takes.
const CLIENTS: usize = 750;

/// An import on desk 0: all in one step.
fn import(world: &World) {
    let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
    let added = world.desks[0].book().write(step, |w| {
        for n in 0..CLIENTS {
            let draft = ClientBuilder::new(&format!("Внесен {n}")).phone("0888 123 456").0;
            clients::add_checked_of(w, ClientId::new(), &draft, Timestamp(0))?;
        }
        Ok(())
    });
    added.expect("an import");
}

fn count(world: &World, place: usize) -> usize {
    world.desks[place]
        .book()
        .read(clients::ids)
        .expect("the list")
        .len()
}

/// None of it or all of it: on the device that reads while the pages come, on one that dies after each, on one
/// that comes when only half has been pushed, and in the tables that head office reads.
fn a_long_step_is_never_half_visible_whoever_dies_between_its_pages(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, _) = three_desks(kind, seed);
        let before = count(&world, 0);
        let whole = before + CLIENTS;
        import(&world);
        assert_eq!(count(&world, 0), whole);
        let seq = world.desks[0].book().device().1;
        assert!(seq > 1_500, "{seq} changes");
        let company = world.office.company();
        let mut halves = 0;
        for messages in 0.. {
            // Its author is cut off after ever more messages; each time the others and head office look.
            let mut answered = 0;
            let mut line = |office: &Office, time: &Time, path: Path, bytes: &[u8]| {
                time.pass(100);
                let answer = office.handle(path, bytes, time.now());
                answered += 1;
                (answered <= messages).then_some(answer)
            };
            let outcome = world.visit_over(0, &mut line);
            world.desks[0].die();
            let _ = world.visit(1);
            let seen = count(&world, 1);
            let rows = PlainRows {
                entity: "clients".into(),
            };
            let rows = world.office.ask(|service| service.storage().read(company, rows));
            let told = rows.expect("the plain tables").len();
            assert!(
                [before, whole].contains(&seen),
                "seed {seed}: {seen} on the device"
            );
            assert!(
                [before, whole].contains(&told),
                "seed {seed}: {told} at head office"
            );
            let has_some = world.desks[1].book().check().expect("a look").changes > 1_000;
            halves += usize::from(seen == before && has_some);
            if matches!(outcome, Outcome::Done(_)) {
                break;
            }
        }
        assert!(halves > 0, "never was half of it there");
        watched_while_it_comes(&mut world, (before, whole));
        judge(&mut world);
    }
}

/// Desk 2 takes it in and dies after each page, while another thread of it reads all the time.
fn watched_while_it_comes(world: &mut World, (before, whole): (usize, usize)) {
    let (done, looks) = (AtomicBool::new(false), AtomicUsize::new(0));
    for pages in 1.. {
        // The session and the greeting come first.
        let mut left = pages + 2;
        let mut contact = clientele_sync::Contact::begin(world.desks[2].book()).expect("a visit");
        let book = world.desks[2].book();
        done.store(false, Ordering::Relaxed);
        let ended = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let seen = book.read(clients::ids).expect("the list").len();
                    assert!([before, whole].contains(&seen), "{seen} in the window");
                    looks.fetch_add(1, Ordering::Relaxed);
                }
            });
            let ended = loop {
                let (path, bytes) = match contact.ask().expect("a question") {
                    Some(clientele_sync::Ask::Open(bytes)) => (Path::Open, bytes),
                    Some(clientele_sync::Ask::Call(bytes) | clientele_sync::Ask::Pair(bytes)) => {
                        (Path::Call, bytes)
                    }
                    None => break true,
                };
                if left == 0 {
                    break false;
                }
                left -= 1;
                let answer = world.office.handle(path, &bytes, world.time.now());
                contact.answer(&answer).expect("an answer");
            };
            done.store(true, Ordering::Relaxed);
            ended
        });
        world.desks[2].die();
        minutes(world, 1);
        if ended {
            break;
        }
    }
    println!("{} looks while it came", looks.load(Ordering::Relaxed));
    assert_eq!(count(world, 2), whole);
}

fn given(points: i64) -> Body {
    body(&[("points", Value::Int(points))])
}

/// Numbers that grow, in any order: the sum is the sum, and the last word that sets anew is a word like any other.
#[test]
fn what_is_added_adds_up_in_whatever_order_it_comes() {
    for seed in seeds(50) {
        let mut rng = Rng(seed);
        let devices = [(); 4].map(|()| DeviceId::new());
        let mut changes: Vec<(Stamp, ChangeKind, Body)> = Vec::new();
        let mut sum = 100_i64;
        for n in 0..60 {
            let by = rng.below(2_000) as i64 - 1_000;
            let device = devices[rng.below(4)];
            sum += by;
            changes.push((Stamp { device, seq: n + 2 }, ChangeKind::Inc, given(by)));
        }
        let born = (
            Stamp {
                device: devices[0],
                seq: 1,
            },
            ChangeKind::Add,
            given(100),
        );
        for _ in 0..5 {
            for from in (1..changes.len()).rev() {
                changes.swap(from, rng.below(from + 1));
            }
            let ordered = std::iter::once(&born).chain(&changes);
            let row = fold(ordered.map(|(stamp, kind, body)| (*stamp, *kind, Some(body))));
            assert_eq!(row.value("points"), Some(&Value::Int(sum)), "seed {seed}");
            assert!(row.lost.is_empty(), "nobody's points were lost");
        }
    }
}

/// The same over the wire: three devices give and take points at once, some of it late, and everybody comes to
/// the same sum. No table of the book has such a number yet, so that what is compared is what the log adds up to.
fn points_that_three_devices_gave_at_once_add_up_on_every_device(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        let (mut world, _) = three_desks(kind, seed);
        let mut tills = [10, 11, 12].map(|key| Wire::pair(&world, key, None));
        let card = RowId::new();
        let born = vec![(
            "points_cards",
            card,
            ChangeKind::Add,
            vec![("points", Value::Int(100))],
        )];
        let links = tills[0].step(world.time.now(), None, born);
        let _ = tills[0].push(&world, &links);
        minutes(&world, 6 * 60);
        let mut sum = 100;
        for _ in 0..30 {
            let place = world.rng.below(3);
            // Clocks that differ by hours: the order is not that of the pushes.
            let at = world.time.now() - world.rng.below(5 * 3_600_000) as i64;
            let by = world.rng.below(400) as i64 - 200;
            sum += by;
            let give = vec![(
                "points_cards",
                card,
                ChangeKind::Inc,
                vec![("points", Value::Int(by))],
            )];
            let links = tills[place].step(at, None, give);
            let batch = tills[place].seal(&links);
            for _ in 0..1 + world.rng.below(3) {
                let push = clientele_protocol::message::Push {
                    batch: batch.clone(),
                    assigned: Vec::new(),
                    too_large: Vec::new(),
                };
                let _ = tills[place].call(&world, &clientele_protocol::Request::Push(push));
            }
            let desk = world.rng.below(3);
            let _ = world.visit(desk);
        }
        judge(&mut world);
        for desk in &world.desks {
            let log = desk.book().read(|conn| log::of_row(conn, card)).expect("the log");
            let row = fold(
                log.iter()
                    .map(|change| (change.stamp, change.kind, change.body.as_ref())),
            );
            assert_eq!(row.value("points"), Some(&Value::Int(sum)), "seed {seed}");
        }
    }
}
