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

/// The longest name of a file, in bytes of UTF-8: what every file system takes.
pub const FILE_NAME_BYTES_MAX: usize = 255;

/// A longer ending than this is no ending, but a sentence with a full stop in it.
const ENDING_CHARS_MAX: usize = 16;

/// A file's name that every system takes and that shows what it is: no folder, no letter that is not seen or that
/// turns the reading round, none that a system keeps for itself, and no name of a device. What is left of nothing is
/// `otherwise`.
#[must_use]
pub fn file_name(name: &str, otherwise: &str) -> String {
    let refused = |c: char| c.is_control() || is_invisible(c) || "/\\:*?\"<>|".contains(c);
    let spaced = name.replace(refused, " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let plain = words.join(" ");
    // Windows takes these off the end without a word, and a name that begins with a full stop is hidden.
    let plain = plain.trim_matches(['.', ' ']);
    let plain = if plain.is_empty() { otherwise } else { plain };
    let (stem, ending) = parts(plain);
    // Windows looks no further than the first full stop.
    let stem = match stem.split_once('.') {
        _ if !is_device(stem) => stem.to_owned(),
        Some((device, rest)) => format!("{device}_.{rest}"),
        None => format!("{stem}_"),
    };
    let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    let room = FILE_NAME_BYTES_MAX - ending.len();
    let mut length = stem.len().min(room);
    while !stem.is_char_boundary(length) {
        length -= 1;
    }
    format!("{}{ending}", stem[..length].trim_end_matches(['.', ' ']))
}

/// The name before its ending, and the ending.
fn parts(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('.') {
        Some((stem, ending))
            if ending.chars().count() <= ENDING_CHARS_MAX && !ending.contains(char::is_whitespace) =>
        {
            (stem, Some(ending))
        }
        _ => (name, None),
    }
}

/// Is it a name under which Windows opens a device, whatever its ending?
fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or_default().trim_end();
    let upper = first.to_ascii_uppercase();
    let numbered = |name: &str| {
        upper.strip_prefix(name).is_some_and(|rest| {
            matches!(
                rest,
                "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
            )
        })
    };
    matches!(
        upper.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || numbered("COM")
        || numbered("LPT")
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
    fn a_files_name_is_one_that_every_disk_takes() {
        for (name, plain) in [
            ("Анна Иванова.pdf", "Анна Иванова.pdf"),
            ("../../etc/passwd", "etc passwd"),
            ("C:\\con\n<b>|?*\"", "C con b"),
            ("\u{202E}gnp.exe\u{0}", "gnp.exe"),
            ("a\u{200B}b.png", "a b.png"),
            (" .hidden. ", "hidden"),
            ("con", "con_"),
            ("NUL.txt", "NUL_.txt"),
            ("com1.tar.gz", "com1_.tar.gz"),
            ("Lpt¹", "Lpt¹_"),
            ("console.txt", "console.txt"),
            ("...", "file"),
            ("", "file"),
        ] {
            assert_eq!(file_name(name, "file"), plain, "{name:?}");
            assert_eq!(file_name(plain, "file"), plain, "what is plain stays as it is");
        }
        for (long, ending) in [("Щ".repeat(500) + ".jpeg", ".jpeg"), ("x. ".repeat(300), "x")] {
            let plain = file_name(&long, "file");
            assert!(
                plain.len() <= FILE_NAME_BYTES_MAX && plain.ends_with(ending),
                "{plain}"
            );
        }
    }

    #[test]
    fn an_ellipsis_stands_for_what_was_left_out() {
        assert_eq!(ellipsis("Анна", 4), "Анна");
        assert_eq!(ellipsis("Анна Иванова", 5), "Анна…");
    }
}
