//! Pictures: read from the display's memory or from a PNG, compared, laid side by side, written as PNG.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use crate::error::{Error, Result};

/// A picture of three bytes a pixel: red, green, blue.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    /// An area of one grey.
    #[must_use]
    pub fn blank(width: usize, height: usize, grey: u8) -> Self {
        Self {
            width,
            height,
            pixels: vec![grey; width * height * 3],
        }
    }

    /// Reads the X window dump that Xvfb keeps of its screen: a header of big-endian words, a table of colours,
    /// and 32 bits a pixel in blue, green, red, unused.
    ///
    /// # Errors
    /// When it is cut off or has another depth.
    pub fn from_xwd(dump: &[u8]) -> Result<Self> {
        let broken = || Error::new("the display's memory cannot be read");
        let word = |index: usize| {
            let bytes = dump.get(index * 4..index * 4 + 4)?.try_into().ok()?;
            usize::try_from(u32::from_be_bytes(bytes)).ok()
        };
        let header = || Some((word(0)?, word(4)?, word(5)?, word(11)?, word(12)?, word(19)?));
        let (header_size, width, height, bits, stride, colours) = header().ok_or_else(broken)?;
        if bits != 32 {
            return Err(Error::new(format!("the display has {bits} bits a pixel, not 32")));
        }
        let rows = dump.get(header_size + colours * 12..).ok_or_else(broken)?;
        let mut pixels = Vec::with_capacity(width * height * 3);
        for row in 0..height {
            let row = rows
                .get(row * stride..row * stride + width * 4)
                .ok_or_else(broken)?;
            pixels.extend(row.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0]]));
        }
        Ok(Self {
            width,
            height,
            pixels,
        })
    }

    /// Reads a PNG of eight bits a channel, with or without transparency.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_png(bytes: &[u8]) -> Result<Self> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info()?;
        let size = reader
            .output_buffer_size()
            .ok_or_else(|| Error::new("the picture is too large"))?;
        let mut buffer = vec![0; size];
        let info = reader.next_frame(&mut buffer)?;
        buffer.truncate(info.buffer_size());
        let pixels = match info.color_type {
            png::ColorType::Rgb => buffer,
            png::ColorType::Rgba => buffer.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect(),
            other => return Err(Error::new(format!("pictures of type {other:?} are not read"))),
        };
        Ok(Self {
            width: info.width as usize,
            height: info.height as usize,
            pixels,
        })
    }

    /// Reads a PNG file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        use std::io::Read;
        let mut bytes = Vec::new();
        BufReader::new(File::open(path)?).read_to_end(&mut bytes)?;
        Self::from_png(&bytes)
    }

    /// Writes a PNG file, and the folders above it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let side = |length: usize| u32::try_from(length).map_err(|_| Error::new("the picture is too large"));
        let file = BufWriter::new(File::create(path)?);
        let mut encoder = png::Encoder::new(file, side(self.width)?, side(self.height)?);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(())
    }

    /// Whether something is drawn on it: on a window that is still empty, one colour has nearly every pixel.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        let mut counts: HashMap<&[u8], usize> = HashMap::new();
        for pixel in self.pixels.chunks_exact(3) {
            *counts.entry(pixel).or_default() += 1;
        }
        let background = counts.values().copied().max().unwrap_or(0);
        let drawn = self.width * self.height - background;
        counts.len() > 16 && drawn > self.width * self.height / 200
    }

    /// How many pixels are others than on a picture of the same size before, and what part of these is light (more than
    /// half of the light that a screen has).
    #[must_use]
    pub fn changed_since(&self, before: &Self) -> (usize, f64) {
        let (mut changed, mut light) = (0_u32, 0_u32);
        for (now, then) in self.pixels.chunks_exact(3).zip(before.pixels.chunks_exact(3)) {
            if now != then {
                changed += 1;
                light += u32::from(now.iter().map(|part| u32::from(*part)).sum::<u32>() > 3 * 127);
            }
        }
        (changed as usize, f64::from(light) / f64::from(changed.max(1)))
    }

    /// A copy with each side divided by `factor`; every pixel is the mean of those it stands for.
    #[must_use]
    pub fn reduced(&self, factor: usize) -> Self {
        let mut small = Self::blank(self.width / factor, self.height / factor, 0);
        for y in 0..small.height {
            for x in 0..small.width {
                for channel in 0..3 {
                    let mut sum = 0;
                    for row in y * factor..(y + 1) * factor {
                        for column in x * factor..(x + 1) * factor {
                            sum += usize::from(self.pixels[(row * self.width + column) * 3 + channel]);
                        }
                    }
                    let mean = sum / (factor * factor);
                    small.pixels[(y * small.width + x) * 3 + channel] = u8::try_from(mean).unwrap_or(u8::MAX);
                }
            }
        }
        small
    }

    /// The part of it that begins here and has this size, as far as there is one.
    #[must_use]
    pub fn cut(&self, left: usize, top: usize, width: usize, height: usize) -> Self {
        let left = left.min(self.width);
        let width = width.min(self.width - left);
        let rows = self
            .pixels
            .chunks_exact(self.width.max(1) * 3)
            .skip(top)
            .take(height);
        let pixels: Vec<u8> = rows
            .flat_map(|row| &row[left * 3..(left + width) * 3])
            .copied()
            .collect();
        Self {
            width,
            height: pixels.len() / (width * 3).max(1),
            pixels,
        }
    }

    /// Puts another picture on this one; what hangs over the edge is cut off.
    pub fn paste(&mut self, other: &Self, left: usize, top: usize) {
        let width = other.width.min(self.width.saturating_sub(left));
        for row in 0..other.height.min(self.height.saturating_sub(top)) {
            let to = ((top + row) * self.width + left) * 3;
            let from = row * other.width * 3;
            self.pixels[to..to + width * 3].copy_from_slice(&other.pixels[from..from + width * 3]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_the_way_through_a_file() {
        let mut picture = Picture::blank(8, 4, 200);
        picture.paste(&Picture::blank(4, 9, 10), 6, 2);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.png");
        picture.save(&path).unwrap();
        assert!(Picture::open(&path).unwrap() == picture);
    }

    #[test]
    fn what_changed_is_light_or_dark() {
        let before = Picture::blank(4, 4, 30);
        let mut now = before.clone();
        assert_eq!(now.changed_since(&before), (0, 0.0));
        now.paste(&Picture::blank(2, 2, 250), 0, 0);
        now.paste(&Picture::blank(2, 2, 60), 2, 2);
        assert_eq!(now.changed_since(&before), (8, 0.5));
    }

    #[test]
    fn is_reduced_by_means() {
        let mut picture = Picture::blank(4, 2, 100);
        picture.paste(&Picture::blank(1, 2, 200), 0, 0);
        let small = picture.reduced(2);
        assert_eq!((small.width, small.height), (2, 1));
        assert_eq!(small.pixels, [150, 150, 150, 100, 100, 100]);
    }

    #[test]
    fn is_cut() {
        let mut picture = Picture::blank(4, 4, 0);
        picture.paste(&Picture::blank(2, 2, 9), 1, 2);
        assert!(picture.cut(1, 2, 2, 2) == Picture::blank(2, 2, 9));
        let rest = picture.cut(3, 3, 10, 10);
        assert_eq!((rest.width, rest.height), (1, 1));
    }

    #[test]
    fn one_colour_is_not_a_page() {
        assert!(!Picture::blank(100, 100, 255).is_drawn());
    }

    #[test]
    fn half_a_dump_is_refused() {
        assert!(Picture::from_xwd(&[0; 30]).is_err());
    }
}
