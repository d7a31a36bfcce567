//! `cargo xtask bundle`: a package to install.

use crate::platform::{self, Need};
use crate::program;
use crate::sh::{self, Result};
use crate::ui::Ui;

/// Makes a .deb with Tauri's own bundler, which builds pages and program itself.
pub fn bundle() -> Result {
    platform::prepare(&[Need::Build])?;
    let ui = Ui::ready()?;
    sh::run(ui.tool("tauri").args(["build", "--bundles", "deb"]))?;
    println!("{}", program::target_dir()?.join("release/bundle/deb").display());
    Ok(())
}
