//! From what was typed to the first fifty clients: the index in memory beside SQLite's own trigrams and `like`.
//!
//! Each question is asked of all three in turns, by the clock of this thread alone. The baselines tell the first fifty
//! in a fixed order; ours ranks by how the name was meant, too.

pub mod people;

use std::time::Instant;

use clientele_core::clients;
use clientele_core::search::{self, trial};
use clientele_core::testing::{Rng, TestBook};
use clientele_core::workspace::{Actor, NewStep, StepLabel};
use clientele_model::ClientId;
use cpu_time::ThreadTime;
use rusqlite::{Connection, params};

use super::table::{Goal, Table};
use people::Words;

/// Whoever wants others changes it; it is printed.
const SEED: u64 = 20_261_122;

const TOP: usize = 50;

/// Questions of each size.
const QUESTIONS: usize = 1_200;

/// A book so large is filled to measure the whole way; filling more takes too long.
const WHOLE_MAX: usize = 100_000;

/// Measures all sizes.
pub fn measure(table: &mut Table, quick: bool) {
    println!("search: seed {SEED}");
    let sizes: &[usize] = if quick {
        &[1_000, 100_000]
    } else {
        &[1_000, 100_000, 1_000_000]
    };
    for clients in sizes {
        one_size(table, *clients);
    }
}

fn one_size(table: &mut Table, clients: usize) {
    let mut rng = Rng(SEED);
    let words = Words::new(&mut rng);
    let people: Vec<(Option<i64>, String)> = (0..clients)
        .map(|_| {
            let (card, seen) = words.card(&mut rng);
            (seen, trial::document(&card))
        })
        .collect();
    let name = |what: &str| format!("{what}, {clients} clients");
    let begun = ThreadTime::now();
    let ours = trial::Trial::of(
        people
            .iter()
            .enumerate()
            .map(|(n, (seen, text))| (people::id(n), *seen, text.as_str())),
    );
    let built = begun.elapsed().as_secs_f64();
    let order: Vec<usize> = ours.in_order().map(people::number).collect();
    let (baseline, built_by_fts) = Baseline::of(order.iter().map(|n| (people[*n].0, people[*n].1.as_str())));
    #[expect(clippy::cast_precision_loss, reason = "sizes are told in round numbers")]
    let size = ours.size() as f64 / 1_048_576.0;
    table.add(name("index made"), (built, "s"), (built_by_fts, "FTS5"), None);
    table.add(
        name("index in memory"),
        (size, "MiB"),
        (baseline.size(), "FTS5"),
        None,
    );
    let is_large = clients == 1_000_000;
    let questions: Vec<String> = (0..QUESTIONS).map(|_| words.question(&mut rng)).collect();
    let [mine, fts, ranked, like] = ask_all(&ours, &baseline, &questions);
    let goal = |times: f64| is_large.then_some(Goal::RatioAtMost(1.0 / times));
    // Somebody who was seen today goes to the top: no order of the rows holds for long, so a search of SQLite's has to
    // look at all that it finds. The first of a fixed order, which nothing ever moves, are told beside it.
    let baselines = [
        (&ranked, "FTS5, lately seen first", goal(30.0), goal(5.0)),
        (&fts, "FTS5, in the order of rows", None, None),
        (&like, "like, in the order of rows", None, goal(300.0)),
    ];
    for (theirs, what, p50, p99) in baselines {
        for (of, goal) in [(50, p50), (99, p99)] {
            table.add(
                name(&format!("search, p{of}")),
                (percentile(&mine, of), "us"),
                (percentile(theirs, of), what),
                goal,
            );
        }
    }
    slips(
        table,
        &ours,
        &words,
        &people,
        &mut rng,
        percentile(&fts, 99),
        is_large,
        clients,
    );
    if clients <= WHOLE_MAX {
        whole(table, clients, &questions);
    }
}

/// Microseconds of the thread's own time.
fn timed<T>(f: impl FnOnce() -> T) -> (f64, T) {
    let begun = ThreadTime::now();
    let value = f();
    (begun.elapsed().as_secs_f64() * 1e6, value)
}

