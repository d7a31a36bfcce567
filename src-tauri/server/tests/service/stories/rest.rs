//! When nobody pushes, the log is packed closer. It stays what it is.

use clientele_model::{ChangeKind, RowId};
use clientele_protocol::Response;
use clientele_server::store::repack::ToRepack;
use clientele_server::store::{Cell, Job, Storage, Tx};

use crate::device::body;
use crate::house::House;

/// Bytes of all packed batches.
struct PackedBytes;

impl Job for PackedBytes {
    type Out = i64;

    async fn run<T: Tx>(&self, tx: &mut T) -> clientele_server::Result<i64> {
        let sql = "select cast(sum(octet_length(packed)) as bigint) from log";
        let row = tx.one(sql, &[]).await?;
        Ok(row.map_or(0, |row| row.int(0).unwrap_or(0)))
    }
}

/// A body that a device had when the log was packed closer.
struct Forge(u64, Vec<u8>);

impl Job for Forge {
    type Out = u64;

    async fn run<T: Tx>(&self, tx: &mut T) -> clientele_server::Result<u64> {
        let params: [Cell; 2] = [self.0.into(), self.1.as_slice().into()];
        tx.execute("update log set packed = $2 where n = $1", &params)
            .await
    }
}

/// What stands under a number.
struct Standing(u64);

impl Job for Standing {
    type Out = Vec<u8>;

    async fn run<T: Tx>(&self, tx: &mut T) -> clientele_server::Result<Vec<u8>> {
        let row = tx
            .one("select packed from log where n = $1", &[self.0.into()])
            .await?;
        Ok(row.expect("it is in the log").bytes(0)?.to_vec())
    }
}

pub async fn the_log_is_packed_closer_and_says_the_same<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut batches = Vec::new();
    for n in 0..6 {
        let links: Vec<_> = (0..200)
            .map(|at| a.client(Some(house.east), &format!("Анна {}", n * 7919 + at * 31)))
            .collect();
        batches.push(a.write(&house, &links).await);
    }
    let small = a.client(None, "Мария");
    a.write(&house, &[small]).await;
    let storage = house.service.storage();
    let before = storage.read(house.company, PackedBytes).await.unwrap();
    house.service.rest_all().await.unwrap();
    let after = storage.read(house.company, PackedBytes).await.unwrap();
    assert!(after < before * 97 / 100, "{before} and then {after}");
    assert!(storage.read(house.company, ToRepack).await.unwrap().is_none());
    house.check().await;
    let mut b = house.device(2, Some(house.east)).await;
    assert_eq!(b.pull(&house).await, 7);
    assert_eq!(b.seen().len(), 1201);
    // What comes again is known, and what comes anew is packed the next time.
    let head = batches[3].head();
    assert_eq!(
        a.push(&house, &batches[3]).await,
        Response::Pushed { head: a.head },
        "{head:?}"
    );
    let links: Vec<_> = (0..200).map(|_| a.client(None, "Елена")).collect();
    a.write(&house, &links).await;
    assert!(storage.read(house.company, ToRepack).await.unwrap().is_some());
    house.service.rest_all().await.unwrap();
    house.check().await;
    // An erased body is taken out of what was packed closer, too.
    let row = RowId::new();
    let name = body(&[("given_name", "Пенелопа".into())]);
    let mut links = vec![a.change(None, "clients", row, ChangeKind::Add, &name)];
    links.extend((0..200).map(|_| a.client(None, "Ирина")));
    a.write(&house, &links).await;
    house.service.rest_all().await.unwrap();
    let erase = a.change(None, "clients", row, ChangeKind::Erase, &body(&[]));
    let last = a.client(None, "Анна");
    a.write(&house, &[erase, last]).await;
    house.service.rest_all().await.unwrap();
    house.check().await;
    // What is no batch stays where it is, for the check to tell; the rest of the tidying goes on past it.
    let storage = house.service.storage();
    let links: Vec<_> = (0..200).map(|_| a.client(None, "Елена")).collect();
    a.write(&house, &links).await;
    assert_eq!(
        storage
            .write(house.company, Forge(11, vec![7; 5000]))
            .await
            .unwrap(),
        1
    );
    house.service.rest_all().await.unwrap();
    assert!(storage.read(house.company, ToRepack).await.unwrap().is_none());
    assert_eq!(
        storage.read(house.company, Standing(11)).await.unwrap(),
        vec![7; 5000]
    );
}
