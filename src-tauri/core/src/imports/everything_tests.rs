//! A book out as JSON and back: the same rows, or nothing.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clientele_model::{AttachmentId, ErrorCode, Language, Timestamp};

use super::everything::{Content, look, run};
use crate::Result;
use crate::attachments::{self, DamagedContent, Held, LeftOut, NewAttachment};
use crate::demo::{self, Demo};
use crate::exports::{RowsDigest, everything};
use crate::testing::{ClientBuilder, Damage, TestBook, a_picture, damage, settings as salon};
use crate::workspace::{Actor, Written};
use crate::{book, clients, contacts, duplicates, settings};

fn go_on(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn digest(book: &TestBook) -> String {
    book.read(RowsDigest::of_book).unwrap().to_string()
}

fn export(book: &TestBook) -> (PathBuf, String) {
    let path = book.folder.path().join("everything.json");
    let done = everything(book, &path, &mut go_on).unwrap();
    assert_eq!(done.digest.to_string(), digest(book));
    (path, digest(book))
}

fn import(book: &TestBook, path: &Path) -> Result<Written<Content>> {
    run(book, &Actor::owner(), path, &mut go_on)
}

/// A book in which every entity has rows, some of them in the trash.
fn full_book() -> TestBook {
    let by = Actor::owner();
    let book = TestBook::new();
    let options = Demo {
        clients: 40,
        seed: 7,
        now: Timestamp(1_790_000_000_000),
        language: Language::Ru,
    };
    demo::fill(&book, &by, &options, &mut go_on).unwrap();
    let ids = book.read(clients::ids).unwrap();
    clients::trash(&book, &by, &ids[..2]).unwrap();
    duplicates::dismiss(&book, &by, ids[2], ids[3]).unwrap();
    duplicates::merge(&book, &by, ids[4], ids[5], None).unwrap();
    let long: Vec<u8> = (0..attachments::PIECE_BYTES + 9)
        .map(|n| (n % 253) as u8)
        .collect();
    let papers = NewAttachment {
        name: "съгласие.pdf".into(),
        bytes: [b"%PDF-1.7 ".as_slice(), &long].concat(),
        thumbnail: None,
    };
    attachments::add(&book, &by, ids[6], &[papers], false).unwrap();
    attachments::add(&book, &by, ids[6], &[a_picture("лице", 9)], true).unwrap();
    ClientBuilder::new("=1+1\u{202E}\u{0}")
        .notes("ред 1\r\nред \"2\"\\")
        .create(&book);
    let other = settings::Settings {
        business_name: "Салон «Лада»".into(),
        country: "RU".into(),
        currency: "RUB".into(),
        language: Language::Ru,
    };
    settings::save(&book, &by, other).unwrap();
    book
}

/// The contents of all files that are in the book.
fn files(book: &TestBook) -> Vec<(AttachmentId, Vec<u8>)> {
    let mut files = Vec::new();
    let all = |conn: &rusqlite::Connection| {
        attachments::each_content(conn, &mut |id, held| {
            if let Held::Whole(content) = held {
                files.push((id, content.bytes.clone()));
            }
            Ok(())
        })
    };
    let left_out = book.read(all).unwrap();
    assert_eq!(left_out.damaged, 0, "{left_out:?}");
    files
}

fn damaged(name: &str, client: &str) -> LeftOut {
    LeftOut {
        elsewhere: 0,
        damaged: 1,
        named: vec![DamagedContent {
            name: name.into(),
            client: client.into(),
        }],
    }
}

#[test]
fn a_file_that_is_not_what_its_record_says_is_left_out_and_named() {
    let from = full_book();
    let whole = files(&from);
    let (path, rows) = export(&from);
    let text = std::fs::read_to_string(&path).unwrap();
    let papers = text
        .find("съгласие.pdf")
        .map(|at| text[..at].rfind("\"id\":\"").unwrap() + 6);
    let id = text[papers.unwrap()..][..36].to_owned();
    let begins = format!("\"attachment\":\"{id}\",\"pieces\":[\n\"");
    let at = text.find(&begins).unwrap() + begins.len();
    let other = if &text[at..=at] == "A" { "B" } else { "A" };
    let piece = text[at..].find('\n').unwrap() + 1;
    let byte = format!("{}{other}{}", &text[..at], &text[at + 1..]);
    let piece_less = format!("{}\"{}", &text[..at - 1], &text[at + piece + 1..]);
    // A short piece before a long one, so that the bytes are the same ones.
    let cut = format!("{}\",\n\"{}", &text[..at + 400], &text[at + 400..]);
    for (what, changed) in [("a byte", byte), ("a piece less", piece_less), ("a cut", cut)] {
        std::fs::write(&path, changed).unwrap();
        let to = TestBook::new();
        assert_eq!(
            look(&path, &mut go_on).unwrap().left_out,
            damaged("съгласие.pdf", ""),
            "{what}"
        );
        let written = import(&to, &path).unwrap().value;
        assert_eq!(written.left_out, damaged("съгласие.pdf", ""), "{what}");
        assert_eq!(digest(&to), rows, "{what}: every row is there");
        let mut kept = whole.clone();
        kept.retain(|(file, _)| file.to_string() != id);
        assert_eq!(files(&to), kept, "{what}: and every other content");
        to.assert_whole();
    }
}

#[test]
fn a_content_of_nobody_is_refused_with_all_the_rest() {
    let from = full_book();
    let (path, _) = export(&from);
    let text = std::fs::read_to_string(&path).unwrap();
    let of_nobody = text.replace("{\"attachment\":\"0", "{\"attachment\":\"1");
    assert_ne!(of_nobody, text);
    std::fs::write(&path, of_nobody).unwrap();
    let to = TestBook::new();
    let (before, refused) = (digest(&to), import(&to, &path).unwrap_err());
    assert_eq!(refused.code(), ErrorCode::ImportExportBroken);
    assert_eq!(digest(&to), before);
    assert!(files(&to).is_empty());
}

#[test]
fn contents_that_are_not_whole_here_are_counted_and_named_and_the_rest_goes_out() {
    let by = Actor::owner();
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let noise = |seed: u8| (0..600_000_u32).map(|n| (n * 7) as u8 ^ seed).collect();
    let names = ["whole", "elsewhere", "begun", "byte", "gap"];
    let new = names.map(|name| NewAttachment {
        name: name.into(),
        bytes: noise(name.len() as u8 + name.as_bytes()[0]),
        thumbnail: None,
    });
    let ids = attachments::add(&book, &by, anna, &new, false).unwrap().value;
    damage(&book, ids[1], Damage::Absent);
    damage(&book, ids[2], Damage::Begun);
    damage(&book, ids[3], Damage::Altered);
    damage(&book, ids[4], Damage::Torn);

    let path = book.folder.path().join("everything.json");
    let done = everything(&book, &path, &mut go_on).unwrap();
    let named = |client: &str| {
        ["byte", "gap"]
            .map(|name| damaged(name, client).named.remove(0))
            .to_vec()
    };
    assert_eq!((done.left_out.elsewhere, done.left_out.damaged), (2, 2));
    assert_eq!(done.left_out.named, named("Анна"));
    // The document says so, too, and it comes back with the one that is whole.
    let text = std::fs::read_to_string(&path).unwrap();
    for (id, why) in [
        (ids[1], "elsewhere"),
        (ids[2], "elsewhere"),
        (ids[3], "damaged"),
        (ids[4], "damaged"),
    ] {
        assert!(text.contains(&format!("{{\"attachment\":\"{id}\",\"missing\":\"{why}\"}}")));
    }
    let to = TestBook::new();
    let content = import(&to, &path).unwrap().value;
    assert_eq!(
        (content.left_out.elsewhere, &content.left_out.named),
        (2, &named(""))
    );
    assert_eq!(digest(&to), digest(&book));
    let kept = files(&to);
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].0, kept[0].1 == new[0].bytes), (ids[0], true));
    // Somebody took the list of files out: what has no content is counted all the same.
    let cut = text.find("\"files\"").unwrap();
    let rest = text.find("\"rows\":").unwrap();
    std::fs::write(&path, format!("{}{}", &text[..cut], &text[rest..])).unwrap();
    assert_eq!(look(&path, &mut go_on).unwrap().left_out.elsewhere, 5);
}

