//! What the random tests share.

use proptest::test_runner::{Config, RngSeed};

/// The seed when none is asked for.
const SEED: u64 = 2;

/// So many random cases (`PROPTEST_CASES`: more), the same ones in every run; `PROPTEST_RNG_SEED` asks for others.
/// The seed is printed, so that a failure can be had again.
pub fn seeded(cases: u32) -> Config {
    let asked = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() {
        asked.cases
    } else {
        cases
    };
    let rng_seed = match asked.rng_seed {
        RngSeed::Random => RngSeed::Fixed(SEED),
        fixed => fixed,
    };
    println!("PROPTEST_RNG_SEED={rng_seed}");
    Config {
        cases,
        rng_seed,
        failure_persistence: None,
        ..asked
    }
}
