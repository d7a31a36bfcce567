//! What the book writes, it reads back letter by letter, whatever people or attackers typed.

use std::ops::ControlFlow;

use clientele_formats::{Format, Options, Parsed, export, parse};
use clientele_model::{
    Address, Birthday, ClientDraft, ClientKind, ContactPerson, CustomKind, CustomValue, Email, Language,
    Messenger, OtherName, Phone,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

mod common;
use common::seeded;

/// Texts that break something somewhere.
const HOSTILE: &[&str] = &[
    "=HYPERLINK(\"http://evil.example\";\"click\")",
    "=cmd|' /C calc'!A0",
    "+359 888 123 456",
    "-2+3",
    "@SUM(1)",
    "'=1+1",
    "''",
    "\tTab",
    "a;=1+1",
    "a,'=b\n=c\r\n+d\r@e",
    "\u{202E}gnp.exe",
    "\u{FEFF}mark",
    "\"\"\"",
    "\" ; \"",
    " , ",
    "line\nline\n\nline",
    "\r\n",
    "a\rb",
    "NUL \u{0} NUL",
    "😀👩‍👩‍👧 \u{202E}",
    "END:VCARD",
    "\\n\\,\\;\\\\",
    "\\",
    "_$!<Home>!$_",
    "^n^'^^",
    "home",
    "mobile",
    "cell",
    ";QUOTED-PRINTABLE",
    "x=",
    "Иванова, Мария",
    "name",
    "kind,given_name",
    "--12-31",
    "NULL",
    "0",
    " spaces ",
    "\u{2028}\u{85}\u{b}",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(HOSTILE).prop_map(str::to_owned),
        2 => any::<String>(),
        1 => vec(proptest::sample::select(HOSTILE), 2..4).prop_map(|parts| parts.concat()),
        1 => Just(String::new()),
        1 => proptest::sample::select(HOSTILE).prop_map(|unit| unit.repeat(100_000 / unit.len())),
    ]
}

fn short() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => proptest::sample::select(HOSTILE).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => Just(String::new()),
    ]
}

fn filled() -> impl Strategy<Value = String> {
    short().prop_filter("empty", |text| !text.is_empty())
}

prop_compose! {
    fn address()(parts in vec(short(), 5), street in filled()) -> Address {
        let [label, city, region, postal_code, country] = parts.try_into().unwrap();
        Address { id: None, label, street, city, region, postal_code, country }
    }
}

prop_compose! {
    fn person()(parts in vec(short(), 4), name in filled()) -> ContactPerson {
        let [role, phone, email, note] = parts.try_into().unwrap();
        ContactPerson { id: None, name, role, phone, email, note, person_id: None }
    }
}

fn birthday() -> impl Strategy<Value = Birthday> {
    (proptest::option::of(1_i16..=9999), 1_u8..=12, 1_u8..=28).prop_map(|(year, month, day)| Birthday {
        year: year.filter(|year| *year != 1604),
        month,
        day,
    })
}

/// What owners call their fields: in one line, and not like one another.
const CUSTOM_NAMES: [&str; 6] = [
    "Shoe size",
    "Размер: обувки",
    "a,=b;+c\t@d",
    "\"x\"",
    "notes",
    "custom_text:y",
];

/// In the order of the fields, as a book has them; each once.
fn customs(values: Vec<(usize, String)>) -> Vec<CustomValue> {
    let by_field: std::collections::BTreeMap<usize, String> = values.into_iter().collect();
    let value = |(at, value): (usize, String)| CustomValue {
        field: None,
        name: CUSTOM_NAMES[at].to_owned(),
        kind: CustomKind::ALL[at % 4],
        value,
    };
    by_field.into_iter().map(value).collect()
}

