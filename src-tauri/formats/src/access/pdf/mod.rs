//! A PDF of A4 pages: real text in an embedded font, so that it can be searched, copied and read aloud.

mod text;

use chrono::{Datelike, Timelike};
use clientele_model::{ErrorCode, Refusal};
use krilla::Document;
use krilla::color::luma;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;

use super::sheet::{Block, Change, Section, Sheet, sheet};
use super::types::{AccessExport, Moment};
use text::{BOLD, Face, Line, REGULAR};

// All lengths in points, 72 to an inch; down from the top of the page.
const PAGE_WIDTH: f32 = 595.0;
const PAGE_HEIGHT: f32 = 842.0;
const MARGIN: f32 = 56.0;
const RIGHT: f32 = PAGE_WIDTH - MARGIN;
const BOTTOM: f32 = PAGE_HEIGHT - 72.0;
const FOOT: f32 = PAGE_HEIGHT - 40.0;
/// Where the second of two columns begins.
const COLUMN: f32 = MARGIN + 150.0;
const BETWEEN_COLUMNS: f32 = 12.0;
/// From line to line, in parts of the font's size.
const LEADING: f32 = 1.4;

/// How a line looks.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    bold: bool,
    /// 0 is black.
    shade: u8,
}

const TITLE: Style = Style {
    size: 18.0,
    bold: true,
    shade: 0,
};
const HEADING: Style = Style {
    size: 13.0,
    bold: true,
    shade: 0,
};
const TEXT: Style = Style {
    size: 9.5,
    bold: false,
    shade: 0,
};
const STRONG: Style = Style { bold: true, ..TEXT };
const QUIET: Style = Style { shade: 95, ..TEXT };
const SMALL: Style = Style { size: 8.0, ..QUIET };

/// The file.
pub(super) fn pdf(export: &AccessExport) -> Result<Vec<u8>, Refusal> {
    pdf_in(export, REGULAR, BOLD)
}

fn pdf_in(export: &AccessExport, regular: &'static [u8], bold: &'static [u8]) -> Result<Vec<u8>, Refusal> {
    let (Some(regular), Some(bold)) = (Face::new(regular), Face::new(bold)) else {
        return Err(Refusal::new(ErrorCode::FileFailed).with("detail", "the font of PDF files is damaged"));
    };
    let sheet = sheet(export);
    let mut layout = Layout {
        regular: &regular,
        bold: &bold,
        pages: vec![Vec::new()],
        headings: Vec::new(),
        y: MARGIN,
        lacks_a_letter: false,
    };
    layout.sheet(&sheet);
    layout.feet(&sheet);
    layout.drawn(&sheet, export.made_at)
}

/// Something with its place on a page.
enum Placed {
    Line {
        x: f32,
        y: f32,
        style: Style,
        line: Line,
    },
    /// A thin line from margin to margin.
    Rule { y: f32 },
}

struct Layout<'a> {
    regular: &'a Face,
    bold: &'a Face,
    pages: Vec<Vec<Placed>>,
    /// Headings with the page and the height on which they stand.
    headings: Vec<(&'static str, usize, f32)>,
    /// How far down the last page is filled.
    y: f32,
    lacks_a_letter: bool,
}

/// A line that is not yet placed.
type Loose = (Style, Line);

