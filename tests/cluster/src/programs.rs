//! Finding and running the programs that must be installed.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};

/// The oldest PostgreSQL that head office's server runs on.
pub const OLDEST_POSTGRES: u32 = 15;

/// Where Debian keeps each version of PostgreSQL, apart from the search path.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder with `postgres`, `initdb` and `psql`: the newest installed one.
///
/// # Errors
/// When there is none that is new enough; the sentence says what to install.
pub fn postgres() -> Result<PathBuf> {
    postgres_in(Path::new(DEBIAN), &std::env::var_os("PATH").unwrap_or_default())
}

fn postgres_in(versions: &Path, search_path: &OsStr) -> Result<PathBuf> {
    let debian = std::fs::read_dir(versions).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(version, folder)| *version >= OLDEST_POSTGRES && folder.join("initdb").is_file())
        .collect();
    found.sort_unstable();
    if let Some((_, folder)) = found.pop() {
        return Ok(folder);
    }
    let on_path = std::env::split_paths(search_path).find(|folder| {
        let has_all = ["postgres", "initdb", "psql"]
            .iter()
            .all(|name| folder.join(name).is_file());
        has_all && version_of(&folder.join("postgres")).is_some_and(|version| version >= OLDEST_POSTGRES)
    });
    on_path.ok_or_else(|| Error::Missing {
        program: format!("PostgreSQL {OLDEST_POSTGRES} or newer"),
        verb: "test",
        how: "install its server and its command line programs, and put them on PATH",
    })
}

fn version_of(postgres: &Path) -> Option<u32> {
    let answer = output(Command::new(postgres).arg("--version"), None).ok()?;
    let number = answer
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// A program of the high-availability set, on the search path.
///
/// # Errors
/// When it is not there; the sentence says what to install.
pub fn high_availability(name: &str) -> Result<PathBuf> {
    high_availability_in(name, &std::env::var_os("PATH").unwrap_or_default())
}

fn high_availability_in(name: &str, search_path: &OsStr) -> Result<PathBuf> {
    std::env::split_paths(search_path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| Error::Missing {
            program: name.to_owned(),
            verb: "ha",
            how: "install Patroni 3 or newer with its support for etcd 3, and etcd 3.4 or newer",
        })
}

/// Runs a command to its end, giving it `input`, and returns what it printed.
///
/// # Errors
/// When it cannot be started or fails; its own complaint is part of the sentence.
pub(crate) fn output(command: &mut Command, input: Option<&str>) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let start = |source| Error::Start {
        program: program.clone(),
        source,
    };
    let stdin = if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    };
    let mut child = command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start)?;
    if let (Some(mut pipe), Some(text)) = (child.stdin.take(), input) {
        // A program that ended early says why on its standard error, which is read below.
        let _ = pipe.write_all(text.as_bytes());
    }
    let output = child.wait_with_output().map_err(start)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Error::Failed {
        program,
        said: format!("{} ({})", complaint.trim(), output.status),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(folder: &Path, names: &[&str]) {
        std::fs::create_dir_all(folder).unwrap();
        for name in names {
            std::fs::write(folder.join(name), "").unwrap();
        }
    }

    #[test]
    fn the_newest_version_is_taken_by_number() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9", "15", "100", "16", "old"] {
            install(&folder.path().join(version).join("bin"), &["initdb"]);
        }
        // Only its client is installed.
        install(&folder.path().join("200/bin"), &["psql"]);
        assert_eq!(
            postgres_in(folder.path(), OsStr::new("")).unwrap(),
            folder.path().join("100/bin")
        );
    }

    #[test]
    fn what_is_missing_is_named_with_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        install(&folder.path().join("14/bin"), &["initdb"]);
        let error = postgres_in(folder.path(), OsStr::new(""))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("PostgreSQL 15 or newer is not installed"),
            "{error}"
        );
        assert!(error.contains("`cargo xtask test` installs it"), "{error}");
        let error = high_availability_in("patroni", OsStr::new(""))
            .unwrap_err()
            .to_string();
        assert!(error.contains("`cargo xtask ha` installs it"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_version_on_the_search_path_must_be_new_enough() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        install(folder.path(), &["postgres", "initdb", "psql"]);
        let program = folder.path().join("postgres");
        let say = |version: &str| {
            std::fs::write(
                &program,
                format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n"),
            )
            .unwrap();
            std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
            postgres_in(Path::new("/nowhere"), folder.path().as_os_str())
        };
        assert!(say("14.9 (Homebrew)").is_err());
        assert_eq!(say("17devel").unwrap(), folder.path());
    }

    #[test]
    fn a_failure_tells_what_the_program_said() {
        let mut command = Command::new("/bin/sh");
        let error = output(
            command.args(["-c", "read line; echo \"$line\" >&2; exit 3"]),
            Some("broken\n"),
        );
        let error = error.unwrap_err().to_string();
        assert!(error.contains("broken") && error.contains('3'), "{error}");
    }
}
