//! `bench [--quick]`: prints a table and writes `target/bench.json`: name, ours, baseline, ratio, unit, goal.
//! Every pair is measured in one run, one after the other; only the ratios say something on a busy machine.

mod office;
mod raw;
mod sync;
mod table;

use table::Table;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let mut table = Table::new();
    sync::measure(&mut table, quick);
    table.print();
    if let Err(error) = table.write() {
        eprintln!("target/bench.json was not written: {error}");
        std::process::exit(1);
    }
}
