//! `clientele-cli`: the same commands as in the window, for a terminal and for scripts.

mod answer;
mod arguments;
mod commands;
mod host;
mod moments;
mod page;
mod sentences;
mod values;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clientele_api::{Api, ErrorCode, Refusal, StartOptions, platform, reader};

use arguments::Arguments;
use host::TerminalHost;

/// The api over a terminal.
type Terminal = Api<TerminalHost>;

fn main() -> ExitCode {
    if let Some(code) = reader::answer() {
        return code;
    }
    platform::ignore_file_size_signal();
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(refusal) => {
            // Where stderr is closed, the exit code has to do.
            let _ = writeln!(std::io::stderr(), "{}", sentences::line(&refusal));
            ExitCode::from(if refusal.code == ErrorCode::Usage { 2 } else { 1 })
        }
    }
}

/// Does what was asked. Is all well?
fn run() -> Result<bool, Refusal> {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return help(&error),
    };
    // What the api keeps or says of the book must mean the same in every folder.
    let book = std::path::absolute(&arguments.book).unwrap_or(arguments.book);
    let start = StartOptions {
        book: Some(book),
        key_file: arguments.key_file,
        only_when_asked: true,
    };
    let api = Api::new(TerminalHost::new(), start);
    let answer = commands::run(&api, arguments.command);
    api.host().settle();
    let answer = answer?;
    let well = answer.well();
    answer.print(arguments.json).map_err(|error| {
        Refusal::new(ErrorCode::FileFailed)
            .with("path", "stdout")
            .with("detail", error)
    })?;
    Ok(well)
}

/// Help where it was asked for; else what was not understood, on one line.
fn help(error: &clap::Error) -> Result<bool, Refusal> {
    let text = error.render().to_string();
    if !error.use_stderr() {
        // Whoever pipes the help into `head` has what was wanted.
        let _ = std::io::stdout().write_all(text.as_bytes());
        return Ok(true);
    }
    // The first paragraph says what is wrong; the usage behind it is for `--help`.
    let problem = text.split("\n\n").next().unwrap_or_default();
    let problem = problem.trim_start_matches("error: ").split_whitespace();
    let detail = problem.collect::<Vec<_>>().join(" ");
    Err(Refusal::new(ErrorCode::Usage).with("detail", detail))
}
