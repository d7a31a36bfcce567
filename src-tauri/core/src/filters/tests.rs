//! Filters: what SQL finds is what looking at every card finds, and what is done to all is one step.

use std::collections::BTreeSet;

use chrono::{Local, TimeZone};
use clientele_model::custom::millionths;
use clientele_model::{Address, ClientDraft, ClientKind, CustomKind, CustomValue, Email, Language, Phone};

use super::*;
use crate::clients::{self, ClientCard, ClientsList};
use crate::custom_fields::{self, CustomChoice, CustomFieldDraft};
use crate::duplicates;
use crate::head_office::tests::two;
use crate::testing::{ClientBuilder, Rng, TestBook, log_call};
use crate::workspace::store::row_ids;

const DAY: i64 = 24 * 60 * 60 * 1000;

fn owner() -> Actor {
    Actor::owner()
}

fn define(book: &TestBook, name: &str, kind: CustomKind) -> RowId {
    let choices = ["Злато", "Сребро"].map(|name| CustomChoice {
        id: None,
        name: name.to_owned(),
    });
    let draft = CustomFieldDraft {
        name: name.to_owned(),
        kind,
        choices: choices.to_vec(),
    };
    custom_fields::save(book, &owner(), None, None, draft)
        .unwrap()
        .value
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

fn pick<'a>(rng: &mut Rng, from: &[&'a str]) -> &'a str {
    from[rng.below(from.len())]
}

const TAGS: [&str; 4] = ["VIP", "vip", "Боя", "Ёлка"];
const CITIES: [&str; 4] = ["София", "СОФИЯ", "Русе", ""];
const SOURCES: [&str; 3] = ["Инстаграм", "инстаграм", ""];
const TEXTS: [&str; 4] = ["къдрава", "Къдрава коса", "права", ""];
const NUMBERS: [&str; 5] = ["38", "38.5", "-2", "", "1000"];
const DAYS: [&str; 4] = ["2021-03-07", "2021-03-08", "1999-12-31", ""];
const CHOICES: [&str; 3] = ["Злато", "Сребро", ""];

/// A client with something in many places, by chance.
fn draft(rng: &mut Rng, fields: &[RowId; 4]) -> ClientDraft {
    let mut draft = ClientBuilder::new(pick(rng, &["Анна Иванова", "Борис Петров", "Vera Smith"])).0;
    if rng.below(4) == 0 {
        draft.kind = ClientKind::Company;
        draft.company_name = "Ателие".into();
    }
    draft.source = pick(rng, &SOURCES).into();
    draft.never = pick(rng, &["", "амоняк"]).into();
    draft.language = [None, Some(Language::Bg), Some(Language::Ru)][rng.below(3)];
    for tag in TAGS {
        if rng.below(4) == 0 {
            draft.tags.push(tag.into());
        }
    }
    if rng.below(2) == 0 {
        draft = ClientBuilder(draft)
            .birthday(
                (rng.below(2) == 0).then_some(1990),
                1 + u8::try_from(rng.below(12)).unwrap(),
                7,
            )
            .0;
    }
    if rng.below(2) == 0 {
        draft.phones.push(Phone {
            typed: format!("0888 12{:04}", rng.below(10_000)),
            ..Phone::default()
        });
    }
    if rng.below(2) == 0 {
        draft.emails.push(Email {
            address: "a@b.bg".into(),
            ..Email::default()
        });
    }
    for _ in 0..rng.below(3) {
        draft.addresses.push(Address {
            street: "ул. Роза".into(),
            city: pick(rng, &CITIES).into(),
            ..Address::default()
        });
    }
    for (field, values) in fields.iter().zip([&TEXTS[..], &NUMBERS, &DAYS, &CHOICES]) {
        draft.custom.push(CustomValue {
            field: Some(*field),
            value: pick(rng, values).into(),
            ..CustomValue::default()
        });
    }
    draft
}

fn when(rng: &mut Rng) -> When {
    match rng.below(5) {
        0 => When::Before {
            day: pick(rng, &["2024-06-01", "2026-11-22"]).into(),
        },
        1 => When::Since {
            day: pick(rng, &["2024-06-01", "2026-11-22"]).into(),
        },
        2 => When::Within {
            days: u16::try_from(rng.below(800)).unwrap(),
        },
        3 => When::OlderThan {
            days: u16::try_from(rng.below(800)).unwrap(),
        },
        _ => When::Never,
    }
}

