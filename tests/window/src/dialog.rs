//! The system's own file dialogs, which WebDriver cannot see: found on the display and answered by keys.

use std::path::Path;
use std::time::Duration;

use crate::display::Display;
use crate::error::{Error, Result, wait_for};

const PATIENCE: Duration = Duration::from_secs(15);

/// Answers the file dialog that is about to open with this path, and waits until it has closed.
///
/// # Errors
/// When none opens, or it stays open (the file is not there, or the dialog asks whether to overwrite).
pub fn answer(display: &Display, main_window: &str, path: &Path) -> Result<()> {
    let path = path.to_str().ok_or_else(|| Error::new("the path is no text"))?;
    let dialog = wait(display, main_window)?;
    display.xdotool(&["windowactivate", "--sync", &dialog])?;
    // Ctrl+L opens a line for the path, in an open dialog and in a save dialog alike; what stood in it is selected.
    display.xdotool(&["key", "--clearmodifiers", "ctrl+l"])?;
    settle();
    display.xdotool(&["key", "--clearmodifiers", "ctrl+a"])?;
    type_path(display, path)?;
    settle();
    display.xdotool(&["key", "Return"])?;
    closed(display, &dialog)
}

/// Types letter by letter. For a letter that the keyboard does not have, xdotool changes the keyboard for a moment, and a
/// dialog on a busy machine looks at it too late: such letters are given time.
fn type_path(display: &Display, path: &str) -> Result<()> {
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let is_plain = first.is_ascii();
        let end = rest
            .find(|c: char| c.is_ascii() != is_plain)
            .unwrap_or(rest.len());
        let delay = if is_plain { "12" } else { "250" };
        display.xdotool(&["type", "--clearmodifiers", "--delay", delay, &rest[..end]])?;
        rest = &rest[end..];
    }
    Ok(())
}

/// Closes the file dialog that is about to open without an answer.
///
/// # Errors
/// When none opens.
pub fn cancel(display: &Display, main_window: &str) -> Result<()> {
    let dialog = wait(display, main_window)?;
    display.xdotool(&["windowactivate", "--sync", &dialog])?;
    settle();
    display.xdotool(&["key", "Escape"])?;
    closed(display, &dialog)
}

fn wait(display: &Display, main_window: &str) -> Result<String> {
    let dialog = wait_for("the file dialog", PATIENCE, || {
        Ok(display.windows().into_iter().find(|window| window != main_window))
    })?;
    settle();
    Ok(dialog)
}

fn closed(display: &Display, dialog: &str) -> Result<()> {
    wait_for("the file dialog to close", PATIENCE, || {
        Ok((!display.windows().iter().any(|window| window == dialog)).then_some(()))
    })
}

/// GTK takes keys before it has placed the focus, and loses them.
fn settle() {
    std::thread::sleep(Duration::from_millis(300));
}
