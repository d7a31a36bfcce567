//! Everything a book holds about one client, written for that client: the right of access.
//!
//! [`AccessExport`] is the whole of it as plain data; the same data go out three ways. JSON
//! ([`AccessKind::Json`], documented in `docs/access-export.md`) leaves nothing out and is for programs; a web
//! page and a PDF are for reading, and both draw the one [`sheet::Sheet`], so that neither says less than the
//! other.

mod html;
mod pdf;
mod sheet;
#[cfg(test)]
mod tests;
mod types;
mod words;

use clientele_model::Refusal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use types::{
    AccessAttachment, AccessChange, AccessClient, AccessContact, AccessCustom, AccessExport, AccessPersonOf,
    AccessTag, Kept, Moment,
};

/// The name and version of the format, as [`AccessExport::format`] says it.
pub const FORMAT: &str = "clientele-access/1";

/// As what a person's data are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AccessKind {
    /// For programs.
    Json,
    /// A web page that needs nothing else: no scripts, no pictures, no line.
    Html,
    /// For reading and printing.
    Pdf,
}

impl AccessKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Html, Self::Pdf];

    /// The ending of such a file.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }
}

/// The file, as bytes.
///
/// # Errors
/// `file.failed` where a PDF cannot be put together.
pub fn write(export: &AccessExport, kind: AccessKind) -> Result<Vec<u8>, Refusal> {
    match kind {
        AccessKind::Json => Ok(json(export)),
        AccessKind::Html => Ok(html::html(export).into_bytes()),
        AccessKind::Pdf => pdf::pdf(export),
    }
}

fn json(export: &AccessExport) -> Vec<u8> {
    // Plain structs of text, numbers and lists always have a place in JSON.
    let mut bytes = serde_json::to_vec_pretty(export).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
