//! `cargo xtask ha`: three PostgreSQL nodes, the primary killed again and again while real devices write
//! and visit two servers, and what was lost.

use std::process::Command;

use crate::platform::{self, Need};
use crate::program;
use crate::sh::{self, Result};

/// Installs what is missing, and hands the arguments on: the program knows them, and prints the table.
pub fn ha(arguments: &[String]) -> Result {
    platform::prepare(&[Need::Postgres, Need::HighAvailability])?;
    let server = program::build_for_development("clientele-server", &[])?;
    let program = program::build_for_development("high-availability", &[])?;
    sh::run(
        Command::new(program)
            .args(arguments)
            .env("CLIENTELE_SERVER", server),
    )
}
