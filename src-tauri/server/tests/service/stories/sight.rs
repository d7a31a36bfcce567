//! What of the log a device sees.

use clientele_protocol::message::{Entry, Mark};
use clientele_protocol::{Chain, Hash, Link, Request, Response};
use clientele_server::Path;
use clientele_server::store::Storage;

use crate::house::House;

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

/// All bytes of an entry, unpacked.
fn bytes_of(entry: &Entry) -> Vec<u8> {
    clientele_protocol::bytes::unpack(&entry.batch.packed, 1 << 24).unwrap()
}

pub async fn a_branch_sees_no_byte_of_another<S: Storage>(house: House<S>) {
    let (east, west) = (Some(house.east), Some(house.west));
    let mut office = house.device(1, None).await;
    let mut e = house.device(2, east).await;
    let mut w = house.device(3, west).await;
    let mixed = [
        office.client(east, "Източна"),
        office.client(west, "Западна"),
        office.client(None, "Обща"),
    ];
    office.write(&house, &mixed).await;
    let own = e.client(east, "Източна");
    e.write(&house, &[own]).await;
    let own = w.client(west, "Западна");
    w.write(&house, &[own]).await;
    assert_eq!(office.pull(&house).await, 3);
    for (device, mine, others) in [(&mut e, "Източна", "Западна"), (&mut w, "Западна", "Източна")]
    {
        assert_eq!(device.pull(&house).await, 2);
        assert_eq!(device.cursor, office.cursor, "it is through, though it saw less");
        let bytes: Vec<u8> = device.entries.iter().flat_map(bytes_of).collect();
        assert!(holds(&bytes, mine) && holds(&bytes, "Обща"));
        assert!(!holds(&bytes, others));
        assert_eq!(device.seen().len(), 3);
        let hidden = device.entries[0].batch.open_own().unwrap();
        assert_eq!(hidden.iter().filter(|link| link.change().is_none()).count(), 1);
        assert!(device.told.iter().all(|told| told.scope.is_none_or(|scope| {
            let own = if mine == "Източна" {
                house.east
            } else {
                house.west
            };
            scope == own
        })));
        let welcome = device.welcome(&house).await;
        assert_eq!(welcome.devices.len(), 2, "itself and head office");
    }
    // Who writes for all is known to all.
    let all = w.client(None, "От запад");
    w.write(&house, &[all]).await;
    assert_eq!(e.welcome(&house).await.devices.len(), 3);
    assert_eq!(e.pull(&house).await, 1);
}

pub async fn pages_are_bounded_and_none_is_left_out<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut e = house.device(2, Some(house.east)).await;
    let mut written = 0;
    for count in [1000, 400, 400, 400, 1, 1000, 1000, 1, 1] {
        let scope = (count != 400).then_some(house.west);
        let links: Vec<Link> = (0..count).map(|_| a.client(scope, "Анна")).collect();
        a.write(&house, &links).await;
        written += count;
    }
    let mut sizes = Vec::new();
    let mut from = Mark::start();
    loop {
        let page = match a.call(&house, &Request::Pull { from }).await {
            Response::Page(page) => page,
            other => panic!("{other:?}"),
        };
        sizes.push(page.entries.iter().map(|entry| entry.batch.count()).sum::<u64>());
        assert_eq!(page.digests.is_empty(), !page.at_end);
        from = page.to;
        if page.at_end {
            break;
        }
    }
    assert_eq!(sizes, [1000, 800, 401, 1000, 1000, 2]);
    assert_eq!(sizes.iter().sum::<u64>(), written);
    assert_eq!(a.pull(&house).await, 9);
    assert_eq!(e.pull(&house).await, 3);
    assert_eq!(a.cursor, e.cursor);
    assert_eq!(a.pull(&house).await, 0, "and then nothing is new");
}

pub async fn marks_of_another_log_are_noticed<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    for _ in 0..3 {
        let link = a.client(None, "Анна");
        a.write(&house, &[link]).await;
    }
    a.pull(&house).await;
    let foreign = |n| Mark {
        n,
        chain: Chain(Hash([9; 32])),
    };
    for n in [0, 1, 3, 4, u64::MAX] {
        let from = foreign(n);
        assert_eq!(
            a.call(&house, &Request::Pull { from }).await,
            Response::NoSuchMark,
            "{n}"
        );
    }
    let here = a.cursor;
    let mut hello = a.hello();
    hello.cursor = foreign(7);
    hello.marks = vec![foreign(6), here, foreign(2), Mark::start()];
    match a.call(&house, &Request::Hello(hello)).await {
        Response::Welcome(welcome) => assert_eq!(welcome.common, here),
        other => panic!("{other:?}"),
    }
    let mut hello = a.hello();
    hello.cursor = foreign(1);
    match a.call(&house, &Request::Hello(hello)).await {
        Response::Welcome(welcome) => assert_eq!(welcome.common, Mark::start()),
        other => panic!("{other:?}"),
    }
}

pub async fn a_device_sees_its_own_stream<S: Storage>(house: House<S>) {
    let mut a = house.device(1, Some(house.east)).await;
    let mut other = house.device(2, None).await;
    for count in [3, 2, 4] {
        let links: Vec<Link> = (0..count).map(|_| a.client(Some(house.east), "Анна")).collect();
        a.write(&house, &links).await;
        let link = other.client(None, "чужда");
        other.write(&house, &[link]).await;
    }
    for (after_seq, firsts) in [
        (0, vec![1, 4, 6]),
        (2, vec![1, 4, 6]),
        (3, vec![4, 6]),
        (8, vec![6]),
        (9, vec![]),
        (u64::MAX >> 1, vec![]),
    ] {
        match a.call(&house, &Request::Stream { after_seq }).await {
            Response::Stream { entries, head } => {
                assert_eq!(head, a.head);
                let got: Vec<u64> = entries.iter().map(|entry| entry.batch.first_seq).collect();
                assert_eq!(got, firsts, "after {after_seq}");
                assert!(
                    entries
                        .iter()
                        .all(|entry| entry.batch.open(&a.key.public()).is_ok())
                );
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(house.send(Path::Open, b"").await, Response::No(_)));
}
