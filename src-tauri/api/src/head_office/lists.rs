//! What the pages about head office show, and what is done there.

use std::collections::HashMap;

use clientele_core::conflicts::{self, Conflict};
use clientele_core::head_office::refused::{self, RefusedChange};
use clientele_core::head_office::store;
use clientele_core::workspace::Written;
use clientele_core::{Result, head_office};
use clientele_model::{BranchId, RowId, Timestamp};

use crate::app::Api;
use crate::host::Host;
use crate::types::*;

pub(crate) fn exchange<H: Host>(api: &Api<H>, ask: ExchangeAsk) -> Result<ExchangePage> {
    let before = ask.before.and_then(|before| before.parse().ok());
    let limit = ask.limit.clamp(1, 500);
    let contacts = api.book()?.read(|conn| store::exchanges(conn, before, limit))?;
    let is_full = contacts.len() == limit as usize;
    let next = contacts
        .last()
        .filter(|_| is_full)
        .map(|last| last.id.to_string());
    let rows = contacts.into_iter().map(|contact| ExchangeRow {
        at: contact.at,
        came_in: contact.came_in,
        went_out: contact.went_out,
        refused: contact.refused,
        problem: contact.problem,
        duration_ms: contact.duration_ms,
    });
    let rows = rows.collect();
    Ok(ExchangePage { rows, next })
}

pub(crate) fn conflicts<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<Conflict>> {
    api.book()?.read(conflicts::list)
}

pub(crate) fn settle<H: Host>(api: &Api<H>, ask: ConflictSettle) -> Result<Written<RowId>> {
    conflicts::settle(&*api.book()?, api.by(), &ask.id, ask.keep)
}

pub(crate) fn refused<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<RefusedChange>> {
    api.book()?.read(refused::list)
}

pub(crate) fn discard<H: Host>(api: &Api<H>, ask: RefusedRef) -> Result<Nothing> {
    refused::discard(&*api.book()?, &ask.id)?;
    Ok(Nothing)
}

pub(crate) fn devices<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<DeviceRow>> {
    api.book()?.read(|conn| {
        if head_office::membership(conn)?.is_none() {
            return Ok(Vec::new());
        }
        let own = store::own_device(conn)?;
        let branches: HashMap<BranchId, String> = store::branches(conn)?
            .into_iter()
            .map(|branch| (branch.id, branch.name))
            .collect();
        let named = |id: BranchId| Branch {
            id: RowId(id.0),
            name: branches.get(&id).cloned().unwrap_or_default(),
        };
        let devices = store::companions(conn)?.into_iter().map(|device| DeviceRow {
            id: device.id,
            name: device.name,
            branch: device.branch.map(named),
            is_this: device.id == own,
            paired_at: Timestamp(device.paired_at),
            last_seen: device.seen_at.map(Timestamp),
            revoked_at: device.revoked_at.map(Timestamp),
        });
        Ok(devices.collect())
    })
}

pub(crate) fn erasures<H: Host>(api: &Api<H>, ask: ErasuresAsk) -> Result<ErasurePage> {
    let before = ask.before.as_deref();
    api.book()?
        .read(|conn| head_office::erasures::list(conn, before, ask.limit))
}
