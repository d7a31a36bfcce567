//! Contact persons who are clients, too: shown as they stand today, and gone with whom they are about.

use clientele_model::ContactPerson;
use clientele_model::record::PERSON_ID;

use super::*;
use crate::testing::bytes_within;
use crate::workspace::store::values_of_row;
use crate::{duplicates, exports, trash as bin};

fn by() -> Actor {
    Actor::owner()
}

fn shown(book: &TestBook, id: ClientId) -> ClientCard {
    book.read(|conn| card(conn, id)).unwrap()
}

fn edit(book: &TestBook, id: ClientId, f: impl FnOnce(&mut ClientDraft)) -> Result<()> {
    let before = load_card(book, id);
    let mut after = before.clone();
    f(&mut after);
    change(book, &by(), id, &before, after).map(drop)
}

fn person(role: &str, id: ClientId) -> ContactPerson {
    ContactPerson {
        role: role.into(),
        person_id: Some(id),
        ..ContactPerson::default()
    }
}

/// Links on one card, in the order of the card: the name, and what there is to open.
fn links_on(book: &TestBook, id: ClientId) -> Vec<(String, PersonState)> {
    let linked = shown(book, id).linked.into_iter();
    linked.map(|linked| (linked.name, linked.state)).collect()
}

fn names_of(persons: &[PersonOf]) -> Vec<(&str, &str)> {
    persons
        .iter()
        .map(|p| (p.name.as_str(), p.role.as_str()))
        .collect()
}

struct Two {
    book: TestBook,
    anna: ClientId,
    boris: ClientId,
}

/// Борис is Анна's husband, and a client himself.
fn married() -> Two {
    let book = TestBook::new();
    let boris = ClientBuilder::new("Борис Странимиров").create(&book);
    let draft = ClientDraft {
        given_name: "Анна".into(),
        contact_persons: vec![person("съпруг", boris)],
        ..ClientDraft::default()
    };
    let anna = add(&book, &by(), draft).unwrap().value;
    Two { book, anna, boris }
}

#[test]
fn both_cards_show_the_link_and_each_name_is_that_of_today() {
    let Two { book, anna, boris } = married();
    assert_eq!(
        load_card(&book, anna).contact_persons[0].name,
        "Борис Странимиров"
    );
    assert_eq!(
        links_on(&book, anna),
        [("Борис Странимиров".into(), PersonState::Here)]
    );
    assert_eq!(names_of(&shown(&book, boris).person_of), [("Анна", "съпруг")]);
    edit(&book, boris, |draft| draft.family_name = "Петров".into()).unwrap();
    edit(&book, anna, |draft| draft.family_name = "Петрова".into()).unwrap();
    assert_eq!(links_on(&book, anna)[0].0, "Борис Петров");
    assert_eq!(
        names_of(&shown(&book, boris).person_of),
        [("Анна Петрова", "съпруг")]
    );
    let out = book.read(|conn| exports::cards(conn, Some(&[anna]))).unwrap();
    assert_eq!(out[0].contact_persons[0].name, "Борис Петров");
    book.assert_whole();
}

#[test]
fn only_somebody_whose_card_is_open_to_us_is_linked_and_nobody_to_himself() {
    let Two { book, anna, boris } = married();
    let refused = |id: ClientId, person_id: ClientId| {
        edit(&book, id, |draft| {
            draft.contact_persons.push(person("x", person_id))
        })
        .unwrap_err()
        .code()
    };
    assert_eq!(refused(anna, ClientId::new()), ErrorCode::NotFound);
    assert_eq!(refused(anna, anna), ErrorCode::PersonSame);
    trash(&book, &by(), &[boris]).unwrap();
    let other = ClientBuilder::new("Вера").create(&book);
    assert_eq!(refused(other, boris), ErrorCode::ClientInTrash);
    let draft = ClientDraft {
        given_name: "Галя".into(),
        contact_persons: vec![person("x", boris)],
        ..ClientDraft::default()
    };
    assert_eq!(
        add(&book, &by(), draft).unwrap_err().code(),
        ErrorCode::ClientInTrash
    );
    // What is linked already may stand beside any other edit.
    edit(&book, anna, |draft| draft.notes = "x".into()).unwrap();
    assert_eq!(links_on(&book, anna)[0].1, PersonState::InTrash);
    assert_eq!(names_of(&shown(&book, boris).person_of), [("Анна", "съпруг")]);
}

