//! Nothing of the work itself stays behind: no print for debugging, no path or host of the place where it was written.

use super::{Finding, SourceFile, rust_source};

/// Beginnings of paths that only the authors' machines have. In two halves, or this file would break its own rule.
const PLACES: &[&str] = &[
    concat!("/wor", "k/main"),
    concat!("/wor", "k/shared"),
    concat!("/wor", "k/."),
];

/// Packages come from here; a lock file that names another host was written behind a mirror.
const REGISTRIES: &[&str] = &[
    "https://registry.npmjs.org/",
    "registry+https://github.com/rust-lang/crates.io-index",
];

/// Looks at every line.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let mut find = |message: &str| findings.push(Finding::new(file, index + 1, message));
        if PLACES.iter().any(|place| line.contains(place)) {
            find("a path that only its author has");
        }
        if file.has_extension(&["ts", "js", "svelte"]) && line.contains("console.log") {
            find("console.log");
        }
        if is_locked_elsewhere(file, line) {
            find("a package from a registry that others do not have");
        }
    }
    if file.has_extension(&["rs"]) {
        let source = rust_source::read(&file.text);
        let debugged = source
            .code
            .lines()
            .enumerate()
            .filter(|(_, line)| line.contains("dbg!("));
        findings.extend(debugged.map(|(index, _)| Finding::new(file, index + 1, "dbg!")));
    }
    findings
}

fn is_locked_elsewhere(file: &SourceFile, line: &str) -> bool {
    let is_source = file.path.ends_with("package-lock.json") && line.contains("\"resolved\":")
        || file.path.ends_with("Cargo.lock") && line.starts_with("source = ");
    is_source && !REGISTRIES.iter().any(|registry| line.contains(registry))
}

#[cfg(test)]
mod tests {
    use super::super::testing::findings;
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        findings(check, path, text)
            .into_iter()
            .map(|(_, message)| message)
            .collect()
    }

    #[test]
    fn finds_what_was_left_behind() {
        assert_eq!(messages("ui/src/a.ts", "console.log(1)"), ["console.log"]);
        assert_eq!(messages("a.rs", "//! A.\nfn f() { dbg!(1); }"), ["dbg!"]);
        assert_eq!(messages("a.md", &format!("see {}/x", PLACES[0])).len(), 1);
        assert_eq!(
            messages(
                "ui/package-lock.json",
                "\"resolved\": \"https://mirror.example/x.tgz\""
            )
            .len(),
            1
        );
    }

    #[test]
    fn leaves_the_rest_alone() {
        assert!(messages("a.rs", "//! Not dbg!(this).\nconst A: &str = \"dbg!(\";").is_empty());
        assert!(
            messages(
                "ui/package-lock.json",
                "\"resolved\": \"https://registry.npmjs.org/x.tgz\""
            )
            .is_empty()
        );
    }
}
