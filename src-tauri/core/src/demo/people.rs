//! Who the clients are: names with their right endings, addresses, e-mail.

use clientele_model::{Address, Birthday};

use super::dice::Dice;
use super::words::{Country, People, Sex, said};

/// Somebody's name.
pub(super) struct Name {
    pub given: String,
    pub middle: String,
    pub family: String,
    /// The family name before it took an ending: husband and wife share it.
    pub house: &'static str,
}

impl Name {
    pub fn of(dice: &mut Dice, people: &'static People, sex: Sex) -> Self {
        let given = match sex {
            Sex::Woman => dice.pick_early(&people.women),
            Sex::Man => dice.pick_early(&people.men),
        };
        let middle = if dice.chance(people.middle_percent) {
            dice.text(&people.middles, sex)
        } else {
            String::new()
        };
        let house = dice.pick_early(&people.families);
        Self {
            given: given.clone(),
            middle,
            family: said(house, sex),
            house,
        }
    }
}

pub(super) fn company(dice: &mut Dice, people: &People) -> String {
    let (kind, name) = (dice.pick(&people.company_kinds), dice.pick(&people.company_names));
    kind.replace('$', name)
}

pub(super) fn address(dice: &mut Dice, people: &People, label: &str) -> Address {
    let town = dice.pick_early(&people.towns);
    let (line, street) = (dice.pick(&people.lines), dice.pick(&people.streets));
    Address {
        label: label.to_owned(),
        street: dice.digits(line).replace('$', street),
        city: town.name.clone(),
        region: town.region.clone(),
        postal_code: dice.digits(&town.postcode),
        ..Address::default()
    }
}

/// The birthday of somebody who is grown up in `year`; often the year of birth was not asked.
pub(super) fn birthday(dice: &mut Dice, year: i64) -> Birthday {
    // Two throws of the age: most clients are in the middle of their lives.
    let age = 16 + dice.number(0..=32) + dice.number(0..=32);
    Birthday {
        year: (!dice.chance(30)).then_some((year - age) as i16),
        month: dice.number(1..=12) as u8,
        day: dice.number(1..=28) as u8,
    }
}

/// An address that reaches nobody; `number` keeps two of one name apart.
pub(super) fn email(dice: &mut Dice, words: &[&str], country: Country, number: u32) -> String {
    let words: Vec<String> = words.iter().map(|word| latin(word, country)).collect();
    let apart = dice.pick(&[".", "_", ""]);
    let host = dice.pick_early(&["example.com", "example.org", "example.net"]);
    format!("{}{number}@{host}", words.join(apart))
}

/// A name in Latin letters, as its bearer's telephone spells it.
pub(super) fn in_latin_letters(name: &str, country: Country) -> String {
    let small = latin(name, country);
    let mut letters = small.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The letters and digits of a name in Latin small letters, as people spell themselves in addresses.
fn latin(word: &str, country: Country) -> String {
    let letters = word.to_lowercase();
    letters.chars().map(|c| in_latin(c, country)).collect()
}

fn in_latin(c: char, country: Country) -> String {
    let bulgarian = country == Country::Bg;
    let letters = match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'ѝ' => "i",
        'й' | 'ы' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' if bulgarian => "h",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' if bulgarian => "sht",
        'щ' => "shch",
        'ъ' if bulgarian => "a",
        'ь' if bulgarian => "y",
        'ю' => "yu",
        'я' => "ya",
        latin if latin.is_ascii_alphanumeric() => return latin.to_string(),
        _ => "",
    };
    letters.to_owned()
}
