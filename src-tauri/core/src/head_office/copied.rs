//! A book that was copied, or restored and written on: two files under one name. The one that comes second
//! goes on under a name of its own, and nothing that was typed in either is lost.

use std::collections::BTreeSet;

use clientele_model::change::{SEEN, SETTLES, UNSETTLES};
use clientele_model::record::STEPS;
use clientele_model::{Body, DeviceId, FieldChange, RowId, Stamp, Value};
use clientele_protocol::chain::commitment;
use clientele_protocol::{Head, Payload};

use super::store;
use super::{ACKNOWLEDGED, Membership, keep, membership};
use crate::Result;
use crate::workspace::{Arrivals, Topic, Workspace};

/// Goes on as another device: its own changes from `first_other` on become that device's, from 1.
///
/// # Errors
/// What SQLite says; then everything is as it was.
pub fn rename(workspace: &Workspace, device: DeviceId, seed: [u8; 32], first_other: u64) -> Result<()> {
    workspace.take_in(|arrivals| {
        go_on_as(arrivals, device, first_other)?;
        let conn = arrivals.conn();
        if let Some(member) = membership(conn)? {
            keep(conn, super::MEMBERSHIP, &Some(Membership { seed, ..member }))?;
            keep(conn, super::SEED, &(device, seed))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Within a transaction: see [`rename`].
pub(super) fn go_on_as(arrivals: &mut Arrivals<'_>, device: DeviceId, first_other: u64) -> Result<()> {
    let conn = arrivals.conn();
    let old = store::own_device(conn)?;
    let moved = store::kept(conn, old, first_other, u64::MAX, usize::MAX)?;
    arrivals.become_device(device)?;
    // Rows whose later changes name one of these as what they were typed over are among them, too.
    let mut rows: BTreeSet<(String, RowId)> = BTreeSet::new();
    for mut kept in moved {
        let seq = kept.seq - first_other + 1;
        if let Payload::Whole { salt, body } = &mut kept.sealed.payload
            && let Some(mut fields) = Body::decode(body)
        {
            restamp(&mut fields, old, first_other, device);
            if kept.sealed.entity == STEPS.name {
                fields.set("device", RowId(device.0).into());
            }
            *body = fields.encode();
            // Another body, another salt: the two commitments must not tell of one another.
            salt.clear();
            salt.extend(crate::workspace::fresh_salt());
        }
        rows.insert((kept.sealed.entity.clone(), kept.sealed.row));
        store::move_change(conn, (old, kept.seq), (device, seq), &kept.sealed.payload)?;
    }
    keep(conn, ACKNOWLEDGED, &(device, Head::start(device)))?;
    for (entity, row) in rows {
        arrivals.note(&entity, row);
    }
    arrivals.topic(Topic::HeadOffice);
    Ok(())
}

fn restamp(body: &mut Body, old: DeviceId, first_other: u64, new: DeviceId) {
    let moved = |stamp: Stamp| {
        if stamp.device == old && stamp.seq >= first_other {
            Stamp {
                device: new,
                seq: stamp.seq - first_other + 1,
            }
        } else {
            stamp
        }
    };
    for field in &mut body.0 {
        let alone = Body(vec![field.clone()]);
        match field.field.as_str() {
            SEEN => {
                let seen: Vec<Stamp> = alone.stamps(SEEN).into_iter().map(moved).collect();
                *field = FieldChange::stamps(SEEN, &seen);
            }
            name @ (SETTLES | UNSETTLES) => {
                let lost = alone.lost(name).into_iter();
                let lost: Vec<_> = lost.map(|(of, stamp)| (of, moved(stamp))).collect();
                *field = FieldChange::lost(name, &lost);
            }
            _ => {}
        }
    }
    for field in &mut body.0 {
        field.base = field.base.map(moved);
    }
}

/// The commitment of a payload that is about to be kept.
pub(super) fn committed(payload: &Payload) -> [u8; 32] {
    match payload {
        Payload::Whole { salt, body } => commitment(salt, body).0,
        Payload::Gone { commitment } => commitment.0,
    }
}

impl super::Membership {
    /// Is this device head office's own, which sees every branch?
    #[must_use]
    pub fn sees_all(&self) -> bool {
        self.branch.is_none()
    }
}

/// A field of a body, set in place.
trait SetField {
    fn set(&mut self, field: &str, value: Value);
}

impl SetField for Body {
    fn set(&mut self, name: &str, value: Value) {
        if let Some(field) = self.0.iter_mut().find(|field| field.field == name) {
            field.value = value;
        }
    }
}
