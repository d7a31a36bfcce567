//! Days of birth as people and programs write them.

use clientele_model::{Birthday, text};

/// What comes first where a day and a month are both numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DayOrder {
    /// 31.12.1980
    #[default]
    DayFirst,
    /// 12/31/1980
    MonthFirst,
}

/// What one column says about the order of day and month: counted over all its cells.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OrderEvidence {
    day_first: u32,
    month_first: u32,
}

impl OrderEvidence {
    /// Takes one cell into account; most cells prove nothing.
    pub(crate) fn weigh(&mut self, cell: &str) {
        // A glance at the first byte spares the rest for nearly every cell of a large table.
        if cell.len() > 40 || !cell.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        if let [Word::Number(first, n), Word::Number(second, _), ..] = words(cell)[..]
            && n <= 2
        {
            self.day_first += u32::from(first > 12 && first <= 31 && (1..=12).contains(&second));
            self.month_first += u32::from(second > 12 && second <= 31 && (1..=12).contains(&first));
        }
    }

    /// Day first, unless the column proves that months come first.
    pub(crate) fn order(self) -> DayOrder {
        if self.month_first > self.day_first {
            DayOrder::MonthFirst
        } else {
            DayOrder::DayFirst
        }
    }
}

/// The day that `text` names, as `2026-11-22`, the day before the month where both are numbers; none where it names none,
/// or no year.
#[must_use]
pub fn day(text: &str) -> Option<String> {
    let Birthday { year, month, day } = birthday(text, DayOrder::DayFirst)?;
    year.map(|year| format!("{year:04}-{month:02}-{day:02}"))
}

/// The day of birth that `text` names; none where it names none.
pub(crate) fn birthday(text: &str, order: DayOrder) -> Option<Birthday> {
    let text = text.trim();
    if text.len() > 60 {
        return None;
    }
    if let Some(rest) = text.strip_prefix("--") {
        return yearless(rest);
    }
    let words = words(text);
    match words[..] {
        [Word::Number(number, 8), ..] => {
            date(number / 10_000, number / 100 % 100, number % 100).or_else(|| {
                // 31121980
                date(number % 10_000, number / 10_000 % 100, number / 1_000_000)
            })
        }
        [Word::Number(days, 5)] => excel_serial(days),
        [
            Word::Number(year, 4),
            Word::Number(month, _),
            Word::Number(day, _),
            ..,
        ] => date(year, month, day),
        [
            Word::Number(first, 1..=2),
            Word::Number(second, 1..=2),
            Word::Number(year, digits),
            ..,
        ] if digits == 2 || digits == 4 => in_order(full_year(year, digits), first, second, order),
        [Word::Number(first, 1..=2), Word::Number(second, 1..=2)] => in_order(0, first, second, order),
        [Word::Number(day, 1..=2), Word::Month(month)] => date(0, month, day),
        [Word::Month(month), Word::Number(day, 1..=2)] => date(0, month, day),
        [
            Word::Number(day, 1..=2),
            Word::Month(month),
            Word::Number(year, n),
            ..,
        ]
        | [
            Word::Month(month),
            Word::Number(day, 1..=2),
            Word::Number(year, n),
            ..,
        ] => date(full_year(year, n), month, day),
        _ => None,
    }
}

/// A day of birth from its three parts in columns of their own.
pub(crate) fn from_parts(year: &str, month: &str, day: &str) -> Option<Birthday> {
    let year = year.trim().parse().unwrap_or(0);
    let month = match words(month)[..] {
        [Word::Number(month, _) | Word::Month(month)] => month,
        _ => return None,
    };
    date(year, month, day.trim().parse().ok()?)
}

/// `--mm-dd` and `--mmdd` of vCard.
fn yearless(rest: &str) -> Option<Birthday> {
    let digits = text::digits(rest);
    let number: u32 = digits.parse().ok()?;
    (digits.len() == 4).then(|| date(0, number / 100, number % 100))?
}

fn in_order(year: u32, first: u32, second: u32, order: DayOrder) -> Option<Birthday> {
    let (likely, other) = match order {
        DayOrder::DayFirst => ((second, first), (first, second)),
        DayOrder::MonthFirst => ((first, second), (second, first)),
    };
    date(year, likely.0, likely.1).or_else(|| date(year, other.0, other.1))
}

/// Two digits name a year from 1931 to 2030: nobody writes the age of a child in a card of a salon
/// more often than that of a grandmother, but both occur.
fn full_year(year: u32, digits: u32) -> u32 {
    match (digits, year) {
        (2, 0..=30) => 2000 + year,
        (2, _) => 1900 + year,
        _ => year,
    }
}

/// What a spreadsheet shows for a date in a column without a date format: days since 1899-12-30.
fn excel_serial(days: u32) -> Option<Birthday> {
    let origin = chrono::NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let date = origin.checked_add_days(chrono::Days::new(u64::from(days)))?;
    let (year, month, day) = (
        chrono::Datelike::year(&date),
        chrono::Datelike::month(&date),
        chrono::Datelike::day(&date),
    );
    self::date(u32::try_from(year).ok()?, month, day)
}

/// A day that a calendar has. Year 0 is no year; Apple writes 1604 where the year is not told.
fn date(year: u32, month: u32, day: u32) -> Option<Birthday> {
    let year = match year {
        0 | 1604 => None,
        1..=9999 => Some(i16::try_from(year).ok()?),
        _ => return None,
    };
    // A leap year stands in for the year that is not known.
    chrono::NaiveDate::from_ymd_opt(year.map_or(2000, i32::from), month, day)?;
    Some(Birthday {
        year,
        month: u8::try_from(month).ok()?,
        day: u8::try_from(day).ok()?,
    })
}

