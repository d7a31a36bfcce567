//! What went wrong, as a sentence for whoever reads the test's output.

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of what the tests stand on.
#[derive(thiserror::Error)]
pub enum Error {
    /// A program that must be installed is not.
    #[error("{program} is not installed here. `cargo xtask {verb}` installs it on Debian; elsewhere, {how}")]
    Missing {
        /// What was looked for.
        program: String,
        /// The verb of xtask that installs it.
        verb: &'static str,
        /// What to install by hand.
        how: &'static str,
    },
    /// The tests with PostgreSQL need a Unix.
    #[error("PostgreSQL for tests is started on Linux and macOS only")]
    Platform,
    /// PostgreSQL refuses to run as root, and there is nobody else it could run as.
    #[error("PostgreSQL refuses to run as root, and /etc/passwd knows neither `postgres` nor `nobody`")]
    Root,
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A program could not be started.
    #[error("{program} cannot be started: {source}")]
    Start {
        /// Which one.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// A program ended with an error.
    #[error("{program} failed: {said}")]
    Failed {
        /// Which one.
        program: String,
        /// What it said of it.
        said: String,
    },
    /// What was waited for did not come.
    #[error("waited {:.0} s in vain for {what}{}", patience.as_secs_f32(), last(said))]
    Late {
        /// What was waited for.
        what: String,
        /// How long.
        patience: Duration,
        /// What stood in the way last.
        said: String,
    },
    /// A template does not have the value that is to be put in its place.
    #[error("{file} does not contain {value:?} any more: the template and the harness have drifted apart")]
    Template {
        /// The template.
        file: &'static str,
        /// The value.
        value: String,
    },
    /// PostgreSQL refused a statement, or its connection broke.
    #[error("PostgreSQL: {0}")]
    Database(#[from] tokio_postgres::Error),
    /// Patroni did not answer, or not in JSON.
    #[error("Patroni: {0}")]
    Patroni(#[from] ureq::Error),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

fn last(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!("; last: {said}")
    }
}

// A test that returns an error prints it with Debug: it should be readable there too.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Error {
    /// An error in words.
    pub fn other(sentence: impl Into<String>) -> Self {
        Self::Other(sentence.into())
    }

    /// For `map_err` after an operation on a file.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// What [`wait_for`] asks for: it is there, or not yet and why.
pub enum Wait<T> {
    /// It is there.
    Done(T),
    /// Not yet.
    NotYet(String),
}

/// Asks every `pause` until it is there; fails when `patience` is over, naming what was waited for and what stood in
/// the way.
///
/// # Errors
/// The first error of `ask`, or [`Error::Late`].
pub fn wait_for<T>(
    what: &str,
    patience: Duration,
    pause: Duration,
    mut ask: impl FnMut() -> Result<Wait<T>>,
) -> Result<T> {
    let deadline = Instant::now() + patience;
    loop {
        let said = match ask()? {
            Wait::Done(value) => return Ok(value),
            Wait::NotYet(said) => said,
        };
        if Instant::now() >= deadline {
            return Err(Error::Late {
                what: what.to_owned(),
                patience,
                said,
            });
        }
        std::thread::sleep(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_and_says_what_stood_in_the_way() {
        let short = Duration::from_millis(1);
        let error = wait_for::<()>("rain", Duration::from_millis(20), short, || {
            Ok(Wait::NotYet("the sun shines".to_owned()))
        });
        assert_eq!(
            error.unwrap_err().to_string(),
            "waited 0 s in vain for rain; last: the sun shines"
        );
        let mut asked = 0;
        let third = wait_for("the third", Duration::from_secs(5), short, || {
            asked += 1;
            Ok(if asked == 3 {
                Wait::Done(asked)
            } else {
                Wait::NotYet(String::new())
            })
        });
        assert_eq!(third.unwrap(), 3);
    }
}
