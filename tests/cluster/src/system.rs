//! What differs between systems: users, owners of files, signals, and who runs in a folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};

/// Who the servers run as.
#[derive(Clone, Copy, Debug)]
pub struct User {
    /// Their user and group, where the tests run as root; otherwise they run as whoever runs the tests.
    ids: Option<(u32, u32)>,
}

/// What is done to a process.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// As a power cut would: nothing is said to it.
    Kill,
    /// It stands still, and does not know.
    Freeze,
    /// It goes on.
    Thaw,
    /// It is asked to end.
    Terminate,
    /// PostgreSQL's "fast": whoever is connected is thrown out, then it ends in good order.
    Interrupt,
}

impl User {
    /// Whoever runs the tests, or, for root, the user that PostgreSQL's package has made.
    ///
    /// # Errors
    /// Where there is no such user, or on a system that has no users of this kind.
    pub fn of_servers() -> Result<Self> {
        if !cfg!(unix) {
            return Err(Error::Platform);
        }
        if !is_root() {
            return Ok(Self { ids: None });
        }
        let path = "/etc/passwd";
        let users = std::fs::read_to_string(path).map_err(Error::file(path))?;
        let ids = ["postgres", "nobody"]
            .iter()
            .find_map(|name| ids_of(&users, name));
        ids.map(|ids| Self { ids: Some(ids) }).ok_or(Error::Root)
    }

    /// A command line that runs as this user in `home`, with nothing of the environment that PostgreSQL or Patroni
    /// would take for settings. It gets a process group of its own: Ctrl+C is for the tests, not for their servers.
    #[must_use]
    pub fn command(self, program: &Path, home: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["PG", "PATRONI", "ETCD"]
                .iter()
                .any(|part| text.starts_with(part))
            {
                command.env_remove(&name);
            }
        }
        command
            .current_dir(home)
            .env("HOME", home)
            .env("LC_ALL", "C")
            .stdin(std::process::Stdio::null());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            command.process_group(0);
            if let Some((user, group)) = self.ids {
                command.uid(user).gid(group);
            }
        }
        command
    }

    /// Gives a file or folder to this user.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn own(self, path: &Path) -> Result<()> {
        #[cfg(unix)]
        if let Some((user, group)) = self.ids {
            std::os::unix::fs::chown(path, Some(user), Some(group)).map_err(Error::file(path))?;
        }
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }
}

/// The user and group of a name, from the text of /etc/passwd.
fn ids_of(users: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = users
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?
        .skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// Sends a signal. That the process is gone already is no error.
pub fn signal(id: u32, signal: Signal) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal as Unix, kill_process};
        let signal = match signal {
            Signal::Kill => Unix::KILL,
            Signal::Freeze => Unix::STOP,
            Signal::Thaw => Unix::CONT,
            Signal::Terminate => Unix::TERM,
            Signal::Interrupt => Unix::INT,
        };
        if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }
    #[cfg(not(unix))]
    let _ = (id, signal);
}

/// A running process and its command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Its process id.
    pub id: u32,
    /// Its command line; PostgreSQL writes there what the process is for.
    pub command_line: String,
}

/// Who runs in a folder or below it: every process of a server of ours does, and nobody else. Knows it from /proc, so
/// on Linux only; elsewhere nobody is found, and a server is known by its own process id alone.
#[must_use]
pub fn processes_in(folder: &Path) -> Vec<Running> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let read = |entry: std::fs::DirEntry| -> Option<Running> {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let place: PathBuf = std::fs::read_link(entry.path().join("cwd")).ok()?;
        if !place.starts_with(folder) {
            return None;
        }
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        Some(Running {
            id,
            command_line: String::from_utf8_lossy(&line).replace('\0', " "),
        })
    };
    entries.filter_map(|entry| read(entry.ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let users =
            "postgres2:x:9:9::/:/bin/sh\npostgres:x:105:111:PostgreSQL:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(ids_of(users, "postgres"), Some((105, 111)));
        assert_eq!(ids_of(users, "nobody"), None);
        assert_eq!(ids_of("postgres:x:many:few\n", "postgres"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn whoever_runs_in_a_folder_is_found_and_can_be_killed() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().canonicalize().unwrap();
        std::fs::create_dir(place.join("below")).unwrap();
        let mut sleep = Command::new("sleep")
            .arg("77")
            .current_dir(place.join("below"))
            .spawn()
            .unwrap();
        let found = processes_in(&place);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].id, sleep.id());
        signal(sleep.id(), Signal::Kill);
        assert!(!sleep.wait().unwrap().success());
        assert!(processes_in(&place).is_empty());
    }
}
