//! The server itself: bytes and the time in, bytes out.

mod call;
mod pair;
mod rates;
mod sequencer;
mod sessions;
mod settle;
pub mod stats;

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use clientele_model::{BranchId, CompanyId};
use clientele_protocol::bytes::{decode, encode};
use clientele_protocol::message::{Branch, No, OpenAsk, PairAsk};
use clientele_protocol::{Envelope, MESSAGE_BYTES_MAX, Response};

use self::rates::Rates;
use self::sequencer::Sequencer;
use self::sessions::Sessions;
pub use self::stats::Stats;
use crate::store::Storage;
use crate::store::branches::SaveBranch;
use crate::store::control::{AddCompany, AddPairing, Companies, Company, Found, Pairing};
use crate::store::devices::AllDevices;
use crate::store::quarantine::Bounds;
use crate::{Error, Result, Sabotage};

/// To which door a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// A [`PairAsk`].
    Pair,
    /// An [`OpenAsk`].
    Open,
    /// An [`Envelope`] around a [`clientele_protocol::Request`].
    Call,
}

/// How the server works.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// From which the names of sessions follow; random, but for who wants to see the same twice.
    pub seed: [u8; 32],
    /// Brings the plain tables up to date before a push is answered. Otherwise somebody calls
    /// [`Service::settle`] now and then.
    pub settles_at_once: bool,
    /// Messages of one device in a second at most, ten seconds' worth of them at once; `None` for no bound.
    pub calls_per_second: Option<NonZeroU32>,
    /// How much lies in quarantine at most.
    pub quarantine: Bounds,
    /// How it is to be broken, for the suite's negative controls.
    pub sabotage: Sabotage,
}

impl Settings {
    /// As in the shop.
    ///
    /// # Errors
    /// Where the system has no random bytes.
    pub fn new() -> Result<Self> {
        Ok(Self {
            seed: random()?,
            settles_at_once: true,
            calls_per_second: None,
            quarantine: Bounds::default(),
            sabotage: Sabotage::None,
        })
    }
}

/// Random bytes.
///
/// # Errors
/// Where the system has none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| Error::Io(std::io::Error::other(e.to_string())))?;
    Ok(bytes)
}

/// The server.
pub struct Service<S> {
    storage: S,
    settings: Settings,
    sessions: Sessions,
    rates: Rates,
    sequencers: Mutex<HashMap<CompanyId, Arc<Sequencer>>>,
    stats: Stats,
}

impl<S: Storage> Service<S> {
    /// A server over some databases.
    #[must_use]
    pub fn new(storage: S, settings: Settings) -> Self {
        Self {
            storage,
            settings,
            sessions: Sessions::new(settings.seed),
            rates: Rates::new(settings.calls_per_second),
            sequencers: Mutex::default(),
            stats: Stats::default(),
        }
    }

    /// The databases.
    pub fn storage(&self) -> &S {
        &self.storage
    }

    /// The databases again, when the server is no more.
    pub fn into_storage(self) -> S {
        self.storage
    }

    /// What it has done so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Answers a message: always, and whatever it holds.
    pub async fn handle(&self, path: Path, bytes: &[u8], now_millis: i64) -> Vec<u8> {
        let answer = self.answer(path, bytes, now_millis).await;
        encode(&answer.unwrap_or_else(|error| {
            tracing::error!(%error, ?path, "a message could not be answered");
            Response::No(No::Busy)
        }))
    }

    async fn answer(&self, path: Path, bytes: &[u8], now_millis: i64) -> Result<Response> {
        let unreadable = Ok(Response::No(No::Unreadable));
        if bytes.len() > MESSAGE_BYTES_MAX {
            return unreadable;
        }
        match path {
            Path::Pair => match decode::<PairAsk>(bytes) {
                Ok(ask) => self.pair(ask, now_millis).await,
                Err(_) => unreadable,
            },
            Path::Open => match decode::<OpenAsk>(bytes) {
                Ok(ask) => Ok(Response::Opened {
                    session: self.sessions.open(ask.company, ask.device, now_millis),
                }),
                Err(_) => unreadable,
            },
            Path::Call => match decode::<Envelope>(bytes) {
                Ok(envelope) => self.call(envelope, now_millis).await,
                Err(_) => unreadable,
            },
        }
    }

