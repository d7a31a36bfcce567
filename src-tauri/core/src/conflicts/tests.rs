//! What two devices wrote without knowing of each other, and what somebody makes of it.

use clientele_model::{ClientDraft, DeviceId};

use super::*;
use crate::clients::{self, ClientCard};
use crate::head_office::tests::{Log, edit, two};
use crate::testing::{ClientBuilder, TestBook, log_call};

fn card(book: &TestBook, id: ClientId) -> ClientCard {
    book.read(|conn| clients::card(conn, id)).unwrap()
}

fn all(book: &TestBook) -> Vec<Conflict> {
    book.read(list).unwrap()
}

fn told(conflict: &Conflict) -> (&str, Option<&str>, Option<&str>) {
    (
        &conflict.field,
        conflict.standing.value.as_deref(),
        conflict.losing.value.as_deref(),
    )
}

/// Both books know Anna; the first wrote `a` of her, and the second, not knowing, `b`.
fn quarrel(
    a: impl FnOnce(&mut ClientDraft),
    b: impl FnOnce(&mut ClientDraft),
) -> (Log, TestBook, TestBook, ClientId) {
    let (mut log, first, second) = two();
    let anna = ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .create(&first);
    log.sync(&[&first, &second]);
    edit(&first, anna, a);
    edit(&second, anna, b);
    log.sync(&[&first, &second]);
    (log, first, second, anna)
}

fn notes(text: &'static str) -> impl FnOnce(&mut ClientDraft) {
    move |draft| draft.notes = text.into()
}

#[test]
fn a_conflict_says_who_wrote_what_and_on_which_device() {
    let (_, first, second, anna) = quarrel(notes("likes tea"), notes("likes coffee"));
    for book in [&first, &second] {
        let found = all(book);
        assert_eq!(found.len(), 1);
        assert_eq!(
            told(&found[0]),
            ("notes", Some("likes coffee"), Some("likes tea"))
        );
        assert_eq!(
            (found[0].client_id, found[0].client_name.as_str()),
            (Some(anna), "Анна Иванова")
        );
        assert_eq!(
            (found[0].standing.device.as_str(), found[0].losing.device.as_str()),
            ("Desk 2", "Desk 1")
        );
        assert_eq!(found[0].standing.staff, "owner");
        assert!(found[0].standing.at.0 > 1_700_000_000_000 && found[0].losing.at.0 > 1_700_000_000_000);
        assert_eq!(found[0].kind, ConflictKind::Field);
    }
}

#[test]
fn either_value_may_stay_and_everybody_hears_of_it() {
    for (keep, stays) in [(Keep::Standing, "likes coffee"), (Keep::Losing, "likes tea")] {
        let (mut log, first, second, anna) = quarrel(notes("likes tea"), notes("likes coffee"));
        let id = all(&first)[0].id.clone();
        let written = settle(&first, &Actor::owner(), &id, keep).unwrap();
        assert_eq!(written.step.unwrap().label, StepLabel::ConflictSettled);
        assert!(
            written
                .invalidates
                .iter()
                .any(|it| it.topic == crate::workspace::Topic::Conflicts)
        );
        assert_eq!(all(&first), []);
        // Another tab, another hand: it is settled already.
        let again = settle(&first, &Actor::owner(), &id, keep).unwrap_err();
        assert_eq!(again.code(), ErrorCode::NotFound);
        log.sync(&[&first, &second]);
        for book in [&first, &second] {
            assert_eq!(
                (card(book, anna).draft.notes.as_str(), all(book).len()),
                (stays, 0),
                "{keep:?}"
            );
        }
    }
}

#[test]
fn what_was_settled_is_open_again_when_that_is_undone_and_settled_when_redone() {
    for (keep, stays) in [(Keep::Standing, "likes coffee"), (Keep::Losing, "likes tea")] {
        let (mut log, first, second, anna) = quarrel(notes("likes tea"), notes("likes coffee"));
        let before = all(&first);
        settle(&first, &Actor::owner(), &before[0].id, keep).unwrap();
        log.sync(&[&first, &second]);
        for _ in 0..2 {
            first.undo(&Actor::owner()).unwrap();
            log.sync(&[&first, &second]);
            for book in [&first, &second] {
                assert_eq!(card(book, anna).draft.notes, "likes coffee", "{keep:?}");
                assert_eq!(all(book)[0].id, before[0].id, "{keep:?}");
            }
            first.redo(&Actor::owner()).unwrap();
            log.sync(&[&first, &second]);
            for book in [&first, &second] {
                assert_eq!(
                    (card(book, anna).draft.notes.as_str(), all(book).len()),
                    (stays, 0),
                    "{keep:?}"
                );
            }
        }
    }
}

