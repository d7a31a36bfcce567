//! A client asks what is held about them, and is handed a file.

use clientele_api::Api;
use clientele_api::types::{ClientAccessExport, ClientSave, Nothing};
use clientele_core::testing::ClientBuilder;
use clientele_formats::access::{AccessExport, AccessKind};
use clientele_model::{ClientId, ErrorCode};
use clientele_tests::{Machine, create};
use serde_json::{Value, json};

/// A machine with a book, and Anna in it.
fn salon() -> (Machine, Api<Machine>, ClientId) {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let after = ClientBuilder::new("Анна Иванова").phone("0888 123 456").0;
    let (id, before) = (None, None);
    let saved = api.client_save(ClientSave { id, before, after }).unwrap();
    (machine, api, saved.value)
}

#[test]
fn the_file_lies_where_the_owner_chose() {
    let (machine, api, id) = salon();
    for (kind, begins) in [
        ("json", &b"{\n  \"format\": \"clientele-access/1\""[..]),
        ("html", b"<!doctype html>\n<html lang=\"bg\">"),
        ("pdf", b"%PDF-1."),
    ] {
        let file = machine.path(&format!("Анна.{kind}"));
        machine.dialogs.lock().unwrap().push_back(file.clone());
        let done = api
            .dispatch("client_access_export", json!({"id": id, "kind": kind}))
            .unwrap();
        assert_eq!(done["path"], json!(file.display().to_string()));
        assert_eq!(
            (&done["folder"], &done["files"]),
            (&json!(null), &json!(0)),
            "she has none"
        );
        assert!(std::fs::read(&file).unwrap().starts_with(begins), "{kind}");
    }
    assert!(machine.dialogs.lock().unwrap().is_empty(), "asked once for each");
    let bytes = std::fs::read(machine.path("Анна.json")).unwrap();
    let export: AccessExport = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(
        (export.client.id, export.phones[0].part.typed.as_str()),
        (id, "0888 123 456")
    );
}

#[test]
fn what_cannot_be_handed_out_is_said_and_nothing_is_written() {
    let (machine, api, id) = salon();
    let refused = |args: Value| api.dispatch("client_access_export", args).unwrap_err().code;
    assert_eq!(
        refused(json!({"id": id, "kind": "pdf"})),
        ErrorCode::DialogCancelled
    );
    assert_eq!(refused(json!({"id": id, "kind": "docx"})), ErrorCode::BadRequest);
    let file = machine.path("nobody.pdf");
    machine.dialogs.lock().unwrap().push_back(file.clone());
    let nobody = json!({"id": ClientId::new(), "kind": "pdf"});
    assert_eq!(refused(nobody), ErrorCode::NotFound);
    assert_eq!(
        machine.dialogs.lock().unwrap().len(),
        1,
        "nobody is asked where to put nobody"
    );
    assert!(!file.exists());
    let kind = AccessKind::Html;
    let ask = ClientAccessExport { id, kind };
    let to = |path| api.access_to(path, &ask).unwrap_err().code;
    assert_eq!(to(&machine.path("absent/folder/a.html")), ErrorCode::FileFailed);
    let without_a_book = Machine::new().start();
    let refusal = without_a_book
        .access_to(&machine.path("a.html"), &ask)
        .unwrap_err();
    assert_eq!(refusal.code, ErrorCode::BookNotOpen);
}

#[test]
fn it_never_falls_on_a_book() {
    let (machine, api, id) = salon();
    let before = machine.files()["book.clientele"].clone();
    for kind in AccessKind::ALL {
        let ask = ClientAccessExport { id, kind };
        for name in [
            "book.clientele",
            "book.clientele.recovery",
            "book.clientele-wal",
            "x.clientele",
        ] {
            let refusal = api.access_to(&machine.path("data").join(name), &ask).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::ExportOntoBook, "{name}");
        }
    }
    assert_eq!(machine.files()["book.clientele"], before);
    assert!(api.book_check(Nothing).unwrap().ok);
}
