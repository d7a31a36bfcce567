//! Photos and files: what is kept, what is shown, what is refused, and what is left of them.

use super::*;
use crate::clients::{self, card};
use crate::duplicates;
use crate::testing::{ClientBuilder, TestBook, a_file, a_picture, attach, bytes_within};
use crate::trash;

fn by() -> Actor {
    Actor::owner()
}

fn rows(book: &TestBook, client: ClientId) -> Vec<Attachment> {
    book.read(|conn| list(conn, client)).unwrap()
}

fn names(book: &TestBook, client: ClientId) -> Vec<String> {
    rows(book, client).into_iter().map(|row| row.name).collect()
}

/// The photo of a client on the card, in the list and in the search: the same.
fn photo_on(book: &TestBook, client: ClientId) -> Option<AttachmentId> {
    let card = book.read(|conn| card(conn, client)).unwrap();
    let ask = crate::clients::ClientsList {
        limit: 50,
        ..crate::clients::ClientsList::default()
    };
    let page = book.read(|conn| crate::clients::list(conn, &ask, "BG", crate::clients::Sight::All));
    let listed = page.unwrap().rows.into_iter().find(|row| row.id == card.id);
    assert_eq!(listed.and_then(|row| row.photo), card.photo, "in the list");
    let found = crate::search::search(book, &card.name, 50, "BG").unwrap();
    let found = found.into_iter().find(|hit| hit.id == card.id);
    assert_eq!(found.and_then(|hit| hit.photo), card.photo, "in the search");
    card.photo
}

/// Bytes that no compression and no chance makes elsewhere.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut rng = crate::testing::Rng(seed);
    (0..length).map(|_| (rng.number() >> 32) as u8).collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> ErrorCode {
    result.unwrap_err().code()
}

#[test]
fn a_file_comes_back_as_it_went_in() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    // One piece, exactly two, and two and a bit.
    for (seed, length) in [(1, 1), (2, 2 * PIECE_BYTES), (3, 2 * PIECE_BYTES + 7)] {
        let bytes = noise(length, seed);
        let id = attach(&book, anna, a_file("договор.bin", bytes.clone()), false);
        let back = book.read(|conn| content(conn, id)).unwrap();
        assert_eq!(
            (back.name.as_str(), back.media_type.as_str()),
            ("договор.bin", formats::OTHER)
        );
        assert!(back.bytes == bytes, "{length} bytes");
        let here = book.read(|conn| pieces_here(conn, id)).unwrap();
        assert_eq!(here as usize, length.div_ceil(PIECE_BYTES));
    }
    let rows = rows(&book, anna);
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter()
            .all(|row| row.is_here && !row.is_picture && !row.is_photo)
    );
    assert!(book.check().unwrap().ok, "{:?}", book.check().unwrap().problems);
}

#[test]
fn a_name_is_only_a_name() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    attach(
        &book,
        anna,
        a_file("../../C:\\Windows\\\u{202E}gpj.exe", b"MZ".to_vec()),
        false,
    );
    assert_eq!(names(&book, anna), ["C Windows gpj.exe"]);
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_of_it_stays() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let add = |files: &[NewAttachment], as_photo| add(&book, &by(), anna, files, as_photo);
    let good = a_file("a.txt", b"a".to_vec());
    let huge = a_file("huge", vec![0; usize::try_from(FILE_BYTES_MAX).unwrap() + 1]);
    assert_eq!(
        refused(add(&[good.clone(), huge], false)),
        ErrorCode::AttachmentTooLarge
    );
    assert_eq!(
        refused(add(&[a_file("e", Vec::new())], false)),
        ErrorCode::AttachmentEmpty
    );
    assert_eq!(
        refused(add(std::slice::from_ref(&good), true)),
        ErrorCode::AttachmentNoPicture
    );
    // A small picture does not make a picture of what is none.
    let mut disguised = a_picture("a.jpg", 1);
    disguised.bytes = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
    assert_eq!(refused(add(&[disguised], true)), ErrorCode::AttachmentNoPicture);
    assert_eq!(names(&book, anna), [""; 0]);
    let many = vec![good; ON_CARD_MAX];
    add(&many, false).unwrap();
    assert_eq!(refused(add(&many[..1], false)), ErrorCode::AttachmentTooMany);
    assert_eq!(rows(&book, anna).len(), ON_CARD_MAX);
    book.undo(&by()).unwrap();
    assert_eq!(names(&book, anna), [""; 0], "several files are one step");
}

