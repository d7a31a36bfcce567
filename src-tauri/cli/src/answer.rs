//! What a command answers: the same, for a script and for a person.

use std::io::{self, Write};

use serde::Serialize;

use crate::page::Page;

/// An answer.
pub struct Answer {
    json: String,
    page: Page,
    well: bool,
}

impl Answer {
    /// What was asked for.
    pub fn new(json: &impl Serialize, page: Page) -> Self {
        Self {
            json: serde_json::to_string(json).expect("an answer is plain data"),
            page,
            well: true,
        }
    }

    /// What was asked for; is it well with it?
    pub fn but(self, well: bool) -> Self {
        Self { well, ..self }
    }

    /// Whether the exit code is 0.
    pub fn well(&self) -> bool {
        self.well
    }

    /// Prints it. Whoever reads it may have enough before its end.
    pub fn print(self, as_json: bool) -> io::Result<()> {
        let text = if as_json {
            self.json + "\n"
        } else {
            self.page.into_text()
        };
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome,
        }
    }
}
