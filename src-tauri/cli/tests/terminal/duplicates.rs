//! Clients who turn out to be one.

use serde_json::json;

use crate::salon::Salon;

#[test]
fn two_cards_are_found_merged_and_taken_apart() {
    let salon = Salon::new();
    let anna = salon.add([
        "--given-name",
        "Анна",
        "--family-name",
        "Иванова",
        "--phone",
        "0888 123 456",
    ]);
    let other = salon.add([
        "--given-name",
        "Anna",
        "--family-name",
        "Ivanova",
        "--phone",
        "+359 888 123456",
    ]);
    salon.add(["--given-name", "Борис", "--family-name", "Петров"]);
    let told = salon.json(["duplicates"]);
    assert_eq!(
        (&told["total"], &told["rows"][0]["why"]),
        (&json!(1), &json!(["phone", "same_name"]))
    );
    assert!(salon.run(["duplicates"]).stdout.contains("phone, same name"));

    let merged = salon.json(["merge", &anna, &other]);
    assert_eq!(merged["id"], json!(anna));
    let step = merged["step"].as_str().unwrap().to_owned();
    assert_eq!(salon.json(["list"])["total"], 2);
    assert_eq!(salon.json(["search", "ivanova"])[0]["id"], json!(anna));
    assert_eq!(salon.json(["duplicates"])["total"], 0);
    salon
        .run(["merge", &anna, &other])
        .assert_refused(1, "merge.same");
    assert!(
        salon
            .run(["history"])
            .stdout
            .contains("clients merged (Анна Иванова)")
    );

    salon.json(["client", "edit", &anna, "--notes", "since"]);
    assert_eq!(salon.run(["unmerge", &step]).stdout, "Two cards again.\n");
    assert_eq!(salon.json(["list"])["total"], 3);
    assert_eq!(salon.json(["client", "show", &anna])["draft"]["notes"], "since");
    salon
        .run(["unmerge", &step])
        .assert_refused(1, "undo.not_possible");
    assert_eq!(salon.json(["check"])["ok"], true);
}
