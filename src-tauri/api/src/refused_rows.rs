//! Rows that an import refused, as a file to mend and to import again.

use std::path::Path;

use clientele_core::Result;
use clientele_core::book::write_durably;
use clientele_formats as formats;
use clientele_model::{ErrorCode, Refusal};

use crate::app::Api;
use crate::commands::Role;
use crate::exports::not_onto_book;
use crate::files::kept;
use crate::host::{FileKind, Host};
use crate::reader::{self, Question};
use crate::types::{ImportRefused, ImportRefusedSaved};

impl<H: Host> Api<H> {
    /// Writes the refused rows of an import to a file. For an adapter that knows the path itself.
    ///
    /// # Errors
    /// As the command `import_refused_save`.
    pub fn import_refused_to(&self, path: &Path, ask: &ImportRefused) -> Result<ImportRefusedSaved, Refusal> {
        self.allow(Role::Manager)?;
        Ok(save(self, path, ask)?)
    }
}

pub(crate) fn import_refused_save<H: Host>(api: &Api<H>, ask: ImportRefused) -> Result<ImportRefusedSaved> {
    let draft = kept(api, &ask.id)?;
    let stem = draft
        .file_name
        .rsplit_once('.')
        .map_or(&*draft.file_name, |(stem, _)| stem);
    let name = format!("{stem} - {}.csv", ask.heading);
    let path = api
        .host
        .save_file(&name, FileKind::Csv)
        .ok_or(ErrorCode::DialogCancelled)?;
    save(api, &path, &ask)
}

fn save<H: Host>(api: &Api<H>, path: &Path, ask: &ImportRefused) -> Result<ImportRefusedSaved> {
    let book = api.book()?;
    not_onto_book(&book, path)?;
    let draft = kept(api, &ask.id)?;
    let mut question = Question::new(
        &draft.file_name,
        &draft.bytes,
        &draft.options_of_cells(),
        &api.country(&book)?,
    );
    question.lines = ask.rows.iter().map(|row| row.line).collect();
    if question.lines.is_empty() {
        return Err(Refusal::new(ErrorCode::BadRequest)
            .with("detail", "no rows")
            .into());
    }
    let (headers, mut cells) = reader::cells(&api.host.program(), &question, &draft.bytes)?;
    let rows: Vec<(Vec<String>, String)> = ask
        .rows
        .iter()
        .filter_map(|row| Some((cells.remove(&row.line)?, row.reason.clone())))
        .collect();
    write_durably(path, &formats::export::refused(&headers, &ask.heading, &rows))?;
    Ok(ImportRefusedSaved {
        path: path.display().to_string(),
        rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
    })
}
