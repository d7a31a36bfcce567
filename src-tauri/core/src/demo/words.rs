//! The demo's own words, from assets/demo: names by country, texts by language.
//!
//! A text may change with the sex of whom it is about: `{he|she}`, `доволен` as `довол{ен|на}`.

use std::sync::LazyLock;

use clientele_model::Language;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A country whose people come to the salon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Country {
    Bg,
    Ru,
    Gb,
}

impl Country {
    pub const ALL: [Self; 3] = [Self::Bg, Self::Ru, Self::Gb];

    /// The code of ISO 3166.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bg => "BG",
            Self::Ru => "RU",
            Self::Gb => "GB",
        }
    }

    pub fn language(self) -> Language {
        match self {
            Self::Bg => Language::Bg,
            Self::Ru => Language::Ru,
            Self::Gb => Language::En,
        }
    }

    /// Its names, towns and companies.
    pub fn people(self) -> &'static People {
        static BG: LazyLock<People> =
            LazyLock::new(|| read(include_str!("../../../../assets/demo/people.bg.json")));
        static RU: LazyLock<People> =
            LazyLock::new(|| read(include_str!("../../../../assets/demo/people.ru.json")));
        static GB: LazyLock<People> =
            LazyLock::new(|| read(include_str!("../../../../assets/demo/people.gb.json")));
        match self {
            Self::Bg => &BG,
            Self::Ru => &RU,
            Self::Gb => &GB,
        }
    }
}

/// What the owner of the salon calls fields of its own.
#[derive(Debug, Deserialize)]
pub(super) struct OwnFields {
    pub hair: String,
    pub hair_choices: Vec<String>,
    pub since: String,
    pub length: String,
}

/// What the owner calls the salon's filters.
#[derive(Debug, Deserialize)]
pub(super) struct Filters {
    pub away: String,
    pub never: String,
}

/// What staff write in a language.
pub(super) fn words(language: Language) -> &'static Words {
    static EN: LazyLock<Words> =
        LazyLock::new(|| read(include_str!("../../../../assets/demo/words.en.json")));
    static RU: LazyLock<Words> =
        LazyLock::new(|| read(include_str!("../../../../assets/demo/words.ru.json")));
    static BG: LazyLock<Words> =
        LazyLock::new(|| read(include_str!("../../../../assets/demo/words.bg.json")));
    match language {
        Language::En => &EN,
        Language::Ru => &RU,
        Language::Bg => &BG,
    }
}

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the demo's words are part of the program, and tested")
}

/// Of whom a text speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sex {
    Man,
    Woman,
}

impl Sex {
    pub fn other(self) -> Self {
        match self {
            Self::Man => Self::Woman,
            Self::Woman => Self::Man,
        }
    }
}

/// A text as it is said of a man or a woman: of each `{his|her}` the one that fits.
pub(super) fn said(text: &str, of: Sex) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (his, hers, after))) = rest
        .split_once('{')
        .and_then(|(before, after)| Some((before, either(after)?)))
    {
        out.push_str(before);
        out.push_str(if of == Sex::Man { his } else { hers });
        rest = after;
    }
    out + rest
}

/// `his|hers}after`, taken apart.
fn either(text: &str) -> Option<(&str, &str, &str)> {
    let (both, after) = text.split_once('}')?;
    let (his, hers) = both.split_once('|')?;
    Some((his, hers, after))
}

/// The people of a country.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    pub women: Vec<String>,
    pub men: Vec<String>,
    /// By sex, as all that follows of names: `Иванов{|а}`.
    pub families: Vec<String>,
    /// Patronymics or middle names.
    pub middles: Vec<String>,
    pub middle_percent: u32,
    pub towns: Vec<Town>,
    pub streets: Vec<String>,
    /// How house and flat stand around the street, which is `$`; digits as in [`super::dice::Dice::digits`].
    pub lines: Vec<String>,
    pub company_names: Vec<String>,
    /// How a company is called whose name is `$`.
    pub company_kinds: Vec<String>,
}

/// A town.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Town {
    pub name: String,
    pub region: String,
    /// Digits as in [`super::dice::Dice::digits`].
    pub postcode: String,
}

/// Texts of which some are only of men or only of women.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BySex<T = String> {
    pub any: Vec<T>,
    pub women: Vec<T>,
    pub men: Vec<T>,
}

impl<T> BySex<T> {
    /// Those that fit.
    pub fn of(&self, sex: Sex) -> impl ExactSizeIterator<Item = &T> {
        let own = match sex {
            Sex::Woman => &self.women,
            Sex::Man => &self.men,
        };
        let both = self.any.len();
        (0..both + own.len()).map(move |at| self.any.get(at).unwrap_or_else(|| &own[at - both]))
    }
}

/// What staff write, in one language; the commonest first where it matters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub countries: Countries,
    pub labels: Labels,
    pub own_fields: OwnFields,
    pub filters: Filters,
    pub sources: Vec<String>,
    pub vip_tag: String,
    pub company_tag: String,
    pub tags: BySex,
    pub family_roles: Vec<String>,
    pub notes: BySex,
    pub expects: BySex,
    pub never: BySex,
    pub services: BySex,
    pub remarks: BySex,
    pub bookings: Vec<String>,
    pub reminders: Vec<String>,
    pub cancellations: Vec<String>,
    pub questions: Vec<String>,
    pub answers: Vec<String>,
    pub complaints: BySex<Complaint>,
    pub offers: Vec<String>,
    pub competitor_offers: Vec<String>,
    pub lost: Vec<String>,
    pub contact_notes: Vec<String>,
    pub company: CompanyWords,
}

/// The names of the three countries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Countries {
    pub bg: String,
    pub ru: String,
    pub gb: String,
}

impl Countries {
    pub fn name(&self, country: Country) -> &str {
        match country {
            Country::Bg => &self.bg,
            Country::Ru => &self.ru,
            Country::Gb => &self.gb,
        }
    }
}

/// What stands before a phone, an address or another name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labels {
    pub mobile: String,
    pub work: String,
    pub home: String,
    pub office: String,
    pub maiden_name: String,
}

/// A complaint, and what was done about it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Complaint {
    pub said: String,
    pub done: String,
}

/// What staff write of companies.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompanyWords {
    pub roles: Vec<String>,
    pub notes: Vec<String>,
    pub calls: Vec<String>,
    pub emails: Vec<String>,
    pub visits: Vec<String>,
    pub offers: Vec<String>,
}
