//! Filters: what SQL finds is what looking at every card finds, and what is done to all is one step.

mod naive;

use clientele_model::ClientKind;

use super::*;
use crate::clients::{self, ClientsList};
use crate::duplicates;
use crate::head_office::tests::two;
use crate::testing::{ClientBuilder, TestBook};
use crate::workspace::store::row_ids;

fn owner() -> Actor {
    Actor::owner()
}

fn of(list: Vec<Condition>) -> Conditions {
    Conditions {
        join: Join::All,
        list,
    }
}

fn saved(book: &TestBook, name: &str, conditions: Conditions) -> RowId {
    let draft = FilterDraft {
        name: name.to_owned(),
        conditions,
    };
    save(book, &owner(), None, draft).unwrap().value
}

/// Whom a filter finds now, as somebody says yes to it; nobody, where there is no such filter.
fn meant(book: &TestBook, filter: RowId, sight: Sight) -> Whom {
    let whom = book.read(|conn| whom(conn, filter, sight, Timestamp::now()));
    whom.unwrap_or(Whom {
        count: 0,
        mark: String::new(),
    })
}

/// As [`bulk::tag`], said yes to at once.
fn tag(
    book: &TestBook,
    by: &Actor,
    filter: RowId,
    sight: Sight,
    tag: &str,
    add: bool,
) -> Result<Written<u32>> {
    super::tag(book, by, filter, sight, &meant(book, filter, sight), tag, add)
}

/// As [`bulk::trash`], said yes to at once.
fn trash(book: &TestBook, by: &Actor, filter: RowId, sight: Sight) -> Result<Written<u32>> {
    super::trash(book, by, filter, sight, &meant(book, filter, sight))
}

#[test]
fn a_filter_is_kept_listed_counted_and_taken_back() {
    let mut book = TestBook::new();
    let anna = ClientBuilder::new("Анна").tag("VIP").create(&book);
    ClientBuilder::new("Борис").create(&book);
    let vip = saved(
        &book,
        "Важни",
        of(vec![Condition::Tag {
            tag: "vip".into(),
            has: true,
        }]),
    );
    let old = saved(
        &book,
        "Стари",
        of(vec![Condition::Created {
            when: When::Before {
                day: "7.3.2021".into(),
            },
        }]),
    );
    book.reopen();
    let all = |book: &TestBook| {
        book.read(|conn| list(conn, Sight::All, Timestamp::now()))
            .unwrap()
    };
    let told: Vec<_> = all(&book).into_iter().map(|f| (f.id, f.name, f.count)).collect();
    assert_eq!(
        told,
        [(vip, "Важни".into(), Some(1)), (old, "Стари".into(), Some(0))]
    );
    assert_eq!(
        all(&book)[1].conditions.as_ref().unwrap().list,
        [Condition::Created {
            when: When::Before {
                day: "2021-03-07".into()
            }
        }]
    );
    let ask = ClientsList {
        filter: Some(vip),
        limit: 10,
        ..ClientsList::default()
    };
    let page = book
        .read(|conn| clients::list(conn, &ask, "BG", Sight::All))
        .unwrap();
    assert_eq!((page.total, page.rows[0].id), (1, anna));
    let both = ClientsList {
        tag: Some("VIP".into()),
        kind: Some(ClientKind::Company),
        ..ask
    };
    assert_eq!(
        book.read(|conn| clients::list(conn, &both, "BG", Sight::All))
            .unwrap()
            .total,
        0
    );
    order(&book, &owner(), &[old]).unwrap();
    assert_eq!(all(&book)[0].id, old);
    remove(&book, &owner(), vip).unwrap();
    assert_eq!(all(&book).len(), 1);
    book.undo(&owner()).unwrap();
    assert_eq!(all(&book).len(), 2);
    book.assert_whole();
}

