//! Undo, redo, history.

use serde_json::json;

use crate::salon::Salon;

#[test]
fn what_was_done_is_taken_back_and_done_again() {
    let salon = Salon::new();
    salon.run(["undo"]).assert_refused(1, "undo.nothing");
    salon.run(["redo"]).assert_refused(1, "redo.nothing");
    salon.add(["--given-name", "Анна"]);
    let undone = salon.json(["undo"]);
    assert_eq!(
        (&undone["of"], &undone["params"]["name"]),
        (&json!("client_added"), &json!("Анна"))
    );
    assert!(undone["step"].is_string());
    assert_eq!(salon.json(["list"])["total"], 0);
    assert_eq!(salon.run(["redo"]).stdout, "Done again: client added (Анна)\n");
    assert_eq!(salon.json(["list"])["total"], 1);
}

#[test]
fn the_history_tells_of_a_card_and_of_the_book() {
    let salon = Salon::new();
    let anna = salon.add(["--given-name", "Анна", "--phone", "0888 123 456"]);
    salon.json(["client", "trash", &anna]);
    let fields = salon.json(["history", &anna]);
    let of = |field: &str| {
        fields
            .as_array()
            .unwrap()
            .iter()
            .filter(|e| e["field"] == field)
            .count()
    };
    assert_eq!((of("given_name"), of("typed"), of("deleted_at")), (1, 1, 1));
    assert!(
        salon
            .run(["history", &anna])
            .stdout
            .contains("clients.given_name  — → Анна")
    );
    let steps = salon.json(["history"]);
    let labels: Vec<_> = steps["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["step"]["label"])
        .collect();
    assert_eq!(labels, ["clients_trashed", "client_added", "book_created"]);
    assert_eq!(
        salon.json(["history", "--limit", "1"])["rows"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    salon.json(["undo"]);
    let told = salon.run(["history"]).stdout;
    assert!(
        told.lines()
            .next()
            .unwrap()
            .ends_with("undo: clients trashed (Анна)"),
        "{told}"
    );
    assert!(
        told.lines()
            .nth(1)
            .unwrap()
            .ends_with("clients trashed (Анна), undone"),
        "{told}"
    );
    salon
        .run(["history", "01a2021c-0000-7000-8000-000000000000"])
        .assert_refused(1, "not_found");
}
