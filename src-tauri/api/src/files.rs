//! Commands about foreign files: import with a dry run, export.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clientele_core::book::{Book, EXTENSION, write_durably};
use clientele_core::imports::{self, ImportResult, Mapping, Plan, REFUSED_NAMED_MAX, Rules};
use clientele_core::workspace::Written;
use clientele_core::{Error, Result, exports};
use clientele_formats::{self as formats, Header, Options, Parsed};
use clientele_model::{ErrorCode, Refusal, StepId};

use crate::app::{Api, lock};
use crate::commands::Role;
use crate::host::{Event, FileKind, Host};
use crate::matches::{matches, who};
use crate::reader::{self, Question};
use crate::types::*;

/// Records shown of a file before it is imported.
const SAMPLES_MAX: usize = 8;

/// Between two reports of how far an import is.
const REPORT_EVERY: Duration = Duration::from_millis(80);

/// A file on its way into the book.
pub(crate) struct Draft {
    id: String,
    pub(crate) file_name: String,
    pub(crate) bytes: Arc<Vec<u8>>,
    pub(crate) options: Options,
    rules: Rules,
    cancelled: AtomicBool,
    running: AtomicBool,
    /// It is in the book; what was refused can still be asked for.
    done: AtomicBool,
}

impl Draft {
    /// Stops what is being done with it.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl<H: Host> Api<H> {
    /// Files were dropped onto the window: says so to the window, readable or not. One is read, several are not:
    /// each would take the place of the one before.
    pub fn dropped(&self, paths: &[PathBuf]) {
        let [path] = paths else {
            let refusal = ErrorCode::ImportOneAtATime.into();
            return self.host.emit(Event::ImportRefused {
                file_name: String::new(),
                refusal,
            });
        };
        let file_name = file_name(path);
        self.host.emit(match self.import_open(path) {
            Ok(preview) => Event::ImportDropped {
                preview: Box::new(preview),
            },
            Err(refusal) => Event::ImportRefused { file_name, refusal },
        });
    }

    /// Opens a file for import and says what it would do. For an adapter that knows the path itself.
    ///
    /// # Errors
    /// `file.failed`; why the file cannot be read (`import.…`).
    pub fn import_open(&self, path: &Path) -> Result<ImportPreview, Refusal> {
        self.allow(Role::Manager)?;
        Ok(open(self, path)?)
    }

