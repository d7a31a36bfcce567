//! The folder of a server, and its keeper, which leaves nothing of it when the test is over.
//!
//! Destructors do not run in a test that was killed, nor for what a `static` holds, and the kernel's own signal at the
//! parent's death comes when the *thread* ends that started the server, which in a test runner is each test. So a small
//! shell waits at the other end of a pipe that only the test's process holds: when that is closed, for whatever reason,
//! it ends whoever runs in the folder and removes it. Dropping a [`Folder`] does the same and waits for it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::error::{Error, Result};
use crate::system::User;

/// Ends PostgreSQL by its "immediate" signal first, so that it gives its shared memory back, and everybody else at once.
const KEEPER: &str = r#"
trap '' INT TERM HUP
folder=$1
while read -r _; do :; done
postmasters() { for file in "$folder"/data/postmaster.pid "$folder"/*/data/postmaster.pid; do
  [ -f "$file" ] && head -n 1 "$file"; done; }
everybody() { for process in /proc/[0-9]*; do
  place=$(readlink "$process/cwd" 2>/dev/null) || continue
  case "$place/" in "$folder"/*) echo "${process#/proc/} $place" ;; esac; done; }
everybody | while read -r id place; do case "$place" in */data|*/data/*) ;; *) kill -KILL "$id" ;; esac; done
for id in $(postmasters); do kill -QUIT "$id"; done
turn=0
while [ -n "$(everybody)$(postmasters)" ] && [ $turn -lt 40 ]; do sleep 0.05; turn=$((turn + 1)); done
while [ -n "$(everybody)" ] && [ $turn -lt 100 ]; do
  everybody | while read -r id place; do kill -KILL "$id"; done; sleep 0.05; turn=$((turn + 1)); done
rm -rf -- "$folder"
"#;

/// A temporary folder that belongs to the servers' user, with whoever runs in it.
pub struct Folder {
    path: PathBuf,
    keeper: Child,
}

impl Folder {
    /// Makes a folder of which nothing will be left.
    ///
    /// # Errors
    /// Where it cannot be made, or its keeper cannot be started.
    pub(crate) fn new(user: User) -> Result<Self> {
        let parent = std::env::temp_dir();
        let made = tempfile::Builder::new().prefix("clientele-").tempdir();
        let path = made.map_err(Error::file(parent))?.keep();
        // The kernel names where a process stands without symbolic links, so the folder is known by that name too.
        let path = path.canonicalize().map_err(Error::file(&path))?;
        user.own(&path)?;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", KEEPER, "keeper"]).arg(&path);
        command
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        #[cfg(unix)]
        {
            // Whoever ends the tests by their process group does not end the keeper.
            use std::os::unix::process::CommandExt;
            command.process_group(0);
        }
        let keeper = command.spawn().map_err(|source| Error::Start {
            program: "/bin/sh".to_owned(),
            source,
        })?;
        Ok(Self { path, keeper })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// A started process; dropping it kills it and waits for it.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        command
            .spawn()
            .map(Self)
            .map_err(|source| Error::Start { program, source })
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
