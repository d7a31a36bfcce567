//! The owner's own fields of a card: what sorts there are, and what stands in one, as data.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::RowId;
use crate::text::fold;

/// The most fields that an owner defines.
pub const FIELDS_MAX: usize = 50;

/// The most choices that one field offers.
pub const CHOICES_MAX: usize = 100;

/// The longest name of a field or a choice, in characters.
pub const NAME_CHARS_MAX: usize = 100;

/// What a field holds. It never changes: another device may have values of which this one knows nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CustomKind {
    /// Text.
    #[default]
    Text,
    /// A number with at most six places behind the point.
    Number,
    /// A day.
    Date,
    /// One of the choices that the owner wrote down.
    Choice,
}

impl CustomKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Date, Self::Choice];

    /// As it stands in the book and in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Choice => "choice",
        }
    }

    /// From the book or a file; `None` for one of a newer version.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What stands in one of the owner's own fields on a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct CustomValue {
    /// The field; none where it is known by its name alone, as in a file.
    pub field: Option<RowId>,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: CustomKind,
    /// The text; a number as `-12.5`; a day as `2026-11-22`; the choice by its name.
    pub value: String,
}

impl CustomValue {
    /// By what two values are of the same field.
    #[must_use]
    pub fn key(&self) -> String {
        self.field
            .map_or_else(|| fold(&self.name), |field| field.to_string())
    }
}

/// A number is kept in millionths, so that it stays exactly what was typed.
const MILLIONTHS: i64 = 1_000_000;

/// The largest number in either direction.
const NUMBER_MAX: i64 = 1_000_000_000_000;

/// A typed number in millionths: with a point or a comma before the fraction, and spaces between the thousands.
/// `None` for what is no number, or has more places than are kept.
#[must_use]
pub fn millionths(typed: &str) -> Option<i64> {
    let plain: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\'')
        .map(|c| if c == '\u{2212}' { '-' } else { c })
        .collect();
    let (sign, plain) = match plain.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (whole, fraction) = split(plain)?;
    let fraction = fraction.trim_end_matches('0');
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 && !plain.contains('0')
        || !digits(&whole)
        || !digits(fraction)
        || fraction.len() > 6
        || whole.len() > 13
    {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    let number = whole.checked_mul(MILLIONTHS)?.checked_add(fraction)?;
    (number <= NUMBER_MAX * MILLIONTHS).then_some(sign * number)
}

/// The whole part and the fraction. Of two sorts of marks the last stands before the fraction; one that stands several
/// times stands between thousands.
fn split(plain: &str) -> Option<(String, &str)> {
    let marks: Vec<(usize, char)> = plain
        .char_indices()
        .filter(|(_, c)| matches!(c, '.' | ','))
        .collect();
    let Some((at, last)) = marks.last().copied() else {
        return Some((plain.to_owned(), ""));
    };
    let same = marks.iter().filter(|(_, mark)| *mark == last).count();
    let (whole, fraction) = if same > 1 {
        if same < marks.len() {
            return None;
        }
        (plain, "")
    } else {
        (&plain[..at], &plain[at + 1..])
    };
    let groups: Vec<&str> = whole.split(['.', ',']).collect();
    let is_grouped = groups.iter().skip(1).all(|group| group.len() == 3);
    (is_grouped && (groups.len() == 1 || (1..=3).contains(&groups[0].len())))
        .then(|| (groups.concat(), fraction))
}

/// A number of millionths as it stands in files: `-12.5`.
#[must_use]
pub fn number_text(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let size = millionths.unsigned_abs();
    let (whole, fraction) = (size / MILLIONTHS.unsigned_abs(), size % MILLIONTHS.unsigned_abs());
    let fraction = format!("{fraction:06}");
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them_and_stay_exact() {
        for (typed, text) in [
            ("38", "38"),
            ("38,5", "38.5"),
            ("38.50", "38.5"),
            ("-0,000001", "-0.000001"),
            ("\u{2212}7", "-7"),
            ("+7", "7"),
            ("0", "0"),
            ("0,0", "0"),
            (".5", "0.5"),
            ("1 234 567,89", "1234567.89"),
            ("1\u{A0}234", "1234"),
            ("1.234.567", "1234567"),
            ("1,234,567.5", "1234567.5"),
            ("1.234,5", "1234.5"),
            ("1000000000000", "1000000000000"),
            ("0.1", "0.1"),
        ] {
            let number = millionths(typed);
            assert_eq!(number.map(number_text).as_deref(), Some(text), "{typed:?}");
            assert_eq!(millionths(text), number, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for typed in [
            "",
            " ",
            "-",
            ".",
            "abc",
            "1e5",
            "12a",
            "0.0000001",
            "1000000000001",
            "1..5",
            "1,2,3",
            "12,34.5.6",
            "--1",
            "99999999999999999999",
            "٣",
            "NaN",
        ] {
            assert_eq!(millionths(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn every_kind_is_known_by_its_word() {
        for kind in CustomKind::ALL {
            assert_eq!(CustomKind::from_word(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.as_str().into()));
        }
        assert_eq!(CustomKind::from_word("colour"), None);
    }
}
