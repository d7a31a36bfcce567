//! `cargo xtask bench` and `cargo xtask histories`: what it costs, and whether devices that write apart become one
//! book again, as often as asked for.

use std::process::Command;

use crate::platform::{self, Need};
use crate::program;
use crate::sh::{self, Result, cargo};

/// Builds the bench as it is given to others, and runs it: `[--quick]`.
pub fn bench(arguments: &[String]) -> Result {
    platform::prepare(&[Need::Build, Need::Postgres])?;
    sh::run(cargo().args(["build", "--release", "--package", "clientele-bench"]))?;
    let program = program::target_dir()?.join("release/bench");
    sh::run(Command::new(program).args(arguments))
}

/// Random histories: `[count] [first seed] [sqlite|postgres]`.
pub fn histories(arguments: &[String]) -> Result {
    platform::prepare(&[Need::Build, Need::Postgres])?;
    let program = program::build_for_development("histories", &[])?;
    sh::run(Command::new(program).args(arguments))
}
