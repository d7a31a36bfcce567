//! Companies, and the codes by which devices come to belong to one.

use clientele_model::{BranchId, CompanyId, DeviceId};
use clientele_protocol::chain::Chain;
use clientele_protocol::{Hash, PublicKey};

use super::{Job, Row, Tx};
use crate::{Error, Result};

/// A company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Which.
    pub id: CompanyId,
    /// What people call it.
    pub name: String,
}

impl Company {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.of(0, CompanyId::from_slice)?,
            name: row.text(1)?,
        })
    }
}

/// Every company, the oldest first. On the control database.
pub struct Companies;

impl Job for Companies {
    type Out = Vec<Company>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<Company>> {
        let rows = tx
            .query("select id, name from companies order by made_at, id", &[])
            .await?;
        rows.iter().map(Company::read).collect()
    }
}

/// One company. On the control database.
pub struct OneCompany(pub CompanyId);

impl Job for OneCompany {
    type Out = Option<Company>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Option<Company>> {
        let row = tx
            .one("select id, name from companies where id = $1", &[self.0.into()])
            .await?;
        row.as_ref().map(Company::read).transpose()
    }
}

/// Writes a new company down. On the control database.
pub struct AddCompany {
    /// The company.
    pub company: Company,
    /// When.
    pub now_millis: i64,
}

impl Job for AddCompany {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.execute(
            "insert into companies (id, name, made_at) values ($1, $2, $3)",
            &[
                self.company.id.into(),
                self.company.name.as_str().into(),
                self.now_millis.into(),
            ],
        )
        .await?;
        Ok(())
    }
}

/// Gives a company another name. On the control database.
pub struct RenameCompany(pub Company);

impl Job for RenameCompany {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.execute(
            "update companies set name = $2 where id = $1",
            &[self.0.id.into(), self.0.name.as_str().into()],
        )
        .await?;
        Ok(())
    }
}

/// Strikes a company off the list, with its codes. On the control database.
pub struct RemoveCompany(pub CompanyId);

impl Job for RemoveCompany {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let company = [self.0.into()];
        tx.execute("delete from pairings where company_id = $1", &company)
            .await?;
        tx.execute("delete from companies where id = $1", &company)
            .await?;
        Ok(())
    }
}

/// Begins the log of a company. Does nothing where it has begun.
pub struct Found {
    /// The key of the list of those who were erased: random.
    pub secret: [u8; 32],
}

const SECRET: &str = "key of the erased";

impl Job for Found {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.execute(
            "insert into heads (one, n, chain) values (1, 0, $1) on conflict do nothing",
            &[Chain::log().into()],
        )
        .await?;
        tx.execute(
            "insert into facts (name, value) values ($1, $2) on conflict do nothing",
            &[SECRET.into(), self.secret.as_slice().into()],
        )
        .await?;
        Ok(())
    }
}

/// The key of the list of those who were erased.
pub(super) async fn secret<T: Tx>(tx: &mut T) -> Result<[u8; 32]> {
    fact(tx, SECRET)
        .await?
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Error::damaged("the company was not founded"))
}

/// What there is once.
pub(super) async fn fact<T: Tx>(tx: &mut T, name: &str) -> Result<Option<Vec<u8>>> {
    let row = tx
        .one("select value from facts where name = $1", &[name.into()])
        .await?;
    row.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()
}

/// A pairing code, as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// Of its secret.
    pub secret_hash: Hash,
    /// Into which company it leads.
    pub company: CompanyId,
    /// Into which branch; `None` for head office.
    pub branch: Option<BranchId>,
    /// It is good until then.
    pub until_millis: i64,
}

impl Pairing {
    /// How a secret is known.
    #[must_use]
    pub fn hash(secret: &[u8; 16]) -> Hash {
        Hash::of(&[b"clientele pairing 1", secret])
    }
}

/// Makes a pairing code good. On the control database.
pub struct AddPairing(pub Pairing);

impl Job for AddPairing {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let pairing = &self.0;
        tx.execute(
            "insert into pairings (secret_hash, company_id, branch, until) values ($1, $2, $3, $4)",
            &[
                pairing.secret_hash.into(),
                pairing.company.into(),
                pairing.branch.into(),
                pairing.until_millis.into(),
            ],
        )
        .await?;
        Ok(())
    }
}

/// Strikes off the codes that lead to a branch. On the control database.
pub struct RemovePairings(pub BranchId);

impl Job for RemovePairings {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        tx.execute("delete from pairings where branch = $1", &[self.0.into()])
            .await?;
        Ok(())
    }
}

/// A pairing code in the hands of a device.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// Of the secret that it told.
    pub secret_hash: Hash,
    /// The device.
    pub device: DeviceId,
    /// Its key.
    pub key: PublicKey,
    /// The server's clock.
    pub now_millis: i64,
}

/// Where a pairing code leads.
pub type Leads = (Company, Option<BranchId>);

impl Shown {
    /// Where it leads, if it is good: for the first that comes in time, and for that one again.
    async fn leads<T: Tx>(&self, tx: &mut T) -> Result<Option<Leads>> {
        let row = tx
            .one(
                "select c.id, c.name, p.branch, p.until, p.device, p.public_key
                 from pairings p join companies c on c.id = p.company_id where p.secret_hash = $1",
                &[self.secret_hash.into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let used_by = row.maybe(4, DeviceId::from_slice)?;
        let key = row.maybe(5, PublicKey::from_slice)?;
        let is_good = match used_by {
            None => self.now_millis < row.int(3)?,
            Some(device) => device == self.device && key == Some(self.key),
        };
        if !is_good {
            return Ok(None);
        }
        Ok(Some((Company::read(&row)?, row.maybe(2, BranchId::from_slice)?)))
    }
}

/// Looks where a pairing code leads, and leaves it as it is. On the control database.
pub struct LookAtPairing(pub Shown);

impl Job for LookAtPairing {
    type Out = Option<Leads>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        self.0.leads(tx).await
    }
}

/// Uses a pairing code for a device: from now on it is good for no other. On the control database.
pub struct UsePairing(pub Shown);

impl Job for UsePairing {
    type Out = Option<Leads>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let shown = &self.0;
        let Some(leads) = shown.leads(tx).await? else {
            return Ok(None);
        };
        // Two who come at once: the second finds it used.
        let touched = tx
            .execute(
                "update pairings set device = $2, public_key = $3
                 where secret_hash = $1 and (device is null or device = $2)",
                &[shown.secret_hash.into(), shown.device.into(), shown.key.into()],
            )
            .await?;
        Ok((touched > 0).then_some(leads))
    }
}
