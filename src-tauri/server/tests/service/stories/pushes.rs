//! What goes into the log, and what does not.

use clientele_model::{ChangeKind, Hlc, RowId};
use clientele_protocol::message::{No, Push, Why};
use clientele_protocol::{Batch, Link, Request, Response};
use clientele_server::store::Storage;
use clientele_server::store::quarantine::{Held, Quarantined};

use crate::device::body;
use crate::house::{House, NOW};

pub async fn what_is_pushed_comes_to_the_others_as_it_was<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut b = house.device(2, Some(house.east)).await;
    let links: Vec<Link> = (0..3).map(|n| a.client(None, &format!("Анна {n}"))).collect();
    let batch = a.write(&house, &links).await;
    assert_eq!(b.pull(&house).await, 1);
    assert_eq!(b.entries[0].batch, batch);
    assert_eq!((b.entries[0].n, b.cursor.n), (1, 1));
    assert!(b.entries[0].assigned.is_empty() && b.entries[0].refused.is_empty());
    assert_eq!(a.pull(&house).await, 1, "its own comes back too");
    let theirs = b.client(Some(house.east), "Мария");
    b.write(&house, &[theirs]).await;
    assert_eq!((a.pull(&house).await, b.pull(&house).await), (1, 1));
    assert_eq!(a.seen().len(), 4);
    assert_eq!(a.told.len(), 3, "the company and both branches");
    assert_eq!(b.told.len(), 2, "the company and its own branch");
    let welcome = a.welcome(&house).await;
    assert_eq!((welcome.head, welcome.common), (a.head, a.cursor));
    assert_eq!(welcome.company_name, "Salon Anna");
    assert_eq!(welcome.branches.len(), 2);
    assert_eq!(b.welcome(&house).await.branches.len(), 1);
    let stats = house.service.stats();
    assert_eq!((stats.changes.get(), stats.batches.get()), (4, 2));
}

pub async fn a_push_that_comes_again_changes_nothing<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut batches = Vec::new();
    for n in 0..5 {
        let link = a.client(None, &format!("Анна {n}"));
        batches.push(a.write(&house, &[link]).await);
    }
    for batch in batches.iter().rev().chain(&batches) {
        assert_eq!(a.push(&house, batch).await, Response::Pushed { head: a.head });
    }
    assert_eq!(a.pull(&house).await, 5);
}

pub async fn a_gap_and_a_fork_are_told_apart<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let first = a.client(None, "Анна");
    let first = a.write(&house, &[first]).await;
    let links = [a.client(None, "Мария"), a.client(None, "Елена")];
    let lost = a.seal(&links[..1]);
    let next = a.seal(&links[1..]);
    let head = first.head();
    assert_eq!(a.push(&house, &next).await, Response::Gap { head });
    // A copy of the book goes another way under the same numbers.
    let other = a.client(None, "друга");
    let forked = Batch::seal(a.id, &a.key, first.head(), std::slice::from_ref(&other));
    a.push(&house, &lost).await;
    let head = lost.head();
    assert_eq!(a.push(&house, &forked).await, Response::Fork { head });
    // A fork that is longer than what is held, and one right behind it.
    let long = Batch::seal(a.id, &a.key, first.head(), &[other, links[1].clone()]);
    assert_eq!(a.push(&house, &long).await, Response::Fork { head });
    let behind = Batch::seal(a.id, &a.key, forked.head(), &links[1..]);
    assert_eq!(a.push(&house, &behind).await, Response::Fork { head });
    assert_eq!(
        a.push(&house, &next).await,
        Response::Pushed { head: next.head() }
    );
    assert_eq!(a.pull(&house).await, 3);
}

