//! A reconnect storm: after five days without a line 300 devices come back at once, each with 2,500 changes to tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clientele_cluster::Database;
use clientele_core::testing::Rng;
use clientele_model::{Body, ChangeKind, DeviceId, FieldChange, Hlc, RowId, StepId, Timestamp};
use clientele_protocol::bytes::{decode, encode};
use clientele_protocol::message::{No, OpenAsk, Push};
use clientele_protocol::pairing::PairingCode;
use clientele_protocol::{Batch, DeviceKey, Envelope, Head, Link, Payload, Request, Response, Sealed};
use clientele_server::store::devices::{AddDevice, DeviceRow};
use clientele_sync::{Ask, Line};

use super::office::Office;
use super::sync::card;
use super::table::{Goal, Table, median};

const DEVICES: usize = 300;
const CHANGES: usize = 2_500;
const PAGE: usize = 1_000;

/// A device that waits for the line.
struct Waiting {
    id: DeviceId,
    key: DeviceKey,
    batches: Vec<Batch>,
}

/// How it went for all of them.
#[derive(Default)]
struct Tries {
    /// Answered "too many at once", by the server's own bounds.
    refused: AtomicU64,
    /// The line broke, or no answer came in time.
    broken: AtomicU64,
}

fn waiting(n: usize) -> Waiting {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&n.to_be_bytes());
    let (id, key) = (DeviceId::new(), DeviceKey::from_seed(seed));
    let mut clock = Timestamp::now().0.cast_unsigned() << 16;
    let mut change = |at: usize, step| {
        clock += 1 << 16;
        let number = u32::try_from(n * CHANGES + at).expect("fewer");
        let card = card(number);
        let fields = [
            ("kind", "person".to_owned()),
            ("given_name", card.given_name),
            ("family_name", card.family_name),
            ("notes", card.notes),
        ];
        let field = |(field, value): (&str, String)| FieldChange {
            field: field.to_owned(),
            value: value.as_str().into(),
            base: None,
        };
        Link::Change(Sealed {
            hlc: Hlc(clock),
            schema: 1,
            step,
            scope: None,
            entity: "clients".to_owned(),
            row: RowId::new(),
            kind: ChangeKind::Add,
            payload: Payload::Whole {
                salt: RowId::new().as_bytes()[4..].to_vec(),
                body: Body(fields.into_iter().map(field).collect()).encode(),
            },
        })
    };
    let mut head = Head::start(id);
    let mut batches = Vec::new();
    for first in (0..CHANGES).step_by(PAGE) {
        let step = StepId::new();
        let links: Vec<Link> = (first..(first + PAGE).min(CHANGES))
            .map(|at| change(at, step))
            .collect();
        let batch = Batch::seal(id, &key, head, &links);
        head = batch.head();
        batches.push(batch);
    }
    Waiting { id, key, batches }
}

