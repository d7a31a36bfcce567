//! Random histories. `CLIENTELE_SEED` says from which seed on, `CLIENTELE_HISTORIES` how many.

use clientele_tests::simulator::{OfficeKind, World, judge, random_history};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

#[test]
fn random_histories_converge() {
    let first = number("CLIENTELE_SEED", 1);
    for seed in first..first + number("CLIENTELE_HISTORIES", 12) {
        println!("seed {seed}");
        let mut world = World::new(OfficeKind::Sqlite, seed);
        random_history(&mut world);
        judge(&mut world);
    }
}
