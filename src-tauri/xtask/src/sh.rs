//! Running other programs, and saying so.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// What a verb yields; the error is a sentence for the terminal.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The folder of the whole project.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap_or(own).to_owned()
}

/// Cargo, as it was called, in the project's folder.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The command line as one would type it, for messages.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    command.get_args().fold(program.into_owned(), |line, argument| {
        line + " " + &argument.to_string_lossy()
    })
}

/// Runs a command in the open; fails when it fails.
pub fn run(command: &mut Command) -> Result {
    eprintln!("$ {}", shown(command));
    let status = command
        .status()
        .map_err(|error| format!("{} cannot be started: {error}", shown(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} failed ({status})", shown(command)).into())
    }
}

/// Runs a short command in silence and returns what it printed; `None` when it is missing or fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command in the open and keeps what it prints too. The second value is whether it succeeded.
pub fn run_and_read(command: &mut Command) -> Result<(String, bool)> {
    eprintln!("$ {}", shown(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} cannot be started: {error}", shown(command)))?;
    let errors = child
        .stderr
        .take()
        .map(|pipe| thread::spawn(move || copy(pipe, std::io::stderr())));
    let mut text = child
        .stdout
        .take()
        .map(|pipe| copy(pipe, std::io::stdout()))
        .unwrap_or_default();
    // One after the other: what is looked for in it are whole lines.
    text += &errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
    Ok((text, child.wait()?.success()))
}

fn copy(from: impl Read, mut to: impl Write) -> String {
    let mut text = String::new();
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let _ = to.write_all(&line);
        text += &String::from_utf8_lossy(&line);
        line.clear();
    }
    text
}

/// Whether a program stands on the search path.
pub fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&paths).any(|folder| folder.join(&name).is_file())
}
