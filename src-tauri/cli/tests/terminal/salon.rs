//! A folder with a book and its key, and the program at hand.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The key of the book.
pub const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A salon's machine: nothing of the developer's own is seen or touched.
pub struct Salon {
    folder: TempDir,
}

/// How the program ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Salon {
    /// A machine without a book.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let salon = Self { folder };
        salon.write("key", KEY);
        salon
    }

    /// A machine with a new Bulgarian book.
    pub fn new() -> Self {
        let salon = Self::empty();
        salon.json([
            "init",
            "--name",
            "Салон Хвойна",
            "--country",
            "BG",
            "--language",
            "bg",
        ]);
        salon
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn book(&self) -> PathBuf {
        self.path("book.clientele")
    }

    /// The program, with nothing on its command line yet.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clientele-cli"));
        command
            .current_dir(self.folder.path())
            .env("HOME", self.path("home"))
            .env("XDG_DATA_HOME", self.path("home"))
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("TZ", "UTC")
            .env("LC_ALL", "bg_BG.UTF-8")
            .stdin(Stdio::null());
        command
    }

    /// The program with this salon's book and key.
    pub fn with_book<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = self.program();
        command.args(["--book", "book.clientele", "--key-file", "key"]);
        command.args(arguments);
        command
    }

    /// Runs it.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ended {
        ended(&mut self.with_book(arguments))
    }

    /// Runs it, and reads the JSON that it answers.
    pub fn json<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Value {
        let mut command = self.with_book(arguments);
        let ended = ended(command.arg("--json"));
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
        ended.value()
    }

    /// Adds a client and returns its id.
    pub fn add<A: AsRef<OsStr>>(&self, flags: impl IntoIterator<Item = A>) -> String {
        let mut command = self.with_book(["client", "add", "--json"]);
        ended(command.args(flags)).value()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

impl Ended {
    /// The JSON on stdout.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts that it was refused so: the exit code, one line that begins with the code, nothing on stdout.
    pub fn assert_refused(&self, exit: i32, code: &str) {
        assert_eq!(self.code, exit, "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        let (first, _) = self.stderr.split_once([' ', ':']).unwrap();
        assert_eq!(first, code, "{self:?}");
        assert_eq!(self.stdout, "");
    }
}

/// Runs a command to its end.
pub fn ended(command: &mut Command) -> Ended {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    Ended {
        code: status.code().expect("the program ended by itself"),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Every file in a folder with its bytes.
pub fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}
