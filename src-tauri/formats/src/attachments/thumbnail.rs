//! A small picture of a picture. To be made in a process of its own: a decoder is the largest thing here that takes
//! bytes from anybody.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::media_type;

/// No side of a thumbnail is longer: enough for a face on a card, on a screen of two points to one.
pub const THUMBNAIL_SIDE: u32 = 192;

/// No thumbnail is larger. It travels with the record, and stands in the log.
pub const THUMBNAIL_BYTES_MAX: usize = 16 * 1024;

/// The most points of a picture: those of the largest telephone of the day, and some.
const POINTS_MAX: u64 = 128_000_000;

/// No side of a picture is longer.
const SIDE_MAX: u32 = 30_000;

/// What a decoder may take of memory.
const DECODER_BYTES_MAX: u64 = 640 * 1024 * 1024;

/// From the first that is small enough.
const QUALITIES: [u8; 4] = [78, 62, 45, 25];

/// A JPEG of a picture, upright, without anything that its file told of where and by what it was taken; none where
/// the bytes are no picture that can be shown, or one of too many points.
#[must_use]
pub fn thumbnail(bytes: &[u8]) -> Option<Vec<u8>> {
    let format = match media_type(bytes) {
        "image/jpeg" => ImageFormat::Jpeg,
        "image/png" => ImageFormat::Png,
        "image/gif" => ImageFormat::Gif,
        "image/webp" => ImageFormat::WebP,
        _ => return None,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > POINTS_MAX {
        return None;
    }
    // A picture that does not tell how it was held stands as it is.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = small(DynamicImage::from_decoder(decoder).ok()?);
    picture.apply_orientation(orientation);
    let picture = on_white(&picture);
    QUALITIES.iter().find_map(|quality| {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, *quality)
            .encode_image(&picture)
            .ok()?;
        (jpeg.len() <= THUMBNAIL_BYTES_MAX).then_some(jpeg)
    })
}

/// A picture of so many points, each of three bytes, as a JPEG; none where the points are not so many.
#[must_use]
pub fn jpeg(width: u32, height: u32, points: Vec<u8>) -> Option<Vec<u8>> {
    let picture = RgbImage::from_raw(width, height, points)?;
    let mut jpeg = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut jpeg, 85).encode_image(&picture);
    encoded.is_ok().then_some(jpeg)
}

/// The picture within the bound on its sides; a smaller one stays as it is.
fn small(picture: DynamicImage) -> DynamicImage {
    let (side, longest) = (THUMBNAIL_SIDE, picture.width().max(picture.height()));
    if longest <= side {
        return picture;
    }
    // Roughly first, by whole points: a picture of a hundred million is not weighed point by point.
    let rough = if longest > 8 * side {
        picture.thumbnail(4 * side, 4 * side)
    } else {
        picture
    };
    rough.resize(side, side, FilterType::Triangle)
}

/// What is seen through is white: JPEG knows no other way, and black would swallow a drawing.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let mut below = DynamicImage::new_rgba8(picture.width(), picture.height());
    if let Some(white) = below.as_mut_rgba8() {
        white.fill(u8::MAX);
    }
    imageops::overlay(&mut below, &picture.to_rgba8(), 0, 0);
    below.to_rgb8()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, Rgba, RgbaImage};

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// Red on the left, blue on the right.
    fn halves(width: u32, height: u32) -> DynamicImage {
        let half = |x, _| {
            if x < width / 2 {
                Rgb([220, 30, 30])
            } else {
                Rgb([30, 30, 220])
            }
        };
        RgbImage::from_fn(width, height, half).into()
    }

    fn opened(jpeg: &[u8]) -> RgbImage {
        image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg)
            .unwrap()
            .to_rgb8()
    }

    fn is_red(point: &Rgb<u8>) -> bool {
        point.0[0] > 150 && point.0[2] < 100
    }

    /// A JPEG whose EXIF says that it was held otherwise, and where it was taken.
    fn held(orientation: u8) -> Vec<u8> {
        let plain = encoded(&halves(400, 200), ImageFormat::Jpeg);
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"taken in Varna");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut jpeg = vec![0xFF, 0xD8, 0xFF, 0xE1];
        jpeg.extend(length);
        jpeg.extend(exif);
        jpeg.extend(&plain[2..]);
        jpeg
    }

    #[test]
    fn every_sort_of_picture_becomes_a_small_jpeg() {
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::Gif,
            ImageFormat::WebP,
        ] {
            let small = opened(&thumbnail(&encoded(&halves(900, 450), format)).unwrap());
            assert_eq!(small.dimensions(), (192, 96), "{format:?}");
            assert!(
                is_red(small.get_pixel(4, 48)) && !is_red(small.get_pixel(188, 48)),
                "{format:?}"
            );
        }
    }

    #[test]
    fn a_picture_stands_upright_and_tells_nothing_else() {
        let turned = thumbnail(&held(6)).unwrap();
        let small = opened(&turned);
        assert_eq!(small.dimensions(), (96, 192));
        assert!(is_red(small.get_pixel(48, 4)) && !is_red(small.get_pixel(48, 188)));
        let told = |jpeg: &[u8]| jpeg.windows(5).any(|part| part == b"Varna");
        assert!(told(&held(6)) && !told(&turned));
        assert_eq!(opened(&thumbnail(&held(1)).unwrap()).dimensions(), (192, 96));
    }

    #[test]
    fn what_is_seen_through_is_white() {
        let clear = RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 0]));
        let small = opened(&thumbnail(&encoded(&clear.into(), ImageFormat::Png)).unwrap());
        assert_eq!(small.dimensions(), (40, 40), "a small one is not blown up");
        assert!(small.get_pixel(20, 20).0.iter().all(|part| *part > 250));
    }

    #[test]
    fn the_wildest_picture_stays_within_its_bytes() {
        let mut state = 7u32;
        let noise = RgbImage::from_fn(600, 600, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb([(state >> 8) as u8, (state >> 16) as u8, (state >> 24) as u8])
        });
        let jpeg = thumbnail(&encoded(&noise.into(), ImageFormat::Png)).unwrap();
        assert!(jpeg.len() <= THUMBNAIL_BYTES_MAX, "{}", jpeg.len());
    }

    #[test]
    fn what_is_no_picture_or_too_large_a_one_has_none() {
        assert_eq!(thumbnail(b""), None);
        assert_eq!(thumbnail(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), None);
        let png = encoded(&halves(30, 30), ImageFormat::Png);
        assert_eq!(thumbnail(&png[..png.len() / 2]), None);
        // A few bytes that claim a picture of 29,999 x 29,999.
        let mut claims = png.clone();
        claims[16..24].copy_from_slice(&[0, 0, 0x75, 0x2F, 0, 0, 0x75, 0x2F]);
        assert_eq!(thumbnail(&claims), None);
    }

    #[test]
    fn no_damage_makes_it_panic() {
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::Gif,
            ImageFormat::WebP,
        ] {
            let whole = encoded(&halves(64, 48), format);
            let mut state = 1u64;
            for _ in 0..400 {
                let mut damaged = whole.clone();
                for _ in 0..3 {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let at = (state >> 33) as usize % damaged.len();
                    damaged[at] = (state >> 20) as u8;
                }
                let _ = thumbnail(&damaged);
            }
        }
    }
}
