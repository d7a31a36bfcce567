//! The receipts of erasures: for whoever must show one day that a person was forgotten, when, and where.
//!
//! That something was erased stands in the log, for ever and on every device that may see it: the step, without
//! a word of the person. Head office tells at each contact which erasures some device has not confirmed yet; of
//! one that it has taken and does not name any more, everybody has. What it told stays in this file.

use std::collections::{HashMap, HashSet};

use clientele_model::{DeviceId, Hlc, StepId, Timestamp};
use clientele_protocol::message::{Device, Welcome};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::store::{
    self,
    erasures::{self as kept, Erased, Told},
};
use super::{acknowledged, cursor, membership};
use crate::Result;
use crate::history::place;
use crate::workspace::StepLabel;
use crate::workspace::store::steps;

/// How far an erasure has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErasureState {
    /// It is done in this book, which works alone.
    Alone,
    /// It is done in this book; head office does not know of it yet, or, restored from a backup, not any more.
    Untold,
    /// Head office has taken it; some device, or head office's own files, are still to follow.
    Waiting,
    /// Everybody has confirmed it.
    Confirmed,
    /// Head office did not take it, so that it is done in this book alone.
    Refused,
}

/// The receipt of an erasure. It says nothing of whom it was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErasureRow {
    /// Which step.
    pub id: StepId,
    /// To speak of it, and to write it into a letter: the same on every device.
    pub number: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// By whom.
    pub staff: String,
    /// On which device.
    pub device: String,
    /// Nobody asked for it: the days in the trash were over, or another erasure had left something to do.
    pub by_itself: bool,
    /// How many clients were erased, as far as this device may know.
    pub clients: u64,
    /// How many logged contacts were erased, those on the clients' cards among them.
    pub contacts: u64,
    /// How far it has come.
    pub state: ErasureState,
    /// When head office took it, by its clock; none where it has not said.
    pub told_at: Option<Timestamp>,
    /// The names of the devices that have confirmed that nothing of it is left on them.
    pub confirmed: Vec<String>,
    /// The names of those that have not yet.
    pub waiting_for: Vec<String>,
    /// The names of those that were shut out without having confirmed it, as far as this device knows: nobody
    /// waits for them, and what they hold nobody knows.
    pub shut_out: Vec<String>,
    /// Has head office taken it out of its own files?
    pub head_office_done: bool,
    /// When head office had said that everybody has confirmed.
    pub confirmed_at: Option<Timestamp>,
}

/// A part of the receipts, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErasurePage {
    /// The receipts.
    pub rows: Vec<ErasureRow>,
    /// Where the next part begins; none at the end.
    pub next: Option<String>,
}

/// The short number of a step that erased: its random end.
fn number(step: StepId) -> String {
    let hex = step.0.simple().to_string().to_uppercase();
    let (_, end) = hex.split_at(hex.len() - 8);
    let (first, second) = end.split_at(4);
    format!("{first}-{second}")
}

/// A part of the receipts, older than `before` ([`ErasurePage::next`]): of every erasure that this device knows of,
/// whoever asked for it and wherever.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection, before: Option<&str>, limit: u32) -> Result<ErasurePage> {
    let limit = limit.clamp(1, 500);
    let steps = kept::steps(conn, before.and_then(place), limit)?;
    let about = About::load(conn)?;
    let rows = steps.iter().map(|step| about.row(conn, *step));
    let rows: Vec<(Hlc, ErasureRow)> = rows.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    let is_full = steps.len() == limit as usize;
    let next = rows.last().filter(|_| is_full);
    let next = next.map(|(hlc, last)| format!("{}:{}", hlc.0, last.id));
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    Ok(ErasurePage { rows, next })
}

/// What every receipt is read with.
struct About {
    own: DeviceId,
    is_paired: bool,
    own_acknowledged: u64,
    devices: Vec<Device>,
    names: HashMap<DeviceId, String>,
}

impl About {
    fn load(conn: &Connection) -> Result<Self> {
        let devices = store::companions(conn)?;
        let named = |device: &Device| (device.id, device.name.clone());
        Ok(Self {
            own: store::own_device(conn)?,
            is_paired: membership(conn)?.is_some(),
            own_acknowledged: acknowledged(conn)?.seq,
            names: devices.iter().map(named).collect(),
            devices,
        })
    }

    fn names(&self, ids: impl IntoIterator<Item = DeviceId>) -> Vec<String> {
        let name = |id: DeviceId| self.names.get(&id).cloned().unwrap_or_else(|| id.to_string());
        ids.into_iter().map(name).collect()
    }

