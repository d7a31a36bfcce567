//! `clientele-server`: head office's server, and what its people ask of it at the command line.

mod cli;

use clap::Parser as _;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    cli::run(cli::Arguments::parse()).await
}
