//! The desktop shell: one window, one door to the api. It knows Tauri, and nobody else in the house does.

mod arguments;
mod attachments;
mod host;
mod theme;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clientele_api::platform;
use clientele_api::{Api, ErrorCode, Event, Host, Refusal, StartOptions};
use serde_json::Value;
use tauri::window::Color;
use tauri::{DragDropEvent, Manager, State, Url, WebviewWindow, WebviewWindowBuilder, WindowEvent};

pub use arguments::{Arguments, USAGE};
pub use clientele_api::reader;
use host::DesktopHost;

/// The only window, as tauri.conf.json names it.
const WINDOW: &str = "main";

/// How long a page may take to have something to show before its window is shown all the same.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

type Desktop = Arc<Api<DesktopHost>>;

/// Every command of the program. It runs on a worker thread: a command may wait for the disk or for a dialog, and the
/// window's own thread must not.
#[tauri::command]
async fn call(api: State<'_, Desktop>, command: String, args: Value) -> Result<Value, Refusal> {
    let api = Arc::clone(&api);
    let work = move || api.dispatch(&command, args);
    match tauri::async_runtime::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        // What a panic says may quote a client: it goes to the terminal, not to the window.
        Err(_) => Err(Refusal::new(ErrorCode::BadRequest).with("detail", "panic")),
    }
}

/// The page has something to show on this colour: `ready.js` calls this once.
#[tauri::command]
fn ready(window: WebviewWindow, background: Option<(u8, u8, u8)>) {
    // Without it a dark page would begin with a flash of the system's light grey.
    let _ = window.set_background_color(background.map(Color::from));
    show(&window);
}

/// Runs the program until its window is closed.
///
/// # Errors
/// When the window cannot be opened.
pub fn run(arguments: Arguments) -> tauri::Result<()> {
    platform::ignore_file_size_signal();
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .register_asynchronous_uri_scheme_protocol(attachments::SCHEME, attachments::answer)
        .invoke_handler(tauri::generate_handler![call, ready])
        .setup(|app| {
            let data_dir = arguments.data_dir.or_else(platform::data_dir);
            let data_dir = data_dir.ok_or("the user's data folder is not known: HOME is not set")?;
            let host = DesktopHost::new(app.handle().clone(), data_dir);
            let start = StartOptions {
                book: arguments.book,
                key_file: arguments.key_file,
                only_when_asked: false,
            };
            let api: Desktop = Arc::new(Api::new(host, start));
            // Before the window, because its page may call at once.
            app.manage(Arc::clone(&api));
            open_window(app, api)?;
            Ok(())
        })
        .run(tauri::generate_context!())
}

/// Opens the window, hidden: it is shown when its page has something to show, so that nobody sees it white.
fn open_window(app: &tauri::App, api: Desktop) -> tauri::Result<()> {
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == WINDOW);
    let config = config.ok_or(tauri::Error::WindowNotFound)?;
    let window = WebviewWindowBuilder::from_config(app.handle(), config)?
        .on_navigation(is_our_page)
        .initialization_script(include_str!("ready.js"))
        .build()?;
    api.host().window_is_there(&window);
    let dropped_onto = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::DragDrop(event) = event {
            dragged(&api, event, dropped_onto.scale_factor().unwrap_or(1.0));
        }
    });
    std::thread::spawn(move || {
        std::thread::sleep(READY_TIMEOUT);
        show(&window);
    });
    Ok(())
}

/// A file is dragged over the window, or dropped onto it.
fn dragged(api: &Desktop, event: &DragDropEvent, scale: f64) {
    match event {
        DragDropEvent::Enter { .. } => api.host().emit(Event::FileHover { over: true }),
        DragDropEvent::Leave => api.host().emit(Event::FileHover { over: false }),
        DragDropEvent::Drop { paths, position } => {
            api.host().emit(Event::FileHover { over: false });
            // GTK tells places in the page's own points, the others in the screen's.
            let scale = if cfg!(target_os = "linux") { 1.0 } else { scale };
            let place = (position.x / scale, position.y / scale);
            let paths: Vec<PathBuf> = paths.clone();
            api.dropped_at(paths, place);
        }
        _ => {}
    }
}

fn show(window: &WebviewWindow) {
    // All of it fails only when the window is closed already.
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