pub async fn batches_may_be_cut_anew<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let start = a.head;
    let links: Vec<Link> = (0..10).map(|n| a.client(None, &format!("Анна {n}"))).collect();
    let first = a.write(&house, &links[..4]).await;
    let second = a.write(&house, &links[4..7]).await;
    let head = second.head();
    // The same changes in other batches, inside one and across two.
    for (from, to) in [(0, 7), (0, 2), (1, 3), (2, 6), (3, 7), (6, 7), (4, 5)] {
        let before = Batch::seal(a.id, &a.key, start, &links[..from]).head();
        let before = if from == 0 { start } else { before };
        let cut = Batch::seal(a.id, &a.key, before, &links[from..to]);
        assert_eq!(
            a.push(&house, &cut).await,
            Response::Pushed { head },
            "{from}..{to}"
        );
        // The same places, and one change another.
        let mut other = links[from..to].to_vec();
        other[0] = a.client(None, "друга");
        let forked = Batch::seal(a.id, &a.key, before, &other);
        assert_eq!(
            a.push(&house, &forked).await,
            Response::Fork { head },
            "{from}..{to}"
        );
    }
    // Known at the beginning, new at the end: the device cuts where the server says.
    for before in [start, first.head()] {
        let from = usize::try_from(before.seq).unwrap();
        let long = Batch::seal(a.id, &a.key, before, &links[from..]);
        assert_eq!(a.push(&house, &long).await, Response::Gap { head });
    }
    let rest = Batch::seal(a.id, &a.key, head, &links[7..]);
    let head = rest.head();
    assert_eq!(a.push(&house, &rest).await, Response::Pushed { head });
    assert_eq!(a.pull(&house).await, 3);
    assert_eq!(a.seen().len(), 10);
}

pub async fn clocks_are_bounded_and_never_go_back<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let ten_years = 10 * 365 * 86_400_000;
    let latest = |millis: i64| Hlc(u64::try_from(millis + 300_000).unwrap() << 16);
    let at = |millis: i64| Hlc(u64::try_from(millis).unwrap() << 16);
    let mut links = Vec::new();
    for clock in [
        at(NOW - ten_years),
        at(NOW + ten_years),
        at(NOW),
        at(NOW + ten_years),
    ] {
        a.clock = clock;
        links.push(a.client(None, "Анна"));
    }
    let batch = a.seal(&links);
    let push = Push {
        batch,
        assigned: vec![(3, at(NOW + 7))],
        too_large: vec![],
    };
    a.call(&house, &Request::Push(push)).await;
    house.wait(1000);
    a.clock = at(NOW + ten_years);
    let link = a.client(None, "Анна");
    a.write(&house, &[link]).await;
    a.clock = at(NOW - ten_years);
    let link = a.client(None, "Анна");
    a.write(&house, &[link]).await;
    a.pull(&house).await;
    let assigned: Vec<_> = a.entries.iter().map(|entry| entry.assigned.clone()).collect();
    // The first is believed; from the second on the clock stands where it was bounded, and waits there.
    assert_eq!(
        assigned,
        [
            vec![(1, latest(NOW)), (2, latest(NOW)), (3, latest(NOW))],
            vec![(0, latest(NOW + 1000))],
            vec![(0, latest(NOW + 1000))],
        ]
    );
    // Another server had assigned less before: that holds.
    let mut b = house.device(2, None).await;
    b.clock = at(NOW + ten_years);
    let link = b.client(None, "Анна");
    let batch = b.seal(&[link]);
    let push = Push {
        batch,
        assigned: vec![(0, at(NOW - 5))],
        too_large: vec![],
    };
    b.call(&house, &Request::Push(push)).await;
    b.pull(&house).await;
    assert_eq!(b.entries[3].assigned, [(0, at(NOW - 5))]);
}

