//! The owner's own fields: defined, filled in, thrown away, found; and what two devices make of them.

use clientele_model::custom::{CHOICES_MAX, FIELDS_MAX};
use clientele_model::{ClientDraft, ClientId, CustomValue};

use super::*;
use crate::clients::{self, load};
use crate::conflicts;
use crate::duplicates;
use crate::head_office::tests::{edit, two};
use crate::search::search;
use crate::testing::{ClientBuilder, TestBook};

fn owner() -> Actor {
    Actor::owner()
}

fn draft(name: &str, kind: CustomKind, choices: &[&str]) -> CustomFieldDraft {
    let choices = choices.iter().map(|name| CustomChoice {
        id: None,
        name: (*name).to_owned(),
    });
    CustomFieldDraft {
        name: name.to_owned(),
        kind,
        choices: choices.collect(),
    }
}

fn field(book: &TestBook, name: &str, kind: CustomKind, choices: &[&str]) -> RowId {
    save(book, &owner(), None, None, draft(name, kind, choices))
        .unwrap()
        .value
}

fn all(book: &TestBook) -> Vec<CustomField> {
    book.read(counted).unwrap()
}

fn as_draft(field: &CustomField) -> CustomFieldDraft {
    CustomFieldDraft {
        name: field.name.clone(),
        kind: field.kind,
        choices: field.choices.clone(),
    }
}

fn set(draft: &mut ClientDraft, field: RowId, value: &str) {
    draft.custom.retain(|known| known.field != Some(field));
    draft.custom.push(CustomValue {
        field: Some(field),
        value: value.to_owned(),
        ..CustomValue::default()
    });
}

fn fill(book: &TestBook, client: ClientId, field: RowId, value: &str) {
    edit(book, client, |draft| set(draft, field, value));
}

fn try_to_fill(book: &TestBook, client: ClientId, field: RowId, value: &str) -> Result<()> {
    let before = book.read(|conn| load(conn, client))?;
    let mut after = before.clone();
    set(&mut after, field, value);
    clients::change(book, &owner(), client, &before, after).map(|_| ())
}

fn values(book: &TestBook, client: ClientId) -> Vec<(String, String)> {
    let card = book.read(|conn| load(conn, client)).unwrap();
    card.custom
        .into_iter()
        .map(|value| (value.name, value.value))
        .collect()
}

fn value(book: &TestBook, client: ClientId, name: &str) -> String {
    let found = values(book, client).into_iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value).unwrap_or_default()
}

