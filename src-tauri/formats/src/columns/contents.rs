//! What a column holds, judged by its cells alone.

use clientele_model::text::is_email;
use clientele_model::{phone, text};

use crate::card::split_phones;
use crate::dates::{self, DayOrder};
use crate::names;

/// So many different words are not the few states or sorts of something.
const DIFFERENT_WORDS: usize = 8;

/// What was found in the first cells of one column.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Contents {
    /// Cells that are not empty.
    pub(crate) filled: usize,
    emails: usize,
    phones: usize,
    /// Two to four words that all begin with a capital letter.
    people: usize,
    /// One such word.
    single_words: usize,
    /// How many different ones of these, as far as counted.
    different_words: usize,
    /// Cells with a patronymic.
    patronymics: usize,
    /// Cells with at least five digits.
    digits: usize,
    /// Cells with a letter that do not merely say that there is nothing.
    lettered: usize,
}

impl Contents {
    /// Looks at the cells of one column.
    pub(crate) fn of<'a>(cells: impl Iterator<Item = &'a str>, country: &str) -> Self {
        let mut contents = Self::default();
        let mut words_seen: Vec<&str> = Vec::new();
        for cell in cells {
            let cell = cell.trim();
            if cell.is_empty() {
                continue;
            }
            contents.filled += 1;
            contents.lettered += usize::from(cell.contains(char::is_alphabetic) && !says_nothing(cell));
            if cell.len() > 200 {
                continue;
            }
            contents.digits += usize::from(text::digits(cell).len() >= 5);
            if cell.split([';', ',', ' ']).any(is_email) {
                contents.emails += 1;
            } else if is_phone(cell, country) {
                contents.phones += 1;
            } else {
                let words: Vec<&str> = cell.split_whitespace().collect();
                if words.iter().all(|word| is_name_word(word)) {
                    contents.single_words += usize::from(words.len() == 1 && cell.chars().count() > 2);
                    if let [word] = words[..]
                        && words_seen.len() < DIFFERENT_WORDS
                        && !words_seen.contains(&word)
                    {
                        words_seen.push(word);
                    }
                    contents.people += usize::from((2..=4).contains(&words.len()));
                    contents.patronymics += usize::from(words.len() > 2 && names::has_patronymic(&words));
                }
            }
        }
        contents.different_words = words_seen.len();
        contents
    }

    pub(crate) fn are_emails(&self) -> bool {
        self.most(self.emails)
    }

    pub(crate) fn are_phones(&self) -> bool {
        self.most(self.phones)
    }

    pub(crate) fn are_people(&self) -> bool {
        self.most(self.people)
    }

    /// Single words, and not the same few again and again, as in a column of states.
    pub(crate) fn are_single_words(&self) -> bool {
        let various = self.different_words == DIFFERENT_WORDS || self.different_words * 2 > self.filled;
        various && self.most(self.single_words)
    }

    /// People without any doubt: so sure that nothing else needs to speak for it.
    pub(crate) fn are_surely_people(&self) -> bool {
        self.patronymics * 3 > self.filled || self.filled >= 3 && self.people * 5 >= self.filled * 4
    }

    /// Is there not one cell with the digits of a phone number?
    pub(crate) fn have_no_digits(&self) -> bool {
        self.filled > 0 && self.digits == 0
    }

    /// Are there numbers and blanks where names ought to be?
    pub(crate) fn are_no_names(&self) -> bool {
        self.lettered * 5 < self.filled
    }

    fn most(&self, count: usize) -> bool {
        count > 0 && count * 5 >= self.filled * 3
    }
}

/// A cell of nothing but phone numbers: valid ones here, or written like those of another country.
pub(crate) fn is_phone(cell: &str, country: &str) -> bool {
    let parts = split_phones(cell);
    !parts.is_empty() && parts.iter().all(|part| is_one_phone(part, country))
}

fn is_one_phone(part: &str, country: &str) -> bool {
    let (mut digits, mut dots, mut others) = (0, 0, 0);
    for c in part.chars() {
        match c {
            '0'..='9' => digits += 1,
            '.' => dots += 1,
            '+' | '-' | '(' | ')' | '/' | ' ' | '\u{a0}' => others += 1,
            _ => return false,
        }
    }
    let is_decimal = dots == 1 && others == 0;
    if !(7..=15).contains(&digits) || is_decimal || dates::birthday(part, DayOrder::DayFirst).is_some() {
        return false;
    }
    let written_like_one = digits > 8 && (others > 0 || part.starts_with('0'));
    written_like_one || phone::to_e164(part, country).is_some()
}

/// What databases write where there is nothing.
fn says_nothing(cell: &str) -> bool {
    ["null", "nan", "none", "n/a"]
        .iter()
        .any(|word| cell.eq_ignore_ascii_case(word))
}

fn is_name_word(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
        && word
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.'))
}
