//! Head office on three PostgreSQL under Patroni, and real devices that write and visit while the primary is killed.
//!
//! [`Devices`] is the load: two `clientele-server` processes on the cluster, and books on this machine's disk that are
//! paired with one of them each. A number is a client of that name, added in a device's own book; it is acknowledged when
//! the device's own mark says so. Nobody restarts a server: it must find the new primary by itself.

mod device;
mod ending;
mod promises;
mod server;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clientele_cluster::availability::{Load, Writer};
use clientele_cluster::patroni::Role;
use clientele_cluster::{Error, Patroni, Result};
use tokio::runtime::Handle;

use device::Device;
pub use ending::Ending;
use promises::Promises;
use server::{Database, Server};

/// A write and its visit together; the next one goes on where this one was given up.
const LONGEST_VISIT: Duration = Duration::from_secs(40);

/// Two servers and their devices.
pub struct Devices {
    servers: Vec<Server>,
    devices: Vec<Arc<Device>>,
    promises: Arc<Promises>,
    superuser: String,
    ending: Mutex<Option<Ending>>,
}

impl Devices {
    /// Starts the servers and pairs so many devices with them, half with each; `program` is `clientele-server`.
    ///
    /// # Errors
    /// When a server does not start, or a device cannot be paired.
    pub async fn start(cluster: &Patroni, program: PathBuf, count: usize) -> Result<Self> {
        let database = Database {
            program,
            service: cluster.url(Role::Service),
            owner: cluster.url(Role::Owner),
        };
        let mut servers = Vec::new();
        for number in 1..=2 {
            let folder = cluster.folder().join(format!("server{number}"));
            servers.push(Server::start(database.clone(), folder)?);
        }
        let promises = Arc::new(Promises::default());
        let mut devices = Vec::new();
        for number in 0..count {
            let code = servers[number % servers.len()].code()?;
            let device = Device::pair(cluster.folder(), number, &code, Arc::clone(&promises)).await?;
            devices.push(Arc::new(device));
        }
        // The card that everybody writes on.
        if let Some(first) = devices.first() {
            first.add("обща", "")?;
        }
        for device in &devices {
            device.visit().await?;
        }
        Ok(Self {
            servers,
            devices,
            promises,
            superuser: cluster.url(Role::Superuser),
            ending: Mutex::new(None),
        })
    }

    /// What was seen when the last kill was over; `None` before.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        let ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        ending.clone()
    }
}

impl Load for Devices {
    type Writer = Desk;

    async fn writer(&self, number: usize) -> Result<Desk> {
        let device = self.devices.get(number).map(Arc::clone);
        let device = device.ok_or_else(|| Error::other("there are fewer devices than writers"))?;
        Ok(Desk { device })
    }

    async fn read_all(&self) -> Result<Vec<u64>> {
        let (found, ending) = ending::look(self).await?;
        *self.ending.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
        Ok(found)
    }
}

/// Who writes at a device.
pub struct Desk {
    device: Arc<Device>,
}

impl Writer for Desk {
    async fn write(&mut self, number: u64) -> Result<()> {
        let device = Arc::clone(&self.device);
        // The book's own disk is waited for, on a thread where that holds nobody up.
        let runtime = Handle::current();
        let written = tokio::task::spawn_blocking(move || {
            runtime.block_on(async {
                let written = tokio::time::timeout(LONGEST_VISIT, device.write(number)).await;
                written.unwrap_or_else(|_| Err(Error::other("a visit took too long")))
            })
        });
        written
            .await
            .map_err(|error| Error::other(format!("a device has panicked: {error}")))?
    }
}
