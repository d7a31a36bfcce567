//! Making, opening and checking a book; keys that fit and keys that do not.

use std::process::Stdio;

use clientele_core::book::Book;
use clientele_core::keys::BookKey;

use crate::salon::{KEY, Salon, contents, ended};

#[test]
fn a_new_book_tells_its_recovery_key_once() {
    let salon = Salon::empty();
    let made = salon.json(["init"]);
    let key = made["recovery_key"].as_str().unwrap();
    assert_eq!((key.len(), key.split('-').count()), (44, 9));
    assert_eq!(made["keyring_problem"], serde_json::Value::Null);
    assert!(made["path"].as_str().unwrap().ends_with("/book.clientele"));
    assert_eq!(made.as_object().unwrap().len(), 3);
    salon.run(["init"]).assert_refused(1, "book.exists");
    assert_eq!(salon.json(["check"])["ok"], true);
}

#[test]
fn a_new_book_says_what_it_took_for_granted() {
    let told = Salon::empty().run(["init"]);
    assert!(
        told.stdout
            .starts_with("Моят салон: country BG, currency EUR, language bg.\n"),
        "{told:?}"
    );
    assert!(told.stdout.contains("\nRecovery key: "));
    let asked = [
        "init",
        "--name",
        "Juniper",
        "--country",
        "gb",
        "--currency",
        "gbp",
        "--language",
        "en",
    ];
    assert_eq!(Salon::empty().run(asked).code, 0);
}

#[test]
fn settings_that_do_not_exist_make_no_book() {
    for (flag, value, code) in [
        ("--country", "XX", "country.unknown"),
        ("--currency", "EURO", "currency.unknown"),
        ("--name", " ", "business.name_empty"),
    ] {
        let salon = Salon::empty();
        salon.run(["init", flag, value]).assert_refused(1, code);
        assert!(!salon.book().exists());
    }
    Salon::empty()
        .run(["init", "--language", "de"])
        .assert_refused(2, "usage");
}

#[test]
fn a_wrong_key_leaves_every_byte() {
    let salon = Salon::new();
    salon.add(["--given-name", "Анна"]);
    let before = contents(salon.book().parent().unwrap());
    salon.write("key", KEY.replace('0', "f"));
    for command in [
        &["check"][..],
        &["search", "анна"],
        &["undo"],
        &["client", "add", "--given-name", "Б"],
    ] {
        let refused = salon.run(command);
        refused.assert_refused(1, "book.wrong_key");
        assert!(refused.stderr.contains("path=\""), "{refused:?}");
    }
    salon.write("key", KEY);
    assert_eq!(contents(salon.book().parent().unwrap()), before);
}

#[test]
fn a_key_file_holds_64_digits_and_nothing_else() {
    for content in [
        &b""[..],
        b"0011",
        b"not a key",
        &[0xFF; 64],
        &[b'g'; 64],
        &[b'0'; 65],
    ] {
        let salon = Salon::empty();
        salon.write("key", content);
        salon.run(["init"]).assert_refused(1, "key_file.invalid");
        assert!(!salon.book().exists());
    }
    let salon = Salon::new();
    salon.write("key", format!("{}\n", KEY.to_uppercase()));
    assert_eq!(salon.run(["check"]).code, 0);
    std::fs::remove_file(salon.path("key")).unwrap();
    salon.run(["check"]).assert_refused(1, "file.failed");
}

#[test]
fn what_is_no_book_is_told_apart() {
    let salon = Salon::empty();
    salon.run(["check"]).assert_refused(1, "book.not_found");
    salon.write("book.clientele", "");
    salon.run(["check"]).assert_refused(1, "book.damaged");
    salon.write("book.clientele", [7; 8192]);
    salon.run(["check"]).assert_refused(1, "book.wrong_key");
}

#[test]
fn a_damaged_book_is_not_well() {
    let salon = Salon::new();
    for number in 0..40 {
        salon.add([
            "--given-name",
            "Анна",
            "--notes",
            &format!("{number} ").repeat(400),
        ]);
    }
    let mut bytes = std::fs::read(salon.book()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(salon.book(), bytes).unwrap();
    let checked = salon.run(["check", "--json"]);
    assert_eq!(checked.code, 1, "{checked:?}");
    // Either the look finds it, or the book does not even open.
    let seen = checked.stdout.starts_with("{\"ok\":false") || checked.stderr.starts_with("book.damaged");
    assert!(seen, "{checked:?}");
}

#[test]
fn a_book_is_open_in_one_program_at_a_time() {
    let salon = Salon::new();
    let key = BookKey::from_hex(KEY).unwrap();
    let held = Book::open(&salon.book(), &key).unwrap();
    salon.run(["check"]).assert_refused(1, "book.in_use");
    drop(held);
    assert_eq!(salon.run(["check"]).code, 0);
}

#[test]
fn two_programs_at_once_lose_nothing() {
    let salon = Salon::new();
    let add = |name: String| {
        let mut command = salon.with_book(["client", "add", "--given-name", &name]);
        command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let running: Vec<_> = (0..8).map(|number| add(format!("Клиент {number}"))).collect();
    let mut added = 0;
    for program in running {
        let output = program.wait_with_output().unwrap();
        match output.status.code() {
            Some(0) => added += 1,
            code => {
                assert_eq!(code, Some(1));
                assert!(output.stderr.starts_with(b"book.in_use"), "{output:?}");
            }
        }
    }
    assert!(added > 0);
    assert_eq!(salon.json(["check"])["clients"], added);
}

#[test]
fn without_a_key_file_the_secret_store_is_asked() {
    let salon = Salon::new();
    let refused = ended(salon.program().args(["--book", "book.clientele", "check"]));
    refused.assert_refused(1, "keyring.unavailable");
    let made = ended(
        salon
            .program()
            .args(["--book", "other.clientele", "--json", "init"]),
    );
    assert_eq!(made.code, 0, "the recovery key opens it");
    assert_eq!(made.value()["keyring_problem"]["code"], "keyring.unavailable");
}

#[test]
fn a_demo_fills_an_empty_book_and_no_other() {
    let (salon, twin) = (Salon::new(), Salon::new());
    for salon in [&salon, &twin] {
        let filled = salon.json(["demo", "--clients", "60", "--seed", "7"]);
        assert_eq!(
            (&filled["clients"], filled["step"].is_string()),
            (&60.into(), true)
        );
    }
    let names = |salon: &Salon| {
        let list = salon.json(["list", "--limit", "60"]);
        let rows = list["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| [row["name"].clone(), row["phone"].clone()])
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&salon), names(&twin));
    assert_eq!(salon.json(["check"])["clients"], 60);
    salon.run(["undo"]).assert_refused(1, "undo.nothing");
    salon.run(["demo"]).assert_refused(1, "request.bad");
    let too_many = Salon::new().run(["demo", "--clients", "1000001"]);
    too_many.assert_refused(1, "demo.too_large");
}
