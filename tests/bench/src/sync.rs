//! Push, and pull with everything that the book makes of it, over a real line.

use std::path::Path;
use std::time::Instant;

use clientele_core::clients;
use clientele_core::testing::TestBook;
use clientele_core::workspace::{Actor, NewStep, StepLabel};
use clientele_model::{ClientDraft, ClientId, Timestamp};
use clientele_sync::{Ask, Contact, Line};

use super::office::Office;
use super::raw;
use super::table::{Goal, Table};

/// A card of about 156 bytes.
pub fn card(n: u32) -> ClientDraft {
    let mut dice = clientele_core::testing::Rng(u64::from(n));
    let (a, b, c) = (dice.below(100_000), dice.below(100_000), dice.below(100_000_000));
    ClientDraft {
        given_name: format!("Мария{a}"),
        family_name: format!("Иванова{b}"),
        notes: format!("prefers the chair by the window, card {c:08}, asks for tea and a quiet half hour"),
        ..ClientDraft::default()
    }
}

/// Cards in a step.
const STEP: u32 = 100;

fn filled(cards: u32) -> TestBook {
    let book = TestBook::new();
    for first in (0..cards).step_by(STEP as usize) {
        let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
        book.write(step, |w| {
            for n in first..(first + STEP).min(cards) {
                clients::add_checked(w, ClientId::new(), &card(n))?;
            }
            Ok(())
        })
        .expect("cards");
    }
    book
}

/// What a visit cost.
struct Cost {
    seconds: f64,
    sent: usize,
    received: usize,
}

fn visit(runtime: &tokio::runtime::Runtime, book: &TestBook, line: &Line, page: usize) -> Cost {
    let (mut sent, mut received) = (0, 0);
    let begun = Instant::now();
    let mut contact = Contact::begin(book).expect("it is paired").in_batches_of(page);
    while let Some(ask) = contact.ask().expect("a question") {
        let (Ask::Pair(bytes) | Ask::Open(bytes) | Ask::Call(bytes)) = &ask;
        sent += bytes.len();
        let answer = runtime.block_on(line.send(ask)).expect("an answer");
        received += answer.len();
        contact.answer(&answer).expect("it fits");
    }
    assert_eq!(contact.report().agrees, Some(true), "both sides hold the same");
    Cost {
        seconds: begun.elapsed().as_secs_f64(),
        sent,
        received,
    }
}

fn paired(runtime: &tokio::runtime::Runtime, office: &Office, book: &TestBook) -> Line {
    let code = office.code();
    let pairing = clientele_sync::pair(book, &code, "bench", Timestamp::now());
    runtime.block_on(pairing).expect("paired");
    let member = book.read(clientele_core::head_office::membership);
    let member = member.expect("read").expect("it is paired");
    Line::new(&member.address, member.pin).expect("a line")
}

fn bytes_of(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    let sizes = files.map(|file| file.metadata().map_or(0, |file| file.len()));
    sizes.sum()
}

/// Measures both servers at both page sizes.
pub fn measure(table: &mut Table, quick: bool) {
    let sizes: &[u32] = if quick { &[10_000] } else { &[10_000, 100_000] };
    let cluster = clientele_cluster::Postgres::shared().expect("a PostgreSQL");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    for cards in sizes {
        for page in [100, 1_000] {
            for kind in ["SQLite", "PostgreSQL"] {
                one(table, &runtime, cluster, *cards, page, kind);
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes are told in round numbers")]
fn one(
    table: &mut Table,
    runtime: &tokio::runtime::Runtime,
    cluster: &clientele_cluster::Postgres,
    cards: u32,
    page: usize,
    kind: &str,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = (kind == "PostgreSQL").then(|| cluster.database().expect("a database"));
    let url = database.as_ref().map(clientele_cluster::Database::url);
    let office = Office::open(folder.path(), url.as_deref());
    let giver = filled(cards);
    let line = paired(runtime, &office, &giver);
    let (raw, _) = raw::inserts(folder.path(), cards);
    let changes = f64::from(cards + cards.div_ceil(STEP));
    let name = |what: &str| format!("{what}, {cards} cards, page {page}, {kind}");

    // The giver's own visit ends with its own pull: what it pushed comes back to it.
    let pushed = visit(runtime, &giver, &line, page);
    table.add(
        name("push"),
        (changes / pushed.seconds, "changes/s"),
        (raw, "raw inserts"),
        (page == 1_000).then_some(Goal::RatioAtLeast(5.0 * 12_700.0 / 784_000.0)),
    );
    table.add(
        name("push, bytes a change on the wire"),
        (pushed.sent as f64 / changes, "bytes"),
        (0.0, ""),
        (page == 1_000).then_some(Goal::AtMost(60.0)),
    );
    let taker = TestBook::new();
    let line = paired(runtime, &office, &taker);
    let pulled = visit(runtime, &taker, &line, page);
    table.add(
        name("pull and apply"),
        (changes / pulled.seconds, "changes/s"),
        (raw, "raw inserts"),
        (page == 1_000).then_some(Goal::RatioAtLeast(5.0 * 9_400.0 / 784_000.0)),
    );
    table.add(
        name("pull, bytes a change on the wire"),
        (pulled.received as f64 / changes, "bytes"),
        (0.0, ""),
        (page == 1_000).then_some(Goal::AtMost(60.0)),
    );
    if kind == "SQLite" {
        let _ = std::fs::remove_file(folder.path().join("raw.sqlite"));
        office.settle();
        table.add(
            name("server's disk, plain tables and all"),
            (bytes_of(folder.path()) as f64 / changes, "bytes"),
            (0.0, ""),
            Some(Goal::AtMost(200.0)),
        );
    }
}
