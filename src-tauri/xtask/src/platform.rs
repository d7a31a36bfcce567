//! What the operating system must have, and how it gets it. Every question about the platform is asked here.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sh::{self, Result};

/// Debian's name of its newest PostgreSQL, and of etcd: these two come with a service that nobody here asked for.
const POSTGRES: &str = "postgresql";
const ETCD: &str = "etcd-server";

/// What head office's server wants at least; `clientele-cluster` says the same.
const OLDEST_POSTGRES: u32 = 15;

/// What a verb needs from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To compile the program.
    Build,
    /// A desktop where there is none.
    VirtualDesktop,
    /// To drive the window in tests.
    WindowTests,
    /// What head office's server is tested on.
    Postgres,
    /// Beside which what the book costs is measured.
    Baseline,
    /// Several PostgreSQL that take over from each other.
    HighAvailability,
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
                "xclip",
                "dbus",
                "dbus-bin",
                "gnome-keyring",
                "fonts-dejavu-core",
                "x11-xkb-utils",
            ],
            Self::WindowTests => &["webkit2gtk-driver"],
            Self::Postgres if has_postgres() => &[],
            Self::Postgres => &[POSTGRES],
            Self::Baseline => &["sqlite3"],
            Self::HighAvailability => &["patroni", ETCD, "python3-psycopg2", "python3-etcd"],
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
    let is_for_linux = |need: &Need| !matches!(need, Need::Build | Need::Postgres | Need::Baseline);
    if !needs.iter().any(is_for_linux) {
        return Ok(());
    }
    Err("The virtual desktop, the tests of the window and the cluster are for Linux.".into())
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
    let sudo = !is_root();
    eprintln!(
        "Installing with apt-get{}:\n  {}",
        if sudo { " (as root, by sudo)" } else { "" },
        missing.join(" ")
    );
    if sudo && !sh::is_there("sudo") {
        return Err("There is no sudo here. As root, install the packages above; then start again.".into());
    }
    // The package lists of a fresh machine are empty or old. One broken source among several need not matter.
    if let Err(error) = sh::run(apt_get().arg("update")) {
        eprintln!("{error}; going on with the package lists as they are");
    }
    if missing.contains(&POSTGRES) {
        without_a_default_cluster()?;
    }
    let mut command = apt_get();
    sh::run(command.args(INSTALL).args(&missing))?;
    if missing.contains(&ETCD) && Path::new("/run/systemd/system").is_dir() {
        // The tests start one of their own.
        sh::run(as_root("systemctl").args(["disable", "--now", "etcd"]))?;
    }
    Ok(())
}

const INSTALL: [&str; 3] = ["install", "-y", "--no-install-recommends"];

/// Debian's PostgreSQL makes a database server and starts it, now and whenever the machine starts. The tests start their
/// own, so it is told not to, in the file that comes with the package before.
fn without_a_default_cluster() -> Result {
    sh::run(apt_get().args(INSTALL).arg("postgresql-common"))?;
    eprintln!(
        "PostgreSQL comes without a server of its own: create_main_cluster = false in {CREATE_CLUSTER}"
    );
    sh::run(as_root("sed").args([
        "-i",
        "-E",
        "s/^#?[[:space:]]*create_main_cluster[[:space:]]*=.*/create_main_cluster = false/",
        CREATE_CLUSTER,
    ]))
}

const CREATE_CLUSTER: &str = "/etc/postgresql-common/createcluster.conf";

fn apt_get() -> Command {
    let mut command = as_root("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
    command
}

/// A command as root: by sudo, where one is not root already.
fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    // An unattended machine without the right fails at once instead of waiting for a password.
    command
        .args(if is_attended() { &[][..] } else { &["-n"][..] })
        .arg(program);
    command
}

/// Where the system does not say, one is root: apt-get tells the rest.
fn is_root() -> bool {
    sh::answer(Command::new("id").arg("-u")).is_none_or(|id| id == "0")
}

/// Whether a PostgreSQL is installed that is new enough, whichever package brought it.
fn has_postgres() -> bool {
    let mut versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let is_new_enough = |folder: std::fs::DirEntry| {
        let version = folder
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok());
        version.is_some_and(|version| version >= OLDEST_POSTGRES)
            && folder.path().join("bin/initdb").is_file()
    };
    versions.any(is_new_enough)
}

fn is_installed(package: &str) -> bool {
    let query = sh::answer(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]));
    query.is_some_and(|status| status == "installed")
}

fn say_once(text: &str) {
    static SAID: std::sync::Once = std::sync::Once::new();
    SAID.call_once(|| eprintln!("{text}"));
}
