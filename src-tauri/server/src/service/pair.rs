//! A device comes to belong to a company.

use clientele_model::CompanyId;
use clientele_protocol::Response;
use clientele_protocol::message::{No, PairAsk};

use super::Service;
use crate::Result;
use crate::store::Storage;
use crate::store::branches::Branches;
use crate::store::control::{Companies, LookAtPairing, OneCompany, Pairing, Shown, UsePairing};
use crate::store::devices::{AddDevice, Added, DeviceRow, MayAdd, OneDevice};

/// Letters in a device's name at most.
const NAME_CHARS_MAX: usize = 100;

/// The name as it is kept; `None` for none.
pub(super) fn device_name(name: &str) -> Option<String> {
    let name: String = name
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARS_MAX)
        .collect();
    (!name.is_empty()).then_some(name)
}

/// How a device is told that it does not come in.
fn why_not(added: Added) -> Option<No> {
    match added {
        Added::Yes => None,
        Added::OtherKey => Some(No::OtherKey),
        Added::OtherBranch => Some(No::OtherBranch),
        Added::ShutOut => Some(No::Revoked),
        // The code led to a branch that was taken away.
        Added::NoBranch => Some(No::Code),
        Added::Full => Some(No::Busy),
    }
}

impl<S: Storage> Service<S> {
    pub(super) async fn pair(&self, ask: PairAsk, now_millis: i64) -> Result<Response> {
        let signed = PairAsk::signed(&ask.secret, ask.device, &ask.name);
        let Some(name) = device_name(&ask.name) else {
            return Ok(Response::No(No::Unreadable));
        };
        if ask.key.verify(&signed, &ask.proof).is_err() {
            return Ok(Response::No(No::Code));
        }
        let shown = Shown {
            secret_hash: Pairing::hash(&ask.secret),
            device: ask.device,
            key: ask.key,
            now_millis,
        };
        let Some((company, branch)) = self.storage.control(LookAtPairing(shown)).await? else {
            return Ok(Response::No(No::Code));
        };
        let device = DeviceRow::new(ask.device, &name, ask.key, branch, now_millis);
        let add = AddDevice {
            device,
            copy_of: None,
        };
        // Who cannot come in leaves the code as it was: it is another device's.
        let may = self.storage.read(company.id, MayAdd(add.clone())).await?;
        if let Some(no) = why_not(may) {
            return Ok(Response::No(no));
        }
        if self.is_elsewhere(company.id, &ask).await? {
            return Ok(Response::No(No::OtherCompany));
        }
        if self.storage.control(UsePairing(shown)).await?.is_none() {
            return Ok(Response::No(No::Code));
        }
        // Something else may have come in between.
        if let Some(no) = why_not(self.storage.write(company.id, add).await?) {
            return Ok(Response::No(no));
        }
        self.stats.paired.add(1);
        tracing::info!(company = %company.id, device = %ask.device, "a device was paired");
        let branches = self.storage.read(company.id, Branches).await?;
        Ok(Response::Paired {
            company: company.id,
            company_name: company.name,
            branch: branches.into_iter().find(|known| Some(known.id) == branch),
        })
    }

    /// Is the device one of another company's? Its book is that company's for good.
    async fn is_elsewhere(&self, company: CompanyId, ask: &PairAsk) -> Result<bool> {
        for other in self.storage.control(Companies).await? {
            if other.id == company {
                continue;
            }
            match self.storage.read(other.id, OneDevice(ask.device)).await {
                Ok(Some(known)) if known.device.key == ask.key => return Ok(true),
                Ok(_) => {}
                // One company's trouble is not another's.
                Err(error) => tracing::error!(company = %other.id, %error, "a company could not be asked"),
            }
        }
        Ok(false)
    }

    pub(super) async fn company_name(&self, company: CompanyId) -> Result<String> {
        let company = self.storage.control(OneCompany(company)).await?;
        Ok(company.map(|company| company.name).unwrap_or_default())
    }
}
