//! The languages of the interface, which are also those a client may prefer.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A language of the interface, by its ISO 639-1 code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English
    #[default]
    En,
    /// Russian
    Ru,
    /// Bulgarian
    Bg,
}

impl Language {
    /// All of them, in the order in which a chooser shows them.
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Bg];

    /// The two-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Bg => "bg",
        }
    }

    /// From a code or a locale name (`bg`, `bg_BG.UTF-8`, `ru-RU`).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let head = code.split(['_', '-', '.']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|l| l.code() == head)
    }
}
