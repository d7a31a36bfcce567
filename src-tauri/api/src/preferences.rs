//! What the user chose for this machine: language, theme, the book opened last. No secret, no client.

use std::path::{Path, PathBuf};

use clientele_model::Language;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the machine has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What the user chose for this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Preferences {
    /// The language of the window; none: that of the book, or of the machine.
    pub language: Option<Language>,
    /// Light or dark.
    pub theme: Theme,
}

/// The file of preferences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Stored {
    #[serde(flatten)]
    pub preferences: Preferences,
    pub last_book: Option<PathBuf>,
}

impl Stored {
    fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("preferences.json")
    }

    /// What is stored; where nothing is, or nothing readable, the defaults. Preferences are not worth an error.
    pub fn load(data_dir: &Path) -> Self {
        let text = std::fs::read_to_string(Self::path(data_dir)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Stores them.
    pub fn save(&self, data_dir: &Path) -> clientele_core::Result<()> {
        std::fs::create_dir_all(data_dir).map_err(|e| clientele_core::Error::file(data_dir, &e))?;
        let text = serde_json::to_string_pretty(self).expect("plain data");
        clientele_core::book::write_durably(&Self::path(data_dir), text.as_bytes())
    }
}
