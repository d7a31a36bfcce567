//! An import with everything in it (the file read in a process of its own, phone numbers, duplicates, change log,
//! encryption, search) beside `sqlite3 .import` of the same file, which has none of that but indexes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clientele_core::testing::Rng;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::search::people::Words;
use crate::table::{Goal, Table, median};

const SEED: u64 = 20_261_123;

/// In a file of more rows the longer columns are empty.
const LONG_MAX: usize = 500_000;

/// The columns of the file as `sqlite3` takes them, with an index on whatever the book finds a client by.
const TREES: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768;
create table clients (given text, family text, phone text, email text, notes text);
create index by_name on clients (family, given);
create index by_phone on clients (phone);
create index by_email on clients (email);
";

/// The same with the search that SQLite has itself.
const SEARCH: &str = "create virtual table found using fts5 (given, family, phone, email, notes,
  content = 'clients', tokenize = 'trigram', detail = 'none');
create trigger indexed after insert on clients begin
  insert into found (rowid, given, family, phone, email, notes)
  values (new.rowid, new.given, new.family, new.phone, new.email, new.notes);
end;
";

pub fn measure(table: &mut Table, rows: usize, rounds: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clients.csv");
    std::fs::write(&file, csv(rows)).expect("a file");
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        times[0].push(ours(folder.path(), &file));
        times[1].push(theirs(folder.path(), &file, &[TREES, SEARCH]));
        times[2].push(theirs(folder.path(), &file, &[TREES]));
    }
    let [ours, search, trees] = times.map(|times| median(&times));
    let name = |what: &str| format!("import of {rows} rows, processor, {what}");
    table.add(
        name("with a search index"),
        (ours, "s"),
        (search, "sqlite3 .import"),
        Some(Goal::RatioAtMost(2.0)),
    );
    table.add(
        name("beside trees alone"),
        (ours, "s"),
        (trees, "sqlite3 .import"),
        None,
    );
}

fn csv(rows: usize) -> String {
    let mut rng = Rng(SEED);
    let words = Words::new(&mut rng);
    let mut text = "First name,Last name,Phone,E-mail,Notes\r\n".to_owned();
    for _ in 0..rows {
        let (card, _) = words.card(&mut rng);
        let phone = card.phones.first().map_or("", |phone| &phone.typed);
        let email = card.emails.first().map_or("", |email| &email.address);
        let (given, family, mut notes) = (&card.given_name, &card.family_name, card.notes.as_str());
        // A million with all that they said is a larger file than an import takes.
        let email = if rows > LONG_MAX { "" } else { email };
        if rows > LONG_MAX {
            notes = "";
        }
        let _ = write!(text, "{given},{family},{phone},{email},{notes}\r\n");
    }
    text
}

/// Seconds of processor that a program and those that it started took.
fn spent(command: &mut Command) -> f64 {
    let so_far = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
        usage.user_time() + usage.system_time()
    };
    let before = so_far();
    let status = command.stdout(Stdio::null()).status().expect("a program");
    assert!(status.success(), "{command:?}");
    #[expect(clippy::cast_precision_loss, reason = "microseconds of some minutes")]
    let spent = (so_far() - before).num_microseconds() as f64;
    spent / 1e6
}

fn ours(folder: &Path, file: &Path) -> f64 {
    let (book, key) = (folder.join("book.clientele"), folder.join("key"));
    std::fs::write(&key, "1f".repeat(32)).expect("a key");
    let program = std::env::current_exe()
        .expect("a path")
        .with_file_name("clientele-cli");
    let run = |arguments: &[&Path]| {
        let mut command = Command::new(&program);
        command
            .arg("--book")
            .arg(&book)
            .arg("--key-file")
            .arg(&key)
            .args(arguments);
        spent(&mut command)
    };
    let init = [
        "init",
        "--name",
        "Bench",
        "--country",
        "BG",
        "--currency",
        "EUR",
        "--language",
        "bg",
    ];
    run(&init.map(Path::new));
    let seconds = run(&[Path::new("import"), file]);
    forget(&[&book]);
    seconds
}

fn theirs(folder: &Path, file: &Path, tables: &[&str]) -> f64 {
    let (database, script) = (folder.join("plain.db"), folder.join("import.sql"));
    let tables = tables.concat();
    let import = format!("{tables}.import --csv --skip 1 {} clients\n", file.display());
    std::fs::write(&script, import).expect("a script");
    let script = std::fs::File::open(&script).expect("a script");
    let seconds = spent(Command::new("sqlite3").arg(&database).stdin(script));
    forget(&[&database]);
    seconds
}

/// Removes databases with all that lies beside them.
fn forget(databases: &[&PathBuf]) {
    for database in databases {
        for ending in ["", "-wal", "-shm", ".lock", ".recovery"] {
            let _ = std::fs::remove_file(format!("{}{ending}", database.display()));
        }
    }
}
