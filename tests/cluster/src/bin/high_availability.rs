//! `cargo xtask ha`: kills the primary of three PostgreSQL nodes again and again under load, and counts what is lost.

use std::process::ExitCode;

use clientele_cluster::availability::rows::Rows;
use clientele_cluster::availability::{self, Plan};
use clientele_cluster::patroni::Replication;
use clientele_cluster::{Error, Patroni, Result};

const USAGE: &str = "\
cargo xtask ha [--kills N] [--seed N] [--control]

  --kills N   how often the primary is killed (20; for the control 3)
  --seed N    chooses the moments, as printed by an earlier run
  --control   without synchronous replication, where acknowledged writes must be lost: whether the test sees it";

/// Each on a connection of its own.
const WRITERS: usize = 8;

struct Options {
    kills: Option<usize>,
    seed: Option<u64>,
    is_control: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match parse(&arguments).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Result<Options> {
    let mut options = Options {
        kills: None,
        seed: None,
        is_control: false,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut number = || {
            let text = rest.next().and_then(|text| text.parse::<u64>().ok());
            text.ok_or_else(|| Error::other(format!("{argument} wants a number\n{USAGE}")))
        };
        match argument.as_str() {
            "--kills" => options.kills = usize::try_from(number()?).ok(),
            "--seed" => options.seed = Some(number()?),
            "--control" => options.is_control = true,
            _ => return Err(Error::other(USAGE)),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<()> {
    let seed = options.seed.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(1, |since| since.as_secs())
    });
    let plan = Plan {
        kills: options.kills.unwrap_or(if options.is_control { 3 } else { 20 }),
        writers: WRITERS,
        seed,
        always_hold_back: options.is_control,
    };
    let replication = if options.is_control {
        Replication::Asynchronous
    } else {
        Replication::Synchronous
    };
    println!(
        "3 nodes under Patroni, {} replication, {} writers, {} kills, seed {seed}",
        if options.is_control {
            "asynchronous"
        } else {
            "synchronous"
        },
        plan.writers,
        plan.kills
    );
    let mut cluster = Patroni::start_with(3, replication)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Error::other(error.to_string()))?;
    let load = runtime.block_on(Rows::create(&cluster))?;
    let outcome = availability::run(&mut cluster, &load, &plan, |line| println!("{line}"))?;
    println!("{outcome}");
    let is_as_expected = if options.is_control {
        !outcome.lost.is_empty()
    } else {
        outcome.is_whole()
    };
    if is_as_expected {
        return Ok(());
    }
    Err(Error::other(if options.is_control {
        "Nothing was lost without synchronous replication either: the test would not see a loss."
    } else {
        "What was acknowledged is not what is there."
    }))
}
