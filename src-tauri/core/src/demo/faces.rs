//! Photos of people who do not exist: a few strokes, and nobody is meant.

use clientele_formats::attachments::{jpeg, thumbnail};

use crate::attachments::NewAttachment;

/// So many of a salon's clients have one, however many clients it has.
pub(super) const FACES_MAX: u32 = 24;

/// One client in so many has one.
const EVERY: u32 = 3;

/// As large as the picture is.
const SIDE: u32 = 320;

const WALLS: [[u8; 3]; 4] = [[222, 214, 200], [201, 213, 216], [214, 204, 214], [208, 216, 200]];
const SKINS: [[u8; 3]; 4] = [[241, 207, 178], [224, 178, 142], [198, 148, 112], [246, 218, 196]];
const HAIRS: [[u8; 3]; 5] = [
    [58, 40, 30],
    [112, 72, 42],
    [178, 132, 78],
    [38, 36, 40],
    [150, 74, 46],
];
const CLOTHES: [[u8; 3]; 5] = [
    [86, 104, 124],
    [140, 84, 84],
    [88, 116, 92],
    [168, 142, 96],
    [96, 84, 118],
];

/// The photo of the client at this place of the salon, where there is one.
pub(super) fn of(place: u32) -> Option<NewAttachment> {
    if !place.is_multiple_of(EVERY) || place / EVERY >= FACES_MAX {
        return None;
    }
    let n = (place / EVERY) as usize;
    let pick = |from: &[[u8; 3]], step: usize| from[(n * step + n / 3) % from.len()];
    let (wall, skin) = (pick(&WALLS, 1), pick(&SKINS, 3));
    let (hair, clothes) = (pick(&HAIRS, 2), pick(&CLOTHES, 3));
    let has_long_hair = n.is_multiple_of(2);
    // Everything in thousandths of the picture's side.
    let within = |x: i64, y: i64, (cx, cy, rx, ry): (i64, i64, i64, i64)| {
        let (dx, dy) = ((x - cx) * 1000 / rx, (y - cy) * 1000 / ry);
        dx * dx + dy * dy <= 1_000_000
    };
    let side = i64::from(SIDE);
    let points = (0..side * side).flat_map(|at| {
        let (x, y) = (at % side * 1000 / side, at / side * 1000 / side);
        let fringe = within(x, y, (500, 330, 190, 150)) && y < 350;
        if fringe {
            hair
        } else if within(x, y, (500, 430, 165, 215)) {
            skin
        } else if within(x, y, (500, 400, 215, 245)) && (y < 420 || has_long_hair)
            || has_long_hair && within(x, y, (500, 560, 225, 210)) && y > 400
        {
            hair
        } else if within(x, y, (500, 640, 75, 150)) {
            skin
        } else if within(x, y, (500, 1020, 390, 300)) {
            clothes
        } else {
            wall
        }
    });
    let bytes = jpeg(SIDE, SIDE, points.collect())?;
    Some(NewAttachment {
        name: format!("photo-{}.jpg", n + 1),
        thumbnail: thumbnail(&bytes),
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_look_alike_and_few_are_drawn() {
        let faces: Vec<NewAttachment> = (0..1000).filter_map(of).collect();
        assert_eq!(faces.len(), FACES_MAX as usize);
        assert!(
            faces
                .iter()
                .all(|face| face.thumbnail.is_some() && face.bytes.len() < 40_000)
        );
        for pair in faces.windows(2) {
            assert_ne!(pair[0].bytes, pair[1].bytes);
        }
    }
}
