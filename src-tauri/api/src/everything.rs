//! An export of everything on its way back into a book.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use clientele_core::book::Book;
use clientele_core::imports::{ImportResult, everything};
use clientele_core::workspace::Written;
use clientele_core::{Error, Result};
use clientele_formats as formats;

use crate::app::Api;
use crate::files::{Draft, reporter};
use crate::host::{Host, ImportPart};
use crate::types::*;

/// So many bytes are looked at to tell it from other files.
const FIRST_BYTES: u64 = 256;

/// Is this file an export of everything?
pub(crate) fn is_one(path: &Path) -> Result<bool> {
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(FIRST_BYTES).read_to_end(&mut first));
    read.map_err(|e| Error::file(path, &e))?;
    Ok(formats::everything::is_one(&first))
}

/// Reads it from beginning to end and says what it would do.
pub(crate) fn look<H: Host>(api: &Api<H>, book: &Book, draft: &Draft, path: &Path) -> Result<ImportPreview> {
    book.read(everything::allowed)?;
    let size_bytes = std::fs::metadata(path).map_err(|e| Error::file(path, &e))?.len();
    let content = everything::look(path, &mut reporter(api, draft, ImportPart::Reading))?;
    Ok(ImportPreview {
        id: draft.id.clone(),
        file_name: draft.file_name.clone(),
        format: formats::Format::Everything,
        source: Some(formats::Program::Clientele),
        size_bytes,
        everything: Some(ImportEverything {
            business_name: content.business_name,
            written_at: content.written_at,
            contacts: content.contacts,
            rows: content.rows,
            digest: content.digest.to_string(),
            left_out: content.left_out,
        }),
        table: None,
        own_columns: Vec::new(),
        lost: LostValues::default(),
        problem: None,
        created: content.clients,
        matched: 0,
        skipped: 0,
        remembered: false,
        rule: draft.rules.rule,
        matches: Vec::new(),
        matches_total: 0,
        refused: Vec::new(),
        refused_total: 0,
        samples: Vec::new(),
    })
}

/// Imports it. The file is read anew: what was looked at may have been changed since.
pub(crate) fn run<H: Host>(
    api: &Api<H>,
    book: &Book,
    draft: &Draft,
    path: &Path,
) -> Result<Written<ImportResult>> {
    let written = everything::run(
        book,
        api.by(),
        path,
        &mut reporter(api, draft, ImportPart::Writing),
    )?;
    let step = written.step.as_ref().map(|step| step.id);
    Ok(written.map(|content| ImportResult {
        created: content.clients,
        matched: 0,
        skipped: 0,
        refused: Vec::new(),
        refused_total: 0,
        lost: LostValues::default(),
        step,
    }))
}