pub async fn what_is_refused_does_not_hold_the_rest_up<S: Storage>(house: House<S>) {
    let mut b = house.device(2, Some(house.east)).await;
    let mut head_office = house.device(1, None).await;
    let (east, west) = (Some(house.east), Some(house.west));
    let note = |text: &str| body(&[("notes", text.into())]);
    let row = RowId::new;
    let mut links = vec![
        b.client(east, "Анна"),
        b.change(None, "settings", row(), ChangeKind::Set, &note("x")),
        b.client(west, "чужда"),
        b.change(east, "Clients; drop", row(), ChangeKind::Add, &note("x")),
        b.change(
            east,
            "clients",
            row(),
            ChangeKind::Add,
            &body(&[("No Such", 1.into())]),
        ),
        b.change(east, "clients", row(), ChangeKind::Add, &note("too long")),
        b.change(
            east,
            "new_things",
            row(),
            ChangeKind::Add,
            &body(&[("new1", 1.into())]),
        ),
        b.client(None, "обща"),
    ];
    if let Link::Change(change) = &mut links[3] {
        change.entity = "Clients; drop".into();
    }
    let garbled = b.client(east, "?");
    links.push(garbled);
    if let Some(Link::Change(change)) = links.last_mut() {
        change.payload = clientele_protocol::Payload::Whole {
            salt: vec![1; 8],
            body: vec![0xFF; 9],
        };
    }
    let batch = b.seal(&links);
    // The body that is too long goes over as its hash.
    let mut sent = links.clone();
    sent[5] = Link::Hidden(links[5].leaf(b.id, 6));
    let push = |too_large: Vec<u32>| {
        Request::Push(Push {
            batch: batch.with_links(&sent),
            assigned: vec![],
            too_large,
        })
    };
    // Hidden without a reason: no device hands on what it was not shown.
    assert_eq!(b.call(&house, &push(vec![])).await, Response::No(No::Unreadable));
    let head = batch.head();
    assert_eq!(b.call(&house, &push(vec![5])).await, Response::Pushed { head });
    let refused = [
        (1, Why::NotYours),
        (2, Why::NotYours),
        (3, Why::Unreadable),
        (4, Why::Unreadable),
        (5, Why::TooLarge),
        (8, Why::Unreadable),
    ];
    for device in [&mut b, &mut head_office] {
        device.pull(&house).await;
        assert_eq!(device.entries[0].refused, refused);
        let entities: Vec<_> = device.seen().into_iter().map(|change| change.entity).collect();
        assert_eq!(entities, ["clients", "new_things", "clients"]);
    }
    let quarantined = house
        .service
        .storage()
        .read(house.company, Quarantined)
        .await
        .unwrap();
    let held: Vec<_> = quarantined
        .iter()
        .map(|refused| (refused.seq, refused.why))
        .collect();
    let kept = refused.iter().filter(|(at, _)| *at != 5);
    let kept: Vec<_> = kept.map(|(at, why)| (u64::from(*at) + 1, Some(*why))).collect();
    assert_eq!(held, kept);
    assert!(matches!(&quarantined[1].held, Held::Change(change) if change.scope == west));

    // Head office may, in every branch of its own; nobody in a branch that there is not.
    let stranger = Some(clientele_model::BranchId::new());
    let links = [
        head_office.change(None, "settings", row(), ChangeKind::Add, &note("x")),
        head_office.client(west, "там"),
        head_office.client(stranger, "никъде"),
    ];
    head_office.write(&house, &links).await;
    head_office.pull(&house).await;
    assert_eq!(head_office.entries[1].refused, [(2, Why::NotYours)]);
}

pub async fn another_devices_batch_may_be_handed_on<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut b = house.device(2, Some(house.east)).await;
    let link = a.client(None, "Анна");
    let batch = a.seal(&[link]);
    let head = batch.head();
    assert_eq!(b.push(&house, &batch).await, Response::Pushed { head });
    assert_eq!(a.push(&house, &batch).await, Response::Pushed { head });
    let heads = b.call(&house, &Request::Heads).await;
    assert_eq!(heads, Response::Heads(vec![(a.id, head)]));
    // Not what its device did not sign.
    let link = b.client(None, "подправена");
    let forged = Batch::seal(a.id, &b.key, head, &[link]);
    assert_eq!(b.push(&house, &forged).await, Response::No(No::Unreadable));
    // Not what nobody here can prove.
    let mut stranger = crate::device::Device::new(9, house.company);
    let link = stranger.client(None, "чужда");
    let foreign = stranger.seal(&[link]);
    assert_eq!(b.push(&house, &foreign).await, Response::No(No::NotAllowed));
    // Rights are those of the device that wrote it, whoever brings it.
    let link = b.client(Some(house.west), "чужда");
    let batch = b.seal(&[link]);
    a.push(&house, &batch).await;
    a.pull(&house).await;
    assert_eq!(a.entries[1].refused, [(0, Why::NotYours)]);
}
