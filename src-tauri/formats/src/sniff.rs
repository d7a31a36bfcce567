//! What sort of file this is: by what stands in it, and where that says nothing, by its name.

use clientele_model::{ErrorCode, Refusal};

use crate::{FILE_BYTES_MAX, Format, text_encoding};

/// So much of a file is looked at.
const HEAD_BYTES: usize = 64 * 1024;

/// A workbook that only its password opens.
const LOCKED: &str = "locked";

/// What sort of file this is, by its content and, where that says nothing, by its name.
///
/// # Errors
/// `import.empty`, `import.too_large`, and `import.unknown_format` with what it is instead as `detail`
/// (`xls`, `xlsb`, `pdf`, `image`, `archive`, `calendar`, `html`, `json`, `program`, `binary`, ...);
/// `import.sheet_locked` for a workbook that Excel has encrypted.
pub fn sniff(name: &str, bytes: &[u8]) -> Result<Format, Refusal> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Refusal::new(ErrorCode::ImportTooLarge).with("max", FILE_BYTES_MAX));
    }
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    match foreign(name, bytes) {
        None => {}
        Some("xlsx") => return Ok(Format::Xlsx),
        Some("ods") => return Ok(Format::Ods),
        Some(LOCKED) => return Err(ErrorCode::ImportSheetLocked.into()),
        Some(detail) => return Err(unknown(detail)),
    }
    let marked = text_encoding::marked(head);
    let text = match marked {
        Some(encoding) => encoding.decode(head).0,
        None => String::from_utf8_lossy(head),
    };
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if text.is_empty() && head.len() == bytes.len() {
        return Err(ErrorCode::ImportEmpty.into());
    }
    if starts_with_line(text, "BEGIN:VCARD") {
        return Ok(Format::Vcard);
    }
    if encoding_rs::Encoding::for_bom(head).is_none() && is_binary(text) {
        return Err(unknown("binary"));
    }
    if let Some(detail) = foreign_text(name, text) {
        return Err(unknown(detail));
    }
    Ok(match extension(name).as_str() {
        "vcf" | "vcard" => Format::Vcard,
        _ => Format::Csv,
    })
}

fn unknown(detail: &str) -> Refusal {
    Refusal::new(ErrorCode::ImportUnknownFormat).with("detail", detail)
}

fn extension(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase())
        .unwrap_or_default()
}

/// Formats that are told by their first bytes.
fn foreign(name: &str, bytes: &[u8]) -> Option<&'static str> {
    const SIGNS: &[(&[u8], &str)] = &[
        (b"%PDF-", "pdf"),
        (b"{\\rtf", "rtf"),
        (b"\x89PNG\r\n", "image"),
        (b"\xFF\xD8\xFF", "image"),
        (b"GIF8", "image"),
        (b"II*\0", "image"),
        (b"MM\0*", "image"),
        (b"SQLite format 3\0", "sqlite"),
        (b"!BDN", "pst"),
        (b"\x1F\x8B", "archive"),
        (b"7z\xBC\xAF\x27\x1C", "archive"),
        (b"Rar!\x1A\x07", "archive"),
        (b"BZh", "archive"),
        (b"\xFD7zXZ\0", "archive"),
        (b"\x7FELF", "program"),
        (b"MZ\x90\0", "program"),
    ];
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(zipped(bytes));
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        // Excel wraps what it encrypts in the old container, under this name.
        let locked: Vec<u8> = "EncryptedPackage"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        return Some(match extension(name).as_str() {
            _ if bytes.windows(locked.len()).any(|w| w == locked) => LOCKED,
            "doc" => "doc",
            "msg" => "msg",
            _ => "xls",
        });
    }
    if bytes.len() > 11 && bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP" {
        return Some("image");
    }
    SIGNS
        .iter()
        .find(|(sign, _)| bytes.starts_with(sign))
        .map(|(_, detail)| *detail)
}

