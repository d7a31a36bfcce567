//! `cargo xtask test`: everything that is checked before a change is taken. `.ci/run` calls exactly this.

use std::process::Command;

use crate::platform::{self, Need};
use crate::program::{self, FEATURE};
use crate::report::{Counts, Report, read_counts};
use crate::sh::{self, Result, cargo, root};
use crate::ui::Ui;
use crate::{bindings, screens, tidy};

const WINDOW_TESTS: &str = "clientele-window-tests";

/// Which parts were asked for.
struct Parts {
    tidy: bool,
    rust: bool,
    ui: bool,
    window: bool,
}

impl Parts {
    fn needs(&self) -> Vec<Need> {
        let mut needs = vec![Need::Build];
        if self.rust {
            needs.push(Need::Postgres);
        }
        if self.window {
            needs.extend([Need::VirtualDesktop, Need::WindowTests]);
        }
        needs
    }
}

/// Runs the parts that were asked for, or all of them.
pub fn test(arguments: &[String]) -> Result {
    let parts = parse(arguments)?;
    let mut report = Report::default();
    if parts.tidy {
        report.check("Tidy", || tidy::check().map(|()| Counts::ONE));
    }
    if parts.rust || parts.window {
        report.check("What the system must have", || {
            platform::prepare(&parts.needs()).map(|()| Counts::ONE)
        });
    }
    // The Rust half too: clippy and the tests compile the shell, and that takes the pages in.
    report.check("Build of the pages", || {
        Ui::ready()?.build().map(|()| Counts::ONE)
    });
    if parts.rust {
        rust(&mut report);
    }
    if parts.ui {
        report.check("Types of the pages", || {
            npm(&["run", "--silent", "check"]).map(|_| Counts::ONE)
        });
        report.check("Tests of the pages", || {
            npm(&["run", "--silent", "test"]).and_then(|text| counted(&text))
        });
    }
    if parts.window {
        report.check("The real window", window);
        report.check("Every screen, for everybody", accessible);
    }
    if std::env::var_os("CI").is_some() {
        report.check("Nothing was changed", nothing_was_changed);
    }
    report.finish()
}

/// Where the checks run on a fresh copy, they leave it as it was: no lock file that was behind, no output that git sees.
fn nothing_was_changed() -> Result<Counts> {
    let status = sh::answer(
        Command::new("git")
            .args(["status", "--porcelain"])
            .current_dir(sh::root()),
    );
    match status.as_deref() {
        Some("") => Ok(Counts::ONE),
        Some(changes) => Err(format!("the checks changed what is in git:\n{changes}").into()),
        None => Err("git does not say what was changed".into()),
    }
}

fn parse(arguments: &[String]) -> Result<Parts> {
    let all = arguments.is_empty();
    let mut parts = Parts {
        tidy: all,
        rust: all,
        ui: all,
        window: all,
    };
    for argument in arguments {
        match argument.as_str() {
            "--tidy" => parts.tidy = true,
            "--rust" => parts.rust = true,
            "--ui" => parts.ui = true,
            "--window" => parts.window = true,
            other => return Err(format!("test does not know {other:?}").into()),
        }
    }
    Ok(parts)
}

/// All our crates in one go each time: asking for some of them would compile what they share anew, with other features.
fn rust(report: &mut Report) {
    report.check("Formatting", || {
        component("fmt", "rustfmt")?;
        sh::run(cargo().args(["fmt", "--all", "--check"])).map(|()| Counts::ONE)
    });
    report.check("Clippy", || {
        component("clippy", "clippy")?;
        let mut command = cargo();
        command.args([
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--features",
            FEATURE,
            "--",
            "-D",
            "warnings",
        ]);
        sh::run(&mut command).map(|()| Counts::ONE)
    });
    let selection = ["--workspace", "--exclude", WINDOW_TESTS, "--features", FEATURE];
    // A test that passes keeps its words to itself under nextest: what it could not try is said here.
    if !root().join("../shared/data").is_dir() {
        eprintln!(
            "There is no ../shared/data here: tests of real files and published figures try what they make themselves."
        );
    }
    report.check("Rust tests", || tests(&selection));
    if has_nextest() {
        // Nextest does not run the examples in the documentation; `cargo test` has run them with the others.
        report.check("Examples in the documentation", || {
            let mut command = cargo();
            run_tests(command.args(["test", "--doc"]).args(selection), false)
        });
    }
    report.check("Bindings", || bindings::check().map(|()| Counts::ONE));
}

/// The journeys through the real window, one after the other: two windows on two cores would only make each other slow.
fn window() -> Result<Counts> {
    let program = program::build(false)?;
    let server = program::build_for_development("clientele-server", &[FEATURE])?;
    let mut command = test_command(&["--package", WINDOW_TESTS]);
    command.env("CLIENTELE_PROGRAM", program);
    command.env("CLIENTELE_SERVER", server);
    if has_nextest() {
        command.args(["--test-threads", "1"]);
    } else {
        command.args(["--", "--test-threads", "1"]);
    }
    run_tests(&mut command, true)
}

/// In one language and the smaller size: what axe-core asks hardly depends on the words.
fn accessible() -> Result<Counts> {
    let narrowed = ["ru".to_owned(), "1024x640".to_owned()];
    let passed = screens::accessible(&narrowed)?;
    Ok(Counts {
        passed,
        ..Counts::default()
    })
}

fn tests(selection: &[&str]) -> Result<Counts> {
    run_tests(&mut test_command(selection), true)
}

/// The test runner with its selection: nextest, or on a bare machine what cargo has.
fn test_command(selection: &[&str]) -> Command {
    let mut command = cargo();
    command.args(if has_nextest() {
        &["nextest", "run"][..]
    } else {
        &["test"][..]
    });
    command.arg("--no-fail-fast").args(selection);
    command
}

fn run_tests(command: &mut Command, some_expected: bool) -> Result<Counts> {
    let (text, succeeded) = sh::run_and_read(command)?;
    let counts = read_counts(&text);
    if !succeeded && counts.failed == 0 {
        return Err(format!("{} failed before any test did", sh::shown(command)).into());
    }
    if some_expected && counts.passed + counts.failed == 0 {
        return Err("no test was run".into());
    }
    Ok(counts)
}

fn npm(arguments: &[&str]) -> Result<String> {
    let mut command = Ui::ready()?.npm(arguments);
    let (text, succeeded) = sh::run_and_read(&mut command)?;
    let counts = read_counts(&text);
    if succeeded || counts.failed > 0 {
        Ok(text)
    } else {
        Err(format!("{} failed", sh::shown(&command)).into())
    }
}

fn counted(text: &str) -> Result<Counts> {
    let counts = read_counts(text);
    if counts.passed + counts.failed == 0 {
        Err("no test was run".into())
    } else {
        Ok(counts)
    }
}

fn has_nextest() -> bool {
    sh::answer(cargo().args(["nextest", "--version"])).is_some()
}

/// A part of the toolchain that a minimal installation lacks.
fn component(subcommand: &str, name: &str) -> Result {
    if sh::answer(cargo().args([subcommand, "--version"])).is_some() {
        return Ok(());
    }
    if !sh::is_there("rustup") {
        return Err(format!("{name} is not installed; your system's packages have it").into());
    }
    sh::run(
        Command::new("rustup")
            .args(["component", "add", name])
            .current_dir(sh::root()),
    )
}
