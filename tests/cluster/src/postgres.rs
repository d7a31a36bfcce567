//! One PostgreSQL server of a test's own.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::error::{Error, Result, Wait, wait_for};
use crate::folder::{Folder, Process};
use crate::patroni::template;
use crate::programs;
use crate::system::{self, Signal, User};

/// The role that made the server, and may do everything.
pub const SUPERUSER: &str = "postgres";

/// Settings for tests of logic: three times as fast, and whole after a kill of the server, though not of the machine.
pub const LOGIC: &[&str] = &["fsync = off", "full_page_writes = off"];

/// How long a server may take to start or stop. It takes a tenth of a second, on a machine that does nothing else.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running PostgreSQL, on a port of the loopback interface, in a temporary folder. Dropping it ends it and removes
/// everything.
pub struct Postgres {
    // First, so that its keeper ends the server in good order before the process is killed.
    folder: Folder,
    process: Option<Process>,
    programs: PathBuf,
    user: User,
    port: u16,
    password: String,
    roles: OnceLock<std::result::Result<(), String>>,
}

impl Postgres {
    /// Starts a server as durable as in production.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not start; never a server that is not ready.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// Starts a server with these lines added to its `postgresql.conf`, for example [`LOGIC`].
    ///
    /// # Errors
    /// As for [`Postgres::start`].
    pub fn start_with(configuration: &[&str]) -> Result<Self> {
        let user = User::of_servers()?;
        let programs = programs::postgres()?;
        let folder = Folder::new(user)?;
        let mut server = Self {
            folder,
            process: None,
            programs,
            user,
            port: 0,
            password: password()?,
            roles: OnceLock::new(),
        };
        server.create(configuration)?;
        // Between the look at a port and its use somebody else may take it.
        for _ in 0..5 {
            [server.port] = free_ports()?;
            match server.launch() {
                Err(Error::Failed { said, .. }) if said.contains("could not bind") => {}
                outcome => return outcome.map(|()| server),
            }
        }
        Err(Error::other(
            "five free ports in a row were taken by somebody else",
        ))
    }

