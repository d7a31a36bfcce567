//! Photos and files: the record goes as any other, the content follows in pieces. Property 21 of docs/sync.md.

use clientele_core::attachments::{self, Attachment, PIECE_BYTES};
use clientele_core::head_office::contents;
use clientele_core::testing::{self, Rng};
use clientele_core::workspace::{Actor, NewStep, StepLabel};
use clientele_core::{clients, head_office};
use clientele_model::{AttachmentId, BranchId, ClientId, ErrorCode, Value};
use clientele_protocol::bytes::{decode, encode};
use clientele_protocol::message::No;
use clientele_protocol::{Envelope, Request, Response};
use clientele_sync::{Ask, Contact};
use clientele_tests::simulator::{OfficeKind, Outcome, Wire, World, judge};

use crate::stories::{everybody_visits, minutes, on_both_offices, seeds_of, three_branches, three_desks};

on_both_offices! {
    a_photo_is_seen_small_at_once_and_whole_when_somebody_looks
    a_content_that_is_cut_off_goes_on_with_the_piece_at_which_it_ended
    a_large_file_holds_no_change_up
    a_server_restored_from_an_old_backup_gets_the_contents_again
    a_server_restored_from_between_a_record_and_its_content_gets_the_content_again
    an_erased_client_takes_every_content_along
    a_branch_neither_gets_nor_gives_contents_of_another
    a_content_that_is_not_what_its_record_says_is_kept_nowhere
    an_older_head_office_is_left_alone
    a_photo_of_the_end_of_time_gives_way_to_one_that_is_set_later
}

fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut rng = Rng(seed);
    (0..length).map(|_| (rng.number() >> 32) as u8).collect()
}

fn attach(world: &World, place: usize, client: ClientId, bytes: &[u8]) -> AttachmentId {
    let file = testing::a_file("снимка.raw", bytes.to_vec());
    testing::attach(world.desks[place].book(), client, file, false)
}

fn rows(world: &World, place: usize, client: ClientId) -> Vec<Attachment> {
    let read = |conn: &_| attachments::list(conn, client);
    world.desks[place].book().read(read).expect("what is on a card")
}

fn want(world: &World, place: usize, id: AttachmentId) {
    contents::want(world.desks[place].book(), id).expect("wanted");
}

fn content(world: &World, place: usize, id: AttachmentId) -> Result<Vec<u8>, ErrorCode> {
    let read = |conn: &_| attachments::content(conn, id);
    let content = world.desks[place].book().read(read);
    content.map(|content| content.bytes).map_err(|error| error.code())
}

fn pieces(world: &World, place: usize, id: AttachmentId) -> u32 {
    let read = |conn: &_| attachments::pieces_here(conn, id);
    world.desks[place].book().read(read).expect("the pieces")
}

fn told(answer: Response) -> Vec<Option<u32>> {
    match answer {
        Response::Contents { pieces, .. } => pieces,
        other => panic!("{other:?}"),
    }
}

/// The question in a message, where it is one of a session.
fn question(bytes: &[u8]) -> Option<Request> {
    decode(&decode::<Envelope>(bytes).ok()?.message).ok()
}

fn a_photo_is_seen_small_at_once_and_whole_when_somebody_looks(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, client) = three_desks(kind, seed);
        let mut picture = testing::a_picture("лице.gif", 90);
        picture.bytes.extend(noise(PIECE_BYTES + 5, seed));
        let bytes = picture.bytes.clone();
        let id = testing::attach(world.desks[0].book(), client, picture, true);
        everybody_visits(&mut world);
        let row = rows(&world, 1, client).remove(0);
        assert!(row.is_photo && row.is_picture && !row.is_here, "{row:?}");
        let small = world.desks[1]
            .book()
            .read(|conn| attachments::thumbnail(conn, id));
        assert!(
            small.expect("the record").is_some(),
            "its small picture came with the record"
        );
        assert_eq!(content(&world, 1, id), Err(ErrorCode::AttachmentNotHere));
        want(&world, 1, id);
        let report = world.visits(1);
        assert!(content(&world, 1, id) == Ok(bytes), "seed {seed}");
        assert!(rows(&world, 1, client)[0].is_here);
        assert!(!report.invalidates.is_empty(), "the window reads it again");
        assert_eq!(
            pieces(&world, 2, id),
            0,
            "who does not look does not carry it about"
        );
        judge(&mut world);
    }
}

