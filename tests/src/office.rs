//! Head office for the journeys: the real server over TLS, on a port of this machine, with a folder of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use clientele_model::{BranchId, CompanyId, Timestamp};
use clientele_protocol::pairing::PairingCode;
use clientele_server::http::tls::Files;
use clientele_server::http::{Limits, serve};
use clientele_server::store::sqlite::Sqlite;
use clientele_server::{Service, Settings};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A company with its server.
pub struct Office {
    runtime: Runtime,
    service: Arc<Service<Sqlite>>,
    company: CompanyId,
    files: Files,
    address: SocketAddr,
    serving: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    _folder: TempDir,
}

impl Default for Office {
    fn default() -> Self {
        Self::new()
    }
}

impl Office {
    /// A server of a new company, that listens.
    ///
    /// # Panics
    /// Where there is no disk to write to, or no port to listen on.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server");
        let runtime = Runtime::new().expect("threads");
        let files = Files::own(folder.path());
        files.make().expect("a certificate");
        let storage = Sqlite::open(folder.path()).expect("databases");
        let service = Arc::new(Service::new(storage, Settings::new().expect("random bytes")));
        let now = Timestamp::now().0;
        let company = runtime
            .block_on(service.add_company("Хвойна ООД", now))
            .expect("a company");
        let mut office = Self {
            runtime,
            service,
            company,
            files,
            address: "127.0.0.1:0".parse().expect("an address"),
            serving: None,
            _folder: folder,
        };
        office.answer();
        office
    }

    /// Listens, again on the same port after [`Self::fall_silent`].
    ///
    /// # Panics
    /// Where nobody can listen there.
    pub fn answer(&mut self) {
        let listener = self
            .runtime
            .block_on(TcpListener::bind(self.address))
            .expect("a port");
        self.address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let tls = self.files.acceptor().expect("the certificate");
        let service = Arc::clone(&self.service);
        let serving = self.runtime.spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            let served = serve(service, listener, Some(tls), Limits::default(), stopped).await;
            served.expect("the server serves");
        });
        self.serving = Some((stop, serving));
    }

    /// Stops listening: the line is cut.
    ///
    /// # Panics
    /// Where the server has failed.
    pub fn fall_silent(&mut self) {
        if let Some((stop, serving)) = self.serving.take() {
            let _ = stop.send(());
            self.runtime
                .block_on(serving)
                .expect("the server ended by itself");
        }
    }

    /// A new branch.
    ///
    /// # Panics
    /// Where the server has failed.
    #[must_use]
    pub fn branch(&self, name: &str) -> BranchId {
        let added = self.service.add_branch(self.company, name);
        self.runtime.block_on(added).expect("a branch")
    }

    /// A pairing code for a device of a branch, or of head office.
    ///
    /// # Panics
    /// Where the server has failed.
    #[must_use]
    pub fn code(&self, branch: Option<BranchId>) -> PairingCode {
        let until = Timestamp::now().0 + 3_600_000;
        let secret = self.service.add_pairing(self.company, branch, until);
        PairingCode {
            address: self.address.to_string(),
            secret: self.runtime.block_on(secret).expect("a code"),
            pin: Some(self.files.pin().expect("the certificate")),
        }
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.fall_silent();
    }
}
