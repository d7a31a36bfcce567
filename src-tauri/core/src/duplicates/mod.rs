//! Clients who may be the same one: suggested, merged, and taken apart again.
//!
//! To merge writes on one of the two whose card the other stands on from then on, and what the first card takes over
//! that has room for one thing only (a birthday, the notes). Phones, tags, contacts stay rows of the client whose they
//! were, and are shown together: so everything is kept, two devices may merge at once in any order, and taking apart is
//! the undo of that one step, also after further edits.

mod similar;
mod store;
#[cfg(test)]
mod tests;

use clientele_model::record::{self, CLIENT_ID};
use clientele_model::{ClientDraft, ClientId, ErrorCode, Refusal, RowId, StepId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Result;
use crate::clients::{self, CLIENTS, complete, completed, home, load, load_own, outside_trash};
use crate::settings;
use crate::workspace::store::steps;
use crate::workspace::{
    Actor, Card, NewStep, StepLabel, StepSummary, Table, Topic, WorkedOut, Workspace, Written,
};

pub use similar::{list, of_draft};

/// The table of pairs of whom somebody said that they are not the same.
pub const NOT_DUPLICATES: Table = Table {
    record: record::NOT_DUPLICATES,
    card: Card::ByClientId,
    topics: &[Topic::Duplicates, Topic::History],
    worked_out: WorkedOut::NOTHING,
};

/// Why two clients may be the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// They have a phone number in common.
    Phone,
    /// They have an e-mail address in common.
    Email,
    /// They have the number of a customer card in common.
    CardNumber,
    /// They are called the same, in whatever alphabet or order.
    SameName,
    /// Their names differ by a slip.
    SimilarName,
}

/// A client who may be another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Suspect {
    /// Which client.
    pub id: ClientId,
    /// The name as shown.
    pub name: String,
    /// The first phone number, as people of the book's country read it.
    pub phone: String,
    /// When the last contact was.
    pub last_contact_at: Option<Timestamp>,
    /// When the card was made.
    pub created_at: Timestamp,
}

/// Two clients who may be the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Duplicate {
    /// The one whose card would stay: the one in use.
    pub keep: Suspect,
    /// The other.
    pub gone: Suspect,
    /// Why, the strongest first.
    pub why: Vec<Why>,
}

/// The likeliest pairs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DuplicateList {
    /// How many pairs were found in all.
    pub total: u32,
    /// The first of them, the likeliest first.
    pub rows: Vec<Duplicate>,
}

/// Both sides of a merge, and what would become of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MergeProposal {
    /// The card that stays, as it is.
    pub keep: ClientDraft,
    /// The other.
    pub gone: ClientDraft,
    /// What the first card takes over of itself: names, notes, what has room for one thing only. The other's phones,
    /// tags and contacts come to stand on it without that.
    pub after: ClientDraft,
}

/// A client that was merged into another's card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MergedClient {
    /// Which.
    pub id: ClientId,
    /// The name that its own card had.
    pub name: String,
    /// The step that takes it apart again when it is undone.
    pub step: StepId,
    /// When they were merged.
    pub at: Timestamp,
    /// By whom.
    pub staff: String,
}

/// Finds out what would become of two clients.
///
/// # Errors
/// `merge.same` for one and the same card; `not_found`; those of [`clients::draft::check`], where the card would get too
/// full; what SQLite says.
pub fn propose(conn: &Connection, keep: ClientId, gone: ClientId) -> Result<MergeProposal> {
    let (keep, gone) = two(conn, keep, gone)?;
    let (before, other) = (load(conn, keep)?, load(conn, gone)?);
    let after = completed(&before, &without_entries(other.clone()))?;
    Ok(MergeProposal {
        keep: before,
        gone: other,
        after,
    })
}

/// The cards on which two clients stand.
fn two(conn: &Connection, keep: ClientId, gone: ClientId) -> Result<(ClientId, ClientId)> {
    let (keep, gone) = (home(conn, keep)?, home(conn, gone)?);
    if keep == gone {
        return Err(ErrorCode::MergeSame.into());
    }
    Ok((keep, gone))
}