fn a_content_that_is_cut_off_goes_on_with_the_piece_at_which_it_ended(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let bytes = noise(5 * PIECE_BYTES + 1, seed);
        let id = attach(&world, 0, client, &bytes);
        let mut moved = 0;
        // The line breaks after every single message that carries a piece, before its answer is heard or after.
        let mut visit = |world: &mut World, place: usize, heard: bool| {
            let mut is_cut = false;
            world.visit_over(place, &mut |office, time, path, bytes| {
                if is_cut {
                    return None;
                }
                let answer = office.handle(path, bytes, time.now());
                let carries = question(bytes);
                let carries = matches!(carries, Some(Request::PutPiece { .. } | Request::GetPiece { .. }));
                is_cut = carries;
                moved += usize::from(carries);
                (!carries || heard).then_some(answer)
            })
        };
        for at in 0.. {
            assert!(at < 20, "seed {seed}: it begins anew");
            if let Outcome::Done(_) = visit(&mut world, 0, at % 2 == 0) {
                break;
            }
        }
        world.visits(1);
        want(&world, 1, id);
        for at in 0.. {
            assert!(at < 20, "seed {seed}: it begins anew");
            if let Outcome::Done(_) = visit(&mut world, 1, at % 2 == 0) {
                break;
            }
        }
        assert!(content(&world, 1, id) == Ok(bytes), "seed {seed}");
        // Six pieces each way; one whose answer was lost on its way down is asked for again.
        assert!((12..=18).contains(&moved), "seed {seed}: {moved}");
        judge(&mut world);
    }
}

fn a_large_file_holds_no_change_up(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let bytes = noise(4 * PIECE_BYTES, seed);
        let id = attach(&world, 0, client, &bytes);
        let mut asked: Vec<&'static str> = Vec::new();
        let book = world.desks[0].test_book.book.take().expect("the book");
        let mut contact = Contact::begin(&book).expect("a visit");
        while let Some(ask) = contact.ask().expect("a question") {
            let (path, message) = match &ask {
                Ask::Open(bytes) => (clientele_server::Path::Open, bytes),
                Ask::Call(bytes) => (clientele_server::Path::Call, bytes),
                Ask::Pair(bytes) => (clientele_server::Path::Pair, bytes),
            };
            match question(message) {
                Some(Request::Push(_)) => asked.push("push"),
                Some(Request::PutPiece { .. }) => asked.push("piece"),
                _ => {}
            }
            let answer = world.office.handle(path, message, world.time.now());
            contact.answer(&answer).expect("an answer");
            if asked.last() == Some(&"piece") && asked.len() == 2 {
                // Somebody writes while the file is on its way.
                let call = testing::call("по телефона", world.time.now());
                clientele_core::contacts::add(&book, &Actor::owner(), client, call).expect("a call");
            }
        }
        drop(contact);
        assert_eq!(
            asked,
            ["push", "piece"],
            "seed {seed}: the visit ends for the change"
        );
        assert!(book.read(head_office::waiting).expect("what waits") > 0);
        world.desks[0].test_book.book = Some(book);
        world.visits(0);
        world.visits(1);
        want(&world, 1, id);
        world.visits(1);
        assert!(content(&world, 1, id) == Ok(bytes), "seed {seed}");
        judge(&mut world);
    }
}

fn a_server_restored_from_an_old_backup_gets_the_contents_again(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        world.office.back_up();
        let bytes = noise(2 * PIECE_BYTES + 9, seed);
        let id = attach(&world, 0, client, &bytes);
        everybody_visits(&mut world);
        assert!(world.office.restore());
        everybody_visits(&mut world);
        want(&world, 2, id);
        world.visits(2);
        assert!(content(&world, 2, id) == Ok(bytes), "seed {seed}");
        judge(&mut world);
    }
}