#[test]
fn what_makes_no_filter_is_refused() {
    let book = TestBook::new();
    let vip = saved(&book, "Важни", Conditions::default());
    let new = |name: &str, list: Vec<Condition>| {
        let draft = FilterDraft {
            name: name.into(),
            conditions: of(list),
        };
        save(&book, &owner(), None, draft).unwrap_err().code()
    };
    let day = |day: &str| Condition::LastContact {
        when: When::Since { day: day.into() },
    };
    assert_eq!(new(" ", vec![]), ErrorCode::NameEmpty);
    assert_eq!(new("ВАЖНИ", vec![]), ErrorCode::NameTaken);
    assert_eq!(new("x", vec![day("31.2.2021")]), ErrorCode::DateInvalid);
    assert_eq!(
        new("x", vec![Condition::BirthdayMonth { month: 13 }]),
        ErrorCode::DateInvalid
    );
    assert_eq!(
        new("x", vec![Condition::Phone { has: true }; CONDITIONS_MAX + 1]),
        ErrorCode::TooMany
    );
    let long = "x".repeat(clientele_model::text::FIELD_BYTES_MAX + 1);
    assert_eq!(
        new("x", vec![Condition::City { is: long.clone() }]),
        ErrorCode::TextTooLong
    );
    let code = |result: Result<Written<u32>>| result.unwrap_err().code();
    let nobody = RowId::new();
    assert_eq!(
        code(tag(&book, &owner(), vip, Sight::All, " ", true)),
        ErrorCode::NameEmpty
    );
    assert_eq!(
        code(tag(&book, &owner(), vip, Sight::All, &long, true)),
        ErrorCode::TextTooLong
    );
    assert_eq!(
        code(tag(&book, &owner(), nobody, Sight::All, "x", true)),
        ErrorCode::NotFound
    );
    assert_eq!(
        code(trash(&book, &owner(), nobody, Sight::All)),
        ErrorCode::NotFound
    );
    assert_eq!(
        remove(&book, &owner(), nobody).unwrap_err().code(),
        ErrorCode::NotFound
    );
    assert_eq!(
        order(&book, &owner(), &[nobody]).unwrap_err().code(),
        ErrorCode::NotFound
    );
    for n in 1..FILTERS_MAX {
        saved(&book, &n.to_string(), Conditions::default());
    }
    assert_eq!(new("x", vec![]), ErrorCode::TooMany);
}

#[test]
fn what_a_newer_version_asks_is_kept_and_finds_nobody_here() {
    let book = TestBook::new();
    ClientBuilder::new("Анна").create(&book);
    let mine = saved(&book, "Мой", of(vec![Condition::Phone { has: false }]));
    for newer in [
        r#"{"v":1,"join":"all","list":[{"on":"balance","below":0}]}"#,
        r#"{"v":1,"join":"all","list":[{"on":"phone","has":true,"kind":"mobile"}]}"#,
        r#"{"v":1,"join":"none_of","list":[]}"#,
        r#"{"v":1,"join":"all","list":[],"sort":"name"}"#,
        r#"{"v":2,"join":"all","list":[]}"#,
        "not even that",
    ] {
        let written = book.write(NewStep::new(&owner(), StepLabel::FilterAdded), |w| {
            let id = RowId::new();
            w.add(
                &FILTERS,
                id,
                vec![("name", "Нов".into()), ("conditions", newer.into())],
            )?;
            Ok(id)
        });
        let id = written.unwrap().value;
        let all = book
            .read(|conn| list(conn, Sight::All, Timestamp::now()))
            .unwrap();
        let shown = all.iter().find(|filter| filter.id == id).unwrap();
        assert_eq!(
            (shown.name.as_str(), &shown.conditions, shown.count),
            ("Нов", &None, None),
            "{newer}"
        );
        let draft = FilterDraft {
            name: "Друг".into(),
            ..FilterDraft::default()
        };
        let refused = [
            save(&book, &owner(), Some(id), draft).unwrap_err().code(),
            trash(&book, &owner(), id, Sight::All).unwrap_err().code(),
            tag(&book, &owner(), id, Sight::All, "x", true)
                .unwrap_err()
                .code(),
            book.read(|conn| conditions(conn, id)).unwrap_err().code(),
        ];
        assert_eq!(refused, [ErrorCode::FilterNewer; 4], "{newer}");
        let stands = book.read(store::saved).unwrap();
        assert!(
            stands
                .iter()
                .any(|(known, _, text)| *known == id && text == newer)
        );
        remove(&book, &owner(), id).unwrap();
    }
    assert_eq!(
        book.read(|conn| list(conn, Sight::All, Timestamp::now()))
            .unwrap()[0]
            .id,
        mine
    );
    assert_eq!(book.read(clients::ids).unwrap().len(), 1);
}

