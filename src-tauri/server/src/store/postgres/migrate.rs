//! What the tables' owner does: make them, and clear up after an erasure.

use clientele_model::CompanyId;
use clientele_model::record::RECORDS;
use tokio_postgres::Client;

use super::super::project::tables;
use super::super::schema;
use super::tls::Way;
use crate::{Error, Result};

/// The version of the tables. A change to them that was shipped gets the next number, and its own statements.
const VERSION: i32 = 1;

/// The roles, the schema, and who may look into it.
const ROLES: &str = "
    do $$ begin
        if not exists (select from pg_roles where rolname = 'clientele_service') then
            create role clientele_service nologin;
        end if;
        if not exists (select from pg_roles where rolname = 'clientele_reader') then
            create role clientele_reader nologin;
        end if;
    end $$;
    create schema if not exists clientele;
    grant usage on schema clientele to clientele_service, clientele_reader;
    set local search_path = clientele;
    create table if not exists versions (version int not null, plain_tables text not null);";

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

/// Writes the parts of the tables anew in which bodies of a company stood: PostgreSQL keeps what was
/// overwritten until then.
pub async fn scour(client: &Client, company: CompanyId) -> Result<()> {
    let company = company.to_string();
    client
        .execute("select set_config('clientele.company', $1, false)", &[&company])
        .await?;
    let plain = RECORDS.iter().map(|record| format!("row_{}", record.name));
    let tables = schema::TABLES.iter().map(|table| table.name.to_owned());
    for table in tables.chain(plain) {
        let part = client
            .query_opt(
                &format!(
                    "select tableoid::regclass::text from clientele.{table} where company = $1::text::uuid limit 1"
                ),
                &[&company],
            )
            .await?;
        if let Some(part) = part {
            let part: String = part.try_get(0)?;
            client.batch_execute(&format!("vacuum (full) {part}")).await?;
        }
    }
    Ok(())
}
