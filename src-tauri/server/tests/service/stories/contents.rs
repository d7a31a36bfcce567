//! The contents of photos and files beside the log.

use std::time::Duration;

use clientele_model::{BranchId, ChangeKind, RowId, Value};
use clientele_protocol::{Link, Request, Response};
use clientele_server::store::check::Check;
use clientele_server::store::contents::PutPiece;
use clientele_server::store::page::Viewer;
use clientele_server::store::{Job, Storage, Tx};
use sha2::{Digest as _, Sha256};

use crate::device::{Device, body};
use crate::house::House;

const CONTENT: &[u8] = b"\x89 a picture, as far as anybody here can tell";

const PIECE: usize = 256 * 1024;

struct Photo {
    client: RowId,
    id: RowId,
    links: Vec<Link>,
}

/// A client with a photo.
fn photo(device: &mut Device, scope: Option<BranchId>, content: &[u8]) -> Photo {
    let (client, id) = (RowId::new(), RowId::new());
    let name = body(&[("given_name", "Пенелопа".into())]);
    let size = i64::try_from(content.len()).unwrap();
    let record = body(&[
        ("client_id", client.into()),
        ("name", "лице.jpg".into()),
        ("size_bytes", Value::Int(size)),
        ("hash", Value::Blob(Sha256::digest(content).to_vec())),
    ]);
    let links = vec![
        device.change(scope, "clients", client, ChangeKind::Add, &name),
        device.change(scope, "attachments", id, ChangeKind::Add, &record),
        device.client(scope, "Мария"),
    ];
    Photo { client, id, links }
}

fn erase(device: &mut Device, scope: Option<BranchId>, photo: &Photo) -> Vec<Link> {
    let nothing = body(&[]);
    vec![
        device.change(scope, "attachments", photo.id, ChangeKind::Erase, &nothing),
        device.change(scope, "clients", photo.client, ChangeKind::Erase, &nothing),
        device.client(scope, "Елена"),
    ]
}

fn put(photo: &Photo) -> Request {
    Request::PutPiece {
        attachment: photo.id,
        n: 0,
        bytes: CONTENT.to_vec(),
    }
}

async fn get<S: Storage>(device: &mut Device, house: &House<S>, photo: &Photo) -> Response {
    let attachment = photo.id;
    device.call(house, &Request::GetPiece { attachment, n: 0 }).await
}

pub async fn a_branch_takes_no_content_of_another_away<S: Storage>(house: House<S>) {
    let mut west = house.device(1, Some(house.west)).await;
    let mut east = house.device(2, Some(house.east)).await;
    let photo = photo(&mut west, Some(house.west), CONTENT);
    west.write(&house, &photo.links).await;
    assert_eq!(west.call(&house, &put(&photo)).await, Response::Done);
    let forged = erase(&mut east, Some(house.east), &photo);
    east.write(&house, &forged).await;
    let next = east.client(Some(house.east), "Ивана");
    east.write(&house, &[next]).await;
    assert_eq!(
        get(&mut west, &house, &photo).await,
        Response::Piece(CONTENT.to_vec())
    );
    house.check().await;
    let rightly = erase(&mut west, Some(house.west), &photo);
    west.write(&house, &rightly).await;
    let next = west.client(Some(house.west), "Ирина");
    west.write(&house, &[next]).await;
    assert_eq!(get(&mut west, &house, &photo).await, Response::NoPiece);
    assert_eq!(west.call(&house, &put(&photo)).await, Response::NoPiece);
    house.check().await;
}

/// A piece that lies there a while before anybody else can see it.
struct Slowly(PutPiece);

impl Job for Slowly {
    type Out = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> clientele_server::Result<bool> {
        let is_taken = self.0.run(tx).await?;
        // On SQLite nobody else writes meanwhile, whatever happens here.
        if !T::IS_BY_NUMBER {
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        Ok(is_taken)
    }
}

pub async fn a_piece_that_comes_while_its_record_is_erased_does_not_stay<S: Storage>(house: House<S>) {
    let content = vec![0x5a; PIECE + 1];
    let mut device = house.device(1, None).await;
    let photo = photo(&mut device, None, &content);
    device.write(&house, &photo.links).await;
    let links = erase(&mut device, None, &photo);
    let put = Slowly(PutPiece {
        viewer: Viewer {
            device: device.id,
            branch: None,
        },
        id: photo.id,
        n: 0,
        bytes: content[..PIECE].to_vec(),
        token: [1; 8],
    });
    let storage = house.service.storage();
    let (is_taken, _) = tokio::join!(storage.write(house.company, put), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        device.write(&house, &links).await
    });
    assert!(is_taken.unwrap());
    // No content without a record: that is among what is checked.
    house.check().await;
    assert_eq!(get(&mut device, &house, &photo).await, Response::NoPiece);
}

/// A byte of every content is another.
struct Damage;

impl Job for Damage {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> clientele_server::Result<()> {
        tx.execute(
            "update pieces set bytes = $1",
            &[vec![7_u8; CONTENT.len()].into()],
        )
        .await?;
        Ok(())
    }
}

pub async fn a_content_that_was_altered_on_the_disk_is_noticed<S: Storage>(house: House<S>) {
    let mut device = house.device(1, None).await;
    let photo = photo(&mut device, None, CONTENT);
    device.write(&house, &photo.links).await;
    assert_eq!(device.call(&house, &put(&photo)).await, Response::Done);
    house.check().await;
    let storage = house.service.storage();
    storage.write(house.company, Damage).await.unwrap();
    let checked = storage.read(house.company, Check).await.unwrap();
    let id = photo.id.to_string();
    assert!(
        checked.complaints.len() == 1 && checked.complaints[0].contains(&id),
        "{:?}",
        checked.complaints
    );
}