/// Asks each question of all three, in turns; what each took, the quicker of two times, as a word that is typed is
/// mostly asked a letter before.
fn ask_all(ours: &trial::Trial, baseline: &Baseline, questions: &[String]) -> [Vec<f64>; 4] {
    let mut times = [const { Vec::new() }; 4];
    let mut slowest = (0.0, String::new());
    for question in questions {
        let typed: Vec<&str> = question.split(' ').collect();
        let mine = || timed(|| ours.ask(question, TOP)).0;
        let fts = || timed(|| baseline.fts(&typed, "f.rowid")).0;
        let ranked = || timed(|| baseline.fts(&typed, "d.seen desc, f.rowid")).0;
        let like = || timed(|| baseline.like(&typed, "d.n")).0;
        let both = |ask: &dyn Fn() -> f64| ask().min(ask());
        let mine = both(&mine);
        if mine > slowest.0 {
            slowest = (mine, question.clone());
        }
        for (times, time) in times.iter_mut().zip([mine, both(&fts), both(&ranked), like()]) {
            times.push(time);
        }
    }
    println!("slowest question: {:?}, {:.0} us", slowest.1, slowest.0);
    times
}

fn percentile(times: &[f64], of: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[(times.len() * of / 100).min(times.len() - 1)]
}

/// Names mistyped: how many are found in spite of it, and what that takes.
#[expect(clippy::too_many_arguments, reason = "all of it is one size's")]
fn slips(
    table: &mut Table,
    ours: &trial::Trial,
    words: &Words,
    people: &[(Option<i64>, String)],
    rng: &mut Rng,
    fts: f64,
    is_large: bool,
    clients: usize,
) {
    for (alphabet, letters) in [(0, "Cyrillic"), (1, "Latin")] {
        let (mut asked, mut found, mut times) = (0.0, 0.0, Vec::new());
        while asked < 500.0 {
            let (right, typed) = words.slip(rng, alphabet);
            // Somebody must be called so.
            let is_so = |id: &ClientId| {
                let text = &people[people::number(*id)].1;
                text.split('\u{2}')
                    .next()
                    .is_some_and(|names| names.split(' ').any(|name| name.starts_with(&right)))
            };
            if !ours.ask(&right, 1).iter().any(is_so) {
                continue;
            }
            asked += 1.0;
            let (time, told) = timed(|| ours.ask(&typed, TOP));
            times.push(time);
            // Where more are called as it was typed, whoever goes on reading finds them.
            if told.iter().any(is_so) || ours.ask(&typed, 10_000).iter().any(is_so) {
                found += 1.0;
            }
        }
        let name = |what: &str| format!("a slip in {letters} letters, {what}, {clients} clients");
        let recall = is_large.then_some(Goal::AtLeast(99.0));
        table.add(name("found"), (100.0 * found / asked, "%"), (0.0, ""), recall);
        let goal = is_large.then_some(Goal::RatioAtMost(1.0));
        table.add(
            name("p99"),
            (percentile(&times, 99), "us"),
            (fts, "FTS5, no slip"),
            goal,
        );
    }
}

/// The whole way: from what was typed to hits with what stands on their cards, in a real, encrypted book.
fn whole(table: &mut Table, clients: usize, questions: &[String]) {
    let mut rng = Rng(SEED);
    let words = Words::new(&mut rng);
    let book = TestBook::new();
    for first in (0..clients).step_by(1_000) {
        let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
        book.write(step, |w| {
            for _ in first..(first + 1_000).min(clients) {
                clients::add_checked(w, ClientId::new(), &words.card(&mut rng).0)?;
            }
            Ok(())
        })
        .expect("cards");
    }
    let begun = Instant::now();
    assert!(search::load(&book, &|| true).expect("read"), "loaded");
    let name = |what: &str| format!("{what}, {clients} clients");
    let loaded = (begun.elapsed().as_secs_f64(), "s");
    table.add(
        name("index loaded from an encrypted book"),
        loaded,
        (0.0, ""),
        None,
    );
    let times: Vec<f64> = questions
        .iter()
        .take(400)
        .map(|question| timed(|| search::search(&book, question, TOP, "BG").expect("hits")).0)
        .collect();
    let p = |of: usize| (percentile(&times, of), "us");
    table.add(
        name("the whole search with fifty cards, p50"),
        p(50),
        (0.0, ""),
        None,
    );
    table.add(
        name("the whole search with fifty cards, p99"),
        p(99),
        (0.0, ""),
        None,
    );
    book.search_memory().forget();
    let times: Vec<f64> = questions
        .iter()
        .take(20)
        .map(|question| timed(|| search::search(&book, question, TOP, "BG").expect("hits")).0)
        .collect();
    table.add(
        name("the whole search by going through, p50"),
        (percentile(&times, 50), "us"),
        (0.0, ""),
        None,
    );
}