#[test]
fn a_book_comes_back_as_it_was() {
    let from = full_book();
    let (path, before) = export(&from);
    let content = look(&path, &mut go_on).unwrap();
    assert_eq!(content.digest.to_string(), before);
    assert_eq!(content.business_name, "Салон «Лада»");
    assert_eq!(
        u64::from(content.clients),
        from.read(book::count_clients).unwrap()
    );

    let to = TestBook::new();
    let written = import(&to, &path).unwrap();
    assert_eq!(written.value, content);
    assert_eq!(digest(&to), before);
    assert_eq!(
        to.read(settings::load).unwrap(),
        from.read(settings::load).unwrap()
    );
    let cards = |book: &TestBook| {
        let ids = book.read(clients::ids).unwrap();
        let card = |id| book.read(|conn| clients::load(conn, id)).unwrap();
        ids.into_iter().map(card).collect::<Vec<_>>()
    };
    assert_eq!(cards(&to), cards(&from));
    assert_eq!(files(&to), files(&from));
    assert!(files(&from).len() >= 2);
    to.assert_whole();

    // What it writes now is the same, but for the moment.
    let second = to.folder.path().join("second.json");
    everything(&to, &second, &mut go_on).unwrap();
    let rows = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines()
            .filter(|line| !line.starts_with("\"written_at\""))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(&path), rows(&second));
}

