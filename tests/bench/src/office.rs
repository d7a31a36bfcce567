//! Head office's server as it runs in the shop: a process of its own, with sockets, TLS, sessions and signatures.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clientele_cluster::Database;
use clientele_model::CompanyId;
use clientele_server::store::Storage as _;
use clientele_server::store::any::AnyStorage;
use clientele_server::store::control::Companies;
use clientele_server::store::postgres::Options;
use clientele_server::{Service, Settings};

/// How long the plain tables may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// A running server.
pub struct Office<'a> {
    child: Child,
    folder: PathBuf,
    database: Option<&'a Database<'a>>,
    address: String,
}

/// The program that stands beside this one.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("this program has a place");
    own.with_file_name("clientele-server")
}

impl<'a> Office<'a> {
    /// Starts one on SQLite in a folder, or on a PostgreSQL.
    pub fn start(folder: &Path, database: Option<&'a Database<'a>>) -> Self {
        let folder = folder.join("server");
        let mut office = Self {
            child: Command::new("true").spawn().expect("a process"),
            folder,
            database,
            address: String::new(),
        };
        let _ = office.child.wait();
        let mut command = office.command("serve");
        command.args(["--listen", "127.0.0.1:0", "--log", "error"]).args([
            "--per-address",
            "1000000",
            "--per-device",
            "1000000",
        ]);
        let child = command.stdout(Stdio::piped()).spawn();
        office.child = child.expect("clientele-server was built beside this program");
        let output = office.child.stdout.take().expect("its output");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .expect("its first line");
        let address = line.trim().strip_prefix("listening on ");
        office.address = address.expect("where it listens").to_owned();
        // The first code founds the company.
        office.code();
        office
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(program());
        command.arg(verb).arg("--data").arg(&self.folder);
        if let Some(database) = self.database {
            command.args(["--postgres", &database.url()]);
        }
        command
    }

