//! What people type at the server's command line, and what it says to that.

use std::path::Path;

use clientele_model::DeviceId;
use clientele_protocol::Response;
use clientele_protocol::pairing::PairingCode;

use crate::{Device, run, start, told};

/// What the program says where it refuses.
fn refused(data: &Path, command: &[&str]) -> String {
    let output = run(data, command);
    assert!(!output.status.success(), "{command:?}");
    assert!(output.stdout.is_empty(), "{command:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn one_command_begins_and_a_slip_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    for verb in ["devices", "branches", "quarantine"] {
        assert!(refused(data, &[verb]).contains("`pair` makes the first one"));
    }
    assert_eq!(told(data, &["companies"]), "");
    let pair = ["pair", "--branch", "East", "--address", "head.example.com:7443"];
    let output = run(data, &pair);
    let beside = String::from_utf8(output.stderr).unwrap();
    assert!(
        beside.contains("a new company, \"My company\"") && beside.contains("a new branch, \"East\""),
        "{beside}"
    );
    let code = String::from_utf8(output.stdout).unwrap();
    assert!(PairingCode::from_text(&code).is_some(), "the code alone goes out");
    let again = run(data, &pair);
    assert!(again.status.success() && again.stderr.is_empty());

    let slip = refused(data, &["pair", "--branch", "Esat"]);
    assert!(slip.contains("there are: \"East\". --new-branch makes"), "{slip}");
    let slip = refused(data, &["pair", "--all", "--company", "Typo"]);
    assert!(
        slip.contains("there are: \"My company\". --new-company makes"),
        "{slip}"
    );
    let needs = refused(data, &["pair", "--all", "--new-company"]);
    assert!(needs.contains("--company"), "{needs}");
    let needs = refused(data, &["pair", "--all", "--new-branch"]);
    assert!(needs.contains("'--all'"), "{needs}");
    told(data, &["companies", "--rename", "My company", "Салон Анна"]);
    told(data, &["pair", "--branch", "West", "--new-branch"]);
    told(data, &["pair", "--all", "--company", "Typo", "--new-company"]);
    let listed = told(data, &["companies"]);
    let lines: Vec<&str> = listed.lines().collect();
    assert!(
        lines[0].contains("\tСалон Анна\t2 branches\t0 devices\t0 changes\tthe newest never"),
        "{listed}"
    );
    assert!(lines[1].contains("\tTypo\t0 branches"), "{listed}");
    let several = refused(data, &["branches"]);
    assert!(
        several.contains("--company: \"Салон Анна\", \"Typo\""),
        "{several}"
    );
    for both in [
        &["companies", "--rename", "Typo", "x", "--remove", "Typo"][..],
        &["branches", "--add", "x", "--remove", "East"],
        &["companies", "--rename", "Typo"],
    ] {
        refused(data, both);
    }
    told(data, &["companies", "--remove", "Typo"]);
    assert_eq!(told(data, &["companies"]).lines().count(), 1);
    let files = std::fs::read_dir(data).unwrap();
    let is_database = |name: &str| name.ends_with(".sqlite") && !name.starts_with("control");
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| is_database(name)).count(), 1);
    told(data, &["branches", "--remove", "West"]);
    assert!(!told(data, &["branches"]).contains("West"));
    assert!(refused(data, &["branches", "--remove", "West"]).contains("there are: \"East\""));
}

#[tokio::test]
async fn a_company_goes_while_the_server_runs_and_devices_go_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let server = start(data, &[]);
    let mut a = Device::pair(data, &server.address, &["--all"]).await;
    let typo = ["--all", "--company", "Typo", "--new-company"];
    let mut stray = Device::pair(data, &server.address, &typo).await;
    told(data, &["companies", "--remove", "Typo"]);
    let batch = stray.batch(&["Анна"]);
    let answer = stray.push(&batch).await.unwrap();
    assert!(
        matches!(answer, Response::No(_)),
        "nothing is written where nothing is kept: {answer:?}"
    );
    let batch = a.batch(&["Анна", "Мария"]);
    assert!(matches!(a.push(&batch).await.unwrap(), Response::Pushed { .. }));
    let listed = told(data, &["companies"]);
    assert!(
        listed.contains("\t1 devices\t2 changes\tthe newest 20"),
        "{listed}"
    );
    assert!(refused(data, &["companies", "--remove", "My company"]).contains("have written"));

    // Both are called "Каса".
    let b = Device::pair(data, &server.address, &["--branch", "East"]).await;
    let several = refused(data, &["revoke", "Каса"]);
    assert!(
        several.contains(&a.id.to_string()) && several.contains(&format!("{}\tEast", b.id)),
        "{several}"
    );
    assert!(refused(data, &["quarantine", "--forget", "Каса"]).contains(&b.id.to_string()));
    assert!(refused(data, &["revoke", "Кaca"]).contains("there is no device"));
    let nobody = DeviceId::new().to_string();
    assert!(refused(data, &["revoke", &nobody]).contains("there is no device"));
    told(data, &["revoke", &b.id.to_string()]);
    assert!(told(data, &["devices"]).contains("shut out"));
}

#[tokio::test]
async fn one_device_is_shut_out_and_forgotten_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let server = start(data, &[]);
    let mut a = Device::pair(data, &server.address, &["--all"]).await;
    told(data, &["revoke", "Каса"]);
    let batch = a.batch(&["Анна"]);
    a.push(&batch).await.unwrap();
    assert_eq!(told(data, &["quarantine"]).lines().count(), 1);
    assert_eq!(told(data, &["quarantine", "--forget", "Каса"]), "1 forgotten\n");
    assert_eq!(told(data, &["quarantine"]), "");
}

#[test]
fn an_address_that_no_device_could_use_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    for (address, why) in [
        ("http://head.example.com:7443", "only to their own machine"),
        ("https://head.example.com:7443", "before the host"),
        ("head.example.com", "the port is missing"),
        ("head.example.com:7443/", "a port"),
    ] {
        let told = refused(data, &["pair", "--all", "--address", address]);
        assert!(told.contains(why), "{told}");
    }
    assert_eq!(told(data, &["companies"]), "");
    for address in [
        "http://127.0.0.1:7443",
        "http://[::1]:7443",
        "http://localhost:7443",
    ] {
        let code = told(data, &["pair", "--all", "--no-pin", "--address", address]);
        assert_eq!(PairingCode::from_text(&code).unwrap().address, address);
    }
}

#[test]
fn one_company_is_checked_and_a_backup_is_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    told(data, &["pair", "--all", "--company", "A"]);
    told(data, &["pair", "--all", "--company", "B", "--new-company"]);
    assert_eq!(told(data, &["check"]).lines().count(), 2);
    let listed = told(data, &["companies"]);
    let b = listed.lines().nth(1).unwrap().split('\t').next().unwrap();
    for named in ["B", b] {
        let checked = told(data, &["check", "--company", named]);
        assert!(checked.starts_with(b), "{checked}");
        assert_eq!(checked.lines().count(), 1, "{checked}");
    }
    assert!(refused(data, &["check", "--company", "C"]).contains("there are: \"A\", \"B\""));
    let backup = folder.path().join("backup");
    for verb in ["backup", "restore"] {
        let no = refused(data, &[verb, "--company", "A", backup.to_str().unwrap()]);
        assert!(no.contains("unexpected argument '--company'"), "{no}");
    }
    assert!(told(data, &["backup", "--help"]).contains("no backup of one alone"));
}