#[test]
fn an_import_of_everything_is_undone_in_one_step() {
    let from = full_book();
    let (path, _) = export(&from);
    let to = TestBook::new();
    let step = import(&to, &path).unwrap().step.unwrap();
    assert!(!step.params.contains_key("file"));
    to.undo(&Actor::owner()).unwrap();
    assert_eq!(to.read(book::count_clients).unwrap(), 0);
    assert_eq!(to.read(settings::load).unwrap(), salon());
    to.redo(&Actor::owner()).unwrap();
    assert!(to.read(book::count_clients).unwrap() > 0);
    to.assert_whole();
}

#[test]
fn only_an_empty_book_takes_it() {
    let from = full_book();
    let (path, _) = export(&from);
    let by = Actor::owner();
    let refused = |book: &TestBook| {
        let before = digest(book);
        assert_eq!(
            import(book, &path).unwrap_err().code(),
            ErrorCode::ImportBookNotEmpty
        );
        assert_eq!(digest(book), before);
    };
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    refused(&book);
    clients::trash(&book, &by, &[anna]).unwrap();
    refused(&book);
    clients::erase(&book, &by, &[anna]).unwrap();
    refused(&book);
    // Twice is once too often.
    let book = TestBook::new();
    import(&book, &path).unwrap();
    refused(&book);
}

