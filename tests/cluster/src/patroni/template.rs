//! The files of docs/patroni, with the values of a test in the place of the documentation's.
//!
//! They are what an administrator copies, so the tests run from them and from nothing else: a value that is to be
//! replaced and is not there any more is an error, and whatever is not replaced is tested as it stands.

use std::path::Path;

use crate::error::{Error, Result};

const NODE: (&str, &str) = (
    "patroni.yml",
    include_str!("../../../../docs/patroni/patroni.yml"),
);
const ETCD: (&str, &str) = ("etcd.yml", include_str!("../../../../docs/patroni/etcd.yml"));
const ROLES: (&str, &str) = ("roles.sql", include_str!("../../../../docs/patroni/roles.sql"));
const DATABASE: (&str, &str) = (
    "database.sql",
    include_str!("../../../../docs/patroni/database.sql"),
);

/// Whether a commit waits for a second node. Only the negative control does without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replication {
    /// As the documentation has it.
    Synchronous,
    /// Acknowledged by one node alone: what a kill may lose.
    Asynchronous,
}

/// The passwords of a cluster.
pub struct Passwords {
    pub superuser: String,
    pub replication: String,
    pub rewind: String,
    pub restapi: String,
}

/// What is particular to one node.
pub struct NodeValues<'a> {
    pub name: &'a str,
    pub port: u16,
    pub api_port: u16,
    pub etcd_port: u16,
    pub data: &'a Path,
    pub programs: &'a Path,
    pub sockets: &'a Path,
    pub pass_file: &'a Path,
}

/// Patroni's file for one node.
///
/// # Errors
/// When the documentation has changed and the harness has not.
pub fn node(values: &NodeValues<'_>, passwords: &Passwords, replication: Replication) -> Result<String> {
    let loopback = |port: u16| format!("127.0.0.1:{port}");
    let path = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "''"));
    let mut text = fill(
        NODE,
        &[
            (
                "10.20.0.11:2379,10.20.0.12:2379,10.20.0.13:2379",
                &loopback(values.etcd_port),
            ),
            ("name: node1", &format!("name: {}", values.name)),
            ("10.20.0.11:8008", &loopback(values.api_port)),
            ("10.20.0.11:5432", &loopback(values.port)),
            ("10.20.0.0/24", "127.0.0.1/32"),
            ("/var/lib/postgresql/15/clientele", &path(values.data)),
            ("/usr/lib/postgresql/15/bin", &path(values.programs)),
            ("/var/lib/postgresql/clientele.pgpass", &path(values.pass_file)),
            ("/run/postgresql", &path(values.sockets)),
            ("change-this-restapi-password", &passwords.restapi),
            ("change-this-superuser-password", &passwords.superuser),
            ("change-this-replication-password", &passwords.replication),
            ("change-this-rewind-password", &passwords.rewind),
        ],
    )?;
    if replication == Replication::Asynchronous {
        text = replace(
            NODE.0,
            &text,
            "synchronous_mode: true\n    synchronous_mode_strict: true",
            "synchronous_mode: false",
        )?;
    }
    Ok(text)
}

/// The file of the one etcd of a test.
///
/// # Errors
/// When the documentation has changed and the harness has not.
pub fn etcd(data: &Path, client_port: u16, peer_port: u16) -> Result<String> {
    let peer = format!("http://127.0.0.1:{peer_port}");
    fill(
        ETCD,
        &[
            (
                "etcd1=http://10.20.0.11:2380,etcd2=http://10.20.0.12:2380,etcd3=http://10.20.0.13:2380",
                &format!("etcd1={peer}"),
            ),
            ("http://10.20.0.11:2380", &peer),
            (
                "http://10.20.0.11:2379",
                &format!("http://127.0.0.1:{client_port}"),
            ),
            ("/var/lib/etcd/clientele", &data.display().to_string()),
        ],
    )
}

/// The statements that make the roles.
///
/// # Errors
/// When the documentation has changed and the harness has not.
pub fn roles(owner: &str, service: &str, reader: &str) -> Result<String> {
    fill(
        ROLES,
        &[
            ("change-this-owner-password", owner),
            ("change-this-service-password", service),
            ("change-this-reader-password", reader),
        ],
    )
}

