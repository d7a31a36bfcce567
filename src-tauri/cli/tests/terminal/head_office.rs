//! Head office at the terminal, with the real server.

use clientele_tests::office::Office;
use serde_json::json;

use crate::salon::Salon;

#[test]
fn a_book_alone_says_so() {
    let salon = Salon::new();
    assert_eq!(
        salon.run(["head-office", "status"]).stdout,
        "This book works alone.\n"
    );
    assert_eq!(salon.json(["head-office", "status"])["paired"], json!(null));
    for ask in ["sync", "leave"] {
        salon
            .run(["head-office", ask])
            .assert_refused(1, "head_office.off");
    }
    assert_eq!(salon.run(["head-office", "conflicts"]).stdout, "Conflicts: 0.\n");
    assert_eq!(salon.run(["head-office", "refused"]).stdout, "Refused: 0.\n");
    assert_eq!(salon.json(["head-office", "devices"]), json!([]));
    salon
        .run(["head-office", "revoke", "Desk"])
        .assert_refused(1, "head_office.off");
    let pair = ["head-office", "pair", "ABCD", "EFGH", "--name", "Desk"];
    salon.run(pair).assert_refused(1, "head_office.code_wrong");
    let settle = ["head-office", "settle", "x", "--keep", "standing"];
    salon.run(settle).assert_refused(1, "not_found");
    salon
        .run(["head-office", "settle", "x", "--keep", "both"])
        .assert_refused(2, "usage");
    salon
        .run(["head-office", "pair", "ABCD"])
        .assert_refused(2, "usage");
    assert!(
        salon
            .run(["head-office", "branches"])
            .stdout
            .starts_with("Only a device of head office")
    );
}

