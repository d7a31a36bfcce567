//! Programs of several versions at once: properties 13 and 14 of docs/sync.md.

use std::time::Instant;

use clientele_core::contacts::CONTACTS;
use clientele_core::head_office;
use clientele_core::schema::SCHEMA;
use clientele_core::testing::{ClientBuilder, as_of_the_first_version};
use clientele_core::workspace::step::STEPS;
use clientele_core::workspace::store::log;
use clientele_core::workspace::{Actor, Card, NewStep, Schema, StepLabel, Table, Topic, WorkedOut};
use clientele_core::{clients, settings};
use clientele_model::record::{Field, Record};
use clientele_model::{ChangeKind, ClientId, RowId, Value};
use clientele_protocol::Payload;
use clientele_tests::simulator::{OfficeKind, Wire, World, body, judge, rows};

use crate::stories::{everybody_visits, on_both_offices, seeds, seeds_of, three_desks};

on_both_offices! {
    what_a_newer_device_writes_survives_an_older_ones_edit_verbatim
    what_an_older_program_did_not_know_is_seen_after_its_upgrade
}

/// Property 13: fields and a table that no program here has ever heard of.
fn what_a_newer_device_writes_survives_an_older_ones_edit_verbatim(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, _) = three_desks(kind, seed);
        let mut newer = Wire::pair(&world, 40, None);
        let (client, voucher) = (RowId::new(), RowId::new());
        let fields = vec![
            ("given_name", Value::from("Нора")),
            ("loyalty_tier", Value::from("злато")),
            ("loyalty_points", Value::Int(i64::MIN)),
            ("favourite_ratio", Value::Real(0.1)),
            ("portrait", Value::Blob(vec![0, 255, 7])),
        ];
        let coupon = vec![("client_id", client.into()), ("worth", Value::Int(50))];
        let written = [fields.clone(), coupon.clone()].map(|fields| body(&fields).encode());
        let links = newer.step(
            world.time.now(),
            None,
            vec![
                ("clients", client, ChangeKind::Add, fields),
                ("vouchers", voucher, ChangeKind::Add, coupon),
            ],
        );
        let _ = newer.push(&world, &links);
        everybody_visits(&mut world);
        let card = ClientId(client.0);
        // Older programs show what they know, and write over it.
        for place in 0..3 {
            world.types(place, card);
            world.visits(place);
        }
        world.logs_call(1, card);
        judge(&mut world);
        for place in 0..3 {
            let desk = world.desks[place].book();
            for (row, written) in [client, voucher].into_iter().zip(&written) {
                let log = desk.read(|conn| log::of_row(conn, row)).expect("the log");
                let first = log
                    .first()
                    .and_then(|change| change.body.clone())
                    .expect("its body");
                assert_eq!(&first.encode(), written, "seed {seed}: desk {place}");
            }
        }
        // To another newer device it comes with the signature that it was given, byte for byte.
        let mut another = Wire::pair(&world, 41, None);
        another.pull(&world);
        let seen = another.seen();
        let theirs: Vec<_> = seen
            .iter()
            .filter(|(device, ..)| *device == newer.device)
            .collect();
        assert_eq!(theirs.len(), 3);
        for ((.., change), written) in theirs.iter().zip(&written) {
            assert!(matches!(&change.payload, Payload::Whole { body, .. } if body == written));
        }
    }
}

const fn without_expects() -> Record {
    const FIELDS: &[Field] = &{
        let all = clients::CLIENTS.record.fields;
        let mut known = [all[0]; clients::CLIENTS.record.fields.len() - 1];
        let (mut from, mut to) = (0, 0);
        while from < all.len() {
            // The only field whose name is so long and begins so.
            let name = all[from].name.as_bytes();
            if !(name.len() == 7 && name[0] == b'e' && name[1] == b'x') {
                known[to] = all[from];
                to += 1;
            }
            from += 1;
        }
        known
    };
    Record {
        fields: FIELDS,
        ..clients::CLIENTS.record
    }
}

/// The clients as a program knew them that had no field for what a client expects.
static OLDER_CLIENTS: Table = Table {
    record: without_expects(),
    card: Card::Itself,
    topics: &[Topic::Clients, Topic::Client],
    worked_out: WorkedOut::NOTHING,
};

/// That program; it had no contacts and no messengers either.
static OLDER: Schema = Schema {
    tables: &[
        &STEPS,
        &settings::SETTINGS,
        &OLDER_CLIENTS,
        &clients::CLIENT_NAMES,
        &clients::PHONES,
        &clients::EMAILS,
        &clients::ADDRESSES,
        &clients::CONTACT_PERSONS,
        &clients::CLIENT_TAGS,
    ],
    derive: SCHEMA.derive,
    forget: SCHEMA.forget,
};

