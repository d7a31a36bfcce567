//! A card with everything that it shows, beside the statements that it asks, run bare; encrypted and plain, in books of
//! several sizes. All of it warm: the second time that a card is looked at.

use std::path::Path;
use std::sync::{Arc, Mutex};

use clientele_core::clients;
use clientele_core::contacts::{self, ContactsList};
use clientele_core::testing::{Rng, TestBook, call, reader};
use clientele_core::workspace::{Actor, NewStep, StepLabel, Write};
use clientele_model::{ClientDraft, ClientId};
use cpu_time::ThreadTime;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::types::Value;
use rusqlite::{Connection, Statement};

use super::float;
use crate::search::people::Words;
use crate::table::{Goal, Table, median};

const SEED: u64 = 20_261_124;

/// Cards that are looked at.
const LOOKS: usize = 300;

/// Contacts of each of these.
const CONTACTS: i64 = 12;

/// Clients in a portion.
const PORTION: usize = 1_000;

pub fn measure(table: &mut Table, sizes: &[usize]) {
    let mut smaller = None;
    for clients in sizes {
        let (book, looked_at) = filled(*clients);
        let plain = decrypted(&book);
        let times = in_turns(&book, &plain, &looked_at);
        let [ours, bare, bare_plain] = times.map(|times| median(&times));
        let name = |what: &str| format!("{what}, {clients} clients");
        table.add(
            name("a card"),
            (ours, "us"),
            (bare, "its statements"),
            Some(Goal::RatioAtMost(1.5)),
        );
        table.add(
            name("encryption, the statements of a card"),
            (bare, "us"),
            (bare_plain, "plain file"),
            Some(Goal::RatioAtMost(1.1)),
        );
        if let Some((of, smaller)) = smaller {
            table.add(
                format!("a card, {clients} clients beside {of}"),
                (ours, "us"),
                (smaller, "the smaller book"),
                Some(Goal::RatioAtMost(1.5)),
            );
        }
        smaller = Some((*clients, ours));
    }
}

/// A book, and some of its clients, who have been called.
fn filled(clients: usize) -> (TestBook, Vec<ClientId>) {
    let (mut rng, book) = (Rng(SEED), TestBook::new());
    let words = Words::new(&mut rng);
    let by = Actor::owner();
    let mut looked_at = Vec::new();
    let each = (clients / LOOKS).max(1);
    for first in (0..clients).step_by(PORTION) {
        let portion: Vec<(ClientId, ClientDraft)> = (first..(first + PORTION).min(clients))
            .map(|_| (ClientId::new(), words.card(&mut rng).0))
            .collect();
        let called: Vec<ClientId> = (first..)
            .zip(&portion)
            .filter(|(n, _)| n % each == 0)
            .map(|(_, (id, _))| *id)
            .collect();
        let step = NewStep::new(&by, StepLabel::Imported);
        let fill = |w: &mut Write<'_>| {
            let new: Vec<_> = portion.iter().map(|(id, card)| (*id, card)).collect();
            clients::add_all(w, &new, w.now())?;
            for client in &called {
                for n in 0..CONTACTS {
                    contacts::add_checked(w, &by, *client, &call("Иска час за петък следобед", n))?;
                }
            }
            Ok(())
        };
        book.write_much(step, fill).expect("cards");
        looked_at.extend(called);
    }
    looked_at.truncate(LOOKS);
    (book, looked_at)
}

/// The same book in a plain file beside it.
fn decrypted(book: &TestBook) -> Connection {
    let path = book.folder.path().join("plain.db");
    export(book, &path);
    let plain = Connection::open(&path).expect("a plain file");
    plain
        .execute_batch("pragma journal_mode = wal; pragma cache_size = -32768")
        .expect("a journal and a cache like ours");
    rusqlite::vtab::array::load_module(&plain).expect("arrays");
    plain
}

