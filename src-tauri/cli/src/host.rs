//! The api's host in a terminal: no window, no dialogs; how far a long job is goes to stderr, if somebody looks.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use clientele_api::platform::{self, OsKeyring};
use clientele_api::types::Theme;
use clientele_api::{Event, FileKind, Host, SecretStore};

/// No percentage: nothing stands on the terminal yet.
const NOTHING: u64 = u64::MAX;

/// The terminal, as the api sees it.
pub struct TerminalHost {
    /// Does somebody look?
    looked_at: bool,
    /// The percentage that stands there.
    shown: AtomicU64,
}

impl TerminalHost {
    /// A host that shows progress where stderr is a terminal.
    pub fn new() -> Self {
        Self {
            looked_at: std::io::stderr().is_terminal(),
            shown: AtomicU64::new(NOTHING),
        }
    }

    /// Shows how far it is, on a line that the next report overwrites.
    fn show(&self, done: u64, total: u64) {
        let percent = done.min(total) * 100 / total.max(1);
        if self.looked_at && self.shown.swap(percent, Ordering::Relaxed) != percent {
            overwrite(&format!("{percent:3} %"));
        }
    }

    /// Takes away what was shown: the answer comes.
    pub fn settle(&self) {
        if self.shown.swap(NOTHING, Ordering::Relaxed) != NOTHING {
            overwrite("     ");
        }
    }
}

fn overwrite(line: &str) {
    // Nobody is there to be told that nobody can be told.
    let _ = write!(std::io::stderr(), "\r{line}\r");
}

impl Host for TerminalHost {
    fn emit(&self, event: Event) {
        if let Event::ImportProgress { done, total, .. } = event {
            self.show(done, total);
        }
    }

    fn pick_file(&self, _: FileKind) -> Option<PathBuf> {
        None
    }

    fn save_file(&self, _: &str, _: FileKind) -> Option<PathBuf> {
        None
    }

    fn set_theme(&self, _: Theme) {}

    fn secrets(&self) -> &dyn SecretStore {
        &OsKeyring
    }

    fn data_dir(&self) -> PathBuf {
        // Every command names its book, so this is only where preferences would be looked for.
        platform::data_dir().unwrap_or_else(std::env::temp_dir)
    }

    fn program(&self) -> PathBuf {
        platform::program()
    }

    fn system_locale(&self) -> Option<String> {
        platform::system_locale()
    }
}
