//! The command that hands a client everything the book holds about him or her.

use std::path::Path;

use clientele_core::book::write_durably;
use clientele_core::{Result, access, clients};
use clientele_formats::access::{AccessKind, write};
use clientele_model::{ErrorCode, Refusal, Timestamp, text};

use crate::app::Api;
use crate::commands::Role;
use crate::exports::not_onto_book;
use crate::host::{FileKind, Host};
use crate::types::*;

/// The longest name that a file is suggested to bear, in characters: file systems stop at 255 bytes.
const NAME_CHARS_MAX: usize = 60;

impl<H: Host> Api<H> {
    /// Writes everything that the book holds about a client to a file, and the contents of photos and files into a new
    /// folder beside it. For an adapter that knows the path itself.
    ///
    /// # Errors
    /// `not_found`, `export.onto_book`, `file.failed`, `disk.full`.
    pub fn access_to(&self, path: &Path, ask: &ClientAccessExport) -> Result<AccessResult, Refusal> {
        self.allow(Role::Owner)?;
        Ok(export(self, path, ask)?)
    }
}

pub(crate) fn choose<H: Host>(api: &Api<H>, ask: ClientAccessExport) -> Result<AccessResult> {
    let name = api
        .book()?
        .read(|conn| clients::load(conn, ask.id))?
        .display_name();
    let kind = match ask.kind {
        AccessKind::Json => FileKind::Json,
        AccessKind::Html => FileKind::Html,
        AccessKind::Pdf => FileKind::Pdf,
    };
    let path = api
        .host
        .save_file(&suggested(&name, ask.kind), kind)
        .ok_or(ErrorCode::DialogCancelled)?;
    export(api, &path, &ask)
}

fn export<H: Host>(api: &Api<H>, path: &Path, ask: &ClientAccessExport) -> Result<AccessResult> {
    let book = api.book()?;
    not_onto_book(&book, path)?;
    let mut export = book.read_apart(|conn| access::of_client(conn, ask.id, Timestamp::now()))?;
    let files = access::hand_out(&book, &mut export, path)?;
    // The document last: it says where the others are.
    let written = write(&export, ask.kind)
        .map_err(|refusal| refusal.with("path", path.display()).into())
        .and_then(|bytes| write_durably(path, &bytes));
    written.inspect_err(|_| files.discard())?;
    Ok(AccessResult {
        path: path.display().to_string(),
        folder: files.folder.map(|folder| folder.display().to_string()),
        files: files.written,
        left_out: files.left_out,
    })
}

/// A file's name from a client's.
fn suggested(name: &str, kind: AccessKind) -> String {
    let short: String = name.chars().take(NAME_CHARS_MAX).collect();
    // A full stop in a client's name is no ending.
    let plain = text::file_name(
        &format!("{}.{}", short.trim_matches(['.', ' ']), kind.extension()),
        "client",
    );
    match plain.strip_suffix(kind.extension()) {
        Some(stem) if !stem.is_empty() => plain,
        _ => format!("client.{}", kind.extension()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_bears_the_clients_name_as_far_as_a_disk_takes_it() {
        for (name, file) in [
            ("Анна Иванова", "Анна Иванова.pdf"),
            ("../../etc/passwd", "etc passwd.pdf"),
            ("C:\\con\n<b>|?*\"", "C con b.pdf"),
            ("\u{202E}gnp\u{0}", "gnp.pdf"),
            ("...", "client.pdf"),
            ("", "client.pdf"),
        ] {
            assert_eq!(suggested(name, AccessKind::Pdf), file, "{name:?}");
        }
        let longest = suggested(&"Щ".repeat(500), AccessKind::Html);
        assert!(longest.len() < 255 && longest.ends_with("Щ.html"), "{longest}");
    }
}