    /// The server that all tests of this process share, with [`LOGIC`]; each makes a [`Database`] of its own in it.
    /// It ends with the process.
    ///
    /// # Errors
    /// As for [`Postgres::start`], to every test alike.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Postgres>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Self::start_with(LOGIC));
        shared.as_ref().map_err(|error| Error::other(error.to_string()))
    }

    fn create(&self, configuration: &[&str]) -> Result<()> {
        let data = self.data();
        let secret = self.folder.path().join("password");
        std::fs::write(&secret, &self.password).map_err(Error::file(&secret))?;
        self.user.own(&secret)?;
        // The password crosses the loopback interface in the clear: without it any user of the machine could become
        // this one, and scram in a debug build costs a test 50 ms with every connection.
        let mut command = self
            .user
            .command(&self.programs.join("initdb"), self.folder.path());
        command
            .args(["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=password"])
            .arg(format!("--username={SUPERUSER}"))
            .arg(format!("--pwfile={}", secret.display()))
            .arg(format!("--pgdata={}", data.display()));
        programs::output(&mut command, None)?;
        std::fs::remove_file(&secret).map_err(Error::file(&secret))?;

        let path = data.join("postgresql.conf");
        let mut text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
        let sockets = self.folder.path().display().to_string().replace('\'', "''");
        let _ = write!(
            text,
            "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{sockets}'\nmax_connections = 200\n\
             shared_buffers = 32MB\ndynamic_shared_memory_type = mmap\ntimezone = 'UTC'\nlog_timezone = 'UTC'\n"
        );
        for line in configuration {
            let _ = writeln!(text, "{line}");
        }
        std::fs::write(&path, text).map_err(Error::file(&path))
    }

    fn launch(&mut self) -> Result<()> {
        let path = self.folder.path().join("log");
        let log = std::fs::File::create(&path).map_err(Error::file(&path))?;
        let errors = log.try_clone().map_err(Error::file(&path))?;
        let data = self.data();
        let mut command = self
            .user
            .command(&self.programs.join("postgres"), self.folder.path());
        command.arg("-D").arg(&data).args(["-p", &self.port.to_string()]);
        let mut process = Process::start(command.stdout(log).stderr(errors))?;
        // Its own word for it, not an answer on the port: that could be somebody else's.
        let pid_file = data.join("postmaster.pid");
        wait_for("PostgreSQL to start", PATIENCE, Duration::from_millis(10), || {
            if process.has_ended() {
                return Err(Error::Failed {
                    program: "postgres".to_owned(),
                    said: std::fs::read_to_string(&path).unwrap_or_default(),
                });
            }
            let text = std::fs::read_to_string(&pid_file).unwrap_or_default();
            let own = text.lines().next() == Some(&process.id().to_string());
            Ok(match text.lines().nth(7).map(str::trim) {
                Some("ready") if own => Wait::Done(()),
                status => Wait::NotYet(format!("{status:?}")),
            })
        })?;
        self.process = Some(process);
        Ok(())
    }

    /// The address of a database for a role; roles made by [`Postgres::create_role`] have the server's password.
    #[must_use]
    pub fn url(&self, user: &str, database: &str) -> String {
        format!(
            "postgres://{user}:{}@127.0.0.1:{}/{database}",
            self.password, self.port
        )
    }

    /// Where it keeps everything; gone when the server is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where its programs are, for `pg_dump` and the like.
    #[must_use]
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// What it has written since it was last started.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub fn log(&self) -> Result<String> {
        let path = self.folder.path().join("log");
        std::fs::read_to_string(&path).map_err(Error::file(path))
    }

    /// Makes an empty database under a new name, which is dropped with what is returned.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn database(&self) -> Result<Database<'_>> {
        let database = self.unmade();
        self.sql("postgres", &format!("create database {}", database.name))?;
        Ok(database)
    }

    /// A copy of another database under a new name; whoever is connected to the other is thrown out.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn copy_of(&self, other: &Database<'_>) -> Result<Database<'_>> {
        let copy = self.unmade();
        self.sql(
            "postgres",
            &format!(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}';
                 create database {} template {}",
                other.name, copy.name, other.name
            ),
        )?;
        Ok(copy)
    }

    /// The same, made by docs/patroni/database.sql with the roles of roles.sql: `clientele_owner` makes the tables,
    /// `clientele_service` uses them, `clientele_reader` reads. [`Database::url_of`] connects as one of them.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn database_with_roles(&self) -> Result<Database<'_>> {
        let own = &self.password;
        let roles = self.roles.get_or_init(|| {
            let made = template::roles(own, own, own).and_then(|text| self.sql("postgres", &text));
            made.map(drop).map_err(|error| error.to_string())
        });
        roles.clone().map_err(Error::other)?;
        let database = self.unmade();
        self.sql("postgres", &template::database(&database.name)?)?;
        Ok(database)
    }

    /// A name that no other database has, as yet without a database.
    fn unmade(&self) -> Database<'_> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Database { server: self, name }
    }

    /// Makes a role that can log in by [`Postgres::url`]; `attributes` are SQL, for example `nobypassrls`.
    ///
    /// # Errors
    /// When the name is not a plain one, or the server refuses.
    pub fn create_role(&self, name: &str, attributes: &str) -> Result<()> {
        if !name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        {
            return Err(Error::other(format!("{name:?} is not a plain name of a role")));
        }
        let password = &self.password;
        self.sql(
            "postgres",
            &format!("create role {name} login password '{password}' {attributes}"),
        )
        .map(drop)
    }

    /// Runs statements as the superuser, each in a transaction of its own, and returns what they print: a line a row,
    /// columns divided by `|`.
    ///
    /// # Errors
    /// The first refusal; the statements after it are not run.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        psql(
            &self.programs,
            self.user,
            self.folder.path(),
            &self.url(SUPERUSER, database),
            statements,
        )
    }

    /// Stops it in good order; whoever is connected is thrown out. No error when it stands already.
    ///
    /// # Errors
    /// When it still runs after a minute.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        system::signal(process.id(), Signal::Interrupt);
        wait_for("PostgreSQL to stop", PATIENCE, Duration::from_millis(10), || {
            Ok(if process.has_ended() {
                Wait::Done(())
            } else {
                Wait::NotYet(String::new())
            })
        })
    }

    /// Kills it with all its processes at once. What it had told the disk is there after [`Postgres::restart`].
    ///
    /// # Errors
    /// When some process outlives it.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(process) = &self.process {
            system::signal(process.id(), Signal::Kill);
        }
        let killed = kill_all(&self.data());
        self.process = None;
        killed
    }

    /// Starts it again, on the same port and with the same data; stops it first, if it runs.
    ///
    /// # Errors
    /// When it does not stop or start.
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        self.launch()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

