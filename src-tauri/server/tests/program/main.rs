//! The server as a program: started, asked over TLS and at the command line, stopped, killed.

mod names;
mod wire;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use clientele_model::{Body, ChangeKind, CompanyId, DeviceId, FieldChange, Hlc, RowId, StepId};
use clientele_protocol::bytes::{decode, encode};
use clientele_protocol::envelope::SessionId;
use clientele_protocol::message::{Mark, No, OpenAsk, PairAsk, Push};
use clientele_protocol::pairing::PairingCode;
use clientele_protocol::{Batch, DeviceKey, Envelope, Head, Link, Payload, Request, Response, Sealed};

use wire::Wire;

const PROGRAM: &str = env!("CARGO_BIN_EXE_clientele-server");

/// A running server; it goes when the test does.
struct Running {
    child: Child,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(data: &Path, more: &[&str]) -> Running {
    let mut child = Command::new(PROGRAM)
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).unwrap();
    let address = line
        .trim()
        .strip_prefix("listening on ")
        .expect("where it listens")
        .to_owned();
    Running { child, address }
}

fn run(data: &Path, command: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(command)
        .arg("--data")
        .arg(data)
        .output()
        .expect("the program")
}

/// What a command prints, once it went well.
fn told(data: &Path, command: &[&str]) -> String {
    let output = run(data, command);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

struct Device {
    id: DeviceId,
    key: DeviceKey,
    company: CompanyId,
    session: SessionId,
    number: u64,
    head: Head,
    wire: Wire,
}

impl Device {
    async fn pair(data: &Path, address: &str, place: &[&str]) -> Self {
        let mut command = vec!["pair", "--address", address];
        command.extend(place);
        let code = PairingCode::from_text(&told(data, &command)).expect("a code");
        assert_eq!(code.address, address);
        let mut wire = Wire::connect(address, code.pin).await.unwrap();
        let id = DeviceId::new();
        let key = DeviceKey::from_seed([3; 32]);
        let ask = PairAsk {
            secret: code.secret,
            device: id,
            key: key.public(),
            name: "Каса".to_owned(),
            proof: key.sign(&PairAsk::signed(&code.secret, id, "Каса")),
        };
        let (_, answer) = wire.ask("POST", "/v1/pair", encode(&ask)).await.unwrap();
        let company = match decode(&answer).unwrap() {
            Response::Paired { company, .. } => company,
            other => panic!("{other:?}"),
        };
        let mut device = Self {
            id,
            key,
            company,
            session: SessionId([0; 16]),
            number: 0,
            head: Head::start(id),
            wire,
        };
        device.open().await;
        device
    }

    async fn open(&mut self) {
        let ask = OpenAsk {
            company: self.company,
            device: self.id,
        };
        let (_, answer) = self.wire.ask("POST", "/v1/open", encode(&ask)).await.unwrap();
        match decode(&answer).unwrap() {
            Response::Opened { session } => self.session = session,
            other => panic!("{other:?}"),
        }
    }

    async fn call(&mut self, request: &Request) -> Result<Response, hyper::Error> {
        self.number += 1;
        let envelope = Envelope::seal(
            self.company,
            self.session,
            self.number,
            &self.key,
            encode(request),
        );
        let (_, answer) = self.wire.ask("POST", "/v1/call", encode(&envelope)).await?;
        Ok(decode(&answer).unwrap())
    }

    fn batch(&self, names: &[&str]) -> Batch {
        let link = |name: &&str| {
            let field = FieldChange {
                field: "given_name".into(),
                value: (*name).into(),
                base: None,
            };
            Link::Change(Sealed {
                hlc: Hlc(1_790_000_000_000 << 16),
                schema: 1,
                step: StepId::new(),
                scope: None,
                entity: "clients".into(),
                row: RowId::new(),
                kind: ChangeKind::Add,
                payload: Payload::Whole {
                    salt: vec![1; 12],
                    body: Body(vec![field]).encode(),
                },
            })
        };
        let links: Vec<Link> = names.iter().map(link).collect();
        Batch::seal(self.id, &self.key, self.head, &links)
    }

    async fn push(&mut self, batch: &Batch) -> Result<Response, hyper::Error> {
        let push = Push {
            batch: batch.clone(),
            assigned: vec![],
            too_large: vec![],
        };
        let answer = self.call(&Request::Push(push)).await?;
        if answer == (Response::Pushed { head: batch.head() }) {
            self.head = batch.head();
        }
        Ok(answer)
    }
}

#[tokio::test]
async fn a_device_is_paired_over_tls_and_the_command_line_works_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = start(&data, &[]);
    let mut a = Device::pair(&data, &server.address, &["--all"]).await;
    let batch = a.batch(&["Анна", "Мария"]);
    assert!(matches!(a.push(&batch).await.unwrap(), Response::Pushed { .. }));
    let mut b = Device::pair(&data, &server.address, &["--branch", "East"]).await;
    match b.call(&Request::Pull { from: Mark::start() }).await.unwrap() {
        Response::Page(page) => assert_eq!(page.entries[0].batch, batch),
        other => panic!("{other:?}"),
    }
    assert!(
        Wire::connect(&server.address, Some([0; 16])).await.is_err(),
        "another certificate"
    );

    let devices = told(&data, &["devices"]);
    assert_eq!(devices.lines().count(), 2, "{devices}");
    assert!(devices.contains("head office") && devices.contains("East") && devices.contains("Каса"));
    told(&data, &["branches", "--add", "West"]);
    assert!(!run(&data, &["branches", "--add", "West"]).status.success());
    told(&data, &["branches", "--rename", "West", "North"]);
    let branches = told(&data, &["branches"]);
    assert!(branches.contains("North") && branches.contains("East") && !branches.contains("West"));
    told(&data, &["revoke", &b.id.to_string()]);
    assert!(
        !run(&data, &["revoke", &DeviceId::new().to_string()])
            .status
            .success()
    );
    let pull = Request::Pull { from: Mark::start() };
    assert_eq!(b.call(&pull).await.unwrap(), Response::No(No::Revoked));
    let batch = b.batch(&["след това"]);
    b.push(&batch).await.unwrap();
    let quarantine = told(&data, &["quarantine"]);
    assert!(
        quarantine.contains("1 changes after it was shut out"),
        "{quarantine}"
    );

    let backup = folder.path().join("backup");
    let backup = backup.to_str().unwrap();
    told(&data, &["backup", backup]);
    assert!(!run(&data, &["backup", backup]).status.success());
    assert!(!run(&data, &["restore", backup]).status.success());
    let other = folder.path().join("other");
    told(&other, &["restore", backup]);
    for data in [&data, &other] {
        let checked = told(data, &["check"]);
        assert!(checked.contains("1 entries, 2 changes"), "{checked}");
    }
    let file = std::fs::read_dir(&other)
        .unwrap()
        .map(|file| file.unwrap().path());
    let is_companys = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.ends_with(".sqlite") && !name.starts_with("control")
    };
    let file = file.into_iter().find(is_companys).unwrap();
    let conn = rusqlite::Connection::open(file).unwrap();
    conn.execute("update log set last_seq = 3", []).unwrap();
    let output = run(&other, &["check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("the batch of entry 1"));
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_and_a_stop_lets_the_last_word_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut server = start(data, &[]);
    let mut a = Device::pair(data, &server.address, &["--all"]).await;
    let pin = PairingCode::from_text(&told(data, &["pair", "--all", "--address", "x:1"]))
        .unwrap()
        .pin;
    for round in 0..4 {
        let mut acknowledged = 0;
        for n in 0..6 {
            let batch = a.batch(&["Анна", &n.to_string()]);
            let answer = a.push(&batch).await.unwrap();
            assert_eq!(answer, Response::Pushed { head: batch.head() });
            acknowledged = batch.last_seq;
        }
        if round % 2 == 0 {
            server.child.kill().unwrap();
            server.child.wait().unwrap();
        } else {
            let id = server.child.id().to_string();
            assert!(
                Command::new("kill")
                    .args(["-TERM", &id])
                    .status()
                    .unwrap()
                    .success()
            );
            assert!(server.child.wait().unwrap().success());
        }
        assert!(told(data, &["check"]).contains(&format!("{acknowledged} changes")));
        server = start(data, &[]);
        a.wire = Wire::connect(&server.address, pin).await.unwrap();
        let pull = Request::Pull { from: Mark::start() };
        assert_eq!(a.call(&pull).await.unwrap(), Response::No(No::Session));
        a.number = 0;
        a.open().await;
    }
    let (status, health) = a.wire.ask("GET", "/health", vec![]).await.unwrap();
    assert_eq!((status.as_u16(), health.as_slice()), (200, &b"ok\n"[..]));
}

#[tokio::test]
async fn a_restored_server_is_the_same_one_for_its_devices() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let server = start(&old, &[]);
    let mut a = Device::pair(&old, &server.address, &["--all"]).await;
    let code = told(&old, &["pair", "--all", "--address", &server.address]);
    let pin = PairingCode::from_text(&code).unwrap().pin;
    let batch = a.batch(&["Анна", "Мария"]);
    assert!(matches!(a.push(&batch).await.unwrap(), Response::Pushed { .. }));
    let file = folder.path().join("backup");
    let file = file.to_str().unwrap();
    let output = run(&old, &["backup", file]);
    assert!(output.status.success() && output.stderr.is_empty());
    drop(server);
    std::fs::remove_dir_all(&old).unwrap();

    // Somebody was too quick, and started a server of another certificate there.
    drop(start(&new, &[]));
    let output = run(&new, &["restore", file]);
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && why.contains("away first"), "{why}");
    for name in ["certificate.pem", "certificate-key.pem"] {
        std::fs::remove_file(new.join(name)).unwrap();
    }
    assert!(told(&new, &["restore", file]).contains("with the certificate that the devices trust"));
    let server = start(&new, &[]);
    a.wire = Wire::connect(&server.address, pin)
        .await
        .expect("the same certificate");
    a.number = 0;
    a.open().await;
    let batch = a.batch(&["Елена"]);
    assert!(matches!(a.push(&batch).await.unwrap(), Response::Pushed { .. }));
    assert!(told(&new, &["check"]).contains("2 entries, 3 changes"));
    // A code of the new server speaks of the same certificate.
    let code = told(&new, &["pair", "--all", "--address", &server.address]);
    assert_eq!(PairingCode::from_text(&code).unwrap().pin, pin);

    let bare = folder.path().join("bare");
    let output = run(
        &bare,
        &["backup", folder.path().join("bare backup").to_str().unwrap()],
    );
    let beside = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && beside.contains("none is in the backup"),
        "{beside}"
    );
}

