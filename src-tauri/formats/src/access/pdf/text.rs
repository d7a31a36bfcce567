//! Text on its way onto a page: the embedded fonts, lines of a width, and the order in which a line is read.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_bidi::BidiInfo;

/// DejaVu Sans: Latin, Cyrillic, Greek, Armenian, Georgian, Hebrew, Arabic. Only what is used goes into a file.
pub const REGULAR: &[u8] = include_bytes!("../../../../../assets/fonts/DejaVuSans.ttf");

/// The same, bold.
pub const BOLD: &[u8] = include_bytes!("../../../../../assets/fonts/DejaVuSans-Bold.ttf");

/// A font that can be measured and embedded.
pub struct Face {
    pub font: Font,
    shaper: rustybuzz::Face<'static>,
    em: f32,
}

/// A piece of a line that runs one way.
pub struct Run {
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
    /// In parts of the font's size.
    pub width: f32,
}

/// A line as it is drawn, from left to right.
pub struct Line {
    pub runs: Vec<Run>,
}

impl Line {
    /// In parts of the font's size.
    pub fn width(&self) -> f32 {
        self.runs.iter().map(|run| run.width).sum()
    }

    /// Is there anything on it for which the font has no letter?
    pub fn lacks_a_letter(&self) -> bool {
        let mut glyphs = self.runs.iter().flat_map(|run| &run.glyphs);
        glyphs.any(|glyph| glyph.glyph_id == GlyphId::new(0))
    }
}

impl Face {
    /// From a font file; `None` where it is none.
    pub fn new(data: &'static [u8]) -> Option<Self> {
        let font = Font::new(data.into(), 0)?;
        let shaper = rustybuzz::Face::from_slice(data, 0)?;
        let em = font.units_per_em();
        Some(Self { font, shaper, em })
    }

    /// Breaks a text into lines no wider than `width`, in parts of the font's size; at least one line.
    pub fn lines(&self, text: &str, width: f32) -> Vec<Line> {
        let ends_line = |c: char| matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{2028}' | '\u{2029}');
        let mut lines = Vec::new();
        for paragraph in text.split(ends_line) {
            self.paragraph(&drawable(paragraph), width, &mut lines);
        }
        lines
    }

    fn paragraph(&self, text: &str, width: f32, lines: &mut Vec<Line>) {
        let bidi = BidiInfo::new(text, None);
        let ranges = self.broken(text, width);
        if ranges.is_empty() {
            return lines.push(Line { runs: Vec::new() });
        }
        for range in ranges {
            let runs = match bidi.paragraphs.first().filter(|_| bidi.has_rtl()) {
                None => vec![self.drawn(&text[range], Direction::LeftToRight)],
                Some(paragraph) => {
                    let (levels, runs) = bidi.visual_runs(paragraph, range);
                    let run = |range: std::ops::Range<usize>| {
                        let direction = if levels[range.start].is_rtl() {
                            Direction::RightToLeft
                        } else {
                            Direction::LeftToRight
                        };
                        self.drawn(&text[range], direction)
                    };
                    runs.into_iter().map(run).collect()
                }
            };
            lines.push(Line { runs });
        }
    }

    /// Where a paragraph is broken: after white space, and inside a word only where it is wider than a line.
    fn broken(&self, text: &str, width: f32) -> Vec<std::ops::Range<usize>> {
        let clusters = self.clusters(text);
        let mut ranges = Vec::new();
        let (mut start, mut after_space, mut reached) = (0, None, 0.0);
        let mut next = 0;
        while let Some((at, advance)) = clusters.get(next).copied() {
            let is_space = text[at..].starts_with(char::is_whitespace);
            // White space may hang over the edge, and a line has something on it.
            if reached + advance > width && !is_space && at > start {
                let end: usize = after_space.unwrap_or(next);
                ranges.push(trimmed(text, start..clusters[end].0));
                (start, after_space, reached, next) = (clusters[end].0, None, 0.0, end);
                continue;
            }
            reached += advance;
            next += 1;
            if is_space {
                after_space = Some(next);
            }
        }
        let rest = trimmed(text, start..text.len());
        if !rest.is_empty() {
            ranges.push(rest);
        }
        ranges
    }

