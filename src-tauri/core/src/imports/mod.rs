//! Import: the people of a foreign file into the book, in one step that can be undone as one.
//!
//! A [`Plan`] says beforehand what each record will do; nothing is written before [`run`]. A record whose
//! phone or e-mail is in the book already completes that card and overwrites nothing on it.

mod matching;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use clientele_formats::{Parsed, Record, Refused};
use clientele_model::{ClientDraft, ClientId, ErrorCode, StepId};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clients::{self, draft};
use crate::workspace::{Actor, NewStep, StepLabel, Workspace, Written};
use crate::{Result, settings};

use matching::Matcher;

/// What a record of the file will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It becomes a client.
    Create,
    /// It completes the card of this client.
    Complete(ClientId),
    /// It says again what an earlier record of the file says (its index).
    Repeat(usize),
}

/// What an import will do, record by record.
#[derive(Debug, Default)]
pub struct Plan {
    /// The records that can be taken, with what each will do.
    pub records: Vec<(Record, Fate)>,
    /// Those that cannot, with their lines and reasons.
    pub refused: Vec<Refused>,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportResult {
    /// Clients that came to be.
    pub created: u32,
    /// Records that belong to a client who was there already.
    pub matched: u32,
    /// Records that were refused; the first of very many.
    pub refused: Vec<Refused>,
    /// How many were refused.
    pub refused_total: u32,
    /// The step, to undo the whole import.
    pub step: Option<StepId>,
}

/// Refused records named one by one; more than these are only counted.
pub const REFUSED_NAMED_MAX: usize = 100_000;

impl Plan {
    /// Works out what a file would do to this book. Writes nothing.
    ///
    /// # Errors
    /// `import.cancelled` when `progress` says so; what SQLite says.
    pub fn new(
        conn: &Connection,
        parsed: Parsed,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Self> {
        let country = settings::load(conn)?.country;
        let mut matcher = Matcher::new(conn, &country);
        let mut plan = Self {
            records: Vec::with_capacity(parsed.records.len()),
            refused: parsed.refused,
        };
        let total = parsed.records.len() as u64;
        for (done, record) in (0..).zip(parsed.records) {
            go_on(progress(done, total))?;
            let line = record.line;
            match draft::check(mendable(record.draft)) {
                Ok(draft) => {
                    let fate = matcher.fate(&draft, plan.records.len())?;
                    plan.records.push((Record { line, draft }, fate));
                }
                Err(error) => plan.refused.push(Refused {
                    line,
                    refusal: error.into(),
                }),
            }
        }
        plan.refused.sort_by_key(|refused| refused.line);
        Ok(plan)
    }

    /// Clients that would come to be.
    #[must_use]
    pub fn created(&self) -> u32 {
        self.count(|fate| fate == Fate::Create)
    }

    /// Records that belong to somebody who is there already.
    #[must_use]
    pub fn matched(&self) -> u32 {
        self.count(|fate| fate != Fate::Create)
    }

    fn count(&self, which: impl Fn(Fate) -> bool) -> u32 {
        u32::try_from(self.records.iter().filter(|(_, fate)| which(*fate)).count()).unwrap_or(u32::MAX)
    }
}

/// Imports what was planned, all of it or nothing.
///
/// # Errors
/// `import.cancelled` when `progress` says so: then nothing was written. What SQLite says.
pub fn run(
    workspace: &Workspace,
    by: &Actor,
    file_name: &str,
    plan: &Plan,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Written<ImportResult>> {
    let mut step = NewStep::new(by, StepLabel::Imported);
    step.set("file", file_name);
    step.set("count", plan.created());
    let total = plan.records.len() as u64;
    let written = workspace.write(step, |w| {
        let country = settings::load(w.conn())?.country;
        let mut ids: Vec<ClientId> = Vec::with_capacity(plan.records.len());
        for (done, (record, fate)) in (0..).zip(&plan.records) {
            go_on(progress(done, total))?;
            let id = match fate {
                Fate::Create => {
                    let id = ClientId::new();
                    clients::add_checked(w, id, &record.draft)?;
                    id
                }
                Fate::Complete(id) => *id,
                Fate::Repeat(earlier) => ids[*earlier],
            };
            if *fate != Fate::Create {
                clients::complete(w, id, &record.draft, &country)?;
            }
            ids.push(id);
        }
        Ok(())
    })?;
    let step = written.step.as_ref().map(|step| step.id);
    Ok(written.map(|()| ImportResult {
        created: plan.created(),
        matched: plan.matched(),
        refused: plan.refused.iter().take(REFUSED_NAMED_MAX).cloned().collect(),
        refused_total: u32::try_from(plan.refused.len()).unwrap_or(u32::MAX),
        step,
    }))
}

fn go_on(flow: ControlFlow<()>) -> Result<()> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ErrorCode::ImportCancelled.into()),
    }
}

/// A foreign file's small sins do not cost a person: what is no phone number and no address of e-mail
/// goes to the notes, where it can be read and mended.
fn mendable(mut card: ClientDraft) -> ClientDraft {
    let mut odd: Vec<String> = Vec::new();
    card.phones.retain(|phone| {
        let keep = phone.typed.trim().is_empty() || !clientele_model::text::digits(&phone.typed).is_empty();
        if !keep {
            odd.push(phone.typed.trim().to_owned());
        }
        keep
    });
    card.emails.retain(|email| {
        let keep = email.address.trim().is_empty() || draft::is_email(email.address.trim());
        if !keep {
            odd.push(email.address.trim().to_owned());
        }
        keep
    });
    for text in odd {
        if !card.notes.is_empty() {
            card.notes.push('\n');
        }
        card.notes.push_str(&text);
    }
    card
}
