//! Building the desktop program with its pages inside, and finding it.

use std::path::PathBuf;

use crate::sh::{self, Result, cargo};
use crate::ui::Ui;

/// The feature without which the window asks a development server for its pages.
pub const FEATURE: &str = "clientele/custom-protocol";

/// Builds the pages and the program, and returns where it stands.
pub fn build(release: bool) -> Result<PathBuf> {
    Ui::ready()?.build()?;
    if !release {
        return build_for_development("clientele", &[FEATURE]);
    }
    // What is given to others has its own features and no others.
    sh::run(cargo().args([
        "build",
        "--release",
        "--package",
        "clientele",
        "--features",
        FEATURE,
    ]))?;
    binary("release", "clientele")
}

/// Builds one program of the workspace, and returns where it stands.
///
/// Features are chosen for the whole workspace, though only this program is built: so run, test and bindings agree on
/// what their common dependencies are, and compile them once.
pub fn build_for_development(name: &str, features: &[&str]) -> Result<PathBuf> {
    sh::run(cargo().args([
        "build",
        "--workspace",
        "--bin",
        name,
        "--features",
        &features.join(","),
    ]))?;
    binary("debug", name)
}

fn binary(profile: &str, name: &str) -> Result<PathBuf> {
    Ok(target_dir()?
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// Where cargo puts what it builds.
pub fn target_dir() -> Result<PathBuf> {
    let metadata = metadata()?;
    let folder = metadata["target_directory"]
        .as_str()
        .ok_or("cargo does not say where its target folder is")?;
    Ok(folder.into())
}

/// What cargo knows of our own crates.
pub fn metadata() -> Result<serde_json::Value> {
    let mut command = cargo();
    let answer = sh::answer(command.args(["metadata", "--no-deps", "--format-version", "1"]));
    Ok(serde_json::from_str(&answer.ok_or("cargo metadata failed")?)?)
}
