//! What docs/patroni/roles.sql and database.sql promise: the owner makes tables, the service uses them as far as
//! row-level security lets it, the reader reads, and none of them gets further.

use std::process::Command;

use clientele_cluster::{Database, Postgres, Result};

const OWNER: &str = "clientele_owner";
const SERVICE: &str = "clientele_service";
const READER: &str = "clientele_reader";

const TABLES: &str = "
  create table log (company int not null, body text);
  alter table log enable row level security;
  alter table log force row level security;
  create policy own_company on log using (company = current_setting('clientele.company')::int);
";

/// Runs statements as a role; the error is what PostgreSQL said.
fn ask(
    server: &Postgres,
    database: &Database<'_>,
    role: &str,
    statements: &str,
) -> std::result::Result<String, String> {
    let output = Command::new(server.programs().join("psql"))
        .args([
            "-XqAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            &database.url_of(role),
            "-c",
            statements,
        ])
        .output()
        .expect("psql");
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn each_role_may_do_its_own_and_no_more() -> Result<()> {
    let server = Postgres::shared()?;
    let own = server.database_with_roles()?;
    let ask = |role: &str, statements: &str| ask(server, &own, role, statements);
    let denied = |role: &str, statements: &str| {
        let answer = ask(role, statements);
        let is_denied = answer.as_ref().is_err_and(|said| {
            [
                "permission denied",
                "must be ",
                "read-only",
                "violates row-level security",
            ]
            .iter()
            .any(|part| said.contains(part))
        });
        assert!(is_denied, "{role}: {statements}: {answer:?}");
    };

    ask(OWNER, TABLES).expect("the owner makes tables");
    let one = "set clientele.company = 1;";
    ask(
        SERVICE,
        &format!("{one} insert into log values (1, 'a'), (1, 'b')"),
    )
    .expect("the service writes");
    ask(
        SERVICE,
        "set clientele.company = 2; insert into log values (2, 'c')",
    )
    .expect("for another company");
    let count = format!("{one} select count(*) from log");
    for role in [OWNER, SERVICE, READER] {
        assert_eq!(ask(role, &count).as_deref(), Ok("2\n"), "{role} sees one company");
    }
    assert_eq!(own.sql("select count(*) from log")?, "3\n");

    denied(SERVICE, &format!("{one} insert into log values (2, 'smuggled')"));
    denied(SERVICE, "alter table log no force row level security");
    denied(SERVICE, "drop table log");
    denied(SERVICE, "create table more (n int)");
    denied(SERVICE, "create temporary table more (n int)");
    denied(SERVICE, "set role clientele_owner");
    denied(SERVICE, "truncate log");
    denied(READER, &format!("{one} insert into log values (1, 'c')"));
    denied(
        READER,
        &format!("set default_transaction_read_only = off; {one} delete from log"),
    );
    denied(READER, "create table more (n int)");
    denied(OWNER, "alter role clientele_service bypassrls");
    denied(OWNER, "copy log to program 'true'");
    assert_eq!(own.sql("select count(*) from log")?, "3\n");
    Ok(())
}

#[test]
fn a_database_is_closed_to_everybody_else() -> Result<()> {
    let server = Postgres::shared()?;
    server.create_role("passer_by", "")?;
    let (own, open) = (server.database_with_roles()?, server.database()?);
    assert!(ask(server, &open, "passer_by", "select 1").is_ok());
    let said = ask(server, &own, "passer_by", "select 1").expect_err("closed");
    assert!(said.contains("permission denied for database"), "{said}");
    Ok(())
}
