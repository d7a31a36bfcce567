//! The desktop shell: one window, one door to the api. It knows Tauri, and nobody else in the house does.

mod arguments;
mod host;
mod standin;

use std::time::Duration;

use serde_json::Value;
use tauri::{
    AppHandle, DragDropEvent, Manager, State, Url, WebviewWindow, WebviewWindowBuilder, WindowEvent,
};

pub use arguments::{Arguments, USAGE};
use host::DesktopHost;
use standin::{Api, Refusal, StartOptions};

/// How long a page may take to say that it is drawn before its window is shown all the same.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

type DesktopApi = Api<DesktopHost>;

/// Every command of the program. It runs on a worker thread: a command may wait for the disk or for a dialog,
/// and the window's own thread must not.
#[tauri::command]
async fn call(app: AppHandle, command: String, args: Value) -> Result<Value, Refusal> {
    let work = move || app.state::<DesktopApi>().dispatch(&command, args);
    match tauri::async_runtime::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(panic) => Err(Refusal {
            code: panic.to_string(),
        }),
    }
}

/// The page has something to show: `ready.js` calls this once.
#[tauri::command]
fn ready(window: WebviewWindow) {
    show(&window);
}

/// Runs the program until its window is closed.
///
/// # Errors
/// When the window cannot be opened.
pub fn run(arguments: Arguments) -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![call, ready])
        .setup(|app| {
            let data_dir = match arguments.data_dir {
                Some(folder) => folder,
                None => app.path().app_data_dir()?,
            };
            let host = DesktopHost::new(app.handle().clone(), data_dir);
            let start = StartOptions {
                book: arguments.book,
                key_file: arguments.key_file,
            };
            // Before the window, because its page may call at once.
            app.manage(Api::new(host, start));
            open_window(app)?;
            Ok(())
        })
        .run(tauri::generate_context!())
}

/// Opens the main window, hidden: it is shown when its page has something to show, so that nobody sees it white.
fn open_window(app: &tauri::App) -> tauri::Result<()> {
    let config = app
        .config()
        .app
        .windows
        .first()
        .expect("tauri.conf.json declares the main window");
    let window = WebviewWindowBuilder::from_config(app.handle(), config)?
        .on_navigation(is_our_page)
        .initialization_script(include_str!("ready.js"))
        .build()?;

    let watched = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
            let api: State<'_, DesktopApi> = watched.state();
            for path in paths {
                api.dropped(path.clone());
            }
        }
    });

    std::thread::spawn(move || {
        std::thread::sleep(READY_TIMEOUT);
        show(&window);
    });
    Ok(())
}

fn show(window: &WebviewWindow) {
    // Both fail only when the window is closed already.
    if !window.is_visible().unwrap_or(true) {
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// The window shows the program's own pages and nothing else, whatever a link or a script in it asks for.
fn is_our_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) => true,
        // The same pages, as Windows spells it.
        ("http" | "https", Some("tauri.localhost")) => true,
        ("http", Some("localhost")) => tauri::is_dev() && url.port() == Some(1420),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_on_its_own_pages() {
        let check = |url: &str| is_our_page(&url.parse().unwrap());
        assert!(check("tauri://localhost/index.html"));
        assert!(check("http://tauri.localhost/"));
        assert!(!check("https://example.com/"));
        assert!(!check("http://tauri.localhost.example.com/"));
        assert!(!check("file:///etc/passwd"));
        assert!(!check("javascript:alert(1)"));
    }
}
