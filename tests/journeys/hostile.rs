//! Hostile strings through every field: kept, shown and found as text, and never run.

use clientele_api::types::Nothing;
use clientele_api::types::{ClientRef, ClientSave, ContactSave, SearchAsk};
use clientele_core::contacts::{ContactDraft, ContactKind, ContactsList};
use clientele_model::text::{fold, tidy};
use clientele_model::{
    Address, ClientDraft, ContactPerson, Email, ErrorCode, Messenger, OtherName, Phone, Timestamp,
};
use clientele_tests::{Machine, create};

/// Two hundred strings, each of which has broken some program.
fn hostile() -> Vec<String> {
    let seeds = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "{@html '<b>x</b>'}",
        "{{constructor.constructor('alert(1)')()}}",
        "${7*7}",
        "javascript:alert(1)",
        "=cmd|'/c calc'!A1",
        "+1+1",
        "-2+3",
        "@SUM(1)",
        "=HYPERLINK(\"http://example.com\",\"x\")",
        "'; drop table clients; --",
        "\" or 1=1 --",
        "%' union select 1--",
        "\u{202E}gnp.exe",
        "\u{2066}\u{2067}изолирано\u{2069}",
        "a\u{200B}b\u{200D}c\u{FEFF}",
        "Z̴̢̛a̸l̷g̵o̶",
        "👩‍👩‍👧‍👦 семейство",
        "ﷺ",
        "Ω≈ç√∫",
        "x\u{0}y",
        "ред\r\nред\rред\n",
        "\t\ttab",
        "\\x00\\n%s%n%d",
        "../../../etc/passwd",
        "C:\\con\\nul",
        "file:///etc/passwd",
        "NULL",
        "undefined",
        "true",
        "-0",
        "1e309",
        "٠١٢٣",
        "Ⅷ½²",
        "İstanbul ıI",
        "ẞß",
        "и\u{306}й",
        "\u{1F1E7}\u{1F1EC}",
        "name\u{1}other",
        "*",
        "\"phrase\" NEAR OR NOT",
        "a OR b",
        "col:val",
        "^x",
        "100%",
        "_",
        "BEGIN:VCARD\nEND:VCARD",
        "a;b,c\\;d",
    ];
    let mut all: Vec<String> = seeds.iter().map(|seed| (*seed).to_owned()).collect();
    for seed in seeds {
        all.push(format!("{seed} Иванова"));
        all.push(seed.repeat(60));
        all.push(format!("О{seed}"));
    }
    // The longest that a field takes, and names of a hundred kilobytes in both alphabets.
    all[3] = "A".repeat(100_000);
    all[7] = "Щ".repeat(50_000);
    assert_eq!(all.len(), 200);
    all
}

fn card(text: &str) -> ClientDraft {
    let t = || text.to_owned();
    ClientDraft {
        given_name: t(),
        patronymic: t(),
        family_name: t(),
        company_name: t(),
        other_names: vec![OtherName {
            label: t(),
            name: t(),
            ..Default::default()
        }],
        phones: vec![Phone {
            label: t(),
            typed: format!("{} 0888 123 456", ellipsis(text)),
            ..Default::default()
        }],
        emails: vec![Email {
            label: t(),
            address: format!("{}@example.com", word(text)),
            ..Default::default()
        }],
        addresses: vec![Address {
            label: t(),
            street: t(),
            city: t(),
            region: t(),
            postal_code: t(),
            country: t(),
            ..Default::default()
        }],
        messengers: vec![Messenger {
            service: t(),
            handle: t(),
            ..Default::default()
        }],
        contact_persons: vec![ContactPerson {
            name: t(),
            role: t(),
            phone: t(),
            email: t(),
            note: t(),
            ..Default::default()
        }],
        source: t(),
        card_number: t(),
        tags: vec![t()],
        notes: t(),
        expects: t(),
        never: t(),
        ..Default::default()
    }
}

fn ellipsis(text: &str) -> String {
    text.chars().filter(|c| !c.is_numeric()).take(50).collect()
}

fn word(text: &str) -> String {
    let word: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    if word.is_empty() { "x".into() } else { word }
}

/// What the book gives back for what was typed: the same, tidied at its ends.
fn expected(draft: &ClientDraft) -> serde_json::Value {
    let mut value = serde_json::to_value(draft).unwrap();
    tidy_all(&mut value);
    value
}

fn tidy_all(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = tidy(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(tidy_all),
        serde_json::Value::Object(fields) => {
            fields.remove("id");
            fields.remove("e164");
            fields.values_mut().for_each(tidy_all);
        }
        _ => {}
    }
}

#[test]
fn two_hundred_strings_through_every_field() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    for text in hostile() {
        let shown: String = text.chars().take(60).collect();
        let draft = card(&text);
        let saved = api.client_save(ClientSave {
            id: None,
            before: None,
            after: draft.clone(),
        });
        let id = saved
            .unwrap_or_else(|refusal| panic!("{shown:?}: {refusal}"))
            .value;
        let card = api.client_get(ClientRef { id }).unwrap();
        let mut kept = serde_json::to_value(&card.draft).unwrap();
        tidy_all(&mut kept);
        assert_eq!(kept, expected(&draft), "{shown:?}");
        let at = Timestamp(1);
        let contact = ContactDraft {
            kind: ContactKind::Note,
            direction: None,
            channel: None,
            at,
            text: text.clone(),
        };
        api.contact_save(ContactSave {
            id: None,
            client_id: id,
            draft: contact,
        })
        .unwrap();
        let page = api
            .contacts_list(ContactsList {
                client_id: id,
                before: None,
                limit: 5,
            })
            .unwrap();
        assert_eq!(page.rows[0].text, tidy(&text), "{shown:?}");
        // Found by what was typed, as far as there is something that can be seen in it.
        if !fold(&text).is_empty() {
            let hits = api
                .search(SearchAsk {
                    query: text.clone(),
                    limit: 500,
                })
                .unwrap();
            assert!(hits.iter().any(|hit| hit.id == id), "{shown:?} is not found");
        }
        assert!(!api.client_history(ClientRef { id }).unwrap().is_empty());
    }
    let report = api.book_check(Nothing).unwrap();
    assert!(report.ok, "{:#?}", report.problems);
    assert_eq!(report.clients, 200);
}

#[test]
fn more_than_a_field_takes_is_refused_and_nothing_is_kept() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let after = ClientDraft {
        given_name: "x".repeat(300_000),
        ..Default::default()
    };
    let refusal = api
        .client_save(ClientSave {
            id: None,
            before: None,
            after,
        })
        .unwrap_err();
    assert_eq!(
        (refusal.code, refusal.params["field"].as_str()),
        (ErrorCode::TextTooLong, "given_name")
    );
    assert_eq!(api.status(Nothing).unwrap().clients, 0);
}
