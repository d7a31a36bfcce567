//! Clients and contacts.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::salon::{Ended, Salon};

#[test]
fn a_card_of_flags_stands_as_it_was_given() {
    let salon = Salon::new();
    let flags = [
        "--given-name",
        "Анна",
        "--patronymic",
        "Петрова",
        "--family-name",
        "Иванова",
        "--company-name",
        "Ехо ООД",
        "--phone",
        "0888 123 456",
        "--phone",
        "+7 916 123-45-67",
        "--email",
        "anna@example.com",
        "--messenger",
        "Viber:+359888123456",
        "--street",
        "ул. Шипка 1",
        "--city",
        "София",
        "--region",
        "София-град",
        "--postal-code",
        "1000",
        "--country",
        "България",
        "--birthday",
        "1985-03-07",
        "--language",
        "bg",
        "--source",
        "Инстаграм",
        "--card-number",
        "000123",
        "--tag",
        "VIP",
        "--tag",
        "нокти",
        "--notes",
        "до прозореца",
        "--expects",
        "тишина",
        "--never",
        "амоняк",
    ];
    let id = salon.add(flags);
    let card = salon.json(["client", "show", &id]);
    let draft = &card["draft"];
    assert_eq!(card["name"], "Анна Петрова Иванова");
    assert_eq!(card["phones"][1]["e164"], "+79161234567");
    assert_eq!(draft["phones"][0]["e164"], "+359888123456");
    assert_eq!(draft["company_name"], "Ехо ООД");
    assert_eq!(draft["emails"][0]["address"], "anna@example.com");
    assert_eq!(draft["messengers"][0]["handle"], "+359888123456");
    assert_eq!(draft["addresses"][0]["postal_code"], "1000");
    assert_eq!(draft["birthday"], json!({"year": 1985, "month": 3, "day": 7}));
    assert_eq!(draft["tags"], json!(["VIP", "нокти"]));
    for (field, value) in [
        ("language", "bg"),
        ("source", "Инстаграм"),
        ("card_number", "000123"),
        ("notes", "до прозореца"),
        ("expects", "тишина"),
        ("never", "амоняк"),
    ] {
        assert_eq!(draft[field], value);
    }
    let shown = salon.run(["client", "show", &id]).stdout;
    let warning = shown.lines().nth(1).unwrap();
    assert!(warning.contains("never") && warning.contains("амоняк"), "{shown}");
}

#[test]
fn a_company_is_known_by_its_name() {
    let salon = Salon::new();
    let id = salon.add([
        "--company",
        "--company-name",
        "Хотел „Лазур“",
        "--given-name",
        "Иван",
    ]);
    let card = salon.json(["client", "show", &id]);
    assert_eq!(
        (&card["name"], &card["draft"]["kind"]),
        (&json!("Хотел „Лазур“"), &json!("company"))
    );
}

fn from_stdin(salon: &Salon, text: &[u8]) -> Ended {
    let mut command = salon.with_book(["client", "add", "--from-json", "-", "--json"]);
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    program.stdin.take().unwrap().write_all(text).unwrap();
    let output = program.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_whole_card_comes_in_as_json() {
    let salon = Salon::new();
    let person = json!({"name": "Петя", "role": "дъщеря", "phone": "0888 111 222"});
    let card =
        json!({"given_name": "Анна", "contact_persons": [person], "birthday": {"month": 2, "day": 29}});
    let added = from_stdin(&salon, card.to_string().as_bytes()).value();
    assert_eq!(
        added.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "step"]
    );
    let id = added["id"].as_str().unwrap();
    let shown = salon.json(["client", "show", id]);
    assert_eq!(shown["draft"]["contact_persons"][0]["role"], "дъщеря");
    // What one book shows, another one takes.
    let other = Salon::new();
    other.write("card.json", shown["draft"].to_string());
    let copy = other.add(["--from-json", "card.json"]);
    assert_eq!(other.json(["client", "show", &copy])["name"], "Анна");
}