impl Layout<'_> {
    fn face(&self, style: Style) -> &Face {
        if style.bold { self.bold } else { self.regular }
    }

    fn lines(&self, style: Style, text: &str, width: f32) -> Vec<Loose> {
        let lines = self.face(style).lines(text, width / style.size);
        lines.into_iter().map(|line| (style, line)).collect()
    }

    /// Begins a new page where there is no room.
    fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > MARGIN {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    fn place(&mut self, placed: Placed) {
        if let Placed::Line { line, .. } = &placed {
            self.lacks_a_letter |= line.lacks_a_letter();
        }
        if let Some(page) = self.pages.last_mut() {
            page.push(placed);
        }
    }

    fn put(&mut self, x: f32, (style, line): Loose) {
        // The letters stand on their line: most of a line's height is above it.
        let y = self.y + style.size;
        self.place(Placed::Line { x, y, style, line });
    }

    fn whole_width(&mut self, style: Style, text: &str) {
        for loose in self.lines(style, text, RIGHT - MARGIN) {
            self.need(style.size * LEADING);
            self.put(MARGIN, loose);
            self.y += style.size * LEADING;
        }
    }

    /// Two columns that are read together, and may go on overleaf.
    fn columns(&mut self, left: Vec<Loose>, right: Vec<Loose>) {
        let (mut left, mut right) = (left.into_iter(), right.into_iter());
        let rows = left.len().max(right.len());
        // A short block stays whole, a long one does not begin on the last line of a page.
        let together = if rows <= 6 { rows } else { 3 };
        self.need(together as f32 * TEXT.size * LEADING);
        for _ in 0..rows {
            self.need(TEXT.size * LEADING);
            for (x, loose) in [(MARGIN, left.next()), (COLUMN, right.next())] {
                if let Some(loose) = loose {
                    self.put(x, loose);
                }
            }
            self.y += TEXT.size * LEADING;
        }
    }

    fn sheet(&mut self, sheet: &Sheet) {
        self.whole_width(TITLE, &sheet.title);
        self.y += 8.0;
        for sentence in &sheet.lead {
            self.whole_width(QUIET, sentence);
            self.y += 4.0;
        }
        for section in &sheet.sections {
            self.section(sheet, section);
        }
        if self.lacks_a_letter {
            self.y += 16.0;
            self.whole_width(QUIET, sheet.words.not_drawn);
        }
    }

    fn section(&mut self, sheet: &Sheet, section: &Section) {
        self.y += 20.0;
        // The heading with what begins under it.
        self.need(90.0);
        self.headings.push((section.title, self.pages.len() - 1, self.y));
        self.whole_width(HEADING, section.title);
        self.place(Placed::Rule { y: self.y + 1.0 });
        self.y += 9.0;
        if let Some(lead) = section.lead {
            self.whole_width(QUIET, lead);
            self.y += 6.0;
        }
        for block in &section.blocks {
            self.block(sheet, block);
        }
    }

    fn block(&mut self, sheet: &Sheet, block: &Block) {
        let left_width = COLUMN - MARGIN - BETWEEN_COLUMNS;
        let right_width = RIGHT - COLUMN;
        let (left, right, below) = match block {
            Block::Fact { name, value, note } => {
                let mut right = self.lines(TEXT, value, right_width);
                if !note.is_empty() {
                    right.extend(self.lines(SMALL, note, right_width));
                }
                (name, right, 3.0)
            }
            Block::Event { when, head, text } => {
                let mut right = self.lines(STRONG, head, right_width);
                if !text.is_empty() {
                    right.extend(self.lines(TEXT, text, right_width));
                }
                (when, right, 8.0)
            }
            Block::Step { when, head, changes } => {
                let mut right = self.lines(STRONG, head, right_width);
                for change in changes {
                    right.extend(self.lines(TEXT, &told(sheet, change), right_width));
                }
                (when, right, 8.0)
            }
        };
        let left = self.lines(QUIET, left, left_width);
        self.columns(left, right);
        self.y += below;
    }

    /// What stands at the foot of every page, now that all are there.
    fn feet(&mut self, sheet: &Sheet) {
        let pages = self.pages.len();
        for number in 1..=pages {
            let page = sheet.words.page.replacen("{}", &number.to_string(), 1);
            let page = page.replacen("{}", &pages.to_string(), 1);
            let Some((style, right)) = self.lines(SMALL, &page, RIGHT - MARGIN).into_iter().next() else {
                continue;
            };
            let width = right.width() * style.size;
            let left = self.lines(style, &sheet.foot, RIGHT - MARGIN - width - BETWEEN_COLUMNS);
            let both = left.into_iter().take(1).map(|(_, left)| (MARGIN, left));
            for (x, line) in both.chain([(RIGHT - width, right)]) {
                self.pages[number - 1].push(Placed::Line {
                    x,
                    y: FOOT,
                    style,
                    line,
                });
            }
        }
    }

    fn drawn(self, sheet: &Sheet, made_at: Moment) -> Result<Vec<u8>, Refusal> {
        let mut document = Document::new();
        for page in &self.pages {
            let mut sheet_of_paper = document.start_page_with(PageSettings::default());
            let mut surface = sheet_of_paper.surface();
            page.iter().for_each(|placed| self.draw(&mut surface, placed));
            surface.finish();
            sheet_of_paper.finish();
        }
        let mut outline = Outline::new();
        for (title, page, y) in &self.headings {
            let place = XyzDestination::new(*page, Point::from_xy(0.0, *y));
            outline.push_child(OutlineNode::new((*title).to_owned(), place));
        }
        document.set_outline(outline);
        document.set_metadata(
            Metadata::new()
                .title(sheet.title.replace(['\u{2068}', '\u{2069}'], ""))
                .language(sheet.language.to_owned())
                .creator("Clientele".to_owned())
                .creation_date(date(made_at)),
        );
        document.finish().map_err(|error| {
            Refusal::new(ErrorCode::FileFailed)
                .with("detail", format!("the PDF was not put together: {error:?}"))
        })
    }

    fn draw(&self, surface: &mut Surface<'_>, placed: &Placed) {
        match placed {
            Placed::Line { x, y, style, line } => {
                surface.set_fill(Some(shade(style.shade)));
                let face = self.face(*style);
                let mut x = *x;
                for run in &line.runs {
                    let start = Point::from_xy(x, *y);
                    surface.draw_glyphs(
                        start,
                        &run.glyphs,
                        face.font.clone(),
                        &run.text,
                        style.size,
                        false,
                    );
                    x += run.width * style.size;
                }
            }
            Placed::Rule { y } => {
                let mut path = PathBuilder::new();
                if let Some(rect) = Rect::from_xywh(MARGIN, *y, RIGHT - MARGIN, 0.6) {
                    path.push_rect(rect);
                }
                surface.set_fill(Some(shade(170)));
                if let Some(path) = path.finish() {
                    surface.draw_path(&path);
                }
            }
        }
    }
}

