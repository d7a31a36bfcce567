//! `cargo xtask run`: from a fresh copy to an open window.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clientele_window_tests::bus::Keyring;
use clientele_window_tests::error::wait_for;
use clientele_window_tests::process::{self, Program};
use clientele_window_tests::{Error, Stage};

use crate::platform::{self, Need};
use crate::program;
use crate::sh::{Result, root};

/// Somebody pressed Ctrl+C.
static STOPPED: AtomicBool = AtomicBool::new(false);

#[derive(Default)]
struct Options {
    release: bool,
    picture_only: bool,
    arguments: Vec<String>,
}

/// Installs what is missing, builds, and opens the window.
pub fn run(arguments: &[String]) -> Result {
    let options = parse(arguments)?;
    let on_virtual_desktop = options.picture_only || !platform::has_display();
    if on_virtual_desktop {
        platform::prepare(&[Need::Build, Need::VirtualDesktop])?;
    } else {
        platform::prepare(&[Need::Build])?;
    }
    let program = program::build(options.release)?;
    if on_virtual_desktop {
        let stay = platform::is_attended() && !options.picture_only;
        return show_on_virtual_desktop(&program, &options.arguments, stay);
    }
    let status = Command::new(&program).args(&options.arguments).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("Clientele ended with an error ({status})").into())
    }
}

fn parse(arguments: &[String]) -> Result<Options> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--release" => options.release = true,
            "--picture-only" => options.picture_only = true,
            "--" => options.arguments = rest.by_ref().cloned().collect(),
            other => {
                return Err(format!(
                    "run does not know {other:?}; the program's own arguments come after --"
                )
                .into());
            }
        }
    }
    Ok(options)
}

/// Opens the window where nobody sees it, and saves a picture.
///
/// The program gets a home and a secret store of its own under `target/`, and keeps them from one run to the next.
/// Not the user's: a book that was made here would have its key in a keyring that no login ever opens, and a book of
/// the user's desktop would find no key here. Nothing of the user's is read or written.
fn show_on_virtual_desktop(program: &Path, arguments: &[String], stay: bool) -> Result {
    // With a handler the destructors run, which end the display and all that stands on it.
    ctrlc::set_handler(|| STOPPED.store(true, Ordering::Relaxed))?;
    let folder = program::target_dir()?.join("virtual-desktop");
    let stage = Stage::set_up(&folder, Keyring::Unlocked)?;
    eprintln!(
        "There is no display here: Clientele opens on a virtual one ({}).\n\
         Its books and keys stand in {}; your own are not touched.",
        stage.display.name(),
        folder.display()
    );
    let mut command = process::command(&program.to_string_lossy());
    stage.dress(&mut command);
    command.args(arguments).stdin(Stdio::null());
    let mut running = Program::start("Clientele", &mut command)?;

    let picture = root().join("target/clientele-window.png");
    draw(&stage, &mut running, &picture)?;
    println!("{}", picture.display());
    if stay {
        eprintln!(
            "Clientele runs on display {}. Press Ctrl+C to end it.",
            stage.display.name()
        );
        wait_for_the_end(&mut running)?;
    }
    Ok(())
}

/// Saves the window as soon as it is drawn: it has a page's many colours, and does not change any more.
fn draw(stage: &Stage, running: &mut Program, path: &Path) -> Result {
    let mut before = None;
    let picture = wait_for("the window to be drawn", Duration::from_secs(60), || {
        if STOPPED.load(Ordering::Relaxed) {
            return Err(Error::new("stopped before the window was drawn"));
        }
        if let Some(status) = running.status()? {
            return Err(Error::new(format!(
                "Clientele ended before its window was drawn ({status})"
            )));
        }
        let Some(window) = stage.display.windows().into_iter().next() else {
            return Ok(None);
        };
        std::thread::sleep(Duration::from_millis(400));
        let now = stage.display.picture_of(&window)?;
        let is_settled = now.is_drawn() && before.as_ref() == Some(&now);
        before = Some(now);
        Ok(if is_settled { before.take() } else { None })
    })?;
    Ok(picture.save(path)?)
}

fn wait_for_the_end(running: &mut Program) -> Result {
    while !STOPPED.load(Ordering::Relaxed) && running.status()?.is_none() {
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_arguments_come_after_two_dashes() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let options = parse(&words("--release -- --book b --release")).unwrap();
        assert!(options.release && !options.picture_only);
        assert_eq!(options.arguments, ["--book", "b", "--release"]);
        assert!(parse(&words("--book b")).is_err());
    }
}