    /// The letters of a text in their order, each with where it begins and how wide it is.
    fn clusters(&self, text: &str) -> Vec<(usize, f32)> {
        let run = self.run(text, Direction::LeftToRight);
        let mut clusters: Vec<(usize, f32)> = Vec::with_capacity(run.glyphs.len());
        for glyph in &run.glyphs {
            match clusters.last_mut() {
                Some((at, advance)) if *at == glyph.text_range.start => *advance += glyph.x_advance,
                _ => clusters.push((glyph.text_range.start, glyph.x_advance)),
            }
        }
        clusters
    }

    /// A run as it is drawn. What has only told its direction has done its work, and would be copied out of the
    /// file as a space.
    fn drawn(&self, text: &str, direction: Direction) -> Run {
        self.run(&text.replace(tells_direction, ""), direction)
    }

    fn run(&self, text: &str, direction: Direction) -> Run {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(direction);
        let shaped = rustybuzz::shape(&self.shaper, &[], buffer);
        // Letters by where they begin: each ends where the next one begins, whichever way they run.
        let mut begins: Vec<usize> = shaped
            .glyph_infos()
            .iter()
            .map(|info| info.cluster as usize)
            .collect();
        begins.sort_unstable();
        begins.dedup();
        let end = |begin: usize| {
            let after = begins.partition_point(|other| *other <= begin);
            begins.get(after).copied().unwrap_or(text.len())
        };
        let both = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
        let glyphs = both.map(|(info, position)| {
            let begin = info.cluster as usize;
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                position.x_advance as f32 / self.em,
                position.x_offset as f32 / self.em,
                position.y_offset as f32 / self.em,
                position.y_advance as f32 / self.em,
                begin..end(begin),
                None,
            )
        });
        let glyphs: Vec<KrillaGlyph> = glyphs.collect();
        let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
        Run {
            text: text.to_owned(),
            glyphs,
            width,
        }
    }
}

fn trimmed(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    range.start..range.start + text[range].trim_end().len()
}

fn tells_direction(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Tabs as spaces, and what cannot be drawn as the sign for that.
fn drawable(text: &str) -> String {
    let drawable = text.chars().map(|c| match c {
        '\t' => ' ',
        c if c.is_control() => '\u{FFFD}',
        c => c,
    });
    drawable.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, width: f32) -> Vec<String> {
        let face = Face::new(REGULAR).unwrap();
        let lines = face.lines(text, width);
        assert!(lines.iter().all(|line| line.width() <= width + 0.01), "{text:?}");
        let text = |line: &Line| line.runs.iter().map(|run| run.text.as_str()).collect();
        lines.iter().map(text).collect()
    }

    #[test]
    fn a_line_ends_between_words_and_a_long_word_within_itself() {
        assert_eq!(
            told("Анна иска час за петък", 6.0),
            ["Анна иска", "час за", "петък"]
        );
        assert_eq!(told("Щ".repeat(12).as_str(), 5.0).concat(), "Щ".repeat(12));
        assert_eq!(told("a\r\nb\n\nc\t\u{1}", 9.0), ["a", "", "b", "", "c \u{FFFD}"]);
        assert_eq!(told("", 9.0), [""]);
        assert_eq!(told("   ", 1.0), [""]);
    }

    #[test]
    fn a_letter_wider_than_the_line_does_not_stop_it() {
        let face = Face::new(REGULAR).unwrap();
        assert_eq!(face.lines("ЩЩ", 0.1).len(), 2);
    }

    #[test]
    fn a_name_that_runs_to_the_left_is_drawn_so() {
        let face = Face::new(REGULAR).unwrap();
        let lines = face.lines("Анна שלום 12", 20.0);
        let runs: Vec<_> = lines[0].runs.iter().map(|run| run.text.trim()).collect();
        assert_eq!(runs, ["Анна", "12", "שלום"]);
        let first = &lines[0].runs[2].glyphs[0];
        assert!(
            first.text_range.start > 0,
            "the last letter stands first from the left"
        );
    }

    #[test]
    fn what_the_font_has_no_letter_for_is_known() {
        let face = Face::new(REGULAR).unwrap();
        let lacks = |text: &str| face.lines(text, 50.0)[0].lacks_a_letter();
        assert!(!lacks("Анна Müller Ωραία Հայ ქართ שלום سلام … „“ № € → ✓"));
        assert!(
            !lacks("\u{2068}a\u{200B}\u{202E}b\u{2069}"),
            "what is not seen needs no letter"
        );
        assert!(lacks("漢字"));
    }
}
