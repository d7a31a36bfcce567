//! What crosses between the window and Rust, besides the types of core and model.

use clientele_core::imports;
use clientele_core::settings::Settings;
use clientele_formats as formats;
use clientele_model::{ClientDraft, ClientId, ContactId, Language, Refusal, RowId, StepId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

mod attachments;
mod custom_fields;
mod duplicates;
mod filters;
mod head_office;

pub use crate::preferences::{Preferences, Theme};
pub use attachments::*;
pub use clientele_core::attachments::{DamagedContent, LeftOut};
pub use clientele_core::clients::{LinkedPerson, PersonState};
use clientele_core::contacts::{ContactDraft, ContactKind};
pub use clientele_core::filters::Whom;
pub use clientele_core::imports::{LostValue, LostValues};
pub use clientele_formats::Refused;
pub use custom_fields::*;
pub use duplicates::*;
pub use filters::*;
pub use head_office::*;

/// A command without arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TS)]
#[ts(type = "null")]
pub struct Nothing;

// Whatever stands in the place of no arguments (null, {}) is none.
impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl Serialize for Nothing {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// How the book stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum BookState {
    /// There is none yet: make one, open one, or try the demo.
    None,
    /// There is one, but it cannot be opened so.
    Locked {
        /// Where it lies.
        path: String,
        /// Why.
        refusal: Refusal,
    },
    /// It is open.
    Open {
        /// Where it lies.
        path: String,
        /// Is it only for trying the program?
        demo: bool,
        /// What holds for it.
        settings: Settings,
        /// Which branch's clients are shown.
        branches: BranchView,
    },
}

/// Everything that the window must know before its first screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppState {
    /// The program's version.
    pub version: String,
    /// linux, macos or windows.
    #[ts(type = "\"linux\" | \"macos\" | \"windows\"")]
    pub platform: String,
    /// The machine's language, as far as we speak it.
    pub system_language: Language,
    /// What the user chose for this machine.
    pub preferences: Preferences,
    /// The book.
    pub book: BookState,
}

/// A book to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BookCreate {
    /// What holds for it.
    #[serde(flatten)]
    pub settings: Settings,
}

/// A book that was made.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct BookCreated {
    /// The recovery key, this one time. To be printed and kept away from the machine.
    pub recovery_key: String,
    /// Why the machine does not keep the key; then the recovery key is asked at each start.
    pub keyring_problem: Option<Refusal>,
    /// How things stand now.
    pub app: AppState,
}

/// A recovery key that was typed.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct BookUnlock {
    /// As typed.
    pub recovery_key: String,
}

/// A book that was opened with its recovery key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BookUnlocked {
    /// Why the machine does not keep the key; then the recovery key is asked at each start.
    pub keyring_problem: Option<Refusal>,
    /// How things stand now.
    pub app: AppState,
}

/// The demo book to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BookDemo {
    /// Its language.
    pub language: Language,
}

/// The status line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Status {
    /// Clients outside the trash.
    pub clients: u64,
    /// Changes that head office has not had yet; 0 without a head office.
    pub waiting: u64,
    /// When something was saved last.
    pub saved_at: Option<clientele_model::Timestamp>,
    /// When head office was reached last; none without a head office.
    pub head_office_at: Option<clientele_model::Timestamp>,
    /// How this device stands with head office.
    pub head_office: OfficeState,
    /// Conflicts that nobody has settled yet.
    pub conflicts: u32,
}

/// One client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientRef {
    /// Which.
    pub id: ClientId,
}

/// Several clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientRefs {
    /// Which.
    pub ids: Vec<ClientId>,
}

/// A card to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientSave {
    /// Which client; none for a new one.
    pub id: Option<ClientId>,
    /// The card as the form was opened with; only what differs is written.
    pub before: Option<ClientDraft>,
    /// The card as it was left.
    pub after: ClientDraft,
}

/// One contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactRef {
    /// Which.
    pub id: ContactId,
}

/// A contact to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactSave {
    /// Which contact; none for a new one.
    pub id: Option<ContactId>,
    /// With whom.
    pub client_id: ClientId,
    /// What.
    pub draft: ContactDraft,
}

/// What is typed into the search box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchAsk {
    /// As typed.
    pub query: String,
    /// At most so many (1 to 500).
    pub limit: u32,
}

/// A part of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryAsk {
    /// Older than where the last part ended.
    pub before: Option<String>,
    /// At most so many (1 to 500).
    pub limit: u32,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StepRef {
    /// Which.
    pub id: StepId,
}

/// One import under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportRef {
    /// Which ([`ImportPreview::id`]).
    pub id: String,
}

/// The user's corrections to how a file is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportConfigure {
    /// Which import.
    pub id: String,
    /// The corrections.
    pub options: formats::Options,
    /// What is done with those who are there already.
    #[serde(default)]
    pub rules: imports::Rules,
}

/// A refused row, and why, in the user's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportRefusedRow {
    /// Its line.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Rows that were refused, to be written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportRefused {
    /// Which import.
    pub id: String,
    /// The heading of the column that says why, in the user's words.
    pub heading: String,
    /// The rows.
    pub rows: Vec<ImportRefusedRow>,
}

/// The file with refused rows that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportRefusedSaved {
    /// Where.
    pub path: String,
    /// How many rows.
    pub rows: u32,
}

