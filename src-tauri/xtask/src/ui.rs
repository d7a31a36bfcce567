//! The window's pages: their packages and their build, each only when something changed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::node::Node;
use crate::sh::{self, Result, root};

/// The folder of the pages with everything that they need installed.
pub struct Ui {
    node: Node,
    folder: PathBuf,
}

impl Ui {
    /// Installs the packages that the lock file names, if they are not there.
    pub fn ready() -> Result<Self> {
        let ui = Self {
            node: Node::ready()?,
            folder: root().join("ui"),
        };
        let lock = std::fs::read_to_string(ui.folder.join("package-lock.json"))?;
        if ui.stamp("installed") != Some(lock.clone()) {
            sh::run(&mut ui.npm(&["ci", "--no-audit", "--no-fund"]))?;
            ui.set_stamp("installed", &lock)?;
        }
        Ok(ui)
    }

    /// Builds the pages into `ui/dist`, if anything that they are made of changed.
    pub fn build(&self) -> Result {
        let state = self.fingerprint()?;
        if self.stamp("built").as_deref() == Some(&*state) && self.folder.join("dist/index.html").is_file() {
            return Ok(());
        }
        sh::run(&mut self.npm(&["run", "--silent", "build"]))?;
        self.set_stamp("built", &state)
    }

    /// `npm` with these arguments.
    pub fn npm(&self, arguments: &[&str]) -> Command {
        let mut command = self.node.npm(&self.folder);
        command.args(arguments);
        command
    }

    /// A program of one of the packages, to be run in the project's folder.
    pub fn tool(&self, name: &str) -> Command {
        let name = if cfg!(windows) {
            format!("{name}.cmd")
        } else {
            name.to_owned()
        };
        self.node
            .tool(&self.folder.join("node_modules/.bin").join(name), &root())
    }

    /// Stamps stand among the packages: who deletes those deletes the stamps too.
    fn stamp(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(
            self.folder
                .join("node_modules")
                .join(format!(".clientele-{name}")),
        )
        .ok()
    }

    fn set_stamp(&self, name: &str, content: &str) -> Result {
        Ok(std::fs::write(
            self.folder
                .join("node_modules")
                .join(format!(".clientele-{name}")),
            content,
        )?)
    }

    /// Names, sizes and times of all files that go into the build.
    fn fingerprint(&self) -> Result<String> {
        let mut files = Vec::new();
        collect(&self.folder, &mut files)?;
        files.sort();
        let mut hasher = DefaultHasher::new();
        for file in files {
            let metadata = file.metadata()?;
            (&file, metadata.len(), metadata.modified()?).hash(&mut hasher);
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            files.push(path);
        } else if !["node_modules", "dist", "tests"]
            .iter()
            .any(|skipped| path.ends_with(skipped))
        {
            collect(&path, files)?;
        }
    }
    Ok(())
}
