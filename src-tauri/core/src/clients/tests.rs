//! Cards: what is written is what was typed, and only what was changed.

mod linked;

use clientele_model::text::FIELD_BYTES_MAX;
use clientele_model::{ClientDraft, Email, ErrorCode, Phone, Refusal};

use super::*;
use crate::testing::{ClientBuilder, TestBook};

fn full() -> ClientDraft {
    let text = r#"{
        "kind": "person", "given_name": "Мария", "patronymic": "Петрова", "family_name": "Иванова",
        "company_name": "Ателие ООД", "other_names": [{"label": "моминско", "name": "Стоянова"}],
        "phones": [{"label": "личен", "typed": "0888 123 456"}, {"label": "", "typed": "+7 916 123-45-67"}],
        "emails": [{"label": "", "address": "maria@example.com"}],
        "addresses": [{"label": "дом", "street": "ул. Роза 5", "city": "Русе", "region": "", "postal_code": "7000", "country": "България"}],
        "messengers": [{"service": "Viber", "handle": "maria.iv"}],
        "contact_persons": [{"name": "Петър", "role": "съпруг", "phone": "0899 111 222", "email": "", "note": ""}],
        "birthday": {"year": null, "month": 2, "day": 29}, "language": "bg", "source": "Инстаграм",
        "card_number": "A-0042", "tags": ["VIP", "боя"], "notes": "ред 1\nред 2", "expects": "тишина", "never": "амоняк"
    }"#;
    serde_json::from_str(text).unwrap()
}

/// Without what the book adds: rows and numbers.
fn bare(mut draft: ClientDraft) -> ClientDraft {
    draft.other_names.iter_mut().for_each(|n| n.id = None);
    draft.emails.iter_mut().for_each(|e| e.id = None);
    draft.addresses.iter_mut().for_each(|a| a.id = None);
    draft.messengers.iter_mut().for_each(|m| m.id = None);
    draft.contact_persons.iter_mut().for_each(|p| p.id = None);
    for phone in &mut draft.phones {
        (phone.id, phone.e164) = (None, String::new());
    }
    draft
}

fn load_card(book: &TestBook, id: ClientId) -> ClientDraft {
    book.read(|conn| load(conn, id)).unwrap()
}

#[test]
fn a_full_card_comes_back_as_it_was_typed() {
    let mut book = TestBook::new();
    let id = add(&book, &Actor::owner(), full()).unwrap().value;
    book.reopen();
    let card = book.read(|conn| card(conn, id)).unwrap();
    assert_eq!(bare(card.draft.clone()), full());
    assert_eq!(card.name, "Мария Петрова Иванова");
    let numbers: Vec<_> = card
        .phones
        .iter()
        .map(|p| (p.e164.as_str(), p.typed.as_str()))
        .collect();
    assert_eq!(
        numbers,
        [
            ("+359888123456", "0888 123 456"),
            ("+79161234567", "+7 916 123-45-67")
        ]
    );
    assert!(card.created_at.0 > 0 && card.changed_at >= card.created_at);
    book.assert_whole();
}

#[test]
fn a_change_writes_only_what_differs() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = add(&book, &by, full()).unwrap().value;
    let opened = load_card(&book, id);
    // Somebody else changes the notes while the form stands open.
    let other = ClientDraft {
        notes: "нова бележка".into(),
        ..opened.clone()
    };
    change(&book, &by, id, &opened, other).unwrap();
    let mut left = opened.clone();
    left.phones.remove(0);
    left.phones.push(Phone {
        typed: "02 987 65 43".into(),
        ..Phone::default()
    });
    left.tags = vec!["боя".into(), "нова".into()];
    left.source = String::new();
    change(&book, &by, id, &opened, left).unwrap();
    let now = load_card(&book, id);
    assert_eq!(now.notes, "нова бележка");
    assert_eq!(
        now.phones.iter().map(|p| p.typed.as_str()).collect::<Vec<_>>(),
        ["+7 916 123-45-67", "02 987 65 43"]
    );
    assert_eq!(now.phones[0].id, opened.phones[1].id);
    assert_eq!((now.tags.len(), now.source.as_str()), (2, ""));
    // A tag taken off and put on again is the same row: undo and the other device agree about it.
    let back = ClientDraft {
        tags: vec!["боя".into(), "нова".into(), "VIP".into()],
        ..now.clone()
    };
    change(&book, &by, id, &now, back).unwrap();
    assert_eq!(load_card(&book, id).tags, ["VIP", "боя", "нова"]);
    book.undo(&by).unwrap();
    assert_eq!(load_card(&book, id).tags, ["боя", "нова"]);
    book.assert_whole();
}

#[test]
fn the_order_of_phones_is_kept() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна")
        .phone("0888 1")
        .phone("0888 2")
        .phone("0888 3")
        .create(&book);
    let before = load_card(&book, id);
    let mut after = before.clone();
    after.phones.rotate_left(1);
    change(&book, &Actor::owner(), id, &before, after.clone()).unwrap();
    assert_eq!(load_card(&book, id).phones, after.phones);
}