#[test]
fn an_entry_in_words_becomes_a_link_and_undo_gives_the_words_back() {
    let Two { book, anna, boris } = married();
    let vera = ClientBuilder::new("Вера").create(&book);
    let in_words = ContactPerson {
        name: "Борката".into(),
        phone: "0888 1".into(),
        ..ContactPerson::default()
    };
    edit(&book, vera, |draft| draft.contact_persons.push(in_words)).unwrap();
    edit(&book, vera, |draft| {
        draft.contact_persons[0].person_id = Some(boris)
    })
    .unwrap();
    let linked = load_card(&book, vera).contact_persons;
    assert_eq!(linked.len(), 1);
    assert_eq!(
        (&*linked[0].name, &*linked[0].phone),
        ("Борис Странимиров", "0888 1")
    );
    book.undo(&by()).unwrap();
    let back = load_card(&book, vera).contact_persons;
    assert_eq!(back.len(), 1);
    assert_eq!((&*back[0].name, back[0].person_id), ("Борката", None));
    book.redo(&by()).unwrap();
    assert_eq!(links_on(&book, vera).len(), 1);
    // To another, and to nobody: each time an entry of its own.
    edit(&book, vera, |draft| {
        draft.contact_persons[0].person_id = Some(anna)
    })
    .unwrap();
    assert_eq!(links_on(&book, vera), [("Анна".into(), PersonState::Here)]);
    assert_eq!(names_of(&shown(&book, boris).person_of), [("Анна", "съпруг")]);
    edit(&book, vera, |draft| draft.contact_persons[0].person_id = None).unwrap();
    assert_eq!(links_on(&book, vera), []);
    assert_eq!(load_card(&book, vera).contact_persons[0].name, "Анна");
    book.assert_whole();
}

#[test]
fn a_merge_takes_links_along_and_taking_apart_gives_them_back() {
    let Two { book, anna, boris } = married();
    let twin = ClientBuilder::new("Борислав").create(&book);
    let merged = duplicates::merge(&book, &by(), twin, boris, None).unwrap();
    let linked = shown(&book, anna).linked;
    assert_eq!(linked[0].id, twin);
    assert_eq!(names_of(&shown(&book, twin).person_of), [("Анна", "съпруг")]);
    duplicates::unmerge(&book, &by(), merged.step.unwrap().id).unwrap();
    assert_eq!(shown(&book, anna).linked[0].id, boris);
    assert_eq!(shown(&book, twin).person_of, []);
    // The two of a link turn out to be one: the card does not lead to itself, and says the name all the same.
    let merged = duplicates::merge(&book, &by(), anna, boris, None).unwrap();
    let one = shown(&book, anna);
    assert_eq!((one.linked.len(), one.person_of.len()), (0, 0));
    assert_eq!(one.draft.contact_persons[0].name, "Борис Странимиров");
    edit(&book, anna, |draft| draft.contact_persons[0].role = "сам".into()).unwrap();
    duplicates::unmerge(&book, &by(), merged.step.unwrap().id).unwrap();
    assert_eq!(names_of(&shown(&book, boris).person_of), [("Анна", "сам")]);
    book.assert_whole();
}

