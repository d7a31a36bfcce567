//! Contact histories from a second file: its rows go to the clients whom the book has already.
//!
//! A row finds its client by card number, phone and e-mail, and by the name alone only where it has none of these. What
//! finds nobody, or several, is refused and given back to be mended: no entry stands on a card by chance.

mod finding;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;

use chrono::{Local, NaiveDate, TimeDelta};
use clientele_formats::Refused;
use clientele_formats::history::{HistoryEntry, HistoryKind};
use clientele_model::{ClientId, ErrorCode, Refusal, StepId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{REFUSED_NAMED_MAX, go_on, store};
use crate::contacts::{self, ContactDraft, ContactKind};
use crate::workspace::{Actor, NewStep, StepLabel, Workspace, Written};
use crate::{Result, settings};
use finding::Finder;

/// Rows of a file as they were read, with their lines.
pub type Rows = Vec<(u64, Result<HistoryEntry, Refusal>)>;

/// Noon, in seconds: a row that tells only its day stands in the middle of it.
const NOON: u32 = 12 * 3600;

/// An entry that will be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its line.
    pub line: u64,
    /// On whose card.
    pub client: ClientId,
    /// The entry.
    pub contact: ContactDraft,
    /// Who of the staff, as the file says.
    pub staff: String,
}

/// What a file of contacts will do to a book.
#[derive(Debug, Default)]
pub struct HistoryPlan {
    /// The entries that will be written.
    pub entries: Vec<Planned>,
    /// Rows whose entry stands in the book already, or earlier in the file.
    pub there: u32,
    /// Rows that cannot be taken, with why.
    pub refused: Vec<Refused>,
}

/// What an import of contacts did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryResult {
    /// Entries that were written.
    pub added: u32,
    /// On the cards of so many clients.
    pub clients: u32,
    /// Rows whose entry stood there already.
    pub there: u32,
    /// Rows that were refused; the first of very many.
    pub refused: Vec<Refused>,
    /// How many were refused.
    pub refused_total: u32,
    /// The step, to undo all of it.
    pub step: Option<StepId>,
}

impl HistoryPlan {
    /// Works out what the rows would do. Writes nothing.
    ///
    /// # Errors
    /// `import.cancelled` when `progress` says so; what SQLite says.
    pub fn new(
        conn: &Connection,
        rows: Rows,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Self> {
        let country = settings::load(conn)?.country;
        let (mut finder, mut standing) = (Finder::new(conn, country), Standing::default());
        let (mut plan, total) = (Self::default(), rows.len() as u64);
        for (done, (line, row)) in (0..).zip(rows) {
            go_on(progress(done, total))?;
            let found = match row {
                Ok(entry) => finder.find(&entry)?.map(|client| (client, entry)),
                Err(refusal) => Err(refusal),
            };
            let checked = found.and_then(|(client, entry)| Ok((client, contact(&entry)?, entry.staff)));
            match checked {
                Err(refusal) => plan.refused.push(Refused { line, refusal }),
                Ok((client, contact, staff)) => {
                    if standing.takes(conn, client, &contact)? {
                        plan.entries.push(Planned {
                            line,
                            client,
                            contact,
                            staff,
                        });
                    } else {
                        plan.there += 1;
                    }
                }
            }
        }
        Ok(plan)
    }

    /// How many clients get entries.
    #[must_use]
    pub fn clients(&self) -> u32 {
        let clients: BTreeSet<_> = self.entries.iter().map(|entry| entry.client).collect();
        u32::try_from(clients.len()).unwrap_or(u32::MAX)
    }
}

/// Imports rows: all that find their client, in one step, or nothing.
///
/// # Errors
/// `import.cancelled` when `progress` says so: then nothing was written. What SQLite says.
pub fn run(
    workspace: &Workspace,
    by: &Actor,
    rows: Rows,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Written<HistoryResult>> {
    let written = workspace.write(NewStep::new(by, StepLabel::HistoryImported), |w| {
        // Within the step: nobody on whose card an entry goes can be thrown away meanwhile.
        let plan = HistoryPlan::new(w.conn(), rows, progress)?;
        let total = plan.entries.len() as u64;
        for (done, entry) in (0..).zip(&plan.entries) {
            go_on(progress(done, total))?;
            contacts::add_of(w, &entry.staff, entry.client, &entry.contact)?;
        }
        w.step.set("count", plan.entries.len());
        Ok(plan)
    })?;
    let step = written.step.as_ref().map(|step| step.id);
    Ok(written.map(|plan| HistoryResult {
        added: u32::try_from(plan.entries.len()).unwrap_or(u32::MAX),
        clients: plan.clients(),
        there: plan.there,
        refused: plan.refused.iter().take(REFUSED_NAMED_MAX).cloned().collect(),
        refused_total: u32::try_from(plan.refused.len()).unwrap_or(u32::MAX),
        step,
    }))
}

/// Which entries stand on the cards already. The same one is the one of the same sort, at the same moment, with the same
/// words; who wrote it does not matter, and what lies in the trash does not count.
#[derive(Default)]
struct Standing(HashMap<ClientId, HashSet<(&'static str, i64, String)>>);

impl Standing {
    /// Is it a new one? From here on it stands there.
    fn takes(&mut self, conn: &Connection, client: ClientId, contact: &ContactDraft) -> Result<bool> {
        let known = match self.0.entry(client) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                let entries = store::contacts_on_card(conn, client)?.into_iter();
                let entries = entries
                    .filter_map(|(kind, at, text)| Some((ContactKind::from_book(&kind)?.as_str(), at, text)));
                place.insert(entries.collect())
            }
        };
        Ok(known.insert((contact.kind.as_str(), contact.at.0, contact.text.clone())))
    }
}

/// The entry that a row becomes.
fn contact(entry: &HistoryEntry) -> Result<ContactDraft, Refusal> {
    let (year, month, day) = entry.day;
    let seconds = entry.seconds.unwrap_or(NOON);
    let no_day = || Refusal::new(ErrorCode::HistoryNoDay).with("value", format!("{year}-{month}-{day}"));
    let day = NaiveDate::from_ymd_opt(year, month, day).ok_or_else(no_day)?;
    let moment = day.and_hms_opt(0, 0, 0).ok_or_else(no_day)? + TimeDelta::seconds(seconds.into());
    // The clock of whoever imports. In the hour that summer time leaves out, the one after it.
    let local = moment.and_local_timezone(Local).earliest();
    let local = local.or_else(|| {
        (moment + TimeDelta::hours(1))
            .and_local_timezone(Local)
            .earliest()
    });
    let at = Timestamp(local.ok_or_else(no_day)?.timestamp_millis());
    let kind = match entry.kind {
        HistoryKind::Call => ContactKind::Call,
        HistoryKind::Message => ContactKind::Message,
        HistoryKind::Email => ContactKind::Email,
        HistoryKind::WalkIn => ContactKind::WalkIn,
        HistoryKind::Note => ContactKind::Note,
        HistoryKind::Complaint => ContactKind::Complaint,
        HistoryKind::Offer => ContactKind::Offer,
    };
    let (direction, channel, text) = (None, None, entry.text.clone());
    let contact = ContactDraft {
        kind,
        direction,
        channel,
        at,
        text,
    };
    Ok(contact.checked()?)
}
