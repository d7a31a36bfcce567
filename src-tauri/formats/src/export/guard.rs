//! Text that a spreadsheet would take for a formula, made harmless, and back.
//!
//! A cell that begins with `= + - @`, a tab or a line end gets an apostrophe before it, and so does one that
//! begins with an apostrophe already, so that the guard can always be taken off again. A spreadsheet
//! whose list separator is the semicolon cuts our file in other places: so the same is done inside a
//! cell after everything that may stand between two cells, whatever quotes follow it.

use std::borrow::Cow;

const GUARD: char = '\'';

fn starts_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠')
}

fn ends_cell(c: char) -> bool {
    matches!(c, ',' | ';' | '\t' | '|' | '\n' | '\r')
}

/// Would this, at the beginning of a cell, be a formula? Quotes before it may get lost on the way.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches([GUARD, '"']).starts_with(starts_formula)
}

/// The text as it goes into a file for spreadsheets.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    let begins = text.starts_with(GUARD) || is_formula(text);
    let mut out = String::new();
    let mut copied = 0;
    if begins {
        out.push(GUARD);
    }
    for (at, c) in text.char_indices().filter(|(_, c)| ends_cell(*c)) {
        let next = at + c.len_utf8();
        if is_formula(&text[next..]) {
            out.push_str(&text[copied..next]);
            out.push(GUARD);
            copied = next;
        }
    }
    if copied == 0 && !begins {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// The text as it was before [`guarded`].
pub(crate) fn unguarded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.strip_prefix(GUARD).unwrap_or(text);
    while let Some(at) = rest.find(ends_cell) {
        // Every character that ends a cell is one byte long.
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        rest = after
            .strip_prefix(GUARD)
            .filter(|plain| is_formula(plain))
            .unwrap_or(after);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_come_back() {
        for (text, guarded_text) in [
            ("Анна", "Анна"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+359888123456", "'+359888123456"),
            ("-", "'-"),
            ("@a", "'@a"),
            ("\tx", "'\tx"),
            ("\r=", "'\r'="),
            ("'", "''"),
            ("'=1", "''=1"),
            ("a;=1", "a;'=1"),
            ("a;''=1", "a;'''=1"),
            ("a;'b", "a;'b"),
            ("a;\"=1", "a;'\"=1"),
            ("\"=1", "'\"=1"),
            ("list\n- one\n- two", "list\n'- one\n'- two"),
            (";\t=", ";'\t'="),
            ("1+1=2", "1+1=2"),
        ] {
            assert_eq!(guarded(text), guarded_text);
            assert_eq!(unguarded(guarded_text), text);
        }
    }
}
