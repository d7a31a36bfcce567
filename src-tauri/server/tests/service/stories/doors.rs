//! Who comes in, and who does not.

use clientele_model::{BranchId, CompanyId, DeviceId};
use clientele_protocol::bytes::encode;
use clientele_protocol::message::{No, PairAsk};
use clientele_protocol::{DeviceKey, Envelope, Request, Response};
use clientele_server::Path;
use clientele_server::store::Storage;
use clientele_server::store::quarantine::{Held, Quarantined};

use crate::device::Device;
use crate::dice::Dice;
use crate::house::{House, NOW};

pub async fn a_code_is_good_for_one_device_and_in_time<S: Storage>(house: House<S>) {
    let code = |until| house.service.add_pairing(house.company, Some(house.east), until);
    let no_code = Response::No(No::Code);
    let secret = code(NOW + 10).await.unwrap();
    let (first, second) = (Device::new(1, house.company), Device::new(2, house.company));
    let mut wrong = first.pair_ask(secret);
    wrong.name.push('x');
    assert_eq!(house.ask(Path::Pair, &wrong).await, no_code, "not what it signed");
    assert_eq!(house.ask(Path::Pair, &first.pair_ask([0; 16])).await, no_code);
    let paired = house.ask(Path::Pair, &first.pair_ask(secret)).await;
    match &paired {
        Response::Paired {
            company,
            company_name,
            branch,
        } => {
            assert_eq!((*company, company_name.as_str()), (house.company, "Salon Anna"));
            assert_eq!(branch.as_ref().map(|branch| branch.id), Some(house.east));
        }
        other => panic!("{other:?}"),
    }
    // The answer was lost: the same device asks again, even late. Nobody else may.
    house.wait(100);
    assert_eq!(house.ask(Path::Pair, &first.pair_ask(secret)).await, paired);
    assert_eq!(house.ask(Path::Pair, &second.pair_ask(secret)).await, no_code);
    let mut same_name = Device::new(3, house.company);
    same_name.id = first.id;
    assert_eq!(house.ask(Path::Pair, &same_name.pair_ask(secret)).await, no_code);
    let late = code(house.now()).await.unwrap();
    assert_eq!(house.ask(Path::Pair, &second.pair_ask(late)).await, no_code);
    // A good code makes nobody another device, and is not used up by that.
    let good = code(house.now() + 10).await.unwrap();
    let other_key = Response::No(No::OtherKey);
    assert_eq!(house.ask(Path::Pair, &same_name.pair_ask(good)).await, other_key);
    assert_eq!(house.ask(Path::Pair, &second.pair_ask(good)).await, paired);
    let mut nameless = second.pair_ask(late);
    nameless.name = " \n".into();
    assert_eq!(
        house.ask(Path::Pair, &nameless).await,
        Response::No(No::Unreadable)
    );
}

pub async fn a_code_is_not_used_up_by_who_cannot_come_in<S: Storage>(house: House<S>) {
    let until = house.now() + 1000;
    let code = async |company, branch| house.service.add_pairing(company, branch, until).await.unwrap();
    let east = house.device(1, Some(house.east)).await;
    let other_branch = Response::No(No::OtherBranch);
    for branch in [Some(house.west), None] {
        let secret = code(house.company, branch).await;
        // However often it asks: neither does it come in, nor is the code used.
        for _ in 0..2 {
            assert_eq!(house.ask(Path::Pair, &east.pair_ask(secret)).await, other_branch);
        }
        let known = house.device(2, None).await.welcome(&house).await.devices;
        let known = known.iter().find(|device| device.id == east.id).unwrap();
        assert_eq!((known.branch, known.revoked_at), (Some(house.east), None));
        // Another device comes in with it, again where its answer was lost; the first is told the same as before.
        let another = Device::new(3, house.company);
        let paired = house.ask(Path::Pair, &another.pair_ask(secret)).await;
        assert!(matches!(paired, Response::Paired { .. }), "{paired:?}");
        assert_eq!(house.ask(Path::Pair, &another.pair_ask(secret)).await, paired);
        assert_eq!(
            house.ask(Path::Pair, &east.pair_ask(secret)).await,
            Response::No(No::Code),
            "now it was used"
        );
    }
    // For its own branch it may take one, shut out or not.
    let secret = code(house.company, Some(house.east)).await;
    let paired = house.ask(Path::Pair, &east.pair_ask(secret)).await;
    assert!(matches!(paired, Response::Paired { .. }), "{paired:?}");

    // A book is one company's for good.
    let other = house.service.add_company("Salon Maria", NOW).await.unwrap();
    let secret = code(other, None).await;
    assert_eq!(
        house.ask(Path::Pair, &east.pair_ask(secret)).await,
        Response::No(No::OtherCompany)
    );
    // One that bears the same name there under another key is another book's.
    let mut theirs = Device::new(9, other);
    theirs.id = east.id;
    let paired = house.ask(Path::Pair, &theirs.pair_ask(secret)).await;
    assert!(matches!(paired, Response::Paired { company, .. } if company == other));

    // A code for a branch that never was leads nowhere.
    let secret = code(house.company, Some(BranchId::new())).await;
    let nobody = Device::new(10, house.company);
    assert_eq!(
        house.ask(Path::Pair, &nobody.pair_ask(secret)).await,
        Response::No(No::Code)
    );
}

