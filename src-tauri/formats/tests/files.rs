//! Files that nobody in this project wrote: who is in them, counted by reading them.
//!
//! They lie beside the project and are not part of it; where they are absent the tests say so and pass.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use clientele_formats::{Column, Options, Parsed, parse, preview};
use clientele_model::{Birthday, ClientDraft, ClientKind, ErrorCode, Refusal};

/// What a careful reader finds: people, or the reason why there are none.
enum Found {
    People(usize),
    Nobody(ErrorCode),
}

use Found::{Nobody, People};

const NO_COLUMN: Found = Nobody(ErrorCode::ImportNoUsefulColumn);

/// Every file, who is in it, and why.
const CARDS: &[(&str, Found, &str)] = &[
    (
        "ez_John_Doe_ANDROID.vcf",
        People(6),
        "two of them have an e-mail address only",
    ),
    ("ez_John_Doe_BLACK_BERRY.vcf", People(1), "a photo, an empty note"),
    (
        "ez_John_Doe_EVOLUTION.vcf",
        People(1),
        "no line end after END:VCARD",
    ),
    ("ez_John_Doe_GMAIL.vcf", People(1), "the address in one piece"),
    ("ez_John_Doe_IPHONE.vcf", People(1), "CR CR LF after every line"),
    ("ez_John_Doe_MS_OUTLOOK.vcf", People(1), ""),
    ("ez_fullcontact.vcf", People(1), ""),
    ("ez_gmail-list.vcf", People(3), ""),
    (
        "ez_gmail-single2.vcf",
        People(1),
        "sixteen related people are contact persons",
    ),
    (
        "ez_issue114.vcf",
        People(1),
        "a colon in a parameter that nobody quoted",
    ),
    (
        "ez_outlook-2003.vcf",
        People(1),
        "numbers without a digit are kept in the notes",
    ),
    ("ez_outlook-2007.vcf", People(1), ""),
    ("ez_rfc2426-example.vcf", People(2), ""),
    ("ez_rfc6350-example.vcf", People(1), ""),
    (
        "ez_thunderbird-MoreFunctionsForAddressBook-extension.vcf",
        People(1),
        "",
    ),
    ("khard_altid.vcf", People(1), "two names for one person"),
    ("khard_korean-c.vcf", People(1), "a name and nothing else"),
    ("khard_tel-value-uri.vcf", People(1), ""),
    ("rc_apple.vcf", People(1), "a company"),
    ("rc_johndoe.vcf", People(1), ""),
    ("rc_thebat.vcf", People(1), ""),
    ("rc_utf-16_sample.vcf", People(1), ""),
];

const TABLES: &[(&str, Found, &str)] = &[
    ("es_all_quoted.csv", NO_COLUMN, "a state budget"),
    (
        "fr_cp1252_semicolon_decimal_comma.csv",
        NO_COLUMN,
        "hotel statistics",
    ),
    (
        "fr_cyrillic_file_name.csv",
        People(2),
        "the header says that these are names",
    ),
    (
        "fr_duplicate_headers.csv",
        People(2),
        "John and Julie; three columns called id",
    ),
    (
        "fr_rows_before_header.csv",
        People(2),
        "a comment before the header",
    ),
    ("fr_utf8_semicolon.csv", NO_COLUMN, "charging stations"),
    ("mt_excel_pasting.csv", NO_COLUMN, "emissions"),
    ("mt_mixedGLB.csv", NO_COLUMN, "temperatures"),
    ("mt_simple.psv", NO_COLUMN, "dwellings"),
    ("mt_spanish_chars.csv", NO_COLUMN, "a state budget"),
    ("mt_utf8bom.csv", NO_COLUMN, "kitten, win"),
    (
        "mt_weird_head_padding.csv",
        NO_COLUMN,
        "numbers of physicians, none by name",
    ),
    ("rc_gmail_contacts.csv", People(1), ""),
    ("rc_gmail_contacts.expected.vcf", People(1), ""),
    ("tb_basic_addressbook.csv", People(2), ""),
    ("tb_no_header.csv", People(2), ""),
    ("tb_semicolon.csv", People(2), ""),
];

fn folder(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("absent: {}", path.display());
    None
}

fn read(name: &str, bytes: &[u8]) -> Result<Parsed, Refusal> {
    parse(name, bytes, &Options::default(), "BG", &mut |_, _| {
        ControlFlow::Continue(())
    })
}

/// The people of one file; none where the file is absent.
fn people(place: &str, name: &str) -> Option<Vec<ClientDraft>> {
    let bytes = std::fs::read(folder(place)?.join(name)).unwrap();
    let parsed = read(name, &bytes).unwrap();
    assert_eq!(parsed.refused, [], "{name}");
    Some(parsed.records.into_iter().map(|record| record.draft).collect())
}

