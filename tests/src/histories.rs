//! Random histories, as many as asked for: `histories [COUNT] [FIRST_SEED]`. Stops at the first that fails, and
//! prints its seed.

use clientele_tests::simulator::{OfficeKind, World, judge, random_history};

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let count = arguments.next().and_then(Result::ok).unwrap_or(100);
    let first = arguments.next().and_then(Result::ok).unwrap_or(1);
    for seed in first..first + count {
        let mut world = World::new(OfficeKind::Sqlite, seed);
        random_history(&mut world);
        judge(&mut world);
        if seed % 50 == 0 {
            println!("{} histories have converged", seed + 1 - first);
        }
    }
    println!("{count} histories from seed {first}: all have converged, nothing is lost");
}
