//! Push, and pull with everything that the book makes of it, over a real line.

use std::time::{Duration, Instant};

use clientele_cluster::Database;
use clientele_core::head_office::waiting;
use clientele_core::testing::TestBook;
use clientele_core::workspace::{Actor, NewStep, StepLabel};
use clientele_core::{clients, search};
use clientele_model::{ClientDraft, ClientId, Timestamp};
use clientele_sync::{Ask, Contact, Line};
use tokio::runtime::Runtime;

use super::office::Office;
use super::raw;
use super::table::{Goal, Table, median};

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
    /// In all.
    seconds: f64,
    /// Until head office had acknowledged the last change.
    acknowledged: f64,
    sent: usize,
    received: usize,
}

fn visit(runtime: &Runtime, book: &TestBook, line: &Line, page: usize) -> Cost {
    let (mut sent, mut received) = (0, 0);
    let written = book.read(waiting).expect("it is paired");
    let mut acknowledged = 0.0;
    let begun = Instant::now();
    let mut contact = Contact::begin(book).expect("it is paired").in_batches_of(page);
    while let Some(ask) = contact.ask().expect("a question") {
        let (Ask::Pair(bytes) | Ask::Open(bytes) | Ask::Call(bytes)) = &ask;
        sent += bytes.len();
        let answer = runtime.block_on(line.send(ask)).expect("an answer");
        received += answer.len();
        contact.answer(&answer).expect("it fits");
        if acknowledged == 0.0 && contact.report().went_out >= written {
            acknowledged = begun.elapsed().as_secs_f64();
        }
    }
    assert_eq!(contact.report().agrees, Some(true), "both sides hold the same");
    Cost {
        seconds: begun.elapsed().as_secs_f64(),
        acknowledged,
        sent,
        received,
    }
}

/// Takes everything in as the program does: the next pages come while one is taken in. Returns the seconds from when
/// the book had said what it had to say itself, and those until the search knew of all.
fn pull(runtime: &Runtime, book: &TestBook, line: &Line) -> (f64, f64) {
    let mut contact = Contact::begin(book).expect("it is paired").fetching_ahead();
    while let Some(ask) = contact.ask().expect("a question") {
        let answer = runtime.block_on(line.send(ask)).expect("an answer");
        contact.answer(&answer).expect("it fits");
    }
    let begun = Instant::now();
    let done = runtime.block_on(clientele_sync::to_the_end(&mut contact, line));
    done.expect("to the end");
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(contact.report().agrees, Some(true), "both sides hold the same");
    while search::catch_up(book).expect("indexed") {}
    (seconds, begun.elapsed().as_secs_f64())
}

fn paired(runtime: &Runtime, office: &Office<'_>, book: &TestBook) -> Line {
    let code = office.code();
    let pairing = clientele_sync::pair(book, &code, "bench", Timestamp::now());
    runtime.block_on(pairing).expect("paired");
    let member = book.read(clientele_core::head_office::membership);
    let member = member.expect("read").expect("it is paired");
    Line::new(&member.address, member.pin).expect("a line")
}

/// What is measured: how many cards, in pages of how many, over which database.
#[derive(Clone, Copy)]
struct Case {
    cards: u32,
    page: usize,
    is_postgres: bool,
}

/// Of each figure what was seen, round by round.
#[derive(Default)]
struct Seen {
    raw: Vec<f64>,
    raw_bytes: Vec<f64>,
    push: Vec<f64>,
    whole_visit: Vec<f64>,
    work: Vec<f64>,
    pull: Vec<f64>,
    found: Vec<f64>,
    one_by_one: Vec<f64>,
    sent: Vec<f64>,
    received: Vec<f64>,
    project: Vec<f64>,
    disk: Vec<f64>,
    disk_in_all: Vec<f64>,
    disk_unrested: Vec<f64>,
    memory: Vec<f64>,
}

/// Measures both servers at both page sizes.
pub fn measure(
    table: &mut Table,
    runtime: &Runtime,
    cluster: &clientele_cluster::Postgres,
    quick: bool,
    rounds: usize,
) {
    let sizes: &[u32] = if quick { &[10_000] } else { &[10_000, 100_000] };
    let pages: &[usize] = if quick { &[1_000] } else { &[100, 1_000] };
    for cards in sizes {
        for page in pages {
            for is_postgres in [false, true] {
                let case = Case {
                    cards: *cards,
                    page: *page,
                    is_postgres,
                };
                let mut seen = Seen::default();
                for _ in 0..rounds {
                    round(&mut seen, runtime, cluster, case);
                }
                tell(table, case, &seen);
            }
        }
    }
}

