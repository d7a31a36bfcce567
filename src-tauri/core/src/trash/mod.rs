//! The trash: what was thrown away lies here for 30 days, and then is gone for good.

mod store;
#[cfg(test)]
mod tests;

use clientele_model::{ClientId, RowId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Result;
use crate::clients::erase_one;
use crate::contacts::CONTACTS;
use crate::workspace::{self, Actor, NewStep, StepLabel, Workspace, Written};

pub use store::list;

/// How long something lies in the trash.
pub const DAYS: i64 = 30;

/// What sort of thing lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrashKind {
    /// A client with the whole card.
    Client,
    /// One logged contact.
    Contact,
}

/// Something in the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TrashRow {
    /// What sort of thing.
    pub kind: TrashKind,
    /// Which.
    pub id: RowId,
    /// Whose card it is, or was on.
    pub client_id: ClientId,
    /// The name, or the beginning of the text.
    pub title: String,
    /// Since when.
    pub trashed_at: Timestamp,
    /// Days until it is gone.
    pub days_left: i64,
}

/// Erases for good what has lain in the trash for [`DAYS`].
///
/// Not on the word of a clock alone: where it says that nothing was written for twice as long, it may have
/// jumped, and the trash is left until something has been written under the new time.
///
/// # Errors
/// What SQLite says.
pub fn empty_old(workspace: &Workspace, by: &Actor, now: Timestamp) -> Result<Written<u64>> {
    let old = workspace.read(|conn| {
        let newest = workspace::store::steps(conn, None, 1)?
            .first()
            .map_or(Timestamp::default(), |step| step.at);
        if newest < now.minus_days(2 * DAYS) {
            return Ok(Vec::new());
        }
        store::older_than(conn, now.minus_days(DAYS))
    })?;
    let mut step = NewStep::new(by, StepLabel::TrashEmptied);
    step.set("count", old.len());
    let written = workspace.write(step, |w| {
        for (kind, row) in &old {
            match kind {
                // A contact of a client that went just before is gone with it.
                TrashKind::Contact if w.field(&CONTACTS, *row, "kind").is_ok() => w.erase(&CONTACTS, *row)?,
                TrashKind::Contact => {}
                TrashKind::Client => erase_one(w, *row)?,
            }
        }
        Ok(old.len() as u64)
    })?;
    if written.step.is_some() {
        workspace.settle()?;
    }
    Ok(written)
}