#[test]
fn nothing_is_added_to_a_card_in_the_trash() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let id = attach(&book, anna, a_picture("a.gif", 1), true);
    trash(&book, &by(), id).unwrap();
    clients::trash(&book, &by(), &[anna]).unwrap();
    let file = a_file("a", b"a".to_vec());
    assert_eq!(
        refused(add(&book, &by(), anna, &[file], false)),
        ErrorCode::ClientInTrash
    );
    assert_eq!(refused(restore(&book, &by(), id)), ErrorCode::ClientInTrash);
    assert_eq!(
        refused(set_photo(&book, &by(), id, true)),
        ErrorCode::ClientInTrash
    );
    let nobody = AttachmentId::new();
    assert_eq!(refused(trash(&book, &by(), nobody)), ErrorCode::NotFound);
    assert_eq!(
        refused(book.read(|conn| content(conn, nobody))),
        ErrorCode::NotFound
    );
}

#[test]
fn the_photo_is_the_one_that_was_made_so_last() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let first = attach(&book, anna, a_picture("first.gif", 1), true);
    let plain = attach(&book, anna, a_picture("plain.gif", 2), false);
    assert_eq!(photo_on(&book, anna), Some(first), "a picture is no photo yet");
    let second = attach(&book, anna, a_picture("second.gif", 3), true);
    assert_eq!(photo_on(&book, anna), Some(second));
    assert_eq!(names(&book, anna)[0], "second.gif");
    book.undo(&by()).unwrap();
    assert_eq!(photo_on(&book, anna), Some(first), "undo brings the one before");
    book.redo(&by()).unwrap();
    set_photo(&book, &by(), plain, true).unwrap();
    assert_eq!(photo_on(&book, anna), Some(plain));
    set_photo(&book, &by(), plain, false).unwrap();
    assert_eq!(photo_on(&book, anna), None, "taken off, no older one steps in");
    assert_eq!(rows(&book, anna).len(), 3);
    book.undo(&by()).unwrap();
    assert_eq!(photo_on(&book, anna), Some(plain));
    let file = attach(&book, anna, a_file("a.pdf", b"%PDF-1.7".to_vec()), false);
    assert_eq!(
        refused(set_photo(&book, &by(), file, true)),
        ErrorCode::AttachmentNoPicture
    );
}

#[test]
fn a_photo_by_a_clock_of_another_year_can_be_followed() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let first = attach(&book, anna, a_picture("first.gif", 1), true);
    let far = Value::Int(4_000_000_000_000);
    let step = NewStep::new(&by(), StepLabel::PhotoChanged);
    let written = book.write(step, |w| {
        w.set(&ATTACHMENTS, first.into(), vec![("photo_since", far)])
    });
    written.unwrap();
    let second = attach(&book, anna, a_picture("second.gif", 2), true);
    assert_eq!(photo_on(&book, anna), Some(second));
}

#[test]
fn what_is_thrown_away_keeps_its_content_until_the_trash_is_emptied() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let bytes = noise(PIECE_BYTES + 100, 9);
    let id = attach(&book, anna, a_file("снимка.raw", bytes.clone()), false);
    trash(&book, &by(), id).unwrap();
    assert_eq!(names(&book, anna), [""; 0]);
    let lies = book.read(|conn| trash::list(conn, Timestamp::now())).unwrap();
    assert_eq!(
        (lies[0].kind, lies[0].title.as_str()),
        (trash::TrashKind::Attachment, "снимка.raw")
    );
    restore(&book, &by(), id).unwrap();
    assert!(book.read(|conn| content(conn, id)).unwrap().bytes == bytes);
    trash(&book, &by(), id).unwrap();
    let later = Timestamp::now().minus_days(-31);
    let emptied = trash::empty_old(&book, &by(), later).unwrap();
    assert_eq!(emptied.value, 1);
    gone(&book, &bytes, "снимка.raw");
}

