//! Import and export.

use serde_json::{Value, json};

use crate::salon::Salon;

const TABLE: &str = "Име;Телефон;Бележки\nАнна Иванова;0888 123 456;x\n;;само бележка\nБорис;0899 111 222;\n";

#[test]
fn a_dry_run_writes_nothing_and_says_what_the_import_then_does() {
    let salon = Salon::new();
    salon.write("c.csv", TABLE);
    let before = std::fs::read(salon.book()).unwrap();
    let dry = salon.json(["import", "c.csv", "--dry-run"]);
    assert_eq!(std::fs::read(salon.book()).unwrap(), before);
    let reason = "The row has no name, no phone and no e-mail.";
    let refused = json!([{"line": 3, "code": "import.row_empty", "reason": reason}]);
    assert_eq!(
        dry,
        json!({"created": 2, "matched": 0, "skipped": 0, "refused": refused, "lost": {"total": 0, "named": []}, "source": null, "refused_file": null, "step": null})
    );
    let mut done = salon.json(["import", "c.csv"]);
    assert!(done["step"].take().is_string());
    assert_eq!(done, dry);
    let mut again = salon.json(["import", "c.csv"]);
    again["step"].take();
    assert_eq!(
        again,
        json!({"created": 0, "matched": 2, "skipped": 0, "refused": refused, "lost": {"total": 0, "named": []}, "source": null, "refused_file": null, "step": null})
    );
}

#[test]
fn an_import_is_undone_in_one_step() {
    let salon = Salon::new();
    let rows: String = (0..300)
        .map(|n| format!("Клиент {n};0888 {:06}\n", 100_000 + n))
        .collect();
    salon.write("c.csv", format!("Име;Телефон\n{rows}"));
    assert_eq!(salon.json(["import", "c.csv"])["created"], 300);
    assert_eq!(salon.json(["undo"])["of"], "imported");
    assert_eq!(salon.json(["list"])["total"], 0);
}

