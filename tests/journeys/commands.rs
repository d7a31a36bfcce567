//! The commands as the window calls them: by name, with JSON.

use clientele_api::types::{ClientSave, Theme};
use clientele_api::{Api, COMMANDS};
use clientele_core::testing::ClientBuilder;
use clientele_model::ErrorCode;
use clientele_tests::{Machine, create};
use serde_json::{Value, json};

fn call(api: &Api<Machine>, command: &str, args: Value) -> Value {
    api.dispatch(command, args)
        .unwrap_or_else(|refusal| panic!("{command}: {refusal}"))
}

#[test]
fn the_main_job_from_the_import_to_the_undo() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let file = machine.path("клиенти.csv");
    std::fs::write(
        &file,
        "Име;Телефон\r\nАнна Иванова;0888 123 456\r\nБорис Петров;0899 111 222\r\n",
    )
    .unwrap();
    machine.dialogs.lock().unwrap().push_back(file);
    let preview = call(&api, "import_choose", Value::Null);
    assert_eq!(
        (&preview["created"], &preview["file_name"]),
        (&json!(2), &json!("клиенти.csv"))
    );
    let written = call(&api, "import_run", json!({"id": preview["id"]}));
    assert_eq!(written["value"]["created"], 2);
    assert_eq!(written["step"]["label"], "imported");
    let hits = call(&api, "search", json!({"query": "3456", "limit": 5}));
    assert_eq!(
        (&hits[0]["name"], &hits[0]["matched_in"]),
        (&json!("Анна Иванова"), &json!("phone"))
    );
    let id = hits[0]["id"].clone();
    let draft = json!({"kind": "call", "direction": "in", "channel": "phone", "at": 1_790_000_000_000_i64, "text": "Иска час"});
    let logged = call(
        &api,
        "contact_save",
        json!({"id": null, "client_id": id, "draft": draft}),
    );
    assert_eq!(logged["step"]["params"]["name"], "Анна Иванова");
    assert_eq!(call(&api, "client_get", json!({"id": id}))["contacts"], 1);
    assert_eq!(call(&api, "undo", Value::Null)["value"]["of"], "contact_added");
    assert_eq!(call(&api, "client_get", json!({"id": id}))["contacts"], 0);
    assert_eq!(call(&api, "undo", Value::Null)["value"]["of"], "imported");
    assert_eq!(call(&api, "status", Value::Null)["clients"], 0);
    assert_eq!(call(&api, "redo", Value::Null)["value"]["of"], "imported");
    assert_eq!(call(&api, "book_check", Value::Null)["ok"], true);
}

#[test]
fn what_the_machine_draws_itself_is_as_light_or_dark_as_was_chosen() {
    let machine = Machine::new();
    let told = || *machine.theme.lock().unwrap();
    let api = machine.start();
    assert_eq!(told(), Some(Theme::System));
    call(
        &api,
        "preferences_save",
        json!({"language": "bg", "theme": "dark"}),
    );
    assert_eq!(told(), Some(Theme::Dark));
    // And when the program is started again, before anything is asked.
    drop(api);
    *machine.theme.lock().unwrap() = None;
    let _api = machine.start();
    assert_eq!(told(), Some(Theme::Dark));
}

#[test]
fn what_does_not_exist_is_refused_and_not_run() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let code = |command: &str, args: Value| api.dispatch(command, args).unwrap_err().code;
    assert_eq!(code("drop_everything", Value::Null), ErrorCode::BadRequest);
    assert_eq!(
        code("client_get", json!({"id": "1 or 1=1"})),
        ErrorCode::BadRequest
    );
    assert_eq!(code("client_get", json!({})), ErrorCode::BadRequest);
    assert_eq!(code("clients_list", json!([1, 2])), ErrorCode::BadRequest);
    let nobody = json!({"id": "00000000-0000-7000-8000-000000000000"});
    assert_eq!(code("client_get", nobody), ErrorCode::NotFound);
    assert_eq!(code("import_run", json!({"id": "x"})), ErrorCode::ImportGone);
    assert_eq!(code("import_choose", Value::Null), ErrorCode::DialogCancelled);
    assert_eq!(code("undo", Value::Null), ErrorCode::NothingToUndo);
}

