//! Light or dark in what the page does not draw itself: lists of suggestions, menus, the system's dialogs.

use std::sync::{Mutex, PoisonError};

use clientele_api::types::Theme;
use tauri::{AppHandle, WebviewWindow};

/// What the user chose, and what the system had when the window was made.
#[derive(Debug)]
pub struct ToolkitTheme(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    chosen: Theme,
    /// Unknown until there is a window: only then does the toolkit ask the system.
    system: Option<tauri::Theme>,
}

impl ToolkitTheme {
    /// As the system has it.
    pub fn new() -> Self {
        Self(Mutex::new(State {
            chosen: Theme::System,
            system: None,
        }))
    }

    /// The user chose; before there is a window it is only remembered.
    pub fn choose(&self, app: &AppHandle, chosen: Theme) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.chosen = chosen;
        state.tell(app);
    }

    /// There is a window, and nothing was told to it yet.
    pub fn begin(&self, window: &WebviewWindow) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.system = Some(window.theme().unwrap_or(tauri::Theme::Light));
        if state.chosen != Theme::System {
            state.tell(tauri::Manager::app_handle(window));
        }
    }
}

impl State {
    fn tell(self, app: &AppHandle) {
        let Some(system) = self.system else { return };
        app.set_theme(match self.chosen {
            Theme::Light => Some(tauri::Theme::Light),
            Theme::Dark => Some(tauri::Theme::Dark),
            // GTK takes "none" for light, whatever the system has.
            Theme::System if cfg!(target_os = "linux") => Some(system),
            Theme::System => None,
        });
    }
}