#[derive(Clone, Copy)]
enum Word {
    /// A number and how many digits it was written with.
    Number(u32, u32),
    /// A month by its name.
    Month(u32),
}

/// The numbers and month names of a text, until something else turns up after a whole date.
fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let parts =
        text.split(|c: char| c.is_whitespace() || matches!(c, '.' | '/' | '-' | ',' | ':' | 'T' | '\''));
    for part in parts.filter(|part| !part.is_empty()) {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        if let (1..=9, Ok(value)) = (digits, number.parse()) {
            found.push(Word::Number(value, digits as u32));
        }
        if let Some(month) = month(rest) {
            found.push(Word::Month(month));
        } else if !rest.is_empty() && digits == 0 && found.len() < 3 && !is_filler(rest) {
            return Vec::new();
        }
        if found.len() == 3 {
            break;
        }
    }
    found
}

fn is_filler(word: &str) -> bool {
    matches!(
        text::fold(word).as_str(),
        "de" | "of" | "the" | "г" | "год" | "года" | "den" | "del"
    )
}

/// The month of a name or its abbreviation in English, Russian, Bulgarian, German, French or Spanish.
fn month(word: &str) -> Option<u32> {
    const NAMES: [&[&str]; 12] = [
        &[
            "january",
            "januar",
            "janvier",
            "enero",
            "январь",
            "января",
            "януари",
        ],
        &[
            "february",
            "februar",
            "fevrier",
            "febrero",
            "февраль",
            "февраля",
            "февруари",
        ],
        &["march", "marz", "mrz", "mars", "marzo", "март", "марта"],
        &["april", "avril", "abril", "апрель", "апреля", "април"],
        &["may", "mai", "mayo", "май", "мая"],
        &["june", "juni", "juin", "junio", "июнь", "июня", "юни"],
        &["july", "juli", "juillet", "julio", "июль", "июля", "юли"],
        &["august", "aout", "agosto", "август", "августа"],
        &[
            "september",
            "septembre",
            "septiembre",
            "сентябрь",
            "сентября",
            "септември",
        ],
        &[
            "october",
            "oktober",
            "octobre",
            "octubre",
            "октябрь",
            "октября",
            "октомври",
        ],
        &["november", "novembre", "noviembre", "ноябрь", "ноября", "ноември"],
        &[
            "december",
            "dezember",
            "decembre",
            "diciembre",
            "декабрь",
            "декабря",
            "декември",
        ],
    ];
    let word = text::fold(word);
    if word.chars().count() < 3 {
        return None;
    }
    NAMES
        .iter()
        .position(|names| names.iter().any(|name| name.starts_with(&word)))
        .map(|at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, order: DayOrder) -> String {
        match birthday(text, order) {
            None => "none".into(),
            Some(b) => format!("{}-{}-{}", b.year.unwrap_or(0), b.month, b.day),
        }
    }

    #[test]
    fn one_day_however_it_is_written() {
        for text in [
            "1980-03-21",
            "1980-03-21T00:00:00Z",
            "1980/3/21",
            "1980.03.21",
            "21.03.1980",
            "21.3.1980 г.",
            "21.03.1980 0:00:00",
            "21/03/1980",
            "21-03-80",
            "03/21/1980",
            "19800321",
            "21031980",
            "29301",
            "21 марта 1980",
            "21 марта 1980 года",
            "21 март 1980 г.",
            "March 21, 1980",
            "21-Mar-80",
            "21. März 1980",
            "21 mars 1980",
            "21 de marzo de 1980",
        ] {
            assert_eq!(read(text, DayOrder::DayFirst), "1980-3-21", "{text}");
        }
        assert_eq!(read("03/04/1980", DayOrder::DayFirst), "1980-4-3");
        assert_eq!(read("03/04/1980", DayOrder::MonthFirst), "1980-3-4");
        assert_eq!(read("05.06.07", DayOrder::DayFirst), "2007-6-5");
    }

    #[test]
    fn a_day_without_a_year() {
        for text in [
            "--03-21",
            "--0321",
            "21.03.",
            "21.03",
            "21 марта",
            "1604-03-21",
            "0000-03-21",
        ] {
            assert_eq!(read(text, DayOrder::DayFirst), "0-3-21", "{text}");
        }
        assert_eq!(read("--02-29", DayOrder::DayFirst), "0-2-29");
    }

    #[test]
    fn what_no_calendar_has_is_none() {
        for text in [
            "",
            "0/0/00",
            "31.02.1980",
            "1981-02-29",
            "1980",
            "весна",
            "maybe 5",
            "--1",
            "123456789012",
            "99999999",
            "40 лет",
            "+359888123456",
        ] {
            assert_eq!(read(text, DayOrder::DayFirst), "none", "{text}");
        }
    }

    #[test]
    fn a_column_proves_its_order() {
        let mut evidence = OrderEvidence::default();
        for cell in ["01/02/1980", "12/31/1980", "", "Anna", "7/4/1776"] {
            evidence.weigh(cell);
        }
        assert_eq!(evidence.order(), DayOrder::MonthFirst);
        evidence.weigh("31/12/1980");
        assert_eq!(evidence.order(), DayOrder::DayFirst);
    }

    #[test]
    fn parts_make_a_day() {
        let day = from_parts("", "5", " 12 ").unwrap();
        assert_eq!((day.year, day.month, day.day), (None, 5, 12));
        assert_eq!(from_parts("1990", "", ""), None);
    }
}
