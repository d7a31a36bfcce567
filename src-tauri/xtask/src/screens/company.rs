//! A company for the pictures: head office's server, and the devices of two branches that have written apart.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use clientele_window_tests::office::Office;
use clientele_window_tests::{Clientele, Error, Result, Setup, process};
use serde_json::{Value, json};

use super::words::{Words, words};

/// How many clients each branch has.
const CLIENTS: usize = 9;

/// The programs beside the one with the window.
#[derive(Clone)]
pub struct Programs {
    /// Head office's server.
    pub server: PathBuf,
    /// The command line, which serves as a device without a window.
    pub cli: PathBuf,
}

/// A company with a server and two windows: one stands at a branch's desk, one in head office.
pub struct Company {
    office: Office,
    /// The window that is not pictured now.
    other: Clientele,
    shows_head: bool,
    words: &'static Words,
}

impl Company {
    /// Makes one. The window that is given becomes the branch's desk, with conflicts, a refused change and a list of what
    /// came in and went out.
    pub fn found(desk: &mut Clientele, setup: &Setup, programs: &Programs, language: &str) -> Result<Self> {
        let words = words(language);
        // Anew: the one that is given has another book open already.
        *desk = Clientele::start(setup.clone())?;
        let head = Clientele::start(setup.clone())?;
        let mut office = Office::start(Some(programs.server.clone()), desk.folder(), words.company)?;
        let cards = demo_cards(&head, language)?;
        make_book(&head, language)?;
        pair(&head, &office.code("--all")?, words.head)?;

        // The branches come to be with the codes for their devices.
        let [east, west] = words.branches.map(|branch| format!("--branch={branch}"));
        let folder = &head.folder().join("devices");
        std::fs::create_dir_all(folder)?;
        let device = Device {
            programs,
            folder,
            words,
        };
        device.pair("laptop", words.laptop, &office.code(&east)?)?;
        device.pair("west", words.chair, &office.code(&west)?)?;
        make_book(desk, language)?;
        pair(desk, &office.code(&east)?, words.desk)?;
        sync(&head)?;
        for (branch, cards) in words.branches.iter().zip(cards.chunks(CLIENTS)) {
            choose_branch(&head, Some(branch))?;
            cards.iter().try_for_each(|card| add(&head, card))?;
        }
        choose_branch(&head, None)?;
        sync(&head)?;
        sync(desk)?;
        let devices = head.call("devices_list", Value::Null)?;
        let laptop = devices
            .as_array()
            .into_iter()
            .flatten()
            .find(|row| row["name"] == words.laptop);
        let laptop = laptop.ok_or_else(|| Error::new("head office does not know the laptop"))?;
        head.call("device_revoke", json!({ "id": laptop["id"] }))?;
        write_apart(desk, &head, &mut office, words)?;
        Ok(Self {
            office,
            other: head,
            shows_head: false,
            words,
        })
    }

    /// Puts the window of head office, or that of the desk, in the place of the one that is pictured.
    pub fn show(&mut self, shown: &mut Clientele, head: bool) {
        if self.shows_head != head {
            std::mem::swap(shown, &mut self.other);
            self.shows_head = head;
        }
    }

    /// The line is cut, and the desk goes on writing; it erases somebody, too.
    pub fn cut(&mut self, desk: &Clientele) -> Result<()> {
        self.office.cut();
        let clients = clients(desk)?;
        for id in clients.iter().skip(3).take(2) {
            edit(desk, id, "notes", &json!(self.words.notes[0]))?;
        }
        if let Some(id) = clients.get(5) {
            desk.call("clients_trash", json!({ "ids": [id] }))?;
            desk.call("clients_erase", json!({ "ids": [id] }))?;
        }
        try_in_vain(desk)
    }

    /// Head office shuts the desk out.
    pub fn revoke(&mut self, desk: &Clientele) -> Result<()> {
        self.office.connect()?;
        sync(&self.other)?;
        let state = desk.call("head_office", Value::Null)?;
        let id = &state["paired"]["device"];
        self.other.call("device_revoke", json!({ "id": id }))?;
        desk.call("head_office_sync", Value::Null)?;
        desk.wait_for("the desk to learn that it is shut out", || {
            let state = desk.call("head_office", Value::Null)?;
            Ok((state["paired"]["revoked"] == true && state["running"] == false).then_some(()))
        })
    }
}

/// What both write without knowing of each other, what head office does not take, and what is erased.
fn write_apart(desk: &Clientele, head: &Clientele, office: &mut Office, words: &Words) -> Result<()> {
    let clients = clients(desk)?;
    let [first, second, third, .., last] = &clients[..] else {
        return Err(Error::new("the branch has too few clients"));
    };
    office.cut();
    for (window, at) in [(desk, 0), (head, 1)] {
        edit(window, first, "notes", &json!(words.notes[at]))?;
        edit(
            window,
            second,
            "phones",
            &json!([{ "label": "", "typed": words.phones[at] }]),
        )?;
    }
    desk.call("clients_trash", json!({ "ids": [third] }))?;
    let call =
        json!({ "kind": "call", "direction": "in", "channel": "phone", "at": now(), "text": words.call });
    let new = json!({ "id": null, "client_id": third, "draft": call });
    head.call("contact_save", new)?;
    try_in_vain(desk)?;
    office.connect()?;
    for window in [desk, head, desk] {
        sync(window)?;
    }
    // The name of the company is head office's to give.
    let mut settings = desk.call("app_state", Value::Null)?["book"]["settings"].clone();
    settings["business_name"] = json!(words.own_name);
    desk.call("settings_save", settings)?;
    sync(desk)?;
    head.call("clients_trash", json!({ "ids": [last] }))?;
    head.call("clients_erase", json!({ "ids": [last] }))?;
    for window in [head, desk, head, desk] {
        sync(window)?;
    }
    Ok(())
}

