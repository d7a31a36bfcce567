//! What a client is given: whole, readable in three languages, and never run.

use chrono::DateTime;
use clientele_model::{
    Address, AttachmentId, ClientId, ContactId, ContactPerson, Email, Language, Messenger, OtherName, Phone,
    RowId, StepId,
};

use super::*;

pub(super) fn moment(text: &str) -> Moment {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn kept<T>(part: T, off: Option<&str>) -> Kept<T> {
    Kept {
        part,
        trashed_at: off.map(moment),
    }
}

fn change(step: StepId, at: &str, label: &str) -> AccessChange {
    AccessChange {
        at: moment(at),
        staff: "owner".into(),
        device: "0192f0c0-0000-7000-8000-00000000000d".into(),
        step,
        label: label.into(),
        file: None,
        kind: "set".into(),
        entity: "clients".into(),
        row: RowId::new(),
        field: "notes".into(),
        called: None,
        was: None,
        is: None,
    }
}

/// A client with something in every place.
pub(super) fn anna() -> AccessExport {
    let (off, id) = (Some("2026-05-04T09:30:00+03:00"), Some(RowId::new()));
    let gone = RowId::new();
    let (added, changed) = (StepId::new(), StepId::new());
    let contact = |text: &str, at: &str| AccessContact {
        id: ContactId::new(),
        at: moment(at),
        kind: "call".into(),
        direction: "in".into(),
        channel: "viber".into(),
        staff: "owner".into(),
        text: text.into(),
    };
    AccessExport {
        format: FORMAT.into(),
        made_at: moment("2026-11-22T14:30:00+02:00"),
        business_name: "Салон Хвойна".into(),
        language: Language::Bg,
        merged: Vec::new(),
        client: AccessClient {
            id: ClientId::new(),
            name: "Анна Маринова Иванова".into(),
            kind: "person".into(),
            given_name: "Анна".into(),
            patronymic: "Маринова".into(),
            family_name: "Иванова".into(),
            company_name: "Лазур ООД".into(),
            birthday: "--02-29".into(),
            language: "ru".into(),
            source: "приятелка".into(),
            card_number: "0042".into(),
            notes: "Обича чай.\nИдва с кучето.".into(),
            expects: "Стол до прозореца".into(),
            never: "Никакъв амоняк".into(),
            created_at: moment("2024-03-07T10:00:00+02:00"),
            trashed_at: None,
        },
        other_names: vec![kept(
            OtherName {
                id,
                label: "моминско".into(),
                name: "Петрова".into(),
            },
            None,
        )],
        phones: vec![
            kept(
                Phone {
                    id,
                    label: "мобилен".into(),
                    typed: "0888 123 456".into(),
                    e164: "+359888123456".into(),
                },
                None,
            ),
            kept(
                Phone {
                    id: Some(gone),
                    label: String::new(),
                    typed: "0899 999 999".into(),
                    e164: "+359899999999".into(),
                },
                off,
            ),
        ],
        emails: vec![kept(
            Email {
                id,
                label: "личен".into(),
                address: "anna@example.com".into(),
            },
            None,
        )],
        addresses: vec![kept(
            Address {
                id,
                label: "у дома".into(),
                street: "ул. Шипка 6".into(),
                city: "София".into(),
                region: "София-град".into(),
                postal_code: "1000".into(),
                country: "България".into(),
            },
            None,
        )],
        messengers: vec![kept(
            Messenger {
                id,
                service: "Telegram".into(),
                handle: "@anna_bg".into(),
            },
            None,
        )],
        contact_persons: vec![kept(
            ContactPerson {
                id,
                name: "Борис".into(),
                role: "съпруг".into(),
                phone: "0888 777 666".into(),
                email: "boris@example.com".into(),
                note: "води я".into(),
                person_id: None,
            },
            None,
        )],
        person_of: vec![kept(
            AccessPersonOf {
                id,
                of: "Ателие „Шипка“ ООД".into(),
                name: "Анна".into(),
                role: "счетоводител".into(),
                phone: "02 987 654".into(),
                email: "smetki@example.com".into(),
                note: "само сутрин".into(),
            },
            None,
        )],
        tags: vec![kept(
            AccessTag {
                id,
                tag: "VIP".into(),
            },
            off,
        )],
        custom: vec![
            kept(
                AccessCustom {
                    id,
                    name: "Обувки".into(),
                    kind: "number".into(),
                    value: "38.5".into(),
                },
                None,
            ),
            kept(
                AccessCustom {
                    id,
                    name: "Член от".into(),
                    kind: "date".into(),
                    value: "2021-03-09".into(),
                },
                None,
            ),
        ],
        contacts: vec![
            kept(contact("Иска час за петък", "2026-11-20T12:00:00+02:00"), None),
            kept(contact("Грешен запис", "2026-05-01T12:00:00+03:00"), off),
        ],
        attachments: vec![kept(
            AccessAttachment {
                id: AttachmentId::new(),
                name: "съгласие.pdf".into(),
                media_type: "application/pdf".into(),
                size_bytes: 4711,
                sha256: "ab12".into(),
                added_at: moment("2026-05-04T09:30:00+03:00"),
                photo_since: None,
                file: Some("Анна.files/съгласие.pdf".into()),
                missing: None,
            },
            None,
        )],
        history: vec![
            AccessChange {
                was: Some("Пие кафе".into()),
                is: Some("Обича чай.".into()),
                ..change(changed, "2026-05-04T09:30:00+03:00", "client_changed")
            },
            AccessChange {
                entity: "phones".into(),
                row: gone,
                field: "deleted_at".into(),
                is: Some("2026-05-04T09:30:00+03:00".into()),
                ..change(changed, "2026-05-04T09:30:00+03:00", "client_changed")
            },
            AccessChange {
                file: Some("clients.csv".into()),
                kind: "add".into(),
                is: Some("Пие кафе".into()),
                ..change(added, "2024-03-07T10:00:00+02:00", "imported")
            },
        ],
    }
}

fn text_of(export: &AccessExport, kind: AccessKind) -> String {
    String::from_utf8(write(export, kind).unwrap()).unwrap()
}

/// The text of a PDF as a reader that is not ours takes it out. Where a line ends it puts a space or none, so
/// spaces tell nothing here.
fn pdf_text(export: &AccessExport) -> String {
    bare(&pdf_extract::extract_text_from_mem(&write(export, AccessKind::Pdf).unwrap()).unwrap())
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Everything that a reader must find, in whatever form.
const TOLD: [&str; 38] = [
    "Обувки",
    "38,5",
    "Член от",
    "9 март 2021",
    "Салон Хвойна",
    "Анна",
    "Маринова",
    "Лазур ООД",
    "29 февруари",
    "Русский",
    "приятелка",
    "0042",
    "Идва с кучето.",
    "Стол до прозореца",
    "Никакъв амоняк",
    "7 март 2024 г., 10:00",
    "моминско",
    "Петрова",
    "мобилен",
    "0888 123 456",
    "+359888123456",
    "0899 999 999",
    "махнато от картона на 4 май 2026 г., 09:30",
    "anna@example.com",
    "ул. Шипка 6, 1000 София, София-град, България",
    "@anna_bg",
    "Борис, съпруг, 0888 777 666, boris@example.com",
    "води я",
    "VIP",
    "съгласие.pdf",
    "Обаждане · от клиента · Viber · собственикът",
    "Иска час за петък",
    "в кошчето от 4 май 2026 г., 09:30",
    "Грешен запис",
    "Телефонът е махнат (0899 999 999)",
    "Пие кафе",
    "от файла clients.csv",
    "22 ноември 2026 г., 14:30",
];

#[test]
fn json_is_the_data_and_comes_back() {
    let export = anna();
    let text = text_of(&export, AccessKind::Json);
    assert_eq!(serde_json::from_str::<AccessExport>(&text).unwrap(), export);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["format"], "clientele-access/1");
    assert_eq!(value["made_at"], "2026-11-22T14:30:00+02:00");
    assert_eq!(value["phones"][1]["typed"], "0899 999 999");
    assert_eq!(value["phones"][1]["trashed_at"], "2026-05-04T09:30:00+03:00");
    assert!(
        text.ends_with("}\n") && text.contains("\n  \"client\": {"),
        "to be read by people too"
    );
}

#[test]
fn the_page_says_all_in_the_language_of_the_book() {
    let page = text_of(&anna(), AccessKind::Html);
    for told in TOLD {
        assert!(page.contains(told), "{told}");
    }
    assert!(page.starts_with("<!doctype html>\n<html lang=\"bg\">"));
    assert!(
        page.contains("<h1 dir=\"auto\">Всичко, което пазим за \u{2068}Анна Маринова Иванова\u{2069}</h1>")
    );
    assert!(page.contains("@media print"));
    // A step that only added needs no column for what was before.
    assert_eq!(
        (page.matches("<table>").count(), page.matches("<thead>").count()),
        (2, 1)
    );
}

#[test]
fn the_pdf_holds_real_text_that_another_program_takes_out() {
    let text = pdf_text(&anna());
    for told in TOLD {
        assert!(text.contains(&bare(told)), "{told}\n{text}");
    }
    assert!(text.contains(&bare("Бележки: Пие кафе → Обича чай.")), "{text}");
    assert!(text.contains(&bare("на „Салон Хвойна“ пази")), "{text}");
    assert!(text.contains(&bare("стр. 1 от 2")), "{text}");
    assert!(!text.contains("рамка"), "every letter is in the font: {text}");
}

#[test]
fn every_language_has_its_own_headings() {
    for (language, code, heading) in [
        (Language::En, "en", "Who changed what"),
        (Language::Ru, "ru", "Кто что менял"),
        (Language::Bg, "bg", "Кой какво е променил"),
    ] {
        let export = AccessExport { language, ..anna() };
        let page = text_of(&export, AccessKind::Html);
        assert!(
            page.contains(&format!("<html lang=\"{code}\">")) && page.contains(heading),
            "{code}"
        );
        assert!(pdf_text(&export).contains(&bare(heading)), "{code}");
        // Names of the program's own data are put in words, all of them.
        for name in ["client_changed", "deleted_at", "viber", "· owner", "person<"] {
            assert!(!page.contains(name), "{code}: {name}");
        }
    }
}

#[test]
fn a_long_history_fills_pages_with_numbers() {
    let mut export = anna();
    let many = (0..300).map(|n| AccessChange {
        was: Some(format!("стара бележка {n} {}", "дълга ".repeat(n % 40))),
        is: Some(format!("нова бележка {n}")),
        ..change(StepId::new(), "2026-05-04T09:30:00+03:00", "client_changed")
    });
    export.history = many.collect();
    // One value longer than any page.
    export.client.notes = "Много дълга бележка. ".repeat(2_000);
    let bytes = write(&export, AccessKind::Pdf).unwrap();
    let pages = pdf_extract::extract_text_from_mem_by_pages(&bytes).unwrap();
    assert!(pages.len() > 20, "{}", pages.len());
    for (at, page) in pages.iter().enumerate() {
        let page = bare(page);
        assert!(
            page.contains(&format!("стр.{}от{}", at + 1, pages.len())),
            "{at}: {page}"
        );
        assert!(
            page.contains(&bare("Салон Хвойна · Анна Маринова Иванова")),
            "{at}: {page}"
        );
    }
    let whole = bare(&pages.concat());
    for n in 0..300 {
        assert!(whole.contains(&format!("новабележка{n}")), "{n}");
    }
    let bytes_max = 1_000_000;
    assert!(
        bytes.len() < bytes_max,
        "only the letters in use are embedded: {}",
        bytes.len()
    );
}

#[test]
fn an_empty_card_is_a_document_too() {
    let mut export = anna();
    let AccessClient { id, created_at, .. } = export.client;
    let text = String::new;
    export.client = AccessClient {
        id,
        created_at,
        trashed_at: Some(moment("2026-11-01T08:00:00+02:00")),
        name: text(),
        kind: text(),
        given_name: text(),
        patronymic: text(),
        family_name: text(),
        company_name: text(),
        birthday: "not a day".into(),
        language: text(),
        source: text(),
        card_number: text(),
        notes: text(),
        expects: text(),
        never: text(),
    };
    export.phones.clear();
    export.contacts.clear();
    export.history.clear();
    for text in [bare(&text_of(&export, AccessKind::Html)), pdf_text(&export)] {
        for told in [
            "Клиент без име",
            "Няма записани контакти.",
            "Картонът в кошчето",
            "not a day",
        ] {
            assert!(text.contains(&bare(told)), "{told}\n{text}");
        }
    }
}

/// Strings that have broken some program, into every place where a person types.
fn typed_everywhere(hostile: &str) -> AccessExport {
    let mut export = anna();
    let t = || hostile.to_owned();
    export.business_name = t();
    let client = &mut export.client;
    for text in [
        &mut client.name,
        &mut client.kind,
        &mut client.given_name,
        &mut client.patronymic,
        &mut client.family_name,
        &mut client.company_name,
        &mut client.birthday,
        &mut client.language,
        &mut client.source,
        &mut client.card_number,
        &mut client.notes,
        &mut client.expects,
        &mut client.never,
    ] {
        *text = t();
    }
    (export.other_names[0].part.label, export.other_names[0].part.name) = (t(), t());
    let phone = &mut export.phones[0].part;
    (phone.label, phone.typed, phone.e164) = (t(), t(), t());
    (export.emails[0].part.label, export.emails[0].part.address) = (t(), t());
    let address = &mut export.addresses[0].part;
    (address.label, address.street, address.city) = (t(), t(), t());
    (address.region, address.postal_code, address.country) = (t(), t(), t());
    (
        export.messengers[0].part.service,
        export.messengers[0].part.handle,
    ) = (t(), t());
    let person = &mut export.contact_persons[0].part;
    (person.name, person.role, person.phone) = (t(), t(), t());
    (person.email, person.note) = (t(), t());
    let of = &mut export.person_of[0].part;
    (of.of, of.name, of.role) = (t(), t(), t());
    (of.phone, of.email, of.note) = (t(), t(), t());
    export.tags[0].part.tag = t();
    let contact = &mut export.contacts[0].part;
    (contact.kind, contact.direction, contact.channel) = (t(), t(), t());
    (contact.staff, contact.text) = (t(), t());
    let file = &mut export.attachments[0].part;
    (file.name, file.media_type, file.sha256) = (t(), t(), t());
    for change in &mut export.history {
        (change.staff, change.label, change.file) = (t(), t(), Some(t()));
        (change.entity, change.field, change.kind) = (t(), t(), t());
        (change.was, change.is) = (Some(t()), Some(t()));
    }
    export
}

const HOSTILE: [&str; 18] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></style><script>alert(1)</script>",
    "--><!--<a href=javascript:alert(1)>x",
    "</dd></dl></body></html>",
    "&lt;script&gt;&#60;b&#62;",
    "{}{}{name}%Y%n%",
    "<link rel=stylesheet href=//example.com/x.css>",
    "<meta http-equiv=refresh content=0;url=//example.com>",
    "(a\\) Tj ET endstream endobj",
    "\u{202E}gnp.exe",
    "\u{2069}\u{2069}\u{2067}изолирано",
    "x\u{0}y\u{1}\u{1b}[2J\u{85}z",
    "👩‍👩‍👧‍👦 семейство 漢字",
    "Z̴̢̛a̸l̷g̵o̶ ﷺ שלום",
    "ред\r\nред\u{2028}ред\n\n",
];

