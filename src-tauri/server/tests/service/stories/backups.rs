//! A copy of the database, taken while it works, and put back: into a database of either kind.

use clientele_protocol::Response;
use clientele_server::http::tls::Files;
use clientele_server::store::Storage;
use clientele_server::store::control::Companies;
use clientele_server::store::sqlite::Sqlite;
use clientele_server::{Error, Service, backup};

use crate::house::{House, settings};

pub async fn a_backup_brings_all_of_it_back<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut e = house.device(2, Some(house.east)).await;
    for n in 0..70 {
        let links = [
            a.client(Some(house.west), &format!("Анна {n}")),
            a.client(None, "Мария"),
        ];
        a.write(&house, &links).await;
    }
    let link = e.client(Some(house.west), "чужда");
    e.write(&house, &[link]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let own = Files::own(&folder.path().join("own"));
    own.make().unwrap();
    let has_certificate = backup::backup(house.service.storage(), &own, &file)
        .await
        .unwrap();
    assert!(has_certificate);
    let again = backup::backup(house.service.storage(), &own, &file).await;
    assert!(
        matches!(again, Err(Error::Refused(_))),
        "a backup is never overwritten"
    );
    // After it: what only the first server has.
    let late = a.client(None, "късна");
    let late = a.write(&house, &[late]).await;
    let before = house.check().await;

    // Cut anywhere, or with one bit another, it is no backup, and nothing is written.
    let other = folder.path().join("other");
    let others = Files::own(&other);
    let bytes = std::fs::read(&file).unwrap();
    let bad = folder.path().join("bad");
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut changed = bytes.clone();
        changed[at] ^= 4;
        for broken in [&bytes[..at], &changed] {
            std::fs::write(&bad, broken).unwrap();
            let storage = Sqlite::open(&other).unwrap();
            let refused = backup::restore(&storage, &others, &bad, house.now()).await;
            assert!(matches!(refused, Err(Error::Refused(_))), "{at}");
            assert!(!others.key.exists() && !others.certificate.exists(), "{at}");
        }
    }
    let storage = Sqlite::open(&other).unwrap();
    // Nor is anything written beside another certificate, which other devices may trust.
    others.make().unwrap();
    let anothers = others.pin().unwrap();
    let refused = backup::restore(&storage, &others, &file, house.now()).await;
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("certificate-key.pem away first"), "{told}");
    assert_eq!(storage.control(Companies).await.unwrap(), []);
    assert_eq!(others.pin().unwrap(), anothers);
    std::fs::remove_file(&others.certificate).unwrap();

    let has_certificate = backup::restore(&storage, &others, &file, house.now()).await;
    assert!(has_certificate.unwrap());
    assert_eq!(others.pin().unwrap(), own.pin().unwrap());
    assert!(others.acceptor().is_ok() && others.read().unwrap() == own.read().unwrap());
    #[cfg(unix)]
    for secret in [&file, &others.key, &others.certificate] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(secret).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{secret:?}");
    }
    let twice = backup::restore(&storage, &others, &file, house.now()).await;
    assert!(matches!(twice, Err(Error::Refused(_))), "nor is a database");
    let restored = House::around(Service::new(storage, settings()), &house);
    restored.service.settle_all().await.unwrap();
    let after = restored.check().await;
    assert_eq!(after.changes + 1, before.changes);
    assert_eq!(after.rows, before.rows - 1);

    // The devices know the older server, and hand on what it lacks.
    a.pull(&house).await;
    a.open(&restored).await;
    let from = a.cursor;
    let answer = a
        .call(&restored, &clientele_protocol::Request::Pull { from })
        .await;
    assert_eq!(answer, Response::NoSuchMark);
    let welcome = a.welcome(&restored).await;
    assert_eq!(welcome.head, late.from());
    let head = late.head();
    assert_eq!(a.push(&restored, &late).await, Response::Pushed { head });
    let next = a.client(None, "още");
    a.write(&restored, &[next]).await;
    assert_eq!(restored.check().await.changes, before.changes + 1);
}

pub async fn a_server_without_a_certificate_of_its_own_is_backed_up_without<S: Storage>(house: House<S>) {
    let folder = tempfile::tempdir().unwrap();
    let own = Files::own(&folder.path().join("own"));
    let file = folder.path().join("backup");
    let storage = house.service.storage();
    assert!(!backup::backup(storage, &own, &file).await.unwrap());
    let other = folder.path().join("other");
    let (others, storage) = (Files::own(&other), Sqlite::open(&other).unwrap());
    others.make().unwrap();
    let pin = others.pin().unwrap();
    let has_certificate = backup::restore(&storage, &others, &file, house.now()).await;
    assert!(!has_certificate.unwrap());
    assert_eq!(others.pin().unwrap(), pin, "the folder's own stays");
    let companies = storage.control(Companies).await.unwrap();
    assert_eq!(companies[0].id, house.company);
}