#[test]
fn what_cannot_be_is_refused_with_its_reason() {
    let book = TestBook::new();
    let long = "я".repeat(FIELD_BYTES_MAX);
    let phone = |typed: &str| {
        vec![Phone {
            typed: typed.into(),
            ..Phone::default()
        }]
    };
    let email = |address: &str| {
        vec![Email {
            address: address.into(),
            ..Email::default()
        }]
    };
    let named = || ClientBuilder::new("Анна").0;
    for (draft, expected) in [
        (ClientDraft::default(), ErrorCode::ClientEmpty),
        (
            ClientDraft {
                given_name: " \u{FEFF}\n".into(),
                ..Default::default()
            },
            ErrorCode::ClientEmpty,
        ),
        (
            ClientDraft {
                notes: long,
                ..named()
            },
            ErrorCode::TextTooLong,
        ),
        (
            ClientDraft {
                phones: phone("няма"),
                ..named()
            },
            ErrorCode::PhoneInvalid,
        ),
        (
            ClientDraft {
                emails: email("anna"),
                ..named()
            },
            ErrorCode::EmailInvalid,
        ),
        (
            ClientDraft {
                emails: email("a b@c"),
                ..named()
            },
            ErrorCode::EmailInvalid,
        ),
        (
            ClientBuilder::new("А").birthday(Some(2023), 2, 29).0,
            ErrorCode::DateInvalid,
        ),
        (
            ClientBuilder::new("А").birthday(None, 13, 1).0,
            ErrorCode::DateInvalid,
        ),
        (
            ClientDraft {
                tags: (0..101).map(|i| i.to_string()).collect(),
                ..named()
            },
            ErrorCode::TooMany,
        ),
    ] {
        let refusal = Refusal::from(add(&book, &Actor::owner(), draft).unwrap_err());
        assert_eq!(refusal.code, expected, "{refusal}");
    }
    assert_eq!(book.check().unwrap().clients, 0);
    let nobody = ClientId::new();
    for error in [
        trash(&book, &Actor::owner(), &[nobody]).unwrap_err(),
        change(
            &book,
            &Actor::owner(),
            nobody,
            &named(),
            ClientBuilder::new("Б").0,
        )
        .unwrap_err(),
        book.read(|conn| card(conn, nobody)).unwrap_err(),
    ] {
        assert_eq!(error.code(), ErrorCode::NotFound);
    }
}

#[test]
fn lists_are_sorted_filtered_and_cut() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна Яворова")
        .phone("0888 123 456")
        .tag("VIP")
        .create(&book);
    ClientBuilder::new("Борис Андреев").create(&book);
    ClientBuilder::company("Ателие ООД").tag("VIP").create(&book);
    let trashed = ClientBuilder::new("Вера").create(&book);
    trash(&book, &Actor::owner(), &[trashed]).unwrap();
    crate::testing::log_call(&book, anna, "x", 5);
    let names = |ask: ClientsList| {
        let page = book.read(|conn| list(conn, &ask, "BG", Sight::All)).unwrap();
        (
            page.total,
            page.rows
                .iter()
                .map(|row| row.name.clone())
                .collect::<Vec<_>>()
                .join(", "),
        )
    };
    let all = ClientsList {
        limit: 10,
        ..Default::default()
    };
    assert_eq!(
        names(all.clone()),
        (3, "Борис Андреев, Ателие ООД, Анна Яворова".into())
    );
    assert_eq!(
        names(ClientsList {
            sort: ClientSort::Recent,
            limit: 1,
            ..all.clone()
        }),
        (3, "Анна Яворова".into())
    );
    assert_eq!(
        names(ClientsList {
            offset: 2,
            ..all.clone()
        }),
        (3, "Анна Яворова".into())
    );
    let vip = ClientsList {
        tag: Some("VIP".into()),
        ..all.clone()
    };
    assert_eq!(names(vip.clone()), (2, "Ателие ООД, Анна Яворова".into()));
    assert_eq!(
        names(ClientsList {
            kind: Some(ClientKind::Person),
            ..vip
        }),
        (1, "Анна Яворова".into())
    );
    let row = book
        .read(|conn| list(conn, &all, "BG", Sight::All))
        .unwrap()
        .rows
        .pop()
        .unwrap();
    assert_eq!(
        (row.phone.as_str(), row.tags.len(), row.last_contact_at),
        ("088 812 3456", 1, Some(Timestamp(5)))
    );
    let tags = book.read(tags).unwrap();
    assert_eq!((tags[0].tag.as_str(), tags[0].count), ("VIP", 2));
}

#[test]
fn a_country_that_is_corrected_heals_every_phone() {
    let book = TestBook::new();
    let by = Actor::owner();
    let settings = |country: &str| settings::Settings {
        country: country.into(),
        ..crate::testing::settings()
    };
    settings::save(&book, &by, settings("GB")).unwrap();
    let id = ClientBuilder::new("Анна").phone("0888 123 456").create(&book);
    let e164 = || load_card(&book, id).phones[0].e164.clone();
    assert_eq!(e164(), "");
    settings::save(&book, &by, settings("BG")).unwrap();
    assert_eq!(e164(), "+359888123456");
    book.undo(&by).unwrap();
    assert_eq!(e164(), "");
    book.assert_whole();
}
