//! What the operating system must have, and how it gets it. Every question about the platform is asked here.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sh::{self, Result};

/// What a verb needs from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To compile the program.
    Build,
    /// A desktop where there is none.
    VirtualDesktop,
    /// To drive the window in tests.
    WindowTests,
}

impl Need {
    /// The packages of Debian and its relatives.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Build => &[
                "build-essential",
                "pkg-config",
                "libwebkit2gtk-4.1-dev",
                "libgtk-3-dev",
                "libsoup-3.0-dev",
                "librsvg2-dev",
                "libayatana-appindicator3-dev",
                "libxdo-dev",
                "libssl-dev",
            ],
            Self::VirtualDesktop => &[
                "xvfb",
                "openbox",
                "xdotool",
                "dbus",
                "dbus-bin",
                "gnome-keyring",
                "fonts-dejavu-core",
                "x11-xkb-utils",
            ],
            Self::WindowTests => &["webkit2gtk-driver"],
        }
    }
}

/// Installs what is missing where that is possible, and says what to install where it is not. Quiet when all is there.
pub fn prepare(needs: &[Need]) -> Result {
    match std::env::consts::OS {
        "linux" if is_debian() => {
            let packages: Vec<&str> = needs.iter().flat_map(|need| need.packages()).copied().collect();
            install(&packages)
        }
        "linux" => {
            say_once(&format!(
                "This is not a Debian or Ubuntu: if the build misses something, it is what Debian calls\n  {}",
                needs
                    .iter()
                    .map(|need| need.packages().join(" "))
                    .collect::<Vec<_>>()
                    .join(" ")
            ));
            Ok(())
        }
        "macos" => {
            if sh::answer(Command::new("xcode-select").arg("-p")).is_none() {
                eprintln!(
                    "The compiler of macOS is missing. Install it with `xcode-select --install`, then start again."
                );
            }
            without_virtual_desktop(needs)
        }
        "windows" => {
            say_once(
                "The window needs the WebView2 runtime (a part of Windows 11; for Windows 10 from\n  \
                 https://developer.microsoft.com/microsoft-edge/webview2) and the build needs the C++ build tools of Visual\n  \
                 Studio, Perl and OpenSSL for the encrypted database.",
            );
            without_virtual_desktop(needs)
        }
        other => Err(format!("Clientele has not been built on {other} yet.").into()),
    }
}

fn without_virtual_desktop(needs: &[Need]) -> Result {
    if needs == [Need::Build] {
        return Ok(());
    }
    Err("The virtual desktop and the tests of the window are for Linux.".into())
}

/// What a person must install to have node, where it cannot be brought.
pub fn how_to_get_node() -> &'static str {
    match std::env::consts::OS {
        "macos" => "Install Node.js 22 or newer: `brew install node`, or from https://nodejs.org",
        "windows" => {
            "Install Node.js 22 or newer: `winget install OpenJS.NodeJS.LTS`, or from https://nodejs.org"
        }
        _ => "Install Node.js 22 or newer with npm from your system's packages, or from https://nodejs.org",
    }
}

/// Whether windows can be opened here.
pub fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    std::env::consts::OS != "linux" || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Whether somebody sits in front of the terminal and can press Ctrl+C.
pub fn is_attended() -> bool {
    std::env::var_os("CI").is_none() && std::io::stdin().is_terminal()
}

/// Where this user's programs keep what can be fetched again.
pub fn cache_dir() -> Result<PathBuf> {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let cache = match std::env::consts::OS {
        "windows" => from("LOCALAPPDATA"),
        "macos" => from("HOME").map(|home| home.join("Library/Caches")),
        _ => from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache"))),
    };
    Ok(cache
        .ok_or("The home folder is not known: HOME is not set.")?
        .join("clientele"))
}

/// Whether packages come from apt.
pub fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && sh::is_there("apt-get")
}

/// Installs those of these Debian packages that are not installed yet.
pub fn install(packages: &[&str]) -> Result {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let sudo = sh::answer(Command::new("id").arg("-u")).is_some_and(|id| id != "0");
    eprintln!(
        "Installing with apt-get{}:\n  {}",
        if sudo { " (as root, by sudo)" } else { "" },
        missing.join(" ")
    );
    if sudo && !sh::is_there("sudo") {
        return Err("There is no sudo here. As root, install the packages above; then start again.".into());
    }
    let apt_get = || {
        let mut command = Command::new(if sudo { "sudo" } else { "apt-get" });
        if sudo {
            // An unattended machine without the right fails at once instead of waiting for a password.
            command
                .args(if is_attended() { &[][..] } else { &["-n"][..] })
                .arg("apt-get");
        }
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
        command
    };
    // The package lists of a fresh machine are empty or old. One broken source among several need not matter.
    if let Err(error) = sh::run(apt_get().arg("update")) {
        eprintln!("{error}; going on with the package lists as they are");
    }
    sh::run(
        apt_get()
            .args(["install", "-y", "--no-install-recommends"])
            .args(&missing),
    )
}

fn is_installed(package: &str) -> bool {
    let query = sh::answer(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]));
    query.is_some_and(|status| status == "installed")
}

fn say_once(text: &str) {
    static SAID: std::sync::Once = std::sync::Once::new();
    SAID.call_once(|| eprintln!("{text}"));
}
