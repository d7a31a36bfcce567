//! Not even PostgreSQL's files hold what was erased.
//!
//! What is overwritten in PostgreSQL stands in the table's file until the table is written anew, and in the journal (its
//! WAL) until the journal's own files are overwritten. The tables' owner may do the first; the second needs rights that
//! an administrator grants, and is done where they are there. Statistics know nobody: none are kept of what people write
//! ([`super::super::schema::postgres`]).

use std::time::Duration;

use clientele_model::CompanyId;
use clientele_model::record::RECORDS;
use tokio_postgres::Client;

use crate::{Error, Result};

/// The tables in which what people write stands, besides the plain ones.
const WITH_BODIES: [&str; 4] = ["log", "quarantine", "waiting", "pieces"];

/// How long older transactions are waited for; then the erasure waits for the next minute.
const PATIENCE: Duration = Duration::from_secs(10);

/// Files of the journal that are overwritten at once at most, of 16 MB each.
const JOURNAL_MAX: usize = 128;

/// Writes the parts of the tables anew in which bodies of a company stood.
pub async fn tables(client: &Client, company: CompanyId) -> Result<()> {
    // Whoever reads in a table for long holds this up, and must not hold up all others behind it.
    client.batch_execute("set lock_timeout = '10s'").await?;
    let company = company.to_string();
    client
        .execute("select set_config('clientele.company', $1, false)", &[&company])
        .await?;
    // All tables are divided alike, and every company has a head. One that lost its last row is written anew too.
    let part = client
        .query_opt(
            "select substring(tableoid::regclass::text from '_([0-9]+)$') from clientele.heads
             where company = $1::text::uuid",
            &[&company],
        )
        .await?;
    let Some(part) = part else {
        return Ok(());
    };
    let part: String = part.try_get(0)?;
    let plain = RECORDS.iter().map(|record| format!("row_{}", record.name));
    let tables = WITH_BODIES.iter().map(|table| (*table).to_owned());
    let parts: Vec<String> = tables
        .chain(plain)
        .map(|table| format!("{table}_{part}"))
        .collect();
    let parts = with_pages(client, &parts).await?;
    may_rewrite(client, &parts).await?;
    let erased_before = everybody_has_seen(client).await?;
    for part in &parts {
        client
            .batch_execute(&format!("vacuum (full) clientele.{part}"))
            .await?;
    }
    is_rewritten(client, &parts, &erased_before).await
}

/// Those that have ever held anything since they were last written anew.
async fn with_pages(client: &Client, parts: &[String]) -> Result<Vec<String>> {
    let rows = client
        .query(
            "select relname::text from pg_class where relnamespace = 'clientele'::regnamespace and relname = any ($1)
             and (pg_relation_size(oid) > 0 or reltoastrelid <> 0 and pg_relation_size(reltoastrelid) > 0)",
            &[&parts],
        )
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// PostgreSQL passes over tables of others with a warning, and says that all went well.
async fn may_rewrite(client: &Client, parts: &[String]) -> Result<()> {
    let row = client
        .query_one(
            "select current_user::text, not exists (
                 select from pg_class c where c.relnamespace = 'clientele'::regnamespace and c.relname = any ($1)
                 and not pg_has_role(c.relowner, 'usage')
             )",
            &[&parts],
        )
        .await?;
    if row.try_get(1)? {
        return Ok(());
    }
    let name: String = row.try_get(0)?;
    Err(Error::Refused(format!(
        "what was erased still stands in PostgreSQL's files: {name} does not own the tables and cannot write them anew. \
         Start the server with --postgres-admin"
    )))
}

/// Waits until nobody writes who began before this moment; says which transaction that was.
async fn everybody_has_seen(client: &Client) -> Result<String> {
    let row = client.query_one("select pg_current_xact_id()::text", &[]).await?;
    let now: String = row.try_get(0)?;
    let began = tokio::time::Instant::now();
    loop {
        let row = client
            .query_one(
                "select pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8",
                &[&now],
            )
            .await?;
        // Whoever only reads an old state is noticed afterwards.
        if row.try_get(0)? || began.elapsed() > PATIENCE {
            return Ok(now);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A table that is written anew keeps what somebody may still see who began to look before. To how far back nothing
/// was kept is written down with the table.
async fn is_rewritten(client: &Client, parts: &[String], erased_before: &str) -> Result<()> {
    let row = client
        .query_one(
            "select string_agg(relname, ', ') from pg_class
             where relnamespace = 'clientele'::regnamespace and relname = any ($1)
             and age(relfrozenxid) > age($2::text::xid8::xid)",
            &[&parts, &erased_before],
        )
        .await?;
    match row.try_get::<_, Option<String>>(0)? {
        None => Ok(()),
        Some(parts) => Err(Error::Refused(format!(
            "what was erased still stands in PostgreSQL's files: a transaction that began before is still open, and may \
             see it in {parts}"
        ))),
    }
}

/// Overwrites the journal as far as the login may, and tells the log what is left to others.
pub async fn journal(client: &Client) -> Result<()> {
    let row = client
        .query_one(
            "select pg_has_role(current_user, 'pg_checkpoint', 'usage')
                 and has_function_privilege('pg_switch_wal()', 'execute')
                 and has_function_privilege('pg_ls_waldir()', 'execute')
                 and (select bool_or(has_function_privilege(oid, 'execute')) from pg_proc
                      where proname = 'pg_logical_emit_message')",
            &[],
        )
        .await?;
    if !row.try_get::<_, bool>(0)? {
        tracing::warn!(
            "what was erased stands in PostgreSQL's journal until that is overwritten: the login may not do it"
        );
        return Ok(());
    }
    // Behind a checkpoint nobody needs the journal any more: its files are deleted, or wait under later names to be
    // overwritten, as they are.
    next_file(client).await?;
    client.batch_execute("checkpoint").await?;
    let (ahead, _) = files(client).await?;
    // Through all of them, and out of the last.
    for _ in 0..=ahead.min(JOURNAL_MAX) {
        next_file(client).await?;
    }
    client.batch_execute("checkpoint").await?;
    let (_, behind) = files(client).await?;
    if behind > 0 || ahead > JOURNAL_MAX {
        tracing::warn!(
            behind,
            "what was erased stands in files of PostgreSQL's journal that are kept for a replica, an archive or by wal_keep_size"
        );
    }
    Ok(())
}

/// Goes on in the journal's next file. The rest of this one is filled with zeros.
async fn next_file(client: &Client) -> Result<()> {
    client
        .batch_execute("select pg_logical_emit_message(false, 'clientele', ''); select pg_switch_wal()")
        .await?;
    Ok(())
}

/// How many files of the journal wait to be overwritten, and how many are kept that stand before the last checkpoint.
async fn files(client: &Client) -> Result<(usize, usize)> {
    let row = client
        .query_one(
            "select count(*) filter (where place > now), count(*) filter (where place < redo)
             from (select substr(name, 9) as place from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$') as files,
                  (select substr(pg_walfile_name(pg_current_wal_lsn()), 9) as now,
                          substr(redo_wal_file, 9) as redo from pg_control_checkpoint()) as places",
            &[],
        )
        .await?;
    let count = |at| Ok::<_, Error>(usize::try_from(row.try_get::<_, i64>(at)?).unwrap_or(usize::MAX));
    Ok((count(0)?, count(1)?))
}
