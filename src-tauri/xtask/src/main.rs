//! Everything a developer does here, in one program that needs nothing but Rust: `cargo xtask <verb>`.
//!
//! One verb a file. `platform` is the only one that knows operating systems.

mod bindings;
mod bundle;
mod ha;
mod measure;
mod node;
mod platform;
mod program;
mod report;
mod run;
mod screens;
mod sh;
mod test;
mod tidy;
mod ui;

use std::process::ExitCode;

use sh::Result;

const USAGE: &str = "\
cargo xtask <verb>

  run [--release] [--picture-only] [-- arguments]
           install what is missing, build the program and open its window; without a display,
           open it on a virtual one and save a picture
  test [--tidy] [--rust] [--ui] [--window]
           everything that is checked before a change is taken, or these parts of it
  ha [--kills N] [--seed N] [--control] [--rows]
           kill the primary of three PostgreSQL nodes again and again while devices write, and count what is lost
  histories [count] [first seed] [sqlite|postgres]
           random days of several devices with everything going wrong: all must become one book again
  bench [--quick]
           what it costs, each figure beside a baseline of the same run
  tidy     the rules of the house that no compiler knows
  bindings [--check]
           write the TypeScript of the commands, or say whether it is fresh
  screens [name ...]
           take a picture of every screen, in every language, theme and size
  accessible [name ...]
           ask of every screen, in every language, theme and size, whether everybody can use it (WCAG 2.2 AA)
  bundle [--server]
           make a .deb package of the program and one of head office's server, or the server's alone";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((verb, rest)) => dispatch(verb, rest),
        None => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(verb: &str, arguments: &[String]) -> Result {
    match verb {
        "run" => run::run(arguments),
        "test" => test::test(arguments),
        "ha" => ha::ha(arguments),
        "histories" => measure::histories(arguments),
        "bench" => measure::bench(arguments),
        "tidy" => tidy::tidy(),
        "bindings" => bindings::bindings(arguments),
        "screens" => screens::screens(arguments),
        "accessible" => screens::accessible(arguments).map(drop),
        "bundle" => bundle::bundle(arguments),
        _ => Err(USAGE.into()),
    }
}
