//! Two programs and head office: written apart, with the line cut, they become one book again.

use clientele_window_tests::office::Office;
use clientele_window_tests::{Clientele, Result, Setup, journey};
use serde_json::{Value, json};

use crate::steps::{add_a_client, make_a_book};

/// Types a pairing code of head office's own into the page, with a name for the device.
fn pair(clientele: &Clientele, office: &Office, name: &str) -> Result<()> {
    clientele.press("Control+Digit5")?;
    clientele.type_into("office-code", &office.code("--all")?)?;
    clientele.fill("office-device", name)?;
    clientele.click("office-connect")?;
    clientele.see_text("office-facts", name)?;
    clientele.see_text("office-facts", "Хвойна ООД")
}

/// Finds a client by a word and opens the card.
fn open_card(clientele: &Clientele, word: &str) -> Result<()> {
    clientele.press("Escape")?;
    clientele.press("Slash")?;
    clientele.fill("search-input", word)?;
    clientele.see_text("search-hit", word)?;
    clientele.press("Enter")?;
    // The card may have stood there before, below the list of hits.
    clientele.see_no("search-hit")?;
    clientele.see_text("card-name", word)
}

/// Writes a text into a field of a card and saves it.
fn write(clientele: &Clientele, word: &str, field: &str, text: &str) -> Result<()> {
    open_card(clientele, word)?;
    clientele.press("KeyE")?;
    clientele.fill(&format!("field[data-field={field}]"), text)?;
    clientele.press("Control+Enter")?;
    clientele.see_text("client-card", text)
}

/// Everything that a program holds of its clients and their contacts, in the order of their names.
fn book(clientele: &Clientele) -> Result<Vec<Value>> {
    let all = json!({ "tag": null, "kind": null, "sort": "name", "offset": 0, "limit": 100 });
    let listed = clientele.call("clients_list", all)?;
    let mut book = Vec::new();
    for row in listed["rows"].as_array().into_iter().flatten() {
        let card = clientele.call("client_get", json!({ "id": row["id"] }))?;
        let ask = json!({ "client_id": row["id"], "before": null, "limit": 100 });
        let contacts = clientele.call("contacts_list", ask)?;
        let contacts: Vec<Value> = contacts["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| json!([row["id"], row["kind"], row["text"], row["at"]]))
            .collect();
        book.push(json!([row["id"], card["draft"], card["trashed_at"], contacts]));
    }
    Ok(book)
}

/// Both ask head office, by the button on the page, until neither has anything to say. Then both pages say that the
/// books agree, and so they do.
fn meet(windows: [&Clientele; 2]) -> Result<Vec<Value>> {
    for _ in 0..2 {
        for clientele in windows {
            clientele.press("Control+Digit5")?;
            let before = clientele.call("head_office", Value::Null)?["last_reached"].clone();
            clientele.click("office-sync")?;
            clientele.wait_for("head office to be reached anew", || {
                let state = clientele.call("head_office", Value::Null)?;
                let reached = state["last_reached"] != before && state["running"] == false;
                Ok((reached && state["waiting"] == 0 && state["problem"].is_null()).then_some(()))
            })?;
        }
    }
    let [first, second] = windows;
    for clientele in windows {
        clientele.see_text("office-said", "Both books agree.")?;
    }
    let (mine, yours) = (book(first)?, book(second)?);
    assert_eq!(mine, yours, "both programs hold the same");
    Ok(mine)
}

/// Waits until the page about conflicts shows so many.
fn conflicts(clientele: &Clientele, expected: usize) -> Result<()> {
    clientele.wait_for(&format!("{expected} conflicts on the screen"), || {
        Ok((clientele.count("conflict")? == expected).then_some(()))
    })
}

#[test]
fn two_windows_write_apart_and_become_one_book() {
    journey("head_office", Setup::default(), |first| {
        // Where it fails in the second window, there are pictures of both.
        journey("head_office_second_window", Setup::default(), |second| {
            apart_and_together(first, second)
        });
        Ok(())
    });
}

fn apart_and_together(first: &Clientele, second: &Clientele) -> Result<()> {
    let mut office = Office::start(None, first.folder(), "Хвойна ООД")?;
    make_a_book(first)?;
    add_a_client(first, "Anna", "Petrova", "0888 123 456")?;
    add_a_client(first, "Boris", "Kolev", "0888 654 321")?;
    pair(first, &office, "Front desk")?;
    make_a_book(second)?;
    pair(second, &office, "Back office")?;
    meet([first, second])?;
    second.see_text("status-clients", "2")?;

    // The line is cut. The same field, another field, and one throws away what the other writes to.
    office.cut();
    write(first, "Anna", "notes", "likes tea")?;
    write(second, "Anna", "notes", "likes coffee")?;
    write(second, "Anna", "expects", "a quiet seat")?;
    open_card(first, "Boris")?;
    first.press("Delete")?;
    first.see_text("status-clients", "1")?;
    open_card(second, "Boris")?;
    second.press("KeyL")?;
    second.type_into("log-text", "wants to come on Friday")?;
    second.press("Control+Enter")?;
    second.see_text("contact-text", "wants to come on Friday")?;
    for clientele in [first, second] {
        clientele.see("status-office[data-state=unreachable]")?;
        clientele.see("status-waiting")?;
    }
    assert_ne!(book(first)?, book(second)?, "apart, they differ");

    office.connect()?;
    let together = meet([first, second])?;
    let [boris, anna] = &together[..] else {
        panic!("somebody wrote to Boris: he is kept; {together:?}")
    };
    assert_eq!(boris[3][0][2], "wants to come on Friday");
    assert_eq!(anna[1]["expects"], "a quiet seat");
    assert_eq!(anna[1]["notes"], "likes coffee", "the later one stands");
    for clientele in [first, second] {
        clientele.see_text("status-clients", "2")?;
        clientele.click("status-conflicts")?;
        conflicts(clientele, 2)?;
        let page = clientele.script("return document.querySelector('main').innerText")?;
        for word in [
            "likes tea",
            "likes coffee",
            "Front desk",
            "Back office",
            "wants to come on Friday",
        ] {
            assert!(page.to_string().contains(word), "{word:?} in {page}");
        }
    }

    // The keys act on the first, then on what has taken its place. The other window learns of it.
    first.see_text("conflict[aria-current=true]", "Boris Kolev")?;
    first.press("Digit1")?;
    conflicts(first, 1)?;
    first.see_text("conflict[aria-current=true]", "Anna Petrova")?;
    first.press("Digit2")?;
    first.see("office-empty")?;
    let settled = meet([first, second])?;
    assert_eq!((settled.len(), &settled[1][1]["notes"]), (2, &json!("likes tea")));
    for clientele in [first, second] {
        clientele.see_no("status-conflicts")?;
        open_card(clientele, "Anna")?;
        clientele.see_text("client-card", "likes tea")?;
        clientele.press("KeyH")?;
        clientele.see_text("who-panel", "likes coffee")?;
        clientele.press("Escape")?;
        let report = clientele.call("book_check", Value::Null)?;
        assert_eq!(report["ok"], true, "{report}");
    }
    Ok(())
}
