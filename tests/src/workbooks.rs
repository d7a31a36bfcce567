//! Workbooks made by hand, part by part: good ones, and such as nobody writes but who means harm.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use zip::CompressionMethod::{Deflated, Stored};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What a part of the archive holds: some bytes, or the same bytes again and again between two others.
#[derive(Clone)]
pub enum Part {
    /// These bytes.
    Bytes(Vec<u8>),
    /// `0`, then `1` so many times, then `2`: a bomb is not held in memory by who makes it.
    Again(Vec<u8>, Vec<u8>, usize, Vec<u8>),
}

impl<T: Into<Vec<u8>>> From<T> for Part {
    fn from(bytes: T) -> Self {
        Self::Bytes(bytes.into())
    }
}

/// Something again and again between two others.
pub fn again(before: &str, what: &str, times: usize, after: &str) -> Part {
    Part::Again(before.into(), what.into(), times, after.into())
}

/// A zip archive of these parts.
///
/// # Panics
/// Never: it is written to memory.
#[must_use]
pub fn archive(parts: &[(String, Part)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        let method = if name == "mimetype" { Stored } else { Deflated };
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(name.as_str(), options).expect("a part");
        match part {
            Part::Bytes(bytes) => zip.write_all(bytes).expect("bytes"),
            Part::Again(before, what, times, after) => {
                zip.write_all(before).expect("bytes");
                let at_once = (64 * 1024 / what.len().max(1)).clamp(1, *times.max(&1));
                let block = what.repeat(at_once);
                for _ in 0..times / at_once {
                    zip.write_all(&block).expect("bytes");
                }
                for _ in 0..times % at_once {
                    zip.write_all(what).expect("bytes");
                }
                zip.write_all(after).expect("bytes");
            }
        }
    }
    zip.finish().expect("an archive").into_inner()
}

/// A workbook of Excel: its parts, each of which may be put in the place of an honest one.
#[derive(Clone)]
pub struct Excel {
    parts: Vec<(String, Part)>,
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

impl Excel {
    /// With sheets of these names, which hold nothing yet.
    #[must_use]
    pub fn new(sheets: &[&str]) -> Self {
        let mut listed = String::new();
        let mut related = String::new();
        for (number, name) in (1..).zip(sheets) {
            let _ = write!(
                listed,
                r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#
            );
            let _ = write!(
                related,
                r#"<Relationship Id="rId{number}" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet{number}.xml"/>"#
            );
        }
        let mut this = Self { parts: Vec::new() };
        this.put(
            "[Content_Types].xml",
            format!(r#"<Types xmlns="{PACKAGE}/content-types"/>"#),
        );
        this.put(
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        );
        this.put(
            "xl/workbook.xml",
            format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{listed}</sheets></workbook>"#),
        );
        this.put(
            "xl/_rels/workbook.xml.rels",
            format!(r#"<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>"#),
        );
        // Style 1 is a date.
        this.put(
            "xl/styles.xml",
            format!(r#"<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#),
        );
        for number in 1..=sheets.len() {
            this.put(&sheet(number), sheet_xml(""));
        }
        this
    }

    /// With this part instead of the one of this name, or beside the others.
    #[must_use]
    pub fn with(mut self, name: &str, part: impl Into<Part>) -> Self {
        self.put(name, part);
        self
    }

    /// With these rows, as XML, on the first sheet.
    #[must_use]
    pub fn rows(self, rows: &str) -> Self {
        self.with(&sheet(1), sheet_xml(rows))
    }

    /// With rows of texts on a sheet, counted from 1.
    #[must_use]
    pub fn texts(self, number: usize, rows: &[&[&str]]) -> Self {
        let mut xml = String::new();
        for row in rows {
            xml.push_str("<row>");
            for cell in *row {
                let _ = write!(xml, r#"<c t="inlineStr"><is><t>{cell}</t></is></c>"#);
            }
            xml.push_str("</row>");
        }
        self.with(&sheet(number), sheet_xml(&xml))
    }

    /// The bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        archive(&self.parts)
    }

    fn put(&mut self, name: &str, part: impl Into<Part>) {
        let part = part.into();
        match self.parts.iter_mut().find(|(known, _)| known == name) {
            Some((_, place)) => *place = part,
            None => self.parts.push((name.to_owned(), part)),
        }
    }
}

/// The name of the part that holds a sheet, counted from 1.
#[must_use]
pub fn sheet(number: usize) -> String {
    format!("xl/worksheets/sheet{number}.xml")
}

/// A sheet around its rows.
#[must_use]
pub fn sheet_xml(rows: &str) -> String {
    let (before, after) = sheet_ends();
    format!("{before}{rows}{after}")
}

/// What stands before and behind the rows of a sheet.
#[must_use]
pub fn sheet_ends() -> (String, &'static str) {
    (
        format!(r#"<worksheet xmlns="{MAIN}"><sheetData>"#),
        "</sheetData></worksheet>",
    )
}

/// A table of shared strings around its entries, with these attributes.
#[must_use]
pub fn strings(attributes: &str, entries: &str) -> String {
    format!(r#"<sst xmlns="{MAIN}" {attributes}>{entries}</sst>"#)
}

/// A workbook of LibreOffice with this content.
#[must_use]
pub fn calc(content: impl Into<Part>) -> Vec<u8> {
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    archive(&[
        ("mimetype".into(), kind.into()),
        (
            "META-INF/manifest.xml".into(),
            format!(r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>"#).into(),
        ),
        ("content.xml".into(), content.into()),
    ])
}

/// What stands before and behind the rows of one sheet of LibreOffice.
#[must_use]
pub fn calc_ends() -> (String, &'static str) {
    let ns = "urn:oasis:names:tc:opendocument:xmlns";
    (
        format!(
            r#"<office:document-content xmlns:office="{ns}:office:1.0" xmlns:table="{ns}:table:1.0" xmlns:text="{ns}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Лист1">"#
        ),
        "</table:table></office:spreadsheet></office:body></office:document-content>",
    )
}

/// Rows of one sheet of LibreOffice.
#[must_use]
pub fn calc_xml(rows: &str) -> String {
    let (before, after) = calc_ends();
    format!("{before}{rows}{after}")
}

/// The archive with another size declared for every part than it unpacks to.
#[must_use]
pub fn lying(mut bytes: Vec<u8>, size: u32) -> Vec<u8> {
    for (sign, offset) in [(b"PK\x01\x02", 24), (b"PK\x03\x04", 22)] {
        let places: Vec<usize> = bytes
            .windows(4)
            .enumerate()
            .filter(|(_, window)| window == sign)
            .map(|(at, _)| at + offset)
            .collect();
        for at in places {
            if let Some(field) = bytes.get_mut(at..at + 4) {
                field.copy_from_slice(&size.to_le_bytes());
            }
        }
    }
    bytes
}
