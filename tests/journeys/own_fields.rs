//! The owner's own fields from the file that brings them to the file that takes them away, and filters over them.

use clientele_api::Api;
use clientele_model::ErrorCode;
use clientele_tests::{Machine, create};
use serde_json::{Value, json};

fn call(api: &Api<Machine>, command: &str, args: Value) -> Value {
    api.dispatch(command, args)
        .unwrap_or_else(|refusal| panic!("{command}: {refusal}"))
}

fn import(api: &Api<Machine>, machine: &Machine, name: &str, text: &[u8]) -> Value {
    let file = machine.path(name);
    std::fs::write(&file, text).unwrap();
    machine.dialogs.lock().unwrap().push_back(file);
    call(api, "import_choose", Value::Null)
}

fn card(api: &Api<Machine>, name: &str) -> Value {
    let hits = call(api, "search", json!({"query": name, "limit": 5}));
    call(api, "client_get", json!({"id": hits[0]["id"]}))["draft"].clone()
}

fn value(card: &Value, name: &str) -> String {
    let all = card["custom"].as_array().unwrap();
    let found = all.iter().find(|value| value["name"] == name);
    found
        .map(|value| value["value"].as_str().unwrap().to_owned())
        .unwrap_or_default()
}

#[test]
fn a_column_called_like_a_field_fills_it_and_another_becomes_a_field() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    for (name, kind) in [("Обувки", "number"), ("Член от", "date")] {
        let after = json!({"name": name, "kind": kind, "choices": []});
        call(
            &api,
            "custom_field_save",
            json!({"id": null, "before": null, "after": after}),
        );
    }
    let text = "Име;Телефон;обувки;Член от;Куче\r\nАнна Иванова;0888 123 456;38,5;7.3.2021;Рекс\r\n\
                Борис Петров;0899 111 222;голям;вчера;\r\n";
    let preview = import(&api, &machine, "клиенти.csv", text.as_bytes());
    assert_eq!(
        preview["table"]["columns"],
        json!(["full_name", "phone", "custom", "custom", "extra"])
    );
    let columns = json!(["full_name", "phone", "custom", "custom", "custom"]);
    let options = json!({"columns": columns});
    let preview = call(
        &api,
        "import_configure",
        json!({"id": preview["id"], "options": options}),
    );
    call(&api, "import_run", json!({"id": preview["id"]}));
    let anna = card(&api, "Анна");
    assert_eq!(
        ["Обувки", "Член от", "Куче"].map(|name| value(&anna, name)),
        ["38.5", "2021-03-07", "Рекс"]
    );
    // What fits into no field is kept in the notes, behind its heading.
    let boris = card(&api, "Борис");
    assert_eq!(
        (&boris["custom"], &boris["notes"]),
        (&json!([]), &json!("обувки: голям\nЧлен от: вчера"))
    );
    let fields = call(&api, "custom_fields_list", Value::Null);
    assert_eq!(
        (&fields[2]["name"], &fields[2]["kind"]),
        (&json!("Куче"), &json!("text"))
    );
    // One undo takes back the clients and the field.
    call(&api, "undo", Value::Null);
    assert_eq!(
        call(&api, "custom_fields_list", Value::Null)
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert_eq!(call(&api, "status", Value::Null)["clients"], 0);
    assert_eq!(call(&api, "book_check", Value::Null)["ok"], true);
}

