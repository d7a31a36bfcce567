//! Foreign files, in and out.

use std::path::Path;

use clientele_api::Refusal;
use clientele_api::types::{
    ClientAccessExport, ExportAsk, ImportRef, ImportRefused, ImportRefusedRow, LeftOut, LostValues, Refused,
};
use serde::Serialize;
use serde_json::json;

use super::{filters, from_json, id};
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::{Access, Export, Format, Import, ImportHistory};
use crate::page::Page;
use crate::sentences;

/// What an import did, or would do.
#[derive(Serialize)]
struct Imported {
    created: u32,
    matched: u32,
    skipped: u32,
    #[serde(flatten)]
    refused: GivenBack,
    /// Values that are not taken, because the card of whom they are about has another.
    lost: LostValues,
    /// The program that wrote the file, where it is known.
    source: Option<String>,
    /// The digest of the rows, where it is an export of everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// Contents of photos and files that do not come with it, where it is an export of everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOut>,
    step: Option<String>,
}

#[derive(Serialize)]
struct RefusedRow {
    line: u64,
    code: &'static str,
    reason: String,
}

/// The rows that an import refuses, each with why.
#[derive(Serialize)]
struct GivenBack {
    refused: Vec<RefusedRow>,
    /// The file into which they were written.
    refused_file: Option<String>,
}

impl GivenBack {
    /// Those of this import; written to a file where one is named and there are some.
    fn of(api: &Terminal, id: &str, refused: &[Refused], file: Option<&Path>) -> Result<Self, Refusal> {
        let refused = refused.iter().map(|row| RefusedRow {
            line: row.line,
            code: row.refusal.code.as_str(),
            reason: sentences::reason(&row.refusal),
        });
        let refused: Vec<_> = refused.collect();
        let refused_file = match file {
            Some(path) if !refused.is_empty() => Some(save_refused(api, path, id, &refused)?),
            _ => None,
        };
        Ok(Self {
            refused,
            refused_file,
        })
    }

    fn tell(&self, page: &mut Page) {
        for row in &self.refused {
            page.line(format!("line {}: {}: {}", row.line, row.code, row.reason));
        }
        if let Some(path) = &self.refused_file {
            page.line(format!("The refused rows are in {path}."));
        }
    }
}

/// Imports a file. It is refused as a whole where nobody in it could be taken.
pub fn import(api: &Terminal, ask: &Import) -> Result<Answer, Refusal> {
    let mut preview = api.import_open(&ask.file)?;
    if preview.problem.is_none() && ask.duplicates != "complete" {
        let options = json!({});
        let rules = json!({ "rule": ask.duplicates });
        let configure = json!({ "id": preview.id, "options": options, "rules": rules });
        preview = api.import_configure(from_json(configure))?;
    }
    if let Some(problem) = preview.problem {
        return Err(problem);
    }
    let refused = GivenBack::of(api, &preview.id, &preview.refused, ask.refused.as_deref())?;
    let mut imported = Imported {
        created: preview.created,
        matched: preview.matched,
        skipped: preview.skipped,
        refused,
        lost: preview.lost.clone(),
        source: preview
            .source
            .map(|program| format!("{program:?}").to_lowercase()),
        digest: preview.everything.as_ref().map(|all| all.digest.clone()),
        left_out: preview.everything.as_ref().map(|all| all.left_out.clone()),
        step: None,
    };
    if !ask.dry_run {
        let done = api.import_run(ImportRef { id: preview.id })?.value;
        (imported.created, imported.matched) = (done.created, done.matched);
        imported.lost = done.lost;
        imported.step = done.step.map(|step| step.to_string());
    }
    let mut page = Page::default();
    if let Some(everything) = &preview.everything {
        page.line(format!(
            "Everything of a book, written at {}.",
            everything.written_at
        ));
        page.line(format!(
            "Contacts: {}, rows of every sort: {}.",
            everything.contacts, everything.rows
        ));
        page.line(format!("Digest of the rows: {}", everything.digest));
        left_out(&mut page, &everything.left_out);
    } else if let Some(program) = &preview.source {
        page.line(format!("Written by {program:?}."));
    }
    imported.refused.tell(&mut page);
    for lost in &imported.lost.named {
        let field = lost.field.as_ref().unwrap_or(&lost.name);
        page.line(format!(
            "line {}: {field}: {} is not taken, {} stays",
            lost.line, lost.value, lost.stays
        ));
    }
    if imported.lost.total > 0 {
        page.line(format!("Values that are not taken: {}.", imported.lost.total));
    }
    let (created, matched, refused) = (imported.created, imported.matched, preview.refused_total);
    let yet = if ask.dry_run {
        "Nothing is written yet. "
    } else {
        ""
    };
    let skipped = match imported.skipped {
        0 => String::new(),
        skipped => format!(", left out: {skipped}"),
    };
    page.line(format!(
        "{yet}Created: {created}, matched: {matched}{skipped}, refused: {refused}."
    ));
    Ok(Answer::new(&imported, page).but(created + matched + preview.skipped > 0))
}

