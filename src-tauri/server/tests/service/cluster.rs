//! A PostgreSQL of this test's own, in a folder that goes when the test's process does.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Starts it; when the pipe to its input closes, however the test ended, it stops and clears up.
const SCRIPT: &str = r#"
    set -e
    as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
    if [ "$(id -u)" = 0 ]; then chown postgres "$1"; fi
    as "$2/initdb" -D "$1/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$1/initdb.log"
    as "$2/postgres" -D "$1/data" -k "$1" -p "$3" -h 127.0.0.1 -c fsync=off -c full_page_writes=off \
        -c shared_buffers=64MB -c max_connections=200 >"$1/postgres.log" 2>&1 </dev/null &
    until as "$2/pg_isready" -q -h 127.0.0.1 -p "$3"; do sleep 0.05; done
    echo ready
    cat >/dev/null
    as "$2/pg_ctl" -D "$1/data" -m immediate stop >/dev/null
    rm -rf "$1"
"#;

struct Cluster {
    port: u16,
    /// Holds the pipe open.
    _child: Child,
}

fn programs() -> PathBuf {
    let root = Path::new("/usr/lib/postgresql");
    let versions = std::fs::read_dir(root).expect("PostgreSQL is installed (apt install postgresql)");
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path().join("bin")).collect();
    versions.sort();
    versions.pop().expect("a version of PostgreSQL")
}

fn start() -> Cluster {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut child = Command::new("sh")
        .args(["-c", SCRIPT, "sh"])
        .arg(&folder)
        .arg(programs())
        .arg(port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).unwrap();
    assert_eq!(
        line,
        "ready\n",
        "the cluster in {} did not start",
        folder.display()
    );
    Cluster { port, _child: child }
}

/// A connection string for a new, empty database.
pub async fn database() -> String {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let port = CLUSTER.get_or_init(start).port;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let url = |name: &str| format!("host=127.0.0.1 port={port} user=postgres dbname={name}");
    let (client, connection) = tokio_postgres::connect(&url("postgres"), tokio_postgres::NoTls)
        .await
        .expect("a connection");
    tokio::spawn(connection);
    client
        .batch_execute(&format!("create database {name}"))
        .await
        .unwrap();
    url(&name)
}
