//! The plain tables: one for each record, in words of either database. `row_clients` is the table, `clients`
//! the view in which head office reads: identifiers as people write them, and nothing of the server's own. `branches`
//! is such a view of the server's list of them, so that a report can say their names.

use std::fmt::Write as _;
use std::sync::LazyLock;

use clientele_model::record::{CLIENT_ID, Field, RECORDS, Record, Sort};
use clientele_protocol::Hash;

use super::super::schema::{self, Column, Kind};
use super::words;

/// The statements about one record's table.
pub struct Statements {
    /// The record.
    pub record: &'static Record,
    /// The branch, the fields and the state of a row.
    pub select: String,
    /// The same, and the identifier, of the rows on a client's card.
    pub select_on_card: Option<String>,
    /// Puts a row there, or another in its place.
    pub upsert: String,
    /// Takes a row away.
    pub delete: String,
    /// Every row: its identifier, the branch, the fields, the state.
    pub select_all: String,
}

/// Those of all records.
pub static STATEMENTS: LazyLock<Vec<Statements>> =
    LazyLock::new(|| RECORDS.iter().map(Statements::new).collect());

/// Those of an entity, where there is a table of it.
#[must_use]
pub fn statements(entity: &str) -> Option<&'static Statements> {
    STATEMENTS
        .iter()
        .find(|statements| statements.record.name == entity)
}

impl Statements {
    fn new(record: &'static Record) -> Self {
        let name = record.name;
        let fields: Vec<String> = record.all_fields().map(|f| format!("\"{}\"", f.name)).collect();
        let columns = format!("branch, {}, state", fields.join(", "));
        let values: Vec<String> = (1..=fields.len() + 3).map(|n| format!("${n}")).collect();
        let all = ["branch".to_owned(), "state".to_owned()];
        let updates = fields
            .iter()
            .chain(&all)
            .map(|column| format!("{column} = excluded.{column}"));
        Self {
            record,
            select: format!("select {columns} from row_{name} where id = $1"),
            select_on_card: record
                .is_on_card()
                .then(|| format!("select {columns}, id from row_{name} where client_id = $1")),
            upsert: format!(
                "insert into row_{name} (id, {columns}) values ({}) on conflict ({{company}}id) do update set {}",
                values.join(", "),
                updates.collect::<Vec<_>>().join(", "),
            ),
            delete: format!("delete from row_{name} where id = $1"),
            select_all: format!("select id, {columns} from row_{name}"),
        }
    }
}

fn kind(field: Field) -> Kind {
    match field.sort {
        Sort::Text => Kind::Text,
        Sort::Int | Sort::MaybeInt => Kind::Int,
        Sort::Id => Kind::Id,
        Sort::Bytes => Kind::Bytes,
    }
}

/// An identifier of SQLite's 16 bytes as people write it.
fn written(column: &str) -> String {
    let parts = [(1, 4), (5, 2), (7, 2), (9, 2), (11, 6)];
    let parts = parts.map(|(from, length)| format!("hex(substr({column}, {from}, {length}))"));
    format!("lower({}) as {column}", parts.join(" || '-' || "))
}

/// How a row's state is written; another name when that changes, and the tables are made anew.
const STATE: &str = "fields unlike what they show";

