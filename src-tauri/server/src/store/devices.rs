//! The devices and branches of a company.

use std::collections::HashMap;

use clientele_model::{BranchId, DeviceId};
use clientele_protocol::PublicKey;
use clientele_protocol::message::Device;

use super::branches::is_branch;
use super::{Cell, Job, Row, Tx};
use crate::Result;

/// A device as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// As the others see it.
    pub device: Device,
    /// Since when it may hold what others wrote: a copy as long as the book that it was copied from.
    pub holds_since: i64,
    /// How far it has acknowledged the log.
    pub cursor_n: u64,
    /// Program and version.
    pub program: String,
    /// The format of changes that it writes.
    pub format: u64,
}

macro_rules! device_columns {
    () => {
        "id, name, public_key, branch, paired_at, holds_since, seen_at, revoked_at, cursor_n, program, format"
    };
}

impl DeviceRow {
    /// A device that was never heard.
    #[must_use]
    pub fn new(id: DeviceId, name: &str, key: PublicKey, branch: Option<BranchId>, now_millis: i64) -> Self {
        Self {
            device: Device {
                id,
                name: name.to_owned(),
                key,
                branch,
                paired_at: now_millis,
                seen_at: None,
                revoked_at: None,
            },
            holds_since: now_millis,
            cursor_n: 0,
            program: String::new(),
            format: 0,
        }
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            device: Device {
                id: row.of(0, DeviceId::from_slice)?,
                name: row.text(1)?,
                key: row.of(2, PublicKey::from_slice)?,
                branch: row.maybe(3, BranchId::from_slice)?,
                paired_at: row.int(4)?,
                seen_at: row.maybe_int(6)?,
                revoked_at: row.maybe_int(7)?,
            },
            holds_since: row.int(5)?,
            cursor_n: row.count(8)?,
            program: row.text(9)?,
            format: row.count(10)?,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        let device = &self.device;
        vec![
            device.id.into(),
            device.name.as_str().into(),
            device.key.into(),
            device.branch.into(),
            device.paired_at.into(),
            self.holds_since.into(),
            device.seen_at.into(),
            device.revoked_at.into(),
            self.cursor_n.into(),
            self.program.as_str().into(),
            self.format.into(),
        ]
    }

    /// May it see what is this scope's?
    #[must_use]
    pub fn sees(&self, scope: Option<BranchId>) -> bool {
        scope.is_none() || self.device.branch.is_none() || scope == self.device.branch
    }
}

/// One device.
pub struct OneDevice(pub DeviceId);

impl Job for OneDevice {
    type Out = Option<DeviceRow>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        Ok(devices_of(tx, &[self.0]).await?.remove(&self.0))
    }
}

/// Every device.
pub struct AllDevices;

impl Job for AllDevices {
    type Out = Vec<DeviceRow>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        devices(tx).await
    }
}

/// Every device, in the order of pairing.
pub(super) async fn devices<T: Tx>(tx: &mut T) -> Result<Vec<DeviceRow>> {
    let rows = tx
        .query(
            concat!(
                "select ",
                device_columns!(),
                " from devices order by paired_at, id"
            ),
            &[],
        )
        .await?;
    rows.iter().map(DeviceRow::read).collect()
}

/// Some devices.
pub(super) async fn devices_of<T: Tx>(tx: &mut T, ids: &[DeviceId]) -> Result<HashMap<DeviceId, DeviceRow>> {
    let params: Vec<Vec<Cell>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let rows = tx
        .query_many(
            concat!("select ", device_columns!(), " from devices where id = $1"),
            &params,
        )
        .await?;
    let device = |row: &Row| {
        let device = DeviceRow::read(row)?;
        Ok((device.device.id, device))
    };
    rows.iter().flatten().map(device).collect()
}

/// Writes a device down, or what changed about it.
pub(super) async fn save<T: Tx>(tx: &mut T, device: &DeviceRow) -> Result<()> {
    tx.execute(
        concat!(
            "insert into devices (",
            device_columns!(),
            ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict ({company}id) do update set name = excluded.name, revoked_at = excluded.revoked_at"
        ),
        &device.cells(),
    )
    .await?;
    Ok(())
}

