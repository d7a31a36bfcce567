//! One node: a Patroni, and the PostgreSQL that it looks after.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::folder::Process;
use crate::postgres::kill_all;
use crate::system::{self, Running, Signal, User};

use super::template::{self, NodeValues, Passwords, Replication};

/// A node with its folder and ports; it may be down.
pub(super) struct Node {
    pub name: String,
    pub port: u16,
    api_port: u16,
    folder: PathBuf,
    process: Option<Process>,
}

/// What several nodes have in common.
pub(super) struct Common<'a> {
    pub user: User,
    pub programs: &'a Path,
    pub etcd_port: u16,
    pub passwords: &'a Passwords,
    pub replication: Replication,
}

impl Node {
    /// Makes its folder and its files; does not start it.
    pub fn create(
        number: usize,
        [port, api_port]: [u16; 2],
        root: &Path,
        common: &Common<'_>,
    ) -> Result<Self> {
        let node = Self {
            name: format!("node{number}"),
            port,
            api_port,
            folder: root.join(format!("node{number}")),
            process: None,
        };
        std::fs::create_dir(&node.folder).map_err(Error::file(&node.folder))?;
        common.user.own(&node.folder)?;
        let text = template::node(
            &NodeValues {
                name: &node.name,
                port: node.port,
                api_port: node.api_port,
                etcd_port: common.etcd_port,
                data: &node.folder.join("data"),
                programs: common.programs,
                sockets: &node.folder,
                pass_file: &node.folder.join("pgpass"),
            },
            common.passwords,
            common.replication,
        )?;
        let path = node.folder.join("patroni.yml");
        std::fs::write(&path, text).map_err(Error::file(&path))?;
        Ok(node)
    }

    /// Starts Patroni, which does the rest. No error when it runs already.
    pub fn start(&mut self, user: User, patroni: &Path) -> Result<()> {
        if self.process.is_some() {
            return Ok(());
        }
        let path = self.log_path();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&path);
        let log = log.map_err(Error::file(&path))?;
        let errors = log.try_clone().map_err(Error::file(&path))?;
        let mut command = user.command(patroni, &self.folder);
        command.arg("patroni.yml").stdout(log).stderr(errors);
        self.process = Some(Process::start(&mut command)?);
        Ok(())
    }

    /// Kills Patroni, PostgreSQL and all that they have started, as a power cut would: Patroni first, or it would see
    /// its PostgreSQL die and give its lease back.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(process) = &self.process {
            system::signal(process.id(), Signal::Kill);
        }
        let killed = kill_all(&self.folder);
        self.process = None;
        killed
    }

    /// Whether it was started and not killed since.
    pub fn is_up(&self) -> bool {
        self.process.is_some()
    }

    /// Whether Patroni ended by itself, which it does when it cannot go on at all.
    pub fn has_given_up(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::has_ended)
    }

    /// The process that receives the primary's changes, where this is a replica.
    pub fn receiver(&self) -> Option<Running> {
        let is_receiver = |process: &Running| process.command_line.contains("walreceiver");
        system::processes_in(&self.folder).into_iter().find(is_receiver)
    }

    /// Asks its Patroni; the answer is a status and JSON, whatever the status.
    pub fn ask(&self, path: &str) -> Result<(u16, Value)> {
        let configuration = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(3)))
            .http_status_as_error(false)
            .build();
        let url = format!("http://127.0.0.1:{}/{path}", self.api_port);
        let mut answer = configuration.new_agent().get(&url).call()?;
        Ok((answer.status().as_u16(), answer.body_mut().read_json()?))
    }

    /// The last lines of what Patroni and PostgreSQL have said.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.log_path()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = &lines[lines.len().saturating_sub(15)..];
        format!("{} said last:\n  {}", self.name, last.join("\n  "))
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("log")
    }
}
