//! Tables as text: which letters they are in, what stands between their cells, and their rows.

mod dialect;
mod rows;

use std::borrow::Cow;
use std::ops::ControlFlow;

use clientele_model::{ErrorCode, Refusal};

use crate::Options;
use crate::tables::{Described, Place, Row, Source, Take};
use crate::text_encoding;
use rows::Rows;

/// A table as text, ready to be read row by row.
pub(crate) struct Text<'b> {
    text: Cow<'b, str>,
    encoding: &'static str,
    delimiter: u8,
}

impl<'b> Text<'b> {
    /// The table in these bytes, read as the user said or as they look.
    ///
    /// # Errors
    /// `request.bad` for an encoding or a delimiter that is none.
    pub(crate) fn new(bytes: &'b [u8], options: &Options, country: &str) -> Result<Self, Refusal> {
        let decoded = text_encoding::decode(bytes, options.encoding.as_deref(), country)?;
        let delimiter = match options.delimiter.as_deref() {
            None => dialect::delimiter(&decoded.text),
            Some(named) => *named
                .as_bytes()
                .first()
                .filter(|d| named.len() == 1 && dialect::DELIMITERS.contains(d))
                .ok_or_else(|| {
                    Refusal::new(ErrorCode::BadRequest).with("detail", format!("delimiter {named}"))
                })?,
        };
        Ok(Self {
            text: decoded.text,
            encoding: decoded.encoding.name(),
            delimiter,
        })
    }
}

impl Source for Text<'_> {
    fn described(&self) -> Described {
        Described {
            encoding: self.encoding.to_owned(),
            delimiter: (self.delimiter as char).to_string(),
            ..Described::default()
        }
    }

    fn rows(&mut self, take: &mut Take<'_>) -> Result<(), Refusal> {
        let mut rows = Rows::new(&self.text, self.delimiter);
        let mut row = Row::default();
        let total = self.text.len() as u64;
        let mut at = 0;
        while rows.next_into(&mut row) {
            let done = rows.at() as u64;
            if take(Place { at, done, total }, &mut row)? == ControlFlow::Break(()) {
                break;
            }
            at += 1;
        }
        Ok(())
    }
}
