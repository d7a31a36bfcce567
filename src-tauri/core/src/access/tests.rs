//! Nothing that the book holds about a client is left out, and nothing of anybody else is let in.

use std::sync::atomic::{AtomicBool, Ordering};

use clientele_formats::access::{AccessKind, write};
use clientele_model::record::Sort;
use clientele_model::{AttachmentId, ClientDraft, ErrorCode};

use super::*;
use crate::attachments;
use crate::contacts::{self, Channel, ContactDraft, ContactKind, Direction};
use crate::schema::SCHEMA;
use crate::testing::{ClientBuilder, TestBook, a_file, attach, log_call};
use crate::workspace::{Actor, Card, NewStep};

const NOW: Timestamp = Timestamp(1_795_357_800_000);

fn access(book: &TestBook, id: ClientId) -> AccessExport {
    book.read_apart(|conn| of_client(conn, id, NOW)).unwrap()
}

fn json(export: &AccessExport) -> String {
    String::from_utf8(write(export, AccessKind::Json).unwrap()).unwrap()
}

/// Every table of the book in which a row names a client, or is one.
fn of_cards() -> impl Iterator<Item = &'static Table> {
    SCHEMA
        .tables
        .iter()
        .copied()
        .filter(|table| table.card != Card::None)
}

/// A new table, or a new field, is in the export before this test is green again.
#[test]
fn every_field_of_every_table_about_a_client_is_in_the_export() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна").create(&book);
    let mut typed = Vec::new();
    let step = NewStep::new(&Actor::owner(), StepLabel::ClientChanged);
    let written = book.write(step, |w| {
        for table in of_cards() {
            let texts = table.fields.iter().filter(|field| field.sort == Sort::Text);
            let texts: Vec<_> = texts
                .map(|field| (field.name, format!("{}-{}-value", table.name, field.name)))
                .collect();
            typed.extend(texts.iter().map(|(_, text)| text.clone()));
            let fields = texts.into_iter().map(|(name, text)| (name, text.into()));
            match table.card {
                Card::Itself => drop(w.set(table, id.into(), fields.collect())?),
                _ => {
                    let owner = ("client_id", RowId::from(id).into());
                    w.add(
                        table,
                        RowId::new(),
                        std::iter::once(owner).chain(fields).collect(),
                    )?;
                }
            }
        }
        Ok(())
    });
    written.unwrap();
    let mut export = access(&book, id);
    assert!(typed.len() > 30, "{}", typed.len());
    // The history must not stand in for the card: without it all is there just the same.
    let history = json(&export);
    export.history.clear();
    let card = json(&export);
    for text in &typed {
        assert!(card.contains(text.as_str()), "{text} is not on the card");
    }
    for text in typed.iter().filter(|text| !text.contains("e164")) {
        assert!(
            history.matches(text.as_str()).count() > 1,
            "{text} is not in the history"
        );
    }
}

#[test]
fn the_card_stands_as_it_was_typed() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .email("anna@example.com")
        .create(&book);
    let export = access(&book, id);
    assert_eq!(
        (export.format.as_str(), export.business_name.as_str()),
        ("clientele-access/1", "Салон Хвойна")
    );
    assert_eq!(export.language, clientele_model::Language::Bg);
    assert_eq!(export.made_at.timestamp_millis(), NOW.0);
    let client = &export.client;
    assert_eq!(
        (
            client.name.as_str(),
            client.kind.as_str(),
            client.given_name.as_str()
        ),
        ("Анна Иванова", "person", "Анна")
    );
    assert_eq!(client.trashed_at, None);
    let phone = &export.phones[0].part;
    assert_eq!(
        (phone.typed.as_str(), phone.e164.as_str()),
        ("0888 123 456", "+359888123456")
    );
    assert_eq!(export.emails[0].part.address, "anna@example.com");
    let added = |change: &AccessChange| (change.label.as_str() == "client_added") && change.kind == "add";
    assert!(!export.history.is_empty() && export.history.iter().all(added));
}

