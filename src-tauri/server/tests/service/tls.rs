//! The line to PostgreSQL, in the clear and not.

use std::path::Path;
use std::time::Duration;

use clientele_server::store::postgres::{Options, Postgres};
use clientele_server::{Error, Service};
use tokio_postgres::{Client, NoTls};

use crate::house::{House, settings};

async fn admin(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Lets PostgreSQL write a file of its own, which nobody else may read.
async fn write(admin: &Client, name: &str, text: &str) {
    let sql = format!(
        "copy (select unnest(string_to_array($pem${}$pem$, E'\\n'))) to program 'umask 077; cat > {name}'",
        text.trim(),
    );
    admin.batch_execute(&sql).await.unwrap();
}

/// From now on it takes connections with this certificate.
async fn turn_on(admin: &Client, certificate: &str, key: &str) {
    write(admin, "own.pem", certificate).await;
    write(admin, "own-key.pem", key).await;
    for setting in [
        "ssl_cert_file = 'own.pem'",
        "ssl_key_file = 'own-key.pem'",
        "ssl = on",
    ] {
        admin
            .batch_execute(&format!("alter system set {setting}"))
            .await
            .unwrap();
    }
    admin.batch_execute("select pg_reload_conf()").await.unwrap();
    for _ in 0..200 {
        let row = admin.query_one("show ssl", &[]).await.unwrap();
        if row.get::<_, String>(0) == "on" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("PostgreSQL does not turn TLS on");
}

fn certificate(folder: &Path, name: &str) -> (String, String, String) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let path = folder.join(format!("{name}.pem"));
    std::fs::write(&path, made.cert.pem()).unwrap();
    let key = made.signing_key.serialize_pem();
    (made.cert.pem(), key, path.display().to_string())
}

async fn opened(url: &str) -> Result<Postgres, Error> {
    Postgres::open(&Options::new(url)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_line_to_postgresql_is_encrypted_and_its_end_proved() {
    let url = crate::cluster::database().await;
    let admin = admin(&url).await;
    let require = format!("{url} sslmode=require");
    // Where there is no TLS, none is pretended.
    assert!(opened(&require).await.is_err());
    assert!(opened(&format!("{url} sslmode=prefer")).await.is_ok());

    let folder = tempfile::tempdir().unwrap();
    let (pem, key, own) = certificate(folder.path(), "db.example.com");
    let (_, _, other) = certificate(folder.path(), "other.example.com");
    turn_on(&admin, &pem, &key).await;
    let named = url.replace("host=127.0.0.1", "host=db.example.com hostaddr=127.0.0.1");
    let full = |root: &str| format!("{named} sslmode=verify-full sslrootcert='{root}'");
    // A certificate that nobody vouches for, and one of another name.
    assert!(opened(&full(&other)).await.is_err());
    assert!(opened(&format!("{named} sslmode=verify-full")).await.is_err());
    let by_number = format!("{url} sslmode=verify-full sslrootcert='{own}'");
    assert!(opened(&by_number).await.is_err());

    for (url, is_encrypted) in [
        (url.clone(), false),
        (format!("{url} sslmode=disable"), false),
        (format!("{url} sslmode=prefer"), true),
        (require, true),
        (full(&own), true),
    ] {
        let house = House::over_service(Service::new(opened(&url).await.unwrap(), settings())).await;
        let mut a = house.device(1, None).await;
        let link = a.client(None, "Анна");
        a.write(&house, &[link]).await;
        house.check().await;
        let rows = admin
            .query(
                "select ssl from pg_stat_ssl join pg_stat_activity using (pid)
                 where datname = current_database() and pid <> pg_backend_pid() and client_port is not null",
                &[],
            )
            .await
            .unwrap();
        let lines: Vec<bool> = rows.iter().map(|row| row.get(0)).collect();
        assert!(lines.contains(&is_encrypted), "{url}: {lines:?}");
        drop(house);
        // The next one's lines are not to be taken for these.
        admin
            .batch_execute(
                "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()",
            )
            .await
            .unwrap();
    }
}
