//! Head office's own questions in SQL, as docs/head-office.md writes them, to either database.

use std::path::Path;

use clientele_model::{ChangeKind, RowId, StepId};
use clientele_protocol::Link;
use clientele_server::store::Storage;
use clientele_server::store::branches::Branches;
use clientele_server::store::postgres::{Options, Postgres};
use rusqlite::{Connection, OpenFlags};
use tokio_postgres::NoTls;

use crate::device::body;
use crate::house::House;

/// What the guide says to ask.
fn question() -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/head-office.md");
    let guide = std::fs::read_to_string(guide).expect("the guide");
    let asked = guide
        .lines()
        .skip_while(|line| !line.starts_with("    select b.name"));
    let asked: Vec<&str> = asked.take_while(|line| line.starts_with("    ")).collect();
    assert!(asked.last().is_some_and(|last| last.ends_with(';')), "{asked:?}");
    asked.join("\n")
}

/// Three clients in the East, two in the West, one of the whole company.
async fn fill<S: Storage>(house: &House<S>) {
    let mut office = house.device(1, None).await;
    let (east, west) = (Some(house.east), Some(house.west));
    for (scope, name) in [
        (east, "Анна"),
        (east, "Мария"),
        (west, "Борис"),
        (west, "Георги"),
        (east, "Елена"),
        (None, "Иван"),
    ] {
        let link = office.client(scope, name);
        office.write(house, &[link]).await;
    }
    let fields = body(&[("label", "client_added".into()), ("changes", 1.into())]);
    let step = StepId::new();
    let Link::Change(mut end) = office.change(None, "steps", RowId(step.0), ChangeKind::Add, &fields) else {
        unreachable!("a change");
    };
    end.step = step;
    office.write(house, &[Link::Change(end)]).await;
    house.service.settle_all().await.unwrap();
}

const EXPECTED: [(Option<&str>, i64); 3] = [(Some("East"), 3), (Some("West"), 2), (None, 1)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_counted_by_branch_in_a_file_that_is_only_read() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::sqlite(folder.path()).await;
    fill(&house).await;
    let file = folder.path().join(format!("{}.sqlite", house.company));
    let conn = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = conn.prepare(&question()).unwrap();
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, Option<String>>(0)?, row.get::<_, i64>(1)?))
    });
    let rows: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    let told: Vec<_> = rows
        .iter()
        .map(|(name, count)| (name.as_deref(), *count))
        .collect();
    assert_eq!(told, EXPECTED);
    let id: String = conn
        .query_row("select id from branches where name = 'East'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(id, house.east.to_string());
    assert!(conn.execute("update row_branches set name = 'x'", []).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_counted_by_branch_by_who_may_only_read() {
    let url = crate::cluster::database().await;
    let house = House::over(Postgres::open(&Options::new(&url)).await.unwrap()).await;
    fill(&house).await;
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let begin = format!(
        "set role clientele_reader; set search_path = clientele; set clientele.company = '{}'",
        house.company
    );
    client.batch_execute(&begin).await.unwrap();
    let rows = client.query(&question(), &[]).await.unwrap();
    let told: Vec<(Option<&str>, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(told, EXPECTED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_tables_of_another_version_are_made_anew_and_a_newer_database_is_left_alone() {
    let url = crate::cluster::database().await;
    let options = Options::new(&url);
    let house = House::over(Postgres::open(&options).await.unwrap()).await;
    let company = house.company;
    let before = house.service.storage().read(company, Branches).await.unwrap();
    drop(house);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let set = |what: &'static str| {
        let sql = format!("update clientele.versions set {what}");
        let client = &client;
        async move { client.batch_execute(&sql).await.unwrap() }
    };
    set("plain_tables = 'of before'").await;
    client
        .batch_execute("drop view clientele.branches")
        .await
        .unwrap();
    for _ in 0..2 {
        let storage = Postgres::open(&options).await.unwrap();
        assert_eq!(storage.read(company, Branches).await.unwrap(), before);
    }
    client
        .batch_execute("select * from clientele.branches")
        .await
        .expect("the view is there again");
    set("version = version + 1").await;
    let refused = Postgres::open(&options).await.err().expect("it is a newer one's");
    assert!(refused.to_string().contains("is of version 2"), "{refused}");
    client
        .batch_execute("select * from clientele.branches")
        .await
        .expect("nothing was taken away");
}
