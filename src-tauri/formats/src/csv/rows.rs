//! Text into rows and cells: quotes, line ends of every sort, and the places where they are broken.
//!
//! Why not the `csv` crate: it counts lines by `\n` alone, gives a file with one unclosed quote as one
//! cell, and has no bound on the columns of a row.

use std::borrow::Cow;

use crate::tables::{COLUMNS_MAX, Row};

/// Reads rows one after the other.
#[derive(Clone)]
pub(crate) struct Rows<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    delimiter: u8,
    /// Off once a quote was found that nothing closes: from there on a quote is a letter like others.
    quotes: bool,
}

impl<'a> Rows<'a> {
    /// The rows of `text`, whose cells are separated by `delimiter`.
    pub(crate) fn new(text: &'a str, delimiter: u8) -> Self {
        let mut rows = Self {
            text,
            at: 0,
            line: 1,
            delimiter,
            quotes: true,
        };
        // Excel's own hint, which is no row.
        let hint = format!("sep={}", delimiter as char);
        if text
            .get(..hint.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(&hint))
        {
            let end = hint.len();
            if matches!(text.as_bytes().get(end), None | Some(b'\n' | b'\r')) {
                rows.at = end;
                rows.line_end();
            }
        }
        rows
    }

    /// How many bytes of the text are read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Reads the next row into `row`; false at the end of the text.
    pub(crate) fn next_into(&mut self, row: &mut Row<'a>) -> bool {
        row.cells.clear();
        row.too_wide = false;
        row.line = self.line;
        if self.at >= self.text.len() {
            return false;
        }
        loop {
            let cell = self.cell();
            if row.cells.len() < COLUMNS_MAX {
                row.cells.push(cell);
            } else {
                row.too_wide = true;
            }
            match self.text.as_bytes().get(self.at) {
                Some(byte) if *byte == self.delimiter => self.at += 1,
                _ => {
                    self.line_end();
                    return true;
                }
            }
        }
    }

    /// One cell; stops before the delimiter, the line end or the end of the text.
    fn cell(&mut self) -> Cow<'a, str> {
        let start = self.at;
        if self.quotes {
            let spaces = self.text[start..].bytes().take_while(|b| *b == b' ').count();
            if self.text.as_bytes().get(start + spaces) == Some(&b'"') {
                match self.quoted(start + spaces + 1) {
                    Some(cell) => return cell,
                    None => self.quotes = false,
                }
            }
        }
        let end = self.text.as_bytes()[start..]
            .iter()
            .position(|b| *b == self.delimiter || matches!(b, b'\n' | b'\r'))
            .map_or(self.text.len(), |length| start + length);
        self.at = end;
        Cow::Borrowed(&self.text[start..end])
    }

    /// The cell whose opening quote stands before `start`, if anything closes it. A quote in the middle that
    /// is not doubled, as careless programs write it, is a letter.
    fn quoted(&mut self, start: usize) -> Option<Cow<'a, str>> {
        let bytes = self.text.as_bytes();
        let mut unquoted = String::new();
        let (mut from, mut at, mut line) = (start, start, self.line);
        loop {
            match *bytes.get(at)? {
                b'"' if bytes.get(at + 1) == Some(&b'"') => {
                    unquoted.push_str(&self.text[from..=at]);
                    at += 2;
                    from = at;
                    continue;
                }
                b'"' => {
                    let spaces = bytes[at + 1..].iter().take_while(|b| **b == b' ').count();
                    let after = at + 1 + spaces;
                    let closes = match bytes.get(after) {
                        None => true,
                        Some(b) => *b == self.delimiter || matches!(b, b'\n' | b'\r'),
                    };
                    if closes {
                        (self.at, self.line) = (after, line);
                        let rest = &self.text[from..at];
                        return Some(if unquoted.is_empty() {
                            Cow::Borrowed(rest)
                        } else {
                            unquoted.push_str(rest);
                            Cow::Owned(unquoted)
                        });
                    }
                    // The spaces are not looked at twice: a million quotes must not take a million looks each.
                    at = after;
                    continue;
                }
                b'\n' => line += 1,
                b'\r' if bytes.get(at + 1) != Some(&b'\n') => line += 1,
                _ => {}
            }
            at += 1;
        }
    }

    /// Steps over one line end, if there is one.
    fn line_end(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let length = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return,
        };
        self.at += length;
        self.line += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>)> {
        let mut rows = Rows::new(text, b',');
        let mut row = Row::default();
        let mut all = Vec::new();
        while rows.next_into(&mut row) {
            all.push((row.line, row.cells.iter().map(ToString::to_string).collect()));
        }
        all
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_line_end_ends_a_line() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "\"c", "d\",e", "", "f"].join(end);
            assert_eq!(
                read(&text),
                [
                    row(1, &["a", "b"]),
                    row(2, &[&format!("c{end}d"), "e"]),
                    row(4, &[""]),
                    row(5, &["f"]),
                ]
            );
        }
        assert_eq!(read("a\n"), [row(1, &["a"])]);
        assert_eq!(read("a,\n,"), [row(1, &["a", ""]), row(2, &["", ""])]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn quotes_good_and_bad() {
        assert_eq!(read("\"a \"\"b\"\"\",c"), [row(1, &["a \"b\"", "c"])]);
        assert_eq!(read("\"a \"b\" c\",d"), [row(1, &["a \"b\" c", "d"])]);
        assert_eq!(read("a \"b\",c"), [row(1, &["a \"b\"", "c"])]);
        assert_eq!(read(" \"a,b\" ,c"), [row(1, &["a,b", "c"])]);
        assert_eq!(read("\"\",\"\""), [row(1, &["", ""])]);
        assert_eq!(
            read("\"a,b\nc,\"d\ne"),
            [row(1, &["\"a", "b"]), row(2, &["c", "\"d"]), row(3, &["e"])]
        );
    }

    #[test]
    fn the_hint_of_excel_is_no_row() {
        assert_eq!(read("sep=,\r\na,b"), [row(2, &["a", "b"])]);
        assert_eq!(read("sep=,x"), [row(1, &["sep=", "x"])]);
    }

    #[test]
    fn a_row_has_an_end() {
        let mut rows_of = Rows::new("", b',');
        let text = ",".repeat(1_000_000);
        rows_of.text = &text;
        let mut row = Row::default();
        assert!(rows_of.next_into(&mut row));
        assert_eq!((row.cells.len(), row.too_wide), (COLUMNS_MAX, true));
    }
}
