//! Commands about foreign files: import with a dry run.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use clientele_core::book::Book;
use clientele_core::imports::{self, ImportResult, Mapping, Plan, REFUSED_NAMED_MAX, Rules};
use clientele_core::workspace::Written;
use clientele_core::{Error, Result, custom_fields};
use clientele_formats::history::HistoryOptions;
use clientele_formats::{self as formats, Header, Options, Parsed};
use clientele_model::{ErrorCode, Refusal, StepId};

use crate::app::{Api, lock};
use crate::commands::Role;
use crate::everything;
use crate::host::{Event, FileKind, Host, ImportPart};
use crate::matches::{matches, who};
use crate::reader::{self, Question};
use crate::types::*;

/// Records shown of a file before it is imported.
const SAMPLES_MAX: usize = 8;

/// Between two reports of how far something is.
pub(crate) const REPORT_EVERY: Duration = Duration::from_millis(80);

/// A file on its way into the book.
pub(crate) struct Draft {
    pub(crate) id: String,
    pub(crate) file_name: String,
    pub(crate) bytes: Arc<Vec<u8>>,
    pub(crate) options: Options,
    pub(crate) rules: Rules,
    /// Where it lies, if it is an export of everything: such a file is read as a stream, and has no bytes here.
    pub(crate) everything: Option<PathBuf>,
    /// How it is read, if it is a table of contacts.
    pub(crate) history: Option<HistoryOptions>,
    /// Where its headers were found, if it is one: others would look for them elsewhere.
    pub(crate) header: OnceLock<Header>,
    cancelled: AtomicBool,
    running: AtomicBool,
    /// It is in the book; what was refused can still be asked for.
    done: AtomicBool,
    /// What it would do to the book, and how often that had been written into when this was worked out.
    planned: Mutex<Option<(u64, Plan)>>,
}

impl Draft {
    fn new(file_name: String, bytes: Arc<Vec<u8>>) -> Self {
        Self {
            id: StepId::new().to_string(),
            file_name,
            bytes,
            options: Options::default(),
            rules: Rules::default(),
            everything: None,
            history: None,
            header: OnceLock::new(),
            cancelled: AtomicBool::new(false),
            running: AtomicBool::new(false),
            done: AtomicBool::new(false),
            planned: Mutex::default(),
        }
    }

    /// The same file, to be read another way.
    fn again(&self, options: Options, rules: Rules) -> Self {
        let (id, everything) = (self.id.clone(), self.everything.clone());
        Self {
            id,
            options,
            rules,
            everything,
            ..Self::new(self.file_name.clone(), Arc::clone(&self.bytes))
        }
    }

    /// A table of contacts, to be read so.
    pub(crate) fn of_history(
        id: String,
        file_name: String,
        bytes: Arc<Vec<u8>>,
        options: HistoryOptions,
    ) -> Self {
        Self {
            id,
            options: options.of_table(),
            history: Some(options),
            ..Self::new(file_name, bytes)
        }
    }

    /// How its cells are found again.
    pub(crate) fn options_of_cells(&self) -> Options {
        let header = self.header.get().copied().unwrap_or(self.options.header);
        Options {
            header,
            ..self.options.clone()
        }
    }

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
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn open<H: Host>(api: &Api<H>, path: &Path) -> Result<ImportPreview> {
    let book = api.book()?;
    if everything::is_one(path)? {
        let everything = Some(path.to_owned());
        let draft = Draft::new(file_name(path), Arc::default());
        return preview(api, &book, Draft { everything, ..draft });
    }
    preview(api, &book, Draft::new(file_name(path), bytes_of(path)?))
}

/// The bytes of a file, if they are not too many.
pub(crate) fn bytes_of(path: &Path) -> Result<Arc<Vec<u8>>> {
    let size = std::fs::metadata(path).map_err(|e| Error::file(path, &e))?.len();
    if size > formats::FILE_BYTES_MAX as u64 {
        return Err(Refusal::new(ErrorCode::ImportTooLarge)
            .with("max", formats::FILE_BYTES_MAX)
            .into());
    }
    Ok(Arc::new(std::fs::read(path).map_err(|e| Error::file(path, &e))?))
}

/// Reads the draft, says what it would do, and keeps it for the next command.
fn preview<H: Host>(api: &Api<H>, book: &Book, draft: Draft) -> Result<ImportPreview> {
    keep(api, draft, |draft| match &draft.everything {
        Some(path) => everything::look(api, book, draft, path),
        None => look(api, book, draft),
    })
}

/// Keeps the draft for the next command and looks at it; where that fails, it is forgotten.
pub(crate) fn keep<H: Host, T>(
    api: &Api<H>,
    draft: Draft,
    look: impl FnOnce(&Arc<Draft>) -> Result<T>,
) -> Result<T> {
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
    look(&draft).inspect_err(|_| forget(api, &draft))
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
        parsed,
        problem,
        remembered,
    } = read(api, book, draft)?;
    let (format, source) = (parsed.format, parsed.source);
    let commits = book.commits();
    let table = parsed.table.clone();
    let plan = plan(api, book, draft, parsed)?;
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
    let preview = ImportPreview {
        id: draft.id.clone(),
        file_name: draft.file_name.clone(),
        format,
        source,
        size_bytes: draft.bytes.len() as u64,
        everything: None,
        own_columns: match &table {
            Some(table) => book.read(|conn| custom_fields::takers(conn, api.by(), table))?,
            None => Vec::new(),
        },
        table,
        problem,
        created: plan.created(),
        matched: plan.matched(),
        refused: plan.refused.iter().take(REFUSED_NAMED_MAX).cloned().collect(),
        refused_total: u32::try_from(plan.refused.len()).unwrap_or(u32::MAX),
        skipped: plan.skipped(),
        lost: plan.lost.clone(),
        remembered,
        rule: draft.rules.rule,
        matches: matches(book, &plan, &draft.rules)?,
        matches_total: u32::try_from(plan.meant().count()).unwrap_or(u32::MAX),
        samples: samples.collect::<Result<_>>()?,
    };
    if preview.problem.is_none() {
        *lock(&draft.planned) = Some((commits, plan));
    }
    Ok(preview)
}