#[tokio::test]
async fn the_doors_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let refused = Command::new(PROGRAM)
        .args(["serve", "--plain-http", "--listen", "0.0.0.0:0", "--data"])
        .arg(data)
        .output()
        .unwrap();
    assert!(!refused.status.success(), "without TLS for this machine alone");
    let server = start(
        data,
        &["--plain-http", "--per-address", "20", "--per-device", "3"],
    );
    let pair = told(data, &["pair", "--all", "--no-pin", "--address", &server.address]);
    assert_eq!(PairingCode::from_text(&pair).unwrap().pin, None);
    let mut a = Device::pair(data, &server.address, &["--all", "--no-pin"]).await;
    let mut busy = 0;
    for _ in 0..40 {
        let answer = a.call(&Request::Heads).await.unwrap();
        busy += usize::from(answer == Response::No(No::Busy));
    }
    assert!(
        (5..=12).contains(&busy),
        "{busy} of 40 were too fast for one device"
    );
    let mut statuses = Vec::new();
    for _ in 0..120 {
        statuses.push(a.wire.ask("POST", "/v1/call", vec![1]).await.unwrap().0.as_u16());
    }
    assert!(statuses.contains(&429), "and for one address");
    let (status, metrics) = a.wire.ask("GET", "/metrics", vec![]).await.unwrap();
    let metrics = String::from_utf8(metrics).unwrap();
    assert_eq!(status.as_u16(), 200);
    for told in [
        "clientele_paired_total 1",
        "clientele_devices 1",
        "clientele_message_seconds_bucket",
    ] {
        assert!(metrics.contains(told), "{told} in {metrics}");
    }
    assert!(!metrics.contains(&a.id.to_string()) && !metrics.contains("Каса"));
    let mut huge = Wire::connect(&server.address, None).await.unwrap();
    let body = vec![0; clientele_protocol::MESSAGE_BYTES_MAX + 1];
    // It may hang up before it has heard all of it.
    if let Ok((status, _)) = huge.ask("POST", "/v1/open", body).await {
        assert!(matches!(status.as_u16(), 413 | 429), "{status}");
    }
}