/// Nothing of a content, nor of its name, is in any page of the file.
fn gone(book: &TestBook, bytes: &[u8], name: &str) {
    let file = bytes_within(book).unwrap();
    let holds = |part: &[u8]| file.windows(part.len()).any(|window| window == part);
    for part in bytes.chunks_exact(bytes.len().min(32)).step_by(997) {
        assert!(!holds(part), "some of the content is left");
    }
    assert!(!holds(name.as_bytes()), "the name is left");
    assert!(book.check().unwrap().ok);
}

#[test]
fn an_erased_client_leaves_no_byte_of_a_photo() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let mut picture = a_picture("лицето на Анна.gif", 7);
    picture.bytes.extend(noise(3 * PIECE_BYTES, 5));
    let (bytes, small) = (picture.bytes.clone(), picture.thumbnail.clone().unwrap());
    attach(&book, anna, picture, true);
    let other = ClientBuilder::new("Борис").create(&book);
    let stays = noise(PIECE_BYTES, 6);
    let kept = attach(&book, other, a_file("остава.bin", stays.clone()), false);
    clients::trash(&book, &by(), &[anna]).unwrap();
    clients::erase(&book, &by(), &[anna]).unwrap();
    gone(&book, &bytes[40..], "лицето на Анна.gif");
    let file = bytes_within(&book).unwrap();
    assert!(
        !file.windows(small.len()).any(|window| window == small),
        "the small picture is left"
    );
    assert!(book.read(|conn| content(conn, kept)).unwrap().bytes == stays);
}

#[test]
fn a_merged_client_brings_photo_and_files_along() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let ani = ClientBuilder::new("Ани").create(&book);
    attach(&book, anna, a_file("consent.txt", b"yes".to_vec()), false);
    let face = attach(&book, ani, a_picture("face.gif", 4), true);
    let merged = duplicates::merge(&book, &by(), anna, ani, None).unwrap();
    assert_eq!(names(&book, anna), ["face.gif", "consent.txt"]);
    assert_eq!(
        (photo_on(&book, anna), photo_on(&book, ani)),
        (Some(face), Some(face))
    );
    duplicates::unmerge(&book, &by(), merged.step.unwrap().id).unwrap();
    assert_eq!(names(&book, anna), ["consent.txt"]);
    assert_eq!((photo_on(&book, anna), photo_on(&book, ani)), (None, Some(face)));
}

#[test]
fn a_content_that_is_not_what_the_log_says_is_not_handed_out() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let id = attach(&book, anna, a_file("a.bin", noise(300_000, 8)), false);
    let alter = |sql: &str| book.maintain(|conn| Ok(conn.execute(sql, [])?)).unwrap();
    alter("update attachment_pieces set bytes = zeroblob(length(bytes)) where n = 1");
    assert_eq!(
        refused(book.read(|conn| content(conn, id))),
        ErrorCode::AttachmentDamaged
    );
    let report = book.check().unwrap();
    assert!(
        !report.ok && report.problems[0].contains("the content is not"),
        "{:?}",
        report.problems
    );
    alter("delete from attachment_pieces where n = 0");
    assert_eq!(
        refused(book.read(|conn| content(conn, id))),
        ErrorCode::AttachmentNotHere
    );
    assert!(!rows(&book, anna)[0].is_here);
    assert!(
        book.check().unwrap().ok,
        "what is missing is on another device, and no damage"
    );
}

