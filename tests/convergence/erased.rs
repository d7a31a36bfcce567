//! Deleted, and erased: properties 18 and 19 of docs/sync.md.

use std::collections::BTreeSet;

use clientele_core::head_office::erasures::{ErasureRow, ErasureState, list};
use clientele_core::head_office::store::erasures;
use clientele_core::testing::bytes_within;
use clientele_core::workspace::Actor;
use clientele_core::workspace::store::log;
use clientele_core::{clients, contacts, testing};
use clientele_model::{ClientDraft, ClientId, DeviceId, ErrorCode, Phone};
use clientele_protocol::message::Mark;
use clientele_server::store::Storage as _;
use clientele_server::store::page::{ReadPage, Viewer};
use clientele_server::store::project::rows::PlainRows;
use clientele_server::store::quarantine::{Held, Quarantined};
use clientele_tests::simulator::{DAY, Office, OfficeKind, World, judge};

use crate::stories::{everybody_visits, minutes, on_both_offices, quarrels, seeds_of, three_desks};

on_both_offices! {
    a_client_deleted_here_and_written_to_there_is_kept_and_flagged
    a_device_that_was_silent_for_two_hundred_days_brings_no_deleted_client_back
    a_device_that_was_silent_for_two_hundred_days_brings_no_erased_client_back
    of_an_erased_person_no_byte_is_left_on_any_device_or_the_server
    a_server_restored_from_before_an_erasure_erases_again
}

fn by() -> Actor {
    Actor::owner()
}

fn trash(world: &World, place: usize, client: ClientId) {
    clients::trash(world.desks[place].book(), &by(), &[client]).expect("into the trash");
}

/// Is the client in the list, in the trash, or gone?
fn stands(world: &World, place: usize, client: ClientId) -> &'static str {
    let book = world.desks[place].book();
    let erased = book.read_apart(log::erased_rows).expect("the erased");
    let known = book
        .read(|conn| clients::load(conn, client))
        .map_err(|error| error.code());
    let listed = book.read(clients::ids).expect("the list").contains(&client);
    match (known, listed, erased.contains(&client.into())) {
        (Ok(_), true, false) => "listed",
        (Ok(_), false, false) => "in the trash",
        (Err(ErrorCode::NotFound), false, true) => "gone",
        other => panic!("seed {}: {other:?}", world.seed),
    }
}

fn stands_everywhere(world: &World, client: ClientId, how: &str) {
    for place in 0..world.desks.len() {
        assert_eq!(
            stands(world, place, client),
            how,
            "seed {}, desk {place}",
            world.seed
        );
    }
}

/// Property 18: whoever threw it away did not know of the note; nobody decides that without looking.
fn a_client_deleted_here_and_written_to_there_is_kept_and_flagged(kind: OfficeKind) {
    for seed in seeds_of(kind, 3) {
        for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0]] {
            let (mut world, client) = three_desks(kind, seed);
            let known = world.adds(1, "Мария");
            everybody_visits(&mut world);
            trash(&world, 0, client);
            let note = if order[0] == 0 {
                world.types(1, client)
            } else {
                world.logs_call(1, client)
            };
            // Deleted by one who had seen all that was written: deleted.
            trash(&world, 0, known);
            for place in order {
                world.visits(place);
            }
            everybody_visits(&mut world);
            stands_everywhere(&world, client, "listed");
            stands_everywhere(&world, known, "in the trash");
            for place in 0..3 {
                let quarrels = quarrels(&world, place, client);
                assert_eq!(quarrels, ["deleted_at"], "seed {seed}: {note} was not known");
            }
            // Somebody looks, and throws it away again.
            trash(&world, 2, client);
            judge(&mut world);
            stands_everywhere(&world, client, "in the trash");
        }
    }
}

/// Property 18: long after the trash was emptied elsewhere, or not.
fn a_device_that_was_silent_for_two_hundred_days_brings_no_deleted_client_back(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, known) = three_desks(kind, seed);
        let unknowingly = world.adds(0, "Борис");
        everybody_visits(&mut world);
        // The silent one writes to one of them, and then nobody hears of it for long.
        let late = world.types(2, unknowingly);
        trash(&world, 0, known);
        trash(&world, 0, unknowingly);
        for week in 0..29 {
            world.deed(0);
            world.adds(1, &format!("Седмица {week}"));
            world.time.pass(7 * DAY);
            world.visits(0);
            world.visits(1);
        }
        judge(&mut world);
        assert_eq!(world.note_of(0, unknowingly), late);
        let how = stands(&world, 0, known);
        assert_ne!(
            how, "listed",
            "seed {seed}: it was deleted, and nobody wrote to it"
        );
        stands_everywhere(&world, known, how);
        stands_everywhere(&world, unknowingly, "listed");
    }
}

