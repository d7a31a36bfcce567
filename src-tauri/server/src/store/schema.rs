//! The tables of the server, in words of which both databases make their own.
//!
//! A batch is kept as it was pushed, packed; a change has no row of its own.

use std::fmt::Write as _;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier of 16 bytes.
    Id,
    /// A whole number.
    Int,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

/// A column: its name, what it holds, and whether it may hold nothing.
pub type Column = (&'static str, Kind, bool);

/// A table.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, those of the key first.
    pub columns: &'static [Column],
    /// How many columns the key has.
    pub key: usize,
    /// Another set of columns in which no two rows are alike.
    pub unique: &'static [&'static str],
}

use Kind::{Bytes, Id, Int, Text};

/// The tables of a company.
pub const TABLES: &[Table] = &[
    // One row: where the log ends. Whoever appends holds it, so that numbers follow one another without a gap
    // however many processes append.
    Table {
        name: "heads",
        columns: &[("one", Int, false), ("n", Int, false), ("chain", Bytes, false)],
        key: 1,
        unique: &[],
    },
    // One row a batch. What is long stands last: what is read often is found without reading past it.
    Table {
        name: "log",
        columns: &[
            ("n", Int, false),
            ("device", Id, false),
            ("first_seq", Int, false),
            ("last_seq", Int, false),
            ("chain", Bytes, false),
            ("shares", Bytes, true),
            ("before", Bytes, false),
            ("after", Bytes, false),
            ("signature", Bytes, false),
            ("assigned", Bytes, true),
            ("refused", Bytes, true),
            ("row_marks", Bytes, true),
            ("packed", Bytes, false),
        ],
        key: 1,
        unique: &["device", "first_seq"],
    },
    // One row a device that has pushed: how far its stream goes, and its clock there.
    Table {
        name: "streams",
        columns: &[
            ("device", Id, false),
            ("short", Int, false),
            ("seq", Int, false),
            ("chain", Bytes, false),
            ("clock", Int, false),
            ("scopes", Bytes, true),
        ],
        key: 1,
        unique: &["short"],
    },
    Table {
        name: "digests",
        columns: &[("scope", Id, false), ("digest", Bytes, false)],
        key: 1,
        unique: &[],
    },
    Table {
        name: "devices",
        columns: &[
            ("id", Id, false),
            ("name", Text, false),
            ("public_key", Bytes, false),
            ("branch", Id, true),
            ("paired_at", Int, false),
            ("holds_since", Int, false),
            ("seen_at", Int, true),
            ("revoked_at", Int, true),
            ("cursor_n", Int, false),
            ("program", Text, false),
            ("format", Int, false),
        ],
        key: 1,
        unique: &[],
    },
    // Head office reads them in the plain view `branches`.
    Table {
        name: "row_branches",
        columns: &[("id", Id, false), ("name", Text, false)],
        key: 1,
        unique: &[],
    },
    // What there is once: the key of the suppression list, how far the plain tables are.
    Table {
        name: "facts",
        columns: &[("name", Text, false), ("value", Bytes, false)],
        key: 1,
        unique: &[],
    },
    // What was refused, and what a device pushed after it was shut out. `about` is the hash of what was signed.
    Table {
        name: "quarantine",
        columns: &[
            ("device", Id, false),
            ("seq", Int, false),
            ("about", Bytes, false),
            ("at", Int, false),
            ("why", Int, false),
            ("held", Bytes, false),
        ],
        key: 3,
        unique: &[],
    },
    // Rows that were erased, under a keyed hash: the list names nobody.
    Table {
        name: "erased",
        columns: &[("mark", Bytes, false), ("branch", Id, true)],
        key: 1,
        unique: &[],
    },
    // Rows whose bodies are still to be taken out of the log.
    Table {
        name: "erasing",
        columns: &[
            ("row_id", Id, false),
            ("is_client", Int, false),
            ("branch", Id, true),
            ("n", Int, false),
        ],
        key: 1,
        unique: &[],
    },
    // Steps that erased, for each scope in which they did, and from which entry of the log on a device has taken
    // them in.
    Table {
        name: "receipts",
        columns: &[
            ("step", Id, false),
            ("scope", Id, false),
            ("at", Int, false),
            ("n", Int, false),
        ],
        key: 2,
        unique: &[],
    },
    // One row: how far the plain tables follow the log.
    Table {
        name: "projection",
        columns: &[("one", Int, false), ("n", Int, false)],
        key: 1,
        unique: &[],
    },
    // And each stream: what stands behind is the beginning of a step whose end has not come.
    Table {
        name: "projected",
        columns: &[("device", Id, false), ("seq", Int, false)],
        key: 1,
        unique: &[],
    },
    // Clients that somebody threw away: who writes on their card may bring them back.
    Table {
        name: "thrown",
        columns: &[("client_id", Id, false)],
        key: 1,
        unique: &[],
    },
    // The contents of photos and files: no part of the log, and gone with their record.
    Table {
        name: "pieces",
        columns: &[
            ("attachment", Id, false),
            ("n", Int, false),
            ("bytes", Bytes, false),
        ],
        key: 2,
        unique: &[],
    },
    // One row a content that became whole, in that order, and what was drawn then: devices tell by it whether the
    // server was restored from a backup since. It names nobody.
    Table {
        name: "contents",
        columns: &[("n", Int, false), ("token", Bytes, false)],
        key: 1,
        unique: &[],
    },
    // Rows that were changed before they were added: their author pushes later.
    Table {
        name: "waiting",
        columns: &[("entity", Text, false), ("id", Id, false), ("held", Bytes, false)],
        key: 2,
        unique: &[],
    },
];

