//! What went wrong, as a sentence for whoever reads the test's output.

use std::fmt;
use std::time::{Duration, Instant};

/// A failure of a journey, or of what it stands on.
pub struct Error(String);

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// The same error, after what was being done.
    #[must_use]
    pub fn context(self, doing: &str) -> Self {
        Self(format!("{doing}: {}", self.0))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// A test that returns an error prints it with Debug: it should be readable there too.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

macro_rules! from_error {
    ($($error:ty),*) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self(error.to_string())
            }
        }
    )*};
}

from_error!(
    std::io::Error,
    serde_json::Error,
    ureq::Error,
    png::DecodingError,
    png::EncodingError
);

/// Asks every 50 ms until there is an answer; fails when `patience` is over, naming what was waited for.
///
/// # Errors
/// The first error of `ask`, or the sentence that `what` did not happen.
pub fn wait_for<T>(what: &str, patience: Duration, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if Instant::now() >= deadline {
            return Err(Error::new(format!(
                "waited {:.1} s in vain for {what}",
                patience.as_secs_f32()
            )));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends() {
        let never = wait_for::<()>("rain", Duration::from_millis(60), || Ok(None));
        assert_eq!(never.unwrap_err().to_string(), "waited 0.1 s in vain for rain");
        let mut asked = 0;
        let third = wait_for("the third", Duration::from_secs(5), || {
            asked += 1;
            Ok((asked == 3).then_some(asked))
        });
        assert_eq!(third.unwrap(), 3);
    }
}
