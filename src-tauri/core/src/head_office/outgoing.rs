//! What goes out: this device's own changes, and, to a server that was restored, those of others as they
//! signed them.

use std::collections::HashMap;

use clientele_model::record::STEPS;
use clientele_model::{DeviceId, RowId};
use clientele_protocol::batch::Filling;
use clientele_protocol::message::Push;
use clientele_protocol::{BATCH_CHANGES_MAX, BODY_BYTES_MAX, Batch, Head, Link, Payload};
use rusqlite::Connection;

use super::store::{self, Kept};
use super::{Membership, acknowledged};
use crate::Result;

/// The next changes that the server does not have, at most so many; `None` where it has all.
///
/// # Errors
/// What SQLite says.
pub fn next(conn: &Connection, member: &Membership, at_most: usize) -> Result<Option<Push>> {
    next_after(conn, member, acknowledged(conn)?, at_most)
}

/// This device's own changes after a place in its stream, at most so many; `None` where there are none.
///
/// # Errors
/// What SQLite says.
pub fn next_after(
    conn: &Connection,
    member: &Membership,
    head: Head,
    at_most: usize,
) -> Result<Option<Push>> {
    let at_most = at_most.clamp(1, BATCH_CHANGES_MAX);
    let device = store::own_device(conn)?;
    let kept = store::kept(conn, device, head.seq + 1, u64::MAX, at_most)?;
    let taken = whole_steps(&kept, at_most);
    if taken.is_empty() {
        return Ok(None);
    }
    let links: Vec<Link> = taken.iter().map(|kept| sent(device, kept)).collect();
    let too_large = taken.iter().map(is_too_large);
    Ok(Some(Push {
        batch: Batch::seal(device, &member.key(), head, &links),
        assigned: assigned(taken),
        too_large: places(too_large),
    }))
}

/// As many whole steps as a batch takes; of one that is longer than a batch, as much as it takes.
fn whole_steps(kept: &[Kept], at_most: usize) -> &[Kept] {
    let mut filling = Filling::default();
    let mut taken = 0;
    let mut whole = 0;
    for change in kept {
        let bytes = if is_too_large(change) {
            0
        } else {
            body_bytes(change)
        };
        if !filling.takes(bytes) {
            break;
        }
        taken += 1;
        if change.sealed.entity == STEPS.name && change.sealed.row == RowId::from(change.sealed.step) {
            whole = taken;
        }
    }
    // The last step of all is always whole: the gate writes no other.
    if taken == kept.len() && taken < at_most || whole == 0 {
        whole = taken;
    }
    &kept[..whole]
}

fn body_bytes(kept: &Kept) -> usize {
    match &kept.sealed.payload {
        Payload::Whole { body, .. } => body.len(),
        Payload::Gone { .. } => 0,
    }
}

fn is_too_large(kept: &Kept) -> bool {
    body_bytes(kept) > BODY_BYTES_MAX
}

fn sent(device: DeviceId, kept: &Kept) -> Link {
    if is_too_large(kept) {
        Link::Hidden(kept.sealed.leaf(device, kept.seq))
    } else {
        Link::Change(kept.sealed.clone())
    }
}

fn places(of: impl Iterator<Item = bool>) -> Vec<u32> {
    (0u32..)
        .zip(of)
        .filter_map(|(place, is)| is.then_some(place))
        .collect()
}

fn assigned(kept: &[Kept]) -> Vec<(u32, clientele_model::Hlc)> {
    let placed = (0u32..)
        .zip(kept)
        .filter(|(_, kept)| kept.eff_hlc != kept.sealed.hlc);
    placed.map(|(place, kept)| (place, kept.eff_hlc)).collect()
}

/// The chain of this device's own stream after a change; `None` where it is not that long.
///
/// # Errors
/// What SQLite says.
pub fn own_head(conn: &Connection, seq: u64) -> Result<Option<Head>> {
    let device = store::own_device(conn)?;
    let known = [
        store::own_batch_end(conn, device, seq)?,
        Some(acknowledged(conn)?),
    ];
    let known = known.into_iter().flatten().filter(|head| head.seq <= seq);
    let mut head = known
        .max_by_key(|head| head.seq)
        .unwrap_or_else(|| Head::start(device));
    while head.seq < seq {
        let kept = store::kept(conn, device, head.seq + 1, seq, BATCH_CHANGES_MAX)?;
        if kept.first().is_none_or(|first| first.seq != head.seq + 1) {
            return Ok(None);
        }
        for change in kept {
            head = Head {
                seq: change.seq,
                chain: head.chain.then(change.sealed.leaf(device, change.seq)),
            };
        }
    }
    Ok(Some(head))
}

/// What a server that was restored from a backup lacks of others, as far as this book has it: the next batch
/// after what the server has of some stream, signed as it was.
///
/// # Errors
/// What SQLite says.
pub fn refill(conn: &Connection, heads: &HashMap<DeviceId, Head>) -> Result<Option<Push>> {
    let own = store::own_device(conn)?;
    for lost in store::unplaced(conn)? {
        let has = heads
            .get(&lost.device)
            .copied()
            .unwrap_or_else(|| Head::start(lost.device));
        if lost.device == own || lost.before != has {
            continue;
        }
        let kept = store::kept(
            conn,
            lost.device,
            lost.before.seq + 1,
            lost.after.seq,
            BATCH_CHANGES_MAX,
        )?;
        if kept.len() as u64 != lost.after.seq - lost.before.seq {
            continue;
        }
        let links: Vec<Link> = kept
            .iter()
            .map(|kept| Link::Change(kept.sealed.clone()))
            .collect();
        return Ok(Some(Push {
            batch: Batch::again(lost.device, lost.before, lost.after, lost.signature, &links),
            assigned: assigned(&kept),
            too_large: Vec::new(),
        }));
    }
    Ok(None)
}
