//! `cargo xtask bundle`: packages to install, one of the program and one of head office's server.

use std::path::Path;
use std::process::Command;

use crate::platform::{self, Need};
use crate::program;
use crate::sh::{self, Result, cargo, root};
use crate::ui::Ui;

/// What the server's package says of itself.
const CONTROL: &str = include_str!("../../server/debian/control");

/// Makes both packages, or the server's alone.
pub fn bundle(arguments: &[String]) -> Result {
    let only_server = match arguments {
        [] => false,
        [one] if one == "--server" => true,
        _ => return Err("bundle knows --server, and nothing else".into()),
    };
    platform::prepare(&[Need::Build])?;
    if !only_server {
        desktop()?;
    }
    server()
}

/// A .deb of the program by Tauri's own bundler, which builds pages and program itself.
fn desktop() -> Result {
    let ui = Ui::ready()?;
    // The package must be named: the workspace's default members are those without a window.
    let mut command = ui.tool("tauri");
    sh::run(command.args(["build", "--bundles", "deb", "--", "--package", "clientele"]))?;
    println!("{}", program::target_dir()?.join("release/bundle/deb").display());
    Ok(())
}

/// A .deb of the server with its systemd unit: no window, and nothing that one needs.
fn server() -> Result {
    sh::run(cargo().args(["build", "--release", "--package", "clientele-server"]))?;
    let target = program::target_dir()?;
    let folder = target.join("release/bundle/server");
    let (package, own) = (folder.join("package"), root().join("src-tauri/server/debian"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let docs = package.join("usr/share/doc/clientele-server");
    let program = package.join("usr/bin/clientele-server");
    put(&target.join("release/clientele-server"), &program, "755")?;
    let unit = "clientele-server.service";
    put(
        &own.join(unit),
        &package.join("usr/lib/systemd/system").join(unit),
        "644",
    )?;
    put(&root().join("LICENSE"), &docs.join("copyright"), "644")?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        put(&root().join(licence), &docs.join(licence), "644")?;
    }
    for page in ["server.md", "head-office.md"] {
        put(&root().join("docs").join(page), &docs.join(page), "644")?;
    }
    for file in std::fs::read_dir(root().join("docs/patroni"))? {
        let file = file?;
        put(&file.path(), &docs.join("patroni").join(file.file_name()), "644")?;
    }
    for script in ["postinst", "prerm", "postrm"] {
        put(&own.join(script), &package.join("DEBIAN").join(script), "755")?;
    }
    let architecture = answer(Command::new("dpkg").arg("--print-architecture"))?;
    let version = env!("CARGO_PKG_VERSION");
    let control = control(version, &architecture, &libraries(&folder, &program)?);
    std::fs::write(package.join("DEBIAN/control"), control)?;

    let name = format!("clientele-server_{version}_{architecture}.deb");
    let file = target.join("release/bundle/deb").join(name);
    std::fs::create_dir_all(target.join("release/bundle/deb"))?;
    let mut command = Command::new("dpkg-deb");
    sh::run(
        command
            .args(["--root-owner-group", "--build"])
            .arg(&package)
            .arg(&file),
    )?;
    println!("{}", file.display());
    Ok(())
}

fn control(version: &str, architecture: &str, depends: &str) -> String {
    CONTROL
        .replace("@version@", version)
        .replace("@architecture@", architecture)
        .replace("@depends@", depends)
}

/// The packages of the libraries that a program loads, as Debian's own tool finds them.
fn libraries(folder: &Path, program: &Path) -> Result<String> {
    // It looks for the source package around it.
    std::fs::create_dir_all(folder.join("debian"))?;
    std::fs::write(
        folder.join("debian/control"),
        "Source: clientele\n\nPackage: clientele-server\nArchitecture: any\n",
    )?;
    let mut command = Command::new("dpkg-shlibdeps");
    let said = answer(command.arg("-O").arg("-e").arg(program).current_dir(folder))?;
    let depends = said.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    Ok(depends
        .ok_or("dpkg-shlibdeps does not name a package")?
        .to_owned())
}

fn answer(command: &mut Command) -> Result<String> {
    let answer = sh::answer(command);
    let answer = answer.ok_or_else(|| format!("{} failed", sh::shown(command)))?;
    Ok(answer.trim().to_owned())
}

/// Copies a file, with the folders to it.
fn put(from: &Path, to: &Path, mode: &str) -> Result {
    let mut command = Command::new("install");
    answer(command.args(["-D", "-m", mode]).arg(from).arg(to)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_in_the_control_file_is_filled() {
        let text = control("1.2.3", "amd64", "libc6 (>= 2.34), libssl3 (>= 3.0.0)");
        assert!(!text.contains('@'), "{text}");
        for line in [
            "Version: 1.2.3",
            "Architecture: amd64",
            "Depends: libc6 (>= 2.34), libssl3 (>= 3.0.0)",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} in {text}");
        }
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        let folder = std::env::temp_dir().join(format!("clientele-bundle-{}", std::process::id()));
        let error = put(&folder.join("no-such-file"), &folder.join("a/b"), "644");
        let told = error.expect_err("there is none").to_string();
        assert!(told.contains("no-such-file"), "{told}");
        let _ = std::fs::remove_dir_all(folder);
    }
}
