//! A real PostgreSQL under many hands: properties 11 and 12 of docs/sync.md.

use std::collections::BTreeSet;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clientele_cluster::{Database, Postgres};
use clientele_model::{BranchId, ChangeKind, DeviceId, RowId};
use clientele_protocol::bytes::{decode, encode};
use clientele_protocol::message::{Mark, OpenAsk, Page, Push};
use clientele_protocol::{Batch, Request, Response};
use clientele_server::store::Storage as _;
use clientele_server::store::any::AnyStorage;
use clientele_server::store::check::Check;
use clientele_server::store::postgres::Options;
use clientele_server::{Path, Sabotage, Service, Settings};
use clientele_tests::simulator::{BEGINNING, DAY, Rng, Wire};
use tokio::runtime::Runtime;

use crate::stories::seeds;

/// Devices that write at once.
const WRITERS: u8 = 16;

/// Batches that each of them pushes.
const BATCHES: usize = 12;

#[test]
fn a_reader_misses_nothing_of_sixteen_writers_whose_transactions_stall() {
    for seed in seeds(1) {
        let crowd = Crowd::new(seed, 1, Sabotage::None);
        let missed = crowd.write_and_read();
        assert_eq!(missed, 0, "seed {seed}");
        crowd.is_whole();
    }
}

#[test]
fn two_servers_on_one_database_write_one_log_without_a_gap() {
    for seed in seeds(1) {
        let crowd = Crowd::new(seed, 2, Sabotage::None);
        let missed = crowd.write_and_read();
        assert_eq!(missed, 0, "seed {seed}");
        crowd.is_whole();
    }
}

/// One or more servers on one database that stalls, and the devices of one company.
pub struct Crowd {
    runtime: Runtime,
    services: Vec<Arc<Service<AnyStorage>>>,
    company: clientele_model::CompanyId,
    database: Database<'static>,
    seed: u64,
}

/// Every fourth transaction sleeps between taking its number and its commit, for up to 30 ms.
const STALLS: &str = "
    create function clientele.stall() returns trigger language plpgsql as $$ begin
        if random() < 0.25 then perform pg_sleep(random() * 0.03); end if;
        return new;
    end $$;
    create trigger stall before insert on clientele.log for each row execute function clientele.stall()";

impl Crowd {
    pub fn new(seed: u64, servers: usize, sabotage: Sabotage) -> Self {
        clientele_model::id::seeded::start(seed);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let database = Postgres::shared()
            .expect("a PostgreSQL")
            .database()
            .expect("a database");
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let services: Vec<_> = (0..servers)
            .map(|server| {
                bytes[31] = u8::try_from(server).expect("a few servers");
                let settings = Settings {
                    seed: bytes,
                    settles_at_once: false,
                    calls_per_second: None,
                    quarantine: clientele_server::store::quarantine::Bounds::default(),
                    sabotage,
                };
                let options = Options::new(&database.url());
                let storage = runtime.block_on(AnyStorage::open(FilePath::new("."), Some(&options)));
                Arc::new(Service::new(storage.expect("the database opens"), settings))
            })
            .collect();
        database.sql(STALLS).expect("the stalls");
        let company = runtime
            .block_on(services[0].add_company("Хвойна", BEGINNING))
            .expect("a company");
        Self {
            runtime,
            services,
            company,
            database,
            seed,
        }
    }

    /// Everybody writes, two read all the while; says how many of the batches that were acknowledged some reader
    /// that came to the end has not seen.
    pub fn write_and_read(&self) -> usize {
        let elsewhere = Postgres::shared()
            .expect("it")
            .database()
            .expect("another database");
        self.runtime.block_on(async {
            // A transaction in another database of the same PostgreSQL, open all the while.
            let name = elsewhere.name().to_owned();
            let long = tokio::task::spawn_blocking(move || {
                let long = "begin; create table long (n int); select pg_sleep(5); commit";
                Postgres::shared().expect("it").sql(&name, long).map(drop)
            });
            let done = Arc::new(AtomicBool::new(false));
            let mut readers = Vec::new();
            for n in 0..2 {
                let device = self.device(100 + n, None).await;
                let service = self.services[usize::from(n) % self.services.len()].clone();
                readers.push(tokio::spawn(read(service, device, done.clone())));
            }
            let mut writers = Vec::new();
            for n in 0..WRITERS {
                let device = self.device(n, None).await;
                let service = self.services[usize::from(n) % self.services.len()].clone();
                writers.push(tokio::spawn(write(
                    service,
                    device,
                    Rng(self.seed + u64::from(n)),
                )));
            }
            let mut acknowledged = BTreeSet::new();
            for writer in writers {
                acknowledged.extend(writer.await.expect("a writer"));
            }
            done.store(true, Ordering::Relaxed);
            let mut missed = 0;
            for reader in readers {
                let seen = reader.await.expect("a reader");
                let distinct: BTreeSet<_> = seen.iter().copied().collect();
                assert_eq!(distinct.len(), seen.len(), "seed {}: a batch twice", self.seed);
                missed = missed.max(acknowledged.difference(&distinct).count());
            }
            let long = long.await.expect("its thread");
            long.expect("the long transaction");
            let count = usize::from(WRITERS) * BATCHES;
            println!("{count} batches of {WRITERS} writers: a reader missed {missed}");
            assert_eq!(acknowledged.len(), count);
            missed
        })
    }

