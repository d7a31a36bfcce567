//! Everything that a program with a window finds on a desktop: display, session bus, secret store, a home.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::bus::{Bus, Keyring};
use crate::display::Display;
use crate::error::Result;

/// A whole desktop of its own. Dropping it ends everything on it.
pub struct Stage {
    /// The display with its window manager.
    pub display: Display,
    /// The session bus with its secret store.
    pub bus: Bus,
    folder: PathBuf,
    runtime: TempDir,
}

impl Stage {
    /// Sets up a desktop whose files, secrets and home stand in `folder`.
    ///
    /// # Errors
    /// When one of its programs is missing or does not start.
    pub fn set_up(folder: &Path, keyring: Keyring) -> Result<Self> {
        for part in ["display", "home"] {
            std::fs::create_dir_all(folder.join(part))?;
        }
        Ok(Self {
            // Sockets stand in it, and their paths must be short; nobody else may enter a folder made by tempfile,
            // which those who use it demand.
            runtime: tempfile::Builder::new().prefix("clientele-run-").tempdir()?,
            display: Display::start(&folder.join("display"))?,
            bus: Bus::start(&folder.join("bus"), keyring)?,
            folder: folder.to_owned(),
        })
    }

    /// The home folder of whoever works here.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// Gives a command this desktop instead of the one that it would inherit.
    pub fn dress(&self, command: &mut Command) {
        let foreign = [
            "WAYLAND_DISPLAY",
            "XAUTHORITY",
            "XDG_DATA_HOME",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
            "XDG_CURRENT_DESKTOP",
            "XDG_SESSION_TYPE",
            "GTK_THEME",
            "GTK_IM_MODULE",
            "LANGUAGE",
            "LC_ALL",
        ];
        for name in foreign {
            command.env_remove(name);
        }
        command
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.runtime.path())
            .env("DISPLAY", self.display.name())
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address())
            .env("LANG", "C.UTF-8")
            .env("GDK_BACKEND", "x11")
            // No settings daemon, no accessibility bus, no desktop portal: each is a wait of seconds when absent.
            .env("GSETTINGS_BACKEND", "memory")
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_USE_PORTAL", "0");
    }
}