/// The statements that make the database, under this name, with what each role may do in it.
///
/// # Errors
/// When the documentation has changed and the harness has not.
pub fn database(name: &str) -> Result<String> {
    fill(
        DATABASE,
        &[
            ("database clientele ", &format!("database {name} ")),
            ("\\connect clientele\n", &format!("\\connect {name}\n")),
        ],
    )
}

fn fill((file, text): (&'static str, &str), values: &[(&str, &str)]) -> Result<String> {
    // Comments speak of the documentation's addresses; they are not settings.
    let settings = text
        .lines()
        .filter(|line| !line.trim_start().starts_with(['#', '-']) || line.trim_start().starts_with("- "));
    let mut text = settings.fold(String::new(), |text, line| text + line + "\n");
    for (from, to) in values {
        text = replace(file, &text, from, to)?;
    }
    match ["10.20.0.", "change-this"]
        .iter()
        .find(|left| text.contains(**left))
    {
        None => Ok(text),
        Some(left) => Err(Error::other(format!(
            "{file}: {left:?} is left, and the harness does not replace it"
        ))),
    }
}

fn replace(file: &'static str, text: &str, from: &str, to: &str) -> Result<String> {
    if text.contains(from) {
        return Ok(text.replace(from, to));
    }
    Err(Error::Template {
        file,
        value: from.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords() -> Passwords {
        let [superuser, replication, rewind, restapi] = ["pw1", "pw2", "pw3", "pw4"].map(str::to_owned);
        Passwords {
            superuser,
            replication,
            rewind,
            restapi,
        }
    }

    fn node_of(replication: Replication) -> String {
        let values = NodeValues {
            name: "node3",
            port: 15432,
            api_port: 18008,
            etcd_port: 12379,
            data: Path::new("/tmp/it's/data"),
            programs: Path::new("/opt/bin"),
            sockets: Path::new("/tmp/s"),
            pass_file: Path::new("/tmp/p"),
        };
        node(&values, &passwords(), replication).unwrap()
    }

    #[test]
    fn the_documented_files_take_a_tests_values() {
        let text = node_of(Replication::Synchronous);
        for line in [
            "name: node3",
            "  hosts: 127.0.0.1:12379",
            "  connect_address: 127.0.0.1:18008",
            "  data_dir: '/tmp/it''s/data'",
            "    synchronous_mode: true",
            "    synchronous_mode_strict: true",
            "    - host all all 127.0.0.1/32 scram-sha-256",
        ] {
            assert!(
                text.lines().any(|own| own == line),
                "{line} is missing in\n{text}"
            );
        }
        for password in ["pw1", "pw2", "pw3", "pw4"] {
            assert!(text.contains(&format!("password: {password}\n")));
        }
        let text = etcd(Path::new("/tmp/e"), 1, 2).unwrap();
        assert!(
            text.contains("initial-cluster: etcd1=http://127.0.0.1:2\n"),
            "{text}"
        );
        assert!(
            text.contains("advertise-client-urls: http://127.0.0.1:1\n"),
            "{text}"
        );
        let text = roles("pw5", "pw6", "pw7").unwrap();
        for password in ["pw5", "pw6", "pw7"] {
            assert!(text.contains(&format!("password '{password}';")), "{text}");
        }
        let text = database("test_7").unwrap();
        assert!(text.contains("create database test_7 owner") && text.contains("\\connect test_7\n"));
        assert!(!text.contains("database clientele "), "{text}");
    }

    #[test]
    fn the_negative_control_differs_in_nothing_but_the_waiting() {
        let (documented, control) = (
            node_of(Replication::Synchronous),
            node_of(Replication::Asynchronous),
        );
        let added: Vec<_> = control
            .lines()
            .filter(|line| !documented.contains(line))
            .collect();
        assert_eq!(added, ["    synchronous_mode: false"]);
        assert_eq!(documented.lines().count(), control.lines().count() + 1);
    }

    #[test]
    fn a_template_that_has_drifted_away_is_an_error() {
        let error = fill(("a.yml", "port: 1\n"), &[("port: 2", "port: 3")]).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("a.yml does not contain \"port: 2\"")
        );
        let error = fill(("a.yml", "a: 1\nhost: 10.20.0.14\n"), &[("a: 1", "a: 2")]).unwrap_err();
        assert!(error.to_string().contains("\"10.20.0.\" is left"), "{error}");
    }
}