/// What the file will do to the book as it stands.
fn plan<H: Host>(api: &Api<H>, book: &Book, draft: &Draft, parsed: Parsed) -> Result<Plan> {
    let said = draft.options.columns.is_some();
    let mapping = parsed.table.as_ref().filter(|_| said).and_then(Mapping::of);
    let progress = &mut reporter(api, draft, ImportPart::Comparing);
    let mut plan = book.read_apart(|conn| Plan::by_rules(conn, api.by(), parsed, &draft.rules, progress))?;
    plan.mapping = mapping;
    Ok(plan)
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
        return match book.read(|conn| custom_fields::columns(conn, table))? {
            None => Ok(look),
            Some(columns) => {
                let columns = Some(columns);
                let options = Options {
                    columns,
                    ..draft.options.clone()
                };
                read_with(api, book, draft, &options)
            }
        };
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
    let mut progress = reporter(api, draft, ImportPart::Reading);
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
pub(crate) fn reporter<'a, H: Host>(
    api: &'a Api<H>,
    draft: &'a Draft,
    part: ImportPart,
) -> impl FnMut(u64, u64) -> ControlFlow<()> + 'a {
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
                part,
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
    preview(api, &book, draft.again(ask.options, ask.rules))
}

pub(crate) fn import_run<H: Host>(api: &Api<H>, ask: ImportRef) -> Result<Written<ImportResult>> {
    let book = api.book()?;
    let draft = kept(api, &ask.id)?;
    once(&draft, || match &draft.everything {
        Some(path) => {
            // It takes the place of the settings, too.
            api.allow(Role::Owner)?;
            everything::run(api, &book, &draft, path)
        }
        None => run(api, &book, &draft),
    })
}

/// Runs an import that was not run yet, and is not running.
pub(crate) fn once<T>(draft: &Draft, run: impl FnOnce() -> Result<T>) -> Result<T> {
    if draft.done.load(Ordering::Relaxed) || draft.running.swap(true, Ordering::Relaxed) {
        return Err(ErrorCode::ImportGone.into());
    }
    draft.cancelled.store(false, Ordering::Relaxed);
    let done = run();
    draft.running.store(false, Ordering::Relaxed);
    draft.done.store(done.is_ok(), Ordering::Relaxed);
    done
}

/// Read and planned anew where the book has changed since the preview: the bytes are at hand.
fn run<H: Host>(api: &Api<H>, book: &Book, draft: &Draft) -> Result<Written<ImportResult>> {
    if draft.history.is_some() {
        return Err(ErrorCode::ImportGone.into());
    }
    let planned = lock(&draft.planned).take();
    let plan = match planned {
        Some((commits, plan)) if commits == book.commits() => plan,
        _ => {
            let Look { parsed, problem, .. } = read(api, book, draft)?;
            if let Some(problem) = problem {
                return Err(problem.into());
            }
            plan(api, book, draft, parsed)?
        }
    };
    imports::run(
        book,
        api.by(),
        &draft.file_name,
        &plan,
        &mut reporter(api, draft, ImportPart::Writing),
    )
}

/// What runs can be started again; what is only looked at is forgotten.
pub(crate) fn import_cancel<H: Host>(api: &Api<H>, ask: ImportRef) -> Result<Nothing> {
    let mut imports = lock(&api.imports);
    if let Some(draft) = imports.get(&ask.id) {
        draft.cancel();
        if !draft.running.load(Ordering::Relaxed) {
            imports.remove(&ask.id);
        }
    }
    Ok(Nothing)
}
