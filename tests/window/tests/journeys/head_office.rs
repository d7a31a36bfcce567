//! Two programs and head office: written apart, with the line cut, they become one book again.

use clientele_window_tests::office::Office;
use clientele_window_tests::{Clientele, Result, Setup, journey};
use serde_json::{Value, json};

use crate::steps::{add_a_client, make_a_book};

fn pair(clientele: &Clientele, office: &Office, name: &str) -> Result<()> {
    clientele.script("location.hash = '#/settings'")?;
    clientele.type_into("office-code", &office.code()?)?;
    clientele.fill("office-device", name)?;
    clientele.click("office-connect")?;
    clientele.see("office-facts")?;
    Ok(())
}

fn client(clientele: &Clientele, word: &str) -> Result<Value> {
    let hits = clientele.call("search", json!({ "query": word, "limit": 5 }))?;
    clientele.call("client_get", json!({ "id": hits[0]["id"] }))
}

fn edit(clientele: &Clientele, word: &str, field: &str, text: &str) -> Result<()> {
    let card = client(clientele, word)?;
    let mut after = card["draft"].clone();
    after[field] = json!(text);
    let save = json!({ "id": card["id"], "before": card["draft"], "after": after });
    clientele.call("client_save", save).map(drop)
}

/// Both visit head office until neither has anything to say, and both say that the books agree.
fn meet(clients: [&Clientele; 2]) -> Result<()> {
    for _ in 0..2 {
        for clientele in clients {
            clientele.call("head_office_sync", Value::Null)?;
            clientele.wait_for("both books to agree", || {
                let state = clientele.call("head_office", Value::Null)?;
                let done =
                    state["waiting"] == 0 && state["in_agreement"] == true && state["running"] == false;
                Ok((done && state["problem"].is_null()).then_some(()))
            })?;
        }
    }
    Ok(())
}

#[test]
fn two_windows_write_apart_and_become_one_book() {
    journey("head_office", Setup::default(), |first| {
        let mut second = Clientele::start(Setup::default())?;
        let mut office = Office::start(first.folder())?;
        make_a_book(first)?;
        add_a_client(first, "Anna", "Petrova", "0888 123 456")?;
        add_a_client(first, "Boris", "Kolev", "0888 654 321")?;
        pair(first, &office, "Front desk")?;
        make_a_book(&second)?;
        pair(&second, &office, "Back office")?;
        meet([first, &second])?;
        second.see_text("status-clients", "2")?;

        // The line is cut. The same field, another field, and one throws away what the other writes to.
        office.cut();
        edit(first, "Anna", "notes", "likes tea")?;
        edit(&second, "Anna", "notes", "likes coffee")?;
        edit(&second, "Anna", "expects", "a quiet seat")?;
        let boris = client(first, "Boris")?;
        first.call("clients_trash", json!({ "ids": [boris["id"]] }))?;
        let call = json!({ "kind": "call", "direction": "in", "channel": "phone", "at": 1_790_000_000_000_i64,
            "text": "wants to come on Friday" });
        let logged = json!({ "id": null, "client_id": boris["id"], "draft": call });
        second.call("contact_save", logged)?;
        second.see_text("status-office", "")?;

        office.connect()?;
        meet([first, &second])?;
        let (mine, yours) = (client(first, "Anna")?, client(&second, "Anna")?);
        assert_eq!(mine["draft"], yours["draft"], "both books are equal");
        assert_eq!(mine["draft"]["expects"], "a quiet seat");
        let stands = mine["draft"]["notes"].clone();
        let lost = if stands == "likes tea" {
            "likes coffee"
        } else {
            "likes tea"
        };
        for clientele in [first as &Clientele, &second] {
            let boris = client(clientele, "Boris")?;
            assert_eq!(
                boris["trashed_at"],
                Value::Null,
                "somebody wrote to him: he is kept"
            );
            clientele.script("location.hash = '#/head-office/conflicts'")?;
            clientele.wait_for("both conflicts on the screen", || {
                Ok((clientele.count("conflict")? == 2).then_some(()))
            })?;
            let page = clientele.script("return document.body.innerText")?.to_string();
            assert!(
                page.contains("likes tea") && page.contains("likes coffee"),
                "both values: {page}"
            );
        }
        // One key chooses; the other window learns of it.
        first.press("Digit2")?;
        first.wait_for("one conflict left", || {
            Ok((first.count("conflict")? == 1).then_some(()))
        })?;
        first.press("Digit1")?;
        first.wait_for("no conflict left", || {
            Ok((first.count("conflict")? == 0).then_some(()))
        })?;
        meet([first, &second])?;
        second.wait_for("settled there too", || {
            Ok((second.count("conflict")? == 0).then_some(()))
        })?;
        let (mine, yours) = (client(first, "Anna")?, client(&second, "Anna")?);
        assert_eq!(mine["draft"], yours["draft"]);
        for clientele in [first as &Clientele, &second] {
            let id = json!({ "id": mine["id"] });
            let history = clientele.call("client_history", id)?.to_string();
            assert!(history.contains(lost), "what lost is still readable: {history}");
            let report = clientele.call("book_check", Value::Null)?;
            assert_eq!(report["ok"], true, "{report}");
        }
        second.close()
    });
}
