//! The write gate: rows with their log, beside the same rows in the same table without it; in a plain file and in an
//! encrypted one.

use std::path::Path;

use clientele_core::contacts;
use clientele_core::testing::{ClientBuilder, TestBook};
use clientele_core::workspace::{Actor, NewRow, NewStep, StepLabel};
use clientele_model::{ClientId, RowId, Value};
use cpu_time::ThreadTime;
use rusqlite::{Connection, params};

use crate::table::{Goal, Table, median};

const ROWS: i64 = 50_000;

/// What the book has of a contact, and nothing that is its own.
const PLAIN: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768;
    create table contacts (id blob primary key, client_id blob, kind text not null default '', direction text not null default '',
      channel text not null default '', at integer not null default 0, staff text not null default '',
      text text not null default '', deleted_at integer) strict, without rowid;
    create index contacts_by_client on contacts (client_id, at desc, id);
    create index contacts_in_trash on contacts (deleted_at) where deleted_at is not null;";

pub fn measure(table: &mut Table, rounds: usize) {
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        times[0].push(through_the_gate());
        let folder = tempfile::tempdir().expect("a folder");
        times[1].push(past_it(&folder.path().join("plain.db"), ""));
        times[2].push(past_it(
            &folder.path().join("encrypted.db"),
            "pragma key = \"x'1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f'\";",
        ));
    }
    let [gate, plain, encrypted] = times.map(|times| median(&times));
    let name = |what: &str| format!("write gate, {ROWS} contacts in a step, {what}");
    table.add(
        name("encrypted, log and all"),
        (gate, "ms"),
        (plain, "plain table"),
        Some(Goal::RatioAtMost(1.5)),
    );
    table.add(
        name("encrypted both"),
        (gate, "ms"),
        (encrypted, "encrypted table"),
        Some(Goal::RatioAtMost(1.3)),
    );
    table.add(
        "encryption, rows written",
        (encrypted, "ms"),
        (plain, "plain table"),
        Some(Goal::RatioAtMost(1.5)),
    );
}

fn text(n: i64) -> String {
    format!(
        "Asked for an appointment on the {} and a quiet chair by the window, {n}",
        n % 28
    )
}

/// Milliseconds of this thread.
fn timed(f: impl FnOnce()) -> f64 {
    let begun = ThreadTime::now();
    f();
    begun.elapsed().as_secs_f64() * 1e3
}

fn through_the_gate() -> f64 {
    let book = TestBook::new();
    let clients: Vec<ClientId> = (0..100)
        .map(|n| ClientBuilder::new(&format!("Анна {n}")).create(&book))
        .collect();
    let rows = |w: &mut clientele_core::workspace::Write<'_>| {
        let rows = (0..ROWS).map(|n| NewRow {
            table: &contacts::CONTACTS,
            row: RowId::new(),
            fields: vec![
                (
                    "client_id",
                    RowId::from(clients[usize::try_from(n).unwrap_or(0) % clients.len()]).into(),
                ),
                ("kind", "call".into()),
                ("direction", "in".into()),
                ("channel", "phone".into()),
                ("at", Value::Int(n)),
                ("text", text(n).into()),
            ],
        });
        w.add_new(rows.collect())
    };
    timed(|| {
        let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
        book.write_much(step, rows).expect("written");
    })
}

fn past_it(path: &Path, key: &str) -> f64 {
    let conn = Connection::open(path).expect("a database");
    conn.execute_batch(key).expect("a key");
    conn.execute_batch(PLAIN).expect("a table");
    let clients: Vec<RowId> = (0..100).map(|_| RowId::new()).collect();
    timed(|| {
        conn.execute_batch("begin").expect("begun");
        let mut insert = conn
            .prepare("insert into contacts (id, client_id, kind, direction, channel, at, text) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .expect("a statement");
        for n in 0..ROWS {
            let client = clients[usize::try_from(n).unwrap_or(0) % clients.len()];
            insert
                .execute(params![
                    RowId::new().as_bytes(),
                    client.as_bytes(),
                    "call",
                    "in",
                    "phone",
                    n,
                    text(n)
                ])
                .expect("a row");
        }
        drop(insert);
        conn.execute_batch("commit").expect("committed");
    })
}
