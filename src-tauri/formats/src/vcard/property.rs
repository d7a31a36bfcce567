//! One property of a card: group, name, parameters and a value whose encodings are undone.

use encoding_rs::Encoding;

/// A property.
#[derive(Debug, Default)]
pub(super) struct Property {
    /// In lower case; empty where there is none.
    pub(super) group: String,
    /// In upper case.
    pub(super) name: String,
    /// Names in upper case; a bare value of vCard 2.1 is a `TYPE`.
    pub(super) parameters: Vec<(String, String)>,
    /// With quoted-printable undone, in the card's encoding.
    value: Vec<u8>,
}

impl Property {
    /// Reads an unfolded line; none for a line that is no property.
    pub(super) fn read(line: &[u8], fallback: &dyn Fn() -> &'static Encoding) -> Option<Self> {
        let colon = value_start(line)?;
        let head = to_text(&line[..colon], None, fallback);
        let mut parts = split_unquoted(&head, ';').into_iter();
        let name = parts.next()?.trim();
        let (group, name) = name.rsplit_once('.').unwrap_or(("", name));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(plain) {
            return None;
        }
        let parameters: Vec<_> = parts.flat_map(parameter).collect();
        let mut property = Self {
            group: group.to_ascii_lowercase(),
            name: name.to_ascii_uppercase(),
            parameters,
            value: Vec::new(),
        };
        let value = &line[colon + 1..];
        property.value = if property.encoding_is("QUOTED-PRINTABLE") {
            quoted_printable(value)
        } else {
            value.to_vec()
        };
        Some(property)
    }

    /// The first parameter of this name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| &**value)
    }

    /// The types, in lower case.
    pub(super) fn types(&self) -> impl Iterator<Item = String> {
        self.parameters
            .iter()
            .filter(|(name, _)| name == "TYPE")
            .flat_map(|(_, value)| value.split(','))
            .map(|kind| kind.trim().to_ascii_lowercase())
    }

    /// Is this the entry to try first?
    pub(super) fn is_preferred(&self) -> bool {
        self.parameter("PREF").is_some() || self.types().any(|kind| kind == "pref")
    }

    fn encoding_is(&self, encoding: &str) -> bool {
        self.parameters.iter().any(|(name, value)| {
            matches!(&**name, "ENCODING" | "TYPE") && value.eq_ignore_ascii_case(encoding)
        })
    }

    /// The value as text, with its escapes still in it.
    pub(super) fn raw(&self, fallback: &dyn Fn() -> &'static Encoding) -> String {
        to_text(&self.value, self.parameter("CHARSET"), fallback)
    }

    /// The bytes that no mark says the encoding of, if they are not UTF-8.
    pub(super) fn unexplained(&self) -> Option<&[u8]> {
        let explained = self.parameter("CHARSET").is_some() || std::str::from_utf8(&self.value).is_ok();
        (!explained).then_some(&self.value)
    }
}

/// The place of the colon before the value: the first one outside quotes.
fn value_start(line: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let outside = line.iter().position(|b| {
        quoted ^= *b == b'"';
        *b == b':' && !quoted
    });
    // One quote too many must not hide the value.
    outside.or_else(|| line.iter().position(|b| *b == b':'))
}

/// `NAME=a,b` or a bare `WORK`; several values of one name become several parameters.
fn parameter(part: &str) -> Vec<(String, String)> {
    let Some((name, value)) = part.split_once('=') else {
        return vec![("TYPE".into(), part.trim().to_owned())];
    };
    let name = name.trim().to_ascii_uppercase();
    split_unquoted(value, ',')
        .into_iter()
        .map(|value| (name.clone(), parameter_value(value.trim().trim_matches('"'))))
        .collect()
}

/// RFC 6868: line ends, quotes and carets in the value of a parameter.
fn parameter_value(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(c) = characters.next() {
        let plain = match (c, characters.peek()) {
            ('^', Some('n' | 'N')) => '\n',
            ('^', Some('\'')) => '"',
            ('^', Some('^')) => '^',
            _ => {
                out.push(c);
                continue;
            }
        };
        characters.next();
        out.push(plain);
    }
    out
}

fn split_unquoted(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}

fn to_text(bytes: &[u8], charset: Option<&str>, fallback: &dyn Fn() -> &'static Encoding) -> String {
    let named = charset.and_then(|charset| Encoding::for_label(charset.as_bytes()));
    match (named, std::str::from_utf8(bytes)) {
        // Some programs say one thing and write UTF-8; no other encoding looks like it by chance.
        (_, Ok(text)) => text.to_owned(),
        (Some(encoding), Err(_)) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        (None, Err(_)) => fallback().decode_without_bom_handling(bytes).0.into_owned(),
    }
}

fn quoted_printable(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|b| (*b as char).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'=', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                rest = &after[2..];
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

/// The parts between unescaped `separator`s, their escapes undone.
pub(super) fn split(raw: &str, separator: char) -> Vec<String> {
    let mut escaped = false;
    raw.split(|c| {
        let cuts = c == separator && !escaped;
        escaped = c == '\\' && !escaped;
        cuts
    })
    .map(unescape)
    .collect()
}

/// Undoes `\n`, and the backslash before whatever is no letter: one before a letter is a path of Windows.
pub(super) fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, characters.peek()) {
            ('\\', Some('n' | 'N')) => {
                characters.next();
                out.push('\n');
            }
            ('\\', Some(next)) if next.is_ascii_punctuation() => out.extend(characters.next()),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1251;

    fn property(line: &str) -> Property {
        Property::read(line.as_bytes(), &|| WINDOWS_1251).unwrap()
    }

    #[test]
    fn parameters_of_every_version() {
        let tel = property("item1.tel;CELL;type=Home,pref;X-A=\"b;c:d\";Y=^'e^^^nf:+1;2");
        assert_eq!((&*tel.group, &*tel.name), ("item1", "TEL"));
        assert_eq!(tel.types().collect::<Vec<_>>(), ["cell", "home", "pref"]);
        assert_eq!(tel.parameter("X-A"), Some("b;c:d"));
        assert_eq!(tel.parameter("Y"), Some("\"e^\nf"));
        assert_eq!(tel.raw(&|| WINDOWS_1251), "+1;2");
        assert!(tel.is_preferred());
    }

    #[test]
    fn text_in_any_encoding() {
        for line in [
            &b"N;CHARSET=windows-1252;ENCODING=QUOTED-PRINTABLE:Do=EB"[..],
            b"N;CHARSET=utf-8;QUOTED-PRINTABLE:Do=C3=AB",
            b"N;CHARSET=windows-1252:Do\xEB",
            b"N;CHARSET=windows-1252:Do\xC3\xAB",
        ] {
            let name = Property::read(line, &|| WINDOWS_1251).unwrap();
            assert_eq!(name.raw(&|| WINDOWS_1251), "Doë");
        }
        let name = Property::read(b"N:\xC0\xED\xED\xE0", &|| WINDOWS_1251).unwrap();
        assert_eq!(name.raw(&|| WINDOWS_1251), "Анна");
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(
            unescape("a\\nb\\,c\\;d\\\\e\\:f C:\\Temp\\"),
            "a\nb,c;d\\e:f C:\\Temp\\"
        );
        assert_eq!(split("a\\;b;c\\\\;d", ';'), ["a;b", "c\\", "d"]);
        assert_eq!(quoted_printable(b"=41=4=\xFFx=3D"), b"A=4=\xFFx=");
    }
}