/// Whole cards of the demo book with the newest of their contacts.
fn demo_cards(window: &Clientele, language: &str) -> Result<Vec<(Value, Vec<Value>)>> {
    window.call("book_demo", json!({ "language": language }))?;
    let all = json!({ "tag": null, "kind": null, "sort": "recent", "offset": 0, "limit": 2 * CLIENTS });
    let listed = window.call("clients_list", all)?;
    let mut cards = Vec::new();
    for row in listed["rows"].as_array().into_iter().flatten() {
        let mut card = window.call("client_get", json!({ "id": row["id"] }))?;
        // The company has no fields of its own.
        card["draft"]["custom"] = json!([]);
        let ask = json!({ "client_id": row["id"], "before": null, "limit": 4 });
        let contacts = window.call("contacts_list", ask)?["rows"].take();
        cards.push((
            card["draft"].clone(),
            contacts.as_array().cloned().unwrap_or_default(),
        ));
    }
    Ok(cards)
}

/// A new book, named in this language.
pub fn make_book(window: &Clientele, language: &str) -> Result<()> {
    let words = words(language);
    let settings = json!({
        "business_name": words.company, "country": words.country, "currency": words.currency, "language": language,
    });
    window.call("book_create", settings).map(drop)
}

fn pair(window: &Clientele, code: &str, name: &str) -> Result<()> {
    window.call("head_office_pair", json!({ "code": code, "device_name": name }))?;
    sync(window)
}

/// Visits head office, and waits for the end of it.
fn sync(window: &Clientele) -> Result<()> {
    let before = window.call("head_office", Value::Null)?["last_reached"].clone();
    window.call("head_office_sync", Value::Null)?;
    window.wait_for("a visit to head office", || {
        let state = window.call("head_office", Value::Null)?;
        let done = state["running"] == false && state["waiting"] == 0 && state["problem"].is_null();
        Ok((done && state["last_reached"] != before).then_some(()))
    })
}

/// The same while the line is cut.
fn try_in_vain(window: &Clientele) -> Result<()> {
    window.call("head_office_sync", Value::Null)?;
    window.wait_for("a visit in vain", || {
        let state = window.call("head_office", Value::Null)?;
        Ok((state["running"] == false && !state["problem"].is_null()).then_some(()))
    })
}

fn choose_branch(head: &Clientele, name: Option<&str>) -> Result<()> {
    let state = head.call("app_state", Value::Null)?;
    let branches = state["book"]["branches"]["branches"].as_array().cloned();
    let wanted = branches
        .unwrap_or_default()
        .into_iter()
        .find(|branch| Some(branch["name"].as_str().unwrap_or_default()) == name);
    let id = wanted.map_or(Value::Null, |branch| branch["id"].clone());
    head.call("branch_choose", json!({ "branch": id })).map(drop)
}

fn add(window: &Clientele, (draft, contacts): &(Value, Vec<Value>)) -> Result<()> {
    let saved = window.call(
        "client_save",
        json!({ "id": null, "before": null, "after": draft }),
    )?;
    for contact in contacts {
        let draft = json!({
            "kind": contact["kind"], "direction": contact["direction"], "channel": contact["channel"],
            "at": contact["at"], "text": contact["text"],
        });
        let new = json!({ "id": null, "client_id": saved["value"], "draft": draft });
        window.call("contact_save", new)?;
    }
    Ok(())
}

/// Those whom a window shows, by name.
fn clients(window: &Clientele) -> Result<Vec<Value>> {
    let all = json!({ "tag": null, "kind": null, "sort": "name", "offset": 0, "limit": 100 });
    let listed = window.call("clients_list", all)?;
    let rows = listed["rows"].as_array().into_iter().flatten();
    Ok(rows.map(|row| row["id"].clone()).collect())
}

fn edit(window: &Clientele, id: &Value, field: &str, value: &Value) -> Result<()> {
    let card = window.call("client_get", json!({ "id": id }))?;
    let mut after = card["draft"].clone();
    if field == "phones" && after["phones"][0]["id"].is_string() {
        // The same entry, with another number.
        after["phones"][0]["typed"] = value[0]["typed"].clone();
    } else {
        after[field] = value.clone();
    }
    let save = json!({ "id": id, "before": card["draft"], "after": after });
    window.call("client_save", save).map(drop)
}

/// A moment ago, as the book counts.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(0)
}

/// A device without a window: the command line, its books in a folder of their own.
struct Device<'a> {
    programs: &'a Programs,
    folder: &'a Path,
    words: &'a Words,
}

impl Device<'_> {
    /// Makes a book and pairs it.
    fn pair(&self, book: &str, name: &str, code: &str) -> Result<()> {
        let key = self.folder.join(format!("{book}.key"));
        // Nobody's key: the book stands in a folder that goes with the picture.
        std::fs::write(&key, "c0".repeat(32))?;
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&self.programs.cli);
            command
                .arg("--book")
                .arg(self.folder.join(format!("{book}.clientele")));
            command.arg("--key-file").arg(&key).args(arguments);
            process::output(&mut command).map(drop)
        };
        run(&[
            "init",
            "--name",
            self.words.company,
            "--country",
            self.words.country,
        ])?;
        run(&["head-office", "pair", "--name", name, code])
    }
}