fn export(book: &TestBook, path: &Path) {
    let conn = reader(book).expect("a reader");
    conn.execute_batch("pragma query_only = off")
        .expect("it writes elsewhere");
    // This connection makes no files.
    std::fs::File::create(path).expect("an empty file");
    conn.execute("attach database ?1 as plain key ''", [path.display().to_string()])
        .expect("attached");
    conn.query_row("select sqlcipher_export('plain')", [], |_| Ok(()))
        .expect("exported");
    conn.execute_batch("detach database plain").expect("detached");
}

/// All that stands on a card, and the beginning of its history.
fn look(conn: &Connection, client: ClientId) {
    let card = clients::card(conn, client).expect("a card");
    assert_eq!(i64::from(card.contacts), CONTACTS);
    let ask = ContactsList {
        client_id: client,
        before: None,
        limit: 50,
    };
    contacts::list(conn, &ask).expect("its history");
}

/// What a look asks of the book, with all that stands in it but for whose card it is: arrays are not told.
fn statements(conn: &mut Connection, client: ClientId) -> Vec<String> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&asked);
    let tracer = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(statement, _) = event
            && let (Ok(mut asked), Some(sql)) = (note.lock(), statement.expanded_sql())
        {
            asked.push(sql.replace("rarray(NULL)", "rarray(?1)"));
        }
    };
    conn.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(tracer))
        .expect("traced");
    look(conn, client);
    conn.trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>)
        .expect("not traced any more");
    asked
        .lock()
        .map(|mut asked| std::mem::take(&mut *asked))
        .unwrap_or_default()
}

/// The statements of a look, ready to run.
fn prepared<'a>(conn: &'a Connection, sql: &[String], client: ClientId) -> Vec<Statement<'a>> {
    // Cards here show one client each.
    let array = std::rc::Rc::new(vec![Value::from(client.0.into_bytes().to_vec())]);
    let prepare = |sql: &String| {
        let mut statement = conn.prepare(sql).expect("a statement");
        if statement.parameter_count() > 0 {
            statement.raw_bind_parameter(1, &array).expect("whose card it is");
        }
        statement
    };
    sql.iter().map(prepare).collect()
}

/// Every row and every value, and nothing made of them.
fn run(conn: &Connection, statements: &mut [Statement<'_>]) -> f64 {
    let begun = ThreadTime::now();
    let moment = conn.unchecked_transaction().expect("a moment of the book");
    let mut bytes = 0;
    for statement in statements {
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().expect("a row") {
            for column in 0..columns {
                bytes += match row.get_ref(column).expect("a value") {
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => {
                        bytes.len()
                    }
                    _ => 8,
                };
            }
        }
    }
    drop(moment);
    let spent = begun.elapsed().as_secs_f64() * 1e6;
    assert!(bytes > 0, "a card says something");
    spent
}

/// Each card looked at twice by each way, the second time for the figures.
fn in_turns(book: &TestBook, plain: &Connection, clients: &[ClientId]) -> [Vec<f64>; 3] {
    let mut conn = reader(book).expect("a reader");
    let mut times = [const { Vec::new() }; 3];
    let mut asked = 0;
    for client in clients {
        let sql = statements(&mut conn, *client);
        asked += sql.len();
        let mut bare = prepared(&conn, &sql, *client);
        let mut of_plain = prepared(plain, &sql, *client);
        let ours = || {
            let begun = ThreadTime::now();
            book.read(|conn| {
                look(conn, *client);
                Ok(())
            })
            .expect("a card");
            begun.elapsed().as_secs_f64() * 1e6
        };
        for is_warm in [false, true] {
            let spent = [ours(), run(&conn, &mut bare), run(plain, &mut of_plain)];
            if is_warm {
                times
                    .iter_mut()
                    .zip(spent)
                    .for_each(|(times, spent)| times.push(spent));
            }
        }
    }
    println!(
        "a card asks {:.1} statements",
        float(asked) / float(clients.len())
    );
    times
}
