//! The branches of a company, and how much there is in one.

use clientele_model::{BranchId, Hlc};
use clientele_protocol::message::Branch;

use super::page::head;
use super::{Job, Row, Tx};
use crate::{Error, Result};

/// The branches by name.
pub struct Branches;

impl Job for Branches {
    type Out = Vec<Branch>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<Branch>> {
        branches(tx).await
    }
}

/// The branches by name.
pub(super) async fn branches<T: Tx>(tx: &mut T) -> Result<Vec<Branch>> {
    let rows = tx
        .query("select id, name from row_branches order by name, id", &[])
        .await?;
    let branch = |row: &Row| {
        Ok(Branch {
            id: row.of(0, BranchId::from_slice)?,
            name: row.text(1)?,
        })
    };
    rows.iter().map(branch).collect()
}

/// The branches' identifiers.
pub(super) async fn branch_ids<T: Tx>(tx: &mut T) -> Result<Vec<BranchId>> {
    Ok(branches(tx).await?.into_iter().map(|branch| branch.id).collect())
}

/// Adds a branch, or gives it another name.
pub struct SaveBranch(pub Branch);

impl Job for SaveBranch {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.execute(
            "insert into row_branches (id, name) values ($1, $2)
             on conflict ({company}id) do update set name = excluded.name",
            &[self.0.id.into(), self.0.name.as_str().into()],
        )
        .await?;
        Ok(())
    }
}

/// Is there such a branch? With a lock, it stays until the end.
pub(super) async fn is_branch<T: Tx>(tx: &mut T, branch: BranchId, lock: &str) -> Result<bool> {
    let sql = format!("select id from row_branches where id = $1{lock}");
    Ok(tx.one(&sql, &[branch.into()]).await?.is_some())
}

/// Takes a branch away to which nothing belongs.
pub struct RemoveBranch(pub BranchId);

impl Job for RemoveBranch {
    type Out = ();

    /// What it refuses undoes the whole.
    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        // Nobody pushes meanwhile; and who is just coming in holds the branch, and is counted.
        head(tx, "{lock}").await?;
        let branch = [self.0.into()];
        tx.execute("delete from row_branches where id = $1", &branch)
            .await?;
        let devices = tx
            .one("select count(*) from devices where branch = $1", &branch)
            .await?;
        let devices = devices.map_or(Ok(0), |row| row.count(0))?;
        if devices > 0 {
            return Err(Error::Refused(format!(
                "the branch has devices ({devices}), and what they wrote is the branch's: it can be renamed"
            )));
        }
        let changes = tx
            .one("select scope from digests where scope = $1", &branch)
            .await?;
        if changes.is_some() {
            return Err(Error::Refused(
                "clients were written down for the branch: it can be renamed".to_owned(),
            ));
        }
        Ok(())
    }
}

/// How much there is in a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Branches.
    pub branches: u64,
    /// Devices, those that were shut out among them.
    pub devices: u64,
    /// Changes in its log.
    pub changes: u64,
    /// When the newest of them was made, in milliseconds since the epoch; none where there is none.
    pub newest: Option<i64>,
}

/// How much there is in the company.
pub struct Count;

impl Job for Count {
    type Out = Size;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Size> {
        let row = tx
            .one(
                "select (select count(*) from row_branches), (select count(*) from devices),
                 (select cast(coalesce(sum(seq), 0) as bigint) from streams), (select max(clock) from streams)",
                &[],
            )
            .await?;
        let row = row.ok_or_else(|| Error::damaged("an answer without a row"))?;
        let clock = row.maybe_int(3)?.map(|clock| Hlc(clock.cast_unsigned()));
        Ok(Size {
            branches: row.count(0)?,
            devices: row.count(1)?,
            changes: row.count(2)?,
            newest: clock.map(|clock| clock.millis().cast_signed()),
        })
    }
}
