//! What the command line does not understand, and what it shows of hostile texts.

use std::ffi::OsStr;

use crate::salon::{Salon, ended};

#[test]
fn help_ends_with_0_and_says_all_commands() {
    let salon = Salon::empty();
    let help = ended(salon.program().arg("--help"));
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    for command in [
        "init", "import", "search", "client", "contact", "undo", "history", "export", "check", "demo",
    ] {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{command}");
    }
    assert_eq!(ended(salon.program().args(["client", "add", "--help"])).code, 0);
    let version = ended(salon.program().arg("--version"));
    assert_eq!(
        (version.code, version.stdout.split(' ').next()),
        (0, Some("clientele-cli"))
    );
}

#[test]
fn what_is_not_understood_ends_with_2_on_one_line() {
    let salon = Salon::empty();
    ended(&mut salon.program()).assert_refused(2, "usage");
    ended(salon.program().args(["check"])).assert_refused(2, "usage");
    let id = "01a2021c-0000-7000-8000-000000000000";
    for arguments in [
        &[][..],
        &["dance"],
        &["check", "--loud"],
        &["search"],
        &["search", "x", "--limit", "0"],
        &["search", "x", "--limit", "many"],
        &["client"],
        &["client", "show", "anna"],
        &["client", "trash"],
        &["client", "add", "--birthday", "yesterday"],
        &["client", "add", "--messenger", "+359888123456"],
        &["contact", "add", id, "--kind", "dance", "--text", "x"],
        &["contact", "add", id, "--kind", "call"],
        &[
            "contact",
            "add",
            id,
            "--kind",
            "call",
            "--text",
            "x",
            "--at",
            "yesterday",
        ],
        &[
            "contact",
            "add",
            id,
            "--kind",
            "call",
            "--text",
            "x",
            "--channel",
            "pigeon",
        ],
        &["export"],
        &["export", "clients.odt"],
        &["import"],
        &["import", "a.csv", "b.csv"],
    ] {
        salon.run(arguments).assert_refused(2, "usage");
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_are_paths_or_refused() {
    use std::os::unix::ffi::OsStrExt;

    let salon = Salon::empty();
    let odd = OsStr::from_bytes(b"b\xFF\x1B.clientele");
    let with = |arguments: &[&str]| {
        let mut command = salon.program();
        ended(
            command
                .arg("--book")
                .arg(odd)
                .args(["--key-file", "key"])
                .args(arguments),
        )
    };
    with(&["check"]).assert_refused(1, "book.not_found");
    assert_eq!(with(&["init"]).code, 0);
    assert_eq!(with(&["check"]).code, 0);
    assert!(salon.book().with_file_name(odd).exists());
    let salon = Salon::new();
    salon
        .run([OsStr::new("search"), OsStr::from_bytes(b"\xFF")])
        .assert_refused(2, "usage");
    let name = [
        OsStr::new("client"),
        OsStr::new("add"),
        OsStr::new("--given-name"),
        OsStr::from_bytes(b"\xFF"),
    ];
    salon.run(name).assert_refused(2, "usage");
    salon
        .run([OsStr::new("import"), OsStr::from_bytes(b"\xFF.csv")])
        .assert_refused(1, "file.failed");
}

#[test]
fn a_text_is_shown_to_a_terminal_and_not_obeyed() {
    let salon = Salon::new();
    let hostile = "Анна\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\r\nsecond";
    let id = salon.add(["--given-name", hostile, "--notes", hostile, "--tag", hostile]);
    salon.json(["contact", "add", &id, "--kind", "note", "--text", hostile]);
    for arguments in [
        &["client", "show", &id][..],
        &["list"],
        &["search", "анна"],
        &["contact", "list", &id],
        &["history"],
        &["history", &id],
        &["undo"],
        &["client", "trash", &id],
        &["trash"],
    ] {
        let told = salon.run(arguments);
        assert_eq!(told.code, 0, "{told:?}");
        let obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!told.stdout.contains(obeyed), "{arguments:?}: {:?}", told.stdout);
    }
    let refused = salon.run(["import", "no\u{1b}[2Jsuch\nfile"]);
    refused.assert_refused(1, "file.failed");
    assert!(!refused.stderr.contains('\u{1b}'));
    let card = salon.json(["client", "show", &id]);
    assert!(
        card["draft"]["notes"].as_str().unwrap().contains('\u{1b}'),
        "data stays what it is"
    );
}