/// The tables about all companies.
pub const CONTROL: &[Table] = &[
    Table {
        name: "companies",
        columns: &[("id", Id, false), ("name", Text, false), ("made_at", Int, false)],
        key: 1,
        unique: &[],
    },
    // A pairing code is known by the hash of its secret alone.
    Table {
        name: "pairings",
        columns: &[
            ("secret_hash", Bytes, false),
            ("company_id", Id, false),
            ("branch", Id, true),
            ("until", Int, false),
            ("device", Id, true),
            ("public_key", Bytes, true),
        ],
        key: 1,
        unique: &[],
    },
];

/// The statements with which SQLite makes the tables that are not there yet.
#[must_use]
pub fn sqlite(tables: &[Table]) -> String {
    let mut sql = String::new();
    for table in tables {
        let name = table.name;
        let columns = table.columns.iter().map(|(column, kind, may_be_null)| {
            let kind = match kind {
                Int => "integer",
                Text => "text",
                Id | Bytes => "blob",
            };
            format!("{column} {kind}{}", if *may_be_null { "" } else { " not null" })
        });
        let columns: Vec<String> = columns.collect();
        let key: Vec<&str> = table.columns[..table.key].iter().map(|c| c.0).collect();
        // A number as the only key is SQLite's own row number, and rows with long bytes belong there.
        let is_by_number = table.key == 1 && table.columns[0].1 == Int;
        let _ = write!(
            sql,
            "create table if not exists {name} ({}, primary key ({})) strict{};",
            columns.join(", "),
            key.join(", "),
            if is_by_number { "" } else { ", without rowid" },
        );
        if !table.unique.is_empty() {
            let unique = table.unique.join(", ");
            let _ = write!(
                sql,
                "create unique index if not exists {name}_by_{} on {name} ({unique});",
                table.unique[0],
            );
        }
    }
    sql
}

/// Into how many parts the tables of PostgreSQL are divided, by company.
const PARTS: usize = 8;

/// The statements with which PostgreSQL makes the tables that are not there yet: each divided by company, and
/// none of them shows a company to who has not named it, not even to their owner.
#[must_use]
pub fn postgres(tables: &[Table]) -> String {
    let mut sql = String::new();
    for table in tables {
        let key: Vec<&str> = table.columns[..table.key].iter().map(|c| c.0).collect();
        postgres_table(&mut sql, table.name, table.columns, &key, table.unique);
    }
    sql
}

/// One table of a company's.
pub(super) fn postgres_table(
    sql: &mut String,
    name: &str,
    columns: &[Column],
    key: &[&str],
    unique: &[&str],
) {
    let mut parts =
        vec!["company uuid not null default current_setting('clientele.company')::uuid".to_owned()];
    parts.extend(columns.iter().map(postgres_column));
    parts.push(format!("primary key (company, {})", key.join(", ")));
    if !unique.is_empty() {
        parts.push(format!("unique (company, {})", unique.join(", ")));
    }
    let _ = write!(
        sql,
        "create table if not exists {name} ({}) partition by hash (company);",
        parts.join(", "),
    );
    // What is packed already is not packed again.
    for (column, ..) in columns.iter().filter(|(column, ..)| *column == "packed") {
        let _ = write!(
            sql,
            "alter table {name} alter column {column} set storage external;"
        );
    }
    for part in 0..PARTS {
        let _ = write!(
            sql,
            "create table if not exists {name}_{part} partition of {name}
             for values with (modulus {PARTS}, remainder {part});",
        );
    }
    // PostgreSQL's statistics keep the commonest values and some others. What people write has no place there.
    let written = columns.iter().filter(|(_, kind, _)| matches!(kind, Text | Bytes));
    for (column, ..) in written {
        let _ = write!(
            sql,
            "alter table {name} alter column \"{column}\" set statistics 0;"
        );
    }
    let _ = write!(
        sql,
        "alter table {name} enable row level security;
         alter table {name} force row level security;
         drop policy if exists one_company on {name};
         create policy one_company on {name}
         using (company = current_setting('clientele.company')::uuid)
         with check (company = current_setting('clientele.company')::uuid);
         grant select, insert, update, delete on {name} to clientele_service;",
    );
}

fn postgres_column((column, kind, may_be_null): &Column) -> String {
    let kind = match kind {
        Id => "uuid",
        Int => "bigint",
        Text => "text",
        Bytes => "bytea",
    };
    format!(
        "\"{column}\" {kind}{}",
        if *may_be_null { "" } else { " not null" }
    )
}

/// The tables about all companies, for PostgreSQL.
#[must_use]
pub fn postgres_control(tables: &[Table]) -> String {
    let mut sql = String::new();
    for table in tables {
        let name = table.name;
        let columns: Vec<String> = table.columns.iter().map(postgres_column).collect();
        let key: Vec<&str> = table.columns[..table.key].iter().map(|c| c.0).collect();
        let _ = write!(
            sql,
            "create table if not exists {name} ({}, primary key ({}));
             grant select, insert, update, delete on {name} to clientele_service;",
            columns.join(", "),
            key.join(", "),
        );
    }
    sql
}
