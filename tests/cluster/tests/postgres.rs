//! The server that other tests stand on does what it says: it starts, is killed, comes back, and leaves nothing.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clientele_cluster::postgres::LOGIC;
use clientele_cluster::{Database, Postgres, Result};

const MAKE: &str = "create table kept(n int); insert into kept values (1), (2)";
const COUNT: &str = "select count(*) from kept";

/// Waits until nothing is left of a folder and of whoever ran in it.
fn wait_until_gone(folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let is_left = || {
        let runs = std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
            std::fs::read_link(entry.path().join("cwd")).is_ok_and(|place| place.starts_with(folder))
        });
        runs || folder.exists()
    };
    while is_left() {
        assert!(Instant::now() < deadline, "{} is still there", folder.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn tests_share_a_server_and_have_a_database_each() -> Result<()> {
    let threads = [0, 1, 2].map(|_| {
        std::thread::spawn(|| -> Result<(String, String)> {
            let server = Postgres::shared()?;
            let own: Database<'_> = server.database()?;
            own.sql(MAKE)?;
            assert_eq!(own.sql(COUNT)?, "2\n");
            assert!(own.url().ends_with(own.name()));
            Ok((own.url(), own.name().to_owned()))
        })
    });
    let made: Vec<_> = threads
        .into_iter()
        .map(|thread| thread.join().expect("no panic"))
        .collect::<Result<_>>()?;
    assert!(made[0].1 != made[1].1 && made[1].1 != made[2].1 && made[0].1 != made[2].1);
    let server = Postgres::shared()?;
    for (_, name) in made {
        let left = server.sql(
            "postgres",
            &format!("select 1 from pg_database where datname = '{name}'"),
        )?;
        assert_eq!(left, "", "{name} was dropped with its test");
    }
    Ok(())
}

#[test]
fn a_database_is_dropped_though_somebody_is_connected() -> Result<()> {
    let server = Postgres::shared()?;
    let own = server.database()?;
    let name = own.name().to_owned();
    let query = format!("select count(*) from pg_stat_activity where datname = '{name}'");
    let mut psql = Command::new(server.programs().join("psql"));
    psql.args(["-X", "-d", &own.url(), "-c", "select pg_sleep(60)"]);
    let client = std::thread::spawn(move || psql.output().expect("psql"));
    while server.sql("postgres", &query)? == "0\n" {
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(own);
    assert!(!client.join().expect("no panic").status.success());
    assert_eq!(server.sql("postgres", &query)?, "0\n");
    Ok(())
}

#[test]
fn what_was_committed_outlives_a_stop_a_kill_and_a_restart() -> Result<()> {
    let mut server = Postgres::start()?;
    server.sql("postgres", MAKE)?;
    let url = server.url("postgres", "postgres");
    server.stop()?;
    assert!(
        server.sql("postgres", COUNT).is_err(),
        "a stopped server does not answer"
    );
    server.restart()?;
    assert_eq!(server.url("postgres", "postgres"), url);
    server.sql("postgres", "insert into kept values (3)")?;
    server.kill()?;
    assert!(
        server.sql("postgres", COUNT).is_err(),
        "a killed server does not answer"
    );
    server.restart()?;
    assert_eq!(server.sql("postgres", COUNT)?, "3\n");
    assert!(
        server.log()?.contains("was not properly shut down"),
        "it was a kill"
    );
    server.restart()?;
    assert_eq!(server.sql("postgres", COUNT)?, "3\n");
    Ok(())
}

#[test]
fn settings_arrive_and_a_wrong_one_is_named() -> Result<()> {
    let server = Postgres::start_with(&["log_min_duration_statement = 77"])?;
    assert_eq!(
        server.sql("postgres", "show log_min_duration_statement")?,
        "77ms\n"
    );
    assert_eq!(server.sql("postgres", "show fsync")?, "on\n");
    assert_eq!(Postgres::shared()?.sql("postgres", "show fsync")?, "off\n");
    assert!(LOGIC.contains(&"fsync = off"));

    let error = Postgres::start_with(&["no_such_setting = 1"])
        .err()
        .expect("refused");
    assert!(error.to_string().contains("no_such_setting"), "{error}");
    Ok(())
}

#[test]
fn only_who_has_the_password_comes_in() -> Result<()> {
    let server = Postgres::shared()?;
    server.create_role("only_who", "nosuperuser nobypassrls")?;
    assert!(server.create_role("bad; drop", "").is_err());
    let ask = |url: &str| {
        let mut psql = Command::new(server.programs().join("psql"));
        psql.args(["-XAtw", "-d", url, "-c", "select current_user"])
            .output()
            .unwrap()
    };
    let right = server.url("only_who", "postgres");
    assert_eq!(String::from_utf8_lossy(&ask(&right).stdout), "only_who\n");
    let start = right.find("only_who:").unwrap() + "only_who:".len();
    let end = right.find('@').unwrap();
    let wrong = format!("{}guessed{}", &right[..start], &right[end..]);
    assert!(!ask(&wrong).status.success());
    let sockets = format!("postgres://postgres:guessed@{}/postgres", &right[end + 1..]);
    let port = sockets.rsplit_once(':').unwrap().1.split('/').next().unwrap();
    let by_socket = format!(
        "host={} port={port} user=postgres password=guessed dbname=postgres",
        server.folder().display()
    );
    assert!(!ask(&by_socket).status.success());
    Ok(())
}

#[test]
fn statements_stop_at_the_first_refusal() -> Result<()> {
    let own = Postgres::shared()?.database()?;
    let error = own
        .sql("create table a(n int); select * from missing; create table b(n int)")
        .unwrap_err();
    assert!(
        error.to_string().contains("\"missing\" does not exist"),
        "{error}"
    );
    assert_eq!(
        own.sql("select to_regclass('a') is null, to_regclass('b') is null")?,
        "f|t\n"
    );
    Ok(())
}

#[test]
fn nothing_is_left_of_a_dropped_server() -> Result<()> {
    let server = Postgres::start()?;
    let folder = server.folder().to_owned();
    assert!(folder.join("data").is_dir());
    drop(server);
    assert!(!folder.exists(), "dropping waits for it");
    wait_until_gone(&folder);
    Ok(())
}

/// A test run with a server, as its own process.
fn hold() -> (Child, PathBuf) {
    let mut holder = Command::new(env!("CARGO_BIN_EXE_hold-postgres"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    let folder = PathBuf::from(lines.next().unwrap().unwrap());
    assert!(folder.join("data/postmaster.pid").exists());
    (holder, folder)
}

#[test]
fn nothing_is_left_when_the_tests_are_killed() {
    let (mut holder, folder) = hold();
    holder.kill().unwrap();
    holder.wait().unwrap();
    wait_until_gone(&folder);
}

#[test]
fn a_server_outlives_the_thread_that_started_it() -> Result<()> {
    let server = std::thread::spawn(Postgres::start).join().expect("no panic")?;
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(server.sql("postgres", "select 1")?, "1\n");
    Ok(())
}
