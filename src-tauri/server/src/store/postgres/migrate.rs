//! What the tables' owner does: make them. [`super::scour`] clears up after an erasure.

use tokio_postgres::Client;

use super::super::project::tables;
use super::super::schema;
use super::tls::Way;
use crate::{Error, Result};

/// The version of the tables. A change to them that was shipped gets the next number, and its own statements.
const VERSION: i32 = 1;

/// The roles, the schema, and who may look into it.
const ROLES: &str = "
    -- Two databases of one PostgreSQL may be made at the same moment: the roles are common to them.
    do $$ begin
        if not exists (select from pg_roles where rolname = 'clientele_service') then
            create role clientele_service nologin;
        end if;
    exception when duplicate_object or unique_violation then null;
    end $$;
    do $$ begin
        if not exists (select from pg_roles where rolname = 'clientele_reader') then
            create role clientele_reader nologin;
        end if;
    exception when duplicate_object or unique_violation then null;
    end $$;
    create schema if not exists clientele;
    grant usage on schema clientele to clientele_service, clientele_reader;
    set local search_path = clientele;
    create table if not exists versions (version int not null, plain_tables text not null);
    -- A server that is not given the owner looks whether the tables are its own.
    grant select on versions to clientele_service;";

/// Makes the tables, or changes them to this version.
pub async fn migrate(owner: &Way) -> Result<()> {
    let mut client = owner.connect().await?;
    let wanted = Some((VERSION, tables::fingerprint()));
    if version(&client).await? == wanted {
        return Ok(());
    }
    let tx = client.transaction().await?;
    // Two servers that start at once: one makes them, the other finds them made.
    tx.batch_execute("select pg_advisory_xact_lock(7443201)").await?;
    let known = version(tx.client()).await?;
    if known == wanted {
        return Ok(());
    }
    if let Some((newer, _)) = known.filter(|(known, _)| *known > VERSION) {
        let told = format!("the database is of version {newer}, this server of {VERSION}");
        return Err(Error::Refused(told));
    }
    tx.batch_execute(ROLES).await?;
    tx.batch_execute(&schema::postgres_control(schema::CONTROL))
        .await?;
    tx.batch_execute(&schema::postgres(schema::TABLES)).await?;
    tx.batch_execute(&tables::postgres_drop()).await?;
    tx.batch_execute(&tables::postgres()).await?;
    #[cfg(feature = "sabotage")]
    tx.batch_execute(
        "create sequence if not exists serial_cursor; grant usage on serial_cursor to clientele_service",
    )
    .await?;
    tx.execute("delete from versions", &[]).await?;
    tx.execute(
        "insert into versions (version, plain_tables) values ($1, $2)",
        &[&VERSION, &tables::fingerprint()],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn version(client: &Client) -> Result<Option<(i32, String)>> {
    let there = client
        .query_one("select to_regclass('clientele.versions') is not null", &[])
        .await?;
    if !there.try_get::<_, bool>(0)? {
        return Ok(None);
    }
    let row = client
        .query_opt("select version, plain_tables from clientele.versions", &[])
        .await?;
    row.map_or(Ok(None), |row| Ok(Some((row.try_get(0)?, row.try_get(1)?))))
}