pub async fn who_is_shut_out_sees_nothing_and_what_it_pushes_is_kept<S: Storage>(house: House<S>) {
    let mut office = house.device(1, None).await;
    let mut lost = house.device(2, Some(house.east)).await;
    let link = lost.client(None, "Анна");
    lost.write(&house, &[link]).await;
    let revoke = |device| Request::Revoke { device };
    assert_eq!(
        lost.call(&house, &revoke(office.id)).await,
        Response::No(No::NotAllowed)
    );
    assert_eq!(
        office.call(&house, &revoke(DeviceId::new())).await,
        Response::No(No::Unreadable)
    );
    assert_eq!(office.call(&house, &revoke(lost.id)).await, Response::Done);
    let revoked = Response::No(No::Revoked);
    let from = lost.cursor;
    let hello = lost.hello();
    for request in [
        Request::Pull { from },
        Request::Hello(hello),
        Request::Stream { after_seq: 0 },
        Request::Heads,
    ] {
        assert_eq!(lost.call(&house, &request).await, revoked);
    }
    let link = lost.client(None, "след това");
    let batch = lost.seal(&[link]);
    for _ in 0..3 {
        assert_eq!(lost.push(&house, &batch).await, revoked);
    }
    assert_eq!(office.pull(&house).await, 1, "only what came before");
    let kept = house
        .service
        .storage()
        .read(house.company, Quarantined)
        .await
        .unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].held, Held::Batch(Box::new(batch)));
    let known = office.welcome(&house).await.devices;
    let told = known.iter().find(|device| device.id == lost.id).unwrap();
    assert!(told.revoked_at.is_some(), "its changes can still be proved");
}

pub async fn a_copied_book_goes_on_under_its_own_name<S: Storage>(house: House<S>) {
    let mut a = house.device(1, Some(house.east)).await;
    let mut copy = Device::new(5, house.company);
    let name = "Копие".to_owned();
    let proof = copy.key.sign(&PairAsk::signed(&[0; 16], copy.id, &name));
    let rename = |device, key, proof| Request::Rename {
        device,
        key,
        proof,
        name: "Копие".to_owned(),
    };
    let other = DeviceKey::from_seed([6; 32]);
    assert_eq!(
        a.call(&house, &rename(copy.id, other.public(), proof)).await,
        Response::No(No::Unreadable)
    );
    for _ in 0..2 {
        let request = rename(copy.id, copy.key.public(), proof);
        assert_eq!(a.call(&house, &request).await, Response::Done);
    }
    let taken = a.key.sign(&PairAsk::signed(&[0; 16], copy.id, &name));
    let request = rename(copy.id, a.key.public(), taken);
    assert_eq!(a.call(&house, &request).await, Response::No(No::NotAllowed));
    let welcome = copy.welcome(&house).await;
    assert_eq!(welcome.branch, Some(house.east));
    assert_eq!(welcome.devices.len(), 2);
    let link = copy.client(Some(house.east), "Анна");
    copy.write(&house, &[link]).await;
    assert_eq!(a.pull(&house).await, 1);
}

pub async fn another_protocol_is_answered_with_ours<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut hello = a.hello();
    hello.protocol += 1;
    let server = clientele_protocol::VERSION;
    assert_eq!(
        a.call(&house, &Request::Hello(hello)).await,
        Response::No(No::Protocol { server })
    );
}

