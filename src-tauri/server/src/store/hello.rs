//! Where a device and the server stand.

use clientele_model::{BranchId, DeviceId, StepId};
use clientele_protocol::Head;
use clientele_protocol::message::{Branch, Device, Erasure, Mark};

use super::branches::branches;
use super::devices::{DeviceRow, devices, devices_of};
use super::entry::scope_of;
use super::page::chain_after;
use super::streams::heads;
use super::{Job, Row, Tx};
use crate::Result;

/// Erasures that are told at once at most.
const ERASURES_MAX: i64 = 1000;

/// Devices that are named in them at once at most.
const NAMED_MAX: usize = 20_000;

/// What a device is told when it comes.
pub struct Greet {
    /// Which.
    pub device: DeviceId,
    /// Its marks of the log, the newest first.
    pub marks: Vec<Mark>,
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
    pub erasures: Vec<Erasure>,
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
        })
    }
}

/// The erasures that not all have confirmed, as one device may see them.
async fn erasures<T: Tx>(tx: &mut T, me: &DeviceRow, all: &[DeviceRow]) -> Result<Vec<Erasure>> {
    let receipts = tx
        .query(
            "select step, at, n, scope from receipts order by n desc limit $1",
            &[ERASURES_MAX.into()],
        )
        .await?;
    let pending = tx.query("select min(n) from erasing", &[]).await?;
    let pending = pending.first().map_or(Ok(None), |row| row.maybe_int(0))?;
    let mut erasures = Vec::new();
    let mut named = 0;
    for receipt in &receipts {
        let (at, n, scope) = (receipt.int(1)?, receipt.count(2)?, scope_of(receipt, 3)?);
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
        let server_done = pending.is_none_or(|first| first.cast_unsigned() > n);
        if server_done && waiting_for.is_empty() {
            continue;
        }
        named += waiting_for.len();
        if named > NAMED_MAX {
            break;
        }
        erasures.push(Erasure {
            step: step(receipt)?,
            at,
            waiting_for,
            server_done,
        });
    }
    Ok(erasures)
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
