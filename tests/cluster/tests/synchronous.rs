//! What a commit that waits for a second machine does when somebody loses patience. The server's rules come from here:
//! it never cancels a statement, and docs/head-office.md says which of two functions an administrator may call.

use std::future::poll_fn;
use std::time::{Duration, Instant};

use clientele_cluster::{Database, Postgres, Result};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, NoTls};

/// A server that has a second one to wait for, which never comes. Only who asks for it waits: [`connect`].
fn lonely() -> Result<Postgres> {
    Postgres::start_with(&[
        "fsync = off",
        "synchronous_standby_names = 'nobody'",
        "synchronous_commit = local",
    ])
}

/// A connection whose commits wait, and the warnings that come over it.
async fn connect(url: &str) -> Result<(Client, mpsc::UnboundedReceiver<String>)> {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await?;
    let (sender, warnings) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notice(notice) = message {
                let _ = sender.send(notice.message().to_owned());
            }
        }
    });
    client.batch_execute("set synchronous_commit = on").await?;
    Ok((client, warnings))
}

/// Calls a function with every process that waits for the second machine, once there is one.
fn call_on_waiting(server: &Postgres, function: &str) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let statement = format!("select {function}(pid) from pg_stat_activity where wait_event = 'SyncRep'");
    while server.sql("postgres", &statement)?.is_empty() {
        assert!(Instant::now() < deadline, "no commit waits");
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn table(server: &Postgres) -> Result<Database<'_>> {
    let own = server.database_with_roles()?;
    own.sql("create table kept (n int); grant all on kept to clientele_service")?;
    Ok(own)
}

const INSERT: &str = "insert into kept values (1)";

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_commit_is_answered_though_nobody_else_has_it() -> Result<()> {
    let server = lonely()?;
    let own = table(&server)?;
    let (client, mut warnings) = connect(&own.url_of("clientele_service")).await?;
    let commit = tokio::spawn(async move { client.execute(INSERT, &[]).await });
    call_on_waiting(&server, "pg_cancel_backend")?;
    assert_eq!(
        commit.await.expect("no panic")?,
        1,
        "the client is told that all is well"
    );
    let warning = warnings.recv().await.unwrap_or_default();
    assert!(
        warning.contains("canceling wait for synchronous replication"),
        "{warning}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminated_commit_is_not_answered() -> Result<()> {
    let server = lonely()?;
    let own = table(&server)?;
    let (client, _warnings) = connect(&own.url_of("clientele_service")).await?;
    let commit = tokio::spawn(async move { client.execute(INSERT, &[]).await });
    call_on_waiting(&server, "pg_terminate_backend")?;
    assert!(commit.await.expect("no panic").is_err());
    assert_eq!(
        own.sql("select count(*) from kept")?,
        "1\n",
        "though it has happened here"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_answers_no_commit_that_waits() -> Result<()> {
    let mut server = lonely()?;
    let url = table(&server).map(|own| {
        let url = own.url_of("clientele_service");
        // It stays, and goes with the server.
        std::mem::forget(own);
        url
    })?;
    let (client, _warnings) = connect(&url).await?;
    let commit = tokio::spawn(async move { client.execute(INSERT, &[]).await });
    // Only looks, by a function that does nothing to a process.
    call_on_waiting(&server, "abs")?;
    server.stop()?;
    assert!(commit.await.expect("no panic").is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_of_statements_does_not_cut_the_wait_short() -> Result<()> {
    let server = lonely()?;
    let own = table(&server)?;
    let (client, _warnings) = connect(&own.url_of("clientele_service")).await?;
    client.batch_execute("set statement_timeout = '200ms'").await?;
    assert!(
        client.execute("select pg_sleep(1)", &[]).await.is_err(),
        "it is in force"
    );
    let insert = client.execute(INSERT, &[]);
    assert!(
        tokio::time::timeout(Duration::from_secs(1), insert)
            .await
            .is_err(),
        "the commit still waits"
    );
    Ok(())
}