    fn row(&self, conn: &Connection, id: StepId) -> Result<Option<(Hlc, ErasureRow)>> {
        let Some(step) = steps::get(conn, id)? else {
            return Ok(None);
        };
        let erased = kept::erased(conn, id, self.own_acknowledged)?;
        let told = kept::get(conn, id)?.filter(|_| erased.is_taken);
        let confirmed_at = told.as_ref().and_then(|told| told.confirmed_at);
        let state = match (erased.is_refused, erased.is_taken, confirmed_at) {
            (true, ..) => ErasureState::Refused,
            (_, true, Some(_)) => ErasureState::Confirmed,
            (_, true, None) => ErasureState::Waiting,
            (_, false, _) if self.is_paired => ErasureState::Untold,
            (_, false, _) => ErasureState::Alone,
        };
        // Asked is who may have had it. As long as head office has not said who has confirmed, only this device has.
        let told_at = told.as_ref().and_then(|told| told.at);
        let by_now = told.as_ref().map(|told| told.at.unwrap_or(step.at));
        let asked = self
            .devices
            .iter()
            .filter(|device| is_asked(device, &erased, by_now));
        let asked: Vec<&Device> = asked.collect();
        let is_there = matches!(state, ErasureState::Waiting | ErasureState::Confirmed);
        let mut confirmed = told
            .as_ref()
            .map_or_else(Vec::new, |told| told.confirmed_by.clone());
        if !confirmed.contains(&self.own) {
            confirmed.push(self.own);
        }
        let waiting_for: Vec<DeviceId> = match &told {
            _ if !is_there => Vec::new(),
            Some(told) => told.waiting_for.clone(),
            None => asked
                .iter()
                .filter(|device| device.revoked_at.is_none())
                .map(|device| device.id)
                .collect(),
        };
        let waiting_for = waiting_for.into_iter().filter(|id| !confirmed.contains(id));
        let shut_out = asked.iter().filter(|device| device.revoked_at.is_some());
        let shut_out = shut_out
            .map(|device| device.id)
            .filter(|id| is_there && !confirmed.contains(id));
        let row = ErasureRow {
            id,
            number: number(id),
            at: step.at,
            device: step
                .device
                .map_or(Ok(String::new()), |id| store::called(conn, id))?,
            by_itself: matches!(
                StepLabel::from_book(&step.label),
                StepLabel::TrashEmptied | StepLabel::LinksErased
            ),
            staff: step.staff,
            clients: erased.clients,
            contacts: erased.contacts,
            state,
            told_at,
            waiting_for: self.names(waiting_for),
            shut_out: self.names(shut_out),
            confirmed: self.names(confirmed),
            head_office_done: told.is_some_and(|told| told.server_done),
            confirmed_at,
        };
        Ok(Some((step.hlc, row)))
    }
}

/// May a device have had what was erased? It sees the branch, and was there when head office took the erasure; where
/// nobody said when that was, at the hour of the step.
fn is_asked(device: &Device, erased: &Erased, at: Option<Timestamp>) -> bool {
    let sees = device.branch.is_none()
        || erased
            .scopes
            .iter()
            .any(|scope| scope.is_none() || *scope == device.branch);
    sees && at.is_none_or(|at| device.paired_at <= at.0)
}

/// Keeps what head office tells of erasures at the beginning of a contact. Called before anything else of the
/// contact is taken in: what it says is about what stood in its log until now.
///
/// # Errors
/// What SQLite says.
pub(super) fn keep(conn: &Connection, welcome: &Welcome) -> Result<()> {
    if cursor(conn)?.n > welcome.common.n {
        kept::forget_after(conn, welcome.common.n)?;
    }
    let now = Timestamp(welcome.now);
    let devices = store::companions(conn)?;
    let confirmed = |erased: &Erased, at: Timestamp, waiting_for: &[DeviceId], before: Option<&Told>| {
        let mut confirmed = before.map_or_else(Vec::new, |told| told.confirmed_by.clone());
        // Head office does not wait for whom it has shut out.
        let asked = devices.iter().filter(|device| device.revoked_at.is_none());
        let asked = asked.filter(|device| is_asked(device, erased, Some(at)));
        let new = asked
            .map(|device| device.id)
            .filter(|id| !waiting_for.contains(id));
        confirmed.extend(new);
        confirmed.sort_unstable();
        confirmed.dedup();
        confirmed
    };
    for told in &welcome.erasures {
        let (erased, before) = (kept::erased(conn, told.step, 0)?, kept::get(conn, told.step)?);
        let at = Timestamp(told.at);
        let now = Told {
            at: Some(at),
            confirmed_by: confirmed(&erased, at, &told.waiting_for, before.as_ref()),
            waiting_for: told.waiting_for.clone(),
            server_done: told.server_done,
            confirmed_at: None,
        };
        // A device that never comes keeps many open; what is so already is not written at each contact.
        if before.as_ref() != Some(&now) {
            kept::put(conn, told.step, &now)?;
        }
    }
    let open: HashSet<StepId> = welcome.erasures.iter().map(|told| told.step).collect();
    if welcome.erasures_left_out {
        return Ok(());
    }
    for step in kept::unconfirmed(conn)?
        .into_iter()
        .filter(|step| !open.contains(step))
    {
        let erased = kept::erased(conn, step, 0)?;
        // What head office had not taken until now it could not name.
        let had_it = erased.n.is_some_and(|n| n <= welcome.common.n) && !erased.is_refused;
        if !had_it {
            continue;
        }
        let before = kept::get(conn, step)?;
        let at = before.as_ref().and_then(|told| told.at);
        let asked_at = match at {
            Some(at) => at,
            None => steps::get(conn, step)?.map_or(now, |step| step.at),
        };
        kept::put(
            conn,
            step,
            &Told {
                at,
                waiting_for: Vec::new(),
                confirmed_by: confirmed(&erased, asked_at, &[], before.as_ref()),
                server_done: true,
                confirmed_at: Some(now),
            },
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_has_a_number_that_can_be_written_into_a_letter() {
        let step: StepId = "019a0000-0000-7000-8000-0123456789ab".parse().unwrap();
        assert_eq!(number(step), "4567-89AB");
    }
}
