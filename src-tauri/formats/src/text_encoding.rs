//! From bytes to text: byte order marks, UTF-16 with and without one, UTF-8, and what older programs wrote.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use clientele_model::{ErrorCode, Refusal};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// So many bytes are looked at to tell UTF-16 without a mark.
const UTF16_SAMPLE_BYTES: usize = 64 * 1024;

/// So many bytes of lines with letters beyond ASCII are enough to tell the encoding by.
const DETECTION_BYTES: usize = 1024 * 1024;

/// One slip among this many good characters still makes a file UTF-8.
const UTF8_GOOD_PER_BAD: usize = 50;

/// Text and the encoding it was in.
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) encoding: &'static Encoding,
}

/// Reads `bytes` as text: in the encoding the user named, else in the one they seem to be in. What
/// cannot be read becomes U+FFFD.
pub(crate) fn decode<'a>(
    bytes: &'a [u8],
    named: Option<&str>,
    country: &str,
) -> Result<Decoded<'a>, Refusal> {
    let encoding = match named {
        Some(name) => by_name(name)?,
        None => detect(bytes, country),
    };
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{FEFF}').unwrap_or(text)),
        Cow::Owned(mut text) => {
            if text.starts_with('\u{FEFF}') {
                text.drain(..'\u{FEFF}'.len_utf8());
            }
            Cow::Owned(text)
        }
    };
    Ok(Decoded { text, encoding })
}

/// The encoding of this name, as in the WHATWG standard.
pub(crate) fn by_name(name: &str) -> Result<&'static Encoding, Refusal> {
    Encoding::for_label(name.as_bytes())
        .ok_or_else(|| Refusal::new(ErrorCode::BadRequest).with("detail", format!("encoding {name}")))
}

/// The encoding that a byte order mark or the pattern of NUL bytes gives away.
pub(crate) fn marked(bytes: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_bom(bytes)
        .map(|(encoding, _)| encoding)
        .or_else(|| utf16_without_mark(bytes))
}

/// The encoding that these bytes are most likely in. `country` tips the scales between the encodings of
/// one byte a letter, which a short text leaves in balance.
pub(crate) fn detect(bytes: &[u8], country: &str) -> &'static Encoding {
    marked(bytes).unwrap_or_else(|| {
        if is_utf8(bytes) {
            UTF_8
        } else {
            legacy(bytes, country)
        }
    })
}

/// In UTF-16 the high byte of every comma, digit and line end is NUL, always on the same side. Four letters
/// of ASCII in a row are never the beginning of one.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.iter().take(4).all(|b| (b' '..=b'~').contains(b)) {
        return None;
    }
    let sample = &bytes[..bytes.len().min(UTF16_SAMPLE_BYTES)];
    let (mut first, mut second, mut units) = (0, 0, 0);
    for pair in sample.chunks_exact(2) {
        first += usize::from(pair[0] == 0);
        second += usize::from(pair[1] == 0);
        units += 1;
    }
    let clear = |many: usize, few: usize| many > 0 && many * 20 >= units && few * 10 <= many;
    if clear(second, first) {
        Some(UTF_16LE)
    } else if clear(first, second) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// UTF-8, or UTF-8 with a slip here and there (a text cut in the middle of a letter).
fn is_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        bad += usize::from(!chunk.invalid().is_empty());
        good += chunk.valid().bytes().filter(|b| *b >= 0xC0).count();
    }
    bad == 0 || good >= bad * UTF8_GOOD_PER_BAD
}

/// One of the encodings from before Unicode, judged by the lines that have letters beyond ASCII.
fn legacy(bytes: &[u8], country: &str) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut fed = 0;
    for line in bytes.split_inclusive(|b| matches!(b, b'\n' | b'\r')) {
        let line = &line[..line.len().min(DETECTION_BYTES - fed)];
        if !line.is_ascii() {
            detector.feed(line, false);
            fed += line.len();
        }
        if fed == DETECTION_BYTES {
            break;
        }
    }
    detector.feed(b"", true);
    let domain = country.to_ascii_lowercase();
    let domain = (domain.len() == 2 && domain.bytes().all(|b| b.is_ascii_lowercase())).then_some(domain);
    detector.guess(domain.as_ref().map(String::as_bytes), Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{IBM866, KOI8_R, WINDOWS_1251, WINDOWS_1252};

    #[test]
    fn tells_the_encodings_of_shops_apart() {
        let cyrillic = "Имя;Телефон\r\nМария Петровна;8 916 123 45 67\r\nАлёна Щукина;\r\n";
        let latin = "Name;Straße;Téléphone\r\nJürgen Groß;Königsallee 5;\r\nRenée Lefèvre;Rue Hérold;\r\n";
        for (text, encoding) in [
            (cyrillic, WINDOWS_1251),
            (cyrillic, KOI8_R),
            (cyrillic, IBM866),
            (cyrillic, UTF_8),
            (latin, WINDOWS_1252),
            (latin, UTF_8),
        ] {
            let (bytes, ..) = encoding.encode(text);
            for country in ["BG", "RU", "DE", "", "Болгария"] {
                let read = decode(&bytes, None, country).unwrap();
                assert_eq!(
                    read.text,
                    text,
                    "{} read as {}",
                    encoding.name(),
                    read.encoding.name()
                );
            }
        }
    }

    #[test]
    fn reads_utf_16_with_and_without_a_mark() {
        let text = "Имя,Телефон\nМария,+359 888 123 456\n";
        for (encoding, to_bytes) in [
            (UTF_16LE, u16::to_le_bytes as fn(u16) -> [u8; 2]),
            (UTF_16BE, u16::to_be_bytes),
        ] {
            for marked in [format!("\u{FEFF}{text}"), text.to_owned()] {
                let bytes: Vec<u8> = marked.encode_utf16().flat_map(to_bytes).collect();
                let read = decode(&bytes, None, "").unwrap();
                assert_eq!((read.encoding, &*read.text), (encoding, text));
            }
        }
    }

    #[test]
    fn one_slip_does_not_spoil_utf_8() {
        let mut bytes = "Имя,Телефон\n".repeat(20).into_bytes();
        bytes.pop();
        bytes.extend("ю".as_bytes().split_last().unwrap().1);
        let read = decode(&bytes, None, "BG").unwrap();
        assert_eq!(read.encoding, UTF_8);
        assert!(read.text.ends_with("Телефон\u{FFFD}"));
    }

    #[test]
    fn the_user_has_the_last_word() {
        let read = decode("é".as_bytes(), Some("windows-1252"), "").unwrap();
        assert_eq!(read.text, "Ã©");
        let refusal = decode(b"", Some("klingon"), "").err().unwrap();
        assert_eq!(refusal.code, ErrorCode::BadRequest);
    }
}
