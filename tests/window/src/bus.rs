//! A session bus of its own, with or without a secret store that answers on it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::error::{Error, Result, wait_for};
use crate::process::{self, Program};

/// The secret store that answers on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyring {
    /// gnome-keyring, unlocked, as after a login.
    Unlocked,
    /// gnome-keyring, but the user's keyring is locked and nobody is there to unlock it.
    Locked,
    /// None: the bus has nobody who keeps secrets.
    Absent,
}

/// A running session bus. Dropping it ends it and the secret store.
pub struct Bus {
    address: String,
    folder: PathBuf,
    keyring: Option<Program>,
    _daemon: Program,
    sockets: TempDir,
}

impl Bus {
    /// Starts a bus whose socket and secrets stand in `folder`. What a secret store kept there is found again by
    /// the next bus on the same folder.
    ///
    /// # Errors
    /// When the bus or the secret store does not come up.
    pub fn start(folder: &Path, keyring: Keyring) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        // Sockets stand in a short path, whatever `folder` is: the system takes about a hundred letters.
        let sockets = tempfile::Builder::new().prefix("clientele-bus-").tempdir()?;
        let config = sockets.path().join("bus.conf");
        std::fs::write(&config, configuration(sockets.path()))?;
        let mut command = process::command("dbus-daemon");
        command
            .arg("--nofork")
            .arg("--nopidfile")
            .arg("--print-address=1")
            .arg(format!("--config-file={}", config.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut daemon = Program::start("dbus-daemon", &mut command)?;
        let address = daemon.first_line(Duration::from_secs(10))?;
        let mut bus = Self {
            address,
            folder: folder.to_owned(),
            keyring: None,
            _daemon: daemon,
            sockets,
        };
        bus.set_keyring(keyring)?;
        Ok(bus)
    }

    /// The value for `DBUS_SESSION_BUS_ADDRESS`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Puts another state of the secret store on the same bus, over the same secrets.
    ///
    /// # Errors
    /// When the secret store does not come up.
    pub fn set_keyring(&mut self, keyring: Keyring) -> Result<()> {
        self.keyring = None;
        wait_for(
            "the old secret store to leave the bus",
            Duration::from_secs(10),
            || Ok((!self.has_secret_store()?).then_some(())),
        )?;
        if keyring == Keyring::Absent {
            return Ok(());
        }
        let mut command = process::command("gnome-keyring-daemon");
        command
            .args(["--foreground", "--components=secrets"])
            .arg("--control-directory")
            .arg(self.sockets.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("HOME", &self.folder)
            .env("XDG_DATA_HOME", self.folder.join("secrets"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if keyring == Keyring::Unlocked {
            command.arg("--unlock").stdin(Stdio::piped());
        } else {
            command.stdin(Stdio::null());
        }
        let mut daemon = Program::start("gnome-keyring-daemon", &mut command)?;
        if let Some(mut input) = daemon.stdin() {
            // The password of the keyring is empty. A newline says so; an input of nothing leaves it locked.
            input.write_all(b"\n")?;
        }
        self.keyring = Some(daemon);
        wait_for("the secret store on the bus", Duration::from_secs(15), || {
            Ok(self.has_secret_store()?.then_some(()))
        })
    }

    /// Takes every secret out of the store, as a reset of the login keyring does, and leaves it unlocked.
    ///
    /// # Errors
    /// When the store does not let go of them, or does not come up again.
    pub fn empty_keyring(&mut self) -> Result<()> {
        self.set_keyring(Keyring::Absent)?;
        std::fs::remove_dir_all(self.folder.join("secrets"))?;
        self.set_keyring(Keyring::Unlocked)
    }

    fn has_secret_store(&self) -> Result<bool> {
        let answer = process::output(
            Command::new("dbus-send")
                .arg(format!("--bus={}", self.address))
                .args([
                    "--print-reply",
                    "--reply-timeout=5000",
                    "--dest=org.freedesktop.DBus",
                    "/",
                ])
                .args([
                    "org.freedesktop.DBus.NameHasOwner",
                    "string:org.freedesktop.secrets",
                ]),
        )
        .map_err(|error| Error::new("the session bus does not answer").context(&error.to_string()))?;
        Ok(answer.contains("boolean true"))
    }
}

/// A bus that starts nothing by itself: where no secret store is wanted, none may be activated, and no other
/// service of the machine is to wake up for a test.
fn configuration(folder: &Path) -> String {
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        folder.display()
    )
}
