//! The program's side: starts a reader, feeds it, hears it out, and ends it where it takes too long.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use clientele_core::imports::history;
use clientele_formats::history::{HistoryEntry, HistoryTable};
use clientele_formats::{Format, Harvest, Program};
use clientele_model::{ErrorCode, Refusal};

use super::wire::{self, Question, Said};
use super::{ARGUMENT, Patience};

/// Between two looks at whether somebody wants it to end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// So many rows go from one thread to the other at once.
const ROWS_AT_ONCE: usize = 256;

/// A file that was read, as far as it could be.
pub(crate) struct Reading {
    /// The sort of file.
    pub format: Format,
    /// The program that wrote it.
    pub source: Option<Program>,
    /// Everything that was found.
    pub harvest: Harvest,
    /// Why nobody was recognised in its table.
    pub problem: Option<Refusal>,
}

/// Reads a file in a process of its own.
///
/// # Errors
/// Why the file cannot be read (`import.…`); `import.reader_failed` for a file over which the reader broke down,
/// `import.reader_slow` for one that took too long, `import.cancelled` when `progress` says so.
pub(crate) fn read(
    program: &Path,
    question: &Question,
    bytes: &[u8],
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Reading, Refusal> {
    let mut reading = Reading {
        format: Format::Csv,
        source: None,
        harvest: Harvest::default(),
        problem: None,
    };
    let end = ask(program, question, bytes, progress, &mut |said| {
        match said {
            Said::Source(program) => reading.source = Some(program),
            Said::Format(format) => reading.format = format,
            Said::Table(table) => reading.harvest.table = Some(*table),
            Said::Row(line, read) => {
                let read = read.map(|draft| *draft).map_err(Into::into);
                reading.harvest.take(line, read)?;
            }
            Said::Cells(..) | Said::History(..) | Said::Entry(..) | Said::Progress(..) | Said::End(_) => {}
        }
        Ok(())
    });
    match end {
        Ok(()) => Ok(reading),
        // A table in which nobody was recognised is shown all the same: whoever looks at it may know which column
        // is which.
        Err(refusal) if refusal.code == ErrorCode::ImportNoUsefulColumn => {
            reading.problem = Some(refusal);
            Ok(reading)
        }
        Err(refusal) => Err(refusal),
    }
}

/// A table of contacts that was read, as far as it could be.
pub(crate) struct HistoryReading {
    /// The sort of file.
    pub format: Format,
    /// How it was read.
    pub table: HistoryTable,
    /// Its rows, with their lines.
    pub rows: history::Rows,
    /// Why no contacts were recognised in it.
    pub problem: Option<Refusal>,
}

/// Reads a table of contacts in a process of its own.
///
/// # Errors
/// As [`read`].
pub(crate) fn history(
    program: &Path,
    question: &Question,
    bytes: &[u8],
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<HistoryReading, Refusal> {
    let (mut shape, mut rows, mut held) = (None, Vec::new(), 0);
    let end = ask(program, question, bytes, progress, &mut |said| {
        match said {
            Said::History(format, table) => shape = Some((format, *table)),
            Said::Entry(line, read) => {
                let read = read.map(|entry| *entry).map_err(Refusal::from);
                held += read.as_ref().map_or(0, HistoryEntry::weight) + size_of::<HistoryEntry>();
                if held > HISTORY_BYTES_MAX {
                    return Err(Refusal::new(ErrorCode::ImportTooLarge).with("max", HISTORY_BYTES_MAX));
                }
                rows.push((line, read));
            }
            _ => {}
        }
        Ok(())
    });
    let problem = match end {
        Ok(()) => None,
        Err(refusal) if refusal.code == ErrorCode::ImportNoHistory => Some(refusal),
        Err(refusal) => return Err(refusal),
    };
    let silent = || Refusal::new(ErrorCode::ImportReaderFailed).with("detail", "no table");
    let (format, table) = shape.ok_or_else(silent)?;
    Ok(HistoryReading {
        format,
        table,
        rows,
        problem,
    })
}

/// More rows of contacts than so many bytes are not kept.
const HISTORY_BYTES_MAX: usize = 1024 * 1024 * 1024;

/// More cells than so many bytes are not kept: the reader says what it likes.
const CELLS_BYTES_MAX: usize = 256 * 1024 * 1024;

/// The cells of one row.
type Cells = Vec<String>;

/// The headers of a table, and the cells of the rows that the question asks for, by line.
///
/// # Errors
/// As [`read`].
pub(crate) fn cells(
    program: &Path,
    question: &Question,
    bytes: &[u8],
) -> Result<(Cells, BTreeMap<u64, Cells>), Refusal> {
    let (mut headers, mut rows) = (Vec::new(), BTreeMap::new());
    let mut held = 0;
    let mut go_on = |_, _| ControlFlow::Continue(());
    ask(program, question, bytes, &mut go_on, &mut |said| {
        match said {
            Said::Cells(0, cells) => headers = cells,
            Said::Cells(line, cells) if question.lines.contains(&line) => {
                held += cells
                    .iter()
                    .map(|cell| cell.len() + size_of::<String>())
                    .sum::<usize>();
                if held > CELLS_BYTES_MAX {
                    return Err(Refusal::new(ErrorCode::ImportTooLarge).with("max", CELLS_BYTES_MAX));
                }
                rows.insert(line, cells);
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok((headers, rows))
}

/// Starts a reader, asks it, and hears it out; `take` gets what it says.
fn ask(
    program: &Path,
    question: &Question,
    bytes: &[u8],
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    take: &mut dyn FnMut(Said) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let failed =
        |error: &dyn std::fmt::Display| Refusal::new(ErrorCode::ImportReaderFailed).with("detail", error);
    let mut reader = Command::new(program)
        .arg(ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(&error))?;
    let pipes = reader.stdin.take().zip(reader.stdout.take());
    let Some((mut input, output)) = pipes else {
        return Err(failed(&"no pipe"));
    };
    let heard = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A reader that ended early has said why, or its end does.
            let _ = wire::put(&mut input, question).and_then(|_| input.write_all(bytes));
        });
        let (say, hear) = mpsc::sync_channel(16);
        scope.spawn(move || listen(output, &say));
        let heard = hear_out(&hear, Patience::with(bytes.len()), progress, take);
        // Both threads end with it, whatever they wait for.
        let _ = reader.kill();
        heard
    });
    let status = reader.wait();
    heard.map_err(|ended| match ended {
        Ended::Refused(refusal) => refusal,
        Ended::BrokeDown => failed(&status.map_or_else(|e| e.to_string(), |status| status.to_string())),
    })
}

/// How a reading ended that did not end well.
enum Ended {
    Refused(Refusal),
    BrokeDown,
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Takes what the reader says from its pipe, some rows at once, until it says no more or what makes no sense.
fn listen(output: impl Read, say: &SyncSender<Vec<Said>>) {
    let mut output = BufReader::with_capacity(64 * 1024, output);
    let (mut body, mut batch) = (Vec::new(), Vec::new());
    while let Ok(Some(said)) = wire::get(&mut output, &mut body) {
        let last = matches!(said, Said::End(_));
        batch.push(said);
        let full = batch.len() >= ROWS_AT_ONCE || output.buffer().is_empty();
        if (last || full) && say.send(std::mem::take(&mut batch)).is_err() {
            return;
        }
        if last {
            return;
        }
    }
    let _ = say.send(batch);
}

fn hear_out(
    hear: &Receiver<Vec<Said>>,
    patience: Patience,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    take: &mut dyn FnMut(Said) -> Result<(), Refusal>,
) -> Result<(), Ended> {
    let started = Instant::now();
    let mut last_word = started;
    let mut so_far = (0, 0);
    loop {
        let batch = match hear.recv_timeout(LOOK_EVERY) {
            Ok(batch) => batch,
            Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => return Err(Ended::BrokeDown),
        };
        if !batch.is_empty() {
            last_word = Instant::now();
        }
        for said in batch {
            match said {
                Said::Progress(done, total) => so_far = (done, total),
                Said::End(end) => return end.map_err(|why| Refusal::from(why).into()),
                said => take(said)?,
            }
        }
        if progress(so_far.0, so_far.1).is_break() {
            return Err(Refusal::from(ErrorCode::ImportCancelled).into());
        }
        if last_word.elapsed() > patience.silent || started.elapsed() > patience.whole {
            let seconds = started.elapsed().as_secs();
            return Err(Refusal::new(ErrorCode::ImportReaderSlow)
                .with("seconds", seconds)
                .into());
        }
    }
}