/// A company has no more devices than this.
pub const DEVICES_MAX: usize = 10_000;

/// Adds a device, or lets back in one that was here under the same key and in the same branch.
#[derive(Clone)]
pub struct AddDevice {
    /// The device.
    pub device: DeviceRow,
    /// Of which it is a copy.
    pub copy_of: Option<DeviceId>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there.
    Yes,
    /// Under its identifier another device is known.
    OtherKey,
    /// It is known, as another branch's.
    OtherBranch,
    /// It was shut out, and a copy does not come in by that.
    ShutOut,
    /// There is no such branch (any more).
    NoBranch,
    /// There are too many.
    Full,
}

impl AddDevice {
    /// What would come of it, and the device as it is known. With a lock, it stays so.
    async fn judge<T: Tx>(&self, tx: &mut T, lock: &str) -> Result<(Added, Option<DeviceRow>)> {
        let asked = &self.device.device;
        let known = devices_of(tx, &[asked.id]).await?.remove(&asked.id);
        if let Some(known) = known {
            let judged = if known.device.key != asked.key {
                Added::OtherKey
            } else if known.device.branch != asked.branch {
                Added::OtherBranch
            } else if known.device.revoked_at.is_some() && self.copy_of.is_some() {
                Added::ShutOut
            } else {
                Added::Yes
            };
            return Ok((judged, Some(known)));
        }
        if let Some(branch) = asked.branch
            && !is_branch(tx, branch, lock).await?
        {
            return Ok((Added::NoBranch, None));
        }
        let count = tx.one("select count(*) from devices", &[]).await?;
        let is_full = count.map_or(Ok(0), |row| row.count(0))? >= DEVICES_MAX as u64;
        Ok((if is_full { Added::Full } else { Added::Yes }, None))
    }
}

/// What would come of adding a device.
pub struct MayAdd(pub AddDevice);

impl Job for MayAdd {
    type Out = Added;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Added> {
        Ok(self.0.judge(tx, "").await?.0)
    }
}

impl Job for AddDevice {
    type Out = Added;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Added> {
        let (judged, known) = self.judge(tx, "{lock}").await?;
        if judged != Added::Yes {
            return Ok(judged);
        }
        if let Some(mut known) = known {
            known.device.name.clone_from(&self.device.device.name);
            known.device.revoked_at = None;
            save(tx, &known).await?;
            return Ok(Added::Yes);
        }
        let mut device = self.device.clone();
        if let Some(original) = self.copy_of {
            let original = devices_of(tx, &[original]).await?.remove(&original);
            device.holds_since = original.map_or(device.holds_since, |original| original.holds_since);
        }
        save(tx, &device).await?;
        Ok(Added::Yes)
    }
}

/// Shuts a device out. Says whether there is such a device.
pub struct Revoke {
    /// Which.
    pub device: DeviceId,
    /// When.
    pub now_millis: i64,
}

impl Job for Revoke {
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool> {
        let touched = tx
            .execute(
                "update devices set revoked_at = coalesce(revoked_at, $2) where id = $1",
                &[self.device.into(), self.now_millis.into()],
            )
            .await?;
        Ok(touched > 0)
    }
}

/// Notes that a device was heard, and what it says of itself.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Which.
    pub device: Option<DeviceId>,
    /// When.
    pub now_millis: i64,
    /// How far it has acknowledged the log.
    pub cursor_n: Option<u64>,
    /// Its program and format.
    pub program: Option<(String, u32)>,
}

impl Job for Heard {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let Some(device) = self.device else {
            return Ok(());
        };
        tx.execute(
            "update devices set seen_at = $2, cursor_n = coalesce($3, cursor_n) where id = $1",
            &[device.into(), self.now_millis.into(), self.cursor_n.into()],
        )
        .await?;
        if let Some((program, format)) = &self.program {
            tx.execute(
                "update devices set program = $2, format = $3 where id = $1",
                &[device.into(), program.as_str().into(), i64::from(*format).into()],
            )
            .await?;
        }
        Ok(())
    }
}
