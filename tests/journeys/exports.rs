//! The book out and back: everything as JSON, the list as a workbook that LibreOffice opens and saves.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use clientele_api::types::{ClientRef, ClientSave, ExportAsk, ExportFormat, ImportRef, Nothing};
use clientele_api::{Api, Event};
use clientele_core::clients::ClientsList;
use clientele_formats::Format;
use clientele_model::{Birthday, ClientDraft, ErrorCode, Phone};
use clientele_tests::{Machine, create};

/// So many clients has the demo book that goes out and back, unless `CLIENTELE_EXPORT_CLIENTS` says otherwise.
const CLIENTS: u32 = 1_500;

fn ask(format: ExportFormat) -> ExportAsk {
    ExportAsk {
        format,
        ids: None,
        filter: None,
    }
}

fn import(api: &Api<Machine>, path: &Path) -> u32 {
    let preview = api.import_open(path).expect("a look at the file");
    assert_eq!(preview.problem, None);
    let result = api
        .import_run(ImportRef { id: preview.id })
        .expect("the import")
        .value;
    assert_eq!((result.matched, result.refused_total), (0, 0));
    assert_eq!(result.created, preview.created);
    result.created
}

#[test]
fn everything_of_the_demo_book_comes_back_with_the_same_digest() {
    let clients = std::env::var("CLIENTELE_EXPORT_CLIENTS");
    let clients = clients.map_or(CLIENTS, |clients| clients.parse().expect("a number"));
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    api.demo_fill(clients, 1).unwrap();
    let before = api.book_check(Nothing).unwrap();
    let path = machine.path("everything.json");
    let (started, size) = (Instant::now(), |path: &Path| {
        std::fs::metadata(path).unwrap().len()
    });
    let written = api.export_to(&path, &ask(ExportFormat::Everything)).unwrap();
    println!(
        "{clients} clients out in {:?}, {} bytes",
        started.elapsed(),
        size(&path)
    );
    assert_eq!(written.digest.as_deref(), Some(before.digest.as_str()));
    assert_eq!(u64::from(written.clients), before.clients);

    let other = Machine::new();
    let api = other.start();
    create(&api);
    let preview = api.import_open(&path).unwrap();
    assert_eq!(preview.format, Format::Everything);
    let holds = preview.everything.clone().expect("what it holds");
    assert_eq!(holds.digest, before.digest);
    assert_eq!(u64::from(holds.contacts), before.contacts);
    let started = Instant::now();
    api.import_run(ImportRef { id: preview.id }).unwrap();
    println!("and back in {:?}", started.elapsed());
    let after = api.book_check(Nothing).unwrap();
    assert!(after.ok, "{:#?}", after.problems);
    assert_eq!(after.digest, before.digest);
    assert_eq!((after.clients, after.contacts), (before.clients, before.contacts));

    // A second time is refused before anything is read, and undone it is one step.
    assert_eq!(
        api.import_open(&path).unwrap_err().code,
        ErrorCode::ImportBookNotEmpty
    );
    api.undo(Nothing).unwrap();
    assert_eq!(api.status(Nothing).unwrap().clients, 0);
}

#[test]
fn an_export_of_everything_never_falls_on_a_book_and_is_never_some_of_it() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let book = machine.path("data").join("book.clientele");
    for format in [ExportFormat::Everything, ExportFormat::Xlsx] {
        let refused = api.export_to(&book, &ask(format)).unwrap_err();
        assert_eq!(refused.code, ErrorCode::ExportOntoBook);
    }
    let some = ExportAsk {
        format: ExportFormat::Everything,
        ids: Some(Vec::new()),
        filter: None,
    };
    let refused = api.export_to(&machine.path("some.json"), &some).unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadRequest);
    assert!(!machine.path("some.json").exists());
    // What only looks like one is told as what it is.
    let path = machine.path("other.json");
    for (text, code) in [
        (
            "{\"clientele\": \"everything\", \"version\": 1",
            ErrorCode::ImportExportBroken,
        ),
        (
            "{\"clientele\": \"everything\", \"version\": 9}",
            ErrorCode::ImportExportNewer,
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(api.import_open(&path).unwrap_err().code, code, "{text}");
    }
}

