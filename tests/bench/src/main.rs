//! `bench [--quick] [--rounds N] [--book | --search | --sync | --storm | --window]`: prints a table and writes `target/bench.json`: name, ours,
//! baseline, ratio, unit, goal. Each figure is the middle one of three rounds, the baseline's too, and both are
//! measured in turns; only the ratios say something on a busy machine. The server is a process of its own, but it
//! shares the machine with the devices.

mod book;
mod office;
mod raw;
mod search;
mod storm;
mod sync;
mod table;
mod window;

use table::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let rounds = arguments.iter().skip_while(|word| *word != "--rounds").nth(1);
    let rounds = rounds.map_or(3, |rounds| rounds.parse().expect("a number of rounds"));
    println!("{}", table::load());
    let mut table = Table::new();
    let all = !["--book", "--search", "--sync", "--storm", "--window"]
        .iter()
        .any(|part| has(part));
    if all || has("--book") {
        book::measure(&mut table, has("--quick"), rounds);
    }
    if all || has("--search") {
        search::measure(&mut table, has("--quick"));
    }
    if all || has("--window") {
        window::measure(&mut table);
    }
    if all || has("--sync") || has("--storm") {
        of_sync(&mut table, &has, rounds);
    }
    table.print();
    if let Err(error) = table.write() {
        eprintln!("target/bench.json was not written: {error}");
        std::process::exit(1);
    }
}

/// What needs a server, and a database for it.
fn of_sync(table: &mut Table, has: &dyn Fn(&str) -> bool, rounds: usize) {
    let cluster = clientele_cluster::Postgres::start().expect("a PostgreSQL");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    if !has("--storm") {
        sync::measure(table, &runtime, &cluster, has("--quick"), rounds);
    }
    if has("--storm") || !(has("--quick") || has("--sync")) {
        storm::measure(table, &cluster, 1);
    }
}