/// A record of a file that means somebody who is there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportMatch {
    /// Its line.
    pub line: u64,
    /// The name in the file.
    pub name: String,
    /// The first phone in the file.
    pub phone: String,
    /// The name of the client in the book, or earlier in the file.
    pub who: String,
    /// The client in the book; none for one who stands earlier in the file.
    pub client: Option<ClientId>,
    /// What is done with it.
    pub rule: imports::Rule,
}

/// One of the first records of a file, as it would stand in the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportSample {
    /// Its line.
    pub line: u64,
    /// The name.
    pub name: String,
    /// The first phone.
    pub phone: String,
    /// The first e-mail.
    pub email: String,
    /// The client in the book, or the name earlier in the file, to whom it belongs.
    pub matches: Option<String>,
}

/// What an export of everything holds, beside the clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportEverything {
    /// Whose book it was; empty where it does not say.
    pub business_name: String,
    /// When it was written, as it says: a date of ISO 8601.
    pub written_at: String,
    /// Entries of contact histories.
    pub contacts: u32,
    /// Rows of every sort.
    pub rows: u64,
    /// The digest of its rows.
    pub digest: String,
    /// Contents of photos and files that do not come with it.
    pub left_out: LeftOut,
}

/// What an import would do. Nothing has been written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportPreview {
    /// To speak of it.
    pub id: String,
    /// The file's name.
    pub file_name: String,
    /// What sort of file.
    pub format: formats::Format,
    /// The program that wrote it, where that is known.
    pub source: Option<formats::Program>,
    /// Its size.
    pub size_bytes: u64,
    /// What an export of everything holds.
    pub everything: Option<ImportEverything>,
    /// How a table is read.
    pub table: Option<formats::Table>,
    /// Which of its columns may hold one of the owner's own fields: one that there is, or that this one may make.
    pub own_columns: Vec<bool>,
    /// Why nobody was recognised in the table, as it is read now.
    pub problem: Option<Refusal>,
    /// Clients that would come to be.
    pub created: u32,
    /// Records that belong to somebody who is there already.
    pub matched: u32,
    /// The columns mean what the user said of such a file before.
    pub remembered: bool,
    /// Records that are left out by the rule for those who are there already.
    pub skipped: u32,
    /// The rule for the whole file.
    pub rule: imports::Rule,
    /// The first records that mean somebody who is there already.
    pub matches: Vec<ImportMatch>,
    /// How many do.
    pub matches_total: u32,
    /// Refused records; the first of very many.
    pub refused: Vec<formats::Refused>,
    /// How many are refused.
    pub refused_total: u32,
    /// Values that are not taken, because the card of whom they are about has another.
    pub lost: LostValues,
    /// The first records.
    pub samples: Vec<ImportSample>,
}

/// The user's corrections to how a table of contacts is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryConfigure {
    /// Which import.
    pub id: String,
    /// The corrections.
    pub options: formats::history::HistoryOptions,
}

/// One of the first entries of a table of contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistorySample {
    /// Its line.
    pub line: u64,
    /// The client on whose card it goes.
    pub client: String,
    /// When.
    pub at: Timestamp,
    /// What sort.
    pub kind: ContactKind,
    /// What was said.
    pub text: String,
}

/// What an import of contacts would do. Nothing has been written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryPreview {
    /// To speak of it.
    pub id: String,
    /// The file's name.
    pub file_name: String,
    /// What sort of file.
    pub format: formats::Format,
    /// Its size.
    pub size_bytes: u64,
    /// How the table is read.
    pub table: formats::Table,
    /// What each of its columns means.
    pub columns: Vec<formats::history::HistoryColumn>,
    /// Why no contacts were recognised in it, as it is read now.
    pub problem: Option<Refusal>,
    /// Entries that would be written.
    pub added: u32,
    /// On the cards of so many clients.
    pub clients: u32,
    /// Rows whose entry stands there already.
    pub there: u32,
    /// The first entries.
    pub samples: Vec<HistorySample>,
    /// Refused rows; the first of very many.
    pub refused: Vec<formats::Refused>,
    /// How many are refused.
    pub refused_total: u32,
}

/// What an export is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// A table as text.
    Csv,
    /// Cards of an address book.
    Vcard,
    /// A workbook of Excel.
    Xlsx,
    /// Everything that the book holds, to be imported into an empty one.
    Everything,
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportAsk {
    /// As what.
    pub format: ExportFormat,
    /// Whom; none for everybody outside the trash.
    pub ids: Option<Vec<ClientId>>,
    /// Only those whom this saved filter finds.
    #[serde(default)]
    pub filter: Option<RowId>,
}

/// An export that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportResult {
    /// Where.
    pub path: String,
    /// How many clients.
    pub clients: u32,
    /// The digest of the rows, where everything was written.
    pub digest: Option<String>,
    /// Contents of photos and files that everything is without.
    pub left_out: LeftOut,
}

/// Everything that the book holds about one client, to be handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientAccessExport {
    /// Which client.
    pub id: ClientId,
    /// As what.
    pub kind: formats::access::AccessKind,
}

/// An access export that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccessResult {
    /// Where.
    pub path: String,
    /// The folder beside it with the contents of photos and files; none where there are none.
    pub folder: Option<String>,
    /// How many lie there.
    pub files: u32,
    /// Contents of photos and files that are not handed out.
    pub left_out: LeftOut,
}