/// Of which field a value is says its place in the file, which is where the first card had it.
fn in_order(mut drafts: Vec<ClientDraft>) -> Vec<ClientDraft> {
    let place = |value: &CustomValue| CUSTOM_NAMES.iter().position(|name| *name == value.name);
    drafts
        .iter_mut()
        .for_each(|draft| draft.custom.sort_by_key(place));
    drafts
}

prop_compose! {
    fn draft()(
        company in any::<bool>(),
        texts in vec(text(), 8),
        family_name in filled(),
        other_names in vec((short(), filled()), 0..3),
        phones in vec((short(), filled(), short()), 0..4),
        emails in vec((short(), filled()), 0..3),
        addresses in vec(address(), 0..3),
        messengers in vec((filled(), short()), 0..3),
        contact_persons in vec(person(), 0..3),
        birthday in proptest::option::of(birthday()),
        language in proptest::option::of(proptest::sample::select(&Language::ALL[..])),
        tags in vec(filled(), 0..5),
        custom in vec((0..CUSTOM_NAMES.len(), filled()), 0..4),
    ) -> ClientDraft {
        let [given_name, patronymic, company_name, source, card_number, notes, expects, never] =
            texts.try_into().unwrap();
        ClientDraft {
            kind: if company { ClientKind::Company } else { ClientKind::Person },
            given_name, patronymic, family_name, company_name, source, card_number, notes, expects, never,
            other_names: other_names
                .into_iter()
                .map(|(label, name)| OtherName { id: None, label, name })
                .collect(),
            phones: phones
                .into_iter()
                .map(|(label, typed, e164)| Phone { id: None, label, typed, e164 })
                .collect(),
            emails: emails
                .into_iter()
                .map(|(label, address)| Email { id: None, label, address })
                .collect(),
            messengers: messengers
                .into_iter()
                .map(|(service, handle)| Messenger { id: None, service, handle })
                .collect(),
            addresses, contact_persons, birthday, language, tags,
            custom: customs(custom),
        }
    }
}

fn read(name: &str, bytes: &[u8]) -> Parsed {
    let parsed = parse(name, bytes, &Options::default(), "BG", &mut |_, _| {
        ControlFlow::Continue(())
    });
    let parsed = parsed.unwrap();
    assert_eq!(parsed.refused, []);
    parsed
}

fn drafts(parsed: Parsed) -> Vec<ClientDraft> {
    parsed.records.into_iter().map(|record| record.draft).collect()
}