#[test]
fn what_a_person_typed_is_never_run() {
    let tags = |page: &str| {
        // Every piece of markup, by the name it opens or closes with.
        let mut tags: Vec<String> = page
            .split('<')
            .skip(1)
            .map(|tag| {
                tag.chars()
                    .take_while(|c| !c.is_whitespace() && *c != '>')
                    .collect()
            })
            .collect();
        tags.sort();
        tags
    };
    let plain = tags(&text_of(&typed_everywhere("x"), AccessKind::Html));
    for hostile in HOSTILE {
        let export = typed_everywhere(hostile);
        let page = text_of(&export, AccessKind::Html);
        assert_eq!(tags(&page), plain, "{hostile}: no tag more, none less");
        assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'"));
        let style = page
            .split("<style>")
            .nth(1)
            .unwrap()
            .split("</style>")
            .next()
            .unwrap();
        assert!(
            !style.contains("url(") && !style.contains("@import"),
            "nothing is fetched"
        );
        // Attributes are ours alone: whatever stands between < and > has no word of theirs.
        let inside = page.split('<').skip(1).filter_map(|tag| tag.split('>').next());
        for tag in inside {
            for word in [
                "alert",
                "onload",
                "onerror",
                "onmouseover",
                "example.com",
                "javascript",
                "src=",
                "href=",
            ] {
                assert!(!tag.contains(word), "{hostile}: <{tag}>");
            }
        }
        assert!(
            !page.chars().any(|c| c.is_control() && c != '\n' && c != '\t'),
            "{hostile:?}"
        );
        let json = text_of(&export, AccessKind::Json);
        assert_eq!(
            serde_json::from_str::<AccessExport>(&json).unwrap(),
            export,
            "{hostile:?}"
        );
        let bytes = write(&export, AccessKind::Pdf).unwrap();
        for active in [&b"/JavaScript"[..], b"/JS", b"/Launch", b"/URI", b"/OpenAction"] {
            assert!(!bytes.windows(active.len()).any(|w| w == active), "{hostile:?}");
        }
        let text = bare(&pdf_extract::extract_text_from_mem(&bytes).unwrap());
        assert!(text.contains("Картон"), "{hostile:?}");
    }
}

#[test]
fn a_pdf_says_that_it_has_no_letter_for_a_sign() {
    let export = typed_everywhere("漢字");
    assert!(pdf_text(&export).contains(&bare("показан като рамка")));
}

#[test]
fn the_longest_texts_end() {
    for text in ["Щ".repeat(128 * 1024), "\n".repeat(20_000)] {
        let mut export = anna();
        export.client.name = text.clone();
        export.client.notes = text;
        for kind in AccessKind::ALL {
            assert!(!write(&export, kind).unwrap().is_empty());
        }
    }
}