#[test]
fn of_a_broken_document_nothing_stays() {
    let from = full_book();
    let (path, _) = export(&from);
    let whole = std::fs::read_to_string(&path).unwrap();
    let line = |entity: &str| {
        let mut rows = whole.split(&format!("\"{entity}\": [\n")).nth(1).unwrap().lines();
        rows.next().unwrap().trim_end_matches(',').to_owned()
    };
    let (client, contact) = (line("clients"), line("contacts"));
    let id = client.split('"').nth(3).unwrap();
    let with_id_of_client = contact.replacen(contact.split('"').nth(3).unwrap(), id, 1);
    let cases = [
        ("cut", whole[..whole.len() - 3].to_owned()),
        ("twice", whole.replace(&client, &format!("{client},\n{client}"))),
        (
            "the same id in two lists",
            whole.replace(&contact, &with_id_of_client),
        ),
        ("a letter", whole.replacen("Салон", "Салун", 1)),
        (
            "country",
            whole.replace("\"country\":\"RU\"", "\"country\":\"??\""),
        ),
        ("a row less", whole.replace(&format!("{client},\n"), "")),
        (
            "settings",
            whole.replace(
                "00000000-0000-0000-0000-000000000001",
                "00000000-0000-0000-0000-000000000002",
            ),
        ),
    ];
    for (name, text) in cases {
        assert_ne!(text, whole, "{name}");
        std::fs::write(&path, text).unwrap();
        let to = TestBook::new();
        let before = digest(&to);
        assert_eq!(
            import(&to, &path).unwrap_err().code(),
            ErrorCode::ImportExportBroken,
            "{name}"
        );
        assert_eq!(
            look(&path, &mut go_on).unwrap_err().code(),
            ErrorCode::ImportExportBroken
        );
        assert_eq!(digest(&to), before, "{name}");
        to.assert_whole();
    }
    // Whoever changes a row by hand takes out what the rows are held against.
    let kept = |line: &&str| !line.starts_with("\"rows\"") && !line.starts_with("\"digest\"");
    let text: Vec<&str> = whole.lines().filter(kept).collect();
    let text = text.join("\n").replace("\n],\n}", "\n]\n}");
    std::fs::write(&path, text.replacen("Салон", "Салун", 1)).unwrap();
    let to = TestBook::new();
    import(&to, &path).unwrap();
    assert_eq!(to.read(settings::load).unwrap().business_name, "Салун «Лада»");

    std::fs::remove_file(&path).unwrap();
    assert_eq!(look(&path, &mut go_on).unwrap_err().code(), ErrorCode::FileFailed);
}

#[test]
fn a_cancelled_export_or_import_leaves_nothing() {
    let from = full_book();
    let (path, _) = export(&from);
    let mut stop = |done: u64, total: u64| {
        if done * 2 > total {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let to = TestBook::new();
    let before = digest(&to);
    let error = run(&to, &Actor::owner(), &path, &mut stop).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ImportCancelled);
    assert_eq!(digest(&to), before);

    let standing = std::fs::read(&path).unwrap();
    let error = everything(&from, &path, &mut stop).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ImportCancelled);
    assert_eq!(std::fs::read(&path).unwrap(), standing, "the file of before");
    let left: Vec<_> = std::fs::read_dir(from.folder.path()).unwrap().flatten().collect();
    assert!(
        !left
            .iter()
            .any(|file| file.path().to_string_lossy().contains("making"))
    );
}

#[test]
fn the_digest_tells_of_every_row_and_of_nothing_else() {
    let by = Actor::owner();
    let book = TestBook::new();
    let empty = digest(&book);
    let anna = ClientBuilder::new("Анна").phone("0888 123 456").create(&book);
    let one = digest(&book);
    assert_ne!(one, empty);
    let note = contacts::ContactDraft {
        kind: contacts::ContactKind::Note,
        direction: None,
        channel: None,
        at: Timestamp(5),
        text: "чай".into(),
    };
    contacts::add(&book, &by, anna, note).unwrap();
    let two = digest(&book);
    assert_ne!(two, one);
    // The history of changes is not what the book shows.
    let before = book.read(|conn| clients::load(conn, anna)).unwrap();
    let mut after = before.clone();
    after.notes = "друго".into();
    clients::change(&book, &by, anna, &before, after).unwrap();
    assert_ne!(digest(&book), two);
    book.undo(&by).unwrap();
    assert_eq!(digest(&book), two);
}