fn phones(draft: &ClientDraft) -> Vec<(&str, &str)> {
    draft.phones.iter().map(|p| (&*p.label, &*p.typed)).collect()
}

fn emails(draft: &ClientDraft) -> Vec<(&str, &str)> {
    draft.emails.iter().map(|e| (&*e.label, &*e.address)).collect()
}

fn name(draft: &ClientDraft) -> [&str; 3] {
    [&draft.given_name, &draft.patronymic, &draft.family_name].map(String::as_str)
}

#[test]
fn every_file_gives_the_people_who_are_in_it() {
    for (place, table) in [("cards", CARDS), ("csv", TABLES)] {
        let Some(folder) = folder(place) else { continue };
        for (name, found, note) in table {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            match (read(name, &bytes), found) {
                (Ok(parsed), People(count)) => {
                    assert_eq!(
                        (parsed.records.len(), parsed.refused.len()),
                        (*count, 0),
                        "{name} ({note})"
                    );
                }
                (Err(refusal), Nobody(code)) => assert_eq!(refusal.code, *code, "{name} ({note})"),
                (Ok(parsed), Nobody(_)) => panic!("{name} ({note}): {} people", parsed.records.len()),
                (Err(refusal), People(_)) => panic!("{name} ({note}): {refusal}"),
            }
        }
        let there: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let expected = table.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(there, expected, "a file without an expectation in {place}");
    }
}

#[test]
fn a_google_export_agrees_with_the_card_made_of_it() {
    let (Some(table), Some(card)) = (
        people("csv", "rc_gmail_contacts.csv"),
        people("csv", "rc_gmail_contacts.expected.vcf"),
    ) else {
        return;
    };
    let (table, card) = (&table[0], &card[0]);
    assert_eq!(name(table), ["Firstname", "Middle", "Lastname"]);
    assert_eq!(name(table), name(card));
    assert_eq!(table.other_names[0].name, "nick");
    assert_eq!(table.other_names[0].name, card.other_names[0].name);
    let addresses = |draft: &ClientDraft| draft.emails.iter().map(|e| e.address.clone()).collect::<Vec<_>>();
    assert_eq!(
        addresses(table),
        [
            "home@aaa.pl",
            "work@email.pl",
            "unknown@email.com",
            "other@email.com"
        ]
    );
    assert_eq!(addresses(table), addresses(card));
    assert_eq!(table.birthday, card.birthday);
    assert_eq!(
        table.birthday,
        Some(Birthday {
            year: Some(1975),
            month: 12,
            day: 12
        })
    );
    assert_eq!(
        (&table.tags, &card.tags),
        (&vec!["Test".to_owned()], &vec!["Test".to_owned()])
    );
    assert_eq!(
        (&*table.company_name, &*card.company_name),
        ("company", "company")
    );
    let homes = [table, card].map(|d| {
        let home = &d.addresses[0];
        [&home.city, &home.region, &home.postal_code, &home.country].map(String::clone)
    });
    assert_eq!(homes[0], ["home_city", "home_state", "home_zip", "home_country"]);
    assert_eq!(homes[0], homes[1]);
    assert_eq!(table.contact_persons[0].name, "spouse");
    for draft in [table, card] {
        assert!(draft.notes.starts_with("note\"note\n"));
        for number in [
            "pager",
            "mainphone",
            "homephone",
            "homefax",
            "mobile",
            "workphone",
            "workfax",
        ] {
            assert!(
                draft.notes.contains(number),
                "{number} is no number, but must not be lost"
            );
        }
        assert_eq!(draft.phones, []);
    }
}