    /// How many sessions are open.
    pub fn session_count(&self) -> usize {
        self.sessions.count()
    }

    /// How many devices there are that are not shut out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn device_count(&self) -> Result<usize> {
        let mut count = 0;
        for company in self.storage.control(Companies).await? {
            let devices = self.storage.read(company.id, AllDevices).await?;
            let live = devices.iter().filter(|device| device.device.revoked_at.is_none());
            count += live.count();
        }
        Ok(count)
    }

    /// Can the databases be read?
    ///
    /// # Errors
    /// What they say.
    pub async fn health(&self) -> Result<()> {
        self.storage.control(Companies).await.map(drop)
    }

    /// Does for every company what [`Self::settle`] does. Where one cannot be, the others are all the same.
    ///
    /// # Errors
    /// What the database said last.
    pub async fn settle_all(&self) -> Result<()> {
        let mut all = Ok(());
        for company in self.storage.control(Companies).await? {
            let settled = self.settle(company.id).await;
            all = settled.and(all);
        }
        all
    }

    /// Does for every company what [`Self::follow`] does.
    ///
    /// # Errors
    /// What the database said last.
    pub async fn follow_all(&self) -> Result<()> {
        let mut all = Ok(());
        for company in self.storage.control(Companies).await? {
            let followed = self.follow(company.id).await;
            all = followed.and(all);
        }
        all
    }

    /// Does for every company what [`Self::rest`] does.
    ///
    /// # Errors
    /// What the database said last.
    pub async fn rest_all(&self) -> Result<()> {
        let mut all = Ok(());
        for company in self.storage.control(Companies).await? {
            let rested = self.rest(company.id).await;
            all = rested.and(all);
        }
        all
    }

    fn sequencer(&self, company: CompanyId) -> Arc<Sequencer> {
        let mut sequencers = self.sequencers.lock().unwrap_or_else(PoisonError::into_inner);
        sequencers.entry(company).or_default().clone()
    }
}

/// What head office's own people do, at the server's command line.
impl<S: Storage> Service<S> {
    /// Founds a company.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_company(&self, name: &str, now_millis: i64) -> Result<CompanyId> {
        add_company(&self.storage, name, now_millis).await
    }

    /// Adds a branch.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_branch(&self, company: CompanyId, name: &str) -> Result<BranchId> {
        add_branch(&self.storage, company, name).await
    }

    /// Makes a code good for one device: the 16 bytes of a pairing code.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_pairing(
        &self,
        company: CompanyId,
        branch: Option<BranchId>,
        until_millis: i64,
    ) -> Result<[u8; 16]> {
        add_pairing(&self.storage, company, branch, until_millis).await
    }
}

/// Founds a company.
///
/// # Errors
/// What the database says.
pub async fn add_company<S: Storage>(storage: &S, name: &str, now_millis: i64) -> Result<CompanyId> {
    let company = Company {
        id: CompanyId::new(),
        name: name.to_owned(),
    };
    let id = company.id;
    storage.found(id).await?;
    storage.write(id, Found { secret: random()? }).await?;
    storage.control(AddCompany { company, now_millis }).await?;
    Ok(id)
}

/// Adds a branch.
///
/// # Errors
/// What the database says.
pub async fn add_branch<S: Storage>(storage: &S, company: CompanyId, name: &str) -> Result<BranchId> {
    let id = BranchId::new();
    let name = name.to_owned();
    storage.write(company, SaveBranch(Branch { id, name })).await?;
    Ok(id)
}

/// Makes a code good for one device: the 16 bytes of a pairing code.
///
/// # Errors
/// What the database says.
pub async fn add_pairing<S: Storage>(
    storage: &S,
    company: CompanyId,
    branch: Option<BranchId>,
    until_millis: i64,
) -> Result<[u8; 16]> {
    let secret = random()?;
    let pairing = Pairing {
        secret_hash: Pairing::hash(&secret),
        company,
        branch,
        until_millis,
    };
    storage.control(AddPairing(pairing)).await?;
    Ok(secret)
}