#[test]
fn an_export_of_everything_tells_how_far_it_is_and_can_be_stopped() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    api.demo_fill(CLIENTS, 1).unwrap();
    let path = machine.path("everything.json");
    api.export_to(&path, &ask(ExportFormat::Everything)).unwrap();
    let heard = || {
        let events = machine.events.lock().unwrap();
        let told = events.iter().filter_map(|event| match event {
            Event::ExportProgress { done, total } => Some((*done, *total)),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let told = heard();
    assert!(
        !told.is_empty() && told.is_sorted_by_key(|(done, _)| *done),
        "{told:?}"
    );
    assert!(told.iter().all(|(done, total)| done <= total), "{told:?}");
    let standing = std::fs::read(&path).unwrap();
    let refused = std::thread::scope(|scope| {
        let export = scope.spawn(|| api.export_to(&path, &ask(ExportFormat::Everything)));
        // As soon as it says anything, it is stopped; and again, for it may have said so before it was there to be stopped.
        while !export.is_finished() {
            if heard().len() > told.len() {
                api.export_cancel(Nothing).unwrap();
            }
            std::thread::yield_now();
        }
        export.join().unwrap()
    });
    assert_eq!(refused.unwrap_err().code, ErrorCode::ImportCancelled);
    assert!(
        std::fs::read(&path).unwrap() == standing,
        "the file of before stays"
    );
}

/// People whose phones, names and days a spreadsheet would like to make something else of.
fn people() -> Vec<ClientDraft> {
    let phones = [
        "+359 888 123 456",
        "0888123457",
        "00359888123458",
        "+7 (916) 000-11-22",
        "8 916 000 11 33",
        "02/987 65 43",
        "1-2-3456",
    ];
    let names = [
        "=1+1",
        "'кавичка",
        "+Мария",
        "-5",
        "@Анна",
        "Иванова; Мария",
        "1/2",
    ];
    let days = [
        Some((Some(1988), 2, 29)),
        Some((Some(1901), 1, 1)),
        Some((Some(1900), 2, 28)),
        Some((Some(1799), 6, 6)),
        Some((None, 12, 31)),
        None,
        Some((Some(2024), 1, 2)),
    ];
    let each = phones.into_iter().zip(names).zip(days);
    each.map(|((phone, name), day)| ClientDraft {
        given_name: name.into(),
        family_name: "Абаджиева".into(),
        phones: vec![Phone {
            typed: phone.into(),
            ..Phone::default()
        }],
        birthday: day.map(|(year, month, day)| Birthday { year, month, day }),
        card_number: format!("00{}", phone.len()),
        notes: format!("{name}\nвтори ред 00123 1E5"),
        tags: vec!["VIP; x".into(), "007".into()],
        ..ClientDraft::default()
    })
    .collect()
}

type Card = (
    String,
    Vec<(String, String)>,
    Option<Birthday>,
    String,
    String,
    Vec<String>,
);

fn cards(api: &Api<Machine>) -> Vec<Card> {
    let list = ClientsList {
        limit: 500,
        ..Default::default()
    };
    let rows = api.clients_list(list).unwrap().rows;
    let mut cards: Vec<Card> = rows
        .into_iter()
        .map(|row| {
            let draft = api.client_get(ClientRef { id: row.id }).unwrap().draft;
            let phones = draft.phones.iter().map(|p| (p.typed.clone(), p.e164.clone()));
            let name = format!("{}|{}", draft.given_name, draft.family_name);
            let phones = phones.collect();
            (
                name,
                phones,
                draft.birthday,
                draft.card_number,
                draft.notes,
                draft.tags,
            )
        })
        .collect();
    cards.sort_by_key(|card| format!("{card:?}"));
    cards
}

/// LibreOffice saves the file once more, as another sort; none where there is no LibreOffice, and then it is said.
fn resaved(folder: &Path, file: &Path, ending: &str) -> Option<PathBuf> {
    let out = folder.join(format!("resaved-{ending}"));
    let profile = format!(
        "-env:UserInstallation=file://{}",
        folder.join("profile").display()
    );
    let asked = Command::new("soffice")
        .args([
            &profile,
            "--headless",
            "--norestore",
            "--convert-to",
            ending,
            "--outdir",
        ])
        .arg(&out)
        .arg(file)
        .env("HOME", folder)
        .output();
    let Ok(answer) = asked else {
        println!("soffice is not on this machine: what LibreOffice makes of the workbook was not tried");
        return None;
    };
    let saved = out.join(file.with_extension(ending).file_name().expect("a name"));
    assert!(saved.is_file(), "{}", String::from_utf8_lossy(&answer.stderr));
    Some(saved)
}

#[test]
fn names_phones_and_days_survive_a_workbook_and_libreoffice() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    for after in people() {
        let (id, before) = (None, None);
        api.client_save(ClientSave { id, before, after }).unwrap();
    }
    let before = cards(&api);
    let path = machine.path("clients.xlsx");
    assert_eq!(api.export_to(&path, &ask(ExportFormat::Xlsx)).unwrap().clients, 7);
    let folder = machine.path("");
    let saved = ["xlsx", "ods"].map(|ending| resaved(&folder, &path, ending));
    for path in std::iter::once(path).chain(saved.into_iter().flatten()) {
        let other = Machine::new();
        let api = other.start();
        create(&api);
        assert_eq!(import(&api, &path), 7, "{}", path.display());
        assert_eq!(cards(&api), before, "{}", path.display());
        println!("{}: as it was", path.display());
    }
}
