//! Writes into a book until it is killed, and says after each write that it was saved.
//!
//! Run by the crash journey: `crash-writer BOOK KEY_HEX SEED`. Every line on stdout is an acknowledgement, as
//! a user reads "saved": what it names must be there whenever the process dies.

use std::io::Write;
use std::path::Path;

use clientele_core::book::Book;
use clientele_core::keys::BookKey;
use clientele_core::testing::{ClientBuilder, Rng, log_call};
use clientele_core::workspace::Actor;
use clientele_core::{clients, imports};
use clientele_formats::{Format, Parsed, Record};
use clientele_model::{ClientDraft, ClientId};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, key, seed] = &arguments[..] else {
        panic!("usage: crash-writer BOOK KEY_HEX SEED")
    };
    let key = BookKey::from_hex(key).expect("a key of 64 hexadecimal digits");
    let book = Book::open(Path::new(path), &key).expect("the book opens after every crash");
    let mut rng = Rng(seed.parse().expect("a number"));
    let by = Actor::owner();
    let mut last: Option<ClientId> = None;
    for i in 0.. {
        let saved = match (rng.below(5), last) {
            (0 | 1, _) | (_, None) => {
                let id = ClientBuilder::new(&format!("Клиент {i}"))
                    .phone("0888 123 456")
                    .tag("нов")
                    .create(&book);
                last = Some(id);
                format!("client {id}")
            }
            (2, Some(id)) => format!("contact {} {id}", log_call(&book, id, "Записа се", i)),
            (3, Some(id)) => {
                let before = book.read(|conn| clients::load(conn, id)).expect("the card");
                let notes = format!("бележка {i}");
                let after = ClientDraft {
                    notes: notes.clone(),
                    ..before.clone()
                };
                clients::change(&book, &by, id, &before, after).expect("a change");
                format!("notes {id} {notes}")
            }
            (_, Some(_)) => {
                let draft = |n: u64| {
                    ClientBuilder::new(&format!("Внесен {i} {n}"))
                        .email(&format!("{i}.{n}@example.com"))
                        .0
                };
                let records = (0..20)
                    .map(|n| Record {
                        line: n + 1,
                        draft: draft(n),
                    })
                    .collect();
                let parsed = Parsed {
                    format: Format::Csv,
                    source: None,
                    table: None,
                    records,
                    refused: Vec::new(),
                };
                let mut go_on = |_, _| std::ops::ControlFlow::Continue(());
                let plan = book
                    .read(|conn| imports::Plan::new(conn, parsed, &mut go_on))
                    .expect("a plan");
                imports::run(&book, &by, &format!("файл {i}.csv"), &plan, &mut go_on).expect("an import");
                format!("import {i}")
            }
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{saved}")
            .and_then(|()| out.flush())
            .expect("somebody listens");
    }
}
