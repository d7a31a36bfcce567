//! Contact persons who are clients of the book, too.
//!
//! An entry about a contact person may name the client who that is. It keeps how that client was called when the two were
//! linked: a branch that may not see that client shows this name. What the window shows is read anew each time: the name of
//! today, on whose card that client stands since a merge, whether that card lies in the trash. So a merge need not write
//! the links of others, and what takes it apart gives them back.
//!
//! An entry is about one client from its first day to its last. Whoever links another, or none, takes it off and adds one:
//! so everything that was ever said of a client on others' cards is found by the column when that client is erased.

use clientele_model::record::PERSON_ID;
use clientele_model::{ClientDraft, ClientId, ContactPerson, ErrorCode, RowId};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::store::links as store;
use super::{CONTACT_PERSONS, display_name, home, outside_trash};
use crate::Result;
use crate::workspace::{Actor, NewStep, StepLabel, Workspace, Write, Written};

pub use super::store::links::{rows_about, whose};

/// What there is to open behind a linked contact person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    /// A card.
    Here,
    /// A card in the trash.
    InTrash,
    /// Nothing: this device may not see that client.
    Unseen,
}

/// A contact person who is a client, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LinkedPerson {
    /// The entry on the card.
    pub row: RowId,
    /// The client on whose card that one stands.
    pub id: ClientId,
    /// How that client is called today; where this device may not see the card, how they were called.
    pub name: String,
    /// What there is to open.
    pub state: PersonState,
}

/// A client whose contact person somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PersonOf {
    /// Which client.
    pub id: ClientId,
    /// The name as shown.
    pub name: String,
    /// As what: accountant, husband, ...
    pub role: String,
}

/// Those contact persons of a card who are clients, too. One who stands on this very card by now, after a merge, is not
/// among them: a card never leads to itself.
///
/// # Errors
/// What SQLite says.
fn linked(conn: &Connection, card: ClientId, draft: &ClientDraft) -> Result<Vec<LinkedPerson>> {
    let mut linked = Vec::new();
    for entry in &draft.contact_persons {
        let (Some(row), Some(person)) = (entry.id, entry.person_id) else {
            continue;
        };
        let id = home(conn, person)?;
        if id == card {
            continue;
        }
        let (name, state) = match store::called(conn, id)? {
            Some((name, false)) => (name, PersonState::Here),
            Some((name, true)) => (name, PersonState::InTrash),
            None => (entry.name.clone(), PersonState::Unseen),
        };
        linked.push(LinkedPerson { row, id, name, state });
    }
    Ok(linked)
}

/// Calls the linked contact persons of a card as they are called today, and tells who they are: what is shown, and what
/// leaves the book, says no stale name.
///
/// # Errors
/// What SQLite says.
pub fn name_persons(conn: &Connection, card: ClientId, draft: &mut ClientDraft) -> Result<Vec<LinkedPerson>> {
    let linked = linked(conn, card, draft)?;
    for person in &linked {
        let entry = draft
            .contact_persons
            .iter_mut()
            .find(|p| p.id == Some(person.row));
        if let Some(entry) = entry {
            entry.name.clone_from(&person.name);
        }
    }
    Ok(linked)
}

/// A form's contact persons as they are written: an entry that names another client than before is a new one, and a new
/// link bears the name of its client.
///
/// # Errors
/// `not_found` for a client whom this device does not have; `client.in_trash`; `person.same` for the card's own client;
/// what SQLite says.
pub(super) fn settle(
    w: &Write<'_>,
    card: ClientId,
    before: &[ContactPerson],
    after: &mut [ContactPerson],
) -> Result<()> {
    for entry in after {
        let stood = entry
            .id
            .and_then(|id| before.iter().find(|stood| stood.id == Some(id)));
        if stood.is_some_and(|stood| stood.person_id == entry.person_id) {
            continue;
        }
        entry.id = None;
        let Some(person) = entry.person_id else { continue };
        outside_trash(w, person)?;
        let person = home(w.conn(), person)?;
        if person == card {
            return Err(ErrorCode::PersonSame.into());
        }
        entry.person_id = Some(person);
        if let Some(name) = display_name(w.conn(), person)? {
            entry.name = name;
        }
    }
    Ok(())
}

/// Notes on an entry that is about to give way to a link whom it had meant all along, in words of its own; and on those
/// that say the same on cards merged with this one.
pub(super) fn note_meant(
    w: &mut Write<'_>,
    before: &[ContactPerson],
    wanted: &[ContactPerson],
    twins: impl Fn(RowId) -> Vec<RowId>,
) -> Result<()> {
    for entry in wanted {
        let stood = before
            .iter()
            .find(|stood| entry.id.is_some() && stood.id == entry.id);
        let meant = entry
            .person_id
            .filter(|_| stood.is_some_and(|stood| stood.person_id.is_none()));
        if let (Some(row), Some(person)) = (entry.id, meant) {
            let person = RowId::from(home(w.conn(), person)?);
            for row in std::iter::once(row).chain(twins(row)) {
                w.set(&CONTACT_PERSONS, row, vec![(PERSON_ID, person.into())])?;
            }
        }
    }
    Ok(())
}

/// Erases within a step what other cards say of a client.
pub(super) fn erase_about(w: &mut Write<'_>, client: ClientId) -> Result<()> {
    for row in rows_about(w.conn(), &[client])? {
        w.erase(&CONTACT_PERSONS, row)?;
    }
    Ok(())
}

/// Erases what cards say of clients who were erased: somebody linked them without knowing, or the two cards are of
/// branches of which the one that erased sees only its own.
///
/// # Errors
/// What SQLite says; then it is tried again at the next contact.
pub fn erase_left_over(workspace: &Workspace, by: &Actor) -> Result<Written<u64>> {
    if workspace.read(store::left_over)?.is_empty() {
        return Ok(Written {
            value: 0,
            step: None,
            invalidates: Vec::new(),
        });
    }
    let step = NewStep::new(by, StepLabel::LinksErased);
    let written = workspace.write(step, |w| {
        let rows = store::left_over(w.conn())?;
        w.step.set("count", rows.len());
        for row in &rows {
            w.erase(&CONTACT_PERSONS, *row)?;
        }
        Ok(rows.len() as u64)
    })?;
    if written.value > 0 {
        // Done is done: what cannot be brought home now is at the next start.
        let _ = workspace.settle();
    }
    Ok(written)
}
