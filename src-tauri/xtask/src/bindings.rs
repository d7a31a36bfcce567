//! `cargo xtask bindings`: the TypeScript of every command and type that crosses to the window.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::platform::{self, Need};
use crate::program::{self, FEATURE};
use crate::sh::{Result, root};

fn file() -> PathBuf {
    root().join("ui/src/lib/bindings.gen.ts")
}

/// Writes the bindings, or with `--check` says whether they are fresh.
pub fn bindings(arguments: &[String]) -> Result {
    platform::prepare(&[Need::Build])?;
    match arguments {
        [] => write(),
        [only] if only == "--check" => check(),
        _ => Err("bindings takes --check or nothing".into()),
    }
}

fn write() -> Result {
    let fresh = export()?;
    if std::fs::read_to_string(file()).ok().as_ref() != Some(&fresh) {
        std::fs::write(file(), fresh)?;
        eprintln!("{} is written anew", file().display());
    }
    Ok(())
}

/// Fails when the bindings are not what the api says now.
pub fn check() -> Result {
    let fresh = export()?;
    let found = std::fs::read_to_string(file())?;
    if found == fresh {
        return Ok(());
    }
    let differs = |(number, (found, fresh)): (usize, (&str, &str))| {
        (found != fresh).then(|| format!("line {}:\n  it says   {found}\n  it should {fresh}", number + 1))
    };
    let first = found.lines().zip(fresh.lines()).enumerate().find_map(differs);
    let first = first.unwrap_or_else(|| "one of them goes on where the other ends".to_owned());
    Err(format!("The bindings are stale: `cargo xtask bindings` writes them anew.\n{first}").into())
}

/// Asks the api, in a program of its own: see Cargo.toml for why xtask does not contain it.
fn export() -> Result<String> {
    let program = program::build_for_development("print-bindings", &[FEATURE, "xtask/bindings"])?;
    let output = Command::new(program).stderr(Stdio::inherit()).output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err("no bindings were printed".into())
    }
}
