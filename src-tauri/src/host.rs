//! The api's host in the desktop: events go to the window, files are chosen in the system's own dialogs.

use std::path::PathBuf;

use clientele_api::platform::{self, OsKeyring};
use clientele_api::types::Theme;
use clientele_api::{Event, FileKind, Host, SecretStore};
use tauri::{AppHandle, Emitter, Manager, WebviewWindow, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};

use crate::WINDOW;
use crate::theme::ToolkitTheme;

/// The event under which everything that the api tells the window arrives there.
const EVENT: &str = "clientele";

/// The desktop, as the api sees it.
pub struct DesktopHost {
    app: AppHandle,
    data_dir: PathBuf,
    theme: ToolkitTheme,
}

impl DesktopHost {
    /// A host that speaks to the windows of `app` and keeps the program's data in `data_dir`.
    #[must_use]
    pub fn new(app: AppHandle, data_dir: PathBuf) -> Self {
        Self {
            app,
            data_dir,
            theme: ToolkitTheme::new(),
        }
    }

    /// There is a window now, which is to look as the user chose.
    pub fn window_is_there(&self, window: &WebviewWindow) {
        self.theme.begin(window);
    }

    /// A dialog in front of the window. Its `blocking_` methods wait for the user and therefore belong on a worker
    /// thread, which is where `call` runs every command.
    fn dialog(&self, kind: FileKind) -> FileDialogBuilder<Wry> {
        let mut dialog = self.app.dialog().file();
        if let Some(window) = self.app.get_webview_window(WINDOW) {
            dialog = dialog.set_parent(&window);
        }
        // The filter's name is what stands in the list of kinds: the endings themselves need no translation.
        if kind.extensions().is_empty() {
            return dialog;
        }
        let endings: Vec<String> = kind
            .extensions()
            .iter()
            .map(|ending| format!("*.{ending}"))
            .collect();
        dialog.add_filter(endings.join(", "), kind.extensions())
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

    fn set_theme(&self, theme: Theme) {
        self.theme.choose(&self.app, theme);
    }

    fn secrets(&self) -> &dyn SecretStore {
        &OsKeyring
    }

    fn data_dir(&self) -> PathBuf {
        self.data_dir.clone()
    }

    fn program(&self) -> PathBuf {
        platform::program()
    }

    fn system_locale(&self) -> Option<String> {
        platform::system_locale()
    }
}
