//! A person's right to be forgotten.

use clientele_model::{BranchId, ChangeKind, RowId};
use clientele_protocol::{Link, Payload, Request, Response};
use clientele_server::store::Storage;
use clientele_server::store::project::rows::PlainRows;
use clientele_server::store::quarantine::Quarantined;
use clientele_server::{Service, Settings};

use crate::device::{Device, body};
use crate::house::{House, settings};

/// The words of the one who is erased.
const WORDS: [&str; 3] = ["Пенелопа", "0888123456", "обади се"];

struct Card {
    client: RowId,
    phone: RowId,
    links: Vec<Link>,
}

/// A card with a phone, and a call that another device logs.
fn card(device: &mut Device, scope: Option<BranchId>) -> Card {
    let (client, phone) = (RowId::new(), RowId::new());
    let name = body(&[("given_name", WORDS[0].into())]);
    let number = body(&[("client_id", client.into()), ("typed", WORDS[1].into())]);
    let more = body(&[("notes", WORDS[0].into())]);
    let links = vec![
        device.change(scope, "clients", client, ChangeKind::Add, &name),
        device.client(scope, "Мария"),
        device.change(scope, "phones", phone, ChangeKind::Add, &number),
        device.change(scope, "clients", client, ChangeKind::Set, &more),
    ];
    Card { client, phone, links }
}

fn call_on(device: &mut Device, scope: Option<BranchId>, client: RowId) -> Link {
    let call = body(&[("client_id", client.into()), ("text", WORDS[2].into())]);
    device.change(scope, "contacts", RowId::new(), ChangeKind::Add, &call)
}

fn erase(device: &mut Device, scope: Option<BranchId>, card: &Card) -> Vec<Link> {
    let nothing = body(&[]);
    vec![
        device.change(scope, "phones", card.phone, ChangeKind::Erase, &nothing),
        device.change(scope, "clients", card.client, ChangeKind::Erase, &nothing),
        device.client(scope, "Елена"),
    ]
}

fn words_in(bytes: &[u8]) -> usize {
    let found = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    WORDS.iter().filter(|word| found(word)).count()
}

/// The words that some device still sees.
async fn words<S: Storage>(house: &House<S>) -> usize {
    let mut reader = house.device(99, None).await;
    reader.pull(house).await;
    let bodies = reader.seen().into_iter().map(|change| match change.payload {
        Payload::Whole { body, .. } => body,
        Payload::Gone { .. } => Vec::new(),
    });
    let mut bytes: Vec<u8> = bodies.flatten().collect();
    for entity in ["clients", "phones", "contacts"] {
        let rows = PlainRows {
            entity: entity.into(),
        };
        let rows = house.service.storage().read(house.company, rows).await.unwrap();
        bytes.extend(format!("{rows:?}").into_bytes());
    }
    let kept = house
        .service
        .storage()
        .read(house.company, Quarantined)
        .await
        .unwrap();
    for kept in kept {
        bytes.extend(clientele_protocol::bytes::encode(&kept.held));
    }
    words_in(&bytes)
}

pub async fn of_an_erased_client_no_body_stays_anywhere<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut b = house.device(2, None).await;
    let mut e = house.device(3, Some(house.east)).await;
    let card = card(&mut a, None);
    a.write(&house, &card.links).await;
    // Another device's call, not known to the one who erases; and one that was refused.
    let call = call_on(&mut b, None, card.client);
    let other = b.client(None, "Ирина");
    b.write(&house, &[call, other]).await;
    let refused = call_on(&mut e, Some(house.west), card.client);
    e.write(&house, &[refused]).await;
    assert_eq!(words(&house).await, 3);
    let digests = {
        let mut reader = house.device(98, None).await;
        reader.pull(&house).await;
        reader.told
    };
    assert!(!digests.is_empty());
    let links = erase(&mut a, None, &card);
    a.write(&house, &links).await;
    // The step of the last change is whole when the next begins.
    let next = a.client(None, "Ивана");
    a.write(&house, &[next]).await;
    assert_eq!(words(&house).await, 0);
    house.check().await;
    assert!(house.service.stats().erased.get() >= 4);
    // What others wrote is still there, and every batch still proves itself.
    a.pull(&house).await;
    let names = a
        .seen()
        .into_iter()
        .filter(|change| change.kind == ChangeKind::Add && matches!(change.payload, Payload::Whole { .. }));
    assert_eq!(names.count(), 4);
}