fn an_erased_client_takes_every_content_along(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let bytes = noise(PIECE_BYTES + 77, seed);
        let id = attach(&world, 0, client, &bytes);
        everybody_visits(&mut world);
        want(&world, 1, id);
        world.visits(1);
        // Somebody has asked for it and has not had it yet.
        want(&world, 2, id);
        let book = world.desks[0].book();
        clients::trash(book, &Actor::owner(), &[client]).expect("into the trash");
        clients::erase(book, &Actor::owner(), &[client]).expect("erased");
        everybody_visits(&mut world);
        judge(&mut world);
        for place in 0..3 {
            let file = testing::bytes_within(&world.desks[place].test_book).expect("the file");
            for part in bytes.chunks_exact(64).step_by(501) {
                assert!(
                    !file.windows(64).any(|window| window == part),
                    "seed {seed}: desk {place}"
                );
            }
        }
        // What is added afterwards goes over as ever, though its pieces are numbered as the erased ones were.
        let later = world.adds(0, "Борис");
        let kept = noise(PIECE_BYTES + 1, seed + 1);
        let next = attach(&world, 0, later, &kept);
        everybody_visits(&mut world);
        want(&world, 1, next);
        world.visits(1);
        assert!(content(&world, 1, next) == Ok(kept), "seed {seed}");
        // A late device brings the content once more, and nobody wants it.
        let mut wire = Wire::pair(&world, 9, None);
        let put = Request::PutPiece {
            attachment: id.into(),
            n: 0,
            bytes: bytes[..PIECE_BYTES].to_vec(),
        };
        assert_eq!(wire.call(&world, &put), Response::NoPiece);
        let get = Request::GetPiece {
            attachment: id.into(),
            n: 0,
        };
        assert_eq!(wire.call(&world, &get), Response::NoPiece, "seed {seed}");
    }
}

fn a_server_restored_from_between_a_record_and_its_content_gets_the_content_again(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let before = noise(PIECE_BYTES + 2, seed);
        let kept = attach(&world, 0, client, &before);
        everybody_visits(&mut world);
        let bytes = noise(2 * PIECE_BYTES + 9, seed + 1);
        let id = attach(&world, 0, client, &bytes);
        // The record goes over, and not one piece.
        world.visit_over(0, &mut |office, time, path, bytes| {
            let is_content = matches!(question(bytes), Some(Request::Contents(_)));
            (!is_content).then(|| office.handle(path, bytes, time.now()))
        });
        for place in [1, 2] {
            world.visits(place);
        }
        world.office.back_up();
        world.visits(0);
        assert!(world.office.restore());
        // The log is as everybody knows it, and somebody else's content comes first.
        let other = noise(PIECE_BYTES + 4, seed + 2);
        let second = attach(&world, 1, client, &other);
        world.visits(1);
        world.visits(0);
        // It has handed all of it over: whoever comes finds it, though its machine burns.
        world.desks[0].is_gone = true;
        for (id, bytes) in [(kept, before), (id, bytes), (second, other)] {
            want(&world, 2, id);
            world.visits(2);
            assert!(content(&world, 2, id) == Ok(bytes), "seed {seed}");
        }
        judge(&mut world);
    }
}

/// Head office's desk, two branches' desks, a client of the first, and a content on the card.
fn of_a_branch(kind: OfficeKind, seed: u64) -> (World, [BranchId; 3], AttachmentId, Vec<u8>) {
    let (mut world, branches) = three_branches(kind, seed);
    everybody_visits(&mut world);
    let client = world.adds(1, "Анна");
    let bytes = noise(PIECE_BYTES + 3, seed);
    let id = attach(&world, 1, client, &bytes);
    everybody_visits(&mut world);
    (world, branches, id, bytes)
}

fn a_branch_neither_gets_nor_gives_contents_of_another(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, branches, id, bytes) = of_a_branch(kind, seed);
        want(&world, 0, id);
        world.visits(0);
        assert!(content(&world, 0, id) == Ok(bytes), "head office sees all");
        let get = Request::GetPiece {
            attachment: id.into(),
            n: 0,
        };
        let how_much = Request::Contents(vec![id.into()]);
        let mut own = Wire::pair(&world, 5, Some(branches[0]));
        let mut other = Wire::pair(&world, 6, Some(branches[1]));
        assert!(matches!(own.call(&world, &get), Response::Piece(_)));
        assert_eq!(told(own.call(&world, &how_much)), [Some(2)]);
        assert_eq!(other.call(&world, &get), Response::NoPiece, "seed {seed}");
        assert_eq!(told(other.call(&world, &how_much)), [None]);
        let put = Request::PutPiece {
            attachment: id.into(),
            n: 0,
            bytes: vec![0; PIECE_BYTES],
        };
        assert_eq!(other.call(&world, &put), Response::NoPiece);
        judge(&mut world);
    }
}

