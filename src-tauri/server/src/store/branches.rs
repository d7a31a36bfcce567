//! The branches of a company.

use clientele_model::BranchId;
use clientele_protocol::message::Branch;

use super::{Job, Row, Tx};
use crate::Result;

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
        .query("select id, name from branches order by name, id", &[])
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
            "insert into branches (id, name) values ($1, $2)
             on conflict ({company}id) do update set name = excluded.name",
            &[self.0.id.into(), self.0.name.as_str().into()],
        )
        .await?;
        Ok(())
    }
}
