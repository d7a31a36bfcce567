//! Commands that write the book, or some of it, for others.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clientele_core::book::{Book, EXTENSION, write_durably};
use clientele_core::{Result, exports, filters, head_office};
use clientele_formats as formats;
use clientele_model::{ErrorCode, Refusal, Timestamp};

use crate::app::{Api, lock};
use crate::commands::Role;
use crate::files::REPORT_EVERY;
use crate::host::{Event, FileKind, Host};
use crate::types::*;

impl<H: Host> Api<H> {
    /// Writes everybody, or some, to a file. For an adapter that knows the path itself.
    ///
    /// # Errors
    /// `file.failed`, `disk.full`, `not_found`, `export.onto_book`, `export.not_for_excel`; `import.cancelled` where
    /// somebody stopped it.
    pub fn export_to(&self, path: &Path, ask: &ExportAsk) -> Result<ExportResult, Refusal> {
        self.allow(Role::Owner)?;
        Ok(export(self, path, ask)?)
    }
}

pub(crate) fn export_choose<H: Host>(api: &Api<H>, ask: ExportAsk) -> Result<ExportResult> {
    let (name, kind) = match ask.format {
        ExportFormat::Csv => ("clients.csv", FileKind::Csv),
        ExportFormat::Vcard => ("clients.vcf", FileKind::Vcard),
        ExportFormat::Xlsx => ("clients.xlsx", FileKind::Xlsx),
        ExportFormat::Everything => ("everything.json", FileKind::Json),
    };
    let path = api.host.save_file(name, kind).ok_or(ErrorCode::DialogCancelled)?;
    export(api, &path, &ask)
}

/// What is written for others must not fall on a book, this one or another.
pub(crate) fn not_onto_book(book: &Book, path: &Path) -> Result<()> {
    if book.owns(path) || path.extension().is_some_and(|ending| ending == EXTENSION) {
        return Err(Refusal::new(ErrorCode::ExportOntoBook)
            .with("path", path.display())
            .into());
    }
    Ok(())
}

/// Writes everything, and tells the window how far it is. One at a time: another one ends the one before.
fn everything<H: Host>(api: &Api<H>, book: &Book, path: &Path) -> Result<exports::Everything> {
    let stop = Arc::new(AtomicBool::new(false));
    let before = lock(&api.exporting).replace(Arc::clone(&stop));
    before
        .iter()
        .for_each(|before| before.store(true, Ordering::Relaxed));
    let mut last: Option<Instant> = None;
    let written = exports::everything(book, path, &mut |done, total| {
        if stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        if last.is_none_or(|last| last.elapsed() >= REPORT_EVERY) {
            last = Some(Instant::now());
            api.host.emit(Event::ExportProgress { done, total });
        }
        ControlFlow::Continue(())
    });
    let mut exporting = lock(&api.exporting);
    if exporting.as_ref().is_some_and(|known| Arc::ptr_eq(known, &stop)) {
        *exporting = None;
    }
    written
}

pub(crate) fn export_cancel<H: Host>(api: &Api<H>, _: Nothing) -> Result<Nothing> {
    if let Some(stop) = &*lock(&api.exporting) {
        stop.store(true, Ordering::Relaxed);
    }
    Ok(Nothing)
}

fn export<H: Host>(api: &Api<H>, path: &Path, ask: &ExportAsk) -> Result<ExportResult> {
    let book = api.book()?;
    not_onto_book(&book, path)?;
    let done = |clients: u64, digest| ExportResult {
        path: path.display().to_string(),
        clients: u32::try_from(clients).unwrap_or(u32::MAX),
        digest,
        left_out: LeftOut::default(),
    };
    if ask.format == ExportFormat::Everything {
        if ask.ids.is_some() || ask.filter.is_some() {
            let refusal = Refusal::new(ErrorCode::BadRequest);
            return Err(refusal.with("detail", "everything is not some of it").into());
        }
        let written = everything(api, &book, path)?;
        let left_out = written.left_out;
        let done = done(written.clients, Some(written.digest.to_string()));
        return Ok(ExportResult { left_out, ..done });
    }
    let cards = book.read_apart(|conn| match ask.filter {
        Some(filter) => {
            let (asked, sight) = (filters::conditions(conn, filter)?, head_office::sight(conn)?);
            let found = filters::ids(conn, &asked, sight, Timestamp::now())?;
            exports::cards(conn, Some(&found))
        }
        None => exports::cards(conn, ask.ids.as_deref()),
    })?;
    let bytes = match ask.format {
        ExportFormat::Vcard => formats::export::vcards(&cards).into_bytes(),
        ExportFormat::Xlsx => formats::export::xlsx(&cards)?,
        ExportFormat::Csv | ExportFormat::Everything => formats::export::csv(cards.iter()),
    };
    write_durably(path, &bytes)?;
    Ok(done(cards.len() as u64, None))
}