    /// Writes everybody, or some, to a file. For an adapter that knows the path itself.
    ///
    /// # Errors
    /// `file.failed`, `disk.full`, `not_found`.
    pub fn export_to(&self, path: &Path, ask: &ExportAsk) -> Result<ExportResult, Refusal> {
        self.allow(Role::Owner)?;
        Ok(export(self, path, ask)?)
    }
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn open<H: Host>(api: &Api<H>, path: &Path) -> Result<ImportPreview> {
    let book = api.book()?;
    let size = std::fs::metadata(path).map_err(|e| Error::file(path, &e))?.len();
    if size > formats::FILE_BYTES_MAX as u64 {
        return Err(Refusal::new(ErrorCode::ImportTooLarge)
            .with("max", formats::FILE_BYTES_MAX)
            .into());
    }
    let bytes = Arc::new(std::fs::read(path).map_err(|e| Error::file(path, &e))?);
    let (id, file_name, options) = (StepId::new().to_string(), file_name(path), Options::default());
    preview(
        api,
        &book,
        Draft {
            id,
            file_name,
            bytes,
            options,
            rules: Rules::default(),
            cancelled: AtomicBool::new(false),
            running: AtomicBool::new(false),
            done: AtomicBool::new(false),
        },
    )
}

/// Reads the draft, says what it would do, and keeps it for the next command.
fn preview<H: Host>(api: &Api<H>, book: &Book, draft: Draft) -> Result<ImportPreview> {
    let draft = Arc::new(draft);
    // Known from the start, so that a look at a large file can be broken off too. One import at a time:
    // opening another file ends the one before.
    let before = {
        let mut imports = lock(&api.imports);
        let before: Vec<_> = imports.drain().map(|(_, draft)| draft).collect();
        imports.insert(draft.id.clone(), Arc::clone(&draft));
        before
    };
    before.iter().for_each(|draft| draft.cancel());
    look(api, book, &draft).inspect_err(|_| forget(api, &draft))
}

fn forget<H: Host>(api: &Api<H>, draft: &Arc<Draft>) {
    let mut imports = lock(&api.imports);
    if imports
        .get(&draft.id)
        .is_some_and(|known| Arc::ptr_eq(known, draft))
    {
        imports.remove(&draft.id);
    }
}

/// Reads the draft and says what it would do.
fn look<H: Host>(api: &Api<H>, book: &Book, draft: &Arc<Draft>) -> Result<ImportPreview> {
    let Look {
        mut parsed,
        problem,
        remembered,
    } = read(api, book, draft)?;
    let (table, format, source) = (parsed.table.take(), parsed.format, parsed.source);
    let plan =
        book.read_apart(|conn| Plan::by_rules(conn, parsed, &draft.rules, &mut reporter(api, draft)))?;
    let samples = plan.records.iter().take(SAMPLES_MAX);
    let samples = samples.map(|(record, fate)| {
        let matches = who(book, &plan, *fate)?;
        let phone = record
            .draft
            .phones
            .first()
            .map(|p| p.typed.clone())
            .unwrap_or_default();
        let email = record
            .draft
            .emails
            .first()
            .map(|e| e.address.clone())
            .unwrap_or_default();
        let name = clientele_model::text::ellipsis(&record.draft.display_name(), 120);
        Ok(ImportSample {
            line: record.line,
            name,
            phone,
            email,
            matches,
        })
    });
    Ok(ImportPreview {
        id: draft.id.clone(),
        file_name: draft.file_name.clone(),
        format,
        source,
        size_bytes: draft.bytes.len() as u64,
        table,
        problem,
        created: plan.created(),
        matched: plan.matched(),
        refused: plan.refused.iter().take(REFUSED_NAMED_MAX).cloned().collect(),
        refused_total: u32::try_from(plan.refused.len()).unwrap_or(u32::MAX),
        skipped: plan.skipped(),
        remembered,
        rule: draft.rules.rule,
        matches: matches(book, &plan, &draft.rules)?,
        matches_total: u32::try_from(plan.meant().count()).unwrap_or(u32::MAX),
        samples: samples.collect::<Result<_>>()?,
    })
}

/// A draft's file as it was read.
struct Look {
    parsed: Parsed,
    /// Why nobody was recognised in its table.
    problem: Option<Refusal>,
    /// Its columns mean what the user said of such a file before.
    remembered: bool,
}

/// Reads the draft's file, in a process of its own; once more where the user has said before what such columns mean.
fn read<H: Host>(api: &Api<H>, book: &Book, draft: &Draft) -> Result<Look> {
    let look = read_with(api, book, draft, &draft.options)?;
    if draft.options.columns.is_some() || draft.options.header != Header::Guess {
        return Ok(look);
    }
    let Some(table) = &look.parsed.table else {
        return Ok(look);
    };
    let Some(mapping) = book.read(|conn| Mapping::recall(conn, table))? else {
        return Ok(look);
    };
    let again = read_with(api, book, draft, &mapping.applied(&draft.options))?;
    let remembered = again
        .parsed
        .table
        .as_ref()
        .is_some_and(|table| mapping.fits(table));
    Ok(if remembered {
        Look { remembered, ..again }
    } else {
        look
    })
}

fn read_with<H: Host>(api: &Api<H>, book: &Book, draft: &Draft, options: &Options) -> Result<Look> {
    let country = api.country(book)?;
    let question = Question::new(&draft.file_name, &draft.bytes, options, &country);
    let mut progress = reporter(api, draft);
    let reading = reader::read(&api.host.program(), &question, &draft.bytes, &mut progress)?;
    let parsed = Parsed {
        format: reading.format,
        source: reading.source,
        table: reading.harvest.table,
        records: reading.harvest.records,
        refused: reading.harvest.refused,
    };
    Ok(Look {
        parsed,
        problem: reading.problem,
        remembered: false,
    })
}

/// Tells the window how far it is, now and then, and whether to go on.
fn reporter<'a, H: Host>(api: &'a Api<H>, draft: &'a Draft) -> impl FnMut(u64, u64) -> ControlFlow<()> + 'a {
    let mut last: Option<Instant> = None;
    move |done, total| {
        if draft.cancelled.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        if last.is_none_or(|last| last.elapsed() >= REPORT_EVERY) {
            last = Some(Instant::now());
            api.host.emit(Event::ImportProgress {
                id: draft.id.clone(),
                done,
                total,
            });
        }
        ControlFlow::Continue(())
    }
}

pub(crate) fn kept<H: Host>(api: &Api<H>, id: &str) -> Result<Arc<Draft>> {
    lock(&api.imports)
        .get(id)
        .cloned()
        .ok_or_else(|| ErrorCode::ImportGone.into())
}

pub(crate) fn import_choose<H: Host>(api: &Api<H>, _: Nothing) -> Result<ImportPreview> {
    let path = api
        .host
        .pick_file(FileKind::Import)
        .ok_or(ErrorCode::DialogCancelled)?;
    open(api, &path)
}

pub(crate) fn import_configure<H: Host>(api: &Api<H>, ask: ImportConfigure) -> Result<ImportPreview> {
    let book = api.book()?;
    let draft = kept(api, &ask.id)?;
    let (id, file_name, bytes) = (
        draft.id.clone(),
        draft.file_name.clone(),
        Arc::clone(&draft.bytes),
    );
    preview(
        api,
        &book,
        Draft {
            id,
            file_name,
            bytes,
            options: ask.options,
            rules: ask.rules,
            cancelled: AtomicBool::new(false),
            running: AtomicBool::new(false),
            done: AtomicBool::new(false),
        },
    )
}

pub(crate) fn import_run<H: Host>(api: &Api<H>, ask: ImportRef) -> Result<Written<ImportResult>> {
    let book = api.book()?;
    let draft = kept(api, &ask.id)?;
    if draft.done.load(Ordering::Relaxed) || draft.running.swap(true, Ordering::Relaxed) {
        return Err(ErrorCode::ImportGone.into());
    }
    let done = run(api, &book, &draft);
    draft.running.store(false, Ordering::Relaxed);
    draft.done.store(done.is_ok(), Ordering::Relaxed);
    done
}

/// Read and planned anew: the book may have changed since the preview, and the bytes are at hand.
fn run<H: Host>(api: &Api<H>, book: &Book, draft: &Draft) -> Result<Written<ImportResult>> {
    let Look { parsed, problem, .. } = read(api, book, draft)?;
    if let Some(problem) = problem {
        return Err(problem.into());
    }
    let said = draft.options.columns.is_some();
    let mapping = parsed.table.as_ref().filter(|_| said).and_then(Mapping::of);
    let mut plan =
        book.read_apart(|conn| Plan::by_rules(conn, parsed, &draft.rules, &mut reporter(api, draft)))?;
    plan.mapping = mapping;
    imports::run(book, api.by(), &draft.file_name, &plan, &mut reporter(api, draft))
}

pub(crate) fn import_cancel<H: Host>(api: &Api<H>, ask: ImportRef) -> Result<Nothing> {
    if let Some(draft) = lock(&api.imports).remove(&ask.id) {
        draft.cancel();
    }
    Ok(Nothing)
}

pub(crate) fn export_choose<H: Host>(api: &Api<H>, ask: ExportAsk) -> Result<ExportResult> {
    let (name, kind) = match ask.format {
        ExportFormat::Csv => ("clients.csv", FileKind::Csv),
        ExportFormat::Vcard => ("clients.vcf", FileKind::Vcard),
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

fn export<H: Host>(api: &Api<H>, path: &Path, ask: &ExportAsk) -> Result<ExportResult> {
    let book = api.book()?;
    not_onto_book(&book, path)?;
    let cards = book.read_apart(|conn| exports::cards(conn, ask.ids.as_deref()))?;
    let bytes = match ask.format {
        ExportFormat::Csv => formats::export::csv(cards.iter()),
        ExportFormat::Vcard => formats::export::vcards(&cards).into_bytes(),
    };
    write_durably(path, &bytes)?;
    let clients = u32::try_from(cards.len()).unwrap_or(u32::MAX);
    Ok(ExportResult {
        path: path.display().to_string(),
        clients,
    })
}
