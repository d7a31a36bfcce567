//! Phone numbers that are valid, and reach nobody.

use clientele_model::phone;

use super::dice::Dice;
use super::words::Country;

/// A stretch of numbers that nobody has: all that begin with these digits, in E.164.
struct Stretch {
    begins: &'static str,
    /// How many digits follow.
    open: u32,
}

const fn stretch(begins: &'static str, open: u32) -> Stretch {
    Stretch { begins, open }
}

/// Of the mobile range 098 only 0988 and 0989 were ever given out.
const BG: &[Stretch] = &[
    stretch("+359981", 6),
    stretch("+359982", 6),
    stretch("+359983", 6),
    stretch("+359984", 6),
    stretch("+359985", 6),
];

/// Mobile codes that no operator holds.
const RU: &[Stretch] = &[
    stretch("+7943", 7),
    stretch("+7944", 7),
    stretch("+7945", 7),
    stretch("+7946", 7),
    stretch("+7947", 7),
    stretch("+7948", 7),
    stretch("+7972", 7),
    stretch("+7973", 7),
    stretch("+7974", 7),
    stretch("+7975", 7),
];

/// What Ofcom keeps free for films and books. Its mobile stretch (07700 900) is no number to the phone
/// library, so these are the landlines of fourteen towns.
const GB: &[Stretch] = &[
    stretch("+442079460", 3),
    stretch("+441134960", 3),
    stretch("+441144960", 3),
    stretch("+441164960", 3),
    stretch("+441174960", 3),
    stretch("+441184960", 3),
    stretch("+441214960", 3),
    stretch("+441314960", 3),
    stretch("+441414960", 3),
    stretch("+441514960", 3),
    stretch("+441614960", 3),
    stretch("+441914980", 3),
    stretch("+442896496", 3),
    stretch("+442920180", 3),
];

/// A step that shares no factor with the length of any country's list: walking by it meets every number
/// once before one comes again.
const STRIDE: u64 = 618_033_989;

/// Gives out numbers, each once, for as long as a country has any; then from the beginning.
pub(super) struct Numbers([u64; 3]);

impl Numbers {
    pub fn new(dice: &mut Dice) -> Self {
        Self(Country::ALL.map(|_| dice.number(0..=999_999).cast_unsigned()))
    }

    /// The next number of a country, in E.164.
    pub fn next(&mut self, country: Country) -> String {
        let stretches = match country {
            Country::Bg => BG,
            Country::Ru => RU,
            Country::Gb => GB,
        };
        let given = &mut self.0[country as usize];
        *given += 1;
        // All stretches of a country are of one length.
        let digits = stretches[0].open as usize;
        let each = 10_u64.pow(stretches[0].open);
        let place = given.wrapping_mul(STRIDE) % (each * stretches.len() as u64);
        let begins = stretches[(place / each) as usize].begins;
        format!("{begins}{:0digits$}", place % each)
    }
}

/// A number as one or the other receptionist in `country` types it.
pub(super) fn typed(dice: &mut Dice, e164: &str, country: &str) -> String {
    let read = phone::display(e164, country);
    match dice.number(0..=9) {
        0 => e164.to_owned(),
        1 | 2 => read.replace([' ', '-', '(', ')'], ""),
        _ => read,
    }
}
