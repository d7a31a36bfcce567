//! What the pages may import: a feature never another feature, the library no feature, and one file the shell.

use super::{Finding, SourceFile};

const FEATURES: &str = "ui/src/features/";
const LIBRARY: &str = "ui/src/lib/";
/// The only door to Rust.
const DOOR: &str = "ui/src/lib/backend.ts";

/// Looks at every import of a TypeScript or Svelte file.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.starts_with("ui/src/") || !file.has_extension(&["ts", "js", "svelte"]) {
        return Vec::new();
    }
    let own_feature = feature(&file.path);
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for specifier in specifiers(line) {
            let mut find = |message: String| findings.push(Finding::new(file, index + 1, message));
            if specifier.starts_with("@tauri-apps/") && file.path != DOOR {
                find(format!("only {DOOR} may import {specifier}"));
            }
            let target = resolve(&file.path, specifier);
            match (own_feature, feature(&target)) {
                (Some(own), Some(other)) if own != other => {
                    find(format!("the feature {own} may not import the feature {other}"));
                }
                (None, Some(other)) if file.path.starts_with(LIBRARY) => {
                    find(format!("the library may not import the feature {other}"));
                }
                _ => {}
            }
        }
    }
    findings
}

/// What the line imports: the quoted word after `from`, `import` or `import(`.
fn specifiers(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for keyword in ["from", "import", "import("] {
        for (at, _) in line.match_indices(keyword) {
            let rest = line[at + keyword.len()..].trim_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
                continue;
            };
            if let Some((specifier, _)) = rest[1..].split_once(quote) {
                found.push(specifier);
            }
        }
    }
    found
}

/// The path that an import means, from the project's folder.
fn resolve(from: &str, specifier: &str) -> String {
    let (mut parts, specifier): (Vec<&str>, &str) = if let Some(rest) = specifier.strip_prefix("$lib/") {
        (LIBRARY.trim_end_matches('/').split('/').collect(), rest)
    } else if specifier.starts_with('.') {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        (folder.split('/').collect(), specifier)
    } else {
        // Of a package.
        return String::new();
    };
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn feature(path: &str) -> Option<&str> {
    path.strip_prefix(FEATURES)?.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::super::testing::lines;
    use super::*;

    #[test]
    fn features_do_not_know_each_other() {
        let text = "import A from \"./A.svelte\";\nimport B from '../contacts/B.svelte';\nimport { t } from \"$lib/i18n\";\n\
                    const C = import(\"../../features/history/C.svelte\");\nimport D from \"$lib/../features/trash/D\";";
        assert_eq!(
            lines(check, "ui/src/features/clients/Card.svelte", text),
            [2, 4, 5]
        );
    }

    #[test]
    fn the_library_knows_no_feature() {
        let text = "export { default } from \"../features/clients/Card.svelte\";";
        assert_eq!(lines(check, "ui/src/lib/x.ts", text), [1]);
        assert!(lines(check, "ui/src/shell/x.ts", text).is_empty());
    }

    #[test]
    fn one_file_knows_the_shell() {
        let text = "import { invoke } from \"@tauri-apps/api/core\";";
        assert_eq!(lines(check, "ui/src/lib/dialogs.ts", text), [1]);
        assert!(lines(check, "ui/src/lib/backend.ts", text).is_empty());
    }
}