#[test]
fn of_an_erased_client_nothing_stays_on_others_cards() {
    let Two { book, anna, boris } = married();
    let vera = ClientBuilder::new("Вера").create(&book);
    let in_words = ContactPerson {
        name: "Странимиров, баща".into(),
        ..ContactPerson::default()
    };
    edit(&book, vera, |draft| draft.contact_persons.push(in_words)).unwrap();
    // Linked, unlinked again, its words typed over: all of it is in the log.
    edit(&book, vera, |draft| {
        draft.contact_persons[0].person_id = Some(boris)
    })
    .unwrap();
    edit(&book, vera, |draft| {
        draft.contact_persons[0].note = "плаща Странимиров".into()
    })
    .unwrap();
    edit(&book, vera, |draft| draft.contact_persons.clear()).unwrap();
    edit(&book, anna, |draft| {
        draft.contact_persons[0].phone = "0888 765 432".into()
    })
    .unwrap();
    let has = |text: &str| {
        let bytes = bytes_within(&book).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    assert!(has("Странимиров") && has("0888 765 432"));
    trash(&book, &by(), &[boris]).unwrap();
    erase(&book, &by(), &[boris]).unwrap();
    assert_eq!(shown(&book, anna).draft.contact_persons, []);
    assert_eq!(shown(&book, anna).linked, []);
    for word in ["Странимиров", "странимиров", "0888 765 432", "888765432"] {
        assert!(!has(word), "{word} is left");
    }
    // Nothing that was done before brings it back.
    while book.undo(&by()).is_ok() {}
    assert!(!has("Странимиров"));
    book.assert_whole();
}

#[test]
fn the_days_in_the_trash_end_links_too() {
    let Two { book, anna, boris } = married();
    trash(&book, &by(), &[boris]).unwrap();
    let later = Timestamp(Timestamp::now().0 + 31 * 86_400_000);
    bin::empty_old(&book, &by(), later).unwrap();
    assert_eq!(shown(&book, anna).draft.contact_persons, []);
}

#[test]
fn a_link_that_came_too_late_is_erased_after_the_fact() {
    let Two { book, anna, boris } = married();
    assert_eq!(links::erase_left_over(&book, &by()).unwrap().value, 0);
    trash(&book, &by(), &[boris]).unwrap();
    erase(&book, &by(), &[boris]).unwrap();
    let step = NewStep::new(&by(), StepLabel::ClientChanged);
    let row = RowId::new();
    let late = vec![
        ("client_id", RowId::from(anna).into()),
        ("name", "Странимиров".into()),
        (PERSON_ID, RowId::from(boris).into()),
    ];
    book.write(step, |w| w.add(&CONTACT_PERSONS, row, late)).unwrap();
    assert_eq!(links_on(&book, anna)[0].1, PersonState::Unseen);
    assert_eq!(links::erase_left_over(&book, &by()).unwrap().value, 1);
    assert!(
        book.read(|conn| values_of_row(conn, &CONTACT_PERSONS, row))
            .is_err()
    );
    assert_eq!(shown(&book, anna).draft.contact_persons, []);
    assert_eq!(links::erase_left_over(&book, &by()).unwrap().step, None);
    book.assert_whole();
}

#[test]
fn a_changed_name_has_the_cards_that_show_it_read_again() {
    let Two { book, anna, boris } = married();
    let before = load_card(&book, boris);
    let mut after = before.clone();
    after.given_name = "Боян".into();
    let written = change(&book, &by(), boris, &before, after).unwrap();
    let of_anna = |i: &crate::workspace::Invalidation| i.topic == Topic::Client && i.id == Some(anna.into());
    assert!(
        written.invalidates.iter().any(of_anna),
        "{:?}",
        written.invalidates
    );
}

#[test]
fn what_a_file_says_of_a_linked_person_is_no_other_person() {
    let Two { book, anna, .. } = married();
    let card = load_card(&book, anna);
    let mut said = card.clone();
    for person in &mut said.contact_persons {
        (person.id, person.person_id) = (None, None);
    }
    let completed = crate::clients::completed(&card, &said).unwrap();
    assert_eq!(completed.contact_persons, card.contact_persons);
    said.contact_persons[0].phone = "0888 000 111".into();
    let completed = crate::clients::completed(&card, &said).unwrap();
    assert_eq!(completed.contact_persons.len(), card.contact_persons.len() + 1);
}
