//! A test that leaves a picture and the program's complaints behind when it fails.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use crate::clientele::{Clientele, Setup};
use crate::error::Result;

/// Starts the program and goes this way through it. Where it fails, `target/window-failures/` gets a picture of
/// the whole display.
///
/// # Panics
/// When the journey fails.
pub fn journey(name: &str, setup: Setup, way: impl FnOnce(&mut Clientele) -> Result<()>) {
    let mut clientele = Clientele::start(setup).unwrap_or_else(|error| panic!("{name}: {error}"));
    let outcome = catch_unwind(AssertUnwindSafe(|| way(&mut clientele)));
    if let Ok(Ok(())) = outcome {
        return;
    }
    let picture = failures().join(format!("{name}.png"));
    match clientele
        .stage()
        .display
        .picture()
        .and_then(|shown| shown.save(&picture))
    {
        Ok(()) => eprintln!("{name}: what stood on the display is in {}", picture.display()),
        Err(error) => eprintln!("{name}: no picture could be taken: {error}"),
    }
    eprintln!("{name}: the program said:\n{}", clientele.complaints());
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => panic!("{name}: {error}"),
        Err(panic) => resume_unwind(panic),
    }
}

fn failures() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap_or(root).join("target/window-failures")
}
