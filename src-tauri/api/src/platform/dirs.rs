//! Where the user's books and preferences stand, and which language the system speaks.

use std::path::{Path, PathBuf};

use super::IDENTIFIER;

/// The folder for the user's books, the same for the window and the command line. Nothing is made yet.
/// `None` where the system does not say who the user is.
#[must_use]
pub fn data_dir() -> Option<PathBuf> {
    let folder = |name: &str| {
        let value = std::env::var_os(name)?;
        // A relative path would be another folder in every directory that the program is started from.
        Some(PathBuf::from(value)).filter(|path| path.is_absolute())
    };
    let base = if cfg!(target_os = "windows") {
        folder("APPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join(IDENTIFIER))
}

/// The language and country that the system is set to, such as `bg-BG`.
#[must_use]
pub fn system_locale() -> Option<String> {
    sys_locale::get_locale()
}

/// The file of the running program, to start it once more.
#[must_use]
pub fn program() -> PathBuf {
    // The kernel's own name for it stays right where an update has replaced the file meanwhile.
    let own = Path::new("/proc/self/exe");
    if cfg!(target_os = "linux") && own.exists() {
        return own.to_owned();
    }
    std::env::current_exe().unwrap_or_default()
}
