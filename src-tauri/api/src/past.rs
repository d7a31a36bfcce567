//! Commands about what was done: undo, redo, history, trash.

use clientele_core::Result;
use clientele_core::history::{self, HistoryPage, StepDetails};
use clientele_core::trash::{self, TrashRow};
use clientele_core::workspace::{StepSummary, UndoState, Written};
use clientele_model::Timestamp;

use crate::app::Api;
use crate::host::Host;
use crate::types::*;

pub(crate) fn undo<H: Host>(api: &Api<H>, _: Nothing) -> Result<Written<StepSummary>> {
    api.book()?.undo(api.by())
}

pub(crate) fn redo<H: Host>(api: &Api<H>, _: Nothing) -> Result<Written<StepSummary>> {
    api.book()?.redo(api.by())
}

pub(crate) fn undo_state<H: Host>(api: &Api<H>, _: Nothing) -> Result<UndoState> {
    api.book()?.undo_state()
}

pub(crate) fn list<H: Host>(api: &Api<H>, ask: HistoryAsk) -> Result<HistoryPage> {
    api.book()?
        .read(|conn| history::list(conn, ask.before.as_deref(), ask.limit))
}

pub(crate) fn step<H: Host>(api: &Api<H>, ask: StepRef) -> Result<StepDetails> {
    api.book()?.read(|conn| history::step(conn, ask.id))
}

pub(crate) fn step_undo<H: Host>(api: &Api<H>, ask: StepRef) -> Result<Written<StepSummary>> {
    api.book()?.undo_step(api.by(), ask.id)
}

pub(crate) fn trash<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<TrashRow>> {
    api.book()?.read(|conn| trash::list(conn, Timestamp::now()))
}
