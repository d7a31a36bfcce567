//! What stands between two cells: tried out on the first rows.

use super::rows::Rows;
use crate::tables::Row;
use crate::tables::own::Layout;

/// What may stand between two cells, the most common first.
pub(crate) const DELIMITERS: [u8; 4] = *b",;\t|";

/// So many rows are tried.
const ROWS_TRIED: usize = 300;

/// So many bytes of the text are tried.
const BYTES_TRIED: usize = 256 * 1024;

/// The delimiter that cuts the first rows into the same number of cells most often.
pub(crate) fn delimiter(text: &str) -> u8 {
    if let Some((hint, rest)) = text.as_bytes().split_at_checked(4)
        && hint.eq_ignore_ascii_case(b"sep=")
        && let Some(delimiter) = rest.first().filter(|d| DELIMITERS.contains(d))
    {
        return *delimiter;
    }
    let ours = |delimiter: &u8| {
        let mut row = Row::default();
        Rows::new(text, *delimiter).next_into(&mut row);
        Layout::of(&row.cells).is_some()
    };
    if let Some(delimiter) = DELIMITERS.into_iter().find(ours) {
        return delimiter;
    }
    let mut best = (DELIMITERS[0], 0.0);
    for delimiter in DELIMITERS {
        let score = evenness(text, delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// From 0 (never cuts a row) to nearly 1 (cuts every row into the same many cells).
fn evenness(text: &str, delimiter: u8) -> f64 {
    let mut rows = Rows::new(text, delimiter);
    let mut row = Row::default();
    let mut widths: Vec<usize> = Vec::new();
    while widths.len() < ROWS_TRIED && rows.at() < BYTES_TRIED && rows.next_into(&mut row) {
        if !row.is_blank() {
            widths.push(row.cells.len());
        }
    }
    let all = widths.len();
    widths.retain(|width| *width > 1);
    widths.sort_unstable();
    let best = widths
        .chunk_by(|a, b| a == b)
        .max_by_key(|same| (same.len(), same[0]))
        .map(|same| (same.len() as f64, same[0] as f64));
    let Some((same, width)) = best else { return 0.0 };
    let share = same / all as f64;
    // Rows of another width that the delimiter cuts too speak for it, a little.
    let cut = widths.len() as f64 / all as f64;
    (share * share * 0.8 + cut * 0.2) * (1.0 - 1.0 / width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_stands_between_cells() {
        for (text, found) in [
            ("Name,Phone\nAnna,1\n", b','),
            ("Name;Price\nAnna;1,5\nMaria;2,5\n", b';'),
            ("Name\tNote\nAnna\ta, b, c\nMaria\td; e\n", b'\t'),
            ("Name|Phone\nAnna|1\n", b'|'),
            ("Имя;Заметка\nАнна;\"a,b,c\nd,e,f\"\nМария;x,y\n", b';'),
            ("sep=;\na,b;c\n", b';'),
            ("anna@b.bg\nmaria@b.bg\n", b','),
            ("", b','),
            ("Клиенты салона, 2024\n\nИмя;Телефон\nАнна;1\nМария;2", b';'),
        ] {
            assert_eq!(delimiter(text) as char, found as char, "{text:?}");
        }
    }
}
