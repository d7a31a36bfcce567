//! A reader that has enough, and a disk that has none left.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::salon::Salon;

/// Far more than a pipe holds.
fn long_notes() -> String {
    "бележка ".repeat(12_000)
}

#[test]
fn a_pipe_closed_early_is_no_error() {
    let salon = Salon::new();
    let id = salon.write(
        "card.json",
        format!(r#"{{"given_name": "Анна", "notes": "{}"}}"#, long_notes()),
    );
    let id = salon.add(["--from-json", id.to_str().unwrap()]);
    for arguments in [
        &["client", "show", &id][..],
        &["client", "show", &id, "--json"],
        &["--help"],
    ] {
        let mut command = salon.with_book(arguments);
        let mut program = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = Vec::new();
        let stdout = program.stdout.take().unwrap();
        let _ = BufReader::with_capacity(64, stdout)
            .read_until(b' ', &mut first)
            .unwrap();
        let output = program.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_refused() {
    let salon = Salon::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = salon.with_book(["check"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.starts_with(b"file.failed "), "{output:?}");
}