/// Property 18: erased is stronger: not even what was written unknowingly brings a person back.
fn a_device_that_was_silent_for_two_hundred_days_brings_no_erased_client_back(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, client) = three_desks(kind, seed);
        world.types(2, client);
        let late = world.logs_call(2, client);
        trash(&world, 0, client);
        clients::erase(world.desks[0].book(), &by(), &[client]).expect("erased");
        for _ in 0..29 {
            world.adds(1, "Нова");
            world.time.pass(7 * DAY);
            world.visits(0);
            world.visits(1);
        }
        // It goes on writing to somebody who has been gone for long.
        world.logs_call(2, client);
        judge(&mut world);
        stands_everywhere(&world, client, "gone");
        for place in 0..3 {
            let bytes = bytes_within(&world.desks[place].test_book).expect("the file");
            assert!(!holds(&bytes, &late), "seed {seed}: desk {place}");
        }
    }
}

/// What is known of the person who will be erased. Written nowhere else.
const PERSON: [&str; 5] = [
    "Пенелопа",
    "Странимирова",
    "0888 765 432",
    "359888765432",
    "алергия към амоняк",
];

/// What the late device wrote about her before it heard.
const LATE: [&str; 2] = ["Пенка", "обади се за час"];

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn found(bytes: &[u8]) -> BTreeSet<&'static str> {
    let folded = String::from_utf8_lossy(bytes).to_lowercase().into_bytes();
    let words = PERSON.iter().chain(&LATE).copied();
    words
        .filter(|word| holds(bytes, word) || holds(&folded, &word.to_lowercase()))
        .collect()
}

fn add_her(world: &World) -> ClientId {
    let draft = ClientDraft {
        given_name: PERSON[0].into(),
        family_name: PERSON[1].into(),
        phones: vec![Phone {
            typed: PERSON[2].into(),
            ..Phone::default()
        }],
        never: PERSON[4].into(),
        ..ClientDraft::default()
    };
    let book = world.desks[0].book();
    let client = clients::add(book, &by(), draft).expect("a client").value;
    testing::log_call(book, client, "Пенелопа пита за понеделник", world.time.now());
    let consent = testing::a_file("Пенелопа.txt", PERSON[1].repeat(20_000).into_bytes());
    testing::attach(book, client, consent, false);
    client
}

fn about_her(world: &World, place: usize, client: ClientId) {
    let book = world.desks[place].book();
    let before = book.read(|conn| clients::load(conn, client)).expect("her card");
    let mut after = before.clone();
    after.notes = LATE[0].into();
    clients::change(book, &by(), client, &before, after).expect("a change");
    let call = testing::call(LATE[1], world.time.now());
    contacts::add(book, &by(), client, call).expect("a call");
}

/// Property 19.
fn of_an_erased_person_no_byte_is_left_on_any_device_or_the_server(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, other) = three_desks(kind, seed);
        let client = add_her(&world);
        everybody_visits(&mut world);
        about_her(&world, 1, client);
        everybody_visits(&mut world);
        for place in 0..3 {
            let bytes = bytes_within(&world.desks[place].test_book).expect("the file");
            assert_eq!(found(&bytes).len(), 7, "the search finds what is there");
        }
        assert_eq!(found(&all_that_the_server_holds(&world)).len(), 7);

        // Desk 2 writes, and is not heard of for a week; desk 0 erases.
        about_her(&world, 2, client);
        trash(&world, 0, client);
        clients::erase(world.desks[0].book(), &by(), &[client]).expect("erased");
        let late = world.desks[2].device;
        for _ in 0..2 {
            world.visits(0);
            world.visits(1);
            minutes(&world, 60);
        }
        for place in [0, 1] {
            nothing_is_left_on(&mut world, place);
        }
        nothing_is_left_at_head_office(&world);
        // A receipt says who has not confirmed.
        world.visits(0);
        assert_eq!(waited_for(&world), [late].into());

        // The late one comes, and pushes once more what is not to be.
        everybody_visits(&mut world);
        for place in 0..3 {
            nothing_is_left_on(&mut world, place);
        }
        nothing_is_left_at_head_office(&world);
        world.types(2, other);
        judge(&mut world);
        assert_eq!(waited_for(&world), BTreeSet::new());
        stands_everywhere(&world, client, "gone");
        nothing_is_left_at_head_office(&world);
    }
}

/// The devices that have not confirmed some erasure, as desk 0 shows it.
fn waited_for(world: &World) -> BTreeSet<DeviceId> {
    let erasures = world.desks[0].book().read(erasures).expect("the receipts");
    erasures.into_iter().flat_map(|(.., waiting)| waiting).collect()
}