#[test]
fn what_was_taken_off_and_thrown_away_belongs_to_it() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна")
        .phone("0888 111 111")
        .phone("0888 222 222")
        .create(&book);
    let before = book.read(|conn| clients::load(conn, id)).unwrap();
    let mut after = before.clone();
    after.phones.remove(0);
    after.notes = "нова".into();
    clients::change(&book, &by, id, &before, after).unwrap();
    let first = log_call(&book, id, "първи", 1_790_000_000_000);
    let second = log_call(&book, id, "втори", 1_790_000_100_000);
    contacts::trash(&book, &by, first).unwrap();
    clients::trash(&book, &by, &[id]).unwrap();
    let export = access(&book, id);
    let phones: Vec<_> = export
        .phones
        .iter()
        .map(|phone| (phone.part.typed.as_str(), phone.trashed_at.is_some()))
        .collect();
    assert_eq!(phones, [("0888 222 222", false), ("0888 111 111", true)]);
    let told: Vec<_> = export
        .contacts
        .iter()
        .map(|contact| {
            (
                contact.part.id,
                contact.part.text.as_str(),
                contact.trashed_at.is_some(),
            )
        })
        .collect();
    assert_eq!(told, [(second, "втори", false), (first, "първи", true)]);
    assert!(export.client.trashed_at.is_some());
    let trashed = export
        .history
        .iter()
        .find(|c| c.entity == "contacts" && c.field == "deleted_at");
    let moment = trashed.unwrap().is.as_deref().unwrap();
    let said = chrono::DateTime::parse_from_rfc3339(moment).unwrap();
    assert_eq!(
        Some(said),
        export.contacts[1].trashed_at,
        "a moment, not a number"
    );
}

#[test]
fn the_history_tells_of_the_contacts_too() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна").create(&book);
    let contact = log_call(&book, id, "преди", 1_790_000_000_000);
    let (kind, direction) = (ContactKind::Message, Some(Direction::Out));
    let (channel, at) = (Some(Channel::Viber), Timestamp(1_790_000_000_000));
    let draft = ContactDraft {
        kind,
        direction,
        channel,
        at,
        text: "след".into(),
    };
    contacts::change(&book, &by, contact, draft).unwrap();
    let export = access(&book, id);
    let change = export
        .history
        .iter()
        .find(|change| change.field == "text")
        .unwrap();
    assert_eq!(
        (
            change.was.as_deref(),
            change.is.as_deref(),
            change.label.as_str(),
            change.kind.as_str()
        ),
        (Some("преди"), Some("след"), "contact_changed", "set")
    );
    let at = export.history.iter().find(|change| change.field == "at").unwrap();
    let said = chrono::DateTime::parse_from_rfc3339(at.is.as_deref().unwrap()).unwrap();
    assert_eq!(said.timestamp_millis(), 1_790_000_000_000);
}

#[test]
fn where_the_data_came_from_is_said() {
    let book = TestBook::new();
    let parsed = clientele_formats::parse(
        "стари клиенти.csv",
        "Име;Телефон\nАнна Иванова;0888 123 456\nБорис;0899 111 222\nВяра;0877 111 222\n".as_bytes(),
        &clientele_formats::Options::default(),
        "BG",
        &mut |_, _| std::ops::ControlFlow::Continue(()),
    );
    let plan = book
        .read(|conn| {
            crate::imports::Plan::new(conn, parsed.unwrap(), &mut |_, _| {
                std::ops::ControlFlow::Continue(())
            })
        })
        .unwrap();
    crate::imports::run(
        &book,
        &Actor::owner(),
        "стари клиенти.csv",
        &plan,
        &mut |_, _| std::ops::ControlFlow::Continue(()),
    )
    .unwrap();
    let id = book.read(clients::ids).unwrap()[0];
    let export = access(&book, id);
    let from = |change: &AccessChange| change.file.as_deref() == Some("стари клиенти.csv");
    assert!(!export.history.is_empty() && export.history.iter().all(from));
}

#[test]
fn nobody_else_is_in_it() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .create(&book);
    let other = ClientBuilder::new("Борис Чужд")
        .phone("0899 999 999")
        .create(&book);
    log_call(&book, other, "чужда тайна", 1);
    let text = json(&access(&book, id));
    for foreign in ["Борис", "0899", "тайна", other.to_string().as_str()] {
        assert!(!text.contains(foreign), "{foreign}");
    }
}

#[test]
fn who_is_not_there_or_was_erased_is_not_found() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна").create(&book);
    clients::trash(&book, &by, &[id]).unwrap();
    clients::erase(&book, &by, &[id]).unwrap();
    for id in [id, ClientId::new()] {
        let refused = book.read_apart(|conn| of_client(conn, id, NOW)).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::NotFound);
    }
}

