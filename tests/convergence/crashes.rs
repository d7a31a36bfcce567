//! Death and a full disk between a commit and its acknowledgement: properties 8 and 9 of docs/sync.md.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use clientele_core::keys::hex;
use clientele_core::testing::fill_disk;
use clientele_model::{ClientId, ErrorCode};
use clientele_server::Path;
use clientele_server::store::any::AnyStorage;
use clientele_sync::Error;
use clientele_tests::simulator::{Office, OfficeKind, Outcome, Rng, Time, World, judge};

use crate::stories::{everybody_visits, minutes, on_both_offices, seeds, seeds_of, three_desks};

on_both_offices! {
    a_visit_cut_after_any_message_with_either_side_dead_goes_on_where_it_was
    a_server_that_dies_at_any_step_of_its_work_has_taken_all_of_a_push_or_nothing
    a_device_whose_disk_is_full_takes_in_all_of_a_page_or_nothing
    a_server_whose_disk_is_full_acknowledges_nothing_that_it_does_not_have
}

/// Something to hand over on desk 0, and something to take in.
fn some_work(world: &mut World, client: ClientId) {
    world.types(0, client);
    world.logs_call(1, client);
    world.adds(2, "Нова");
    for place in [1, 2] {
        world.visits(place);
    }
    world.logs_call(0, client);
}

/// Property 8: before the server has a message, after it has answered; after the device has taken the answer in.
fn a_visit_cut_after_any_message_with_either_side_dead_goes_on_where_it_was(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let mut cuts = 0;
        for answered in [false, true] {
            for (device_dies, server_dies) in [(true, false), (false, true), (true, true)] {
                for after in 0.. {
                    some_work(&mut world, client);
                    let mut messages = 0;
                    let mut line = |office: &Office, time: &Time, path: Path, bytes: &[u8]| {
                        time.pass(100);
                        messages += 1;
                        if messages <= after {
                            return Some(office.handle(path, bytes, time.now()));
                        }
                        if answered {
                            let _ = office.handle(path, bytes, time.now());
                        }
                        None
                    };
                    let outcome = world.visit_over(0, &mut line);
                    if device_dies {
                        world.desks[0].die();
                    }
                    if server_dies {
                        world.office.restart();
                    }
                    if matches!(outcome, Outcome::Done(_)) {
                        break;
                    }
                    cuts += 1;
                }
                everybody_visits(&mut world);
                judge(&mut world);
            }
        }
        println!("{cuts} visits were cut");
        assert!(cuts >= 24, "{cuts}");
    }
}

/// Property 8, inside the server: its work is dropped wherever it waits for its database.
fn a_server_that_dies_at_any_step_of_its_work_has_taken_all_of_a_push_or_nothing(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let mut deaths = 0;
        // To each question PostgreSQL gives several answers that are waited for.
        let stride = if kind == OfficeKind::Postgres { 4 } else { 1 };
        // A busy machine answers several questions in one step: then there are fewer to die at, and it goes round again.
        let mut steps = 0;
        for _ in 0..200 {
            some_work(&mut world, client);
            let mut left = steps;
            let mut line = |office: &Office, time: &Time, path: Path, bytes: &[u8]| {
                time.pass(100);
                office.begin_to_answer(path, bytes, time.now(), &mut left)
            };
            let outcome = world.visit_over(0, &mut line);
            world.office.restart();
            if matches!(outcome, Outcome::Done(_)) {
                if deaths >= 6 {
                    break;
                }
                steps = 0;
                continue;
            }
            steps += stride;
            deaths += 1;
            if deaths % 10 == 0 {
                judge(&mut world);
            }
        }
        judge(&mut world);
        println!("the server died {deaths} times");
        assert!(deaths >= 6, "{deaths}");
    }
}

/// Property 8, with a real `kill -9` of a real process that writes and visits.
#[test]
fn a_device_killed_while_it_visits_has_told_all_that_it_says_it_told() {
    for seed in seeds(1) {
        let (mut world, client) = three_desks(OfficeKind::Sqlite, seed);
        let mut rng = Rng(seed);
        let mut saved = 0;
        for round in 0..25 {
            world.logs_call(0, client);
            world.visits(0);
            saved += killed_while_it_visits(&mut world, 1, round, &mut rng);
        }
        judge(&mut world);
        println!("{saved} words survived 25 kills");
        assert!(saved >= 25, "{saved}");
    }
}