/// What an import of contacts did, or would do.
#[derive(Serialize)]
struct HistoryImported {
    added: u32,
    clients: u32,
    there: u32,
    #[serde(flatten)]
    refused: GivenBack,
    step: Option<String>,
}

/// Imports a table of contacts. It is refused as a whole where no row of it could be taken.
pub fn import_history(api: &Terminal, ask: &ImportHistory) -> Result<Answer, Refusal> {
    let preview = api.history_import_open(&ask.file)?;
    if let Some(problem) = preview.problem {
        return Err(problem);
    }
    let refused = GivenBack::of(api, &preview.id, &preview.refused, ask.refused.as_deref())?;
    let mut imported = HistoryImported {
        added: preview.added,
        clients: preview.clients,
        there: preview.there,
        refused,
        step: None,
    };
    if !ask.dry_run {
        let done = api.history_import_run(ImportRef { id: preview.id })?.value;
        (imported.added, imported.clients, imported.there) = (done.added, done.clients, done.there);
        imported.step = done.step.map(|step| step.to_string());
    }
    let mut page = Page::default();
    imported.refused.tell(&mut page);
    if ask.dry_run {
        page.line("Nothing is written yet.");
    }
    page.line(format!(
        "Entries: {}, of clients: {}, there already: {}, refused: {}.",
        imported.added, imported.clients, imported.there, preview.refused_total
    ));
    Ok(Answer::new(&imported, page).but(imported.added + imported.there > 0))
}

/// Writes refused rows to a file, each with why. Returns where they are.
fn save_refused(api: &Terminal, path: &Path, id: &str, rows: &[RefusedRow]) -> Result<String, Refusal> {
    let rows = rows.iter().map(|row| ImportRefusedRow {
        line: row.line,
        reason: row.reason.clone(),
    });
    let refused = ImportRefused {
        id: id.to_owned(),
        heading: "Refused because".into(),
        rows: rows.collect(),
    };
    Ok(api.import_refused_to(path, &refused)?.path)
}

/// Writes all clients to a file.
pub fn export(api: &Terminal, ask: &Export) -> Result<Answer, Refusal> {
    let format = match ask.format()? {
        Format::Csv => "csv",
        Format::Vcard => "vcard",
        Format::Xlsx => "xlsx",
        Format::Json => "everything",
    };
    let filter = ask
        .filter
        .as_ref()
        .map(|name| filters::named(api, name))
        .transpose()?;
    let ask_api: ExportAsk = from_json(json!({ "format": format, "ids": null, "filter": filter }));
    let done = api.export_to(&ask.file, &ask_api)?;
    let mut page = Page::of(format!("Clients written: {}, to {}.", done.clients, done.path));
    if let Some(digest) = &done.digest {
        page.line(format!("Digest of the rows: {digest}"));
    }
    left_out(&mut page, &done.left_out);
    Ok(Answer::new(&done, page))
}

/// Contents of photos and files that are not in a file, and why.
fn left_out(page: &mut Page, left_out: &LeftOut) {
    if left_out.elsewhere > 0 {
        page.line(format!(
            "Photos and files without their contents, which are on another device: {}.",
            left_out.elsewhere
        ));
    }
    if left_out.damaged > 0 {
        page.line(format!(
            "Photos and files without their contents, which are damaged: {}.",
            left_out.damaged
        ));
    }
    for damaged in &left_out.named {
        let of = match damaged.client.as_str() {
            "" => String::new(),
            client => format!(" ({client})"),
        };
        page.line(format!("  {}{of}", damaged.name));
    }
}

/// Writes everything that the book holds about a client to a file.
pub fn access(api: &Terminal, ask: &Access) -> Result<Answer, Refusal> {
    let kind = from_json(json!(ask.kind()?));
    let id = id(ask.id);
    let done = api.access_to(&ask.out, &ClientAccessExport { id, kind })?;
    let mut page = Page::of(format!("Written to {}.", done.path));
    if let Some(folder) = &done.folder {
        page.line(format!("Photos and files: {}, in {folder}.", done.files));
    }
    left_out(&mut page, &done.left_out);
    Ok(Answer::new(&done, page))
}
