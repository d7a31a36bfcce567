//! SQL stands in `store.rs` and in migrations, where a reader looks for it, and nowhere else.

use super::{Finding, SourceFile, rust_source};

/// Files that are about the database as such, not about a feature's rows.
const ALSO_ALLOWED: &[&str] = &["/migrations/", "/store/"];

/// The words with which a statement begins, and one of those that must follow somewhere.
const STATEMENTS: &[(&str, &[&str])] = &[
    ("select", &["from", "("]),
    ("with", &["as ("]),
    ("insert", &["into"]),
    ("replace", &["into"]),
    ("update", &["set"]),
    ("delete", &["from"]),
    ("create", &["table", "index", "trigger", "view"]),
    ("drop", &["table", "index", "trigger", "view"]),
    ("alter", &["table"]),
    ("attach", &["database", " as "]),
    ("pragma", &[""]),
    ("savepoint", &[""]),
    ("vacuum", &["into"]),
];

/// Finds statements in the strings of Rust files.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    let is_allowed =
        file.path.ends_with("/store.rs") || ALSO_ALLOWED.iter().any(|part| file.path.contains(part));
    if !file.has_extension(&["rs"]) || file.is_test() || is_allowed {
        return Vec::new();
    }
    let statements = rust_source::read(&file.text)
        .literals
        .into_iter()
        .filter(|literal| is_sql(&literal.text));
    statements
        .map(|literal| Finding::new(file, literal.line, "SQL outside store.rs"))
        .collect()
}

fn is_sql(text: &str) -> bool {
    let text = text.trim_start_matches(['\\', ' ', '\n']).to_lowercase();
    STATEMENTS.iter().any(|(first, others)| {
        let rest = text
            .strip_prefix(first)
            .filter(|rest| rest.starts_with([' ', '\n']) && rest.len() > 1);
        rest.is_some_and(|rest| others.iter().any(|word| rest.contains(word)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::lines;
    use super::*;

    #[test]
    fn finds_statements() {
        let text = "fn f() {\n  run(\"select id from clients\");\n  run(\"PRAGMA wal_checkpoint\");\n\
                    run(r#\"\n  update t\n set a = 1\"#);\n}";
        assert_eq!(lines(check, "src-tauri/core/src/clients/mod.rs", text), [2, 3, 4]);
        assert!(lines(check, "src-tauri/core/src/clients/store.rs", text).is_empty());
        assert!(lines(check, "src-tauri/core/src/clients/tests.rs", text).is_empty());
    }

    #[test]
    fn leaves_sentences_alone() {
        let text = "fn f() { say(\"update\"); say(\"Select a client\"); say(\"with care\"); say(\"create a book\") }";
        assert!(lines(check, "src-tauri/core/src/clients/mod.rs", text).is_empty());
    }
}