/// The same documents in plain SQLite, in the order in which they are told.
struct Baseline(Connection);

impl Baseline {
    /// Returns it and the seconds that FTS5 took.
    fn of<'a>(texts: impl Iterator<Item = (Option<i64>, &'a str)>) -> (Self, f64) {
        let conn = Connection::open_in_memory().expect("a database");
        conn.execute_batch(
            "create table documents (n integer primary key, text text not null, seen integer);
             create virtual table fts using fts5 (text, tokenize = 'trigram case_sensitive 1', detail = 'none',
               content = 'documents', content_rowid = 'n');
             begin;",
        )
        .expect("tables");
        {
            let mut insert = conn
                .prepare("insert into documents (text, seen) values (?1, ?2)")
                .expect("a statement");
            for (seen, text) in texts {
                insert.execute(params![text, seen]).expect("a row");
            }
        }
        conn.execute_batch("commit").expect("committed");
        let begun = ThreadTime::now();
        conn.execute_batch(
            "insert into fts (fts) values ('rebuild'); insert into fts (fts) values ('optimize')",
        )
        .expect("indexed");
        (Self(conn), begun.elapsed().as_secs_f64())
    }

    /// MiB of the index, without the documents.
    fn size(&self) -> f64 {
        let bytes: i64 = self
            .0
            .query_row("select sum(length(block)) from fts_data", [], |row| row.get(0))
            .expect("a size");
        #[expect(clippy::cast_precision_loss, reason = "sizes are told in round numbers")]
        let bytes = bytes as f64;
        bytes / 1_048_576.0
    }

    /// Trigrams where there are three letters, and those who have them all looked at; else it goes through all.
    fn fts(&self, typed: &[&str], order: &str) -> Vec<i64> {
        let mut trigrams = Vec::new();
        for word in typed {
            let letters: Vec<char> = word.chars().collect();
            trigrams.extend(
                letters
                    .windows(3)
                    .map(|three| format!("\"{}\"", three.iter().collect::<String>())),
            );
        }
        if trigrams.is_empty() {
            return self.like(typed, &order.replace("f.rowid", "d.n"));
        }
        let filters: Vec<String> = (2..typed.len() + 2)
            .map(|n| format!("instr(d.text, ?{n})"))
            .collect();
        let sql = format!(
            "select f.rowid from fts f cross join documents d on d.n = f.rowid
             where fts match ?1 and {} order by {order} limit {TOP}",
            filters.join(" and ")
        );
        let mut statement = self.0.prepare_cached(&sql).expect("a statement");
        let all = std::iter::once(trigrams.join(" AND ")).chain(typed.iter().map(ToString::to_string));
        let found = statement.query_map(rusqlite::params_from_iter(all), |row| row.get(0));
        found.expect("found").map(|n| n.expect("a number")).collect()
    }

    fn like(&self, typed: &[&str], order: &str) -> Vec<i64> {
        let filters: Vec<String> = (1..=typed.len()).map(|n| format!("text like ?{n}")).collect();
        let sql = format!(
            "select n from documents d where {} order by {order} limit {TOP}",
            filters.join(" and ")
        );
        let mut statement = self.0.prepare_cached(&sql).expect("a statement");
        let typed = typed.iter().map(|word| format!("%{word}%"));
        let found = statement.query_map(rusqlite::params_from_iter(typed), |row| row.get(0));
        found.expect("found").map(|n| n.expect("a number")).collect()
    }
}
