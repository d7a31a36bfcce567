//! Random histories, as many as asked for: `histories [COUNT] [FIRST_SEED] [sqlite|postgres]`. Stops at the
//! first that fails, and prints its seed.

use clientele_tests::simulator::{OfficeKind, World, judge, random_history};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| arguments.get(place).and_then(|text| text.parse::<u64>().ok());
    let (count, first) = (number(0).unwrap_or(100), number(1).unwrap_or(1));
    let kind = match arguments.get(2).map(String::as_str) {
        Some("postgres") => OfficeKind::Postgres,
        _ => OfficeKind::Sqlite,
    };
    for seed in first..first + count {
        let mut world = World::new(kind, seed);
        random_history(&mut world);
        judge(&mut world);
        if seed % 50 == 0 {
            println!("{} histories have converged", seed + 1 - first);
        }
    }
    println!("{count} histories on {kind:?} from seed {first}: all have converged, nothing is lost");
}
