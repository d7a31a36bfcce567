//! Tests of the demo salon.

use std::collections::{BTreeMap, HashSet};

use chrono::Datelike;
use clientele_model::text::{FIELD_BYTES_MAX, tidy};
use clientele_model::{ClientKind, CompanyId, DeviceId, phone};
use serde_json::Value;

use super::dice::Dice;
use super::phones::Numbers;
use super::salon::Entry;
use super::words::{Country, Sex, said};
use super::*;
use crate::clients::Sight;
use crate::contacts::{ContactKind, ContactsList};
use crate::duplicates::{self, Why};
use crate::head_office::Membership;
use crate::testing::TestBook;
use crate::workspace::UndoState;
use crate::{head_office, history, search};

/// A Wednesday.
const NOW: Timestamp = Timestamp(1_763_553_600_000);

fn demo(clients: u32, language: Language) -> Demo {
    Demo {
        clients,
        seed: 7,
        now: NOW,
        language,
    }
}

fn entries(demo: &Demo, country: &str) -> Vec<Entry> {
    Salon::new(demo, country).take(demo.clients as usize).collect()
}

fn go_on(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn filled(clients: u32, language: Language) -> TestBook {
    let book = TestBook::new();
    let written = fill(&book, &Actor::owner(), &demo(clients, language), &mut go_on).unwrap();
    assert_eq!(written.value, clients);
    book
}

#[test]
fn one_seed_gives_one_salon() {
    let ask = demo(300, Language::Bg);
    for (one, other) in entries(&ask, "BG").iter().zip(&entries(&ask, "BG")) {
        assert_eq!(one.card, other.card);
        assert_eq!(one.created_at, other.created_at);
        assert_eq!(one.contacts, other.contacts);
    }
    let another = Demo { seed: 8, ..ask };
    let same = entries(&ask, "BG")
        .iter()
        .zip(&entries(&another, "BG"))
        .filter(|(one, other)| one.card.display_name() == other.card.display_name())
        .count();
    assert!(same < 10, "{same} of 300 have the same name in another salon");
}

#[test]
fn every_number_is_one_and_belongs_to_one_client() {
    for (language, country) in [
        (Language::Bg, "BG"),
        (Language::Ru, "RU"),
        (Language::En, "GB"),
        (Language::En, "DE"),
    ] {
        let mut seen = HashSet::new();
        for (entry, made) in entries(&demo(2_000, language), country).iter().zip(1..) {
            if twins::is_place(made) {
                continue;
            }
            let own = entry.card.phones.iter().map(|p| &p.typed);
            for typed in own.chain(entry.card.contact_persons.iter().map(|p| &p.phone)) {
                let e164 = phone::to_e164(typed, country);
                let e164 = e164.unwrap_or_else(|| panic!("{typed} is no number in {country}"));
                assert!(seen.insert(e164), "{typed} was given out twice");
            }
            for messenger in &entry.card.messengers {
                assert_eq!(
                    phone::to_e164(&messenger.handle, "").as_ref(),
                    Some(&messenger.handle)
                );
            }
        }
        assert!(seen.len() >= 2_000);
    }
}

#[test]
fn some_are_in_the_book_twice_and_are_found() {
    for language in Language::ALL {
        let book = filled(400, language);
        let twins = (1..=400).filter(|made| twins::is_place(*made)).count();
        assert_eq!(twins, 3);
        let found = book.read(|conn| duplicates::list(conn, 500, Sight::All)).unwrap();
        let shares_a_value = |row: &&duplicates::Duplicate| row.why.iter().any(|why| *why <= Why::Email);
        let likely: Vec<_> = found.rows.iter().filter(shares_a_value).collect();
        assert_eq!(likely.len(), twins, "{language:?}: {likely:?}");
        assert!(
            likely.iter().all(|row| row.keep.name != row.gone.name),
            "{likely:?}"
        );
        assert_eq!(
            found.rows[..twins].iter().collect::<Vec<_>>(),
            likely,
            "these first"
        );
    }
}

#[test]
fn every_number_is_given_out_before_one_comes_again() {
    let mut numbers = Numbers::new(&mut Dice::new(7));
    let given: Vec<String> = (0..14_001).map(|_| numbers.next(Country::Gb)).collect();
    assert_eq!(given.iter().collect::<HashSet<_>>().len(), 14_000);
    assert_eq!(given[0], given[14_000]);
}

#[test]
fn nobody_can_be_written_to() {
    for entry in entries(&demo(1_000, Language::Ru), "RU") {
        let persons = entry.card.contact_persons.iter().map(|p| &p.email);
        for email in entry.card.emails.iter().map(|e| &e.address).chain(persons) {
            let host = email.rsplit_once('@').map(|(_, host)| host);
            let reserved = ["example.com", "example.org", "example.net"];
            assert!(email.is_empty() || reserved.contains(&host.unwrap()), "{email}");
            assert!(email.is_ascii(), "{email}");
        }
    }
}

#[test]
fn every_card_and_text_is_as_the_book_takes_it() {
    for language in Language::ALL {
        for entry in entries(&demo(1_000, language), "BG") {
            let checked = draft::check(entry.card.clone()).unwrap();
            assert_eq!(checked, entry.card, "nothing had to be tidied");
            for contact in &entry.contacts {
                assert_eq!(tidy(&contact.text), contact.text);
                assert!(!contact.text.is_empty() && contact.text.len() < FIELD_BYTES_MAX);
                assert!(!contact.text.contains(['{', '}', '|']), "{}", contact.text);
            }
        }
    }
}

#[test]
fn years_lie_behind_the_salon_and_nothing_ahead() {
    let entries = entries(&demo(2_000, Language::Bg), "BG");
    for entry in &entries {
        assert_eq!(entry.created_at, entry.contacts[0].at);
        assert!(entry.contacts.is_sorted_by_key(|contact| contact.at));
        assert!(entry.contacts.iter().all(|contact| contact.at < NOW));
        assert!(entry.created_at > NOW.minus_days(3 * 365 + 8));
    }
    let visits = || {
        entries
            .iter()
            .flat_map(|e| &e.contacts)
            .filter(|c| c.kind == ContactKind::WalkIn)
    };
    assert!(visits().all(|visit| visit.at.to_utc().weekday() != chrono::Weekday::Sun));
    let oldest = entries.iter().map(|entry| entry.created_at).min().unwrap();
    assert!(oldest < NOW.minus_days(1_000));
    let stayed_away = |entry: &&Entry| entry.contacts.last().unwrap().at < NOW.minus_days(100);
    let away = entries.iter().filter(stayed_away).count();
    assert!((400..1_200).contains(&away), "{away} of 2,000 stopped coming");
    let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
    for contact in entries.iter().flat_map(|entry| &entry.contacts) {
        *kinds.entry(contact.kind.as_str()).or_default() += 1;
    }
    assert_eq!(kinds.len(), ContactKind::ALL.len(), "{kinds:?}");
    let companies = entries
        .iter()
        .filter(|e| e.card.kind == ClientKind::Company)
        .count();
    assert!((60..140).contains(&companies), "{companies} companies of 2,000");
}

#[test]
fn names_bear_the_endings_of_their_bearers() {
    let of = |text: &str| (said(text, Sex::Man), said(text, Sex::Woman));
    assert_eq!(of("Иванов{|а}"), ("Иванов".into(), "Иванова".into()));
    assert_eq!(of("Озерск{ий|ая}"), ("Озерский".into(), "Озерская".into()));
    assert_eq!(of("Smith"), ("Smith".into(), "Smith".into()));
    assert_eq!(
        of("{He|She}: {his|her}."),
        ("He: his.".into(), "She: her.".into())
    );
    assert_eq!(said("half {open", Sex::Man), "half {open");
    for country in Country::ALL {
        let people = country.people();
        for name in people.families.iter().chain(&people.middles) {
            let (his, hers) = of(name);
            assert!(!his.is_empty() && !hers.is_empty() && !his.contains(['{', '|']));
            let inflected = country != Country::Gb && his.ends_with("ов");
            assert!(!inflected || hers.ends_with("ова"), "{hers}");
        }
        for list in [&people.women, &people.men, &people.families, &people.middles] {
            let once: HashSet<&String> = list.iter().collect();
            assert_eq!(once.len(), list.len());
        }
    }
}

#[test]
fn every_text_in_the_assets_can_be_said_of_both() {
    for language in ["en", "ru", "bg"] {
        let path = format!(
            "{}/../../assets/demo/words.{language}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let json: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut texts = Vec::new();
        gather(&json, &mut texts);
        assert!(texts.len() > 300);
        for text in texts {
            for sex in [Sex::Man, Sex::Woman] {
                let said = said(&text, sex);
                assert!(!said.is_empty() && tidy(&said) == said, "{text:?}");
                assert!(!said.contains(['{', '}', '|', '$']), "{text:?}");
            }
        }
    }
}

fn gather(json: &Value, texts: &mut Vec<String>) {
    match json {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|json| gather(json, texts)),
        Value::Object(map) => map.values().for_each(|json| gather(json, texts)),
        _ => panic!("{json} is no text"),
    }
}

#[test]
fn a_filled_book_is_whole_and_one_step() {
    for language in Language::ALL {
        let book = filled(150, language);
        book.assert_whole();
        let report = book.check().unwrap();
        assert_eq!(report.clients, 150);
        assert_eq!(report.steps, 2, "the book was made, and filled");
        let steps = book.read(|conn| history::list(conn, None, 10)).unwrap();
        assert_eq!(steps.rows[0].step.label, StepLabel::DemoFilled);
        assert_eq!(steps.rows[0].step.params["count"], "150");
        assert_eq!(book.undo_state().unwrap(), UndoState::default());
    }
}

#[test]
fn what_is_filled_is_found_with_its_past() {
    let book = filled(100, Language::Bg);
    let ask = demo(100, Language::Bg);
    let entry = entries(&ask, "BG").swap_remove(42);
    let number = phone::to_e164(&entry.card.phones[0].typed, "BG").unwrap();
    let hits = search::search(&book, &number, 5, "BG").unwrap();
    assert_eq!(hits.len(), 1);
    let card = book.read(|conn| clients::card(conn, hits[0].id)).unwrap();
    assert_eq!(card.name, entry.card.display_name());
    assert_eq!(card.created_at, entry.created_at);
    let page = ContactsList {
        client_id: card.id,
        before: None,
        limit: 500,
    };
    let contacts = book.read(|conn| contacts::list(conn, &page)).unwrap();
    let texts: HashSet<&str> = contacts.rows.iter().map(|c| c.text.as_str()).collect();
    let expected: HashSet<&str> = entry.contacts.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(texts, expected);
    assert_eq!(card.last_contact_at, entry.contacts.last().map(|c| c.at));
}

#[test]
fn a_salon_beyond_the_bound_or_broken_off_leaves_nothing() {
    let book = TestBook::new();
    let too_large = fill(
        &book,
        &Actor::owner(),
        &demo(CLIENTS_MAX + 1, Language::En),
        &mut go_on,
    );
    assert_eq!(too_large.unwrap_err().code(), ErrorCode::DemoTooLarge);
    let mut calls = 0;
    let broken_off = fill(
        &book,
        &Actor::owner(),
        &demo(50, Language::En),
        &mut |done, total| {
            assert_eq!((done, total), (calls, 50));
            calls += 1;
            if done == 30 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    assert_eq!(broken_off.unwrap_err().code(), ErrorCode::ImportCancelled);
    assert_eq!(book.check().unwrap().clients, 0);
    let nobody = fill(&book, &Actor::owner(), &demo(0, Language::En), &mut go_on).unwrap();
    assert_eq!((nobody.value, nobody.step), (0, None));
}

#[test]
fn a_demo_book_joins_no_company() {
    let filled = TestBook::new();
    let mut go_on = |_, _| std::ops::ControlFlow::Continue(());
    fill(&filled, &Actor::owner(), &demo(5, Language::Bg), &mut go_on).unwrap();
    for book in [TestBook::demo(), filled] {
        joins_no_company(&book);
    }
}

fn joins_no_company(book: &TestBook) {
    let device = DeviceId::new();
    let before = book.device();
    let member = Membership {
        company: CompanyId::new(),
        company_name: "Хвойна".into(),
        branch: None,
        address: "nowhere:1".into(),
        pin: None,
        device_name: "Рецепция".into(),
        since: Timestamp(0),
        revoked: false,
        seed: head_office::new_seed(),
    };
    let refused = head_office::join(book, device, &member).unwrap_err();
    assert_eq!(Refusal::from(refused).code, ErrorCode::HeadOfficeDemo);
    assert!(
        book.read(head_office::membership).unwrap().is_none(),
        "nothing was kept"
    );
    assert_eq!(book.device(), before);
}
