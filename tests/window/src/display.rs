//! An X display in memory, with a window manager, that nobody sees and nobody else uses.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::picture::Picture;
use crate::process::{self, Program};

/// Room for the largest window that is ever tested, and its frame.
const SIZE: &str = "1400x960x24";

/// Windows without frames, so that a window is as large as its page and stands where it says; no keys of its own.
const WINDOW_MANAGER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew></focus>
  <theme><keepBorder>no</keepBorder></theme>
  <placement><policy>Smart</policy><center>yes</center></placement>
  <applications><application class="*"><decor>no</decor></application></applications>
</openbox_config>
"#;

/// A running display. Dropping it ends it and every window on it.
pub struct Display {
    name: String,
    framebuffer: PathBuf,
    // Dropped in this order: the window manager complains if the display goes first.
    _window_manager: Program,
    _server: Program,
}

impl Display {
    /// Starts a display under the first free number. Its files stand in `folder`.
    ///
    /// # Errors
    /// When Xvfb or openbox cannot be started.
    pub fn start(folder: &Path) -> Result<Self> {
        let mut command = process::command("Xvfb");
        command
            // The server itself finds the free number and tells it: two can start at the same moment.
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                SIZE,
                "-nolisten",
                "tcp",
                "-noreset",
                "-fbdir",
            ])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = Program::start("Xvfb", &mut command)?;
        let name = format!(":{}", server.first_line(Duration::from_secs(20))?);

        // A native dialog gets the keyboard only from a window manager.
        let settings = folder.join("openbox.xml");
        std::fs::write(&settings, WINDOW_MANAGER)?;
        let mut command = process::command("openbox");
        command
            .arg("--sm-disable")
            .arg("--config-file")
            .arg(settings)
            .env("DISPLAY", &name)
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let window_manager = Program::start("openbox", &mut command)?;
        let display = Self {
            name,
            framebuffer: folder.join("Xvfb_screen0"),
            _window_manager: window_manager,
            _server: server,
        };
        // Into the corner, where it stands on no window.
        display.xdotool(&["mousemove", "9999", "9999"])?;
        Ok(display)
    }

    /// The value for `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands on the whole display now, native dialogs with it.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn picture(&self) -> Result<Picture> {
        Picture::from_xwd(&std::fs::read(&self.framebuffer)?)
    }

    /// What stands in one window.
    ///
    /// # Errors
    /// When the window is gone.
    pub fn picture_of(&self, window: &str) -> Result<Picture> {
        let answer = self.xdotool(&["getwindowgeometry", "--shell", window])?;
        let number = |name: &str| {
            let line = answer
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.and_then(|value| value.parse().ok())
                .ok_or_else(|| Error::new("the window has no place"))
        };
        Ok(self
            .picture()?
            .cut(number("X")?, number("Y")?, number("WIDTH")?, number("HEIGHT")?))
    }

    /// Runs `xdotool` on this display and returns what it prints.
    ///
    /// # Errors
    /// When it fails; a search that finds nothing is a failure too.
    pub fn xdotool(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("xdotool");
        command.args(arguments).env("DISPLAY", &self.name);
        // It reads the texts that it is to type in the locale's encoding, and a bare machine has none.
        process::output(command.env("LC_ALL", "C.UTF-8"))
    }

    /// Puts something into the clipboard: the content of a file, as what other programs call its sort.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub fn copy(&self, sort: &str, file: &Path) -> Result<()> {
        let mut command = Command::new("xclip");
        command
            .args(["-selection", "clipboard", "-target", sort, "-in"])
            .arg(file)
            .env("DISPLAY", &self.name)
            // It stays and hands out what was copied until the display ends.
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let ended = command.status()?;
        if ended.success() {
            return Ok(());
        }
        Err(Error::new(format!("xclip: {ended}")))
    }

    /// Makes the keyboard that of a country, as `setxkbmap` names it: `us`, `ru`, `bg`.
    ///
    /// # Errors
    /// When there is no such layout.
    pub fn keyboard(&self, layout: &str) -> Result<()> {
        let mut command = Command::new("setxkbmap");
        process::output(command.args(["-display", &self.name, "-layout", layout])).map(drop)
    }

    /// The visible windows that have a title, by their ids.
    #[must_use]
    pub fn windows(&self) -> Vec<String> {
        // The window manager's own helper windows are visible to it, but bear no name.
        match self.xdotool(&["search", "--onlyvisible", "--name", "."]) {
            Ok(ids) => ids.lines().map(str::to_owned).collect(),
            Err(_) => Vec::new(),
        }
    }
}
