//! Real files of other programs, in and out, through the api.

use std::path::Path;

use clientele_api::types::{
    ClientRef, ClientSave, ExportAsk, ExportFormat, ImportConfigure, ImportRef, Nothing,
};
use clientele_api::{Api, Event};
use clientele_core::clients::ClientsList;
use clientele_core::imports::Rules;
use clientele_formats::{Column, Header, Options};
use clientele_model::{ClientDraft, ErrorCode, Phone};
use clientele_tests::{Machine, create, shared_data};

fn import(api: &Api<Machine>, path: &Path) -> (u32, u32, u32) {
    let preview = api
        .import_open(path)
        .unwrap_or_else(|refusal| panic!("{}: {refusal}", path.display()));
    let result = api
        .import_run(ImportRef {
            id: preview.id.clone(),
        })
        .expect("the import")
        .value;
    assert_eq!(
        (result.created, result.matched),
        (preview.created, preview.matched),
        "the dry run told the truth"
    );
    assert_eq!(result.refused_total, preview.refused_total);
    (result.created, result.matched, result.refused_total)
}

/// Every card of the book, without what the book adds.
fn cards(api: &Api<Machine>) -> Vec<ClientDraft> {
    let list = ClientsList {
        limit: 500,
        ..Default::default()
    };
    let rows = api.clients_list(list).unwrap().rows;
    let card = |id| api.client_get(ClientRef { id }).unwrap().draft;
    let mut cards: Vec<ClientDraft> = rows.into_iter().map(|row| bare(card(row.id))).collect();
    cards.sort_by_key(|card| format!("{card:?}"));
    cards
}

fn bare(mut card: ClientDraft) -> ClientDraft {
    card.other_names.iter_mut().for_each(|n| n.id = None);
    card.phones.iter_mut().for_each(|p| p.id = None);
    card.emails.iter_mut().for_each(|e| e.id = None);
    card.addresses.iter_mut().for_each(|a| a.id = None);
    card.messengers.iter_mut().for_each(|m| m.id = None);
    card.contact_persons.iter_mut().for_each(|p| p.id = None);
    card
}

/// Every real file is imported, or refused for a reason; undone, nothing is left; imported twice, nobody is doubled.
#[test]
fn every_real_file_is_imported_undone_and_recognised() {
    for part in ["cards", "csv"] {
        let Some(folder) = shared_data(part) else { continue };
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let machine = Machine::new();
            let api = machine.start();
            create(&api);
            let opened = api.import_open(&path);
            if let Some(refusal) = opened.map_or_else(Some, |preview| preview.problem) {
                println!("{name}: {refusal}");
                assert!(refusal.code.as_str().starts_with("import."), "{name}: {refusal}");
                continue;
            }
            let (created, matched, refused) = import(&api, &path);
            println!("{name}: {created} new, {matched} repeated, {refused} refused");
            assert!(created > 0 || refused > 0, "{name}");
            assert_eq!(api.status(Nothing).unwrap().clients, u64::from(created));
            let report = api.book_check(Nothing).unwrap();
            assert!(report.ok, "{name}: {:#?}", report.problems);
            api.undo(Nothing).unwrap();
            assert_eq!(api.status(Nothing).unwrap().clients, 0, "{name}");
            api.redo(Nothing).unwrap();
            // Who has a phone or an e-mail is known again; who has only a name may be somebody else.
            let reachable = cards(&api)
                .iter()
                .filter(|c| !c.phones.is_empty() || !c.emails.is_empty())
                .count();
            let (again, known, _) = import(&api, &path);
            assert!(
                known as usize >= reachable.min(created as usize),
                "{name}: {known} of {reachable} known again"
            );
            assert_eq!(again + known, created + matched, "{name}");
        }
    }
}

#[test]
fn a_book_exported_and_imported_into_another_is_the_same_book() {
    for (format, ending) in [(ExportFormat::Csv, "csv"), (ExportFormat::Vcard, "vcf")] {
        let machine = Machine::new();
        let api = machine.start();
        create(&api);
        for text in [
            "=1+1",
            "'quoted",
            "Анна, \"Ани\"; =x",
            "ред 1\nред 2",
            "\u{202E}обратно",
            "@me",
            "-5",
        ] {
            let after = ClientDraft {
                given_name: text.into(),
                family_name: "Иванова".into(),
                notes: text.into(),
                never: text.into(),
                tags: vec!["VIP".into(), "редовен".into()],
                phones: vec![Phone {
                    typed: "+359 888 123 456".into(),
                    ..Default::default()
                }],
                ..Default::default()
            };
            let save = ClientSave {
                id: None,
                before: None,
                after,
            };
            api.client_save(save).unwrap();
        }
        let path = machine.path(&format!("export.{ending}"));
        let exported = api
            .export_to(
                &path,
                &ExportAsk {
                    format,
                    ids: None,
                    filter: None,
                },
            )
            .unwrap();
        assert_eq!(exported.clients, 7);
        let bytes = std::fs::read(&path).unwrap();
        if format == ExportFormat::Csv {
            let text = String::from_utf8(bytes).unwrap();
            for cell in text.split([',', '\n']).filter(|cell| !cell.is_empty()) {
                let start = cell.trim_start_matches('"').chars().next();
                assert!(
                    !start.is_some_and(|c| "=+-@\t".contains(c)),
                    "a spreadsheet would run {cell:?}"
                );
            }
        }
        let other = Machine::new();
        let copy = other.start();
        create(&copy);
        import(&copy, &path);
        assert_eq!(cards(&copy), cards(&api), "{ending}");
    }
}

