//! The demo salon: a believable book of years, for whoever tries the program, and for its measurements.
//!
//! Nobody in it lives: the names are put together by chance, the phones are taken from numbers that reach
//! nobody, every e-mail address is at example.com, .org or .net. One seed gives one salon, whenever and
//! wherever it is filled; only the identifiers differ.

mod dice;
mod faces;
mod histories;
mod own;
mod people;
mod phones;
mod salon;
#[cfg(test)]
mod tests;
mod twins;
mod words;

use std::ops::ControlFlow;

use clientele_model::{ClientId, ErrorCode, Language, Refusal, Timestamp};

use crate::clients::{self, draft};
use crate::workspace::{Actor, NewStep, StepLabel, Workspace, Written};
use crate::{Result, attachments, contacts, settings};

use salon::Salon;

/// The most clients of a demo salon.
pub const CLIENTS_MAX: u32 = 1_000_000;

/// Which demo salon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demo {
    /// How many clients it has, at most [`CLIENTS_MAX`].
    pub clients: u32,
    /// Which of all possible salons.
    pub seed: u64,
    /// The last day of its history.
    pub now: Timestamp,
    /// The language in which its staff write.
    pub language: Language,
}

/// Fills a book with a demo salon, as one step: all of it or nothing. Returns how many clients it has.
///
/// # Errors
/// `demo.too_large`; `import.cancelled` when `progress` says so; what SQLite says.
pub fn fill(
    workspace: &Workspace,
    by: &Actor,
    options: &Demo,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Written<u32>> {
    if options.clients > CLIENTS_MAX {
        return Err(Refusal::new(ErrorCode::DemoTooLarge)
            .with("max", CLIENTS_MAX)
            .into());
    }
    let mut step = NewStep::new(by, StepLabel::DemoFilled);
    step.set("count", options.clients);
    workspace.write(step, |w| {
        let country = settings::load(w.conn())?.country;
        if options.clients > 0 {
            own::define(w, options.language)?;
        }
        for (done, entry) in (0..options.clients).zip(Salon::new(options, &country)) {
            if progress(done.into(), options.clients.into()).is_break() {
                return Err(ErrorCode::ImportCancelled.into());
            }
            let id = ClientId::new();
            let mut card = entry.card;
            own::note(&mut card, done, entry.created_at, options.language);
            let card = draft::check(card)?;
            clients::add_checked_of(w, id, &card, entry.created_at)?;
            for contact in &entry.contacts {
                contacts::add_checked(w, by, id, contact)?;
            }
            if let Some(face) = faces::of(done) {
                attachments::add_checked(w, id, &face, true)?;
            }
        }
        Ok(options.clients)
    })
}