    /// A pairing code of head office's own.
    pub fn code(&self) -> String {
        let mut command = self.command("pair");
        command.args(["--all", "--address", &self.address]);
        let output = command.output().expect("the server's own command");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// How far the log is, and how far the plain tables follow it.
    fn progress(&self) -> (i64, i64) {
        const HEAD: &str = "coalesce((select max(n) from heads), 0)";
        const PLAIN: &str = "coalesce((select max(n) from projection), 0)";
        if let Some(database) = self.database {
            let sql = format!("set search_path = clientele; select {HEAD}, {PLAIN}");
            let told = database
                .sql(&format!("set row_security = off; {sql}"))
                .expect("an answer");
            let (head, plain) = told.trim().rsplit_once('|').expect("two numbers");
            let number = |text: &str| text.rsplit('\n').next().and_then(|n| n.parse().ok());
            return (number(head).expect("a number"), number(plain).expect("a number"));
        }
        let conn = self.conn();
        let read = conn.query_row(&format!("select {HEAD}, {PLAIN}"), [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        read.expect("an answer")
    }

    fn conn(&self) -> rusqlite::Connection {
        let conn = rusqlite::Connection::open(self.file()).expect("a database");
        conn.busy_timeout(Duration::from_secs(10)).expect("time");
        conn
    }

    fn file(&self) -> PathBuf {
        let files = std::fs::read_dir(&self.folder).expect("a folder").flatten();
        let mut paths = files.map(|file| file.path());
        let is_company = |path: &PathBuf| {
            path.extension().is_some_and(|end| end == "sqlite")
                && path.file_stem().is_some_and(|name| name != "control")
        };
        paths.find(is_company).expect("a company")
    }

    /// Changes that stand in the log.
    pub fn changes(&self) -> i64 {
        const SUM: &str = "select coalesce(sum(last_seq + 1 - first_seq), 0) from";
        match self.database {
            Some(database) => {
                let sql = format!("set row_security = off; {SUM} clientele.log");
                let told = database.sql(&sql).expect("an answer");
                let last = told.trim().rsplit('\n').next().unwrap_or_default();
                last.parse().expect("a number")
            }
            None => {
                let sum = self.conn().query_row(&format!("{SUM} log"), [], |row| row.get(0));
                sum.expect("an answer")
            }
        }
    }

    /// Waits until the plain tables follow to the end of the log; says for how long.
    pub fn settled(&self) -> Duration {
        let begun = Instant::now();
        loop {
            let (head, plain) = self.progress();
            if head == plain {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < PATIENCE, "the plain tables do not follow");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until the server has nothing left to do: what was pushed is packed closer once nobody asks.
    pub fn quiet(&self) {
        self.settled();
        let begun = Instant::now();
        loop {
            let worked = self.worked();
            std::thread::sleep(Duration::from_secs(3));
            if self.worked() - worked < Duration::from_millis(50) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "the server finds no rest");
        }
    }

    /// Waits until the server has also tidied its file, as it does when nobody asks: until the file is quiet.
    pub fn rested(&self) {
        self.settled();
        let begun = Instant::now();
        let mut last = (self.bytes(), Instant::now());
        while last.1.elapsed() < Duration::from_secs(5) {
            assert!(begun.elapsed() < PATIENCE, "the server finds no rest");
            std::thread::sleep(Duration::from_millis(250));
            let bytes = self.bytes();
            if bytes != last.0 {
                last = (bytes, Instant::now());
            }
        }
    }

    /// Everything in the server's folder, its journals too.
    pub fn bytes(&self) -> u64 {
        let files = std::fs::read_dir(&self.folder).expect("a folder").flatten();
        let sizes = files
            .filter(|file| !file.file_name().to_string_lossy().ends_with("-shm"))
            .map(|file| file.metadata().map_or(0, |file| file.len()));
        sizes.sum()
    }

    /// The most memory that it has had, in bytes, where the system tells.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or(0) * 1024
    }

    /// How long it has worked so far, on whatever core.
    pub fn worked(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        // After the name in brackets the eleventh and the twelfth field, in hundredths of a second.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 = fields
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<u64>().ok())
            .sum();
        Duration::from_millis(ticks * 10)
    }

    /// Stops it in good order.
    pub fn stop(&mut self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.is_ok_and(|status| status.success()), "it was told to stop");
        let ended = self.child.wait().expect("it ends");
        assert!(ended.success(), "it stops in good order");
    }

    /// With the server stopped, makes the plain tables anew from the log, alone on the machine. Says how long it took.
    pub fn project_anew(&self, runtime: &tokio::runtime::Runtime) -> Duration {
        match self.database {
            Some(database) => drop(
                database
                    .sql("update clientele.versions set plain_tables = ''")
                    .expect("it is the owner"),
            ),
            None => drop(
                self.conn()
                    .execute("update facts set value = x'' where name = 'plain tables'", [])
                    .expect("it is ours"),
            ),
        }
        self.with_storage(runtime, async |storage, company| {
            let service = Service::new(storage, Settings::new().expect("random bytes"));
            // The tables of a company are made when it is first asked for.
            service.device_count().await.expect("its devices");
            let begun = Instant::now();
            service.settle(company).await.expect("the plain tables");
            begun.elapsed()
        })
    }

    /// Does something with the server's databases, beside it.
    pub fn with_storage<T>(
        &self,
        runtime: &tokio::runtime::Runtime,
        work: impl AsyncFnOnce(AnyStorage, CompanyId) -> T,
    ) -> T {
        let url = self.database.map(Database::url);
        runtime.block_on(async {
            let options = url.as_deref().map(Options::new);
            let storage = AnyStorage::open(&self.folder, options.as_ref());
            let storage = storage.await.expect("a database");
            let companies = storage.control(Companies).await.expect("companies");
            let company = companies.first().expect("a company").id;
            work(storage, company).await
        })
    }
}

impl Drop for Office<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