#[test]
fn a_contact_person_may_be_another_client() {
    let salon = Salon::new();
    let boris = salon.add(["--given-name", "Борис"]);
    let husband = format!("{boris}=съпруг");
    let anna = salon.add(["--given-name", "Анна", "--contact-person", &husband]);
    let shown = salon.json(["client", "show", &anna]);
    assert_eq!(shown["linked"][0]["id"], json!(boris));
    assert_eq!(shown["draft"]["contact_persons"][0]["name"], "Борис");
    let words = salon.run(["client", "show", &anna]).stdout;
    assert!(
        words.contains(&format!("Борис, съпруг (client {boris})")),
        "{words}"
    );
    let words = salon.run(["client", "show", &boris]).stdout;
    assert!(
        words.contains(&format!("Анна, съпруг (client {anna})")),
        "{words}"
    );
    // The role is said anew, of the same entry.
    let role = format!("{boris}=баща");
    assert_eq!(
        salon
            .run(["client", "edit", &anna, "--contact-person", &role])
            .code,
        0
    );
    let shown = salon.json(["client", "show", &boris]);
    assert_eq!(
        shown["person_of"],
        json!([{ "id": anna, "name": "Анна", "role": "баща" }])
    );
    assert_eq!(salon.run(["client", "trash", &boris]).code, 0);
    let words = salon.run(["client", "show", &anna]).stdout;
    assert!(words.contains("in the trash"), "{words}");
    let itself = salon.run(["client", "edit", &anna, "--contact-person", &anna]);
    assert_ne!(itself.code, 0);
    assert!(
        itself.stderr.contains("their own contact person"),
        "{}",
        itself.stderr
    );
    assert_eq!(
        salon
            .run(["client", "edit", &anna, "--clear", "contact-persons"])
            .code,
        0
    );
    assert_eq!(salon.json(["client", "show", &anna])["linked"], json!([]));
}

#[test]
fn a_card_that_is_none_is_refused() {
    let salon = Salon::new();
    for text in [
        &b"{"[..],
        b"",
        b"[]",
        b"\xFF\xFE",
        br#"{"given_nam": "x"}"#,
        br#"{"given_name": 5}"#,
        br#"{"given_name": "x", "phones": [{"number": "1"}]}"#,
    ] {
        from_stdin(&salon, text).assert_refused(1, "request.bad");
    }
    salon.run(["client", "add"]).assert_refused(1, "client.empty");
    salon
        .run(["client", "add", "--email", "x"])
        .assert_refused(1, "email.invalid");
    salon
        .run(["client", "add", "--phone", "x"])
        .assert_refused(1, "phone.invalid");
    salon
        .run(["client", "add", "--birthday", "02-30", "--given-name", "x"])
        .assert_refused(1, "date.invalid");
    salon
        .run(["client", "add", "--from-json", "absent.json"])
        .assert_refused(1, "file.failed");
    salon
        .run(["client", "add", "--from-json", "-", "--notes", "x"])
        .assert_refused(2, "usage");
    assert_eq!(salon.json(["check"])["clients"], 0);
}

