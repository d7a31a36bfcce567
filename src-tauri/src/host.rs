//! The api's host in the desktop: events go to the window, files are chosen in the system's own dialogs.

use std::path::PathBuf;

use tauri::{AppHandle, Emitter, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};

use crate::standin::{Event, FileKind, Host};

/// The event under which everything that the api tells the window arrives there.
const EVENT: &str = "clientele";

/// The desktop, as the api sees it.
pub struct DesktopHost {
    app: AppHandle,
    data_dir: PathBuf,
}

impl DesktopHost {
    /// A host that speaks to the windows of `app` and keeps the program's data in `data_dir`.
    #[must_use]
    pub fn new(app: AppHandle, data_dir: PathBuf) -> Self {
        Self { app, data_dir }
    }

    /// A dialog in front of the main window. The `blocking_` methods wait for the user and therefore belong on a
    /// worker thread, which is where `call` runs every command.
    fn dialog(&self, kind: FileKind) -> FileDialogBuilder<Wry> {
        let dialog = self.app.dialog().file();
        match kind {
            FileKind::Any => dialog,
        }
    }
}

impl Host for DesktopHost {
    fn emit(&self, event: Event) {
        // It fails only when the window is closing; then nobody is left to be told.
        let _ = self.app.emit(EVENT, event);
    }

    fn pick_file(&self, kind: FileKind) -> Option<PathBuf> {
        self.dialog(kind).blocking_pick_file()?.into_path().ok()
    }

    fn save_file(&self, suggested_name: &str, kind: FileKind) -> Option<PathBuf> {
        self.dialog(kind)
            .set_file_name(suggested_name)
            .blocking_save_file()?
            .into_path()
            .ok()
    }

    fn data_dir(&self) -> PathBuf {
        self.data_dir.clone()
    }

    fn system_locale(&self) -> Option<String> {
        None
    }
}
