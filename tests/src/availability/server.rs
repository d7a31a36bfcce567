//! `clientele-server` as it runs in a house: a process of its own that nobody looks after.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clientele_cluster::{Error, Result};

/// The program, and where its data lies.
#[derive(Clone)]
pub(super) struct Database {
    pub program: PathBuf,
    pub service: String,
    pub owner: String,
}

/// A running server. Dropping it ends it; so does the cluster's keeper, since it runs in the cluster's folder.
pub(super) struct Server {
    database: Database,
    folder: PathBuf,
    address: String,
    child: Mutex<Child>,
}

impl Server {
    /// Starts it; returns when it listens.
    pub fn start(database: Database, folder: PathBuf) -> Result<Self> {
        let failed = |error: std::io::Error| Error::other(format!("{}: {error}", database.program.display()));
        std::fs::create_dir(&folder).map_err(failed)?;
        let log = File::create(folder.join("log")).map_err(failed)?;
        let mut command = Command::new(&database.program);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data"])
            .arg(&folder)
            .env("CLIENTELE_POSTGRES", &database.service)
            .env("CLIENTELE_POSTGRES_ADMIN", &database.owner)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        let mut child = command.spawn().map_err(failed)?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(failed)?;
        }
        let mut server = Self {
            address: String::new(),
            database,
            folder,
            child: Mutex::new(child),
        };
        let address = line.trim().strip_prefix("listening on ");
        server.address = address
            .ok_or_else(|| Error::other(format!("a server does not start: {}", server.last_words())))?
            .to_owned();
        Ok(server)
    }

    /// A pairing code for a device that sees every branch.
    pub fn code(&self) -> Result<String> {
        self.run(&["pair", "--all", "--address", &self.address])
            .map(|code| code.trim().to_owned())
    }

    /// Runs a verb of the command line beside it, and returns what it printed.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.database.program);
        command
            .args(arguments)
            .arg("--data")
            .arg(&self.folder)
            .env("CLIENTELE_POSTGRES", &self.database.service)
            .env("CLIENTELE_POSTGRES_ADMIN", &self.database.owner);
        let output = command
            .output()
            .map_err(|error| Error::other(error.to_string()))?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(printed);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Error::other(format!(
            "clientele-server {arguments:?}: {printed}{said}"
        )))
    }

    /// Fails when the server has ended by itself.
    pub fn still_runs(&self) -> Result<()> {
        match self.child().try_wait() {
            Ok(None) => Ok(()),
            ended => Err(Error::other(format!(
                "a server has ended by itself ({ended:?}): {}",
                self.last_words()
            ))),
        }
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last lines of its log.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child().kill();
        let _ = self.child().wait();
    }
}
