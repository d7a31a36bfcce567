//! The desktop program.

// A release build for Windows opens no console beside its window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = clientele::reader::answer() {
        return code;
    }
    let arguments = match clientele::Arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}\n\n{}", clientele::USAGE);
            return ExitCode::from(2);
        }
    };
    match clientele::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("Clientele could not start: {problem}");
            ExitCode::FAILURE
        }
    }
}
