//! Many who write at once, two servers on one database, and readers who must not miss a thing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clientele_protocol::message::Mark;
use clientele_protocol::{Link, Request, Response};
use clientele_server::store::postgres::{Options, Postgres};
use clientele_server::{Sabotage, Service, Settings};

use crate::device::Device;
use crate::house::{House, settings};

const WRITERS: u8 = 16;
const BATCHES: usize = 12;

/// Writes from sixteen devices through two servers while others read. How many entries the readers missed, and
/// how many there were.
async fn crowd(sabotage: Sabotage) -> (usize, usize) {
    let url = crate::cluster::database().await;
    let server = async |connections| {
        let options = Options {
            connections,
            ..Options::new(&url)
        };
        let storage = Postgres::open(&options).await.unwrap();
        let settings = Settings {
            settles_at_once: false,
            sabotage,
            ..settings()
        };
        Service::new(storage, settings)
    };
    let first = House::over_service(server(16).await).await;
    let second = House::around(server(16).await, &first);
    let mut writers = Vec::new();
    for seed in 0..WRITERS {
        writers.push(first.device(seed + 1, None).await);
    }
    let mut readers = Vec::new();
    for seed in 0..3 {
        readers.push(first.device(seed + 100, None).await);
    }
    let houses = [Arc::new(first), Arc::new(second)];
    let done = Arc::new(AtomicBool::new(false));
    let reading: Vec<_> = (readers.into_iter().enumerate())
        .map(|(n, reader)| tokio::spawn(read(reader, houses[n % 2].clone(), done.clone())))
        .collect();
    let writing: Vec<_> = (writers.into_iter().enumerate())
        .map(|(n, writer)| tokio::spawn(write(writer, houses[n % 2].clone())))
        .collect();
    for writer in writing {
        writer.await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let there = usize::from(WRITERS) * BATCHES;
    let mut missed = 0;
    for reader in reading {
        missed += there - reader.await.unwrap();
    }
    if sabotage == Sabotage::None {
        houses[0].service.settle_all().await.unwrap();
        let checked = houses[1].check().await;
        assert_eq!(checked.entries, there as u64);
    }
    (missed, there)
}

async fn write(mut writer: Device, house: Arc<House<Postgres>>) {
    writer.open(&house).await;
    for n in 0..BATCHES {
        let links: Vec<Link> = (0..1 + n % 7).map(|_| writer.client(None, "Анна")).collect();
        writer.write(&house, &links).await;
    }
}

/// Reads until nothing more is written; says how many entries came.
async fn read(mut reader: Device, house: Arc<House<Postgres>>, done: Arc<AtomicBool>) -> usize {
    reader.open(&house).await;
    let mut from = Mark::start();
    let mut count = 0;
    loop {
        let was_done = done.load(Ordering::Relaxed);
        let page = match reader.call(&house, &Request::Pull { from }).await {
            Response::Page(page) => page,
            other => panic!("{other:?}"),
        };
        count += page.entries.len();
        from = page.to;
        if was_done && page.at_end {
            return count;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_and_sixteen_writers_leave_no_gap() {
    let (missed, there) = crowd(Sabotage::None).await;
    assert_eq!(missed, 0, "of {there}");
}

/// The same with a number from a sequence for a cursor: the readers above do notice.
#[cfg(feature = "sabotage")]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cursor_from_a_sequence_loses_entries_and_is_noticed() {
    for _ in 0..20 {
        let (missed, there) = crowd(Sabotage::SerialCursor).await;
        if missed > 0 {
            println!("{missed} missed of {there}");
            return;
        }
    }
    panic!("no reader missed anything in twenty rounds");
}

/// A copied book's changes are lost where the same numbers are taken for the same changes.
#[cfg(feature = "sabotage")]
#[tokio::test]
async fn taking_equal_numbers_for_equal_changes_loses_them_and_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let storage = clientele_server::store::sqlite::Sqlite::open(folder.path()).unwrap();
    let sabotaged = Settings {
        sabotage: Sabotage::ConflictDoNothing,
        ..settings()
    };
    let house = House::over_service(Service::new(storage, sabotaged)).await;
    let mut a = house.device(1, None).await;
    let start = a.head;
    let link = a.client(None, "Анна");
    a.write(&house, &[link]).await;
    let copied = a.client(None, "друга");
    let copied = clientele_protocol::Batch::seal(a.id, &a.key, start, &[copied]);
    let head = copied.head();
    assert_eq!(a.push(&house, &copied).await, Response::Pushed { head });
    assert_eq!(a.pull(&house).await, 1, "one of the two is gone");
}