pub async fn forged_and_cut_messages_get_nothing<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut w = house.device(2, Some(house.west)).await;
    let link = a.client(None, "Пенелопа");
    a.write(&house, &[link]).await;
    a.open(&house).await;
    w.open(&house).await;
    let pull = Request::Pull { from: a.cursor };
    let good = a.envelope(&pull);
    assert!(matches!(house.ask(Path::Call, &good).await, Response::Page(_)));
    let no_session = Response::No(No::Session);
    assert_eq!(
        house.ask(Path::Call, &good).await,
        no_session,
        "it was sent before"
    );
    // Signed by another device, or for another company or session.
    let good = a.envelope(&pull);
    let mut of_another = w.envelope(&pull);
    of_another.session = good.session;
    let mut elsewhere = good.clone();
    elsewhere.company = CompanyId::new();
    let mut stranger = Device::new(7, house.company);
    stranger.open(&house).await;
    let mut nowhere = Device::new(8, CompanyId::new());
    nowhere.open(&house).await;
    for envelope in [
        of_another,
        elsewhere,
        stranger.envelope(&pull),
        nowhere.envelope(&pull),
    ] {
        assert_eq!(house.ask(Path::Call, &envelope).await, no_session);
    }
    house.wait(60 * 60 * 1000);
    assert_eq!(house.ask(Path::Call, &good).await, no_session, "an hour later");

    a.open(&house).await;
    let seed = 20_261_122;
    let mut dice = Dice::new(seed);
    let mut answered = 0;
    for round in 0..3000 {
        let request = match dice.of(3) {
            0 => Request::Pull { from: a.cursor },
            1 => Request::Stream { after_seq: 0 },
            _ => Request::Heads,
        };
        let envelope = a.envelope(&request);
        let mut bytes = encode(&envelope);
        match dice.of(4) {
            0 => bytes.truncate(dice.of(bytes.len())),
            1 => {
                let at = dice.of(bytes.len());
                bytes[at] ^= 1 << (dice.of(8));
            }
            2 => bytes.extend_from_slice(b"more"),
            _ => {
                let (from, to) = (dice.of(bytes.len()), dice.of(bytes.len()));
                bytes.swap(from, to);
                if bytes == encode(&envelope) {
                    bytes.pop();
                }
            }
        }
        let path = [Path::Call, Path::Call, Path::Open, Path::Pair][dice.of(4)];
        let answer = house.send(path, &bytes).await;
        match answer {
            Response::No(_) => {}
            Response::Opened { .. } if path == Path::Open => answered += 1,
            other => panic!("round {round}: {other:?}"),
        }
    }
    assert!(answered < 3000);
    let envelope = Envelope::seal(house.company, good.session, 1, &a.key, vec![0xFF; 64]);
    assert_eq!(house.ask(Path::Call, &envelope).await, no_session);
    assert!(matches!(a.call(&house, &pull).await, Response::Page(_)));
}

pub async fn nonsense_that_is_rightly_signed_breaks_nothing<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let link = a.client(None, "Анна");
    let first = a.write(&house, &[link]).await;
    let mut dice = Dice::new(20_261_123);
    let mut pushed = 1;
    for _ in 0..1500 {
        let links = [a.client(None, "Мария"), a.client(Some(house.east), "Елена")];
        let batch = clientele_protocol::Batch::seal(a.id, &a.key, a.head, &links);
        let push = clientele_protocol::message::Push {
            batch: batch.clone(),
            assigned: vec![(u32::try_from(dice.of(9)).unwrap(), a.clock)],
            too_large: vec![u32::try_from(dice.of(9)).unwrap(); dice.of(3)],
        };
        let hello = a.hello();
        let request = match dice.of(4) {
            0 => Request::Hello(hello),
            1 => Request::Pull { from: a.cursor },
            _ => Request::Push(push),
        };
        let mut message = encode(&request);
        for _ in 0..1 + dice.of(3) {
            let at = dice.of(message.len());
            message[at] ^= 1 << dice.of(8);
        }
        let envelope = a.envelope_around(message);
        if house.ask(Path::Call, &envelope).await == (Response::Pushed { head: batch.head() }) {
            a.head = batch.head();
            pushed += 1;
        }
    }
    // Nothing went in but what its device had signed.
    let checked = house.check().await;
    assert_eq!(checked.entries, pushed);
    assert_eq!(a.push(&house, &first).await, Response::Pushed { head: a.head });
}
