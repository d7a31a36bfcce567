//! What SQL finds, beside a look at every card, on random books.

use std::collections::BTreeSet;

use chrono::{Local, TimeZone};
use clientele_model::custom::millionths;
use clientele_model::{Address, ClientDraft, ClientKind, CustomKind, CustomValue, Email, Language, Phone};

use super::*;
use crate::clients::ClientCard;
use crate::custom_fields::{self, CustomChoice, CustomFieldDraft};
use crate::testing::{Rng, log_call};

const DAY: i64 = 24 * 60 * 60 * 1000;

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
