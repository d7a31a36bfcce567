//! A file that has grown past what one reads in a sitting is to be taken apart.

use super::{Finding, SourceFile};

/// The most lines of a file by its kind.
const MOST: &[(&str, usize)] = &[("rs", 600), ("ts", 600), ("js", 600), ("svelte", 300)];

/// Counts the lines. Generated files are as long as they are.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    let most = MOST
        .iter()
        .find(|(extension, _)| file.has_extension(&[extension]))
        .map(|(_, most)| *most);
    let lines = file.text.lines().count();
    match most {
        Some(most) if lines > most && !file.path.contains(".gen.") => {
            vec![Finding::new(
                file,
                most + 1,
                format!("{lines} lines, and {most} is the most"),
            )]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::lines;
    use super::*;

    #[test]
    fn finds_long_files() {
        assert_eq!(lines(check, "a.svelte", &"x\n".repeat(301)), [301]);
        assert_eq!(lines(check, "a.rs", &"x\n".repeat(601)), [601]);
        assert!(lines(check, "a.rs", &"x\n".repeat(600)).is_empty());
        assert!(lines(check, "a.gen.ts", &"x\n".repeat(5000)).is_empty());
        assert!(lines(check, "a.md", &"x\n".repeat(5000)).is_empty());
    }
}
