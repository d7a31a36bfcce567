//! Programs that end with whoever started them.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::error::{Error, Result, wait_for};

/// A started program with all its descendants. Dropping it kills them all.
pub struct Program {
    name: String,
    child: Child,
}

/// How a program's name becomes a command line: it gets a process group of its own, to be killed as one, and the
/// kernel kills it when its parent dies by a signal that runs no destructor.
#[must_use]
pub fn command(program: &str) -> Command {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--", program])
            .process_group(0);
        command
    }
    #[cfg(not(target_os = "linux"))]
    Command::new(program)
}

impl Program {
    /// Starts a command made by [`command`].
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        let child = command
            .spawn()
            .map_err(|error| Error::new(format!("{name} cannot be started: {error}")))?;
        Ok(Self {
            name: name.to_owned(),
            child,
        })
    }

    /// The first line that it prints on its standard output, which must have been piped.
    ///
    /// # Errors
    /// When it prints nothing for `patience`, or ends.
    pub fn first_line(&mut self, patience: Duration) -> Result<String> {
        let output = self
            .child
            .stdout
            .take()
            .ok_or_else(|| Error::new("its output is not piped"))?;
        let (sender, receiver) = mpsc::channel();
        // A thread, because a read has no deadline. It goes on reading, so that the program never waits for a reader.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(std::result::Result::ok) {
                let _ = sender.send(line);
            }
        });
        match receiver.recv_timeout(patience) {
            Ok(line) if !line.is_empty() => Ok(line),
            _ => Err(Error::new(format!(
                "{} did not start: it told no address",
                self.name
            ))),
        }
    }

    /// Its standard input, if it was piped; dropping it closes it.
    #[must_use]
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its exit status, if it has ended.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn status(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When it still runs after `patience`.
    pub fn wait(&mut self, patience: Duration) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        wait_for(&what, patience, || self.status())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        kill_group(self.child.id());
        // The group is gone; this is for the systems without groups, and to leave no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Kills a process and all of its group, as a power cut would: nothing is said to it.
pub fn kill_group(id: u32) {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = id;
}

/// Runs a short command to its end and returns what it printed.
///
/// # Errors
/// When it cannot be started or fails; its own complaint is part of the sentence.
pub fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Error::new(format!("{name} cannot be started: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Error::new(format!(
        "{name} failed ({}): {}",
        output.status,
        complaint.trim()
    )))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn descendants_end_with_the_program() {
        let mut script = command("sh");
        script
            .args(["-c", "sleep 77 & echo $!; wait"])
            .stdout(Stdio::piped());
        let mut program = Program::start("a script", &mut script).unwrap();
        let grandchild = program.first_line(Duration::from_secs(5)).unwrap();
        drop(program);
        let stat = format!("/proc/{grandchild}/stat");
        wait_for("the end of the grandchild", Duration::from_secs(5), || {
            let state = std::fs::read_to_string(&stat).unwrap_or_default();
            Ok((state.is_empty() || state.contains(") Z ")).then_some(()))
        })
        .unwrap();
    }

    #[test]
    fn a_failure_tells_what_the_program_said() {
        let error = output(Command::new("sh").args(["-c", "echo broken >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().ends_with("broken"), "{error}");
    }
}