/// A card is written again and again, always with the same number in three places, while it is exported: an
/// export that saw half a step would hold two numbers.
#[test]
fn an_export_is_of_one_moment() {
    let book = TestBook::new();
    let by = Actor::owner();
    let numbered = |n: u32, before: Option<&ClientDraft>| {
        let mut draft = ClientBuilder::new("Анна").phone(&format!("0888 {n:06}")).0;
        (draft.notes, draft.phones[0].label) = (n.to_string(), n.to_string());
        draft.phones[0].id = before.and_then(|before| before.phones[0].id);
        draft
    };
    let id = clients::add(&book, &by, numbered(0, None)).unwrap().value;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 1..=150 {
                let before = book.read(|conn| clients::load(conn, id)).unwrap();
                clients::change(&book, &by, id, &before, numbered(n, Some(&before))).unwrap();
            }
            done.store(true, Ordering::Relaxed);
        });
        let mut seen = std::collections::BTreeSet::new();
        while !done.load(Ordering::Relaxed) {
            let export = access(&book, id);
            let notes = export.client.notes.clone();
            let label = &export.phones[0].part.label;
            let newest = |field: &str| {
                let of = export.history.iter().find(|change| change.field == field);
                of.and_then(|change| change.is.clone()).unwrap()
            };
            assert_eq!(
                (label, newest("notes"), newest("label")),
                (&notes, notes.clone(), notes.clone())
            );
            seen.insert(notes);
        }
        assert!(seen.len() > 1, "the two ran side by side");
    });
}

#[test]
fn the_contents_of_photos_and_files_are_handed_out_beside_the_document() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна Иванова").create(&book);
    let other = ClientBuilder::new("Борис").create(&book);
    let give = |client, name: &str, bytes: &[u8]| attach(&book, client, a_file(name, bytes.to_vec()), false);
    let ids = [
        give(id, "Consent.pdf", b"first"),
        give(id, "consent.PDF", b"second"),
        give(id, "../../etc/passwd", b"third"),
        give(id, "trash.txt", b"fourth"),
        give(id, "elsewhere.txt", b"fifth"),
        give(id, "damaged.txt", b"sixth"),
    ];
    give(other, "of another.txt", b"not hers");
    attachments::trash(&book, &by, ids[3]).unwrap();
    let alter = |sql: &str, id: AttachmentId| {
        book.maintain(|conn| Ok(conn.execute(sql, [id.as_bytes()])?))
            .unwrap();
    };
    alter("delete from attachment_pieces where attachment = ?1", ids[4]);
    alter(
        "update attachment_pieces set bytes = x'00' where attachment = ?1",
        ids[5],
    );

    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("Анна.json");
    // What lies there stays.
    std::fs::create_dir(folder.path().join("Анна.files")).unwrap();
    std::fs::write(folder.path().join("Анна.files/Consent.pdf"), b"older").unwrap();
    let mut export = access(&book, id);
    let files = hand_out(&book, &mut export, &document).unwrap();
    assert_eq!(files.folder, Some(folder.path().join("Анна.files (2)")));
    assert_eq!(
        (files.written, files.left_out.elsewhere, files.left_out.damaged),
        (4, 1, 1)
    );
    assert_eq!(files.left_out.named[0].name, "damaged.txt");
    assert_eq!(
        std::fs::read(folder.path().join("Анна.files/Consent.pdf")).unwrap(),
        b"older"
    );
    let text = json(&export);
    let mut seen = std::collections::BTreeMap::new();
    for file in &export.attachments {
        let Some(path) = &file.part.file else {
            let why = if file.part.id == ids[4] {
                "elsewhere"
            } else {
                "damaged"
            };
            assert_eq!(file.part.missing.as_deref(), Some(why));
            continue;
        };
        assert!(text.contains(path.as_str()), "{path}");
        let bytes = std::fs::read(folder.path().join(path)).unwrap();
        seen.insert(file.part.id, String::from_utf8(bytes).unwrap());
    }
    let expected = ["first", "second", "third", "fourth"].map(str::to_owned);
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        ids.into_iter().zip(expected).collect::<Vec<_>>()
    );
    let lying = std::fs::read_dir(folder.path().join("Анна.files (2)"))
        .unwrap()
        .count();
    assert_eq!(lying, 4, "and nothing of anybody else");
    files.discard();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    // Where nothing can be written, nothing is left behind; where there is nothing to write, no folder is made.
    let nowhere = folder.path().join("absent/Анна.json");
    assert_eq!(
        hand_out(&book, &mut access(&book, id), &nowhere)
            .unwrap_err()
            .code(),
        ErrorCode::FileFailed
    );
    let bare = ClientBuilder::new("Вяра").create(&book);
    let files = hand_out(&book, &mut access(&book, bare), &document).unwrap();
    assert_eq!((files.folder, files.written), (None, 0));
}
