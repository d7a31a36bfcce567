//! The lines of a vCard file: line ends of every sort, folded lines, soft line breaks of quoted-printable.

use std::borrow::Cow;

/// One line as it was before it was folded.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Where it starts, counted from 1.
    pub(super) number: u64,
    pub(super) bytes: Cow<'a, [u8]>,
}

/// Reads unfolded lines one after the other.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    number: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            number: 1,
        }
    }

    /// How many bytes are read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// One line as it stands in the file. A run of CRs with or without an LF is one end: some programs
    /// write CR CR LF, and blank lines mean nothing.
    fn physical(&mut self) -> Option<&'a [u8]> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest
            .iter()
            .position(|b| matches!(b, b'\n' | b'\r'))
            .unwrap_or(rest.len());
        let returns = rest[length..].iter().take_while(|b| **b == b'\r').count();
        let feed = usize::from(rest.get(length + returns) == Some(&b'\n'));
        self.at += length + returns + feed;
        self.number += if feed == 1 { 1 } else { returns as u64 };
        Some(&rest[..length])
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let number = self.number;
        let mut bytes = Cow::Borrowed(self.physical()?);
        let quoted_printable = is_quoted_printable(&bytes);
        loop {
            if quoted_printable && bytes.last() == Some(&b'=') {
                let Some(next) = self.physical() else { break };
                let line = bytes.to_mut();
                line.pop();
                line.extend_from_slice(next);
            } else if matches!(self.bytes.get(self.at), Some(b' ' | b'\t')) {
                let Some(next) = self.physical() else { break };
                bytes.to_mut().extend_from_slice(&next[1..]);
            } else {
                break;
            }
        }
        Some(Line { number, bytes })
    }
}

/// Is the value of this line in quoted-printable, as a parameter outside quotes says?
fn is_quoted_printable(line: &[u8]) -> bool {
    const WORD: &[u8] = b"QUOTED-PRINTABLE";
    let mut quoted = false;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b':' if !quoted => return false,
            b';' | b'=' if !quoted => {
                let word = line.get(at + 1..at + 1 + WORD.len());
                if word.is_some_and(|word| word.eq_ignore_ascii_case(WORD)) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_unfolded_and_counted() {
        let text = b"A:1\r\n 2\r\n\r\r\nB;ENCODING=QUOTED-PRINTABLE:=\r\n=41=\r\n b\nC:3=\rD:\r\r4";
        let lines: Vec<(u64, String)> = Lines::new(text)
            .map(|line| (line.number, String::from_utf8(line.bytes.into_owned()).unwrap()))
            .collect();
        let expected = [
            (1, "A:12"),
            (3, ""),
            (4, "B;ENCODING=QUOTED-PRINTABLE:=41 b"),
            (7, "C:3="),
            (8, "D:"),
            (10, "4"),
        ];
        assert_eq!(lines, expected.map(|(number, line)| (number, line.to_owned())));
    }
}