#[test]
fn a_file_that_is_refused_as_a_whole_ends_with_1() {
    let salon = Salon::new();
    salon
        .run(["import", "absent.csv"])
        .assert_refused(1, "file.failed");
    salon.write("empty.csv", "");
    salon
        .run(["import", "empty.csv"])
        .assert_refused(1, "import.empty");
    salon.write("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    salon
        .run(["import", "picture.csv"])
        .assert_refused(1, "import.unknown_format");
    salon.write("numbers.csv", "a;b\n1;2\n3;4\n");
    salon
        .run(["import", "numbers.csv"])
        .assert_refused(1, "import.no_useful_column");
    salon.write("nobody.csv", "Име;Телефон;Бележки\n;;само бележка\n");
    let nobody = salon.run(["import", "nobody.csv", "--json"]);
    assert_eq!(nobody.code, 1, "{nobody:?}");
    assert_eq!(nobody.value()["refused"].as_array().unwrap().len(), 1);
    assert_eq!(salon.json(["check"])["steps"], 1);
}

#[test]
fn what_is_exported_comes_back() {
    let salon = Salon::new();
    salon.add([
        "--given-name",
        "Анна",
        "--family-name",
        "Иванова",
        "--phone",
        "0888 123 456",
        "--never",
        "=амоняк",
    ]);
    salon.add([
        "--company",
        "--company-name",
        "Лазур",
        "--email",
        "office@example.com",
    ]);
    for (file, format) in [
        ("o.csv", None),
        ("o.vcf", None),
        ("o", Some("vcard")),
        ("o.txt", Some("csv")),
    ] {
        let mut arguments = vec!["export", file];
        arguments.extend(format.iter().flat_map(|format| ["--format", format]));
        let done = salon.json(arguments);
        assert_eq!(done["clients"], 2);
        let other = Salon::new();
        let copy = other.write(file, std::fs::read(salon.path(file)).unwrap());
        assert_eq!(
            other.json(["import", copy.to_str().unwrap()])["created"],
            2,
            "{file}"
        );
        let anna = &other.json(["search", "амоняк"])[0];
        let card = other.json(["client", "show", anna["id"].as_str().unwrap()]);
        assert_eq!(
            (&card["name"], &card["draft"]["never"]),
            (&json!("Анна Иванова"), &json!("=амоняк")),
            "{file}"
        );
    }
    salon.run(["export", "clients"]).assert_refused(2, "usage");
    salon
        .run(["export", "absent/o.csv"])
        .assert_refused(1, "file.failed");
}

#[test]
fn a_client_is_handed_everything_the_book_holds() {
    let salon = Salon::new();
    let id = salon.add(["--given-name", "Анна", "--never", "<b>амоняк</b>"]);
    let text = "иска час";
    salon.json(["contact", "add", &id, "--kind", "call", "--text", text]);
    salon.write("consent.txt", b"yes");
    salon.json(["attach", &id, "consent.txt"]);
    let access = |file: &str| {
        let done = salon.json(["client", "access", &id, "--out", file]);
        assert_eq!((&done["path"], &done["files"]), (&json!(file), &json!(1)));
        let folder = salon.path(done["folder"].as_str().unwrap());
        assert_eq!(std::fs::read(folder.join("consent.txt")).unwrap(), b"yes");
        assert_eq!(
            done["left_out"],
            json!({"elsewhere": 0, "damaged": 0, "named": []})
        );
        std::fs::read(salon.path(file)).unwrap()
    };
    let held: Value = serde_json::from_slice(&access("anna.json")).unwrap();
    assert_eq!(held["format"], "clientele-access/1");
    assert_eq!(held["attachments"][0]["file"], "anna.files/consent.txt");
    assert_eq!(held["client"]["never"], "<b>амоняк</b>");
    assert_eq!(held["contacts"][0]["text"], text);
    let page = String::from_utf8(access("anna.HTML")).unwrap();
    assert!(page.contains("&lt;b&gt;амоняк&lt;/b&gt;") && page.contains(text));
    assert!(access("anna.pdf").starts_with(b"%PDF-1."));
    let run = |id: &str, file: &str| salon.run(["client", "access", id, "--out", file]);
    run(&id, "anna").assert_refused(2, "usage");
    run(&id, "anna.docx").assert_refused(2, "usage");
    run(&id, "absent/anna.pdf").assert_refused(1, "file.failed");
    run("00000000-0000-7000-8000-000000000000", "nobody.pdf").assert_refused(1, "not_found");
    assert!(!salon.path("nobody.pdf").exists());
}

#[test]
fn a_large_import_needs_no_window() {
    let salon = Salon::new();
    let row = |n: u32| format!("Клиент{n} Иванова;0888 {:06}\n", n);
    salon.write(
        "c.csv",
        format!("Име;Телефон\n{}", (0..3_000).map(row).collect::<String>()),
    );
    let done = salon.run(["import", "c.csv", "--json"]);
    assert_eq!(
        (done.code, done.stderr.as_str()),
        (0, ""),
        "no progress where nobody looks"
    );
    assert_eq!(done.value()["created"], 3_000);
    let found: Value = salon.json(["search", "Клиент2999"]);
    assert_eq!(found[0]["name"], "Клиент2999 Иванова");
}

#[test]
fn those_who_are_there_already_follow_the_rule() {
    let salon = Salon::new();
    salon.write("c.csv", TABLE);
    salon.json(["import", "c.csv"]);
    let skipped = salon.json(["import", "c.csv", "--duplicates", "skip"]);
    assert_eq!(
        (&skipped["created"], &skipped["matched"], &skipped["skipped"]),
        (&json!(0), &json!(0), &json!(2))
    );
    let created = salon.json(["import", "c.csv", "--duplicates", "create"]);
    assert_eq!((&created["created"], &created["skipped"]), (&json!(2), &json!(0)));
    assert_eq!(salon.json(["list"])["total"], 4);
}

#[test]
fn refused_rows_are_mended_in_a_file_and_come_in() {
    let salon = Salon::new();
    salon.write("c.csv", TABLE);
    let done = salon.json(["import", "c.csv", "--refused", "refused.csv"]);
    assert!(done["refused_file"].as_str().unwrap().ends_with("refused.csv"));
    let text = std::fs::read_to_string(salon.path("refused.csv")).unwrap();
    assert_eq!(
        text,
        "\u{FEFF}Име,Телефон,Бележки,\"Refused because (Clientele)\"\r\n,,\"само бележка\",\"The row has no name, no \
         phone and no e-mail.\"\r\n"
    );
    salon.write("mended.csv", text.replace("\r\n,,", "\r\nВера,+359888111222,"));
    let again = salon.json(["import", "mended.csv"]);
    assert_eq!((&again["created"], &again["refused"]), (&json!(1), &json!([])));
}

#[test]
fn everything_goes_out_and_into_an_empty_book_and_nowhere_else() {
    let salon = Salon::new();
    salon.json(["demo", "--clients", "30"]);
    let written = salon.json(["export", "all.json"]);
    assert_eq!(written["clients"], 30);
    let digest = written["digest"].as_str().expect("a digest").to_owned();
    assert_eq!(salon.json(["check"])["digest"], digest.as_str());
    salon
        .run(["import", "all.json"])
        .assert_refused(1, "import.book_not_empty");

    let other = Salon::new();
    let text = std::fs::read_to_string(salon.path("all.json")).unwrap();
    other.write("all.json", &text);
    let dry = other.json(["import", "all.json", "--dry-run"]);
    assert_eq!(
        (&dry["created"], dry["digest"].as_str()),
        (&json!(30), Some(digest.as_str()))
    );
    assert_ne!(other.json(["check"])["digest"], digest.as_str());
    other.json(["import", "all.json"]);
    assert_eq!(other.json(["check"])["digest"], digest.as_str());

    let third = Salon::new();
    third.write("cut.json", &text[..text.len() / 2]);
    third
        .run(["import", "cut.json"])
        .assert_refused(1, "import.export_broken");
    third.write("newer.json", text.replacen("\"version\": 1", "\"version\": 2", 1));
    third
        .run(["import", "newer.json"])
        .assert_refused(1, "import.export_newer");
    assert_eq!(third.json(["list"])["total"], 0);
    assert!(salon.json(["export", "list.xlsx"])["digest"].is_null());
    salon.run(["export", "list.odt"]).assert_refused(2, "usage");
}

#[test]
fn contact_histories_come_from_a_second_file() {
    let salon = Salon::new();
    salon.write(
        "c.csv",
        "Име;Телефон;Карта\nАнна;0888 123 456;000001\nБорис;0899 111 222;000002\n",
    );
    salon.json(["import", "c.csv"]);
    let history = "Дата;Час;Вид;Бележка;Фризьор;Телефон;Номер на карта\n\
        12.03.2024;14:05;Обаждане;пита за цени;Мария;+359888123456;\n\
        13.03.2024;;Посещение;боя 7.1;Мария;;000002\n\
        ;;Обаждане;без дата;;0888123456;\n\
        14.03.2024;;Обаждане;никой;;0877 000 000;\n";
    salon.write("h.csv", history);
    let dry = salon.json(["import-history", "h.csv", "--dry-run", "--refused", "mend.csv"]);
    assert_eq!(
        (&dry["added"], &dry["clients"], &dry["there"]),
        (&json!(2), &json!(2), &json!(0))
    );
    let codes: Vec<_> = dry["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["code"])
        .collect();
    assert_eq!(codes, [&json!("history.no_day"), &json!("history.no_client")]);
    assert_eq!(salon.json(["check"])["contacts"], 0);

    salon.json(["import-history", "h.csv"]);
    assert_eq!(salon.json(["check"])["contacts"], 2);
    let again = salon.json(["import-history", "h.csv"]);
    assert_eq!(
        (&again["added"], &again["there"], &again["step"]),
        (&json!(0), &json!(2), &json!(null))
    );

    // What was refused comes back to be mended, and then goes in.
    let mend = std::fs::read_to_string(salon.path("mend.csv")).unwrap();
    assert!(
        mend.contains("без дата") && mend.contains("никой") && !mend.contains("пита"),
        "{mend}"
    );
    salon.write("mend.csv", mend.replace("0877 000 000", "0899 111 222"));
    let mended = salon.json(["import-history", "mend.csv"]);
    assert_eq!(
        (&mended["added"], mended["refused"].as_array().map(Vec::len)),
        (&json!(1), Some(1))
    );
    assert_eq!(salon.json(["undo"])["of"], "history_imported");
    assert_eq!(salon.json(["check"])["contacts"], 2);
    salon
        .run(["import-history", "c.csv"])
        .assert_refused(1, "import.no_history");
}