/// By which another list of records is noticed: the tables are then made anew from the log.
#[must_use]
pub fn fingerprint() -> String {
    let hash = Hash::of(&[sqlite().as_bytes(), postgres().as_bytes(), STATE.as_bytes()]);
    hash.0[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// For SQLite.
#[must_use]
pub fn sqlite() -> String {
    let mut sql =
        "create table if not exists places (number integer primary key, branch blob not null) strict;"
            .to_owned();
    for record in RECORDS {
        let name = record.name;
        let columns = record.all_fields().map(|field| {
            let kind = match kind(field) {
                Kind::Text if words::is_of_words(field) => "any not null",
                Kind::Text => "text not null",
                Kind::Int if field.sort == Sort::Int => "integer not null",
                Kind::Int => "integer",
                Kind::Bytes => "blob not null",
                Kind::Id => "blob",
            };
            format!("\"{}\" {kind}", field.name)
        });
        let _ = write!(
            sql,
            "create table if not exists row_{name} (id blob not null primary key, branch integer, {},
             state blob not null) strict, without rowid;",
            columns.collect::<Vec<_>>().join(", "),
        );
        if record.is_on_card() {
            let _ = write!(
                sql,
                "create index if not exists row_{name}_on_card on row_{name} ({CLIENT_ID});"
            );
        }
        let columns = record.all_fields().map(|field| {
            let column = format!("\"{}\"", field.name);
            if field.sort == Sort::Id {
                written(&column)
            } else if words::is_of_words(field) {
                words::shown(&column)
            } else if words::is_since_id(field) {
                words::shown_since_id(&column)
            } else {
                column
            }
        });
        let _ = write!(
            sql,
            "create view if not exists {name} as select {}, (select {} from places where number = row_{name}.branch)
             as branch, {} from row_{name};",
            written("id"),
            written("branch"),
            columns.collect::<Vec<_>>().join(", "),
        );
    }
    let _ = write!(
        sql,
        "create view if not exists branches as select {}, name from row_branches;",
        written("id"),
    );
    sql
}

/// For SQLite: takes them away, and begins anew.
#[must_use]
pub fn sqlite_drop() -> String {
    let mut sql = String::new();
    for record in RECORDS {
        let name = record.name;
        let _ = write!(
            sql,
            "drop view if exists {name}; drop table if exists row_{name};"
        );
    }
    sql + "drop table if exists places; drop view if exists branches;
           delete from projection; delete from projected; delete from waiting; delete from thrown;"
}

/// For PostgreSQL.
#[must_use]
pub fn postgres() -> String {
    let mut sql = String::new();
    for record in RECORDS {
        let name = record.name;
        let table = format!("row_{name}");
        let mut columns: Vec<Column> = vec![("id", Kind::Id, false), ("branch", Kind::Id, true)];
        let quoted: Vec<String> = record.all_fields().map(|f| format!("\"{}\"", f.name)).collect();
        let fields = record.all_fields();
        columns.extend(fields.map(|field| {
            let may_be_null = matches!(field.sort, Sort::MaybeInt | Sort::Id);
            (field.name, kind(field), may_be_null)
        }));
        columns.push(("state", Kind::Bytes, false));
        schema::postgres_table(&mut sql, &table, &columns, &["id"], &[]);
        if record.is_on_card() {
            let _ = write!(
                sql,
                "create index if not exists {table}_on_card on {table} (company, {CLIENT_ID});"
            );
        }
        let shown = format!("company, id, branch, {}", quoted.join(", "));
        let _ = write!(
            sql,
            "create or replace view {name} with (security_invoker = true) as select {shown} from {table};
             grant select on {name} to clientele_service, clientele_reader;
             grant select ({shown}) on {table} to clientele_reader;",
        );
    }
    sql + NAMES
}

/// For PostgreSQL: what branches and companies are called. The list of companies has no policy of a company's own
/// tables: the server reads all of it, and a report the one that it has named.
const NAMES: &str = "
    create or replace view branches with (security_invoker = true) as select company, id, name from row_branches;
    grant select on branches to clientele_service, clientele_reader;
    grant select (company, id, name) on row_branches to clientele_reader;
    alter table companies enable row level security;
    drop policy if exists served on companies;
    create policy served on companies to clientele_service using (true) with check (true);
    drop policy if exists one_company on companies;
    create policy one_company on companies for select to clientele_reader
    using (id = current_setting('clientele.company')::uuid);
    grant select (id, name) on companies to clientele_reader;";

/// For PostgreSQL: takes them away, and begins anew.
#[must_use]
pub fn postgres_drop() -> String {
    let mut sql = String::new();
    for record in RECORDS {
        let name = record.name;
        let _ = write!(
            sql,
            "drop view if exists {name}; drop table if exists row_{name} cascade;"
        );
    }
    sql + "drop view if exists branches; truncate projection, projected, waiting, thrown;"
}