fn condition(rng: &mut Rng, fields: &[RowId; 4]) -> Condition {
    let has = rng.below(2) == 0;
    match rng.below(13) {
        0 => Condition::Kind {
            is: [ClientKind::Person, ClientKind::Company][rng.below(2)],
        },
        1 => Condition::Tag {
            tag: pick(rng, &["vip", "боя", "елка", "никоя"]).into(),
            has,
        },
        2 => Condition::Source {
            is: pick(rng, &["ИНСТАГРАМ", "", "никъде"]).into(),
        },
        3 => Condition::Language {
            is: [None, Some(Language::Bg), Some(Language::En)][rng.below(3)],
        },
        4 => Condition::City {
            is: pick(rng, &["софия", "русе", ""]).into(),
        },
        5 => Condition::BirthdayMonth {
            month: 1 + u8::try_from(rng.below(12)).unwrap(),
        },
        6 => Condition::Created { when: when(rng) },
        7 => Condition::LastContact { when: when(rng) },
        8 => Condition::Phone { has },
        9 => Condition::Email { has },
        10 => Condition::Never { has },
        _ => {
            let at = rng.below(5);
            let field = fields.get(at).copied().unwrap_or_else(RowId::new);
            let value = pick(
                rng,
                &[
                    "къдрава",
                    "КОСА",
                    "38",
                    "38,5",
                    "7.3.2021",
                    "злато",
                    "ребро",
                    "нещо",
                    "2000-01-01",
                ],
            );
            let value = value.to_owned();
            let test = match rng.below(6) {
                0 => CustomTest::Filled,
                1 => CustomTest::Empty,
                2 => CustomTest::Same { value },
                3 => CustomTest::Contains { value },
                4 => CustomTest::AtLeast { value },
                _ => CustomTest::AtMost { value },
            };
            Condition::Custom { field, test }
        }
    }
}

// ---- the same, card by card

fn begins(day: &str) -> i64 {
    let day = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap();
    let begins = Local.from_local_datetime(&day.and_hms_opt(0, 0, 0).unwrap());
    begins.earliest().unwrap().timestamp_millis()
}

fn was(at: Option<i64>, when: &When, now: i64) -> bool {
    match (at, when) {
        (None, When::Never) => true,
        (None, _) | (Some(_), When::Never) => false,
        (Some(at), When::Before { day }) => at < begins(day),
        (Some(at), When::Since { day }) => at >= begins(day),
        (Some(at), When::Within { days }) => at <= now && now - at <= i64::from(*days) * DAY,
        (Some(at), When::OlderThan { days }) => now - at > i64::from(*days) * DAY,
    }
}

fn tested(value: Option<&CustomValue>, test: &CustomTest, is_defined: bool) -> bool {
    let Some(value) = value else {
        return is_defined && *test == CustomTest::Empty;
    };
    let number = |text: &str| millionths(text).filter(|_| value.kind == CustomKind::Number);
    let day = |text: &str| clientele_formats::day(text).filter(|_| value.kind == CustomKind::Date);
    let is_words = matches!(value.kind, CustomKind::Text | CustomKind::Choice);
    let compare = |asked: &str| {
        let numbers = number(&value.value).zip(number(asked)).map(|(a, b)| a.cmp(&b));
        numbers.or_else(|| day(&value.value).zip(day(asked)).map(|(a, b)| a.cmp(&b)))
    };
    match test {
        CustomTest::Filled => true,
        CustomTest::Empty => false,
        CustomTest::Same { value: asked } if is_words => fold(asked) == fold(&value.value),
        CustomTest::Same { value: asked } => compare(asked).is_some_and(std::cmp::Ordering::is_eq),
        CustomTest::Contains { value: asked } => is_words && fold(&value.value).contains(&fold(asked)),
        CustomTest::AtLeast { value: asked } => compare(asked).is_some_and(std::cmp::Ordering::is_ge),
        CustomTest::AtMost { value: asked } => compare(asked).is_some_and(std::cmp::Ordering::is_le),
    }
}

