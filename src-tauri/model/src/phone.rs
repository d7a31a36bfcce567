//! Phone numbers as people type them, and the one form in which they are compared: E.164.
//!
//! What a valid number is comes from Google's numbering tables through `rlibphonenumber`. What is ours:
//! the words that people write around a number, and the habits the tables do not know (`00` before a
//! country code everywhere, a country code without any sign).

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};
use unicode_normalization::UnicodeNormalization;

use crate::text;

/// The longest text in which a number is looked for, in bytes; nobody types a longer one.
const TYPED_BYTES_MAX: usize = 250;

/// A country code without any sign is believed from this many digits on: shorter numbers are more
/// likely slips of the pen.
const BARE_INTERNATIONAL_DIGITS_MIN: usize = 11;

/// The number in E.164 (`+359888123456`), or none where the text holds no number that can exist.
///
/// `country` (ISO 3166 alpha-2) says where a number without a country code is. Words and extensions
/// around the number do no harm; of several numbers the first counts.
#[must_use]
pub fn to_e164(typed: &str, country: &str) -> Option<String> {
    if typed.len() > TYPED_BYTES_MAX {
        return None;
    }
    let region = region(country);
    let plain: String = typed.nfkc().filter(|c| !text::is_invisible(*c)).collect();
    numbers_in(&plain)
        .find_map(|number| readings(number).find_map(|reading| valid(&reading, region)))
        .map(|number| number.format_as(PhoneNumberFormat::E164).into_owned())
}

/// The number as it is written in `country` if it is of that country, else as one writes it from
/// abroad. What is no number comes back as it is.
#[must_use]
pub fn display(e164: &str, country: &str) -> String {
    let Some(number) = valid(e164, None) else {
        return e164.to_owned();
    };
    let at_home = number.get_region_code().is_some() && number.get_region_code() == region(country);
    let format = if at_home {
        PhoneNumberFormat::National
    } else {
        PhoneNumberFormat::International
    };
    number.format_as(format).into_owned()
}

/// Do the numbering tables know this country (ISO 3166 alpha-2)?
#[must_use]
pub fn known_country(code: &str) -> bool {
    calling_code(code).is_some()
}

/// The number that calls this country (359 for `BG`).
#[must_use]
pub fn calling_code(country: &str) -> Option<u16> {
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region(country)?)?;
    u16::try_from(code).ok()
}

fn region(country: &str) -> Option<Region> {
    let letters = country.len() == 2 && country.bytes().all(|b| b.is_ascii_alphabetic());
    letters.then(|| Region::try_from(country.to_ascii_uppercase().as_str()).ok())?
}

fn valid(number: &str, region: Option<Region>) -> Option<PhoneNumber> {
    PHONE_NUMBER_UTIL
        .parse(number, region)
        .ok()
        .filter(PhoneNumber::is_valid)
}

/// The stretches of the text that may be a number: digits and what stands between them.
fn numbers_in(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| {
        c.is_ascii_digit()
            || c.is_whitespace() && c != '\n'
            || matches!(
                c,
                '+' | '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}'
            )
    };
    text.split(move |c| !inside(c))
        .filter(|part| part.bytes().filter(u8::is_ascii_digit).count() > 3)
        .flat_map(|part| std::iter::once(part).chain(part.split('/').filter(move |half| *half != part)))
}

