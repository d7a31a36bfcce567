//! `cargo xtask tidy`: the rules of the house that no compiler knows. One rule a file, each with its bad example.

mod crates;
mod leftovers;
mod lengths;
mod module_docs;
mod rust_source;
mod screen_text;
mod sql;
mod ui_imports;

use std::process::Command;

use crate::program;
use crate::report::{Counts, Report};
use crate::sh::{self, Result, root};

/// A text file of the project.
pub struct SourceFile {
    /// Its path from the project's folder, with `/` between folders.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

impl SourceFile {
    fn has_extension(&self, extensions: &[&str]) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, own)| extensions.contains(&own))
    }

    /// Whether it is there only to test the others.
    fn is_test(&self) -> bool {
        self.path
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs" || part == "testing")
            || self.path.contains(".test.")
    }
}

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    fn new(file: &SourceFile, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: file.path.clone(),
            line,
            message: message.into(),
        }
    }
}

/// Checks every rule and counts it as one.
pub fn tidy() -> Result {
    let mut report = Report::default();
    report.check("Tidy", || check().map(|()| Counts::ONE));
    report.finish()
}

/// Checks every rule; the error lists all places at once.
pub fn check() -> Result {
    let files = files()?;
    let mut findings = crates::check(&program::metadata()?);
    for file in &files {
        let rules = [
            leftovers::check,
            lengths::check,
            module_docs::check,
            screen_text::check,
            sql::check,
            ui_imports::check,
        ];
        findings.extend(rules.iter().flat_map(|rule| rule(file)));
    }
    if findings.is_empty() {
        return Ok(());
    }
    let lines = findings
        .iter()
        .map(|Finding { path, line, message }| format!("{path}:{line}: {message}"));
    Err(format!(
        "{} places are untidy:\n{}",
        findings.len(),
        lines.collect::<Vec<_>>().join("\n")
    )
    .into())
}

/// All text files that belong to the project: those in git, and new ones that git would take.
fn files() -> Result<Vec<SourceFile>> {
    let mut command = Command::new("git");
    command
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root());
    let list = sh::answer(&mut command).ok_or("git does not list the project's files")?;
    let mut files = Vec::new();
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        // Deleted but not yet committed, or not a text: neither has lines to check.
        if let Ok(text) = std::fs::read_to_string(root().join(path)) {
            files.push(SourceFile {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod testing {
    use super::{Finding, SourceFile};

    /// What a rule says of a file with this path and text.
    pub fn findings(rule: fn(&SourceFile) -> Vec<Finding>, path: &str, text: &str) -> Vec<(usize, String)> {
        let file = SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        rule(&file)
            .into_iter()
            .map(|finding| (finding.line, finding.message))
            .collect()
    }

    /// The lines on which a rule finds something.
    pub fn lines(rule: fn(&SourceFile) -> Vec<Finding>, path: &str, text: &str) -> Vec<usize> {
        findings(rule, path, text)
            .into_iter()
            .map(|(line, _)| line)
            .collect()
    }
}
