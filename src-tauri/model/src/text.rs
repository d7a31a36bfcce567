//! Text as people type it: the bound on its length, and the form in which it is compared and searched.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest text that one field takes, in bytes of UTF-8. A bound on everything: generous to a
/// person who pastes a page, an end to a file that pretends to be a name.
pub const FIELD_BYTES_MAX: usize = 256 * 1024;

/// Is this a character that is not seen: zero width, a direction mark, a control?
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
        || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// The form in which text is compared and searched: lower case in every alphabet, without diacritics on
/// Latin letters, ё as е (but й stays й), invisible characters gone, white space as single spaces.
///
/// SQLite folds case in ASCII only, so this is done in Rust, for what is stored and what is asked alike.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match plain(c) {
            Some(' ') if out.is_empty() || out.ends_with(' ') => {}
            Some(lower) => out.push(lower),
            None => return fold_any(text),
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// Folds one of the characters that most text is made of. What is none of them may become something else together
/// with its neighbours.
fn plain(c: char) -> Option<char> {
    match c {
        'а'..='я' | ' '..='@' | '['..='~' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        'А'..='Я' => char::from_u32(u32::from(c) + 32),
        'ё' | 'Ё' => Some('е'),
        _ => None,
    }
}

fn fold_any(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkc() {
        if is_invisible(c) {
            continue;
        }
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            continue;
        }
        for lower in c.to_lowercase() {
            match lower {
                'ё' => out.push('е'),
                'ѝ' => out.push('и'),
                'a'..='z' | '0'..='9' | 'а'..='я' => out.push(lower),
                'ß' => out.push_str("ss"),
                _ => out.extend(std::iter::once(lower).nfd().filter(|c| !is_combining_mark(*c))),
            }
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// Only the decimal digits, of any script, as ASCII.
#[must_use]
pub fn digits(text: &str) -> String {
    text.nfkc().filter(char::is_ascii_digit).collect()
}

/// What a person typed, tidied: without control and invisible characters at the ends, line ends as `\n`.
/// Nothing inside is changed, so that what was typed is what is shown.
#[must_use]
pub fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{0}'], "\n");
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
        .to_owned()
}

/// Is this an e-mail address: something@something, without white space? More would refuse addresses that work.
#[must_use]
pub fn is_email(text: &str) -> bool {
    matches!(text.rsplit_once('@'), Some((user, host)) if !user.is_empty() && !host.is_empty())
        && !text.contains(char::is_whitespace)
}

/// The first `max` characters, with an ellipsis where something was left out.
#[must_use]
pub fn ellipsis(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_letters_fold_alone_as_they_do_among_others() {
        let plain_letters: Vec<char> = ('\0'..='\u{500}').filter(|c| plain(*c).is_some()).collect();
        assert!(plain_letters.len() > 150, "{}", plain_letters.len());
        for first in &plain_letters {
            for second in &plain_letters {
                let text = format!(" {first}{second}  {first} ");
                assert_eq!(fold(&text), fold_any(&text), "{text:?}");
            }
        }
        assert_eq!(fold("И\u{306}ва\u{301}нов Ё"), "йванов е");
    }

    #[test]
    fn folds_both_alphabets() {
        for (typed, folded) in [
            ("ИВАНОВА", "иванова"),
            ("Алёна", "алена"),
            ("Николай", "николай"),
            (
                "Й\u{306}",
                "й\u{306}".nfkc().collect::<String>().trim_end_matches('\u{306}'),
            ),
            ("  Müller  -  Straße ", "muller - strasse"),
            ("Zoë\u{200B}\u{202E}x", "zoex"),
            ("ＡＢＣ", "abc"),
            ("", ""),
        ] {
            assert_eq!(fold(typed), folded, "{typed:?}");
        }
    }

    #[test]
    fn digits_of_any_typing() {
        assert_eq!(digits("+359 (88) 812-34-56"), "359888123456");
        assert_eq!(digits("٣٥"), "");
        assert_eq!(digits("１２"), "12");
    }

    #[test]
    fn tidying_keeps_the_inside() {
        assert_eq!(tidy(" a\r\nb\u{202E}c \n"), "a\nb\u{202E}c");
    }

    #[test]
    fn an_ellipsis_stands_for_what_was_left_out() {
        assert_eq!(ellipsis("Анна", 4), "Анна");
        assert_eq!(ellipsis("Анна Иванова", 5), "Анна…");
    }
}