/// Not in the decrypted pages, not in those that are free, not in what was written beside the file.
fn nothing_is_left_on(world: &mut World, place: usize) {
    let desk = &mut world.desks[place];
    let wal = desk.test_book.file().with_extension("clientele-wal");
    desk.book().settle().expect("nobody reads");
    let length = std::fs::metadata(&wal).map_or(0, |wal| wal.len());
    assert_eq!(length, 0, "what was written over lies in {}", wal.display());
    let bytes = bytes_within(&desk.test_book).expect("the file");
    assert_eq!(
        found(&bytes),
        BTreeSet::new(),
        "seed {}: desk {place}",
        world.seed
    );
}

fn nothing_is_left_at_head_office(world: &World) {
    let seed = world.seed;
    assert_eq!(
        found(&all_that_the_server_holds(world)),
        BTreeSet::new(),
        "seed {seed}: the server"
    );
    let backup = world.office.folder().map(every_file).unwrap_or_default();
    assert_eq!(
        found(&backup),
        BTreeSet::new(),
        "seed {seed}: its files, and a copy of them"
    );
}

fn every_file(folder: &std::path::Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    files
        .flat_map(|file| std::fs::read(file.path()).expect("a file"))
        .collect()
}

/// Every batch of the log unpacked, the plain tables, and the quarantine.
fn all_that_the_server_holds(world: &World) -> Vec<u8> {
    let office: &Office = &world.office;
    let company = office.company();
    let mut bytes = Vec::new();
    let viewer = Viewer {
        device: DeviceId::new(),
        branch: None,
    };
    let mut from = Mark::start();
    loop {
        let page = office.ask(|service| service.storage().read(company, ReadPage { viewer, from }));
        let page = page.expect("the log").expect("no other log");
        for stored in &page.entries {
            for link in stored.batch.open_own().expect("a batch") {
                let body = link.change().and_then(|change| change.payload.body());
                bytes.extend(body.unwrap_or_default().encode());
            }
        }
        from = page.to;
        if page.at_end {
            break;
        }
    }
    for entity in ["clients", "phones", "contacts"] {
        let rows = PlainRows {
            entity: entity.into(),
        };
        let rows = office.ask(|service| service.storage().read(company, rows));
        bytes.extend(format!("{:?}", rows.expect("the plain tables")).into_bytes());
    }
    let held = office.ask(|service| service.storage().read(company, Quarantined));
    for refused in held.expect("the quarantine") {
        match refused.held {
            Held::Change(change) => bytes.extend(change.payload.body().unwrap_or_default().encode()),
            Held::Batch(batch) => {
                for link in batch.open_own().expect("a batch") {
                    let body = link.change().and_then(|change| change.payload.body());
                    bytes.extend(body.unwrap_or_default().encode());
                }
            }
        }
    }
    bytes
}

/// Property 19, and 5: the backup knew her. The devices remember that she is gone.
fn a_server_restored_from_before_an_erasure_erases_again(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, _) = three_desks(kind, seed);
        let client = add_her(&world);
        about_her(&world, 0, client);
        everybody_visits(&mut world);
        world.office.back_up();
        trash(&world, 1, client);
        clients::erase(world.desks[1].book(), &by(), &[client]).expect("erased");
        everybody_visits(&mut world);
        nothing_is_left_at_head_office(&world);
        for _ in 0..2 {
            everybody_visits(&mut world);
        }
        let first = receipt(&world, 1);
        assert_eq!(first.state, ErasureState::Confirmed, "seed {seed}: {first:?}");
        assert!(world.office.restore());
        assert_eq!(
            found(&all_that_the_server_holds(&world)).len(),
            7,
            "the backup knew her"
        );
        // Head office has her again: until it has been told anew, and everybody has said so anew, nothing is confirmed.
        world.visits(0);
        let told = receipt(&world, 0);
        assert_ne!(told.state, ErasureState::Confirmed, "seed {seed}: {told:?}");
        assert_eq!(told.number, first.number);
        judge(&mut world);
        stands_everywhere(&world, client, "gone");
        nothing_is_left_at_head_office(&world);
        for _ in 0..2 {
            everybody_visits(&mut world);
        }
        for place in 0..3 {
            let again = receipt(&world, place);
            assert_eq!(again.state, ErasureState::Confirmed, "seed {seed}: {again:?}");
            assert_eq!((again.number, again.at), (first.number.clone(), first.at));
        }
    }
}

/// The one receipt that a desk shows.
fn receipt(world: &World, place: usize) -> ErasureRow {
    let page = world.desks[place].book().read(|conn| list(conn, None, 10));
    let mut rows = page.expect("the receipts").rows;
    assert_eq!(rows.len(), 1, "seed {}: {rows:?}", world.seed);
    rows.remove(0)
}
