//! The one list of screens, and how to come to each.

use clientele_window_tests::bus::Keyring;
use clientele_window_tests::{Clientele, Error, Result};
use serde_json::{Value, json};

/// What the program has open while a screen can be seen. Scenes follow each other in this order.
///
/// A scene of a paired book would go: start the server with a fresh company, take a pairing code for a branch and one
/// for head office from it, `head_office_pair` here and in a second program, write to one client in both between two
/// calls of `head_office_sync`, and wait until `head_office` says `running: false`. Then the same addresses show full
/// pages, `#/clients/<that client>` the line about the conflict, and, paired as head office, `branch` the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nothing: a first start.
    NoBook,
    /// The demo book.
    Demo,
    /// A book whose key the machine does not give.
    Locked,
}

/// A screen.
pub struct Screen {
    /// Its name, and the beginning of the names of its pictures.
    pub name: &'static str,
    /// The scene in which it can be seen.
    pub when: When,
    /// The `data-testid` that is drawn when it stands.
    pub shows: &'static str,
    /// Comes to it from any other screen of its scene.
    pub open: fn(&Clientele) -> Result<()>,
}

const fn screen(
    name: &'static str,
    when: When,
    shows: &'static str,
    open: fn(&Clientele) -> Result<()>,
) -> Screen {
    Screen {
        name,
        when,
        shows,
        open,
    }
}

/// Every screen. A new one is seen in all languages, themes and sizes once it has a line here.
pub const SCREENS: &[Screen] = &[
    screen("welcome", When::NoBook, "welcome", |_| Ok(())),
    screen("recovery", When::NoBook, "recovery-key", |window| {
        window.fill("welcome-name", "Можжевельник & Co.")?;
        window.click("welcome-create")
    }),
    screen("clients", When::Demo, "client-row", |window| {
        go(window, "#/clients")
    }),
    screen("card", When::Demo, "timeline", |window| {
        go(window, &card(window)?)
    }),
    screen("log", When::Demo, "quick-log", |window| {
        go(window, &card(window)?)?;
        window.click("card-log")
    }),
    screen("card-history", When::Demo, "client-card", |window| {
        go(window, &format!("{}/history", card(window)?))
    }),
    screen("access", When::Demo, "access", |window| {
        go(window, &card(window)?)?;
        window.click("card-access")
    }),
    screen("edit", When::Demo, "client-form", |window| {
        go(window, &format!("{}/edit", card(window)?))
    }),
    screen("new", When::Demo, "client-form", |window| {
        go(window, "#/clients/new")
    }),
    screen("search", When::Demo, "search-hit", |window| {
        go(window, "#/clients")?;
        window.click("search-input")?;
        window.type_into("search-input", "ан")
    }),
    screen("import", When::Demo, "import-choose", |window| {
        go(window, "#/import")
    }),
    screen("import-preview", When::Demo, "import-preview", |window| {
        let file = window.folder().join("clients.csv");
        std::fs::write(&file, IMPORTED)?;
        go(window, "#/import")?;
        window.click("import-choose")?;
        window.answer_file_dialog(&file)
    }),
    screen("history", When::Demo, "history-row", |window| {
        go(window, "#/history")
    }),
    screen("trash", When::Demo, "trash-row", |window| go(window, "#/trash")),
    screen("settings", When::Demo, "settings-name", |window| {
        go(window, "#/settings")
    }),
    // Of a book that works alone. A book that is paired needs a server beside the program, and a second device that
    // writes to the same client while the line is cut; see `When`.
    screen("head-office", When::Demo, "office-code", |window| {
        go(window, "#/settings")?;
        window.script(
            "document.querySelector('[data-testid=office-code]').scrollIntoView({ block: 'center' })",
        )?;
        Ok(())
    }),
    screen("exchange", When::Demo, "office-empty", |window| {
        go(window, "#/head-office/exchange")
    }),
    screen("conflicts", When::Demo, "office-empty", |window| {
        go(window, "#/head-office/conflicts")
    }),
    screen("refused", When::Demo, "office-empty", |window| {
        go(window, "#/head-office/refused")
    }),
    screen("devices", When::Demo, "office-empty", |window| {
        go(window, "#/head-office/devices")
    }),
    screen("erasures", When::Demo, "office-empty", |window| {
        go(window, "#/head-office/erasures")
    }),
    screen("keys", When::Demo, "keys-dialog", |window| go(window, "#/keys")),
    screen("locked", When::Locked, "locked", |_| Ok(())),
];

/// As a spreadsheet writes it where the comma is taken: two good lines, one known by its phone twice, one empty.
const IMPORTED: &str = "Имя;Фамилия;Телефон;E-mail;Дата рождения;Заметки\n\
    Анна;Каренина;+7 495 123-45-67;anna@example.com;12.03.1985;Любит чай\n\
    Иван;Петров;8 (495) 765-43-21;;01.07.1990;\n\
    Аня;Каренина;+7 495 123 45 67;anna.k@example.com;;\n\
    ;;;;;перезвонить\n";

/// Brings the program to where the screens of a scene can be seen.
pub fn set_scene(clientele: &mut Clientele, when: When, language: &str) -> Result<()> {
    match when {
        When::NoBook => clientele.see("welcome").map(drop),
        When::Demo => {
            clientele.call("book_demo", json!({ "language": language }))?;
            let rows = clients(clientele, 12)?;
            let ids: Vec<&Value> = rows.iter().skip(9).map(|row| &row["id"]).collect();
            clientele.call("clients_trash", json!({ "ids": ids }))?;
            reload(clientele)
        }
        When::Locked => {
            if clientele.call("app_state", Value::Null)?["book"]["state"] == json!("none") {
                clientele.call("book_demo", json!({ "language": language }))?;
            }
            clientele.close()?;
            clientele.stage().bus.set_keyring(Keyring::Locked)?;
            clientele.open()
        }
    }
}

fn go(window: &Clientele, hash: &str) -> Result<()> {
    // Anew each time: what the screen before has left open would lie over this one.
    window
        .session()?
        .run("location.hash = arguments[0]", &[json!(hash)])?;
    reload(window)
}

fn reload(window: &Clientele) -> Result<()> {
    window.script("window.isOld = true; location.reload()")?;
    window.wait_for("the page to load anew", || {
        // While the page loads, nobody answers.
        let answer = window.script("return !window.isOld && document.readyState === 'complete'");
        Ok(answer.is_ok_and(|answer| answer == json!(true)).then_some(()))
    })?;
    window.see("rail").map(drop)
}

/// A card that has much to show: with a warning and labels.
fn card(window: &Clientele) -> Result<String> {
    let rows = clients(window, 200)?;
    let is_rich = |row: &&Value| {
        row["has_never"] == json!(true) && row["tags"].as_array().is_some_and(|tags| !tags.is_empty())
    };
    let row = rows
        .iter()
        .find(is_rich)
        .or(rows.first())
        .ok_or_else(|| Error::new("the demo book has no clients"))?;
    Ok(format!("#/clients/{}", row["id"].as_str().unwrap_or_default()))
}

fn clients(window: &Clientele, limit: u32) -> Result<Vec<Value>> {
    let ask = json!({ "tag": null, "kind": null, "sort": "recent", "offset": 0, "limit": limit });
    let page = window.call("clients_list", ask)?;
    Ok(page["rows"].as_array().cloned().unwrap_or_default())
}