/// Property 13: an older program takes in what it cannot show, edits beside it, and shows it once it can.
fn what_an_older_program_did_not_know_is_seen_after_its_upgrade(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, client) = three_desks(kind, seed);
        world.desks[2].run_as(&OLDER);
        let book = world.desks[0].book();
        let before = book.read(|conn| clients::load(conn, client)).expect("the card");
        let mut after = before.clone();
        after.expects = "тишина".into();
        clients::change(book, &Actor::owner(), client, &before, after).expect("a change");
        let call = world.logs_call(0, client);
        everybody_visits(&mut world);
        let older = world.desks[2].book();
        assert!(OLDER.tables.iter().all(|table| table.name != CONTACTS.name));
        assert!(
            rows(older)
                .values()
                .all(|row| !row.contains("тишина") && !row.contains(&call))
        );
        assert!(
            older.check().expect("a look").ok,
            "it is whole as far as it knows"
        );
        // It writes to the same card, and what it does not know stays with the others.
        older
            .write(NewStep::new(&Actor::owner(), StepLabel::ClientChanged), |w| {
                w.set(&OLDER_CLIENTS, client.into(), vec![("notes", "от стария".into())])
            })
            .expect("an edit");
        everybody_visits(&mut world);
        for place in [0, 1] {
            let card = world.desks[place].book().read(|conn| clients::load(conn, client));
            let card = card.expect("the card");
            assert_eq!(
                (card.expects.as_str(), card.notes.as_str()),
                ("тишина", "от стария")
            );
        }
        // The upgrade alone shows it: nobody has to be asked for it.
        let changes = world.desks[2].book().device().1;
        world.desks[2].run_as(&SCHEMA);
        let upgraded = world.desks[2].book();
        let card = upgraded
            .read(|conn| clients::load(conn, client))
            .expect("the card");
        assert_eq!(card.expects, "тишина", "seed {seed}");
        assert_eq!(rows(upgraded), rows(world.desks[0].book()), "seed {seed}");
        assert_eq!(upgraded.device().1, changes, "and writes nothing");
        judge(&mut world);
    }
}

/// Clients in the book of [`a_book_of_the_first_version_is_brought_up_without_a_single_change`], each with four
/// phones: 20,000 rows.
const CLIENTS: usize = 4_000;

/// Property 14: 20,000 rows, and two more columns.
#[test]
fn a_book_of_the_first_version_is_brought_up_without_a_single_change() {
    for seed in seeds(1) {
        let mut world = World::new(OfficeKind::Sqlite, seed);
        let reader = world.pair(None);
        world.visits(reader);
        let large = world.desk_without_head_office();
        let book = world.desks[large].book();
        fill(book);
        let before = rows(book);
        assert!(before.len() >= 20_000);
        let counted = book.check().expect("a look").changes;
        let (device, seq) = book.device();
        as_of_the_first_version(book).expect("an older file");
        let begun = Instant::now();
        world.desks[large].die();
        println!("{} rows came up in {:?}", before.len(), begun.elapsed());
        let book = world.desks[large].book();
        assert_eq!(book.device(), (device, seq), "seed {seed}: not one change more");
        let check = book.check().expect("a look");
        assert!(check.ok, "{:#?}", check.problems);
        assert_eq!(check.changes, counted);
        assert_eq!(rows(book), before);
        // All of it is this device's own, and goes out as it was written.
        world.pair_again(large, None);
        let waiting = world.desks[large]
            .book()
            .read(head_office::waiting)
            .expect("the log");
        assert_eq!(waiting, seq);
        let report = world.visits(large);
        assert_eq!(report.went_out, seq);
        world.visits(reader);
        judge(&mut world);
        let there = rows(world.desks[reader].book());
        assert!(before.keys().all(|row| there.contains_key(row)), "seed {seed}");
    }
}

fn fill(book: &clientele_core::book::Book) {
    let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
    let added = book.write(step, |w| {
        for n in 0..CLIENTS {
            // With four phones a card: twenty thousand rows.
            let card = ClientBuilder::new(&format!("Клиент {n}"));
            let phones = ["0888 123 456", "0888 123 457", "0888 123 458", "0888 123 459"];
            let draft = phones.iter().fold(card, |card, phone| card.phone(phone)).0;
            clients::add_checked_of(w, ClientId::new(), &draft, clientele_model::Timestamp(0))?;
        }
        Ok(())
    });
    added.expect("many clients");
}
