//! The trash: what was thrown away lies here for 30 days, and then is gone for good. Where several books are
//! kept as one, for 180.

mod store;
#[cfg(test)]
mod tests;

use clientele_model::{ClientId, RowId, Timestamp, Value};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Result;
use crate::attachments::ATTACHMENTS;
use crate::clients::erase_one;
use crate::contacts::CONTACTS;
use crate::head_office::membership;
use crate::workspace::store::{has_row, local, set_local, steps};
use crate::workspace::{Actor, NewStep, StepLabel, Table, Workspace, Write, Written};

pub use store::list;

/// How long something lies in the trash of a book that works alone.
pub const DAYS: i64 = 30;

/// How long in one of several books: somebody who worked without a line may still have something to say.
pub const DAYS_TOGETHER: i64 = 180;

/// How long something lies in the trash of this book.
///
/// # Errors
/// What SQLite says.
pub fn days(conn: &Connection) -> Result<i64> {
    let is_one_of_several = membership(conn)?.is_some();
    Ok(if is_one_of_several { DAYS_TOGETHER } else { DAYS })
}

/// What sort of thing lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrashKind {
    /// A client with the whole card.
    Client,
    /// One logged contact.
    Contact,
    /// A photo or a file of a card.
    Attachment,
}

impl TrashKind {
    /// As the statements number it.
    fn from_number(n: i64) -> Self {
        match n {
            0 => Self::Client,
            1 => Self::Contact,
            _ => Self::Attachment,
        }
    }
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
    /// The name, of the client or of the file, or the beginning of the text.
    pub title: String,
    /// Since when.
    pub trashed_at: Timestamp,
    /// Days until it is gone.
    pub days_left: i64,
}

/// Until when the trash is left alone, whatever lies in it: a fact about this file.
const NOT_BEFORE: &str = "trash_not_before";

/// Erases for good what has lain in the trash for [`days`].
///
/// Not on the word of a clock alone: where it went back, or says that nothing was written for twice as
/// long, it may be wrong, and the days in the trash begin anew.
///
/// # Errors
/// What SQLite says.
pub fn empty_old(workspace: &Workspace, by: &Actor, now: Timestamp) -> Result<Written<u64>> {
    let old = workspace.maintain(|conn| {
        let days = days(conn)?;
        let newest = steps::list(conn, None, 1)?.first().map_or(now, |step| step.at);
        if newest > now || newest < now.minus_days(2 * days) {
            set_local(conn, NOT_BEFORE, &Value::Int(now.minus_days(-days).0))?;
        }
        let not_before = local(conn, NOT_BEFORE)?
            .and_then(|value| value.as_int())
            .unwrap_or(0);
        if now.0 < not_before {
            Ok(Vec::new())
        } else {
            store::older_than(conn, now.minus_days(days))
        }
    })?;
    let mut step = NewStep::new(by, StepLabel::TrashEmptied);
    step.set("count", old.len());
    let written = workspace.write(step, |w| {
        for (kind, row) in &old {
            match kind {
                TrashKind::Client => erase_one(w, *row)?,
                TrashKind::Contact => erase_part(w, &CONTACTS, *row)?,
                TrashKind::Attachment => erase_part(w, &ATTACHMENTS, *row)?,
            }
        }
        Ok(old.len() as u64)
    })?;
    if written.step.is_some() {
        let _ = workspace.settle();
    }
    Ok(written)
}

/// What stood on the card of a client that went just before is gone with it.
fn erase_part(w: &mut Write<'_>, table: &'static Table, row: RowId) -> Result<()> {
    if has_row(w.conn(), table, row)? {
        w.erase(table, row)?;
    }
    Ok(())
}