fn told(sheet: &Sheet, change: &Change) -> String {
    let Change { field, was, is } = change;
    let is = is.as_deref().unwrap_or(sheet.words.nothing);
    match was {
        None => format!("{field}: {is}"),
        Some(was) => format!("{field}: {was} → {is}"),
    }
}

fn shade(shade: u8) -> Fill {
    Fill {
        paint: luma::Color::new(shade).into(),
        opacity: NormalizedF32::ONE,
        rule: krilla::paint::FillRule::default(),
    }
}

fn date(moment: Moment) -> DateTime {
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    let offset_minutes = moment.offset().local_minus_utc() / 60;
    DateTime::new(u16::try_from(moment.year()).unwrap_or_default())
        .month(small(moment.month()))
        .day(small(moment.day()))
        .hour(small(moment.hour()))
        .minute(small(moment.minute()))
        .second(small(moment.second()))
        .utc_offset_hour(i8::try_from(offset_minutes / 60).unwrap_or_default())
        .utc_offset_minute(small(offset_minutes.unsigned_abs() % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_font_is_told_and_not_run_into() {
        let export = crate::access::tests::anna();
        let refused = pdf_in(&export, &REGULAR[..400], BOLD).unwrap_err();
        assert_eq!(refused.code, ErrorCode::FileFailed);
        assert!(pdf_in(&export, REGULAR, &[]).is_err());
        assert!(pdf_in(&export, REGULAR, BOLD).unwrap().starts_with(b"%PDF-1."));
    }
}
