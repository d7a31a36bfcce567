//! The owner's own fields and saved filters.

use serde_json::json;

use crate::salon::Salon;

#[test]
fn fields_are_defined_filled_in_and_found() {
    let salon = Salon::new();
    salon.json(["fields", "add", "Shoe size", "--kind", "number"]);
    salon.json([
        "fields", "add", "Level", "--kind", "choice", "--choice", "Gold", "--choice", "Silver",
    ]);
    let anna = salon.add([
        "--given-name",
        "Анна",
        "--field",
        "shoe size=38,5",
        "--field",
        "Level=gold",
    ]);
    let shown = salon.json(["client", "show", &anna]);
    let custom = &shown["draft"]["custom"];
    assert_eq!(
        (&custom[0]["value"], &custom[1]["value"], &custom[1]["name"]),
        (&json!("38.5"), &json!("Gold"), &json!("Level"))
    );
    assert!(salon.run(["client", "show", &anna]).stdout.contains("Shoe size"));
    assert_eq!(salon.json(["search", "38,5"])[0]["matched_in"], "custom");
    salon.json([
        "fields",
        "edit",
        "level",
        "--rename-choice",
        "Gold=Platinum",
        "--add-choice",
        "Bronze",
        "--remove-choice",
        "Silver",
    ]);
    assert_eq!(salon.json(["search", "platinum"])[0]["id"], json!(anna));
    let fields = salon.json(["fields"]);
    assert_eq!(fields[1]["choices"][1]["name"], "Bronze");
    assert_eq!(
        (&fields[0]["cards"], &fields[0]["kind"]),
        (&json!(1), &json!("number"))
    );
    salon.json(["fields", "order", "Level"]);
    assert_eq!(salon.json(["fields"])[0]["name"], "Level");
    salon.json(["client", "edit", &anna, "--field", "Level="]);
    assert_eq!(
        salon.json(["client", "show", &anna])["draft"]["custom"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    salon.json(["fields", "remove", "shoe size"]);
    assert_eq!(
        salon.json(["client", "show", &anna])["draft"]["custom"],
        json!([])
    );
    salon.json(["undo"]);
    let history = salon.run(["history", &anna]).stdout;
    assert!(
        history.contains("Shoe size") && history.contains("38.5"),
        "{history}"
    );
}

#[test]
fn what_does_not_fit_is_refused_by_its_code() {
    let salon = Salon::new();
    salon.json(["fields", "add", "Shoe size", "--kind", "number"]);
    salon.json(["fields", "add", "Level", "--kind", "choice", "--choice", "Gold"]);
    let anna = salon.add(["--given-name", "Анна"]);
    let edit = |field: &str| salon.run(["client", "edit", &anna, "--field", field]);
    edit("Shoe size=big").assert_refused(1, "number.invalid");
    edit("Level=Tin").assert_refused(1, "choice.unknown");
    edit("Colour=red").assert_refused(1, "not_found");
    salon
        .run(["client", "edit", &anna, "--field", "no value"])
        .assert_refused(2, "usage");
    salon
        .run(["fields", "add", "LEVEL"])
        .assert_refused(1, "name.taken");
    salon.run(["fields", "add", " "]).assert_refused(1, "name.empty");
    salon
        .run(["fields", "add", "x", "--choice", "y"])
        .assert_refused(2, "usage");
    salon
        .run(["fields", "edit", "Level", "--rename-choice", "Gold"])
        .assert_refused(2, "usage");
    salon
        .run(["fields", "edit", "Level", "--remove-choice", "Tin"])
        .assert_refused(1, "not_found");
    salon
        .run(["fields", "remove", "Colour"])
        .assert_refused(1, "not_found");
}

#[test]
fn a_filter_is_saved_and_something_is_done_to_all_whom_it_finds() {
    let salon = Salon::new();
    salon.add(["--given-name", "Анна", "--phone", "0888 123 456"]);
    salon.add(["--given-name", "Вера", "--phone", "0888 123 457"]);
    salon.add(["--given-name", "Борис"]);
    let asked = json!({"join": "all", "list": [{"on": "phone", "has": true}]});
    let file = salon.write("filter.json", asked.to_string());
    let file = file.to_str().unwrap();
    salon.json(["filters", "save", "С телефон", "--from-json", file]);
    let filters = salon.json(["filters"]);
    assert_eq!(
        (&filters[0]["count"], &filters[0]["conditions"]),
        (&json!(2), &asked)
    );
    assert_eq!(salon.json(["list", "--filter", "с телефон"])["total"], 2);
    assert_eq!(salon.json(["filters", "tag", "С телефон", "June"])["changed"], 2);
    assert_eq!(salon.json(["list", "--tag", "June"])["total"], 2);
    salon.json(["undo"]);
    assert_eq!(salon.json(["list", "--tag", "June"])["total"], 0);
    salon.json(["redo"]);
    assert_eq!(
        salon.json(["filters", "untag", "С телефон", "june"])["changed"],
        2
    );
    let out = salon.path("some.csv");
    let exported = salon.json(["export", out.to_str().unwrap(), "--filter", "С телефон"]);
    assert_eq!(exported["clients"], 2);
    assert_eq!(salon.json(["filters", "trash", "С телефон"])["trashed"], 2);
    assert_eq!(salon.json(["list"])["total"], 1);
    salon.json(["undo"]);
    assert_eq!(salon.json(["list"])["total"], 3);
    salon
        .run(["filters", "trash", "С телефон", "--count", "3"])
        .assert_refused(1, "filter.changed");
    salon
        .run(["filters", "tag", "С телефон", "July", "--count", "1"])
        .assert_refused(1, "filter.changed");
    assert_eq!(salon.json(["list"])["total"], 3);
    let tagged = salon.json(["filters", "tag", "С телефон", "July", "--count", "2"]);
    assert_eq!(tagged["changed"], 2);
    salon.json(["filters", "remove", "С телефон"]);
    salon
        .run(["list", "--filter", "С телефон"])
        .assert_refused(1, "not_found");
    salon
        .run(["filters", "trash", "x"])
        .assert_refused(1, "not_found");
    let newer = salon.write("newer.json", r#"{"join": "all", "list": [{"on": "balance"}]}"#);
    salon
        .run(["filters", "save", "x", "--from-json", newer.to_str().unwrap()])
        .assert_refused(1, "request.bad");
}
