//! Three PostgreSQL servers under Patroni and etcd, as docs/head-office.md sets them up, on one machine.

mod node;
pub(crate) mod template;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::error::{Error, Result, Wait, wait_for};
use crate::folder::{Folder, Process};
use crate::postgres::{SUPERUSER, free_ports, password, psql};
use crate::programs;
use crate::system::{self, Signal, User};

use node::{Common, Node};
pub use template::Replication;
use template::{Passwords, database, etcd, roles};

/// The database that docs/patroni/database.sql makes.
pub const DATABASE: &str = "clientele";

/// How long starting, failing over or coming back may take. A lease runs 20 s; the rest is for busy machines.
const PATIENCE: Duration = Duration::from_secs(180);

/// A role of docs/patroni/roles.sql, or the one that made the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    Superuser,
    /// Owns the tables.
    Owner,
    /// What `clientele-server` connects as.
    Service,
    /// Reads.
    Reader,
}

/// A cluster of one etcd and several nodes. Dropping it ends and removes everything.
pub struct Patroni {
    // First, so that its keeper ends the servers in good order.
    folder: Folder,
    _etcd: Process,
    etcd_port: u16,
    nodes: Vec<Node>,
    user: User,
    patroni: PathBuf,
    programs: PathBuf,
    passwords: Passwords,
    roles_password: String,
    replication: Replication,
}

/// A node that was killed.
#[derive(Clone, Copy, Debug)]
pub struct Killed {
    /// Which one; for [`Patroni::revive`].
    pub node: usize,
    /// When the first signal was sent.
    pub at: Instant,
}

impl Patroni {
    /// Starts a cluster with synchronous replication, with its roles and its database, and waits until a node could be
    /// killed without loss.
    ///
    /// # Errors
    /// When something is not installed, or does not start; what the nodes said last is part of the sentence.
    pub fn start(nodes: usize) -> Result<Self> {
        Self::start_with(nodes, Replication::Synchronous)
    }

    /// As [`Patroni::start`]; without synchronous replication it is the negative control.
    ///
    /// # Errors
    /// As for [`Patroni::start`].
    pub fn start_with(nodes: usize, replication: Replication) -> Result<Self> {
        let user = User::of_servers()?;
        let programs = programs::postgres()?;
        let patroni = programs::high_availability("patroni")?;
        let etcd_program = programs::high_availability("etcd")?;
        let passwords = Passwords {
            superuser: password()?,
            replication: password()?,
            rewind: password()?,
            restapi: password()?,
        };
        let folder = Folder::new(user)?;

        let own = folder.path().join("etcd");
        std::fs::create_dir(&own).map_err(Error::file(&own))?;
        user.own(&own)?;
        let [etcd_port, peer_port] = free_ports()?;
        let path = own.join("etcd.yml");
        std::fs::write(&path, etcd(&own.join("store"), etcd_port, peer_port)?).map_err(Error::file(&path))?;
        let log = std::fs::File::create(own.join("log")).map_err(Error::file(&own))?;
        let errors = log.try_clone().map_err(Error::file(&own))?;
        let mut command = user.command(&etcd_program, &own);
        command.arg("--config-file").arg(&path).stdout(log).stderr(errors);
        let etcd = Process::start(&mut command)?;

        let mut cluster = Self {
            folder,
            _etcd: etcd,
            etcd_port,
            nodes: Vec::new(),
            user,
            patroni,
            programs,
            passwords,
            roles_password: password()?,
            replication,
        };
        for number in 1..=nodes {
            let node = Node::create(number, free_ports()?, cluster.folder.path(), &cluster.common())?;
            cluster.nodes.push(node);
        }
        for node in 0..nodes {
            cluster.revive(node)?;
        }
        cluster.wait_until_safe()?;
        let own = &cluster.roles_password;
        cluster.sql("postgres", &roles(own, own, own)?)?;
        cluster.sql("postgres", &database(DATABASE)?)?;
        Ok(cluster)
    }

