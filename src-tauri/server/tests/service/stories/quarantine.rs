//! What is refused is kept for a person to look at, and fills nobody's disk.

use clientele_model::{BranchId, ChangeKind};
use clientele_protocol::message::No;
use clientele_protocol::{Link, Request, Response};
use clientele_server::store::Storage;
use clientele_server::store::quarantine::{Bounds, Forget, Quarantined};
use clientele_server::{Service, Settings};

use crate::device::Device;
use crate::house::{House, settings};

const BUSY: Response = Response::No(No::Busy);
const REVOKED: Response = Response::No(No::Revoked);

/// Changes in another branch, which are refused, and one that is not.
fn refused(device: &mut Device, own: BranchId, other: BranchId, count: usize) -> Vec<Link> {
    let mut links = vec![device.client(Some(own), "наша")];
    links.extend((0..count).map(|_| device.client(Some(other), "чужда")));
    links
}

async fn lies_there<S: Storage>(house: &House<S>) -> usize {
    let storage = house.service.storage();
    storage.read(house.company, Quarantined).await.unwrap().len()
}

fn bounded<S: Storage>(house: &mut House<S>, bounds: Bounds) {
    house.replace(|storage| {
        let settings = Settings {
            quarantine: bounds,
            ..settings()
        };
        Service::new(storage, settings)
    });
}

pub async fn quarantine_has_an_end_for_one_and_for_all<S: Storage>(mut house: House<S>) {
    let bounds = Bounds {
        device_count: 3,
        company_count: 5,
        ..Bounds::default()
    };
    bounded(&mut house, bounds);
    let (east, west) = (house.east, house.west);
    let mut office = house.device(1, None).await;
    let mut a = house.device(2, Some(east)).await;
    let mut b = house.device(3, Some(east)).await;
    let mut lost = house.device(4, Some(east)).await;
    let links = refused(&mut a, east, west, 2);
    a.write(&house, &links).await;
    // Two and two are more than three. These are refused and only their device has them; what is not goes on.
    let links = refused(&mut a, east, west, 2);
    a.write(&house, &links).await;
    assert_eq!(house.service.stats().quarantine_full.get(), 2);
    assert_eq!((lies_there(&house).await, office.pull(&house).await), (2, 2));
    house.check().await;
    // Another device has room of its own, as long as there is some for all.
    let links = refused(&mut b, east, west, 2);
    b.write(&house, &links).await;
    let links = refused(&mut b, east, west, 1);
    b.write(&house, &links).await;
    assert_eq!(lies_there(&house).await, 5);
    // What is not refused needs none.
    let link = office.client(Some(east), "наша");
    office.write(&house, &[link]).await;
    // Somebody has looked at it: there is room again.
    let storage = house.service.storage();
    assert_eq!(storage.write(house.company, Forget(b.id)).await.unwrap(), 3);
    let storage = house.service.storage();
    assert_eq!(storage.write(house.company, Forget(a.id)).await.unwrap(), 2);
    let links = refused(&mut a, east, west, 2);
    a.write(&house, &links).await;
    assert_eq!(lies_there(&house).await, 2);
    // The same for a device that was shut out: what lies there is not put there again.
    let device = lost.id;
    assert_eq!(
        office.call(&house, &Request::Revoke { device }).await,
        Response::Done
    );
    for n in 0..4 {
        let link = lost.client(Some(east), "след това");
        let batch = lost.seal(&[link]);
        for _ in 0..2 {
            let due = if n < 3 { REVOKED } else { BUSY };
            assert_eq!(lost.push(&house, &batch).await, due, "{n}");
        }
    }
    assert_eq!(lies_there(&house).await, 5);
    house.check().await;
}

pub async fn quarantine_is_bounded_in_bytes<S: Storage>(mut house: House<S>) {
    let bounds = Bounds {
        device_bytes: 20_000,
        ..Bounds::default()
    };
    bounded(&mut house, bounds);
    let (east, west) = (house.east, house.west);
    let mut a = house.device(2, Some(east)).await;
    let long = |a: &mut Device, bytes: usize| {
        let row = clientele_model::RowId::new();
        // Of no alphabet that packs well.
        let mut dice = crate::dice::Dice::new(bytes as u64);
        let text: String = (0..bytes).map(|_| char::from(b'!' + dice.of(90) as u8)).collect();
        let body = crate::device::body(&[("notes", text.as_str().into())]);
        a.change(Some(west), "clients", row, ChangeKind::Add, &body)
    };
    let link = long(&mut a, 12_000);
    a.write(&house, &[link]).await;
    let link = long(&mut a, 12_000);
    a.write(&house, &[link]).await;
    assert_eq!(lies_there(&house).await, 1);
    let link = long(&mut a, 5_000);
    a.write(&house, &[link]).await;
    assert_eq!(lies_there(&house).await, 2);
    house.check().await;
}
