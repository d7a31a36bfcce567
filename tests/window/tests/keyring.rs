//! The api's secret store over a real gnome-keyring: unlocked, locked, emptied and absent.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use clientele_api::SecretStore;
use clientele_api::platform::OsKeyring;
use clientele_window_tests::bus::{Bus, Keyring};
use tempfile::TempDir;

const QUESTION: &str = "CLIENTELE_KEYRING_QUESTION";

/// A bus, and a way to put questions to the store on it. Each question is put by a new process, as after a restart of
/// the program; a process cannot change its own bus anyway.
struct Scene {
    bus: Bus,
    _folder: TempDir,
}

impl Scene {
    fn new(keyring: Keyring) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bus = Bus::start(folder.path(), keyring).unwrap();
        Self { bus, _folder: folder }
    }

    fn ask(&self, question: &str) -> String {
        ask(self.bus.address(), question)
    }
}

/// Starts this test program again, as [`answers_a_question`], and returns what it answers.
fn ask(bus: &str, question: &str) -> String {
    let start = Instant::now();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["answers_a_question", "--exact", "--nocapture"])
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .env_remove("DISPLAY")
        .env(QUESTION, question)
        .output()
        .unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(15),
        "{question} took {:?}",
        start.elapsed()
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let answer = text
        .lines()
        .find_map(|line| line.split_once("=> "))
        .map(|(_, answer)| answer.to_owned());
    answer.unwrap_or_else(|| panic!("no answer to {question}: {text}"))
}

/// Not a check of its own: what the others start.
#[test]
fn answers_a_question() {
    let Ok(question) = std::env::var(QUESTION) else {
        return;
    };
    let words: Vec<&str> = question.split(' ').collect();
    let answer = match words[..] {
        ["get", account] => OsKeyring.get(account).map(|secret| match secret {
            Some(secret) => String::from_utf8(secret).unwrap(),
            None => "nothing".to_owned(),
        }),
        ["set", account, secret] => OsKeyring
            .set(account, secret.as_bytes())
            .map(|()| "kept".to_owned()),
        ["delete", account] => OsKeyring.delete(account).map(|()| "forgotten".to_owned()),
        _ => panic!("what is {question:?}?"),
    };
    println!(
        "\n=> {}",
        answer.unwrap_or_else(|refusal| refusal.code.to_string())
    );
}

#[test]
fn keeps_and_forgets() {
    let scene = Scene::new(Keyring::Unlocked);
    assert_eq!(scene.ask("get book-1"), "nothing");
    assert_eq!(scene.ask("set book-1 first"), "kept");
    assert_eq!(scene.ask("set book-2 other"), "kept");
    assert_eq!(scene.ask("set book-1 second"), "kept");
    assert_eq!(scene.ask("get book-1"), "second");
    assert_eq!(scene.ask("delete book-1"), "forgotten");
    assert_eq!(scene.ask("delete book-1"), "forgotten");
    assert_eq!(scene.ask("get book-1"), "nothing");
    assert_eq!(scene.ask("get book-2"), "other");
}

#[test]
fn a_locked_store_is_not_an_empty_one() {
    let mut scene = Scene::new(Keyring::Unlocked);
    assert_eq!(scene.ask("set book-1 first"), "kept");
    scene.bus.set_keyring(Keyring::Locked).unwrap();
    assert_eq!(scene.ask("get book-1"), "keyring.no_key");
    assert_eq!(scene.ask("get book-2"), "keyring.no_key");
    assert_eq!(scene.ask("set book-1 second"), "keyring.no_key");
    scene.bus.set_keyring(Keyring::Unlocked).unwrap();
    assert_eq!(scene.ask("get book-1"), "first");
}

#[test]
fn an_absent_store_is_said_to_be_absent() {
    let scene = Scene::new(Keyring::Absent);
    assert_eq!(scene.ask("get book-1"), "keyring.unavailable");
    assert_eq!(scene.ask("set book-1 first"), "keyring.unavailable");
    let nowhere = format!("unix:path={}", Path::new("/nonexistent/bus").display());
    assert_eq!(ask(&nowhere, "get book-1"), "keyring.unavailable");
}
