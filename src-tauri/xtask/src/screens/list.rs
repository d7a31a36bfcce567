//! The one list of screens, and how to come to each.

use clientele_window_tests::bus::Keyring;
use clientele_window_tests::{Clientele, Error, Result, Setup};
use serde_json::{Value, json};

use super::company::{self, Company, Programs};

/// What the program has open while a screen can be seen. Scenes follow each other in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nothing: a first start.
    NoBook,
    /// The demo book.
    Demo,
    /// A book whose key the machine does not give.
    Locked,
    /// A book that works alone.
    Alone,
    /// The book at a branch's desk, paired with a real server.
    Branch,
    /// The book of head office, which sees two branches.
    Head,
    /// The branch's again, while the line is cut.
    Away,
    /// The branch's, after head office has revoked it.
    Revoked,
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
    screen("welcome-export", When::NoBook, "welcome", |window| {
        window.click("welcome-export")
    }),
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
    screen("attachments", When::Demo, "attachment", |window| {
        go(window, &with_photo(window)?)
    }),
    screen("picture", When::Demo, "picture", |window| {
        go(window, &with_photo(window)?)?;
        window.click("card-photo")
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
    screen("duplicates", When::Demo, "duplicate-pair", |window| {
        go(window, "#/duplicates")
    }),
    screen("duplicates-compare", When::Demo, "merge-choice", |window| {
        let (keep, gone) = pair(window, 0)?;
        go(window, &format!("#/duplicates/{keep}/{gone}"))
    }),
    screen("duplicates-notes", When::Demo, "merge-united", |window| {
        let mut with_notes = Vec::new();
        for row in clients(window, 100)? {
            let card = window.call("client_get", json!({ "id": row["id"] }))?;
            if card["draft"]["notes"] != json!("") && with_notes.len() < 2 {
                with_notes.push(row["id"].as_str().unwrap_or_default().to_owned());
            }
        }
        go(window, &format!("#/duplicates/{}", with_notes.join("/")))
    }),
    screen("merge-with", When::Demo, "find-hit", |window| {
        go(window, &card(window)?)?;
        window.click("card-merge")?;
        window.type_into("find-input", "ан")
    }),
    screen("merged-from", When::Demo, "card-merged", |window| {
        let (keep, gone) = pair(window, 0)?;
        let ask = json!({ "keep": keep, "gone": gone, "edited": null });
        window.call("clients_merge", ask)?;
        go(window, &format!("#/clients/{keep}"))
    }),
    screen("new-like", When::Demo, "form-like", |window| {
        let rows = clients(window, 1)?;
        let phone = rows.first().and_then(|row| row["phone"].as_str());
        go(window, "#/clients/new")?;
        window.click("add-phone")?;
        window.type_into("field[data-field=phone]", phone.unwrap_or_default())
    }),
    screen("import", When::Demo, "import-choose", |window| {
        go(window, "#/import")
    }),
    screen("import-preview", When::Demo, "import-preview", |window| {
        imported(window)
    }),
    screen("import-lost", When::Demo, "import-lost", |window| {
        imported(window)?;
        middle(window, "import-lost")
    }),
    screen("export-everything", When::Demo, "export-result", |window| {
        go(window, "#/settings")?;
        window.click("export-everything")?;
        window.answer_file_dialog(&window.folder().join("everything.json"))?;
        middle(window, "export-result")
    }),
    screen("import-history", When::Demo, "history-preview", |window| {
        let file = window.folder().join("visits.csv");
        std::fs::write(&file, visits(window)?)?;
        go(window, "#/import")?;
        window.click("import-what-history")?;
        window.click("history-choose")?;
        window.answer_file_dialog(&file)
    }),
    screen("history", When::Demo, "history-row", |window| {
        go(window, "#/history")
    }),
    screen("trash", When::Demo, "trash-row", |window| go(window, "#/trash")),
    screen("card-own-fields", When::Demo, "card-custom", |window| {
        go(window, &card_with_own_fields(window)?)?;
        middle(window, "card-custom")
    }),
    screen("edit-own-fields", When::Demo, "custom-field", |window| {
        go(window, &format!("{}/edit", card_with_own_fields(window)?))?;
        middle(window, "custom-field")
    }),
    screen("own-fields", When::Demo, "own-field", |window| {
        go(window, "#/settings")?;
        window.see("own-field")?;
        middle(window, "own-field-add")
    }),
    screen("own-field-form", When::Demo, "own-field-form", |window| {
        go(window, "#/settings")?;
        window.click("own-field-edit")
    }),
    screen("filter", When::Demo, "filter-do", filtered),
    screen("filter-form", When::Demo, "filter-form", |window| {
        filtered(window)?;
        window.click("filter-edit")
    }),
    screen("filter-bulk", When::Demo, "filter-bulk", |window| {
        filtered(window)?;
        window.click("filter-do")?;
        window.press("ArrowDown")?;
        window.press("Enter")
    }),
    screen("filter-order", When::Demo, "filter-order", |window| {
        filtered(window)?;
        window.click("filter-reorder")
    }),
    screen("card-linked", When::Demo, "card-person", |window| {
        go(window, &linked(window)?.0)?;
        middle(window, "card-person")
    }),
    screen("card-person-of", When::Demo, "card-person-of", |window| {
        go(window, &linked(window)?.1)?;
        middle(window, "card-person-of")
    }),
    screen("edit-linked", When::Demo, "person-linked", |window| {
        go(window, &format!("{}/edit", linked(window)?.0))?;
        window.see("person-linked")?;
        middle(window, "person-linked")
    }),
    screen("person-find", When::Demo, "find-hit", |window| {
        go(window, &format!("{}/edit", linked(window)?.0))?;
        window.click("add-contact-person")?;
        window.click("person-link")?;
        window.type_into("find-input", "ан")
    }),
    screen("settings", When::Demo, "settings-name", |window| {
        go(window, "#/settings")
    }),
    screen("demo-alone", When::Demo, "office-demo", |window| {
        to_office(window, "office-demo")
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
    screen("import-left-out", When::Alone, "left-out", |window| {
        let file = window.folder().join("everything.json");
        std::fs::write(&file, everything())?;
        go(window, "#/import")?;
        window.click("import-choose")?;
        window.answer_file_dialog(&file)
    }),
    screen("pairing", When::Alone, "office-code", |window| {
        to_office(window, "office-code")?;
        window.type_into("office-code", "k7qm 2xwd 9fta hn4r c8pv 5jye b3gs")?;
        window.click("office-device")
    }),
    screen("pairing-mistyped", When::Alone, "field-problem", |window| {
        to_office(window, "office-code")?;
        window.type_into("office-code", "k7qm 2xwd 9fta hn4r c8pv 5jye b3gs")?;
        window.click("office-connect")
    }),
    screen("paired", When::Branch, "office-facts", |window| {
        to_office(window, "office")
    }),
    screen("paired-leave", When::Branch, "office-leave-do", |window| {
        to_office(window, "office-leave")?;
        window.click("office-leave")
    }),
    screen("paired-exchange", When::Branch, "exchange-row", |window| {
        go(window, "#/head-office/exchange")
    }),
    screen("paired-conflicts", When::Branch, "conflict", |window| {
        go(window, "#/head-office/conflicts")
    }),
    screen("paired-card", When::Branch, "card-conflicts", |window| {
        let conflicts = window.call("conflicts_list", Value::Null)?;
        let of = conflicts.as_array().into_iter().flatten().last();
        let id = of.and_then(|conflict| conflict["client_id"].as_str());
        go(window, &format!("#/clients/{}", id.unwrap_or_default()))
    }),
    screen("paired-refused", When::Branch, "refused-change", |window| {
        go(window, "#/head-office/refused")
    }),
    screen("paired-discard", When::Branch, "refused-discard-do", |window| {
        go(window, "#/head-office/refused")?;
        window.click("refused-discard")
    }),
    screen("paired-devices", When::Branch, "device", |window| {
        go(window, "#/head-office/devices")
    }),
    screen("paired-erasures", When::Branch, "erasure", |window| {
        go(window, "#/head-office/erasures")
    }),
    screen("branches", When::Head, "client-row-branch", |window| {
        go(window, "#/clients")?;
        window.click("client-row")
    }),
    screen("branches-choose", When::Head, "client-row-branch", |window| {
        go(window, "#/clients")?;
        window.click("branch")
    }),
    screen("branches-devices", When::Head, "device-revoke", |window| {
        go(window, "#/head-office/devices")
    }),
    screen("branches-revoke", When::Head, "device-revoke-do", |window| {
        go(window, "#/head-office/devices")?;
        window.click("device-revoke")
    }),
    screen("branches-erasures", When::Head, "erasure", |window| {
        go(window, "#/head-office/erasures")
    }),
    screen("away", When::Away, "office-why", |window| {
        to_office(window, "office")
    }),
    screen("away-erasures", When::Away, "erasure", |window| {
        go(window, "#/head-office/erasures")
    }),
    screen("revoked", When::Revoked, "office-why", |window| {
        to_office(window, "office")
    }),
];

/// As a spreadsheet writes it where the comma is taken: two good lines, one known by its phone twice, one empty.
const IMPORTED: &str = "Имя;Фамилия;Телефон;E-mail;Дата рождения;Заметки\n\
    Анна;Каренина;+7 495 123-45-67;anna@example.com;12.03.1985;Любит чай\n\
    Иван;Петров;8 (495) 765-43-21;;01.07.1990;\n\
    Анна;Каренина;+7 495 123 45 67;anna.k@example.com;13.03.1985;\n\
    ;;;;;перезвонить\n";

/// An export of everything whose files were on another device, or damaged.
fn everything() -> String {
    let id = |n: usize| format!("01890000-0000-7000-8000-{n:012}");
    let names = ["съгласие.pdf", "преди боядисване.jpg", "формула.txt"];
    let files = names.iter().zip(2..).map(|(name, n)| {
        json!({ "id": id(n), "client_id": id(1), "name": name, "size_bytes": 9, "hash": { "hex": "00" } })
    });
    let missing = ["elsewhere", "damaged", "damaged"].iter().zip(2..);
    let missing =
        missing.map(|(why, n)| format!("{{\"attachment\": \"{}\", \"missing\": \"{why}\"}}", id(n)));
    let attachments: Vec<_> = files.map(|file| file.to_string()).collect();
    format!(
        "{{\"clientele\": \"everything\", \"version\": 1, \"written_at\": \"2026-11-22T21:40:00.000Z\", \"records\": {{
        \"clients\": [{{\"id\": \"{}\", \"kind\": \"person\", \"given_name\": \"Анна\"}}],
        \"attachments\": [{}]}}, \"files\": [{}]}}",
        id(1),
        attachments.join(","),
        missing.collect::<Vec<_>>().join(",")
    )
}

/// The preview of a file of clients.
fn imported(window: &Clientele) -> Result<()> {
    let file = window.folder().join("clients.csv");
    std::fs::write(&file, IMPORTED)?;
    go(window, "#/import")?;
    window.click("import-choose")?;
    window.answer_file_dialog(&file)
}

/// Visits of some clients of the book, one that is told twice, one of nobody, one without a day.
fn visits(window: &Clientele) -> Result<String> {
    let mut table = "Дата визита;Время;Услуга;Мастер;Телефон\n".to_owned();
    for (row, day) in clients(window, 30)?.iter().zip(1..) {
        let phone = row["phone"].as_str().unwrap_or_default();
        if !phone.is_empty() && day <= 28 {
            table.push_str(&format!(
                "{day:02}.09.2026;14:30;Стрижка, укладка;Мария;{phone}\n"
            ));
        }
    }
    let first = table.lines().nth(1).unwrap_or_default().to_owned();
    table.push_str(&format!(
        "{first}\n03.09.2026;;Маникюр;Мария;+359 2 000 00 00\n;;Маникюр;;+359 2 000 00 00\n"
    ));
    Ok(table)
}

/// Sets one scene after the other, and keeps what they stand on.
pub struct Stand {
    setup: Setup,
    programs: Programs,
    language: String,
    company: Option<Company>,
}

impl Stand {
    /// In this language. Programs are started as `setup` says.
    pub fn new(setup: Setup, programs: Programs, language: &str) -> Self {
        Self {
            setup,
            programs,
            language: language.to_owned(),
            company: None,
        }
    }

    /// Brings the program to where the screens of a scene can be seen; it may be another program afterwards.
    pub fn set_scene(&mut self, clientele: &mut Clientele, when: When) -> Result<()> {
        let language = &self.language;
        match when {
            When::NoBook => return clientele.see("welcome").map(drop),
            When::Demo => {
                clientele.call("book_demo", json!({ "language": language }))?;
                let rows = clients(clientele, 12)?;
                let ids: Vec<&Value> = rows.iter().skip(9).map(|row| &row["id"]).collect();
                clientele.call("clients_trash", json!({ "ids": ids }))?;
            }
            When::Locked => {
                if clientele.call("app_state", Value::Null)?["book"]["state"] == json!("none") {
                    clientele.call("book_demo", json!({ "language": language }))?;
                }
                clientele.close()?;
                clientele.stage().bus.set_keyring(Keyring::Locked)?;
                return clientele.open();
            }
            When::Alone => {
                *clientele = Clientele::start(self.setup.clone())?;
                company::make_book(clientele, language)?;
            }
            When::Branch | When::Head | When::Away | When::Revoked => {
                if self.company.is_none() {
                    let founded = Company::found(clientele, &self.setup, &self.programs, language)?;
                    self.company = Some(founded);
                }
                if let Some(company) = &mut self.company {
                    company.show(clientele, when == When::Head);
                    match when {
                        When::Away => company.cut(clientele)?,
                        When::Revoked => company.revoke(clientele)?,
                        _ => {}
                    }
                }
            }
        }
        reload(clientele)
    }
}

/// Chooses the first of the saved filters.
fn filtered(window: &Clientele) -> Result<()> {
    go(window, "#/clients")?;
    window.click("filter-choose")?;
    window.press("ArrowDown")?;
    window.press("Enter")
}

/// A card on which all of the owner's own fields are filled in.
fn card_with_own_fields(window: &Clientele) -> Result<String> {
    let mut most = (0, String::new());
    for row in clients(window, 100)? {
        let card = window.call("client_get", json!({ "id": row["id"] }))?;
        let filled = card["draft"]["custom"].as_array().map_or(0, Vec::len);
        if filled > most.0 {
            most = (filled, row["id"].as_str().unwrap_or_default().to_owned());
        }
    }
    Ok(format!("#/clients/{}", most.1))
}

/// Comes to the part of the settings about head office, with this element in the middle.
fn to_office(window: &Clientele, id: &str) -> Result<()> {
    go(window, "#/settings")?;
    middle(window, id)
}

/// Comes to an element, wherever on the page it stands.
fn middle(window: &Clientele, id: &str) -> Result<()> {
    window.see(id)?;
    let script =
        "document.querySelector(`[data-testid=${arguments[0]}]`).scrollIntoView({ block: 'center' })";
    window.session()?.run(script, &[json!(id)]).map(drop)
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

/// The card of a client with a photo.
fn with_photo(window: &Clientele) -> Result<String> {
    for row in clients(window, 200)? {
        let card = window.call("client_get", json!({ "id": row["id"] }))?;
        if card["photo"].is_string() {
            return Ok(format!("#/clients/{}", row["id"].as_str().unwrap_or_default()));
        }
    }
    Err(Error::new("nobody in the demo book has a photo"))
}

/// Two cards, the second of which is the first one's only contact person.
fn linked(window: &Clientele) -> Result<(String, String)> {
    let rows = clients(window, 2)?;
    let id = |at: usize| {
        rows.get(at)
            .and_then(|row| row["id"].as_str())
            .unwrap_or_default()
    };
    let before = window.call("client_get", json!({ "id": id(0) }))?["draft"].clone();
    let mut after = before.clone();
    let person = json!({ "name": "", "role": "счетоводител", "phone": "", "email": "", "note": "", "person_id": id(1) });
    after["contact_persons"] = json!([person]);
    window.call(
        "client_save",
        json!({ "id": id(0), "before": before, "after": after }),
    )?;
    Ok((format!("#/clients/{}", id(0)), format!("#/clients/{}", id(1))))
}

/// One of the pairs of cards that may be of one client.
fn pair(window: &Clientele, at: usize) -> Result<(String, String)> {
    let found = window.call("duplicates_list", json!({ "limit": 10 }))?;
    let row = &found["rows"][at];
    match (row["keep"]["id"].as_str(), row["gone"]["id"].as_str()) {
        (Some(keep), Some(gone)) => Ok((keep.to_owned(), gone.to_owned())),
        _ => Err(Error::new("the demo book has nobody twice")),
    }
}

fn clients(window: &Clientele, limit: u32) -> Result<Vec<Value>> {
    let ask = json!({ "tag": null, "kind": null, "sort": "recent", "offset": 0, "limit": limit });
    let page = window.call("clients_list", ask)?;
    Ok(page["rows"].as_array().cloned().unwrap_or_default())
}