/// What of a card has room for one thing only. The rest keeps its own rows.
fn without_entries(card: ClientDraft) -> ClientDraft {
    ClientDraft {
        other_names: Vec::new(),
        phones: Vec::new(),
        emails: Vec::new(),
        addresses: Vec::new(),
        messengers: Vec::new(),
        contact_persons: Vec::new(),
        tags: Vec::new(),
        custom: Vec::new(),
        ..card
    }
}

/// Makes one card of two. `before` and `after` are the card that stays as the form was opened with and as it was left;
/// without them it takes over what [`propose`] says.
///
/// # Errors
/// As [`propose`]; `client.in_trash`.
pub fn merge(
    workspace: &Workspace,
    by: &Actor,
    keep: ClientId,
    gone: ClientId,
    edited: Option<(ClientDraft, ClientDraft)>,
) -> Result<Written<ClientId>> {
    let edited = edited
        .map(|(before, after)| Ok::<_, crate::Error>((before, clients::draft::check(after)?)))
        .transpose()?;
    let step = NewStep::new(by, StepLabel::ClientsMerged);
    workspace.write(step, |w| {
        let (keep, gone) = two(w.conn(), keep, gone)?;
        w.step.set("client", keep);
        w.step.set("other", gone);
        outside_trash(w, keep)?;
        outside_trash(w, gone)?;
        let (before, after) = match edited {
            Some(edited) => edited,
            None => {
                let proposal = propose(w.conn(), keep, gone)?;
                (proposal.keep, proposal.after)
            }
        };
        let country = settings::load(w.conn())?.country;
        complete(w, keep, &before, &after, &country)?;
        w.set(
            &CLIENTS,
            gone.into(),
            vec![("merged_into", RowId::from(keep).into())],
        )?;
        Ok(keep)
    })
}

/// Takes apart what a step has merged. What was written on the card since stays on it.
///
/// # Errors
/// `request.bad` for a step that merged nobody; `undo.not_possible` for one that was undone already; `not_found`; what
/// SQLite says.
pub fn unmerge(workspace: &Workspace, by: &Actor, step: StepId) -> Result<Written<StepSummary>> {
    let row = workspace.read(|conn| steps::get(conn, step))?;
    let merged = row.is_some_and(|row| StepLabel::from_book(&row.label) == StepLabel::ClientsMerged);
    if !merged {
        let refusal = Refusal::new(ErrorCode::BadRequest).with("id", step);
        return Err(refusal.with("detail", "this step merged nobody").into());
    }
    workspace.undo_step(by, step)
}

/// Who was merged into a client's card, the last first.
///
/// # Errors
/// What SQLite says.
pub fn merged(conn: &Connection, id: ClientId) -> Result<Vec<MergedClient>> {
    let mut merged = Vec::new();
    for other in clients::on_card(conn, home(conn, id)?)?.into_iter().skip(1) {
        let Some(step) = store::merging_step(conn, other)? else {
            continue;
        };
        merged.push(MergedClient {
            id: other,
            name: load_own(conn, other)?.display_name(),
            step: step.id,
            at: step.at,
            staff: step.staff,
        });
    }
    merged.sort_by_key(|merged| std::cmp::Reverse(merged.at));
    Ok(merged)
}

/// Notes that two clients are not the same one: they are not suggested again.
///
/// # Errors
/// `merge.same` for one and the same card; `not_found`; what SQLite says.
pub fn dismiss(workspace: &Workspace, by: &Actor, one: ClientId, other: ClientId) -> Result<Written<()>> {
    let step = NewStep::new(by, StepLabel::DuplicateDismissed);
    workspace.write(step, |w| {
        let (one, other) = two(w.conn(), one, other)?;
        w.step.set("client", one);
        w.step.set("other", other);
        let (first, second) = (RowId::from(one.min(other)), RowId::from(one.max(other)));
        for id in [first, second] {
            w.field(&CLIENTS, id, "kind")?;
        }
        let row = RowId::derived(first, &second.to_string());
        if w.field(&NOT_DUPLICATES, row, CLIENT_ID).is_ok() {
            w.restore(&NOT_DUPLICATES, row)?;
            return Ok(());
        }
        let fields = vec![(CLIENT_ID, first.into()), ("other", second.into())];
        w.add(&NOT_DUPLICATES, row, fields)
    })
}
