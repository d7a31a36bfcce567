//! Head office's server as it runs in the shop: sockets, TLS, sessions and signatures, on its own threads.

use std::path::Path;
use std::sync::Arc;

use clientele_model::{CompanyId, Timestamp};
use clientele_protocol::pairing::PairingCode;
use clientele_server::http::tls::Files;
use clientele_server::http::{self, Limits};
use clientele_server::store::any::AnyStorage;
use clientele_server::store::postgres::Options;
use clientele_server::{Service, Settings};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub struct Office {
    runtime: Runtime,
    service: Arc<Service<AnyStorage>>,
    company: CompanyId,
    address: String,
    pin: [u8; 16],
}

impl Office {
    /// On SQLite in a folder, or on a PostgreSQL.
    pub fn open(folder: &Path, postgres: Option<&str>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let options = postgres.map(Options::new);
        let storage = runtime
            .block_on(AnyStorage::open(folder, options.as_ref()))
            .expect("a database");
        let settings = Settings {
            settles_at_once: false,
            ..Settings::new().expect("random bytes")
        };
        let service = Arc::new(Service::new(storage, settings));
        let company = runtime
            .block_on(service.add_company("Bench", Timestamp::now().0))
            .expect("a company");
        let files = Files::own(folder);
        files.make().expect("a certificate");
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let limits = Limits {
            per_address: std::num::NonZeroU32::MAX,
            ..Limits::default()
        };
        let tls = files.acceptor().expect("a certificate");
        runtime.spawn(http::serve(
            service.clone(),
            listener,
            Some(tls),
            limits,
            std::future::pending(),
        ));
        let pin = files.pin().expect("a certificate");
        Self {
            runtime,
            service,
            company,
            address,
            pin,
        }
    }

    /// A pairing code of head office's own.
    pub fn code(&self) -> String {
        let until = Timestamp::now().0 + 86_400_000;
        let pairing = self.service.add_pairing(self.company, None, until);
        PairingCode {
            address: self.address.clone(),
            secret: self.runtime.block_on(pairing).expect("a pairing"),
            pin: Some(self.pin),
        }
        .to_text()
    }

    /// Waits until the plain tables are up to date.
    pub fn settle(&self) {
        self.runtime
            .block_on(self.service.settle(self.company))
            .expect("the plain tables");
    }
}