fn is_found(book: &TestBook, typed: &str) -> bool {
    !search(book, typed, 10, "BG").unwrap().is_empty()
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> ErrorCode {
    result.unwrap_err().code()
}

fn catch_up(book: &TestBook) {
    while crate::search::catch_up(book).unwrap() {}
}

#[test]
fn every_kind_stands_on_the_card_as_it_was_typed_and_is_found() {
    let mut book = TestBook::new();
    let hair = field(&book, "Коса", CustomKind::Text, &["not kept"]);
    let shoe = field(&book, "Обувки", CustomKind::Number, &[]);
    let since = field(&book, "Член от", CustomKind::Date, &[]);
    let how = field(&book, "Ниво", CustomKind::Choice, &["Злато", "Сребро"]);
    assert_eq!(all(&book)[0].choices, []);
    let anna = ClientBuilder::new("Анна Иванова").create(&book);
    for (id, typed) in [
        (hair, "къдрава"),
        (shoe, "38,50"),
        (since, "7.3.2021"),
        (how, "злато"),
    ] {
        fill(&book, anna, id, typed);
    }
    book.reopen();
    let expected = [
        ("Коса", "къдрава"),
        ("Обувки", "38.5"),
        ("Член от", "2021-03-07"),
        ("Ниво", "Злато"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(values(&book, anna), expected);
    for typed in ["къдр", "38,5", "38.5", "07.03.2021", "2021-03-07", "злат"] {
        assert!(is_found(&book, typed), "{typed}");
    }
    assert_eq!(
        all(&book).iter().map(|field| field.cards).collect::<Vec<_>>(),
        [Some(1); 4]
    );
    edit(&book, anna, |draft| draft.custom.clear());
    assert_eq!(values(&book, anna), []);
    assert!(!is_found(&book, "къдр"));
    assert_eq!(all(&book)[0].cards, Some(0));
    book.undo(&owner()).unwrap();
    assert_eq!(values(&book, anna), expected);
    book.assert_whole();
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let book = TestBook::new();
    let shoe = field(&book, "Обувки", CustomKind::Number, &[]);
    let since = field(&book, "Член от", CustomKind::Date, &[]);
    let how = field(&book, "Ниво", CustomKind::Choice, &["Злато"]);
    let anna = ClientBuilder::new("Анна").create(&book);
    for (id, typed, why) in [
        (shoe, "голям", ErrorCode::NumberInvalid),
        (since, "31.2.2021", ErrorCode::DateInvalid),
        (since, "7.3", ErrorCode::DateInvalid),
        (how, "Бронз", ErrorCode::ChoiceUnknown),
        (RowId::new(), "x", ErrorCode::NotFound),
    ] {
        assert_eq!(code(try_to_fill(&book, anna, id, typed)), why, "{typed}");
    }
    assert_eq!(values(&book, anna), []);
}

#[test]
fn names_and_numbers_of_fields_have_their_bounds() {
    let book = TestBook::new();
    let new = |draft| save(&book, &owner(), None, None, draft);
    let text = |name: &str| draft(name, CustomKind::Text, &[]);
    assert_eq!(code(new(text(" \u{200B} "))), ErrorCode::NameEmpty);
    assert_eq!(code(new(text(&"я".repeat(101)))), ErrorCode::TextTooLong);
    new(text("  Размер\n обувки ")).unwrap();
    assert_eq!(all(&book)[0].name, "Размер обувки");
    assert_eq!(code(new(text("РАЗМЕР обувки"))), ErrorCode::NameTaken);
    let choices = |choices: &[&str]| draft("Ниво", CustomKind::Choice, choices);
    assert_eq!(code(new(choices(&["а", "А"]))), ErrorCode::NameTaken);
    assert_eq!(code(new(choices(&["а", ""]))), ErrorCode::NameEmpty);
    let many: Vec<String> = (0..=CHOICES_MAX).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(code(new(choices(&many))), ErrorCode::TooMany);
    new(choices(&many[..CHOICES_MAX])).unwrap();
    for n in 2..FIELDS_MAX {
        new(text(&format!("Поле {n}"))).unwrap();
    }
    assert_eq!(code(new(text("Едно повече"))), ErrorCode::TooMany);
    assert_eq!(
        code(save(&book, &owner(), Some(RowId::new()), None, text("x"))),
        ErrorCode::NotFound
    );
    assert_eq!(code(remove(&book, &owner(), RowId::new())), ErrorCode::NotFound);
    assert_eq!(code(order(&book, &owner(), &[RowId::new()])), ErrorCode::NotFound);
}

#[test]
fn a_field_keeps_its_kind_and_its_values_through_the_trash() {
    let book = TestBook::new();
    let hair = field(&book, "Коса", CustomKind::Text, &[]);
    let shoe = field(&book, "Обувки", CustomKind::Number, &[]);
    let anna = ClientBuilder::new("Анна").create(&book);
    fill(&book, anna, hair, "къдрава");
    save(
        &book,
        &owner(),
        Some(hair),
        None,
        draft("Косата", CustomKind::Number, &[]),
    )
    .unwrap();
    assert_eq!(
        (all(&book)[0].kind, all(&book)[0].name.as_str()),
        (CustomKind::Text, "Косата")
    );
    remove(&book, &owner(), hair).unwrap();
    catch_up(&book);
    assert_eq!(values(&book, anna), []);
    assert!(!is_found(&book, "къдрава"));
    // A form that stood open meanwhile: what was typed into the field is kept with it.
    let before = book.read(|conn| load(conn, anna)).unwrap();
    let mut after = before.clone();
    set(&mut after, hair, "права");
    clients::change(&book, &owner(), anna, &before, after).unwrap();
    assert_eq!(values(&book, anna), []);
    let step = book
        .read(|conn| crate::history::list(conn, None, 10))
        .unwrap()
        .rows;
    let removed = step
        .iter()
        .find(|entry| entry.step.label == StepLabel::FieldRemoved)
        .unwrap();
    assert_eq!(removed.step.params["field"], "Косата");
    book.undo_step(&owner(), removed.step.id).unwrap();
    catch_up(&book);
    assert_eq!(value(&book, anna, "Косата"), "права");
    assert!(is_found(&book, "права"));
    order(&book, &owner(), &[shoe]).unwrap();
    assert_eq!(
        all(&book).iter().map(|field| field.id).collect::<Vec<_>>(),
        [shoe, hair]
    );
    book.assert_whole();
}

#[test]
fn another_name_of_a_choice_reaches_every_card_and_the_search() {
    let book = TestBook::new();
    let how = field(&book, "Ниво", CustomKind::Choice, &["Злато", "Сребро"]);
    let anna = ClientBuilder::new("Анна").create(&book);
    fill(&book, anna, how, "Злато");
    let before = as_draft(&all(&book)[0]);
    let mut after = before.clone();
    after.choices[0].name = "Платина".into();
    save(&book, &owner(), Some(how), Some(before), after).unwrap();
    assert_eq!(value(&book, anna, "Ниво"), "Платина");
    assert!(
        is_found(&book, "платина") && !is_found(&book, "злато"),
        "found while it waits"
    );
    catch_up(&book);
    assert!(is_found(&book, "платина") && !is_found(&book, "злато"));
    // A choice of the old name is another one; what is off the list stays where it stands.
    let before = as_draft(&all(&book)[0]);
    let mut after = before.clone();
    after.choices = draft("", CustomKind::Choice, &["Злато"]).choices;
    save(&book, &owner(), Some(how), Some(before), after).unwrap();
    let names: Vec<String> = all(&book)[0]
        .choices
        .iter()
        .map(|choice| choice.name.clone())
        .collect();
    assert_eq!(names, ["Злато"]);
    assert_eq!(value(&book, anna, "Ниво"), "Платина");
    book.assert_whole();
}

#[test]
fn two_devices_that_add_a_choice_at_once_both_keep_theirs() {
    let (mut log, first, second) = two();
    let how = field(&first, "Ниво", CustomKind::Choice, &["Злато"]);
    log.sync(&[&first, &second]);
    for (book, new) in [(&first, &["Бронз", "Общо"]), (&second, &["Сребро", "ОБЩО"])] {
        let before = as_draft(&all(book)[0]);
        let mut after = before.clone();
        after.choices.extend(draft("", CustomKind::Choice, new).choices);
        save(book, &owner(), Some(how), Some(before), after).unwrap();
    }
    log.sync(&[&first, &second]);
    assert_eq!(all(&first), all(&second));
    let mut names: Vec<String> = all(&first)[0]
        .choices
        .iter()
        .map(|choice| choice.name.clone())
        .collect();
    names.sort();
    assert_eq!(names.len(), 4, "{names:?}");
    first.assert_whole();
    second.assert_whole();
}

#[test]
fn a_value_that_loses_is_kept_aside_and_told_in_the_owners_words() {
    let (mut log, first, second) = two();
    let shoe = field(&first, "Обувки", CustomKind::Number, &[]);
    let how = field(&first, "Ниво", CustomKind::Choice, &["Злато", "Сребро"]);
    let anna = ClientBuilder::new("Анна").create(&first);
    log.sync(&[&first, &second]);
    // Neither had a value: both write the same row.
    for (book, size, level) in [(&first, "38", "Злато"), (&second, "39,5", "Сребро")] {
        fill(book, anna, shoe, size);
        fill(book, anna, how, level);
    }
    log.sync(&[&first, &second]);
    for book in [&first, &second] {
        assert_eq!(
            (value(book, anna, "Обувки"), value(book, anna, "Ниво")),
            ("39.5".into(), "Сребро".into())
        );
        let mut told: Vec<_> = book
            .read(conflicts::list)
            .unwrap()
            .into_iter()
            .map(|it| (it.called, it.standing.value, it.losing.value, it.client_id))
            .collect();
        told.sort();
        let side = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                (side("Ниво"), side("Сребро"), side("Злато"), Some(anna)),
                (side("Обувки"), side("39.5"), side("38"), Some(anna)),
            ]
        );
    }
    let id = first
        .read(conflicts::list)
        .unwrap()
        .into_iter()
        .find(|it| it.field == "number")
        .unwrap()
        .id;
    conflicts::settle(&first, &owner(), &id, conflicts::Keep::Losing).unwrap();
    log.sync(&[&first, &second]);
    for book in [&first, &second] {
        assert_eq!(value(book, anna, "Обувки"), "38");
        assert_eq!(book.read(conflicts::list).unwrap().len(), 1);
        let history = book.read(|conn| crate::history::of_client(conn, anna)).unwrap();
        let of_shoe: Vec<_> = history
            .iter()
            .filter(|entry| entry.called.as_deref() == Some("Обувки"))
            .collect();
        assert!(
            of_shoe.iter().any(|entry| entry.is.as_deref() == Some("39.5")),
            "{of_shoe:?}"
        );
        book.assert_whole();
    }
}

#[test]
fn a_value_whose_field_comes_later_is_seen_when_it_has_come() {
    let (mut log, first, second) = two();
    let anna = ClientBuilder::new("Анна").create(&first);
    log.sync(&[&first, &second]);
    let hair = field(&first, "Коса", CustomKind::Text, &[]);
    fill(&first, anna, hair, "къдрава");
    let newer = crate::schema::SCHEMA
        .tables
        .iter()
        .filter(|table| table.name == CUSTOM_VALUES.name);
    assert_eq!(newer.count(), 1);
    log.sync(&[&first, &second]);
    catch_up(&second);
    assert_eq!(value(&second, anna, "Коса"), "къдрава");
    assert!(is_found(&second, "къдрава"));
    // One throws the field away while the other, not knowing, fills it in: both see the same.
    remove(&first, &owner(), hair).unwrap();
    fill(&second, anna, hair, "права");
    log.sync(&[&first, &second]);
    assert_eq!(
        (values(&first, anna), values(&second, anna)),
        (Vec::new(), Vec::new())
    );
    first.undo(&owner()).unwrap();
    log.sync(&[&first, &second]);
    for book in [&first, &second] {
        catch_up(book);
        assert_eq!(value(book, anna, "Коса"), "права");
        book.assert_whole();
    }
}

#[test]
fn a_merged_card_shows_what_either_has_and_is_taken_apart_again() {
    let book = TestBook::new();
    let hair = field(&book, "Коса", CustomKind::Text, &[]);
    let shoe = field(&book, "Обувки", CustomKind::Number, &[]);
    let [keep, gone] = ["Анна Иванова", "Анна Петрова"].map(|name| ClientBuilder::new(name).create(&book));
    fill(&book, keep, hair, "къдрава");
    fill(&book, gone, hair, "права");
    fill(&book, gone, shoe, "38");
    let merged = duplicates::merge(&book, &owner(), keep, gone, None).unwrap();
    assert_eq!(
        (value(&book, keep, "Коса"), value(&book, keep, "Обувки")),
        ("къдрава".into(), "38".into())
    );
    assert_eq!(
        all(&book).iter().map(|field| field.cards).collect::<Vec<_>>(),
        [Some(1); 2]
    );
    assert!(is_found(&book, "38"));
    // Emptied on the card it is empty: what the other has does not come up from below.
    edit(&book, keep, |draft| draft.custom.clear());
    assert_eq!(values(&book, keep), []);
    book.undo(&owner()).unwrap();
    fill(&book, keep, shoe, "39");
    assert_eq!(value(&book, keep, "Обувки"), "39");
    book.undo(&owner()).unwrap();
    duplicates::unmerge(&book, &owner(), merged.step.unwrap().id).unwrap();
    assert_eq!(values(&book, keep), [("Коса".to_owned(), "къдрава".to_owned())]);
    assert_eq!(
        (value(&book, gone, "Коса"), value(&book, gone, "Обувки")),
        ("права".into(), "38".into())
    );
    book.assert_whole();
}

#[test]
fn what_is_erased_leaves_no_value_and_what_is_handed_out_has_them_all() {
    let book = TestBook::new();
    let hair = field(&book, "Коса", CustomKind::Text, &[]);
    let since = field(&book, "Член от", CustomKind::Date, &[]);
    let anna = ClientBuilder::new("Анна").create(&book);
    fill(&book, anna, hair, "необикновенодълга");
    fill(&book, anna, since, "2021-03-07");
    remove(&book, &owner(), since).unwrap();
    let access = book
        .read(|conn| crate::access::of_client(conn, anna, book_now(&book)))
        .unwrap();
    let mut handed: Vec<_> = access
        .custom
        .iter()
        .map(|kept| (kept.part.name.as_str(), kept.part.value.as_str()))
        .collect();
    handed.sort_unstable();
    assert_eq!(handed, [("Коса", "необикновенодълга"), ("Член от", "2021-03-07")]);
    assert!(
        access
            .history
            .iter()
            .any(|change| change.called.as_deref() == Some("Коса"))
    );
    clients::trash(&book, &owner(), &[anna]).unwrap();
    clients::erase(&book, &owner(), &[anna]).unwrap();
    let bytes = crate::testing::bytes_within(&book).unwrap();
    let word = "необикновенодълга".as_bytes();
    assert!(!bytes.windows(word.len()).any(|window| window == word));
    book.assert_whole();
}

fn book_now(book: &TestBook) -> clientele_model::Timestamp {
    book.now()
}

#[test]
fn only_head_office_says_what_fields_a_company_has() {
    let (mut log, office, branch) = two();
    let hair = field(&office, "Коса", CustomKind::Text, &[]);
    log.sync(&[&office, &branch]);
    crate::head_office::tests::make_branch(&branch);
    let refused = [
        code(save(
            &branch,
            &owner(),
            None,
            None,
            draft("Ниво", CustomKind::Text, &[]),
        )),
        code(save(
            &branch,
            &owner(),
            Some(hair),
            None,
            draft("Косата", CustomKind::Text, &[]),
        )),
        code(remove(&branch, &owner(), hair)),
        code(order(&branch, &owner(), &[hair])),
    ];
    assert_eq!(refused, [ErrorCode::HeadOfficeNotAllowed; 4]);
    assert_eq!(all(&branch), all(&office));
    let anna = ClientBuilder::new("Анна").create(&branch);
    fill(&branch, anna, hair, "къдрава");
    assert_eq!(value(&branch, anna, "Коса"), "къдрава");
}

#[test]
fn the_fields_of_a_book_that_joins_as_a_branch_stay_with_its_clients() {
    let book = TestBook::new();
    let hair = field(&book, "Коса", CustomKind::Text, &[]);
    let anna = ClientBuilder::new("Анна").create(&book);
    fill(&book, anna, hair, "къдрава");
    let branch = crate::head_office::tests::join_as_branch(&book);
    assert_eq!(value(&book, anna, "Коса"), "къдрава");
    // They travel as what is the branch's: the company's other branches have no clients with such values.
    let log = book
        .read(|conn| crate::workspace::store::log::of_row(conn, hair))
        .unwrap();
    assert!(!log.is_empty() && log.iter().all(|change| change.scope == Some(branch)));
    fill(&book, anna, hair, "права");
    assert_eq!(value(&book, anna, "Коса"), "права");
    assert_eq!(
        code(remove(&book, &owner(), hair)),
        ErrorCode::HeadOfficeNotAllowed
    );
    book.assert_whole();
}
