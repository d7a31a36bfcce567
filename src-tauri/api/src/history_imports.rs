//! Commands about contact histories that come from a second file.

use std::path::Path;

use clientele_core::book::Book;
use clientele_core::imports::REFUSED_NAMED_MAX;
use clientele_core::imports::history::{self, HistoryPlan, HistoryResult};
use clientele_core::workspace::Written;
use clientele_core::{Result, clients};
use clientele_formats::Header;
use clientele_formats::history::HistoryOptions;
use clientele_model::text::ellipsis;
use clientele_model::{ErrorCode, Refusal, StepId};

use crate::app::Api;
use crate::commands::Role;
use crate::files::{Draft, bytes_of, file_name, keep, kept, once, reporter};
use crate::host::{FileKind, Host, ImportPart};
use crate::reader::{self, HistoryReading, Question};
use crate::types::*;

/// Entries shown before they are imported.
const SAMPLES_MAX: usize = 8;

impl<H: Host> Api<H> {
    /// Opens a table of contacts and says what its import would do. For an adapter that knows the path itself.
    ///
    /// # Errors
    /// `file.failed`; why the file cannot be read (`import.…`).
    pub fn history_import_open(&self, path: &Path) -> Result<HistoryPreview, Refusal> {
        self.allow(Role::Manager)?;
        Ok(open(self, path)?)
    }
}

fn open<H: Host>(api: &Api<H>, path: &Path) -> Result<HistoryPreview> {
    let (id, name, bytes) = (StepId::new().to_string(), file_name(path), bytes_of(path)?);
    preview(api, Draft::of_history(id, name, bytes, HistoryOptions::default()))
}

pub(crate) fn choose<H: Host>(api: &Api<H>, _: Nothing) -> Result<HistoryPreview> {
    let path = api.host.pick_file(FileKind::Import);
    open(api, &path.ok_or(ErrorCode::DialogCancelled)?)
}

pub(crate) fn configure<H: Host>(api: &Api<H>, ask: HistoryConfigure) -> Result<HistoryPreview> {
    let draft = kept(api, &ask.id)?;
    let (id, name, bytes) = (draft.id.clone(), draft.file_name.clone(), draft.bytes.clone());
    preview(api, Draft::of_history(id, name, bytes, ask.options))
}

/// The entries are written by what the book is now: it may have changed since the preview.
pub(crate) fn run<H: Host>(api: &Api<H>, ask: ImportRef) -> Result<Written<HistoryResult>> {
    let book = api.book()?;
    let draft = kept(api, &ask.id)?;
    once(&draft, || {
        let reading = read(api, &book, &draft)?;
        if let Some(problem) = reading.problem {
            return Err(problem.into());
        }
        history::run(
            &book,
            api.by(),
            reading.rows,
            &mut reporter(api, &draft, ImportPart::Writing),
        )
    })
}

fn preview<H: Host>(api: &Api<H>, draft: Draft) -> Result<HistoryPreview> {
    let book = api.book()?;
    keep(api, draft, |draft| look(api, &book, draft))
}

fn look<H: Host>(api: &Api<H>, book: &Book, draft: &Draft) -> Result<HistoryPreview> {
    let HistoryReading {
        format,
        table,
        rows,
        problem,
    } = read(api, book, draft)?;
    let mut progress = reporter(api, draft, ImportPart::Comparing);
    let plan = book.read_apart(|conn| HistoryPlan::new(conn, rows, &mut progress))?;
    let header = table.table.header_row.map_or(Header::None, Header::Row);
    let _ = draft.header.set(header);
    let samples = plan.entries.iter().take(SAMPLES_MAX).map(|entry| {
        let name = book.read(|conn| clients::display_name(conn, entry.client))?;
        Ok(HistorySample {
            line: entry.line,
            client: ellipsis(&name.unwrap_or_default(), 120),
            at: entry.contact.at,
            kind: entry.contact.kind,
            text: ellipsis(&entry.contact.text, 200),
        })
    });
    Ok(HistoryPreview {
        id: draft.id.clone(),
        file_name: draft.file_name.clone(),
        format,
        size_bytes: draft.bytes.len() as u64,
        table: table.table,
        columns: table.columns,
        problem,
        added: u32::try_from(plan.entries.len()).unwrap_or(u32::MAX),
        clients: plan.clients(),
        there: plan.there,
        samples: samples.collect::<Result<_>>()?,
        refused: plan.refused.iter().take(REFUSED_NAMED_MAX).cloned().collect(),
        refused_total: u32::try_from(plan.refused.len()).unwrap_or(u32::MAX),
    })
}

fn read<H: Host>(api: &Api<H>, book: &Book, draft: &Draft) -> Result<HistoryReading> {
    // Whoever opened it as something else opens it once more.
    let options = draft.history.as_ref().ok_or(ErrorCode::ImportGone)?;
    let country = api.country(book)?;
    let mut question = Question::new(&draft.file_name, &draft.bytes, &draft.options, &country);
    question.history = Some(serde_json::to_string(options).unwrap_or_default());
    let mut progress = reporter(api, draft, ImportPart::Reading);
    Ok(reader::history(
        &api.host.program(),
        &question,
        &draft.bytes,
        &mut progress,
    )?)
}