#[test]
fn what_is_exported_comes_back_in_another_book_with_its_fields() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let choices = json!([{"id": null, "name": "Злато"}, {"id": null, "name": "Сребро"}]);
    for (name, kind, choices) in [
        ("Обувки: размер", "number", json!([])),
        ("Ниво", "choice", choices),
    ] {
        let after = json!({"name": name, "kind": kind, "choices": choices});
        call(
            &api,
            "custom_field_save",
            json!({"id": null, "before": null, "after": after}),
        );
    }
    let custom = json!([{"name": "Обувки: размер", "value": "38,5"}, {"name": "ниво", "value": "злато"}]);
    let after = json!({"given_name": "Анна", "family_name": "Иванова", "custom": custom});
    call(
        &api,
        "client_save",
        json!({"id": null, "before": null, "after": after}),
    );
    for (format, name) in [("csv", "out.csv"), ("vcard", "out.vcf")] {
        machine.dialogs.lock().unwrap().push_back(machine.path(name));
        call(
            &api,
            "export_choose",
            json!({"format": format, "ids": null, "filter": null}),
        );
        let bytes = std::fs::read(machine.path(name)).unwrap();
        let other = Machine::new();
        let there = other.start();
        create(&there);
        let preview = import(&there, &other, name, &bytes);
        call(&there, "import_run", json!({"id": preview["id"]}));
        let anna = card(&there, "Анна");
        assert_eq!(
            (value(&anna, "Обувки: размер"), value(&anna, "Ниво")),
            ("38.5".into(), "Злато".into()),
            "{format}"
        );
        let fields = call(&there, "custom_fields_list", Value::Null);
        assert_eq!(
            (&fields[0]["kind"], &fields[1]["kind"]),
            (&json!("number"), &json!("choice")),
            "{format}"
        );
        assert_eq!(call(&there, "book_check", Value::Null)["ok"], true);
    }
}

#[test]
fn a_filter_finds_counts_exports_and_throws_away_in_one_step() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let text = "Име;Телефон\r\nАнна Иванова;0888 123 456\r\nБорис Петров;0899 111 222\r\nВера;\r\n";
    let preview = import(&api, &machine, "клиенти.csv", text.as_bytes());
    call(&api, "import_run", json!({"id": preview["id"]}));
    let conditions = json!({"join": "all", "list": [{"on": "phone", "has": true}]});
    assert_eq!(call(&api, "filter_count", conditions.clone()), json!(2));
    let draft = json!({"name": "С телефон", "conditions": conditions});
    let id = call(&api, "filter_save", json!({"id": null, "draft": draft}))["value"].clone();
    assert_eq!(call(&api, "filters_list", Value::Null)[0]["count"], 2);
    let ask = json!({"tag": null, "kind": null, "filter": id, "sort": "name", "offset": 0, "limit": 10});
    assert_eq!(call(&api, "clients_list", ask)["total"], 2);
    machine
        .dialogs
        .lock()
        .unwrap()
        .push_back(machine.path("some.csv"));
    let exported = call(
        &api,
        "export_choose",
        json!({"format": "csv", "ids": null, "filter": id}),
    );
    assert_eq!(exported["clients"], 2);
    let whom = call(&api, "filter_whom", json!({"id": id}));
    assert_eq!(whom["count"], 2);
    let ask = json!({"id": id, "tag": "Юни", "add": true, "confirmed": whom});
    let tagged = call(&api, "filter_tag", ask);
    assert_eq!(
        (&tagged["value"], &tagged["step"]["params"]["tag"]),
        (&json!(2), &json!("Юни"))
    );
    let trashed = call(&api, "filter_trash", json!({"id": id, "confirmed": whom}));
    assert_eq!(
        (&trashed["value"], &trashed["step"]["params"]["count"]),
        (&json!(2), &json!("2"))
    );
    assert_eq!(call(&api, "status", Value::Null)["clients"], 1);
    call(&api, "step_undo", json!({"id": trashed["step"]["id"]}));
    call(&api, "step_undo", json!({"id": tagged["step"]["id"]}));
    assert_eq!(call(&api, "status", Value::Null)["clients"], 3);
    assert_eq!(card(&api, "Анна")["tags"], json!([]));
    let code = |command: &str, args: Value| api.dispatch(command, args).unwrap_err().code;
    assert_eq!(
        code(
            "filter_trash",
            json!({"id": "00000000-0000-7000-8000-000000000000", "confirmed": whom})
        ),
        ErrorCode::NotFound
    );
    let bad =
        json!({"join": "all", "list": [{"on": "created", "when": {"is": "since", "day": "31.2.2021"}}]});
    assert_eq!(code("filter_count", bad), ErrorCode::DateInvalid);
}
