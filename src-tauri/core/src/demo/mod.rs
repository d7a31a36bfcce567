//! The demo salon (being written).
use std::ops::ControlFlow;

use clientele_model::{Language, Timestamp};

use crate::Result;
use crate::workspace::{Actor, NewStep, StepLabel, Workspace, Written};

/// What the demo book is filled with.
#[derive(Clone, Copy, Debug)]
pub struct Demo {
    /// How many clients.
    pub clients: u32,
    /// The same seed makes the same people.
    pub seed: u64,
    /// The present moment of the demo.
    pub now: Timestamp,
    /// The language of its texts.
    pub language: Language,
}

/// Fills a book.
///
/// # Errors
/// What SQLite says.
pub fn fill(
    workspace: &Workspace,
    by: &Actor,
    _demo: &Demo,
    _progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Written<u32>> {
    workspace.write(NewStep::new(by, StepLabel::DemoFilled), |_| Ok(0))
}