/// Office documents are zip archives; their first and last members tell them apart.
fn zipped(bytes: &[u8]) -> &'static str {
    let ends = [
        &bytes[..bytes.len().min(HEAD_BYTES)],
        &bytes[bytes.len().saturating_sub(HEAD_BYTES)..],
    ];
    let holds = |text: &str| {
        ends.iter()
            .any(|end| end.windows(text.len()).any(|w| w == text.as_bytes()))
    };
    if holds("opendocument.spreadsheet") {
        "ods"
    } else if holds("opendocument.text") {
        "odt"
    } else if holds("xl/workbook.bin") {
        "xlsb"
    } else if holds("xl/") {
        "xlsx"
    } else if holds("word/") {
        "docx"
    } else {
        "archive"
    }
}

/// Formats that are text, but neither a table nor cards.
fn foreign_text(name: &str, text: &str) -> Option<&'static str> {
    let start: String = text.chars().take(64).collect::<String>().to_ascii_lowercase();
    if starts_with_line(text, "BEGIN:VCALENDAR") {
        return Some("calendar");
    }
    for (sign, detail) in [
        ("<!doctype html", "html"),
        ("<html", "html"),
        ("<table", "html"),
        ("<?xml", "xml"),
        ("dn: ", "ldif"),
        ("dn:: ", "ldif"),
    ] {
        if start.starts_with(sign) {
            return Some(detail);
        }
    }
    let json = start.starts_with(['{', '[']) && matches!(extension(name).as_str(), "json" | "jsonl");
    json.then_some("json")
}

fn starts_with_line(text: &str, line: &str) -> bool {
    text.split(['\n', '\r'])
        .next()
        .is_some_and(|first| first.trim().eq_ignore_ascii_case(line))
}

/// More control characters than a person's text ever has.
fn is_binary(text: &str) -> bool {
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}' | '\u{1A}');
    let all = text.chars().count();
    let odd = text.chars().filter(|c| control(*c)).count();
    odd > 8 && odd * 10 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_named() {
        for (name, bytes, detail) in [
            ("a.xlsb", &b"PK\x03\x04....xl/workbook.bin"[..], "xlsb"),
            ("a.docx", b"PK\x03\x04...word/document.xml", "docx"),
            ("a.zip", b"PK\x03\x04...anna.txt", "archive"),
            ("a.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1......", "xls"),
            ("a.pdf", b"%PDF-1.7\n", "pdf"),
            ("a.png", b"\x89PNG\r\n\x1A\n", "image"),
            ("a.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "calendar"),
            ("a.html", b"\n<!DOCTYPE html><html>", "html"),
            ("a.csv", b"<html xmlns:x=\"urn:schemas-microsoft-com", "html"),
            ("a.json", b"[{\"name\":1}]", "json"),
            ("a", &[0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 7, 0, 0, 0][..], "binary"),
        ] {
            let refusal = sniff(name, bytes).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::ImportUnknownFormat, "{name}");
            assert_eq!(refusal.params["detail"], detail, "{name}");
        }
    }

    #[test]
    fn workbooks_are_known_by_what_is_in_them() {
        for name in ["a.xlsx", "a.csv"] {
            assert_eq!(sniff(name, b"PK\x03\x04....xl/workbook.xml"), Ok(Format::Xlsx));
        }
        let ods = b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
        assert_eq!(sniff("a.ods", ods), Ok(Format::Ods));
        let mut locked = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....".to_vec();
        locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(sniff("a.xlsx", &locked), Err(ErrorCode::ImportSheetLocked.into()));
    }

    #[test]
    fn cards_and_tables_are_told_apart() {
        assert_eq!(sniff("a.csv", b"\n begin:vCard\nEND:VCARD\n"), Ok(Format::Vcard));
        assert_eq!(sniff("a.vcf", b"no card at all"), Ok(Format::Vcard));
        assert_eq!(sniff("a.txt", b"Anna,088"), Ok(Format::Csv));
        assert_eq!(sniff("", b"\xFF\xFEA\0,\0B\0"), Ok(Format::Csv));
        for nothing in [&b""[..], b" \r\n\t ", b"\xEF\xBB\xBF\n"] {
            assert_eq!(sniff("a.csv", nothing), Err(ErrorCode::ImportEmpty.into()));
        }
    }
}
