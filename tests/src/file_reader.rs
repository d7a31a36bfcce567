//! Reads foreign files for the journeys, as the desktop program and the command line do it in a process of their own.

use std::process::ExitCode;

use clientele_api::reader;

/// Asks the program to try what a reader has given up, and to say what it could do all the same; with one more
/// argument, what it can do that has given up nothing.
const TRY: &str = "try-to-break-out";

fn main() -> ExitCode {
    if let Some(code) = reader::answer() {
        return code;
    }
    if std::env::args().nth(1).as_deref() == Some(TRY) {
        let confined = std::env::args().nth(2).is_none();
        for done in break_out(confined) {
            println!("{done}");
        }
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

/// Everything forbidden that went through.
fn break_out(confined: bool) -> Vec<&'static str> {
    if confined && reader::confine().is_err() {
        return vec!["confine"];
    }
    let own = std::env::current_exe().unwrap_or_default();
    let tries: [(&str, bool); 5] = [
        ("read a file", std::fs::File::open(own).is_ok()),
        (
            "write a file",
            std::fs::write(std::env::temp_dir().join("clientele-broke-out"), "x").is_ok(),
        ),
        ("speak", std::net::UdpSocket::bind(("127.0.0.1", 0)).is_ok()),
        ("listen", std::net::TcpListener::bind(("127.0.0.1", 0)).is_ok()),
        (
            "take memory",
            Vec::<u8>::new()
                .try_reserve_exact(usize::try_from(reader::MEMORY_BYTES_MAX).unwrap_or(usize::MAX))
                .is_ok(),
        ),
    ];
    tries
        .into_iter()
        .filter(|(_, done)| *done)
        .map(|(what, _)| what)
        .collect()
}
