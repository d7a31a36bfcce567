//! `cargo xtask bundle`: a package to install.

use crate::platform::{self, Need};
use crate::program;
use crate::sh::{self, Result};
use crate::ui::Ui;

/// Makes a .deb with Tauri's own bundler, which builds pages and program itself.
pub fn bundle() -> Result {
    platform::prepare(&[Need::Build])?;
    let ui = Ui::ready()?;
    // The package must be named: the workspace's default members are those without a window.
    let mut command = ui.tool("tauri");
    sh::run(command.args(["build", "--bundles", "deb", "--", "--package", "clientele"]))?;
    println!("{}", program::target_dir()?.join("release/bundle/deb").display());
    Ok(())
}