#[test]
fn what_is_done_to_all_is_one_step_and_says_to_how_many() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").tag("Нова").create(&book);
    let boris = ClientBuilder::new("Борис")
        .phone("0888 123 456")
        .tag("vip")
        .create(&book);
    let vera = ClientBuilder::new("Вера").phone("0888 123 457").create(&book);
    let gone = ClientBuilder::new("Вера Втора").tag("VIP").create(&book);
    duplicates::merge(&book, &owner(), vera, gone, None).unwrap();
    let all = saved(&book, "Всички", Conditions::default());
    let tags = |id: ClientId| book.read(|conn| clients::load(conn, id)).unwrap().tags;
    let tagged = tag(&book, &owner(), all, Sight::All, "VIP", true).unwrap();
    assert_eq!(tagged.value, 1, "the others bear it already, in whatever case");
    let step = tagged.step.unwrap();
    assert_eq!(
        (
            step.label,
            step.params["count"].as_str(),
            step.params["tag"].as_str()
        ),
        (StepLabel::ClientsTagged, "1", "VIP")
    );
    assert_eq!(
        (tags(anna), tags(boris)),
        (vec!["VIP".to_owned(), "Нова".into()], vec!["vip".to_owned()])
    );
    let untagged = tag(&book, &owner(), all, Sight::All, "Vip", false).unwrap();
    assert_eq!(untagged.value, 3);
    assert_eq!((tags(boris), tags(vera)), (vec![], vec![]));
    assert_eq!(
        tag(&book, &owner(), all, Sight::All, "Vip", false).unwrap().step,
        None
    );
    book.undo(&owner()).unwrap();
    assert_eq!(
        (tags(boris), tags(vera)),
        (vec!["vip".to_owned()], vec!["VIP".to_owned()])
    );
    let phones = saved(&book, "С телефон", of(vec![Condition::Phone { has: true }]));
    let trashed = trash(&book, &owner(), phones, Sight::All).unwrap();
    assert_eq!(
        (trashed.value, trashed.step.unwrap().params["count"].as_str()),
        (2, "2")
    );
    assert_eq!(book.read(clients::ids).unwrap(), [anna]);
    book.undo(&owner()).unwrap();
    assert_eq!(book.read(clients::ids).unwrap().len(), 3);
    book.assert_whole();
}

#[test]
fn a_filter_travels_and_finds_the_same_everywhere() {
    let (mut log, first, second) = two();
    let boris = ClientBuilder::new("Борис").phone("0888 123 456").create(&first);
    ClientBuilder::new("Анна").create(&first);
    let phones = saved(&first, "С телефон", of(vec![Condition::Phone { has: true }]));
    log.sync(&[&first, &second]);
    let found = |book: &TestBook| {
        let conditions = book.read(|conn| conditions(conn, phones)).unwrap();
        book.read(|conn| ids(conn, &conditions, Sight::All, Timestamp::now()))
            .unwrap()
    };
    assert_eq!((found(&first), found(&second)), (vec![boris], vec![boris]));
    // Both tag all whom it finds, neither knowing of the other: one tag stands.
    tag(&first, &owner(), phones, Sight::All, "VIP", true).unwrap();
    tag(&second, &owner(), phones, Sight::All, "VIP", true).unwrap();
    log.sync(&[&first, &second]);
    for book in [&first, &second] {
        assert_eq!(
            book.read(|conn| clients::load(conn, boris)).unwrap().tags,
            ["VIP"]
        );
        assert_eq!(book.read(|conn| row_ids(conn, &FILTERS)).unwrap(), [phones]);
    }
}

#[test]
fn nothing_is_done_to_others_than_were_confirmed() {
    let book = TestBook::new();
    let boris = ClientBuilder::new("Борис").phone("0888 123 456").create(&book);
    let phones = saved(&book, "С телефон", of(vec![Condition::Phone { has: true }]));
    let confirmed = meant(&book, phones, Sight::All);
    assert_eq!(confirmed.count, 1);
    let refused = || {
        let done = super::trash(&book, &owner(), phones, Sight::All, &confirmed);
        let tagged = super::tag(&book, &owner(), phones, Sight::All, &confirmed, "x", true);
        let untagged = super::tag(&book, &owner(), phones, Sight::All, &confirmed, "x", false);
        for refused in [tagged.unwrap_err(), untagged.unwrap_err()] {
            assert_eq!(refused.code(), ErrorCode::FilterChanged);
        }
        match done.unwrap_err() {
            crate::Error::Refused(refusal) => (refusal.code, refusal.params["count"].clone()),
            other => panic!("{other}"),
        }
    };
    // One more, then as many but not the same, then none.
    let vera = ClientBuilder::new("Вера").phone("0888 123 457").create(&book);
    assert_eq!(refused(), (ErrorCode::FilterChanged, "2".into()));
    clients::trash(&book, &owner(), &[boris]).unwrap();
    assert_eq!(refused(), (ErrorCode::FilterChanged, "1".into()));
    clients::trash(&book, &owner(), &[vera]).unwrap();
    assert_eq!(refused(), (ErrorCode::FilterChanged, "0".into()));
    // The same again, called otherwise and in another order: they are meant.
    clients::restore(&book, &owner(), &[boris]).unwrap();
    let before = book.read(|conn| clients::load(conn, boris)).unwrap();
    let after = clientele_model::ClientDraft {
        given_name: "Яна".into(),
        ..before.clone()
    };
    clients::change(&book, &owner(), boris, &before, after).unwrap();
    let done = super::trash(&book, &owner(), phones, Sight::All, &confirmed).unwrap();
    assert_eq!(done.value, 1);
}