    /// The log has no gap, and every chain and digest holds.
    pub fn is_whole(&self) {
        let checked = self
            .runtime
            .block_on(self.services[0].storage().read(self.company, Check));
        let checked = checked.expect("the database is read");
        let not_settled = |complaint: &&String| !complaint.contains("plain");
        let complaints: Vec<_> = checked.complaints.iter().filter(not_settled).collect();
        assert!(complaints.is_empty(), "seed {}: {complaints:#?}", self.seed);
        assert_eq!(checked.entries as usize, usize::from(WRITERS) * BATCHES);
        let gaps =
            "select count(*) from (select n, row_number() over (order by n) as place from clientele.log) l
                    where n <> place";
        assert_eq!(self.database.sql(gaps).expect("the log").trim(), "0");
    }

    async fn device(&self, seed: u8, branch: Option<BranchId>) -> Wire {
        let wire = Wire::stranger(self.company, seed);
        let service = &self.services[0];
        let secret = service.add_pairing(self.company, branch, BEGINNING + DAY).await;
        let answer = service
            .handle(Path::Pair, &wire.pair_ask(secret.expect("a code")), BEGINNING)
            .await;
        assert!(matches!(decode(&answer), Ok(Response::Paired { .. })));
        wire
    }
}

async fn call(service: &Service<AnyStorage>, wire: &mut Wire, request: &Request) -> Response {
    let envelope = encode(&wire.envelope(request));
    decode(&service.handle(Path::Call, &envelope, BEGINNING).await).expect("an answer")
}

async fn open(service: &Service<AnyStorage>, wire: &mut Wire) {
    let ask = encode(&OpenAsk {
        company: wire.company,
        device: wire.device,
    });
    match decode(&service.handle(Path::Open, &ask, BEGINNING).await) {
        Ok(Response::Opened { session }) => wire.enter(session),
        other => panic!("{other:?}"),
    }
}

/// Pushes batch after batch; says what was acknowledged.
async fn write(service: Arc<Service<AnyStorage>>, mut wire: Wire, mut rng: Rng) -> Vec<(DeviceId, u64)> {
    open(&service, &mut wire).await;
    let mut acknowledged = Vec::new();
    for _ in 0..BATCHES {
        let name = ("given_name", "Анна".into());
        let links = wire.step(
            BEGINNING,
            None,
            vec![("clients", RowId::new(), ChangeKind::Add, vec![name])],
        );
        let batch: Batch = wire.seal(&links);
        let head = batch.head();
        let push = Request::Push(Push {
            batch,
            assigned: Vec::new(),
            too_large: Vec::new(),
        });
        assert_eq!(call(&service, &mut wire, &push).await, Response::Pushed { head });
        acknowledged.push((wire.device, head.seq));
        tokio::time::sleep(Duration::from_millis(rng.below(6) as u64)).await;
    }
    acknowledged
}

/// Takes in what is new, again and again, until nothing is written any more and the log is at its end.
async fn read(
    service: Arc<Service<AnyStorage>>,
    mut wire: Wire,
    done: Arc<AtomicBool>,
) -> Vec<(DeviceId, u64)> {
    open(&service, &mut wire).await;
    let mut cursor = Mark::start();
    let mut seen = Vec::new();
    loop {
        let was_done = done.load(Ordering::Relaxed);
        let page: Page = match call(&service, &mut wire, &Request::Pull { from: cursor }).await {
            Response::Page(page) => page,
            other => panic!("{other:?}"),
        };
        seen.extend(
            page.entries
                .iter()
                .map(|entry| (entry.batch.device, entry.batch.last_seq)),
        );
        cursor = page.to;
        if page.at_end && was_done {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
