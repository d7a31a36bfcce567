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
    assert!(told.stdout.contains("which sees every branch") && told.stdout.contains("held the same"));
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
    let id = conflicts[0]["id"].as_str().unwrap();
    let settled = head.json(["head-office", "settle", id, "--keep", "losing"]);
    assert!(settled["step"].is_string());
    head.run(["head-office", "settle", id, "--keep", "losing"])
        .assert_refused(1, "not_found");
    head.json(["head-office", "sync"]);
    shop.json(["head-office", "sync"]);
    assert_eq!(shop.json(["list"])["total"], 1);

    // The line is cut.
    office.fall_silent();
    shop.run(["head-office", "sync"])
        .assert_refused(1, "head_office.unreachable");
    assert!(
        shop.run(["head-office", "status"])
            .stdout
            .contains("The last contact failed")
    );
    let left = shop.json(["head-office", "leave"]);
    assert_eq!(left["paired"], json!(null));
    assert_eq!(shop.json(["check"])["ok"], true);
}
