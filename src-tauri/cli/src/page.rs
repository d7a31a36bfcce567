//! Text for a terminal. Whatever a client's card holds, a terminal only shows it: nothing in it is obeyed.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

/// A page being written, line by line.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// A page of one line.
    pub fn of(line: impl AsRef<str>) -> Self {
        let mut page = Self::default();
        page.line(line);
        page
    }

    /// A line of its own; line ends inside become spaces.
    pub fn line(&mut self, text: impl AsRef<str>) {
        let text = on_one_line(text.as_ref());
        writeln!(self.0, "{}", text.trim_end()).expect("memory takes it");
    }

    /// A name and what stands under it, of one line or more. Nothing, where nothing stands there.
    pub fn field(&mut self, name: &str, value: &str) {
        for (place, line) in value.lines().enumerate() {
            let name = if place == 0 { name } else { "" };
            self.line(format!("  {name:<16} {line}"));
        }
    }

    /// Rows in columns, each as wide as its widest cell. The last column goes on to the end of the line.
    pub fn table<const COLUMNS: usize>(&mut self, rows: &[[String; COLUMNS]]) {
        let rows: Vec<[String; COLUMNS]> = rows
            .iter()
            .map(|row| row.each_ref().map(|cell| on_one_line(cell)))
            .collect();
        let mut widths = [0; COLUMNS];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        for row in &rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width - cell.width() + 2));
            }
            self.line(line);
        }
    }

    /// The text as it stands.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// The text without anything that would move a terminal's cursor, colour it or turn its writing round:
/// such characters are shown as what they are, `\u{1b}`.
fn on_one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || turns_writing_round(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

fn turns_writing_round(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_obeyed() {
        let page = Page::of("a\u{1b}[31mb\u{7}c\u{9b}d\u{202e}e\r\nf\tg");
        assert_eq!(page.into_text(), "a\\u{1b}[31mb\\u{7}c\\u{9b}d\\u{202e}e  f g\n");
    }

    #[test]
    fn columns_stand_under_each_other_in_every_alphabet() {
        let mut page = Page::default();
        page.table(&[
            ["Анна".to_owned(), "+359".to_owned()],
            ["李雷".to_owned(), "8".to_owned()],
            ["é\u{301}".to_owned(), String::new()],
        ]);
        assert_eq!(page.into_text(), "Анна  +359\n李雷  8\né\u{301}\n");
    }

    #[test]
    fn a_field_of_several_lines_stays_in_its_column() {
        let mut page = Page::default();
        page.field("notes", "one\ntwo");
        page.field("empty", "");
        assert_eq!(
            page.into_text(),
            "  notes            one\n                   two\n"
        );
    }
}