/// What vCard cannot say: the sort of a line end, and what the book works out itself.
fn as_a_card_says_it(draft: &ClientDraft) -> ClientDraft {
    fn plain_line_ends(value: &mut Value) {
        match value {
            Value::String(text) => *text = text.replace("\r\n", "\n").replace('\r', "\n"),
            Value::Array(values) => values.iter_mut().for_each(plain_line_ends),
            Value::Object(fields) => fields.values_mut().for_each(plain_line_ends),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(draft).unwrap();
    plain_line_ends(&mut value);
    let mut draft: ClientDraft = serde_json::from_value(value).unwrap();
    draft.phones.iter_mut().for_each(|phone| phone.e164.clear());
    draft
}

proptest! {
    #![proptest_config(seeded(48))]

    #[test]
    fn a_table_comes_back_as_it_was(written in vec(draft(), 1..5)) {
        let bytes = export::csv(written.iter());
        let parsed = read("клиенты.csv", &bytes);
        prop_assert_eq!(parsed.format, Format::Csv);
        prop_assert_eq!(in_order(drafts(parsed)), written);
    }

    #[test]
    fn a_card_comes_back_as_it_was(written in vec(draft(), 1..5)) {
        let text = export::vcards(&written);
        let parsed = read("clients.vcf", text.as_bytes());
        prop_assert_eq!(parsed.format, Format::Vcard);
        let written: Vec<_> = written.iter().map(as_a_card_says_it).collect();
        prop_assert_eq!(drafts(parsed), written);
        prop_assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\n', '\r'])));
    }

    /// No cell begins like a formula, wherever a spreadsheet believes that cells begin.
    #[test]
    fn no_cell_is_a_formula(written in vec(draft(), 1..3)) {
        let bytes = export::csv(written.iter());
        let text = String::from_utf8(bytes).unwrap();
        for separator in [',', ';', '\t', '|'] {
            for cell in text.split(['\n', '\r', separator]) {
                let cell = cell.trim_start_matches('"');
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{:?}", cell);
            }
        }
    }
}

#[test]
fn the_table_says_what_it_holds() {
    let anna = ClientDraft {
        given_name: "Анна".into(),
        phones: vec![Phone {
            typed: "+359 888 123 456".into(),
            e164: "+359888123456".into(),
            ..Phone::default()
        }],
        tags: vec!["VIP".into(), "сосед".into()],
        ..ClientDraft::default()
    };
    let text = String::from_utf8(export::csv([&anna].into_iter())).unwrap();
    assert_eq!(
        text,
        "\u{FEFF}kind,given_name,patronymic,family_name,company_name,phone_1_label,phone_1,phone_1_e164,\
         birthday,language,source,card_number,notes,expects,never,tags\r\n\
         person,Анна,,,,,\"'+359 888 123 456\",'+359888123456,,,,,,,,\"VIP; сосед\"\r\n"
    );
}

/// A spreadsheet was put between writing and reading: another separator, another encoding, a column more,
/// and one moved.
#[test]
fn an_edited_table_is_still_ours() {
    let text = "family_name;Посещения;given_name;patronymic;phone_1;notes\r\n\
                Иванова;12;Мария;;'+359888123456;'=1+1\r\n";
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(text);
    let draft = &drafts(read("a.csv", &bytes))[0];
    assert_eq!((&*draft.family_name, &*draft.given_name), ("Иванова", "Мария"));
    assert_eq!(draft.phones[0].typed, "+359888123456");
    assert_eq!(draft.notes, "=1+1\nПосещения: 12");
}

#[test]
fn a_workbook_gives_every_text_back_as_it_was() {
    let drafts: Vec<ClientDraft> = HOSTILE
        .iter()
        .map(|text| ClientDraft {
            family_name: "Иванова".into(),
            given_name: "Анна".into(),
            notes: (*text).to_owned(),
            custom: vec![CustomValue {
                field: None,
                name: "Обувки".into(),
                kind: CustomKind::Text,
                value: (*text).to_owned(),
            }],
            phones: vec![Phone {
                typed: "+359 888 123 456".into(),
                ..Phone::default()
            }],
            ..ClientDraft::default()
        })
        .collect();
    let bytes = export::xlsx(&drafts).unwrap();
    let options = Options::default();
    let parsed = parse("a.xlsx", &bytes, &options, "BG", &mut |_, _| {
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(parsed.refused, []);
    for (draft, record) in drafts.iter().zip(&parsed.records) {
        assert_eq!(record.draft.notes, draft.notes, "{:?}", draft.notes);
        assert_eq!(record.draft.custom, draft.custom, "{:?}", draft.notes);
        assert_eq!(record.draft.phones[0].typed, "+359 888 123 456");
    }
    assert_eq!(parsed.records.len(), drafts.len());
}

#[test]
fn what_a_cell_of_excel_cannot_hold_is_refused_and_not_cut() {
    let draft = |notes: String| ClientDraft {
        given_name: "Анна".into(),
        notes,
        ..ClientDraft::default()
    };
    assert!(export::xlsx(&[draft("x".repeat(32_767))]).is_ok());
    let refusal = export::xlsx(&[draft("x".repeat(32_768))]).unwrap_err();
    assert_eq!(refusal.code, clientele_model::ErrorCode::ExportNotForExcel);
    assert_eq!(refusal.params["client"], "Анна");
    // As Excel counts: in halves of a pair.
    assert!(export::xlsx(&[draft("😀".repeat(16_384))]).is_err());
}