fn fulfils(card: &ClientCard, condition: &Condition, fields: &[RowId; 4], now: i64) -> bool {
    let d = &card.draft;
    match condition {
        Condition::Kind { is } => d.kind == *is,
        Condition::Tag { tag, has } => d.tags.iter().any(|known| fold(known) == fold(tag)) == *has,
        Condition::Source { is } => fold(&d.source) == fold(is),
        Condition::Language { is } => d.language == *is,
        Condition::City { is } if is.is_empty() => d.addresses.iter().all(|a| a.city.is_empty()),
        Condition::City { is } => d.addresses.iter().any(|a| fold(&a.city) == fold(is)),
        Condition::BirthdayMonth { month } => d.birthday.is_some_and(|b| b.month == *month),
        Condition::Created { when } => was(Some(card.created_at.0), when, now),
        Condition::LastContact { when } => was(card.last_contact_at.map(|at| at.0), when, now),
        Condition::Phone { has } => d.phones.is_empty() != *has,
        Condition::Email { has } => d.emails.is_empty() != *has,
        Condition::Never { has } => d.never.is_empty() != *has,
        Condition::Custom { field, test } => {
            let value = d.custom.iter().find(|value| value.field == Some(*field));
            tested(value, test, fields.contains(field))
        }
    }
}

fn naive(book: &TestBook, conditions: &Conditions, fields: &[RowId; 4], now: i64) -> BTreeSet<ClientId> {
    let cards = book.read(|conn| {
        let ids = clients::ids(conn)?.into_iter();
        ids.map(|id| clients::card(conn, id)).collect::<Result<Vec<_>>>()
    });
    let is = |card: &ClientCard| {
        let mut each = conditions.list.iter().map(|c| fulfils(card, c, fields, now));
        match conditions.join {
            _ if conditions.list.is_empty() => true,
            Join::All => each.all(|is| is),
            Join::Any => each.any(|is| is),
        }
    };
    cards
        .unwrap()
        .iter()
        .filter(|card| is(card))
        .map(|card| card.id)
        .collect()
}

#[test]
fn sql_finds_whom_a_look_at_every_card_finds() {
    let seed = std::env::var("CLIENTELE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or(20_261_122);
    println!("seed {seed} (set CLIENTELE_SEED to replay)");
    let mut rng = Rng(seed);
    let mut someone = 0;
    for _ in 0..3 {
        let book = TestBook::new();
        let fields = [
            CustomKind::Text,
            CustomKind::Number,
            CustomKind::Date,
            CustomKind::Choice,
        ]
        .map(|kind| define(&book, kind.as_str(), kind));
        let mut all = Vec::new();
        for _ in 0..60 {
            let id = clients::add(&book, &owner(), draft(&mut rng, &fields))
                .unwrap()
                .value;
            if rng.below(2) == 0 {
                let ago = i64::try_from(rng.below(1000)).unwrap() * DAY;
                log_call(&book, id, "x", Timestamp::now().0 - ago - 5000);
            }
            all.push(id);
        }
        for _ in 0..12 {
            let (one, other) = (all[rng.below(all.len())], all[rng.below(all.len())]);
            match rng.below(3) {
                0 => drop(clients::trash(&book, &owner(), &[one])),
                _ => drop(duplicates::merge(&book, &owner(), one, other, None)),
            }
        }
        for _ in 0..250 {
            let conditions = Conditions {
                join: [Join::All, Join::Any][rng.below(2)],
                list: (0..rng.below(4)).map(|_| condition(&mut rng, &fields)).collect(),
            };
            let now = Timestamp::now();
            let found = book.read(|conn| ids(conn, &conditions, Sight::All, now)).unwrap();
            let counted = book
                .read(|conn| count(conn, &conditions, Sight::All, now))
                .unwrap();
            assert_eq!(counted as usize, found.len());
            let found: BTreeSet<ClientId> = found.into_iter().collect();
            let looked = naive(&book, &conditions, &fields, now.0);
            assert_eq!(found, looked, "seed {seed}: {conditions:?}");
            someone += usize::from(!found.is_empty() && found.len() < 40);
        }
    }
    assert!(
        someone > 200,
        "seed {seed}: {someone} filters told somebody from somebody else"
    );
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
