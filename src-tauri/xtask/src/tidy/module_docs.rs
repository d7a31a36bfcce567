//! Every Rust file says first what it is for.

use super::{Finding, SourceFile};

/// Looks at the first line.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.has_extension(&["rs"]) || file.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![Finding::new(
        file,
        1,
        "the file does not begin with what it is for (//!)",
    )]
}

#[cfg(test)]
mod tests {
    use super::super::testing::lines;
    use super::*;

    #[test]
    fn finds_silent_files() {
        assert_eq!(lines(check, "a.rs", "use std::fs;\n//! Late."), [1]);
        assert!(lines(check, "a.rs", "//! Says it.\n").is_empty());
    }
}