#[test]
fn a_record_of_another_device_is_not_believed_to_be_a_picture() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let fields = |media: &str, small: &[u8]| {
        vec![
            (CLIENT_ID, RowId::from(anna).into()),
            ("name", Value::from("x")),
            ("media_type", media.into()),
            ("thumbnail", Value::Blob(small.to_vec())),
            ("photo_since", Value::Int(1)),
        ]
    };
    for (media, small) in [
        ("image/svg+xml", &b"\xFF\xD8\xFF"[..]),
        ("image/png", b"<svg/>"),
        ("image/png", b""),
    ] {
        let step = NewStep::new(&by(), StepLabel::AttachmentsAdded);
        let row = RowId::new();
        let written = book.write(step, |w| w.add(&ATTACHMENTS, row, fields(media, small)));
        written.unwrap();
        assert_eq!(book.read(|conn| thumbnail(conn, row.into())).unwrap(), None);
    }
    assert_eq!(photo_on(&book, anna), None);
    assert!(
        rows(&book, anna)
            .iter()
            .all(|row| !row.is_picture && !row.is_here)
    );
}

#[test]
fn a_list_and_a_search_show_photos_and_read_no_picture_for_a_row() {
    let book = TestBook::new();
    let (anna, boris) = (
        ClientBuilder::new("Анна").create(&book),
        ClientBuilder::new("Борис").create(&book),
    );
    let first = attach(&book, anna, a_picture("a.png", 3), true);
    let listed = || {
        let ask = crate::clients::ClientsList {
            limit: 10,
            ..crate::clients::ClientsList::default()
        };
        let page = book.read(|conn| crate::clients::list(conn, &ask, "BG", crate::clients::Sight::All));
        let rows = page.unwrap().rows.into_iter();
        rows.map(|row| (row.id, row.photo)).collect::<Vec<_>>()
    };
    let found = |typed: &str| crate::search::search(&book, typed, 5, "BG").unwrap()[0].photo;
    assert_eq!(listed(), [(anna, Some(first)), (boris, None)]);
    assert_eq!((found("анна"), found("борис")), (Some(first), None));
    // A younger one, of a client who was merged with the first, is the one that the card shows.
    let second = attach(&book, boris, a_picture("b.png", 4), true);
    let merged = crate::duplicates::merge(&book, &Actor::owner(), anna, boris, None).unwrap();
    assert_eq!(listed(), [(anna, Some(second))]);
    assert_eq!(found("анна"), Some(second));
    crate::duplicates::unmerge(&book, &Actor::owner(), merged.step.unwrap().id).unwrap();
    trash(&book, &Actor::owner(), first).unwrap();
    assert_eq!(listed(), [(anna, None), (boris, Some(second))]);
    let plan = book.read(store::plan_of_face).unwrap();
    assert!(plan.contains("COVERING INDEX attachments_with_photo"), "{plan}");
}

#[test]
fn a_photo_that_says_the_end_of_time_gives_way_to_whoever_sets_another() {
    for since in [i64::MAX, Timestamp::now().0 + 20 * 365 * 86_400_000] {
        let book = TestBook::new();
        let anna = ClientBuilder::new("Анна").create(&book);
        let [old, other] = [5, 6].map(|shade| attach(&book, anna, a_picture("face.gif", shade), true));
        let hostile = attach(&book, anna, a_picture("other.gif", 7), false);
        let step = NewStep::new(&by(), StepLabel::PhotoChanged);
        let fields = vec![("photo_since", Value::Int(since))];
        book.write(step, |w| w.set(&ATTACHMENTS, hostile.into(), fields))
            .unwrap();
        assert_eq!(photo_on(&book, anna), Some(hostile));
        for id in [old, other, hostile, old] {
            set_photo(&book, &by(), id, true).unwrap();
            assert_eq!(photo_on(&book, anna), Some(id), "{since}");
        }
        // Taken back, the one before is the photo again.
        book.undo(&by()).unwrap();
        assert_eq!(photo_on(&book, anna), Some(hostile));
        let new = attach(&book, anna, a_picture("new.gif", 8), true);
        assert_eq!(photo_on(&book, anna), Some(new));
        book.undo(&by()).unwrap();
        assert_eq!(photo_on(&book, anna), Some(hostile));
        set_photo(&book, &by(), hostile, false).unwrap();
        assert_eq!(photo_on(&book, anna), None);
        book.assert_whole();
    }
}
