//! `cargo xtask ha`: kills the primary of three PostgreSQL nodes again and again under load, and counts what is lost.

use std::process::ExitCode;

use clientele_cluster::availability::rows::Rows;
use clientele_cluster::availability::{self, Outcome, Plan};
use clientele_cluster::patroni::Replication;
use clientele_cluster::{Error, Patroni, Result};
use clientele_tests::availability::Devices;

const USAGE: &str = "\
cargo xtask ha [--kills N] [--seed N] [--control] [--rows]

  --kills N   how often the primary is killed (20; for the control 3)
  --seed N    chooses the moments, as printed by an earlier run
  --control   without synchronous replication, where acknowledged writes must be lost: whether the test sees it
  --rows      plain rows written to PostgreSQL, without a server and devices";

/// Connections that write plain rows.
const WRITERS: usize = 8;

/// Devices, half of them on each of two servers.
const DEVICES: usize = 6;

/// Where `clientele-server` is.
const SERVER: &str = "CLIENTELE_SERVER";

struct Options {
    kills: Option<usize>,
    seed: Option<u64>,
    is_control: bool,
    is_plain: bool,
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
        is_plain: false,
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
            "--rows" => options.is_plain = true,
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
        writers: if options.is_plain { WRITERS } else { DEVICES },
        seed,
        always_hold_back: options.is_control,
    };
    let replication = if options.is_control {
        Replication::Asynchronous
    } else {
        Replication::Synchronous
    };
    println!(
        "3 nodes under Patroni, {} replication, {} {}, {} kills, seed {seed}",
        if options.is_control {
            "asynchronous"
        } else {
            "synchronous"
        },
        plan.writers,
        if options.is_plain {
            "connections that write rows"
        } else {
            "devices on 2 servers"
        },
        plan.kills
    );
    let mut cluster = Patroni::start_with(3, replication)?;
    let (outcome, changes_lost) = if options.is_plain {
        let load = runtime()?.block_on(Rows::create(&cluster))?;
        let outcome = availability::run(&mut cluster, &load, &plan, |line| println!("{line}"))?;
        let lost = outcome.lost.len();
        (outcome, lost)
    } else {
        with_devices(&mut cluster, &plan)?
    };
    println!("{outcome}");
    let is_as_expected = if options.is_control {
        !outcome.lost.is_empty()
    } else {
        outcome.is_whole() && changes_lost == 0
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

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Runtime::new().map_err(|error| Error::other(error.to_string()))
}

/// Real devices and servers: what the devices lose, they notice themselves and give again, so that all books must be
/// equal in the end whatever was lost. Says besides how many changes the cluster has lost.
fn with_devices(cluster: &mut Patroni, plan: &Plan) -> Result<(Outcome, usize)> {
    let program = std::env::var_os(SERVER)
        .ok_or_else(|| Error::other(format!("{SERVER} does not say where clientele-server is")))?;
    let starting = runtime()?;
    let load = starting.block_on(Devices::start(cluster, program.into(), plan.writers))?;
    let outcome = availability::run(cluster, &load, plan, |line| println!("{line}"))?;
    let ending = load
        .ending()
        .ok_or_else(|| Error::other("nobody has looked at the end"))?;
    println!("{ending}");
    Ok((outcome, ending.lost))
}