#[test]
fn an_undo_does_not_open_what_somebody_has_typed_over_since() {
    let (mut log, first, second, anna) = quarrel(notes("likes tea"), notes("likes coffee"));
    let id = all(&first)[0].id.clone();
    let settled = settle(&first, &Actor::owner(), &id, Keep::Standing).unwrap();
    log.sync(&[&first, &second]);
    edit(&second, anna, notes("likes both"));
    log.sync(&[&first, &second]);
    first
        .undo_step(&Actor::owner(), settled.step.unwrap().id)
        .unwrap();
    log.sync(&[&first, &second]);
    assert_eq!(
        (card(&first, anna).draft.notes.as_str(), all(&first).len()),
        ("likes both", 0)
    );
}

#[test]
fn two_fields_of_one_form_are_two_conflicts() {
    let both = |notes: &'static str, never: &'static str| {
        move |draft: &mut ClientDraft| {
            draft.notes = notes.into();
            draft.never = never.into();
        }
    };
    let (mut log, first, second, anna) = quarrel(both("a", "no ammonia"), both("b", "nothing"));
    let found = all(&first);
    assert_eq!(found.len(), 2);
    let notes = found.iter().find(|conflict| conflict.field == "notes").unwrap();
    settle(&first, &Actor::owner(), &notes.id, Keep::Standing).unwrap();
    log.sync(&[&first, &second]);
    for book in [&first, &second] {
        let left = all(book);
        assert_eq!(
            left.len(),
            1,
            "what must never be done is not passed over with the notes"
        );
        assert_eq!(told(&left[0]), ("never", Some("nothing"), Some("no ammonia")));
    }
    // Typed over, knowingly, and taken back: it is open again.
    edit(&second, anna, |draft| draft.never = "no ammonia, nothing".into());
    assert_eq!(all(&second), []);
    second.undo(&Actor::owner()).unwrap();
    log.sync(&[&first, &second]);
    assert_eq!((all(&first).len(), all(&second).len()), (1, 1));
}

#[test]
fn a_number_that_is_taken_is_read_anew() {
    let typed = |number: &'static str| move |draft: &mut ClientDraft| draft.phones[0].typed = number.into();
    let (mut log, first, second, anna) = quarrel(typed("0899 111 222"), typed("0877 333 444"));
    let id = all(&second)[0].id.clone();
    settle(&second, &Actor::owner(), &id, Keep::Losing).unwrap();
    log.sync(&[&first, &second]);
    for book in [&first, &second] {
        let phone = &card(book, anna).draft.phones[0];
        assert_eq!(
            (phone.typed.as_str(), phone.e164.as_str()),
            ("0899 111 222", "+359899111222")
        );
        let hits = crate::search::search(book, "899111222", 5, "BG");
        assert_eq!(hits.unwrap().len(), 1);
    }
}

#[test]
fn who_was_thrown_away_and_written_to_stays_or_goes_and_that_can_be_undone() {
    for keep in [Keep::Standing, Keep::Losing] {
        let (mut log, first, second) = two();
        let anna = ClientBuilder::new("Анна Иванова").create(&first);
        log.sync(&[&first, &second]);
        clients::trash(&first, &Actor::owner(), &[anna]).unwrap();
        log_call(&second, anna, "wants to come back", 1_700_000_000_000);
        log.sync(&[&first, &second]);
        let open = |book: &TestBook| {
            let found = all(book);
            assert_eq!(found.len(), 1, "{keep:?}");
            assert_eq!(found[0].kind, ConflictKind::Trashed);
            assert_eq!(told(&found[0]), ("text", Some("wants to come back"), None));
            assert_eq!(
                (found[0].standing.device.as_str(), found[0].losing.device.as_str()),
                ("Desk 2", "Desk 1")
            );
            assert_eq!(card(book, anna).trashed_at, None);
        };
        let closed = |book: &TestBook| {
            assert_eq!(all(book), [], "{keep:?}");
            assert_eq!(card(book, anna).trashed_at.is_some(), keep == Keep::Losing);
        };
        [&first, &second].into_iter().for_each(open);
        let id = all(&second)[0].id.clone();
        settle(&second, &Actor::owner(), &id, keep).unwrap();
        log.sync(&[&first, &second]);
        [&first, &second].into_iter().for_each(closed);
        for _ in 0..2 {
            second.undo(&Actor::owner()).unwrap();
            log.sync(&[&first, &second]);
            [&first, &second].into_iter().for_each(open);
            second.redo(&Actor::owner()).unwrap();
            log.sync(&[&first, &second]);
            [&first, &second].into_iter().for_each(closed);
        }
    }
}

#[test]
fn what_is_no_conflict_is_refused() {
    let (_, first, _, anna) = quarrel(notes("a"), notes("b"));
    let device = DeviceId::new();
    let known = all(&first)[0].id.clone();
    let others = [
        String::new(),
        "nonsense".to_owned(),
        format!("clients/{anna}/notes/{device}/1"),
        known.replace("/notes/", "/never/"),
        known.replace("clients/", "phones/"),
        format!("{known}0"),
        "clients/1 or 1=1/notes/x/y".to_owned(),
    ];
    for id in others {
        let refused = settle(&first, &Actor::owner(), &id, Keep::Losing).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::NotFound, "{id}");
    }
    assert_eq!(all(&first).len(), 1);
}