/// The baseline is measured before, between and after, so that a busy minute is busy for both.
#[expect(clippy::cast_precision_loss, reason = "sizes are told in round numbers")]
fn round(seen: &mut Seen, runtime: &Runtime, cluster: &clientele_cluster::Postgres, case: Case) {
    let folder = tempfile::tempdir().expect("a folder");
    let database: Option<Database<'_>> = case.is_postgres.then(|| cluster.database().expect("a database"));
    let mut office = Office::start(folder.path(), database.as_ref());
    let empty = office.bytes();
    let giver = filled(case.cards);
    let line = paired(runtime, &office, &giver);
    let cards = raw::cards(case.cards);
    let baseline = |seen: &mut Seen| {
        let (rate, bytes) = raw::inserts(folder.path(), &cards);
        seen.raw.push(rate);
        seen.raw_bytes.push(bytes);
    };
    let changes = f64::from(case.cards + case.cards.div_ceil(STEP));
    baseline(seen);
    // A visit ends with a pull: what the giver pushed comes back to it, and is compared.
    let worked = office.worked();
    let pushed = visit(runtime, &giver, &line, case.page);
    let worked = office.worked() - worked;
    seen.work.push(worked.as_secs_f64() * 1e6 / changes);
    baseline(seen);
    seen.push.push(changes / pushed.acknowledged);
    seen.whole_visit.push(changes / pushed.seconds);
    seen.sent.push(pushed.sent as f64 / changes);
    office.quiet();
    let taker = TestBook::new();
    let line = paired(runtime, &office, &taker);
    let (seconds, found) = pull(runtime, &taker, &line);
    baseline(seen);
    seen.pull.push(changes / seconds);
    seen.found.push(changes / found);
    drop((taker, line));
    let another = TestBook::new();
    let line = paired(runtime, &office, &another);
    let pulled = visit(runtime, &another, &line, case.page);
    seen.one_by_one.push(changes / pulled.seconds);
    seen.received.push(pulled.received as f64 / changes);
    drop((giver, another, line));
    if !case.is_postgres {
        seen.disk_unrested.push(office.bytes() as f64 / changes);
        office.rested();
        let bytes = office.bytes();
        seen.disk.push((bytes - empty) as f64 / changes);
        seen.disk_in_all.push(bytes as f64 / changes);
    }
    seen.memory.push(office.memory() as f64);
    office.stop();
    let projected = office.project_anew(runtime);
    seen.project
        .push(changes / projected.max(Duration::from_millis(1)).as_secs_f64());
}

fn tell(table: &mut Table, case: Case, seen: &Seen) {
    let kind = if case.is_postgres { "PostgreSQL" } else { "SQLite" };
    let (cards, page) = (case.cards, case.page);
    let name = |what: &str| format!("{what}, {cards} cards, page {page}, {kind}");
    let is_goal = page == 1_000;
    let raw = (median(&seen.raw), "raw inserts");
    let none = (0.0, "");
    let ratio = |goal: f64| is_goal.then_some(Goal::RatioAtLeast(goal / 784_000.0));
    let push = (median(&seen.push), "changes/s");
    table.add(name("push"), push, raw, ratio(5.0 * 12_700.0));
    let visit = (median(&seen.whole_visit), "changes/s");
    table.add(name("push, and its own log back and compared"), visit, raw, None);
    let work = (median(&seen.work), "us");
    table.add(name("the server's own work of that, a change"), work, none, None);
    let pull = (median(&seen.pull), "changes/s");
    table.add(name("pull and apply"), pull, raw, ratio(5.0 * 9_400.0));
    let found = (median(&seen.found), "changes/s");
    table.add(
        name("pull and apply, until the search knows them"),
        found,
        raw,
        None,
    );
    let one_by_one = (median(&seen.one_by_one), "changes/s");
    table.add(name("pull and apply, page after page"), one_by_one, raw, None);
    let bytes = |values: &[f64]| (median(values), "bytes");
    let most = |goal: f64| is_goal.then_some(Goal::AtMost(goal));
    let sent = bytes(&seen.sent);
    table.add(name("push, a change on the wire"), sent, none, most(60.0));
    let received = bytes(&seen.received);
    table.add(name("pull, a change on the wire"), received, none, most(60.0));
    if !case.is_postgres {
        let raw = (median(&seen.raw_bytes), "raw inserts");
        table.add(
            name("server's disk, each card more"),
            bytes(&seen.disk),
            raw,
            most(200.0),
        );
        let all = bytes(&seen.disk_in_all);
        table.add(name("server's disk, empty tables and all"), all, raw, None);
        let before = bytes(&seen.disk_unrested);
        table.add(name("server's disk before it was tidied"), before, raw, None);
    }
    let projected = (median(&seen.project), "changes/s");
    table.add(
        name("plain tables made anew"),
        projected,
        none,
        is_goal.then_some(Goal::AtLeast(50_000.0)),
    );
    let memory = (median(&seen.memory) / 1_048_576.0, "MiB");
    table.add(name("server's memory at most"), memory, none, None);
}