/// One device comes back, and does not give up until the server has all that it wrote.
async fn comes_back(
    device: Waiting,
    code: Arc<PairingCode>,
    office: Arc<clientele_model::CompanyId>,
    tries: Arc<Tries>,
) {
    let company = *office;
    let line = Line::new(&code.address, code.pin).expect("a line");
    let mut dice = Rng(u64::from(device.id.as_bytes()[15]));
    let mut batches = device.batches.iter();
    let mut batch = batches.next();
    let mut session = None;
    let mut number = 0;
    while let Some(due) = batch {
        let ask = match session {
            None => Ask::Open(encode(&OpenAsk {
                company,
                device: device.id,
            })),
            Some(session) => {
                number += 1;
                let push = Request::Push(Push {
                    batch: due.clone(),
                    assigned: vec![],
                    too_large: vec![],
                });
                let envelope = Envelope::seal(company, session, number, &device.key, encode(&push));
                Ask::Call(encode(&envelope))
            }
        };
        match line.send(ask).await.map(|answer| decode::<Response>(&answer)) {
            Ok(Ok(Response::Opened { session: opened })) => {
                session = Some(opened);
                number = 0;
                continue;
            }
            Ok(Ok(Response::Pushed { head })) => {
                assert_eq!(head, due.head(), "all of it was taken");
                batch = batches.next();
                continue;
            }
            Ok(Ok(Response::No(No::Busy))) => tries.refused.fetch_add(1, Ordering::Relaxed),
            Ok(other) => panic!("the server answers {other:?}"),
            Err(_) => {
                // Its session may have gone with it.
                session = None;
                tries.broken.fetch_add(1, Ordering::Relaxed)
            }
        };
        let wait = 100 + dice.below(400) as u64;
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

/// Measures it over both databases.
#[expect(clippy::cast_precision_loss, reason = "counts are told in round numbers")]
pub fn measure(table: &mut Table, cluster: &clientele_cluster::Postgres, rounds: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    for kind in ["SQLite", "PostgreSQL"] {
        let mut seen: [Vec<f64>; 8] = Default::default();
        for _ in 0..rounds {
            let folder = tempfile::tempdir().expect("a folder");
            let database: Option<Database<'_>> =
                (kind == "PostgreSQL").then(|| cluster.database().expect("a database"));
            let mut office = Office::start(folder.path(), database.as_ref());
            let code = PairingCode::from_text(&office.code()).expect("a code");
            let all: Vec<Waiting> = (0..DEVICES).map(waiting).collect();
            let now = Timestamp::now().0;
            let company = office.with_storage(&runtime, async |storage, company| {
                use clientele_server::store::Storage as _;
                for (n, device) in all.iter().enumerate() {
                    let name = format!("desk {n}");
                    let device = DeviceRow::new(device.id, &name, device.key.public(), None, now);
                    let add = AddDevice {
                        device,
                        copy_of: None,
                    };
                    storage.write(company, add).await.expect("a device");
                }
                company
            });
            let (code, company) = (Arc::new(code), Arc::new(company));
            let tries = Arc::new(Tries::default());
            let begun = Instant::now();
            let mut seconds: Vec<f64> = runtime.block_on(async {
                let coming: Vec<_> = all
                    .into_iter()
                    .map(|device| {
                        let back = comes_back(device, code.clone(), company.clone(), tries.clone());
                        tokio::spawn(async move {
                            back.await;
                            begun.elapsed().as_secs_f64()
                        })
                    })
                    .collect();
                let mut seconds = Vec::new();
                for coming in coming {
                    seconds.push(coming.await.expect("it came back"));
                }
                seconds
            });
            let total = begun.elapsed().as_secs_f64();
            seconds.sort_by(f64::total_cmp);
            let sent = DEVICES * CHANGES;
            let held = office.changes();
            assert_eq!(usize::try_from(held), Ok(sent), "not one change was lost");
            let followed = total + office.settled().as_secs_f64();
            let at = |share: f64| seconds[((DEVICES - 1) as f64 * share) as usize];
            let values = [
                total,
                sent as f64 / total,
                at(0.5),
                at(0.99),
                tries.refused.load(Ordering::Relaxed) as f64,
                tries.broken.load(Ordering::Relaxed) as f64,
                followed,
                office.memory() as f64 / 1_048_576.0,
            ];
            for (seen, value) in seen.iter_mut().zip(values) {
                seen.push(value);
            }
            office.stop();
        }
        let what = [
            ("until all is acknowledged", "s"),
            ("changes taken in", "changes/s"),
            ("half of the devices are done after", "s"),
            ("99 of 100 devices are done after", "s"),
            ("messages told to come later", ""),
            ("messages sent again after a broken line", ""),
            ("plain tables follow after", "s"),
            ("server's memory at most", "MiB"),
        ];
        for ((what, unit), seen) in what.into_iter().zip(&seen) {
            let name = format!("storm of {DEVICES} x {CHANGES}: {what}, {kind}");
            table.add(name, (median(seen), unit), (0.0, ""), None);
        }
        // It was held against what the server has, in every round.
        let name = format!("storm of {DEVICES} x {CHANGES}: changes lost, {kind}");
        table.add(name, (0.0, ""), (0.0, ""), Some(Goal::AtMost(0.0)));
    }
}
