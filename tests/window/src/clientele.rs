//! The running program, used as a person uses it: by what stands on the screen, and by keys.
//!
//! What stands on the screen is named by its `data-testid` (`ui/src/lib/testids.ts`), and where several bear the same
//! name, by a further attribute: `field[data-field=phone]`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bus::Keyring;
use crate::error::{Error, Result, wait_for};
use crate::picture::Picture;
use crate::stage::Stage;
use crate::webdriver::{Element, Session};
use crate::{dialog, keys};

/// How long something may take to appear on the screen. Far longer than it does: a shared machine stalls.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long nothing may change until a window counts as settled. On a busy machine a frame takes its time.
const REST: Duration = Duration::from_millis(300);

/// How long a picture waits for the window to stop moving.
const SETTLING: Duration = Duration::from_secs(4);

/// How the program is to be started.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The program; without it `CLIENTELE_PROGRAM`, or the one beside this test in the target folder.
    pub program: Option<PathBuf>,
    /// The system's locale, which chooses the language of a first start.
    pub locale: String,
    /// The state of the system's secret store.
    pub keyring: Keyring,
    /// Further arguments for the program.
    pub arguments: Vec<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            program: None,
            locale: "C.UTF-8".to_owned(),
            keyring: Keyring::Unlocked,
            arguments: Vec::new(),
        }
    }
}

/// The program in its window, on a desktop of its own.
pub struct Clientele {
    setup: Setup,
    // Dropped in this order: the program before its desktop, the desktop before its files.
    session: Option<Session>,
    window: String,
    stage: Stage,
    folder: TempDir,
}