#[test]
fn a_client_is_found_by_any_part() {
    let salon = Salon::new();
    let id = salon.add([
        "--given-name",
        "Анна",
        "--family-name",
        "Иванова",
        "--phone",
        "0888 123 456",
    ]);
    salon.add(["--given-name", "Борис", "--tag", "VIP"]);
    let found = json!([{"id": id, "name": "Анна Иванова", "phone": "088 812 3456", "matched_in": "phone"}]);
    assert_eq!(salon.json(["search", "3456"]), found);
    assert_eq!(salon.json(["search", "анна", "иван"])[0]["matched_in"], "name");
    assert_eq!(
        salon
            .json(["search", "а", "--limit", "1"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(salon.json(["search", "няма такъв"]), json!([]));
    let told = salon.run(["search", "иванова"]).stdout;
    assert_eq!(told, format!("{id}  Анна Иванова  088 812 3456  name\n"));
}

#[test]
fn the_list_is_filtered_and_parted() {
    let salon = Salon::new();
    salon.add(["--given-name", "Вера", "--tag", "VIP"]);
    salon.add(["--given-name", "Анна", "--tag", "VIP"]);
    salon.add(["--company", "--company-name", "Лазур"]);
    let names = |flags: &[&str]| {
        let part = salon.json(["list"].iter().chain(flags));
        let rows = part["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].clone());
        (part["total"].clone(), rows.collect::<Vec<_>>())
    };
    assert_eq!(
        names(&[]),
        (json!(3), vec![json!("Анна"), json!("Вера"), json!("Лазур")])
    );
    assert_eq!(
        names(&["--tag", "VIP", "--limit", "1"]),
        (json!(2), vec![json!("Анна")])
    );
    assert_eq!(names(&["--kind", "company"]), (json!(1), vec![json!("Лазур")]));
    assert_eq!(names(&["--offset", "2"]), (json!(3), vec![json!("Лазур")]));
    assert_eq!(names(&["--sort", "created", "--limit", "1"]).1, [json!("Лазур")]);
    assert!(salon.run(["list"]).stdout.ends_with("Clients: 3 of 3.\n"));
}

#[test]
fn clients_go_to_the_trash_and_come_back() {
    let salon = Salon::new();
    let (anna, boris) = (
        salon.add(["--given-name", "Анна"]),
        salon.add(["--given-name", "Борис"]),
    );
    let trashed = salon.json(["client", "trash", &anna, &boris]);
    assert_eq!(trashed["trashed"], 2);
    assert!(trashed["step"].is_string());
    assert_eq!(
        salon.json(["client", "trash", &anna]),
        json!({"trashed": 0, "step": null})
    );
    assert_eq!(salon.json(["list"])["total"], 0);
    let lies: Vec<Value> = salon.json(["trash"]).as_array().unwrap().clone();
    assert_eq!(
        (lies.len(), &lies[0]["kind"], &lies[0]["days_left"]),
        (2, &json!("client"), &json!(30))
    );
    assert!(
        salon
            .run(["client", "show", &anna])
            .stdout
            .contains("in the trash")
    );
    assert_eq!(salon.json(["client", "restore", &anna])["restored"], 1);
    assert_eq!(salon.json(["list"])["total"], 1);
    let nobody = "01a2021c-0000-7000-8000-000000000000";
    salon
        .run(["client", "trash", nobody])
        .assert_refused(1, "not_found");
    salon
        .run(["client", "show", nobody])
        .assert_refused(1, "not_found");
}

#[test]
fn contacts_are_logged_and_read() {
    let salon = Salon::new();
    let anna = salon.add(["--given-name", "Анна"]);
    let add = [
        "contact",
        "add",
        &anna,
        "--kind",
        "call",
        "--text",
        "Иска час",
        "--direction",
        "in",
        "--channel",
    ];
    let at = ["phone", "--at", "2026-11-22T14:30+02:00"];
    let added = salon.json(add.iter().chain(&at));
    assert_eq!(
        added.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "step"]
    );
    salon.json([
        "contact",
        "add",
        &anna,
        "--kind",
        "walk_in",
        "--text",
        "Подстригване",
        "--at",
        "2026-11-23",
    ]);
    let list = salon.json(["contact", "list", &anna]);
    let texts: Vec<&Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| &contact["text"])
        .collect();
    assert_eq!(texts, ["Подстригване", "Иска час"]);
    assert_eq!(list[1]["id"], added["id"]);
    assert_eq!(list[1]["at"], 1_795_350_600_000_i64);
    assert_eq!(
        (&list[1]["direction"], &list[1]["channel"]),
        (&json!("in"), &json!("phone"))
    );
    assert_eq!(
        (&list[0]["direction"], &list[0]["channel"]),
        (&json!(null), &json!(null))
    );
    let told = salon.run(["contact", "list", &anna, "--limit", "1"]).stdout;
    assert_eq!(
        told,
        "2026-11-23 00:00  walk_in    Подстригване\nContacts: 1 of 2.\n"
    );
    let nobody = "01a2021c-0000-7000-8000-000000000000";
    let refused = salon.run(["contact", "add", nobody, "--kind", "call", "--text", "x"]);
    refused.assert_refused(1, "not_found");
}

#[test]
fn an_edit_changes_what_it_names_and_nothing_else() {
    let salon = Salon::new();
    let flags = [
        "--given-name",
        "Анна",
        "--phone",
        "0888 123 456",
        "--tag",
        "VIP",
        "--notes",
        "x",
    ];
    let more = [
        "--birthday",
        "03-07",
        "--city",
        "София",
        "--street",
        "ул. Шипка 1",
    ];
    let anna = salon.add(flags.into_iter().chain(more));
    let before = salon.json(["client", "show", &anna])["draft"].clone();
    let edit = [
        "client",
        "edit",
        &anna,
        "--family-name",
        "Иванова",
        "--notes",
        "",
        "--city",
        "Варна",
    ];
    let phones = [
        "--phone",
        "0888 123 456",
        "--phone",
        "02 987 6543",
        "--clear",
        "birthday",
        "--clear",
        "tags",
    ];
    let saved = salon.json(edit.into_iter().chain(phones));
    assert!(saved["step"].is_string());
    let after = salon.json(["client", "show", &anna])["draft"].clone();
    let mut wanted = before.clone();
    wanted["family_name"] = json!("Иванова");
    wanted["notes"] = json!("");
    wanted["birthday"] = json!(null);
    wanted["tags"] = json!([]);
    wanted["addresses"][0]["city"] = json!("Варна");
    // The number that stood there is the same row.
    assert_eq!(after["phones"][0], before["phones"][0]);
    assert_eq!(after["phones"][1]["e164"], "+35929876543");
    wanted["phones"] = after["phones"].clone();
    assert_eq!(after, wanted);
    // What stands so already is not written, and a step takes all of it back.
    assert_eq!(
        salon.json(["client", "edit", &anna, "--family-name", "Иванова"])["step"],
        json!(null)
    );
    assert!(
        salon
            .run(["client", "edit", &anna])
            .stdout
            .starts_with("It stands so already")
    );
    salon.json(["undo"]);
    assert_eq!(salon.json(["client", "show", &anna])["draft"], before);
    // The whole card, too.
    let mut card = before.clone();
    card["never"] = json!("амоняк");
    let file = salon.write("card.json", card.to_string());
    salon.json(["client", "edit", &anna, "--from-json", file.to_str().unwrap()]);
    assert_eq!(salon.json(["client", "show", &anna])["draft"], card);
    card["nevre"] = json!("x");
    let file = salon.write("card.json", card.to_string());
    salon
        .run(["client", "edit", &anna, "--from-json", file.to_str().unwrap()])
        .assert_refused(1, "request.bad");
    salon
        .run(["client", "edit", &anna, "--phone", "1 800 1", "--clear", "phones"])
        .assert_refused(2, "usage");
    salon
        .run(["client", "edit", &anna, "--company", "--person"])
        .assert_refused(2, "usage");
    salon.json(["client", "edit", &anna, "--company", "--company-name", "Ехо"]);
    assert_eq!(salon.json(["client", "show", &anna])["draft"]["kind"], "company");
    salon.json(["client", "edit", &anna, "--person"]);
    assert_eq!(salon.json(["client", "show", &anna])["draft"]["kind"], "person");
    let nobody = "00000000-0000-7000-8000-000000000000";
    salon
        .run(["client", "edit", nobody, "--notes", "x"])
        .assert_refused(1, "not_found");
    salon.json(["client", "trash", &anna]);
    salon
        .run(["client", "edit", &anna, "--notes", "y"])
        .assert_refused(1, "client.in_trash");
}

#[test]
fn to_erase_takes_a_yes_and_leaves_a_receipt() {
    let salon = Salon::new();
    let (anna, boris) = (
        salon.add(["--given-name", "Анна"]),
        salon.add(["--given-name", "Борис"]),
    );
    assert_eq!(salon.run(["head-office", "erasures"]).stdout, "Receipts: 0.\n");
    salon
        .run(["client", "erase", &anna, "--yes"])
        .assert_refused(1, "request.bad");
    salon.json(["client", "trash", &anna, &boris]);
    // Nobody is there to be asked.
    salon.run(["client", "erase", &anna]).assert_refused(2, "usage");
    assert_eq!(salon.json(["client", "show", &anna])["name"], "Анна");
    let erased = salon.json(["client", "erase", &anna, &boris, "--yes"]);
    assert_eq!(erased["erased"], 2);
    salon
        .run(["client", "show", &anna])
        .assert_refused(1, "not_found");
    salon
        .run(["client", "erase", &anna, "--yes"])
        .assert_refused(1, "not_found");
    let receipts = salon.json(["head-office", "erasures"]);
    assert_eq!(
        (
            &receipts["rows"][0]["number"],
            &receipts["rows"][0]["clients"],
            &receipts["rows"][0]["state"]
        ),
        (&erased["receipt"], &json!(2), &json!("alone"))
    );
    let told = salon.run(["head-office", "erasures"]).stdout;
    assert!(told.starts_with(erased["receipt"].as_str().unwrap()), "{told}");
    assert!(
        told.contains("clients: 2, by owner") && told.contains("which works alone"),
        "{told}"
    );
    assert!(!told.contains("Анна"), "{told}");
}

/// What is said at a terminal, and the exit code, when somebody types this there.
#[cfg(target_os = "linux")]
fn at_a_terminal(salon: &Salon, arguments: &[&str], typed: &str) -> (String, Option<i32>) {
    let inner = salon.with_book(arguments);
    let words = std::iter::once(inner.get_program()).chain(inner.get_args());
    let words: Vec<String> = words
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let mut outer = std::process::Command::new("script");
    outer.args(["-qec", &words.join(" "), "/dev/null"]);
    outer.current_dir(inner.get_current_dir().unwrap());
    for (name, value) in inner.get_envs() {
        outer.env(name, value.unwrap());
    }
    let mut terminal = outer
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script, of util-linux");
    terminal
        .stdin
        .take()
        .unwrap()
        .write_all(typed.as_bytes())
        .unwrap();
    let output = terminal.wait_with_output().unwrap();
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        output.status.code(),
    )
}

#[cfg(target_os = "linux")]
#[test]
fn who_sits_at_a_terminal_is_asked_before_an_erasure() {
    let salon = Salon::new();
    let anna = salon.add(["--given-name", "Анна"]);
    salon.json(["client", "trash", &anna]);
    for no in ["no\n", "\n", "y\n"] {
        let (told, code) = at_a_terminal(&salon, &["client", "erase", &anna], no);
        assert!(
            told.contains("Анна") && told.contains("cannot be undone"),
            "{told}"
        );
        assert!(
            told.contains("dialog.cancelled") && code == Some(1),
            "{told} {code:?}"
        );
    }
    assert_eq!(salon.json(["client", "show", &anna])["name"], "Анна");
    let (told, code) = at_a_terminal(&salon, &["client", "erase", &anna], "yes\n");
    assert!(
        told.contains("Erased for good: 1.") && code == Some(0),
        "{told} {code:?}"
    );
    salon
        .run(["client", "show", &anna])
        .assert_refused(1, "not_found");
}