fn killed_while_it_visits(world: &mut World, place: usize, round: usize, rng: &mut Rng) -> usize {
    let desk = &mut world.desks[place];
    desk.test_book.close();
    let mut visitor = Command::new(env!("CARGO_BIN_EXE_crash-visitor"))
        .arg(desk.test_book.file())
        .arg(hex(desk.test_book.key.as_bytes()))
        .arg(format!("round{round}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the visitor starts");
    let (mut to, mut from) = (
        visitor.stdin.take().expect("its ears"),
        visitor.stdout.take().expect("its words"),
    );
    let (messages, delay) = (1 + rng.below(14), rng.below(4_000) as u64);
    let (mut answered, mut saved) = (0, 0);
    // What it still said before it died counts too.
    while let Some((what, bytes)) = frame(&mut from) {
        let path = match what {
            b'O' => Path::Open,
            b'C' => Path::Call,
            _ => {
                let text = String::from_utf8(bytes).expect("words");
                let (id, word) = text.split_once(' ').expect("a client and a word");
                world.note_word(place, id.parse().expect("a client"), word.to_owned());
                saved += 1;
                continue;
            }
        };
        let answer = world.office.handle(path, &bytes, world.time.now());
        answered += 1;
        let length = u32::try_from(answer.len()).expect("an answer").to_be_bytes();
        let _ = to.write_all(&length).and_then(|()| to.write_all(&answer));
        let _ = to.flush();
        if answered == messages {
            // Somewhere in the middle of what it does with the answer.
            std::thread::sleep(Duration::from_micros(delay));
            visitor.kill().expect("kill -9");
        }
    }
    visitor.wait().expect("it is dead");
    world.desks[place].die();
    minutes(world, 1);
    saved
}

fn frame(from: &mut impl Read) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    from.read_exact(&mut head).ok()?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes).ok()?;
    Some((head[0], bytes))
}

/// Property 9, on the device: with room for so many pages and no more, wherever in the page that ends.
fn a_device_whose_disk_is_full_takes_in_all_of_a_page_or_nothing(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let mut refusals = 0;
        for pages in 0..24 {
            for _ in 0..3 {
                world.adds(1, &"дълго име ".repeat(300));
            }
            world.visits(1);
            world.types(0, client);
            minutes(&world, 1);
            fill_disk(world.desks[0].book(), Some(pages)).expect("a full disk");
            match world.visit(0) {
                Outcome::Done(_) => {}
                Outcome::Ended(Error::Book(error)) => {
                    assert_eq!(error.code(), ErrorCode::DiskFull, "seed {seed}");
                    refusals += 1;
                }
                other => panic!("seed {seed}: {other:?}"),
            }
            let check = world.desks[0].book().check().expect("a look at the book");
            assert!(check.ok, "seed {seed}: {:#?}", check.problems);
            fill_disk(world.desks[0].book(), None).expect("room");
        }
        println!("the disk was full {refusals} times");
        assert!(refusals >= 10, "{refusals}");
        judge(&mut world);
    }
}

/// Property 9, on the server: the page limit of its SQLite file, or PostgreSQL's own error in mid-transaction.
fn a_server_whose_disk_is_full_acknowledges_nothing_that_it_does_not_have(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let mut refusals = 0;
        for room in 0..24 {
            world.types(0, client);
            for _ in 0..3 {
                // Words that do not pack well: the file must grow.
                let name: String = (0..400).map(|_| format!("{:x} ", world.rng.number())).collect();
                world.adds(0, &name);
            }
            minutes(&world, 1);
            leave_room(&world.office, Some(room));
            match world.visit(0) {
                Outcome::Done(_) => {}
                Outcome::Ended(Error::No(_)) => refusals += 1,
                other => panic!("seed {seed}: {other:?}"),
            }
            leave_room(&world.office, None);
        }
        println!("the disk was full {refusals} times");
        assert!(refusals >= 5, "{refusals}");
        judge(&mut world);
    }
}

/// The server's disk has room for so much more and then is full: pages of its file, or rows of its tables.
fn leave_room(office: &Office, room: Option<u32>) {
    if let Some(database) = office.database() {
        let fill = |room: u32| {
            format!(
                "create sequence clientele.room; grant usage on sequence clientele.room to clientele_service;
                 create function clientele.fill() returns trigger language plpgsql as $$ begin
                     if nextval('clientele.room') > {room} then
                         raise exception 'no space left on device' using errcode = 'disk_full';
                     end if;
                     return new;
                 end $$;
                 create trigger full_disk before insert or update on clientele.log
                     for each row execute function clientele.fill();
                 create trigger full_disk before insert or update on clientele.streams
                     for each row execute function clientele.fill();
                 create trigger full_disk before insert or update on clientele.heads
                     for each row execute function clientele.fill()"
            )
        };
        let empty =
            "drop function if exists clientele.fill() cascade; drop sequence if exists clientele.room";
        let statements = room.map_or(empty.to_owned(), |room| fill(room % 3));
        database.sql(&statements).expect("the database's disk");
        return;
    }
    let company = office.company();
    let filled = office.ask(async |service| match service.storage() {
        AnyStorage::Sqlite(storage) => storage.fill_disk(company, room).await,
        AnyStorage::Postgres(_) => Ok(()),
    });
    filled.expect("the file's disk");
}
