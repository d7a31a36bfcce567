//! The reader: a process that reads one file and says what stands in it.

use std::io::{self, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clientele_formats::history::{HistoryEntry, HistorySink, HistoryTable};
use clientele_formats::{self as formats, FILE_BYTES_MAX, Format, Program, Sink, Table};
use clientele_model::{ClientDraft, ErrorCode, Refusal};

use super::wire::{self, Question, Said};
use super::{ARGUMENT, Patience, limits, picture};

/// Between two reports of how far it is.
const REPORT_EVERY: Duration = Duration::from_millis(50);

/// The exit code of a process that was started as a reader; none for any other. To be called before anything else:
/// a reader opens no window and no book.
#[must_use]
pub fn answer() -> Option<ExitCode> {
    let argument = std::env::args_os().nth(1)?;
    let serve: fn() -> io::Result<()> = match argument.to_str() {
        Some(ARGUMENT) => serve,
        Some(picture::ARGUMENT) => picture::serve,
        _ => return None,
    };
    // What a panic says may quote a client, and nobody reads it.
    std::panic::set_hook(Box::new(|_| {}));
    Some(match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

fn serve() -> io::Result<()> {
    limits::confine()?;
    let mut input = io::stdin().lock();
    let question: Question = wire::get(&mut input, &mut Vec::new())?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let size = usize::try_from(question.size_bytes)
        .ok()
        .filter(|size| *size <= FILE_BYTES_MAX)
        .ok_or(io::ErrorKind::InvalidInput)?;
    limits::bound_time(Patience::with(size).whole.as_secs())?;
    let mut bytes = Vec::with_capacity(size);
    input.take(question.size_bytes).read_to_end(&mut bytes)?;
    if bytes.len() != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut mouth = Mouth {
        to: BufWriter::with_capacity(64 * 1024, io::stdout().lock()),
        reported: None,
        failed: None,
    };
    let (name, options, country) = (&question.name, question.options()?, &question.country);
    let read = if let Some(options) = &question.history {
        let options = serde_json::from_str(options).map_err(io::Error::other)?;
        formats::history::read(name, &bytes, &options, country, &mut mouth)
    } else if question.lines.is_empty() {
        formats::read(name, &bytes, &options, country, &mut mouth)
    } else {
        formats::rows(
            name,
            &bytes,
            &options,
            country,
            &question.lines,
            &mut |line, cells| {
                // A row too large for a frame was refused for its size: what is kept of it is its line and its reason.
                if !mouth.say(&Said::Cells(line, cells))? {
                    mouth.say(&Said::Cells(line, Vec::new()))?;
                }
                Ok(())
            },
        )
    };
    if let Some(error) = mouth.failed {
        return Err(error);
    }
    wire::put(&mut mouth.to, &Said::End(read.map_err(Into::into)))?;
    mouth.to.flush()
}

/// Says what is read. Where nobody listens any more, the reading ends.
struct Mouth<W: Write> {
    to: W,
    reported: Option<Instant>,
    failed: Option<io::Error>,
}

impl<W: Write> Mouth<W> {
    /// Says it, if it fits into a frame; does anybody listen?
    fn say(&mut self, said: &Said) -> Result<bool, Refusal> {
        wire::put(&mut self.to, said).map_err(|error| {
            self.failed = Some(error);
            ErrorCode::ImportCancelled.into()
        })
    }
}

impl<W: Write> HistorySink for Mouth<W> {
    fn table(&mut self, format: Format, table: &HistoryTable) -> Result<(), Refusal> {
        self.say(&Said::History(format, Box::new(table.clone())))
            .map(drop)
    }

    fn take(&mut self, line: u64, read: Result<HistoryEntry, Refusal>) -> Result<(), Refusal> {
        let read = read.map(Box::new).map_err(Into::into);
        if !self.say(&Said::Entry(line, read))? {
            let refusal = clientele_model::bounds::too_long("cell");
            self.say(&Said::Entry(line, Err(refusal.into())))?;
        }
        Ok(())
    }

    fn progress(&mut self, done: u64, total: u64) -> Result<(), Refusal> {
        match Sink::progress(self, done, total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ErrorCode::ImportCancelled.into()),
        }
    }
}

impl<W: Write> Sink for Mouth<W> {
    fn format(&mut self, format: Format) {
        // What fails here fails again with the first row.
        let _ = self.say(&Said::Format(format));
    }

    fn source(&mut self, program: Program) {
        let _ = self.say(&Said::Source(program));
    }

    fn table(&mut self, table: &Table) {
        let _ = self.say(&Said::Table(Box::new(table.clone())));
    }

    fn take(&mut self, line: u64, read: Result<ClientDraft, Refusal>) -> Result<(), Refusal> {
        let read = read.map(Box::new).map_err(Into::into);
        if !self.say(&Said::Row(line, read))? {
            let refusal = clientele_model::bounds::too_long("cell");
            self.say(&Said::Row(line, Err(refusal.into())))?;
        }
        Ok(())
    }

    fn progress(&mut self, done: u64, total: u64) -> ControlFlow<()> {
        if self.reported.is_some_and(|last| last.elapsed() < REPORT_EVERY) {
            return ControlFlow::Continue(());
        }
        self.reported = Some(Instant::now());
        match self.say(&Said::Progress(done, total)).map(|_| self.to.flush()) {
            Ok(Ok(())) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}
