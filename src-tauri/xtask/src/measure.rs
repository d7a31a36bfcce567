//! `cargo xtask bench` and `cargo xtask histories`: what it costs, and whether devices that write apart become one
//! book again, as often as asked for.

use std::process::Command;

use crate::platform::{self, Need};
use crate::program;
use crate::sh::{self, Result, cargo};

/// Builds the bench and the server as they are given to others, and runs the bench: `[--quick] [--rounds N]
/// [--book|--search|--sync|--storm|--window]`.
pub fn bench(arguments: &[String]) -> Result {
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let parts = ["--book", "--search", "--sync", "--storm", "--window"];
    let all = !parts.iter().any(|part| has(part));
    let mut needs = vec![Need::Build];
    if all || has("--book") {
        needs.push(Need::Baseline);
    }
    if all || has("--sync") || has("--storm") {
        needs.push(Need::Postgres);
    }
    if all || has("--window") {
        needs.extend([Need::VirtualDesktop, Need::WindowTests]);
    }
    platform::prepare(&needs)?;
    if all || has("--window") {
        program::build(true)?;
        let example = [
            "build",
            "--release",
            "--package",
            "clientele-bench",
            "--example",
            "bare",
        ];
        sh::run(cargo().args(example))?;
    }
    let packages = ["clientele-bench", "clientele-server", "clientele-cli"];
    let packages = packages.iter().flat_map(|package| ["--package", package]);
    sh::run(cargo().args(["build", "--release"]).args(packages))?;
    let program = program::target_dir()?.join("release/bench");
    sh::run(Command::new(program).args(arguments))
}

/// Random histories: `[count] [first seed] [sqlite|postgres]`.
pub fn histories(arguments: &[String]) -> Result {
    platform::prepare(&[Need::Build, Need::Postgres])?;
    let program = program::build_for_development("histories", &[])?;
    sh::run(Command::new(program).args(arguments))
}