pub async fn a_late_device_brings_nobody_back<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut late = house.device(2, None).await;
    let card = card(&mut a, None);
    a.write(&house, &card.links).await;
    let mut links = erase(&mut a, None, &card);
    links.push(a.client(None, "Ивана"));
    a.write(&house, &links).await;
    assert_eq!(words(&house).await, 0);
    // It knew nothing of that, and brings edits, a call, and a word about the call.
    let more = body(&[("notes", WORDS[0].into())]);
    let edit = late.change(None, "clients", card.client, ChangeKind::Set, &more);
    let again = late.change(None, "clients", card.client, ChangeKind::Add, &more);
    let call = call_on(&mut late, None, card.client);
    let row = call.change().unwrap().row;
    let about = body(&[("text", WORDS[2].into())]);
    let about = late.change(None, "contacts", row, ChangeKind::Set, &about);
    let own = late.client(None, "Ирина");
    late.write(&house, &[edit, again, call]).await;
    late.write(&house, &[about, own]).await;
    let last = late.client(None, "Даниела");
    late.write(&house, &[last]).await;
    assert_eq!(words(&house).await, 0);
    house.check().await;
    // The device itself is told, too.
    late.pull(&house).await;
    let gone = late
        .seen()
        .into_iter()
        .filter(|change| matches!(change.payload, Payload::Gone { .. }));
    assert_eq!(gone.count(), 9);
}

pub async fn an_erasure_is_confirmed_by_every_device<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut b = house.device(2, None).await;
    let mut shut_out = house.device(3, None).await;
    let mut west = house.device(4, Some(house.west)).await;
    let east = Some(house.east);
    let card = card(&mut a, east);
    a.write(&house, &card.links).await;
    for device in [&mut b, &mut shut_out, &mut west] {
        device.pull(&house).await;
    }
    let device = shut_out.id;
    a.call(&house, &Request::Revoke { device }).await;
    house.wait(1);
    let mut links = erase(&mut a, east, &card);
    links.push(a.client(None, "Ивана"));
    a.write(&house, &links).await;
    house.wait(1);
    // Who comes later never held it.
    let mut new = house.device(5, None).await;
    let erasures = a.welcome(&house).await.erasures;
    assert_eq!(erasures.len(), 2, "the step of each change");
    for erasure in &erasures {
        assert!(erasure.server_done);
        assert_eq!(erasure.waiting_for, [a.id, b.id]);
    }
    assert!(
        west.welcome(&house).await.erasures.is_empty(),
        "not theirs to know"
    );
    // Who asks for what comes after it, and has not taken it in yet, confirms nothing.
    let before = b.cursor;
    b.pull(&house).await;
    let ahead = Request::PullAhead {
        from: b.cursor,
        taken_in: before.n,
    };
    assert!(matches!(b.call(&house, &ahead).await, Response::Page(_)));
    for erasure in new.welcome(&house).await.erasures {
        assert_eq!(erasure.waiting_for, [a.id, b.id]);
    }
    // It has seen it; that it has taken it in is known when it asks for what comes next.
    b.pull(&house).await;
    for erasure in new.welcome(&house).await.erasures {
        assert_eq!(erasure.waiting_for, [a.id]);
    }
    a.pull(&house).await;
    a.pull(&house).await;
    assert!(b.welcome(&house).await.erasures.is_empty());
}