    fn common(&self) -> Common<'_> {
        Common {
            user: self.user,
            programs: &self.programs,
            etcd_port: self.etcd_port,
            passwords: &self.passwords,
            replication: self.replication,
        }
    }

    /// The node that holds the lease and takes writes, if there is one at this moment.
    #[must_use]
    pub fn primary(&self) -> Option<usize> {
        let is_primary = |node: &Node| node.is_up() && matches!(node.ask("primary"), Ok((200, _)));
        self.nodes.iter().position(is_primary)
    }

    /// The node's name, as Patroni and `pg_stat_replication` call it.
    #[must_use]
    pub fn name(&self, node: usize) -> &str {
        &self.nodes[node].name
    }

    /// Where it keeps everything; gone with whoever runs in it when the cluster is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of the database for a role: all nodes, of which the client takes the one that can be written to.
    /// `tokio-postgres`, libpq and all that stand on it know this form.
    #[must_use]
    pub fn url(&self, role: Role) -> String {
        // The reader's transactions are read-only anywhere, and any node serves it.
        let wanted = if role == Role::Reader { "any" } else { "read-write" };
        let address = self.address(role, &self.nodes, DATABASE);
        format!("{address}?target_session_attrs={wanted}&connect_timeout=3")
    }

    fn address(&self, role: Role, nodes: &[Node], database: &str) -> String {
        let (user, password) = match role {
            Role::Superuser => (SUPERUSER, &self.passwords.superuser),
            Role::Owner => ("clientele_owner", &self.roles_password),
            Role::Service => ("clientele_service", &self.roles_password),
            Role::Reader => ("clientele_reader", &self.roles_password),
        };
        let hosts: Vec<String> = nodes
            .iter()
            .map(|node| format!("127.0.0.1:{}", node.port))
            .collect();
        format!("postgres://{user}:{password}@{}/{database}", hosts.join(","))
    }

    /// Runs statements on the primary as the superuser; see [`crate::Postgres::sql`].
    ///
    /// # Errors
    /// The first refusal, or that there is no primary.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        // By its own address: a replica does not know yet what was made a moment ago, not even a database.
        let primary = self
            .primary()
            .ok_or_else(|| Error::other("there is no primary to ask"))?;
        let url = self.address(Role::Superuser, &self.nodes[primary..=primary], database);
        psql(&self.programs, self.user, self.folder.path(), &url, statements)
    }

    /// Kills the primary with its Patroni, as a power cut would.
    ///
    /// # Errors
    /// When there is no primary to kill, or some process outlives it.
    pub fn kill_primary(&mut self) -> Result<Killed> {
        let node = self
            .primary()
            .ok_or_else(|| Error::other("there is no primary to kill"))?;
        let at = Instant::now();
        self.nodes[node].kill()?;
        Ok(Killed { node, at })
    }

    /// Starts a killed node again; Patroni rewinds it and makes it a replica. No error when it runs.
    ///
    /// # Errors
    /// When Patroni cannot be started.
    pub fn revive(&mut self, node: usize) -> Result<()> {
        self.nodes[node].start(self.user, &self.patroni)
    }

    /// Freezes the processes that receive the primary's changes: what it writes from now on is on its own disk only.
    /// They go on when what is returned is dropped.
    #[must_use]
    pub fn hold_back_replication(&self) -> HeldBack {
        let receivers = self
            .nodes
            .iter()
            .filter_map(Node::receiver)
            .map(|process| process.id);
        let held = HeldBack {
            receivers: receivers.collect(),
        };
        for id in &held.receivers {
            system::signal(*id, Signal::Freeze);
        }
        held
    }

    /// Waits until any node could be killed without loss: one primary, all other nodes streaming from it, and one of
    /// them synchronous, both in PostgreSQL's own view and in what etcd lets take over.
    ///
    /// # Errors
    /// When that does not come; what the nodes said last is part of the sentence.
    pub fn wait_until_safe(&mut self) -> Result<()> {
        let waited = wait_for("a whole cluster", PATIENCE, Duration::from_millis(100), || {
            if let Some(node) = self
                .nodes
                .iter_mut()
                .find_map(|node| node.has_given_up().then_some(&node.name))
            {
                return Err(Error::other(format!("Patroni of {node} has ended by itself")));
            }
            Ok(match self.what_is_missing() {
                None => Wait::Done(()),
                Some(said) => Wait::NotYet(said),
            })
        });
        waited.map_err(|error| self.with_last_words(&error))
    }

    /// An error with what the nodes have said last.
    #[must_use]
    pub fn with_last_words(&self, error: &Error) -> Error {
        let words: Vec<String> = self.nodes.iter().map(Node::last_words).collect();
        Error::other(format!("{error}\n{}", words.join("\n")))
    }

    /// Why a node should not be killed now.
    fn what_is_missing(&self) -> Option<String> {
        let Some(primary) = self.primary() else {
            return Some("no primary".to_owned());
        };
        let answers = self.nodes[primary].ask("patroni").and_then(|(_, own)| {
            let (_, cluster) = self.nodes[primary].ask("cluster")?;
            Ok((own, cluster))
        });
        let (own, cluster) = match answers {
            Ok(answers) => answers,
            Err(error) => return Some(error.to_string()),
        };
        what_is_missing(
            &own,
            &cluster,
            self.nodes.len(),
            self.replication == Replication::Synchronous,
        )
    }
}