#[test]
fn one_number_is_one_number_however_it_is_typed() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    for (typed, e164) in [
        ("0888 123 456", "+359888123456"),
        ("+359888123456", "+359888123456"),
        ("00359 888 123 456", "+359888123456"),
        ("+7 (916) 123-45-67", "+79161234567"),
        ("+7 916 1234567", "+79161234567"),
    ] {
        let phones = vec![Phone {
            typed: typed.into(),
            ..Default::default()
        }];
        let after = ClientDraft {
            phones,
            ..Default::default()
        };
        let id = api
            .client_save(ClientSave {
                id: None,
                before: None,
                after,
            })
            .unwrap()
            .value;
        let phone = api.client_get(ClientRef { id }).unwrap().phones.remove(0);
        assert_eq!((phone.typed.as_str(), phone.e164.as_str()), (typed, e164));
    }
}

#[test]
fn a_table_that_was_not_understood_can_be_explained() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let path = machine.path("код.csv");
    std::fs::write(&path, "а;б\nАлеф;1\nБет;2\n").unwrap();
    let preview = api.import_open(&path).unwrap();
    assert_eq!(
        preview.problem.map(|refusal| refusal.code.as_str()),
        Some("import.no_useful_column")
    );
    assert_eq!((preview.created, preview.table.unwrap().columns.len()), (0, 2));
    let columns = Some(vec![Column::GivenName, Column::CardNumber]);
    let options = Options {
        columns,
        header: Header::Row(0),
        ..Options::default()
    };
    let preview = api
        .import_configure(ImportConfigure {
            id: preview.id,
            options,
            rules: Rules::default(),
        })
        .unwrap();
    assert_eq!((preview.problem, preview.created), (None, 2));
    api.import_run(ImportRef { id: preview.id }).unwrap();
    assert_eq!(cards(&api)[0].card_number, "1");
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let code = |name: &str, bytes: Option<&[u8]>| {
        let path = machine.path(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        let refusal = api
            .import_open(&path)
            .map_or_else(Some, |preview| preview.problem);
        refusal.expect("a refusal").code.as_str()
    };
    assert_eq!(code("gone.csv", None), "file.failed");
    assert_eq!(code("empty.csv", Some(b"")), "import.empty");
    assert_eq!(
        code("sheet.docx", Some(b"PK\x03\x04rest")),
        "import.unknown_format"
    );
    assert_eq!(
        code("figures.csv", Some(b"a;b\n1;2\n3;4\n")),
        "import.no_useful_column"
    );
    let file = std::fs::File::create(machine.path("huge.csv")).unwrap();
    file.set_len(200 * 1024 * 1024).unwrap();
    assert_eq!(code("huge.csv", None), "import.too_large");
    // What was dropped and cannot be read is told to the window, and the book is as it was.
    let empty = machine.path("empty.csv");
    api.dropped(&[empty.clone(), empty.clone()]);
    let told = machine.events.lock().unwrap().pop();
    let refused = |code: ErrorCode, event| matches!(event, Some(Event::ImportRefused { refusal, .. }) if refusal.code == code);
    assert!(refused(ErrorCode::ImportOneAtATime, told));
    api.dropped(&[empty]);
    let told = machine.events.lock().unwrap().pop();
    assert!(matches!(told, Some(Event::ImportRefused { file_name, .. }) if file_name == "empty.csv"));
    assert_eq!(api.status(Nothing).unwrap().clients, 0);
}

#[test]
fn an_export_never_falls_on_a_book() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let before = machine.files()["book.clientele"].clone();
    let to = |path: std::path::PathBuf| {
        let ask = ExportAsk {
            format: ExportFormat::Csv,
            ids: None,
            filter: None,
        };
        api.export_to(&path, &ask)
            .map_err(|refusal| refusal.code.as_str())
    };
    for name in [
        "book.clientele",
        "book.clientele.recovery",
        "book.clientele-wal",
        "../data/book.clientele",
        "x.clientele",
    ] {
        assert_eq!(
            to(machine.path("data").join(name)).unwrap_err(),
            "export.onto_book",
            "{name}"
        );
    }
    assert!(to(machine.path("data/clients.csv")).is_ok());
    assert_eq!(machine.files()["book.clientele"], before);
    assert!(api.book_check(Nothing).unwrap().ok);
}
