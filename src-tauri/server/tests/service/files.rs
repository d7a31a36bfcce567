//! What stands in SQLite's own files.

use clientele_model::{ChangeKind, RowId};
use rusqlite::Connection;

use crate::device::body;
use crate::house::House;

/// How often some words stand in all files of a folder, of whatever alphabet SQLite's pages are.
fn found(folder: &std::path::Path, words: &[&str]) -> usize {
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let count = |bytes: Vec<u8>| -> usize {
        let hits = |word: &&str| {
            bytes
                .windows(word.len())
                .filter(|window| *window == word.as_bytes())
                .count()
        };
        words.iter().map(hits).sum()
    };
    files.map(count).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_name_is_in_no_byte_of_any_file() {
    const WORDS: [&str; 2] = ["Пенелопа", "Странимирова"];
    let folder = tempfile::tempdir().unwrap();
    let house = House::sqlite(folder.path()).await;
    let mut a = house.device(1, None).await;
    let name = body(&[
        ("given_name", WORDS[0].into()),
        ("family_name", WORDS[1].into()),
        ("notes", WORDS[0].repeat(3000).as_str().into()),
    ]);
    let row = RowId::new();
    let links = [
        a.change(None, "clients", row, ChangeKind::Add, &name),
        a.client(None, "Мария"),
    ];
    a.write(&house, &links).await;
    assert!(found(folder.path(), &WORDS) > 2000);
    let links = [
        a.change(None, "clients", row, ChangeKind::Erase, &body(&[])),
        a.client(None, "Елена"),
    ];
    a.write(&house, &links).await;
    assert_eq!(found(folder.path(), &WORDS), 0);
    assert!(found(folder.path(), &["Мария"]) > 0, "the search itself finds");
    house.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_office_reads_the_file_with_sql_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::sqlite(folder.path()).await;
    let mut a = house.device(1, Some(house.east)).await;
    let row = RowId::new();
    let name = body(&[
        ("kind", "person".into()),
        ("given_name", "Анна".into()),
        ("language", "xx".into()),
        ("created_at", 1_795_000_000_007_i64.into()),
    ]);
    let phone = body(&[("client_id", row.into()), ("e164", "+359888123456".into())]);
    let links = [
        a.change(Some(house.east), "clients", row, ChangeKind::Add, &name),
        a.change(Some(house.east), "phones", RowId::new(), ChangeKind::Add, &phone),
        a.client(None, "Мария"),
        a.client(None, "which ends the step before it"),
    ];
    a.write(&house, &links).await;
    let path = folder.path().join(format!("{}.sqlite", house.company));
    let conn = Connection::open(path).unwrap();
    let read: (String, String, String, String) = conn
        .query_row(
            "select c.id, c.branch, c.given_name, p.e164 from clients c join phones p on p.client_id = c.id",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .unwrap();
    // Words of closed lists read as themselves, known ones and others; so does the branch that there is none.
    let words: Vec<(String, String, Option<String>)> = conn
        .prepare("select kind, language, branch from clients order by given_name")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let east = Some(house.east.to_string());
    assert_eq!(words[0], ("person".into(), "xx".into(), east));
    assert_eq!(words[1], (String::new(), String::new(), None));
    let kept: (i64, i64) = conn
        .query_row(
            "select kind, branch from row_clients where branch is not null",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(kept, (0, 0), "by number");
    // A moment is kept as the difference to the one in the identifier; that of nobody is none.
    let moments: Vec<(i64, i64)> = conn
        .prepare(
            "select c.created_at, k.created_at from clients c join row_clients k
             on lower(hex(k.id)) = replace(c.id, '-', '') order by c.given_name",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(moments[0].0, 1_795_000_000_007);
    assert_ne!(moments[0].1, moments[0].0);
    assert_eq!(moments[1].0, 0);
    let due = (
        row.to_string(),
        house.east.to_string(),
        "Анна".to_owned(),
        "+359888123456".to_owned(),
    );
    assert_eq!(read, due);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_database_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::sqlite(folder.path()).await;
    let mut a = house.device(1, None).await;
    for _ in 0..3 {
        let link = a.client(None, "Анна");
        a.write(&house, &[link]).await;
    }
    house.check().await;
    let path = folder.path().join(format!("{}.sqlite", house.company));
    let conn = Connection::open(path).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    let device = format!("x'{}'", a.id.to_string().replace('-', ""));
    for (damage, repair, told) in [
        (
            "update log set n = 7 where n = 3",
            "update log set n = 3 where n = 7",
            "entry 7 follows entry 2",
        ),
        (
            "update row_clients set given_name = 'друга'",
            "update row_clients set given_name = 'Анна'",
            "given_name",
        ),
        (
            "update heads set n = 4",
            "update heads set n = 3",
            "the head of the log",
        ),
        (
            "update digests set digest = zeroblob(24)",
            "",
            "the digest of the company",
        ),
        ("delete from row_clients", "", "is missing"),
        (
            "update log set assigned = x'0100ffff03' where n = 2",
            "",
            "the digest of entry 2",
        ),
        (
            "update log set signature = zeroblob(64) where n = 1",
            "",
            "the batch of entry 1",
        ),
        (
            &format!("update streams set seq = 9 where device = {device}"),
            "",
            "does not end",
        ),
    ] {
        assert!(conn.execute(damage, []).unwrap() > 0, "{damage}");
        let job = clientele_server::store::check::Check;
        let storage = house.service.storage();
        let checked = clientele_server::store::Storage::read(storage, house.company, job)
            .await
            .unwrap();
        assert!(
            checked
                .complaints
                .iter()
                .any(|complaint| complaint.contains(told)),
            "{damage}: {:?}",
            checked.complaints
        );
        if !repair.is_empty() {
            conn.execute(repair, []).unwrap();
            house.check().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_at_rest_has_no_room_to_spare() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::sqlite(folder.path()).await;
    let mut a = house.device(1, None).await;
    for _ in 0..5 {
        let links: Vec<_> = (0..1000).map(|n| a.client(None, &format!("Анна {n}"))).collect();
        a.write(&house, &links).await;
    }
    let path = folder.path().join(format!("{}.sqlite", house.company));
    let journal = folder.path().join(format!("{}.sqlite-wal", house.company));
    let bytes = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |file| file.len());
    assert!(bytes(&journal) > 0);
    house.service.rest_all().await.unwrap();
    assert_eq!(bytes(&journal), 0);
    house.check().await;
    let pragma = |name: &str| -> i64 {
        let conn = Connection::open(&path).unwrap();
        let value = conn.query_row(&format!("pragma {name}"), [], |row| row.get(0));
        value.unwrap()
    };
    assert_eq!(pragma("freelist_count"), 0);
    let (pages, written) = (pragma("page_count"), pragma("user_version"));
    assert_eq!(written, pages, "it was written anew");
    // A little more is no reason to move everything again; much more is.
    let vacuumed = || pragma("user_version");
    let first = vacuumed();
    let link = a.client(None, "Мария");
    a.write(&house, &[link]).await;
    house.service.rest_all().await.unwrap();
    assert_eq!(vacuumed(), first);
    for _ in 0..5 {
        let links: Vec<_> = (0..1000).map(|n| a.client(None, &format!("Елена {n}"))).collect();
        a.write(&house, &links).await;
    }
    house.service.rest_all().await.unwrap();
    assert!(vacuumed() > first);
    house.check().await;
    // Who reads just now is left alone, and finds what it began with.
    let reader = Connection::open(&path).unwrap();
    reader.execute_batch("begin").unwrap();
    let count = "select count(*) from clients";
    let seen: i64 = reader.query_row(count, [], |row| row.get(0)).unwrap();
    let link = a.client(None, "Ирина");
    a.write(&house, &[link]).await;
    house.service.rest_all().await.unwrap();
    assert_eq!(
        reader.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap(),
        seen
    );
}
