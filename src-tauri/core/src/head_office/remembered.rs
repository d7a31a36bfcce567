//! What this book remembers of its contacts with head office: the last one, and those that a person may ask about.

use clientele_model::{Refusal, Timestamp, Value};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::store::{self, Exchange};
use crate::Result;
use crate::workspace::Workspace;
use crate::workspace::store::{local, set_local};

/// The last contact: a fact about this file.
const LAST: &str = "last_contact";

/// How the last contact went, and when the last one was that went well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// When head office was reached last.
    pub reached: Option<Timestamp>,
    /// When it was tried last, with or without success.
    pub tried: Option<Timestamp>,
    /// Why the last try failed; none where it succeeded.
    pub problem: Option<Refusal>,
}

/// How the last contact went. Nothing is known before the first.
///
/// # Errors
/// What SQLite says.
pub fn last(conn: &Connection) -> Result<Last> {
    let known = local(conn, LAST)?;
    let known = known.as_ref().and_then(Value::as_text);
    Ok(known
        .and_then(|known| serde_json::from_str(known).ok())
        .unwrap_or_default())
}

/// Knows of no contact any more: another pairing begins.
pub(super) fn forget(conn: &Connection) -> Result<()> {
    set_local(conn, LAST, &Value::from(""))
}

/// Remembers a contact with the server. One that went well and brought nothing is not worth a line in the
/// list, and one that failed as the one before it did takes its place: a week without a line is one line
/// there, not two thousand.
///
/// # Errors
/// What SQLite says.
pub fn remember(workspace: &Workspace, exchange: &Exchange) -> Result<()> {
    workspace.maintain(|conn| {
        let ended = Timestamp(exchange.at.0.saturating_add_unsigned(exchange.duration_ms));
        let last = last(conn)?;
        let reached = if exchange.problem.is_none() {
            Some(ended)
        } else {
            last.reached
        };
        let last = Last {
            reached,
            tried: Some(ended),
            problem: exchange.problem.clone(),
        };
        set_local(conn, LAST, &Value::Text(serde_json::json!(last).to_string()))?;
        let brought_nothing = exchange.came_in + exchange.went_out + exchange.refused == 0;
        match &exchange.problem {
            None if brought_nothing => Ok(()),
            Some(problem) if brought_nothing => {
                if store::newest_problem(conn)?.is_some_and(|newest| newest.code == problem.code) {
                    store::drop_newest_exchange(conn)?;
                }
                store::put_exchange(conn, exchange)
            }
            _ => store::put_exchange(conn, exchange),
        }
    })
}
