//! The arguments of the desktop program: few, for tests and for whoever keeps a book in an unusual place.

use std::ffi::OsString;
use std::path::PathBuf;

/// What `clientele` takes on its command line.
pub const USAGE: &str = "\
Usage: clientele [--book PATH [--key-file FILE]] [--data-dir DIR]

  --book PATH      open this book instead of the one used last
  --key-file FILE  read the book's key from this file (64 hexadecimal digits), not from the system's secret store
  --data-dir DIR   keep the program's own data here instead of the user's data folder";

/// The parsed arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The book to open at the start.
    pub book: Option<PathBuf>,
    /// The file that holds the book's key.
    pub key_file: Option<PathBuf>,
    /// Where the program keeps its data.
    pub data_dir: Option<PathBuf>,
}

impl Arguments {
    /// Reads the arguments that follow the program's name.
    ///
    /// # Errors
    /// A sentence for the terminal, when an argument is not known or its value is missing.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut parsed = Self::default();
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            let name = argument.to_string_lossy().into_owned();
            let target = match name.as_str() {
                "--book" => &mut parsed.book,
                "--key-file" => &mut parsed.key_file,
                "--data-dir" => &mut parsed.data_dir,
                _ => return Err(format!("clientele does not know the argument {name:?}.")),
            };
            let Some(value) = rest.next() else {
                return Err(format!("{name} needs a path after it."));
            };
            *target = Some(PathBuf::from(value));
        }
        if parsed.key_file.is_some() && parsed.book.is_none() {
            return Err("--key-file needs --book: a key opens one book.".to_owned());
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Arguments, String> {
        Arguments::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn takes_a_book_its_key_and_a_folder() {
        let parsed = parse(&[
            "--book",
            "/tmp/Салон 1.book",
            "--key-file",
            "k",
            "--data-dir",
            "d",
        ])
        .unwrap();
        assert_eq!(parsed.book, Some("/tmp/Салон 1.book".into()));
        assert_eq!(parsed.key_file, Some("k".into()));
        assert_eq!(parsed.data_dir, Some("d".into()));
        assert_eq!(parse(&[]), Ok(Arguments::default()));
    }

    #[test]
    fn says_what_it_does_not_understand() {
        assert!(parse(&["--colour"]).unwrap_err().contains("--colour"));
        assert!(parse(&["--book"]).unwrap_err().contains("needs a path"));
        assert!(parse(&["--key-file", "k"]).unwrap_err().contains("needs --book"));
    }
}
