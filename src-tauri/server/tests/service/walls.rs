//! What PostgreSQL itself shows to whom, whatever the server asks.

use clientele_server::store::Storage as _;
use clientele_server::store::check::Check;
use clientele_server::store::postgres::{Options, Postgres};
use clientele_server::{Error, Service};
use tokio_postgres::{Client, NoTls};

use crate::house::{House, settings};

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn count(client: &Client, sql: &str) -> Result<i64, tokio_postgres::Error> {
    let rows = client
        .query(&format!("select count(*) from ({sql}) as t"), &[])
        .await?;
    Ok(rows[0].get(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_a_company_that_he_has_not_named() {
    let url = crate::cluster::database().await;
    let admin = connect(&url).await;
    let database = url.rsplit('=').next().unwrap();
    admin
        .batch_execute(&format!(
            "create role house_owner login createrole;
             create role house_server login;
             create role house_stranger login;
             create role house_reader login;
             grant create on database {database} to house_owner"
        ))
        .await
        .unwrap();
    let login = |name: &str| url.replace("user=postgres", &format!("user={name}"));
    let options = |name: &str| Options {
        admin_url: Some(login("house_owner")),
        ..Options::new(&login(name))
    };
    // Who is no member of the server's role is told so, and does not begin.
    let stranger = Postgres::open(&options("house_stranger")).await;
    assert!(matches!(stranger, Err(Error::Refused(_))));
    admin
        .batch_execute("grant clientele_service to house_server; grant clientele_reader to house_reader")
        .await
        .unwrap();
    let storage = Postgres::open(&options("house_server")).await.unwrap();
    let house = House::over_service(Service::new(storage, settings())).await;
    let other = house.service.add_company("Друга", house.now()).await.unwrap();
    let mut a = house.device(1, None).await;
    let link = a.client(None, "Анна");
    a.write(&house, &[link]).await;
    let link = a.client(None, "Мария");
    a.write(&house, &[link]).await;
    house.check().await;
    let storage = house.service.storage();
    assert_eq!(storage.read(other, Check).await.unwrap().entries, 0);

    let company = house.company;
    for (name, may_read_log) in [
        ("house_owner", true),
        ("house_server", true),
        ("house_reader", false),
    ] {
        let client = connect(&login(name)).await;
        let tables = ["clientele.log", "clientele.devices", "clientele.clients"];
        for table in tables {
            let select = format!("select * from {table}");
            let is_plain = table == "clientele.clients";
            assert!(
                count(&client, &select).await.is_err(),
                "{name}: no company is named"
            );
            for (named, rows) in [(company, 1), (other, 0)] {
                client
                    .batch_execute(&format!("set clientele.company = '{named}'"))
                    .await
                    .unwrap();
                match count(&client, &select).await {
                    Ok(found) => {
                        assert!(may_read_log || is_plain, "{name} reads {table}");
                        let rows = if table == "clientele.log" { rows * 2 } else { rows };
                        assert_eq!(found, rows, "{name}: {table}");
                    }
                    Err(_) => assert!(!may_read_log && !is_plain, "{name} does not read {table}"),
                }
            }
            client.batch_execute("reset clientele.company").await.unwrap();
        }
        client
            .batch_execute(&format!("set clientele.company = '{company}'"))
            .await
            .unwrap();
        let writes = client
            .batch_execute("update clientele.row_clients set notes = 'x'")
            .await;
        assert_eq!(writes.is_ok(), may_read_log, "{name} writes");
        // Not even a row of its own making for somebody else.
        let smuggles = format!(
            "insert into clientele.row_branches (company, id, name) values ('{other}', '{other}', 'x')"
        );
        assert!(client.batch_execute(&smuggles).await.is_err(), "{name}");
    }
    // A report learns what the company and its branches are called, and nothing of another's.
    let reader = connect(&login("house_reader")).await;
    for table in ["branches", "companies"] {
        let select = format!("select name from clientele.{table}");
        assert!(count(&reader, &select).await.is_err(), "no company is named");
    }
    for (named, called, branches) in [(company, "Salon Anna", 2), (other, "Друга", 0)] {
        let name = format!("set clientele.company = '{named}'");
        reader.batch_execute(&name).await.unwrap();
        let rows = reader
            .query("select id::text, name from clientele.companies", &[])
            .await;
        let rows = rows.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].get::<_, String>(0), named.to_string());
        assert_eq!(rows[0].get::<_, String>(1), called);
        let known = count(&reader, "select * from clientele.branches").await;
        assert_eq!(known.unwrap(), branches);
        for forbidden in [
            "select made_at from clientele.companies",
            "select * from clientele.pairings",
            "update clientele.companies set name = 'x'",
            "update clientele.row_branches set name = 'x'",
            "delete from clientele.branches",
        ] {
            assert!(reader.batch_execute(forbidden).await.is_err(), "{forbidden}");
        }
    }

    // An identifier is read as one.
    let client = connect(&login("house_reader")).await;
    client
        .batch_execute(&format!("set clientele.company = '{company}'"))
        .await
        .unwrap();
    let rows = client
        .query("select id::text, given_name from clientele.clients", &[])
        .await
        .unwrap();
    assert_eq!(rows[0].get::<_, String>(0).len(), 36);
    assert_eq!(rows[0].get::<_, String>(1), "Анна");
}