/// The ways in which one stretch of digits may be meant, the most likely first.
fn readings(number: &str) -> impl Iterator<Item = String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let plus = number.contains('+');
    let from_abroad = digits
        .strip_prefix("00")
        .map(str::to_owned)
        .or_else(|| (digits.len() >= BARE_INTERNATIONAL_DIGITS_MIN).then(|| digits.clone()))
        .filter(|_| !plus)
        .map(|rest| format!("+{rest}"));
    // "+8 916 ..." is a sign too many before a trunk prefix.
    let at_home = plus.then(|| digits.clone());
    let typed = if plus { format!("+{digits}") } else { digits };
    std::iter::once(typed).chain(from_abroad).chain(at_home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_however_it_is_typed() {
        for (country, e164, ways) in [
            (
                "RU",
                "+79161234567",
                &[
                    "8 916 123 45 67",
                    "8 (916) 123-45-67",
                    "+7 916 123-45-67",
                    "+7\u{a0}916\u{2011}123\u{2011}45\u{2011}67",
                    "79161234567",
                    "9161234567",
                    "007 916 1234567",
                    "+8 916 123 45 67",
                    "тел: 8 916 123 45 67 доб. 12",
                    "+7 (916) 123-45-67, доб. 3",
                    "+7 916 123 45 67 Maria",
                    "８ ９１６ １２３ ４５ ６７",
                    "\u{202a}+79161234567\u{202c}",
                    "tel:+7-916-123-45-67",
                ][..],
            ),
            (
                "BG",
                "+359888123456",
                &[
                    "0888 123 456",
                    "0888/123456",
                    "0888.123.456",
                    "00359 888 123 456",
                    "359888123456",
                    "+359 (0) 888 123 456",
                    "+ 359 888 123 456",
                    "0888 123 456 ext. 5",
                    "0888 123 456 вн. 5",
                    "моб. 0888 123 456",
                    "0888 123 456 (Мария)",
                    "вх. 2, 0888 123 456",
                    "0888123456/0899111222",
                    "0888 123 456, 0899 111 222",
                ][..],
            ),
            (
                "RU",
                "+359888123456",
                &["359888123456", "8-10-359-888-123-456"][..],
            ),
            ("BG", "+79161234567", &["79161234567", "+79161234567"][..]),
            ("", "+79161234567", &["+79161234567", "79161234567"][..]),
        ] {
            for typed in ways {
                assert_eq!(
                    to_e164(typed, country).as_deref(),
                    Some(e164),
                    "{typed:?} in {country}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_number_gives_none() {
        let long = "1".repeat(1_000_000);
        for typed in [
            "",
            " ",
            "abc",
            "+",
            "112",
            "0888",
            "BusinessPhone",
            "1975-12-12",
            "0888 12 34",
            "\u{0}",
            &long,
        ] {
            assert_eq!(to_e164(typed, "BG"), None, "{typed:?}");
        }
        assert_eq!(to_e164("0888 123 456", "Bulgaria"), None);
    }

    #[test]
    fn a_number_is_shown_as_its_reader_writes_it() {
        assert_eq!(display("+79161234567", "RU"), "8 (916) 123-45-67");
        assert_eq!(display("+79161234567", "BG"), "+7 916 123-45-67");
        assert_eq!(display("+359888123456", "bg"), "088 812 3456");
        assert_eq!(display("+359888123456", ""), "+359 88 812 3456");
        assert_eq!(display("nonsense", "BG"), "nonsense");
    }

    #[test]
    fn countries_are_known_by_their_code() {
        assert_eq!(calling_code("BG"), Some(359));
        assert_eq!(calling_code("ru"), Some(7));
        assert!(known_country("US"));
        assert!(!known_country("XX"));
        assert!(!known_country(""));
        assert!(!known_country("бг"));
    }

    /// Numbers of 16 countries, as typed, against what Google's own library makes of them.
    #[test]
    fn reads_the_reference_numbers() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../shared/data/contacts/phones.csv"
        );
        let Ok(table) = std::fs::read_to_string(path) else {
            println!("absent: {path}");
            return;
        };
        let (mut right, mut refused) = (0, 0);
        for line in table.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let read = to_e164(cells[0], cells[1]);
            if cells[6] == "true" {
                assert_eq!(read.as_deref(), Some(cells[2]), "{line}");
                right += 1;
            } else {
                refused += usize::from(read.is_none());
            }
        }
        println!("{right} valid numbers read, {refused} of the impossible ones refused");
        assert!(right >= 278);
    }
}