#[test]
fn cards_read_letter_by_letter() {
    let Some(six) = people("cards", "ez_John_Doe_ANDROID.vcf") else {
        return;
    };
    assert_eq!(emails(&six[0]), [("", "john.doe@company.com")]);
    assert_eq!(name(&six[2]), ["Ñ Ñ Ñ", "", "Ñ"]);
    assert_eq!(
        phones(&six[3]),
        [
            ("mobile", "123456"),
            ("home", "234567"),
            ("mobile", "3456789"),
            ("home", "45678901")
        ]
    );
    assert_eq!(six[4].company_name, "ÑÑÑÑÑÑÑÑÑÑÑÑ");
    assert_eq!(name(&six[5]), ["", "", "ÑÑÑÑ"]);
    assert_eq!(emails(&six[5]), [("", "henry@company.com")]);

    let doe = &people("cards", "rc_johndoe.vcf").unwrap()[0];
    assert_eq!(name(doe), ["John", "", "Doë"]);
    assert_eq!(phones(doe), [("work", "+123456789"), ("mobile", "+987654321")]);
    assert_eq!(
        emails(doe),
        [("home", "roundcube@gmail.com"), ("work", "inbox@roundcube.net")]
    );
    assert_eq!(doe.addresses[0].country, "Cayman Islands");

    let peruvian = &people("cards", "rc_utf-16_sample.vcf").unwrap()[0];
    assert_eq!(name(peruvian), ["Ǽgean", "", "ĽdaMonté"]);
    assert_eq!(peruvian.addresses[0].street, "169 Mária Canal");
    assert_eq!(peruvian.addresses[0].country, "Perú");

    let note = &people("cards", "ez_outlook-2007.vcf").unwrap()[0].notes;
    assert!(
        note.starts_with(
            "This is the NOTE field\t\nI assume it encodes this text inside a NOTE vCard type.\n"
        )
    );
    let perreault = &people("cards", "ez_rfc6350-example.vcf").unwrap()[0];
    assert_eq!(
        phones(perreault),
        [
            ("work", "+1-418-656-9254 ext. 102"),
            ("work mobile", "+1-418-262-6501")
        ]
    );
    assert_eq!(
        perreault.birthday,
        Some(Birthday {
            year: None,
            month: 2,
            day: 3
        })
    );
    let apple = &people("cards", "rc_apple.vcf").unwrap()[0];
    assert_eq!(
        (apple.kind, &*apple.company_name),
        (ClientKind::Company, "Apple Computer AG")
    );
    assert_eq!(apple.addresses[0].city, "Wallisellen-Zürich");
    assert_eq!(
        name(&people("cards", "khard_korean-c.vcf").unwrap()[0]),
        ["최유림", "", ""]
    );
    let dummy = &people("cards", "ez_issue114.vcf").unwrap()[0];
    assert_eq!(
        phones(dummy),
        [("mobile", "+49 1234 56789"), ("work", "+49 9876 54321")]
    );
    assert_eq!(dummy.addresses[0].street, "BHG01:\nDummy-Dummy-Strasse 1");
    let names: Vec<_> = people("cards", "ez_gmail-list.vcf")
        .unwrap()
        .iter()
        .map(ClientDraft::display_name)
        .collect();
    assert_eq!(names, ["Arnold Smith", "Chris Beatle", "Doug White"]);
}

#[test]
fn the_user_can_name_the_encoding_that_nothing_tells() {
    let Some(folder) = folder("cards") else { return };
    let bytes = std::fs::read(folder.join("rc_thebat.vcf")).unwrap();
    let options = Options {
        encoding: Some("windows-1250".into()),
        ..Options::default()
    };
    let parsed = parse("rc_thebat.vcf", &bytes, &options, "BG", &mut |_, _| {
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(name(&parsed.records[0].draft), ["Piotr", "", "Iksiński"]);
}

#[test]
fn tables_read_letter_by_letter() {
    for table in ["tb_basic_addressbook.csv", "tb_no_header.csv", "tb_semicolon.csv"] {
        let Some(two) = people("csv", table) else { return };
        for (person, given) in two.iter().zip(["John", "Jane"]) {
            assert_eq!(name(person), [given, "", "Doe"], "{table}");
            let address = format!("{}@doe.invalid", given.to_lowercase());
            assert_eq!(person.emails[0].address, address, "{table}");
            assert_eq!(person.other_names, [], "{table}");
        }
    }
    let names: Vec<_> = people("csv", "fr_duplicate_headers.csv")
        .unwrap()
        .iter()
        .map(ClientDraft::display_name)
        .collect();
    assert_eq!(names, ["John", "Julie"]);
}

/// No real table in windows-1251 with a usable licence was found: these are re-encoded.
#[test]
fn cyrillic_tables_are_read_in_the_encoding_of_old_programs() {
    let Some(folder) = folder("contacts") else { return };
    for (file, rows) in [("names_bg.csv", 1734), ("names_ru.csv", 901)] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let text = text.replace(',', ";").replace("kind;gender;name", "вид;пол;имя");
        let (bytes, encoding, lossy) = encoding_rs::WINDOWS_1251.encode(&text);
        assert!(!lossy, "{file}");
        for country in ["BG", "RU", "DE"] {
            let table = preview(file, &bytes, &Options::default(), country)
                .unwrap()
                .unwrap();
            assert_eq!((&*table.encoding, &*table.delimiter), (encoding.name(), ";"));
            assert_eq!((table.header_row, table.rows), (Some(0), rows));
            assert_eq!(table.columns, [Column::Extra, Column::Extra, Column::FullName]);
        }
        let parsed = read(file, &bytes).unwrap();
        let mut lines = text.lines().skip(1);
        for record in &parsed.records {
            let expected = lines.next().and_then(|line| line.rsplit(';').next()).unwrap();
            assert_eq!(record.draft.display_name(), expected);
        }
    }
}