#[test]
fn two_books_become_one_at_the_terminal() {
    let mut office = Office::new();
    let east = office.branch("East");
    let (shop, head) = (Salon::new(), Salon::new());
    let anna = shop.add(["--given-name", "Анна", "--notes", "first"]);
    let code = office.code(Some(east)).to_text();
    let paired = shop.json(["head-office", "pair", &code.to_lowercase(), "--name", "Desk East"]);
    assert_eq!(
        (&paired["waiting"], &paired["in_agreement"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(paired["paired"]["branch"]["name"], "East");
    let told = head.run([
        "head-office",
        "pair",
        &office.code(None).to_text(),
        "--name",
        "Head",
    ]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(
        told.stdout.starts_with("Paired with Хвойна ООД at 127.0.0.1:"),
        "{told:?}"
    );
    assert!(
        told.stdout.contains("which sees every branch") && told.stdout.contains("Both books hold the same.")
    );
    assert_eq!(head.json(["client", "show", &anna])["name"], "Анна");
    assert_eq!(
        head.json(["head-office", "branches"])["branches"][0]["name"],
        "East"
    );
    assert!(head.run(["head-office", "devices"]).stdout.contains("this one"));

    // A branch writes by itself, and says how much waits.
    let file = shop.write("more.csv", "Име;Бележки\r\nБорис;x\r\n");
    shop.json(["import", file.to_str().unwrap()]);
    let waits = shop.json(["head-office", "status"]);
    assert!(waits["waiting"].as_u64().unwrap() > 0);
    assert_eq!(shop.json(["head-office", "sync"])["waiting"], 0);
    head.json(["head-office", "sync"]);
    assert_eq!(head.json(["list"])["total"], 2);

    // Thrown away at head office, written to at the branch: kept, and told.
    head.json(["client", "trash", &anna]);
    shop.json([
        "contact",
        "add",
        &anna,
        "--kind",
        "call",
        "--text",
        "wants to come back",
    ]);
    for salon in [&head, &shop, &head] {
        salon.json(["head-office", "sync"]);
    }
    let conflicts = head.json(["head-office", "conflicts"]);
    assert_eq!(
        (&conflicts[0]["kind"], &conflicts[0]["client_name"]),
        (&json!("trashed"), &json!("Анна"))
    );
    let shown = head.run(["head-office", "conflicts"]).stdout;
    assert!(
        shown.contains("wants to come back") && shown.ends_with("Conflicts: 1.\n"),
        "{shown}"
    );
    let (id, number) = (
        conflicts[0]["id"].as_str().unwrap(),
        conflicts[0]["number"].as_str().unwrap(),
    );
    assert!(
        shown.starts_with(&format!("{number}  Анна: thrown away on one device")),
        "{shown}"
    );
    assert!(
        shown.contains("(by owner on Desk East, ") && shown.contains("(by owner on Head, "),
        "{shown}"
    );
    assert!(
        shown.contains(&format!("head-office settle {number} --keep standing")),
        "{shown}"
    );
    // The card says so too.
    assert_eq!(
        head.json(["client", "show", &anna])["conflicts"][0]["number"],
        number
    );
    let card = head.run(["client", "show", &anna]).stdout;
    assert!(card.contains(number) && card.contains("--keep losing"), "{card}");
    let settled = head.json([
        "head-office",
        "settle",
        &number.to_uppercase(),
        "--keep",
        "losing",
    ]);
    assert!(settled["step"].is_string());
    for again in [id, number] {
        head.run(["head-office", "settle", again, "--keep", "losing"])
            .assert_refused(1, "not_found");
    }
    assert_eq!(head.json(["client", "show", &anna])["conflicts"], json!([]));
    head.json(["head-office", "sync"]);
    shop.json(["head-office", "sync"]);
    assert_eq!(shop.json(["list"])["total"], 1);

    // The line is cut.
    office.fall_silent();
    shop.run(["head-office", "sync"])
        .assert_refused(1, "head_office.unreachable");
    let cut = shop.run(["head-office", "status"]).stdout;
    assert!(cut.contains("The last contact failed"), "{cut}");
    // It was so then; whether it is, nobody knows.
    assert!(
        cut.contains("When it was last reached, 20") && cut.contains("both books held the same"),
        "{cut}"
    );
    let left = shop.json(["head-office", "leave"]);
    assert_eq!(left["paired"], json!(null));
    assert_eq!(shop.json(["check"])["ok"], true);
}

fn pair(office: &Office, branch: Option<clientele_model::BranchId>, name: &str) -> Salon {
    let salon = Salon::new();
    let code = office.code(branch).to_text();
    salon.json(["head-office", "pair", &code, "--name", name]);
    salon
}

#[test]
fn two_values_are_told_with_who_wrote_them_and_settled_by_a_number() {
    let office = Office::new();
    let east = office.branch("East");
    let shop = pair(&office, Some(east), "Desk East");
    let anna = shop.add(["--given-name", "Анна", "--phone", "0888 123 456"]);
    shop.json(["head-office", "sync"]);
    let head = pair(&office, None, "Head");
    shop.json(["client", "edit", &anna, "--notes", "likes tea"]);
    head.json(["client", "edit", &anna, "--notes", "likes coffee"]);
    for salon in [&shop, &head, &shop] {
        salon.json(["head-office", "sync"]);
    }
    let number = shop.json(["head-office", "conflicts"])[0]["number"].clone();
    let number = number.as_str().unwrap();
    // The same number everywhere: one can be told it over the phone.
    assert_eq!(head.json(["head-office", "conflicts"])[0]["number"], number);
    let told = head.run(["head-office", "conflicts"]).stdout;
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], format!("{number}  Анна: two devices wrote notes"));
    assert_eq!(lines[1].trim_start(), "standing now     likes coffee");
    assert!(
        lines[2].trim_start().starts_with("(by owner on Head, 20"),
        "{told}"
    );
    assert_eq!(lines[3].trim_start(), "kept aside       likes tea");
    assert!(
        lines[4].trim_start().starts_with("(by owner on Desk East, 20"),
        "{told}"
    );
    head.json(["head-office", "settle", number, "--keep", "losing"]);
    assert_eq!(
        head.json(["client", "show", &anna])["draft"]["notes"],
        "likes tea"
    );
    // Who, and where.
    let history = head.run(["history", &anna]).stdout;
    assert!(
        history.contains("owner on Desk East") && history.contains("owner on Head"),
        "{history}"
    );
    let history = head.run(["history"]).stdout;
    assert!(
        history.contains("owner on Desk East") && history.contains("owner on Head"),
        "{history}"
    );
}

#[test]
fn a_device_is_shut_out_and_an_erasure_is_followed_at_the_terminal() {
    let office = Office::new();
    let east = office.branch("East");
    let head = pair(&office, None, "Head");
    let (shop, laptop) = (
        pair(&office, Some(east), "Desk"),
        pair(&office, Some(east), "Laptop"),
    );
    let anna = shop.add(["--given-name", "Анна"]);
    for salon in [&shop, &laptop, &head] {
        salon.json(["head-office", "sync"]);
    }
    head.json(["client", "trash", &anna]);
    let receipt = head.json(["client", "erase", &anna, "--yes"])["receipt"].clone();
    let told = || head.run(["head-office", "erasures"]).stdout;
    assert!(told().contains("has not been told yet"), "{}", told());
    head.json(["head-office", "sync"]);
    assert!(
        told().contains("devices that have not confirmed: 2"),
        "{}",
        told()
    );
    for _ in 0..2 {
        shop.json(["head-office", "sync"]);
    }
    head.json(["head-office", "sync"]);
    assert!(told().contains("not confirmed    Laptop\n"), "{}", told());
    shop.run(["head-office", "revoke", "Laptop"])
        .assert_refused(1, "head_office.not_allowed");
    head.run(["head-office", "revoke", "Nobody"])
        .assert_refused(1, "not_found");
    let devices = head.run(["head-office", "revoke", "Laptop"]).stdout;
    assert_eq!(devices.matches("revoked 20").count(), 1, "{devices}");
    head.json(["head-office", "sync"]);
    let confirmed = told();
    assert!(confirmed.starts_with(receipt.as_str().unwrap()), "{confirmed}");
    assert!(
        confirmed.contains("confirmed by all devices and head office by 20")
            && confirmed.contains("shut out before  Laptop\n"),
        "{confirmed}"
    );
    // Shut out: nothing waits for anything, and what was so once is said with its date.
    laptop.add(["--given-name", "Борис"]);
    laptop
        .run(["head-office", "sync"])
        .assert_refused(1, "head_office.revoked");
    let status = laptop.run(["head-office", "status"]).stdout;
    assert!(
        status.contains("not taken        2\n")
            && status.contains("When it was last reached, 20")
            && status.contains("Head office has revoked this device"),
        "{status}"
    );
    assert!(!status.contains("waiting"), "{status}");
}

#[test]
fn a_pairing_that_fails_speaks_of_nothing_that_waits() {
    let mut office = Office::new();
    let code = office.code(None).to_text();
    office.fall_silent();
    let salon = Salon::new();
    let ended = salon.run(["head-office", "pair", &code, "--name", "Desk"]);
    ended.assert_refused(1, "head_office.unreachable");
    assert!(!ended.stderr.contains("wait"), "{ended:?}");
    assert_eq!(
        salon.run(["head-office", "status"]).stdout,
        "This book works alone.\n"
    );
}
