//! A device comes to belong to a company.

use clientele_model::CompanyId;
use clientele_protocol::Response;
use clientele_protocol::message::{No, PairAsk};

use super::Service;
use crate::Result;
use crate::store::Storage;
use crate::store::control::{OneCompany, Pairing, UsePairing};
use crate::store::devices::{AddDevice, Added, Branches, DeviceRow};

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

impl<S: Storage> Service<S> {
    pub(super) async fn pair(&self, ask: PairAsk, now_millis: i64) -> Result<Response> {
        let signed = PairAsk::signed(&ask.secret, ask.device, &ask.name);
        let Some(name) = device_name(&ask.name) else {
            return Ok(Response::No(No::Unreadable));
        };
        if ask.key.verify(&signed, &ask.proof).is_err() {
            return Ok(Response::No(No::Code));
        }
        let pairing = UsePairing {
            secret_hash: Pairing::hash(&ask.secret),
            device: ask.device,
            key: ask.key,
            now_millis,
        };
        let Some((company, branch)) = self.storage.control(pairing).await? else {
            return Ok(Response::No(No::Code));
        };
        let device = DeviceRow::new(ask.device, &name, ask.key, branch, now_millis);
        let added = AddDevice {
            device,
            copy_of: None,
        };
        match self.storage.write(company.id, added).await? {
            Added::Taken => return Ok(Response::No(No::Code)),
            Added::Full => return Ok(Response::No(No::Busy)),
            Added::Yes => {}
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

    pub(super) async fn company_name(&self, company: CompanyId) -> Result<String> {
        let company = self.storage.control(OneCompany(company)).await?;
        Ok(company.map(|company| company.name).unwrap_or_default())
    }
}