#[test]
fn without_a_book_every_command_says_so() {
    let api = Machine::new().start();
    for command in [
        "clients_list",
        "search",
        "status",
        "undo",
        "undo_state",
        "trash_list",
        "book_check",
        "head_office",
        "conflicts_list",
        "head_office_sync",
    ] {
        let args = match command {
            "clients_list" => json!({"tag": null, "kind": null, "sort": "name", "offset": 0, "limit": 5}),
            "search" => json!({"query": "x", "limit": 5}),
            _ => Value::Null,
        };
        assert_eq!(
            api.dispatch(command, args).unwrap_err().code,
            ErrorCode::BookNotOpen,
            "{command}"
        );
    }
}

#[test]
fn a_book_alone_says_so_and_refuses_what_needs_head_office() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let office = call(&api, "head_office", Value::Null);
    assert_eq!((&office["paired"], &office["waiting"]), (&Value::Null, &json!(0)));
    let status = call(&api, "status", Value::Null);
    assert_eq!(
        (&status["head_office"], &status["head_office_at"]),
        (&json!("off"), &Value::Null)
    );
    let branches = &call(&api, "app_state", Value::Null)["book"]["branches"];
    assert_eq!(
        branches,
        &json!({"can_choose": false, "chosen": null, "branches": []})
    );
    for list in ["conflicts_list", "refused_list", "devices_list"] {
        assert_eq!(call(&api, list, Value::Null), json!([]), "{list}");
    }
    let receipts = call(&api, "erasures_list", json!({"before": null, "limit": 10}));
    assert_eq!(receipts, json!({"rows": [], "next": null}));
    let nobody = json!({"id": "00000000-0000-7000-8000-000000000000"});
    for (command, args) in [
        ("head_office_leave", Value::Null),
        ("head_office_sync", Value::Null),
        ("device_revoke", nobody),
        ("branch_choose", json!({"branch": null})),
    ] {
        let refusal = api.dispatch(command, args).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::HeadOfficeOff, "{command}");
    }
    // What was left open when head office was switched off can still be settled; here is nothing of the kind.
    for (command, args) in [
        ("conflict_settle", json!({"id": "x", "keep": "standing"})),
        ("refused_discard", json!({"id": "x"})),
    ] {
        let refusal = api.dispatch(command, args).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::NotFound, "{command}");
    }
    for (code, name, expected) in [
        ("ABCD-EFGH", "Desk", ErrorCode::HeadOfficeCodeWrong),
        ("", "Desk", ErrorCode::HeadOfficeCodeWrong),
        ("ABCD-EFGH", " ", ErrorCode::BadRequest),
    ] {
        let refusal = api.dispatch("head_office_pair", json!({"code": code, "device_name": name}));
        assert_eq!(refusal.unwrap_err().code, expected);
    }
}

#[test]
fn reads_report_nothing_as_changed() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let saved = api
        .client_save(ClientSave {
            id: None,
            before: None,
            after: ClientBuilder::new("Анна").0,
        })
        .unwrap();
    let id = json!({"id": saved.value});
    let before = call(&api, "book_check", Value::Null);
    for (command, args) in [
        ("client_get", id.clone()),
        ("client_history", id.clone()),
        (
            "contacts_list",
            json!({"client_id": saved.value, "before": null, "limit": 10}),
        ),
        ("history_list", json!({"before": null, "limit": 10})),
        ("search", json!({"query": "анна", "limit": 10})),
        ("undo_state", Value::Null),
    ] {
        let answer = call(&api, command, args);
        assert!(answer.get("invalidates").is_none(), "{command}");
    }
    assert_eq!(call(&api, "book_check", Value::Null), before);
    assert!(machine.events.lock().unwrap().is_empty());
}

#[test]
fn every_command_has_a_name_of_its_own() {
    let mut names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), COMMANDS.len());
}