fn a_content_that_is_not_what_its_record_says_is_kept_nowhere(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let bytes = noise(PIECE_BYTES + 100, seed);
        let id = attach(&world, 0, client, &bytes);
        // The record is there; the content is brought by somebody who makes it up.
        world.visit_over(0, &mut |office, time, path, bytes| {
            let is_content = matches!(question(bytes), Some(Request::Contents(_)));
            (!is_content).then(|| office.handle(path, bytes, time.now()))
        });
        let mut wire = Wire::pair(&world, 7, None);
        let mut put = |n: u32, bytes: Vec<u8>| {
            let attachment = id.into();
            wire.call(&world, &Request::PutPiece { attachment, n, bytes })
        };
        for (n, length) in [
            (0, 5),
            (0, PIECE_BYTES + 1),
            (1, 100),
            (2, 1),
            (u32::MAX, PIECE_BYTES),
        ] {
            assert_eq!(
                put(n, vec![7; length]),
                Response::NoPiece,
                "piece {n} of {length} bytes"
            );
        }
        assert_eq!(
            put(0, vec![7; PIECE_BYTES]),
            Response::Done,
            "nobody can tell yet"
        );
        assert_eq!(put(1, vec![7; 100]), Response::NoPiece, "the whole is proved");
        world.visits(0);
        world.visits(1);
        want(&world, 1, id);
        // On the line somebody alters it.
        let altered = world.visit_over(1, &mut |office, time, path, bytes| {
            let answer = office.handle(path, bytes, time.now());
            match decode(&answer) {
                Ok(Response::Piece(mut piece)) => {
                    piece[50] ^= 1;
                    Some(encode(&Response::Piece(piece)))
                }
                _ => Some(answer),
            }
        });
        assert!(matches!(altered, Outcome::Done(_)), "seed {seed}: {altered:?}");
        assert_eq!(
            (pieces(&world, 1, id), content(&world, 1, id)),
            (0, Err(ErrorCode::AttachmentNotHere))
        );
        want(&world, 1, id);
        world.visits(1);
        assert!(content(&world, 1, id) == Ok(bytes), "seed {seed}");
        judge(&mut world);
    }
}

fn an_older_head_office_is_left_alone(kind: OfficeKind) {
    for seed in seeds_of(kind, 1) {
        let (mut world, client) = three_desks(kind, seed);
        let bytes = noise(1000, seed);
        let id = attach(&world, 0, client, &bytes);
        let old = |world: &mut World, place: usize| {
            world.visit_over(place, &mut |office, time, path, bytes| {
                Some(match question(bytes) {
                    Some(Request::Contents(_) | Request::PutPiece { .. } | Request::GetPiece { .. }) => {
                        encode(&Response::No(No::Unreadable))
                    }
                    _ => office.handle(path, bytes, time.now()),
                })
            })
        };
        for place in [0, 1] {
            let outcome = old(&mut world, place);
            assert!(
                matches!(&outcome, Outcome::Done(report) if report.agrees == Some(true)),
                "{outcome:?}"
            );
        }
        assert_eq!(rows(&world, 1, client).len(), 1, "the record came all the same");
        want(&world, 1, id);
        assert!(matches!(old(&mut world, 1), Outcome::Done(_)));
        // Then head office is a new one.
        world.visits(0);
        world.visits(1);
        assert!(content(&world, 1, id) == Ok(bytes), "seed {seed}");
        judge(&mut world);
    }
}

fn a_photo_of_the_end_of_time_gives_way_to_one_that_is_set_later(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, client) = three_desks(kind, seed);
        let by = Actor::owner();
        let [first, second, third] = [1, 2, 3].map(|shade| {
            let face = testing::a_picture("лице.gif", shade);
            testing::attach(world.desks[0].book(), client, face, true)
        });
        everybody_visits(&mut world);
        let photos = |world: &World| {
            let photo = |place: usize| {
                let read = |conn: &_| Ok(clients::card(conn, client)?.photo);
                world.desks[place].book().read(read).expect("the photo")
            };
            [photo(0), photo(1), photo(2)]
        };
        // Somebody writes into the record what no clock shows.
        let step = NewStep::new(&by, StepLabel::PhotoChanged);
        let fields = vec![("photo_since", Value::Int(i64::MAX))];
        let hostile = world.desks[0]
            .book()
            .write(step, |w| w.set(&attachments::ATTACHMENTS, first.into(), fields));
        assert!(hostile.expect("a step").value);
        // A little later, a desk that has not heard of it sets another photo.
        minutes(&world, 5);
        attachments::set_photo(world.desks[1].book(), &by, second, true).expect("another photo");
        everybody_visits(&mut world);
        assert_eq!(photos(&world), [Some(second); 3], "seed {seed}");
        // And one that has.
        minutes(&world, 5);
        attachments::set_photo(world.desks[2].book(), &by, third, true).expect("one more");
        everybody_visits(&mut world);
        assert_eq!(photos(&world), [Some(third); 3], "seed {seed}");
        judge(&mut world);
    }
}
