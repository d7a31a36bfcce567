//! What a file is, by its first bytes. Its name is not asked: whoever sends a program calls it a picture.

/// What is known of a file that is nothing known: bytes.
pub const OTHER: &str = "application/octet-stream";

/// The pictures that are shown. What else looks like one (SVG, which may hold a script) is only ever saved.
const PICTURES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// How files begin that are often kept, and what they are.
const BEGINNINGS: [(&[u8], &str); 12] = [
    (b"\xFF\xD8\xFF", "image/jpeg"),
    (b"\x89PNG\r\n\x1A\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "application/x-ole-storage"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"{\\rtf", "application/rtf"),
];

/// What stands in an archive early on, where the archive is a document.
const DOCUMENTS: [(&[u8], &str); 5] = [
    (
        b"word/",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        b"xl/",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        b"ppt/",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.text",
    ),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
];

/// So much of a file is looked at.
const LOOKED_AT_BYTES: usize = 4096;

/// What a file is. It is only looked at, never read as what it says it is: any bytes have an answer.
#[must_use]
pub fn media_type(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(LOOKED_AT_BYTES)];
    let begins = |beginning: &[u8]| head.starts_with(beginning);
    if begins(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    if head.get(4..8) == Some(b"ftyp") {
        return match head.get(8..12) {
            Some(b"heic" | b"heix" | b"mif1" | b"msf1") => "image/heic",
            Some(b"avif" | b"avis") => "image/avif",
            Some(b"M4A ") => "audio/mp4",
            _ => "video/mp4",
        };
    }
    match BEGINNINGS.iter().find(|(beginning, _)| begins(beginning)) {
        Some((_, "application/zip")) => {
            let holds = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
            let document = DOCUMENTS.iter().find(|(part, _)| holds(part));
            document.map_or("application/zip", |(_, what)| what)
        }
        Some((_, what)) => what,
        None if is_text(head, bytes.len() > head.len()) => "text/plain",
        None => OTHER,
    }
}

/// Text in UTF-8, without control characters; `cut` says that its end may be missing. A web page and an SVG are text
/// here: they are saved, and never shown.
fn is_text(head: &[u8], cut: bool) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if cut && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{C}');
    !text.is_empty() && text.chars().all(is_plain)
}

/// Is it a picture that can be shown?
#[must_use]
pub fn is_picture(media_type: &str) -> bool {
    PICTURES.contains(&media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_content_says() {
        for (bytes, what) in [
            (&b"\xFF\xD8\xFF\xE0rest"[..], "image/jpeg"),
            (b"\x89PNG\r\n\x1A\nrest", "image/png"),
            (b"GIF89a...", "image/gif"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"RIFF\x10\0\0\0WAVEfmt ", OTHER),
            (b"\0\0\0\x18ftypheic", "image/heic"),
            (b"%PDF-1.7", "application/pdf"),
            (b"PK\x03\x04....word/document.xml", DOCUMENTS[0].1),
            (b"PK\x03\x04....a.txt", "application/zip"),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
                "text/plain",
            ),
            (b"<!doctype html><script>1</script>", "text/plain"),
            ("Съгласие\r\n\tда".as_bytes(), "text/plain"),
            (b"MZ\x90\0", OTHER),
            (b"a\0b", OTHER),
            (b"\xFF", OTHER),
            (b"", OTHER),
        ] {
            assert_eq!(media_type(bytes), what, "{bytes:?}");
        }
    }

    #[test]
    fn text_that_is_cut_within_a_letter_is_text() {
        let long = "я".repeat(LOOKED_AT_BYTES) + "я";
        assert_eq!(media_type(format!("x{long}").as_bytes()), "text/plain");
        // The end of the file is no place at which something may be missing.
        assert_eq!(media_type(&"я".as_bytes()[..1]), OTHER);
    }

    #[test]
    fn what_may_run_is_no_picture() {
        for what in [
            "image/svg+xml",
            "text/plain",
            "text/html",
            "application/pdf",
            "image/heic",
            OTHER,
            "",
        ] {
            assert!(!is_picture(what), "{what}");
        }
        assert!(PICTURES.iter().all(|what| is_picture(what)));
    }
}