impl Clientele {
    /// Starts the program in an empty home.
    ///
    /// # Errors
    /// When it is not built, or does not come up.
    pub fn start(setup: Setup) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("clientele-window-").tempdir()?;
        let stage = Stage::set_up(folder.path(), setup.keyring)?;
        let mut clientele = Self {
            setup,
            session: None,
            window: String::new(),
            stage,
            folder,
        };
        clientele.open()?;
        Ok(clientele)
    }

    /// The desktop that it runs on, to change the keyboard, the secret store or look into the home.
    pub fn stage(&mut self) -> &mut Stage {
        &mut self.stage
    }

    /// An empty place for the journey's own files, gone with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The control of the page, for what has no shorter word here.
    ///
    /// # Errors
    /// When the program does not run.
    pub fn session(&self) -> Result<&Session> {
        self.session
            .as_ref()
            .ok_or_else(|| Error::new("the program does not run"))
    }

    /// Closes the window, and with it the program.
    ///
    /// # Errors
    /// When it does not end.
    pub fn close(&mut self) -> Result<()> {
        let session = self
            .session
            .take()
            .ok_or_else(|| Error::new("the program does not run"))?;
        session.end()?;
        self.gone()
    }

    /// Ends the program as a power cut would.
    ///
    /// # Errors
    /// When its window stays.
    pub fn kill(&mut self) -> Result<()> {
        self.session = None;
        self.gone()
    }

    /// Starts the program again, in the same home, after [`Self::close`] or [`Self::kill`].
    ///
    /// # Errors
    /// When it does not come up.
    pub fn open(&mut self) -> Result<()> {
        let Setup {
            program,
            arguments,
            locale,
            ..
        } = &self.setup;
        let program = program.clone().map_or_else(built_program, Ok)?;
        let session = Session::start(&self.stage, &program, arguments, locale, &self.log())?;
        let display = &self.stage.display;
        self.window = wait_for("the window", PATIENCE, || {
            Ok(display.windows().into_iter().next())
        })?;
        self.session = Some(session);
        Ok(())
    }

    /// Closes the window and starts the program again in the same home.
    ///
    /// # Errors
    /// When it does not end or does not come up.
    pub fn restart(&mut self) -> Result<()> {
        self.close()?;
        self.open()
    }

    /// What the program has complained of so far.
    #[must_use]
    pub fn complaints(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Waits for the element with this `data-testid` to be drawn.
    ///
    /// # Errors
    /// When it is not drawn in time.
    pub fn see(&self, id: &str) -> Result<Element> {
        let session = self.session()?;
        wait_for(&format!("{id:?} on the screen"), PATIENCE, || {
            for element in session.find_all(&by_test_id(id))? {
                // It may be replaced between the two questions: then the next round finds the new one.
                if session.is_displayed(&element).unwrap_or(false) {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
    }

    /// Waits until no element with this `data-testid` is drawn.
    ///
    /// # Errors
    /// When one stays.
    pub fn see_no(&self, id: &str) -> Result<()> {
        let session = self.session()?;
        wait_for(&format!("{id:?} to leave the screen"), PATIENCE, || {
            let drawn = |element: &Element| session.is_displayed(element).unwrap_or(false);
            Ok((!session.find_all(&by_test_id(id))?.iter().any(drawn)).then_some(()))
        })
    }

    /// Waits until the element with this `data-testid` reads `text`, or has it within what it reads.
    ///
    /// # Errors
    /// When it never does; the sentence says what it reads instead.
    pub fn see_text(&self, id: &str, text: &str) -> Result<()> {
        let mut last = String::new();
        let found = wait_for(&format!("{id:?} to read {text:?}"), PATIENCE, || {
            last = self.read(id)?;
            Ok(last.contains(text).then_some(()))
        });
        found.map_err(|error| Error::new(format!("{error}; it reads {last:?}")))
    }

    /// What a person reads in the element with this `data-testid`; in a field, what is typed there.
    ///
    /// # Errors
    /// When it is not there in time.
    pub fn read(&self, id: &str) -> Result<String> {
        let session = self.session()?;
        let read = |element: &Element| match session.property(element, "value")? {
            Value::String(value) => Ok(value),
            _ => session.text(element),
        };
        let mut reason = None;
        let text = wait_for(&format!("{id:?} to be read"), PATIENCE, || {
            // It may be replaced between the two questions: then the next round reads the new one.
            let read = read(&self.see(id)?);
            Ok(read.map_err(|error| reason = Some(error)).ok())
        });
        text.map_err(|error| reason.unwrap_or(error))
    }

    /// The value of an attribute of the element with this `data-testid`, such as `data-id`.
    ///
    /// # Errors
    /// When the element is not there in time, or has no such attribute.
    pub fn attribute(&self, id: &str, name: &str) -> Result<String> {
        self.see(id)?;
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1])";
        let value = self
            .session()?
            .run(script, &[json!(by_test_id(id)), json!(name)])?;
        let value = value.as_str().map(str::to_owned);
        value.ok_or_else(|| Error::new(format!("{id:?} has no {name}")))
    }

    /// How many elements with this `data-testid` the page has now.
    ///
    /// # Errors
    /// When the program does not answer.
    pub fn count(&self, id: &str) -> Result<usize> {
        Ok(self.session()?.find_all(&by_test_id(id))?.len())
    }

    /// Clicks the element with this `data-testid`, once it is drawn and nothing covers it.
    ///
    /// # Errors
    /// When it cannot be clicked in time; the sentence says why.
    pub fn click(&self, id: &str) -> Result<()> {
        let mut reason = None;
        let clicked = wait_for(&format!("{id:?} to take a click"), PATIENCE, || {
            let outcome = self.session()?.click(&self.see(id)?);
            Ok(outcome.map_err(|error| reason = Some(error)).ok())
        });
        clicked.map_err(|error| reason.map_or(error, |reason| reason.context(&format!("clicking {id:?}"))))
    }

    /// Types into the field with this `data-testid`, after what stands there.
    ///
    /// # Errors
    /// When it takes no keys.
    pub fn type_into(&self, id: &str, text: &str) -> Result<()> {
        let typed = self.session()?.send_keys(&self.see(id)?, text);
        typed.map_err(|error| error.context(&format!("typing into {id:?}")))
    }

    /// Replaces what stands in the field with this `data-testid`.
    ///
    /// # Errors
    /// When it is no field.
    pub fn fill(&self, id: &str, text: &str) -> Result<()> {
        // Into the middle first: WebDriver takes no field that only just reaches into sight.
        let field = self.see(id)?;
        let script = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })";
        self.session()?.run(script, &[json!(by_test_id(id))])?;
        let cleared = self.session()?.clear(&field);
        cleared.map_err(|error| error.context(&format!("emptying {id:?}")))?;
        self.session()?.send_keys(&field, text)
    }

    /// Presses physical keys together: see [`keys::press`].
    ///
    /// # Errors
    /// When a key is not known.
    pub fn press(&self, chord: &str) -> Result<()> {
        keys::press(&self.stage.display, chord)
    }

    /// Waits for whatever `ask` finds, as long as everything here is waited for.
    ///
    /// # Errors
    /// The first error of `ask`, or that `what` did not happen.
    pub fn wait_for<T>(&self, what: &str, ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        wait_for(what, PATIENCE, ask)
    }

    /// Answers the native file dialog with this path.
    ///
    /// # Errors
    /// When no dialog opens, or it stays open.
    pub fn answer_file_dialog(&self, path: &Path) -> Result<()> {
        dialog::answer(&self.stage.display, &self.window, path)
    }

    /// Closes the native file dialog without an answer.
    ///
    /// # Errors
    /// When no dialog opens.
    pub fn cancel_file_dialog(&self) -> Result<()> {
        dialog::cancel(&self.stage.display, &self.window)
    }

    /// Gives the page (not the window with its frame) this size.
    ///
    /// # Errors
    /// When the window does not take it.
    pub fn resize(&self, width: u64, height: u64) -> Result<()> {
        let session = self.session()?;
        let inner = || -> Result<(u64, u64)> {
            let size = session.run("return [window.innerWidth, window.innerHeight]", &[])?;
            Ok((size[0].as_u64().unwrap_or(0), size[1].as_u64().unwrap_or(0)))
        };
        self.stage.display.xdotool(&[
            "windowsize",
            &self.window,
            &width.to_string(),
            &height.to_string(),
        ])?;
        wait_for(&format!("a page of {width} x {height}"), PATIENCE, || {
            Ok((inner()? == (width, height)).then_some(()))
        })
    }

    /// The window as it is drawn now, from the display's memory: what a person sees, not what the page believes.
    ///
    /// # Errors
    /// When the window is gone.
    pub fn picture(&self) -> Result<Picture> {
        // What was asked for just now is drawn some frames later, and then on its way to the display.
        let frames =
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(null)))";
        self.session()?.run_async(frames, &[])?;
        let shown = || self.stage.display.picture_of(&self.window);
        let mut last = shown()?;
        let settled = wait_for("the window to settle", SETTLING, || {
            std::thread::sleep(REST);
            let before = std::mem::replace(&mut last, shown()?);
            Ok((before == last).then_some(()))
        });
        // Something that never rests (a caret, a busy sign) is no reason to have no picture.
        drop(settled);
        Ok(last)
    }

    /// Runs the body of a function in the page.
    ///
    /// # Errors
    /// When it throws.
    pub fn script(&self, body: &str) -> Result<Value> {
        self.session()?.run(body, &[])
    }

    /// Gives a command to the api through the page's own door, as `backend.ts` does: to set a scene quickly, never
    /// to check what a person would see.
    ///
    /// # Errors
    /// When the api refuses; the sentence holds the refusal.
    pub fn call(&self, command: &str, args: Value) -> Result<Value> {
        let script = "const done = arguments[arguments.length - 1];
            window.__TAURI_INTERNALS__.invoke('call', { command: arguments[0], args: arguments[1] })
              .then((value) => done({ value }), (refusal) => done({ refusal }));";
        let mut answer = self.session()?.run_async(script, &[json!(command), args])?;
        match answer.get("refusal") {
            Some(refusal) => Err(Error::new(format!("{command} was refused: {refusal}"))),
            None => Ok(answer["value"].take()),
        }
    }

    fn gone(&self) -> Result<()> {
        let display = &self.stage.display;
        wait_for("the window to close", PATIENCE, || {
            Ok(display.windows().is_empty().then_some(()))
        })
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("stderr.log")
    }
}

/// `field` means the elements with `data-testid="field"`; `field[data-field=phone]` those of them that also have this
/// other attribute.
fn by_test_id(id: &str) -> String {
    let (id, rest) = id.split_at(id.find('[').unwrap_or(id.len()));
    format!("[data-testid=\"{id}\"]{rest}")
}

fn built_program() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CLIENTELE_PROGRAM") {
        return Ok(path.into());
    }
    let own = std::env::current_exe()?;
    let target = own.ancestors().find(|folder| folder.join("clientele").is_file());
    target.map(|folder| folder.join("clientele")).ok_or_else(|| {
        Error::new("the program is not built: `cargo xtask test --window` builds it and runs these tests")
    })
}