/// A database of one test. Dropping it drops the database, whoever is still connected.
pub struct Database<'a> {
    server: &'a Postgres,
    name: String,
}

impl Database<'_> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address for the superuser, whom row-level security does not bind.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(SUPERUSER)
    }

    /// Its address for a role.
    #[must_use]
    pub fn url_of(&self, user: &str) -> String {
        self.server.url(user, &self.name)
    }

    /// As [`Postgres::sql`], in this database.
    ///
    /// # Errors
    /// The first refusal.
    pub fn sql(&self, statements: &str) -> Result<String> {
        self.server.sql(&self.name, statements)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        let statement = format!("drop database if exists {} with (force)", self.name);
        // A test may have stopped or killed the server; then the database goes with the server's folder.
        if self.server.process.is_some()
            && let Err(error) = self.server.sql("postgres", &statement)
        {
            eprintln!("{} stays until the server ends: {error}", self.name);
        }
    }
}

/// Runs statements by psql.
pub(crate) fn psql(programs: &Path, user: User, home: &Path, url: &str, statements: &str) -> Result<String> {
    let mut command: Command = user.command(&programs.join("psql"), home);
    command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-", "-d", url]);
    programs::output(&mut command, Some(statements))
}

/// Kills whoever runs in a folder, until nobody does: a process may have begun another one in between.
pub(crate) fn kill_all(folder: &Path) -> Result<()> {
    let what = format!("the end of all in {}", folder.display());
    wait_for(&what, PATIENCE, Duration::from_millis(2), || {
        let running = system::processes_in(folder);
        for process in &running {
            system::signal(process.id, Signal::Kill);
        }
        Ok(match running.first() {
            None => Wait::Done(()),
            Some(process) => Wait::NotYet(process.command_line.clone()),
        })
    })
}

/// Ports of the loopback interface on which nobody listens, all different.
///
/// Below those that the system gives out by itself: a client that tries again and again to reach a killed server on one
/// of those would one day be given that very port for its own end, and be connected to itself.
pub(crate) fn free_ports<const COUNT: usize>() -> Result<[u16; COUNT]> {
    let mut number = [0; 2];
    random(&mut number)?;
    let start = u16::from_le_bytes(number);
    // Held until all are found, so that none is found twice.
    let held: Vec<_> = (0..15_000)
        .map(|step| 15_000 + start.wrapping_add(step) % 15_000)
        .filter_map(|port| Some((port, std::net::TcpListener::bind(("127.0.0.1", port)).ok()?)))
        .take(COUNT)
        .collect();
    let ports: Vec<u16> = held.iter().map(|(port, _)| *port).collect();
    ports
        .try_into()
        .map_err(|_| Error::other("too few ports between 15000 and 30000 are free"))
}

/// A password that nobody guesses.
pub(crate) fn password() -> Result<String> {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn random(bytes: &mut [u8]) -> Result<()> {
    use std::io::Read;
    let path = "/dev/urandom";
    std::fs::File::open(path)
        .and_then(|mut source| source.read_exact(bytes))
        .map_err(Error::file(path))
}