pub async fn an_erasure_in_several_branches_is_confirmed_by_the_devices_of_each<S: Storage>(house: House<S>) {
    let mut office = house.device(1, None).await;
    let mut e = house.device(2, Some(house.east)).await;
    let mut w = house.device(3, Some(house.west)).await;
    let (east, west) = (
        card(&mut office, Some(house.east)),
        card(&mut office, Some(house.west)),
    );
    office.write(&house, &east.links).await;
    office.write(&house, &west.links).await;
    for device in [&mut e, &mut w, &mut office] {
        device.pull(&house).await;
        device.pull(&house).await;
    }
    // One step, as head office erases what it has chosen in its list.
    let nothing = body(&[]);
    let links = [
        office.change(
            Some(house.east),
            "clients",
            east.client,
            ChangeKind::Erase,
            &nothing,
        ),
        office.change(
            Some(house.west),
            "clients",
            west.client,
            ChangeKind::Erase,
            &nothing,
        ),
    ];
    let step = links[0].change().unwrap().step;
    let links = links.map(|link| match link {
        Link::Change(change) => Link::Change(clientele_protocol::Sealed { step, ..change }),
        hidden => hidden,
    });
    office.write(&house, &links).await;
    office.pull(&house).await;
    office.pull(&house).await;
    let told = office.welcome(&house).await;
    assert!(!told.erasures_left_out);
    let [erasure] = &told.erasures[..] else {
        panic!("one receipt of one step: {:?}", told.erasures)
    };
    assert_eq!(
        (
            erasure.step,
            erasure.waiting_for.contains(&e.id),
            erasure.waiting_for.contains(&w.id)
        ),
        (step, true, true),
        "{erasure:?}"
    );
    // A branch hears of its own part alone.
    let told = w.welcome(&house).await.erasures;
    assert_eq!(told[0].waiting_for, [w.id]);
    e.pull(&house).await;
    e.pull(&house).await;
    assert_eq!(office.welcome(&house).await.erasures[0].waiting_for, [w.id]);
    w.pull(&house).await;
    w.pull(&house).await;
    assert_eq!(office.welcome(&house).await.erasures, []);
}

pub async fn more_erasures_than_are_told_at_once_are_said_to_be_more<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut b = house.device(2, None).await;
    b.pull(&house).await;
    let nothing = body(&[]);
    for _ in 0..2 {
        let links: Vec<Link> = (0..501)
            .map(|_| a.change(None, "clients", RowId::new(), ChangeKind::Erase, &nothing))
            .collect();
        a.write(&house, &links).await;
    }
    a.pull(&house).await;
    a.pull(&house).await;
    let told = a.welcome(&house).await;
    assert_eq!((told.erasures.len(), told.erasures_left_out), (1000, true));
    b.pull(&house).await;
    b.pull(&house).await;
    let told = a.welcome(&house).await;
    assert_eq!((told.erasures.len(), told.erasures_left_out), (0, false));
}

pub async fn a_branch_erases_only_what_it_may_see<S: Storage>(house: House<S>) {
    let mut office = house.device(1, None).await;
    let mut east = house.device(2, Some(house.east)).await;
    let card = card(&mut office, Some(house.west));
    office.write(&house, &card.links).await;
    let last = office.client(None, "Ивана");
    office.write(&house, &[last]).await;
    let mut links = erase(&mut east, Some(house.east), &card);
    links.push(east.client(None, "Ирина"));
    east.write(&house, &links).await;
    assert_eq!(
        words(&house).await,
        2,
        "another branch's client is not theirs to erase"
    );
    house.check().await;
    let mut links = erase(&mut office, Some(house.west), &card);
    links.push(office.client(None, "Даниела"));
    office.write(&house, &links).await;
    assert_eq!(words(&house).await, 0);
    house.check().await;
}

pub async fn an_erasure_goes_on_after_a_restart<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut house = house;
    let lazy = Settings {
        settles_at_once: false,
        ..settings()
    };
    let card = card(&mut a, None);
    house.replace(|storage| Service::new(storage, lazy));
    a.open(&house).await;
    a.write(&house, &card.links).await;
    let mut links = erase(&mut a, None, &card);
    links.push(a.client(None, "Ивана"));
    a.write(&house, &links).await;
    let erasures = a.welcome(&house).await.erasures;
    assert!(erasures.iter().all(|erasure| !erasure.server_done) && erasures.len() == 2);
    house.replace(|storage| Service::new(storage, lazy));
    house.service.settle_all().await.unwrap();
    assert_eq!(words(&house).await, 0);
    a.open(&house).await;
    let erasures = a.welcome(&house).await.erasures;
    assert!(erasures.iter().all(|erasure| erasure.server_done));
    house.check().await;
}
