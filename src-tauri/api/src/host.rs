//! What the api needs of the machine it runs on. An adapter that lacks a part does not compile.

use std::path::PathBuf;

use clientele_core::workspace::Invalidation;
use clientele_model::Refusal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::preferences::Theme;
use crate::types::ImportPreview;

/// The machine.
pub trait Host: Send + Sync + 'static {
    /// Tells the window something unasked. Without a window: nothing.
    fn emit(&self, event: Event);

    /// Lets the user choose a file to open; `None` when the dialog was closed.
    fn pick_file(&self, kind: FileKind) -> Option<PathBuf>;

    /// Lets the user choose where to save; `None` when the dialog was closed.
    fn save_file(&self, suggested_name: &str, kind: FileKind) -> Option<PathBuf>;

    /// The user wants what the machine's toolkit draws, such as lists of suggestions and dialogs, light or dark. Told
    /// at the start, and whenever it is chosen.
    fn set_theme(&self, theme: Theme);

    /// The machine's secret store.
    fn secrets(&self) -> &dyn SecretStore;

    /// The folder for the user's book and preferences.
    fn data_dir(&self) -> PathBuf;

    /// The file of this program, to be started once more as the reader of a foreign file
    /// ([`reader`](crate::reader)).
    fn program(&self) -> PathBuf;

    /// The machine's locale, such as `bg_BG.UTF-8`.
    fn system_locale(&self) -> Option<String>;
}

/// The machine's secret store. Every call answers within seconds, with an error if need be.
pub trait SecretStore: Send + Sync {
    /// The secret kept under this account, read anew; `None` where there is none.
    ///
    /// # Errors
    /// `keyring.unavailable` where no store answers, `keyring.no_key` where it is locked.
    fn get(&self, account: &str) -> Result<Option<Vec<u8>>, Refusal>;

    /// Keeps a secret under this account.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn set(&self, account: &str, secret: &[u8]) -> Result<(), Refusal>;

    /// Forgets it; none there is no error.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn delete(&self, account: &str) -> Result<(), Refusal>;
}

/// What sort of file a dialog is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A book.
    Book,
    /// A file to import.
    Import,
    /// An export as CSV.
    Csv,
    /// An export as vCard.
    Vcard,
    /// An export as a workbook.
    Xlsx,
    /// A client's data, or everything, as JSON.
    Json,
    /// A client's data as a web page.
    Html,
    /// A client's data as a PDF.
    Pdf,
    /// Whatever a client brought, or is handed back.
    Any,
    /// A picture that can be shown.
    Picture,
}

impl FileKind {
    /// The endings of such files; none for every file.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Book => &[clientele_core::book::EXTENSION],
            Self::Import => &["csv", "tsv", "txt", "psv", "xlsx", "ods", "vcf", "vcard", "json"],
            Self::Csv => &["csv"],
            Self::Vcard => &["vcf"],
            Self::Xlsx => &["xlsx"],
            Self::Json => &["json"],
            Self::Html => &["html", "htm"],
            Self::Pdf => &["pdf"],
            Self::Any => &[],
            Self::Picture => &["jpg", "jpeg", "png", "webp", "gif"],
        }
    }
}

/// The parts of an import, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportPart {
    /// The file is read.
    Reading,
    /// Who in it is in the book already?
    Comparing,
    /// It goes into the book.
    Writing,
}

/// What the window is told unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// How far an import, or the look at a file, is.
    ImportProgress {
        /// Which ([`ImportPreview::id`]).
        id: String,
        /// Records done.
        done: u64,
        /// Of so many.
        total: u64,
        /// At what it is: each part begins anew.
        part: ImportPart,
    },
    /// How far an export of everything is.
    ExportProgress {
        /// So much is done.
        done: u64,
        /// Of so much.
        total: u64,
    },
    /// A file was dropped onto the window, and can be read.
    ImportDropped {
        /// What would happen.
        preview: Box<ImportPreview>,
    },
    /// A file was dropped onto the window, and cannot be read.
    ImportRefused {
        /// Its name.
        file_name: String,
        /// Why.
        refusal: Refusal,
    },
    /// Files were dropped onto the window, somewhere: what lies there takes them.
    FilesDropped {
        /// Which files: for the command that takes them, once.
        id: String,
        /// Their names.
        names: Vec<String>,
        /// How far from the left, in the page's own points.
        x: f64,
        /// How far from the top.
        y: f64,
    },
    /// A file hovers over the window, or went away again.
    FileHover {
        /// It hovers.
        over: bool,
    },
    /// Something changed that this window did not do.
    Invalidated {
        /// What to read again.
        invalidates: Vec<Invalidation>,
    },
    /// A contact with head office began or ended, or how this device stands with it changed.
    HeadOfficeChanged,
}