/// The same, from the primary's word about itself and about the cluster.
fn what_is_missing(own: &Value, cluster: &Value, nodes: usize, synchronous: bool) -> Option<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let streaming: Vec<Value> = list(&own["replication"])
        .into_iter()
        .filter(|replica| replica["state"] == "streaming")
        .collect();
    if streaming.len() + 1 < nodes {
        return Some(format!("{} of {} replicas stream", streaming.len(), nodes - 1));
    }
    if !synchronous {
        return None;
    }
    let waits_for = streaming.iter().find(|replica| replica["sync_state"] == "sync");
    let Some(waits_for) = waits_for.map(|replica| name(&replica["application_name"])) else {
        return Some("no replica is synchronous".to_owned());
    };
    // What may take over is written to etcd a moment after PostgreSQL has begun to wait for it. A primary killed in
    // between would have no heir.
    let heir = list(&cluster["members"])
        .into_iter()
        .find(|member| member["role"] == "sync_standby");
    match heir.map(|heir| name(&heir["name"])) {
        Some(heir) if heir == waits_for => None,
        heir => Some(format!(
            "the primary waits for {waits_for}, and {heir:?} may take over"
        )),
    }
}

/// Replicas that do not hear their primary.
pub struct HeldBack {
    receivers: Vec<u32>,
}

impl HeldBack {
    /// They end instead of going on: what the primary had sent and they had not read is gone.
    pub fn cut(self) {
        for id in &self.receivers {
            system::signal(*id, Signal::Terminate);
        }
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> usize {
        self.receivers.len()
    }
}

impl Drop for HeldBack {
    fn drop(&mut self) {
        for id in &self.receivers {
            system::signal(*id, Signal::Thaw);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_primary_without_an_heir_is_not_safe() {
        let replica = |name: &str, state: &str, sync: &str| json!({ "application_name": name, "state": state, "sync_state": sync });
        let own = |replicas: Vec<Value>| json!({ "replication": replicas });
        let cluster = |heir: &str| {
            json!({ "members": [
                { "name": "node1", "role": "leader" },
                { "name": heir, "role": "sync_standby" },
            ] })
        };
        let both = || {
            own(vec![
                replica("node2", "streaming", "sync"),
                replica("node3", "streaming", "async"),
            ])
        };
        let missing =
            |own: &Value, cluster: &Value| what_is_missing(own, cluster, 3, true).unwrap_or_default();

        assert_eq!(missing(&both(), &cluster("node2")), "");
        assert!(missing(&both(), &cluster("node3")).contains("may take over"));
        assert!(missing(&both(), &json!({})).contains("may take over"));
        let none = own(vec![
            replica("node2", "streaming", "async"),
            replica("node3", "streaming", "async"),
        ]);
        assert_eq!(missing(&none, &cluster("node2")), "no replica is synchronous");
        assert_eq!(what_is_missing(&none, &json!({}), 3, false), None);
        let behind = own(vec![
            replica("node2", "streaming", "sync"),
            replica("node3", "catchup", "async"),
        ]);
        assert_eq!(missing(&behind, &cluster("node2")), "1 of 2 replicas stream");
        assert_eq!(missing(&json!({}), &json!({})), "0 of 2 replicas stream");
    }
}
