//! Who changed what, from what to what.

use super::*;
use crate::testing::{ClientBuilder, TestBook, log_call};
use crate::workspace::Actor;
use crate::{clients, settings};

#[test]
fn who_changed_this_phone_and_from_what() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .create(&book);
    let before = book.read(|conn| clients::load(conn, id)).unwrap();
    let mut after = before.clone();
    after.phones[0].typed = "0899 111 222".into();
    after.phones[0].label = "нов".into();
    clients::change(&book, &by, id, &before, after).unwrap();
    let entries = book.read(|conn| of_client(conn, id)).unwrap();
    let typed: Vec<_> = entries.iter().filter(|e| e.field == "typed").collect();
    let told = |e: &FieldHistoryEntry| (e.was.clone(), e.is.clone(), e.label, e.staff.clone());
    let owner = || "owner".to_owned();
    assert_eq!(
        typed.iter().map(|e| told(e)).collect::<Vec<_>>(),
        [
            (
                Some("0888 123 456".into()),
                Some("0899 111 222".into()),
                StepLabel::ClientChanged,
                owner()
            ),
            (None, Some("0888 123 456".into()), StepLabel::ClientAdded, owner()),
        ]
    );
    assert!(entries.iter().all(|e| !NOT_SHOWN.contains(&e.field.as_str())));
    let nobody = clientele_model::ClientId::new();
    assert!(book.read(|conn| of_client(conn, nobody)).is_err());
}

#[test]
fn steps_are_listed_newest_first_and_part_by_part() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна").create(&book);
    log_call(&book, id, "x", 1);
    book.undo(&by).unwrap();
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = book.read(|conn| list(conn, before.as_deref(), 2)).unwrap();
        seen.extend(page.rows);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let labels: Vec<_> = seen
        .iter()
        .map(|e| (e.step.label, e.step.of, e.undone, e.can_undo))
        .collect();
    use StepLabel as L;
    assert_eq!(
        labels,
        [
            (L::Undo, Some(L::ContactAdded), false, false),
            (L::ContactAdded, None, true, false),
            (L::ClientAdded, None, false, true),
            (L::BookCreated, None, false, false),
        ]
    );
    assert_eq!(seen[1].step.params["name"], "Анна");
    let details = book.read(|conn| step(conn, seen[0].step.id)).unwrap();
    assert_eq!((details.changes.len(), details.left_out), (1, 0));
    assert_eq!(details.changes[0].kind, FieldChangeKind::Del);
}

#[test]
fn settings_are_in_the_history_too() {
    let book = TestBook::new();
    let new = settings::Settings {
        business_name: "Нов салон".into(),
        ..crate::testing::settings()
    };
    let written = settings::save(&book, &Actor::owner(), new).unwrap();
    let details = book.read(|conn| step(conn, written.step.unwrap().id)).unwrap();
    let change = &details.changes[0];
    assert_eq!(
        (change.was.as_deref(), change.is.as_deref()),
        (Some("Салон Хвойна"), Some("Нов салон"))
    );
    book.undo(&Actor::owner()).unwrap();
    assert_eq!(book.read(settings::load).unwrap(), crate::testing::settings());
}
