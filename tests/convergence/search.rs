//! Looks for bytes in every file of a folder. By `grep`, since a cluster has hundreds of megabytes and a build for tests is
//! slow at that.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path as FilePath, PathBuf};
use std::process::Command;

/// What is looked for: words, in small letters too, and pieces of what was packed.
pub struct Search(Vec<Vec<u8>>);

/// How long a piece of a batch is.
const PIECE: usize = 16;

impl Search {
    /// For some words.
    pub fn words(words: &[&str]) -> Self {
        let both = words
            .iter()
            .flat_map(|word| [word.to_string(), word.to_lowercase()]);
        Self(both.map(String::into_bytes).collect())
    }

    /// Adds pieces of batches that are not in any batch any more.
    pub fn with_pieces(mut self, before: &[Vec<u8>], after: &[Vec<u8>]) -> Self {
        let had = self.0.len();
        for batch in before {
            let pieces = batch.chunks_exact(PIECE).filter(|piece| {
                let is_there = |batch: &Vec<u8>| batch.windows(PIECE).any(|window| window == *piece);
                // The search goes by lines.
                !piece.contains(&b'\n') && !piece.contains(&0) && !after.iter().any(is_there)
            });
            self.0.extend(pieces.step_by(8).map(<[u8]>::to_vec));
        }
        assert!(self.0.len() > had + 10, "the batches have changed");
        self
    }

    /// In which files below a folder something of it stands, and what.
    pub fn within(&self, folder: &FilePath) -> BTreeSet<(PathBuf, String)> {
        let patterns = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(patterns.path(), self.0.join(&b'\n')).expect("a file");
        let found = Command::new("grep")
            .env("LC_ALL", "C")
            .args(["-raoF", "--null", "-f"])
            .arg(patterns.path())
            .arg(folder)
            .output()
            .expect("grep");
        assert!(found.status.code().is_some_and(|code| code < 2), "{found:?}");
        let lines = found
            .stdout
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        let parts = lines.map(|line| {
            let at = line.iter().position(|byte| *byte == 0).expect("a file's name");
            let name = String::from_utf8_lossy(&line[..at]).into_owned();
            let what = line[at + 1..].iter();
            let what = match std::str::from_utf8(&line[at + 1..]) {
                Ok(word) => word.to_owned(),
                Err(_) => what.fold(String::new(), |mut hex, byte| {
                    let _ = write!(hex, "{byte:02x}");
                    hex
                }),
            };
            (PathBuf::from(name), what)
        });
        parts.collect()
    }
}
