//! Where a device and the server stand.

use clientele_model::{BranchId, DeviceId, StepId};
use clientele_protocol::Head;
use clientele_protocol::message::{Branch, ContentsMark, Device, Erasure, Mark};

use super::branches::branches;
use super::devices::{DeviceRow, devices, devices_of};
use super::entry::scope_of;
use super::page::chain_after;
use super::streams::heads;
use super::{Job, Row, Tx};
use crate::Result;

/// Erasures that are told at once at most.
const ERASURES_MAX: usize = 1000;

/// Receipts that are looked at for that.
const LOOKED_AT_MAX: i64 = 5000;

/// Devices that are named in them at once at most.
const NAMED_MAX: usize = 20_000;

/// What a device is told when it comes.
pub struct Greet {
    /// Which.
    pub device: DeviceId,
    /// Its marks of the log, the newest first.
    pub marks: Vec<Mark>,
    /// Its mark of the contents.
    pub contents: ContentsMark,
}

/// What it is told.
#[derive(Clone, Debug)]
pub struct Greeting {
    /// How far the log has its stream.
    pub head: Head,
    /// The newest mark that both have.
    pub common: Mark,
    /// The branches that it may see.
    pub branches: Vec<Branch>,
    /// The devices whose changes it may see.
    pub devices: Vec<Device>,
    /// Erasures that not all have confirmed.
    pub erasures: Outstanding,
    /// All that the device's mark of the contents tells of was here.
    pub has_contents: bool,
}

impl Job for Greet {
    type Out = Greeting;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Greeting> {
        let me = devices_of(tx, &[self.device]).await?.remove(&self.device);
        let me = me.ok_or_else(|| crate::Error::damaged("a device is gone"))?;
        let mut common = Mark::start();
        for mark in &self.marks {
            if mark.n > common.n && chain_after(tx, mark.n).await? == Some(mark.chain) {
                common = *mark;
            }
        }
        let heads = heads(tx).await?;
        let head = heads.iter().find(|(device, ..)| *device == self.device);
        let head = head.map_or(Head::start(self.device), |(_, head, _)| *head);
        let all = devices(tx).await?;
        let writes_where_i_see = |device: &DeviceRow| {
            let stream = heads.iter().find(|(id, ..)| *id == device.device.id);
            stream.is_some_and(|(.., scopes)| scopes.iter().any(|scope| me.sees(*scope)))
        };
        let visible = all
            .iter()
            .filter(|device| me.sees(device.device.branch) || writes_where_i_see(device));
        let devices = visible.map(|device| device.device.clone()).collect();
        let branches = branches(tx).await?.into_iter();
        Ok(Greeting {
            head,
            common,
            branches: branches.filter(|branch| me.sees(Some(branch.id))).collect(),
            devices,
            erasures: erasures(tx, &me, &all).await?,
            has_contents: super::contents::has(tx, self.contents).await?,
        })
    }
}

/// What a device is told of the erasures that not all have confirmed.
#[derive(Clone, Debug, Default)]
pub struct Outstanding {
    /// As many as are told at once, the newest first.
    pub told: Vec<Erasure>,
    /// Are there more?
    pub left_out: bool,
}

/// The erasures that not all have confirmed, as one device may see them.
async fn erasures<T: Tx>(tx: &mut T, me: &DeviceRow, all: &[DeviceRow]) -> Result<Outstanding> {
    let pending = tx.query("select min(n) from erasing", &[]).await?;
    let pending = pending.first().map_or(Ok(None), |row| row.maybe_int(0))?;
    let pending = pending.map(i64::cast_unsigned);
    // What everybody has taken in, and the server has done, is not looked at again.
    let asked = all.iter().filter(|device| device.device.revoked_at.is_none());
    let cursors = asked.map(|device| device.cursor_n);
    let done = cursors.chain(pending.map(|first| first.saturating_sub(1))).min();
    let receipts = tx
        .query(
            "select step, scope, at, n from receipts where n > $1 order by n desc, step limit $2",
            &[done.unwrap_or(u64::MAX >> 1).into(), LOOKED_AT_MAX.into()],
        )
        .await?;
    let mut outstanding = Outstanding {
        told: Vec::new(),
        left_out: receipts.len() as i64 == LOOKED_AT_MAX,
    };
    let mut named = 0;
    for receipt in &receipts {
        let (scope, at, n) = (scope_of(receipt, 1)?, receipt.int(2)?, receipt.count(3)?);
        if !me.sees(scope) {
            continue;
        }
        let waiting_for = all.iter().filter(|device| {
            device.sees(scope)
                && device.device.revoked_at.is_none()
                && device.holds_since <= at
                && device.cursor_n < n
        });
        let waiting_for: Vec<DeviceId> = waiting_for.map(|device| device.device.id).collect();
        let server_done = pending.is_none_or(|first| first > n);
        if server_done && waiting_for.is_empty() {
            continue;
        }
        named += waiting_for.len();
        if named > NAMED_MAX || outstanding.told.len() >= ERASURES_MAX {
            outstanding.left_out = true;
            break;
        }
        let step = step(receipt)?;
        match outstanding.told.iter_mut().rev().find(|told| told.step == step) {
            // Somebody who sees several branches erased in several at once.
            Some(told) => {
                told.at = told.at.min(at);
                told.server_done &= server_done;
                let new: Vec<DeviceId> = waiting_for
                    .into_iter()
                    .filter(|id| !told.waiting_for.contains(id))
                    .collect();
                told.waiting_for.extend(new);
            }
            None => outstanding.told.push(Erasure {
                step,
                at,
                waiting_for,
                server_done,
            }),
        }
    }
    Ok(outstanding)
}

fn step(row: &Row) -> Result<StepId> {
    row.of(0, StepId::from_slice)
}

/// The heads of the streams that a device may see something of.
pub struct VisibleHeads {
    /// Which device.
    pub device: DeviceId,
    /// Its branch.
    pub branch: Option<BranchId>,
}

impl Job for VisibleHeads {
    type Out = Vec<(DeviceId, Head)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let sees =
            |scope: &Option<BranchId>| scope.is_none() || self.branch.is_none() || *scope == self.branch;
        let heads = heads(tx).await?.into_iter();
        let visible = heads.filter(|(device, _, scopes)| {
            self.branch.is_none() || *device == self.device || scopes.iter().any(sees)
        });
        Ok(visible.map(|(device, head, _)| (device, head)).collect())
    }
}
