//! The owner's own fields in a file: who may make them, and what becomes of values for which there is no room.

use clientele_model::{CustomKind, CustomValue, Language};

use super::tests::{all, file, go_on};
use super::*;
use crate::custom_fields::{CustomFieldDraft, takers};
use crate::testing::{ClientBuilder, TestBook};

fn manager() -> Actor {
    Actor {
        staff: "Мария".into(),
        is_owner: false,
    }
}

fn with(card: ClientBuilder, name: &str, value: &str) -> ClientBuilder {
    let mut card = card;
    card.0.custom.push(CustomValue {
        name: name.into(),
        value: value.into(),
        ..CustomValue::default()
    });
    card
}

fn anna() -> ClientBuilder {
    ClientBuilder::new("Анна Иванова").phone("0888 123 456")
}

fn plan_of(book: &TestBook, by: &Actor, cards: Vec<ClientBuilder>, rule: Rule) -> Plan {
    let (rules, parsed) = (
        Rules {
            rule,
            rows: Vec::new(),
        },
        file(cards),
    );
    book.read(|conn| Plan::by_rules(conn, by, parsed, &rules, &mut go_on))
        .unwrap()
}

fn field(book: &TestBook, name: &str) {
    let draft = CustomFieldDraft {
        name: name.into(),
        kind: CustomKind::Text,
        choices: Vec::new(),
    };
    custom_fields::save(book, &Actor::owner(), None, None, draft).unwrap();
}

fn names_of_fields(book: &TestBook) -> Vec<String> {
    let all = book.read(custom_fields::list).unwrap();
    all.into_iter().map(|field| field.name).collect()
}

#[test]
fn only_the_owner_makes_fields_by_an_import() {
    let book = TestBook::new();
    field(&book, "Цвят");
    let cards = || vec![with(with(anna(), "Обувки", "38"), "Цвят", "7.1")];
    // Somebody else is shown what will be: no field is made, and what would stand in it goes to the notes.
    let planned = plan_of(&book, &manager(), cards(), Rule::Complete);
    run(&book, &manager(), "a.csv", &planned, &mut go_on).unwrap();
    assert_eq!(names_of_fields(&book), ["Цвят"]);
    let card = all(&book).remove(0);
    assert_eq!(
        (card.notes.as_str(), card.custom[0].value.as_str()),
        ("Обувки: 38", "7.1")
    );
    // And what the owner looked at is not run by somebody else.
    let planned = plan_of(&book, &Actor::owner(), cards(), Rule::Create);
    let refused = run(&book, &manager(), "a.csv", &planned, &mut go_on).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotAllowed);
    assert_eq!((names_of_fields(&book).len(), all(&book).len()), (1, 1));
    run(&book, &Actor::owner(), "a.csv", &planned, &mut go_on).unwrap();
    assert_eq!(names_of_fields(&book), ["Цвят", "Обувки"]);
    // It is the same refusal as where a field is defined by hand.
    let draft = CustomFieldDraft {
        name: "Ръст".into(),
        kind: CustomKind::Number,
        choices: Vec::new(),
    };
    let refused = custom_fields::save(&book, &manager(), None, None, draft).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotAllowed);
    book.assert_whole();
}

#[test]
fn a_column_is_offered_as_a_field_to_whoever_may_fill_or_make_one() {
    let book = TestBook::new();
    field(&book, "Цвят");
    let (bytes, options) = (
        "Име;цвят;\nАнна;7.1;x\n".as_bytes(),
        clientele_formats::Options::default(),
    );
    let parsed = clientele_formats::parse("a.csv", bytes, &options, "BG", &mut go_on);
    let table = parsed.unwrap().table.unwrap();
    let offered = |by: &Actor| book.read(|conn| takers(conn, by, &table)).unwrap();
    assert_eq!(offered(&Actor::owner()), [true, true, false]);
    assert_eq!(offered(&manager()), [false, true, false]);
}

#[test]
fn values_for_which_the_card_has_no_room_are_told() {
    let book = TestBook::new();
    field(&book, "Цвят");
    let mut card = anna().birthday(Some(1988), 3, 14);
    (card.0.card_number, card.0.language) = ("12".into(), Some(Language::Bg));
    card.create(&book);
    let first = plan_of(
        &book,
        &Actor::owner(),
        vec![with(anna(), "Цвят", "7.1")],
        Rule::Complete,
    );
    assert_eq!(
        first.lost,
        LostValues::default(),
        "what fills an empty place loses nothing"
    );
    run(&book, &Actor::owner(), "a.csv", &first, &mut go_on).unwrap();

    let mut other = with(anna(), "цвят", "8.3").birthday(None, 3, 15);
    (other.0.card_number, other.0.source) = ("77".into(), "съседка".into());
    let cards = || {
        vec![
            other.clone(),
            with(anna(), "Цвят", "7.1"),
            with(anna(), "Цвят", "9"),
        ]
    };
    let planned = plan_of(&book, &Actor::owner(), cards(), Rule::Complete);
    let told = |lost: &LostValues| {
        let named = lost.named.iter().map(|lost| {
            let field = lost.field.clone().unwrap_or_else(|| lost.name.clone());
            format!(
                "{} {field} {:?} {} / {}",
                lost.line, lost.kind, lost.value, lost.stays
            )
        });
        (lost.total, named.collect::<Vec<_>>())
    };
    let expected = [
        "2 card_number Text 77 / 12",
        "2 birthday Date --03-15 / 1988-03-14",
        "2 Цвят Text 8.3 / 7.1",
        "4 Цвят Text 9 / 7.1",
    ];
    assert_eq!(told(&planned.lost), (4, expected.map(str::to_owned).to_vec()));
    let done = run(&book, &Actor::owner(), "a.csv", &planned, &mut go_on)
        .unwrap()
        .value;
    assert_eq!(done.lost, planned.lost);
    let card = all(&book).remove(0);
    assert_eq!(
        (card.custom[0].value.as_str(), card.source.as_str()),
        ("7.1", "съседка")
    );
    // Who is created anew, or left out, loses nothing to a card.
    for rule in [Rule::Create, Rule::Skip] {
        let planned = plan_of(&book, &Actor::owner(), cards(), rule);
        assert_eq!(planned.lost.total, 0, "{rule:?}");
    }
}
