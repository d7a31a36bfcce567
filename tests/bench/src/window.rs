//! The program as it is given to others, in a real window with a hundred thousand clients: from its start to a list that
//! can be used, its memory, and from a key to the painted answer. Beside it a window with next to nothing in it
//! (`examples/bare.rs`), opened and driven in the same way.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use clientele_core::testing::Rng;
use clientele_window_tests::bus::Keyring;
use clientele_window_tests::{Clientele, Setup};
use serde_json::{Value, json};

use crate::search::people::Words;
use crate::table::{Goal, Table, median};

const SEED: u64 = 20_261_123;

/// Clients in the book.
const CLIENTS: usize = 100_000;

/// Starts of each.
const STARTS: usize = 7;

/// After its start a window is left alone for so long: the program reads what it searches in. Until it has, a search goes
/// through the book.
const REST: Duration = Duration::from_secs(4);

/// So many letters of a name are typed, a key at a time; each key is one answer.
const KEYS: usize = 6;

pub fn measure(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = [&beside("clientele"), &beside("examples/bare")];
    let mut ours = window(programs[0]);
    fill(&mut ours, folder.path());
    let mut bare = window(programs[1]);
    let name = name();
    let (mut starts, mut memory, mut keys) = ([vec![], vec![]], [vec![], vec![]], [vec![], vec![]]);
    for round in 0..=STARTS {
        for (place, window) in [&mut ours, &mut bare].into_iter().enumerate() {
            window.restart().expect("another start");
            let (start, pids) = started(window, programs[place]);
            // The first round warms what the system keeps in memory.
            if round == 0 {
                continue;
            }
            starts[place].push(start);
            std::thread::sleep(REST);
            keys[place].extend(typed(window, &name));
            memory[place].push(pss(&pids));
        }
    }
    let [start, memory, keys] = [starts, memory, keys].map(|both| both.map(|values| median(&values)));
    let line = |table: &mut Table, what: &str, both: [f64; 2], unit: &'static str, against, goal| {
        table.add(
            format!("{what}, {CLIENTS} clients"),
            (both[0], unit),
            (both[1], against),
            Some(Goal::RatioAtMost(goal)),
        );
    };
    line(
        table,
        "from the start to a list",
        start,
        "ms",
        "an empty window",
        1.3,
    );
    line(table, "memory (PSS)", memory, "MB", "an empty window", 1.25);
    line(
        table,
        "from a key to the painted hits",
        keys,
        "ms",
        "50 bare rows",
        1.25,
    );
}

fn beside(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a path");
    own.with_file_name(name)
}

fn window(program: &Path) -> Clientele {
    Clientele::start(Setup {
        program: Some(program.to_owned()),
        keyring: Keyring::Unlocked,
        ..Setup::default()
    })
    .expect("a window")
}

/// A book of that many clients, which the next start opens by itself.
fn fill(window: &mut Clientele, folder: &Path) {
    let settings = json!({ "business_name": "Bench", "country": "BG", "currency": "EUR", "language": "bg" });
    window.call("book_create", settings).expect("a book");
    let state = window.call("app_state", Value::Null).expect("its state");
    let book = state["book"]["path"].as_str().expect("its file").to_owned();
    window.close().expect("closed");
    let file = folder.join("clients.csv");
    std::fs::write(&file, csv()).expect("a file");
    let mut import = Command::new(beside("clientele-cli"));
    window.stage().dress(&mut import);
    import.args(["--book", &book, "import"]).arg(&file);
    let status = import.stdout(Stdio::null()).status().expect("the program");
    assert!(status.success(), "{import:?}");
    window.open().expect("open");
}

/// The beginning of a name that one of them has, in letters that any keyboard has.
fn name() -> String {
    let mut rng = Rng(SEED);
    let words = Words::new(&mut rng);
    let is_typed =
        |name: &String| name.len() > KEYS && name.bytes().all(|letter| letter.is_ascii_alphabetic());
    let name = (0..CLIENTS)
        .map(|_| words.card(&mut rng).0.family_name)
        .find(is_typed);
    name.expect("somebody")[..KEYS].to_uppercase()
}

fn csv() -> String {
    let mut rng = Rng(SEED);
    let words = Words::new(&mut rng);
    let mut text = "First name,Last name,Phone\r\n".to_owned();
    for _ in 0..CLIENTS {
        let (card, _) = words.card(&mut rng);
        let phone = card.phones.first().map_or("", |phone| &phone.typed);
        let _ = write!(text, "{},{},{phone}\r\n", card.given_name, card.family_name);
    }
    text
}

/// Milliseconds from the start of the process to the frame with the list, and its processes.
fn started(window: &mut Clientele, program: &Path) -> (f64, Vec<u32>) {
    let script = "const [list] = performance.getEntriesByName('list');
        return list ? performance.timeOrigin + list.startTime : null";
    let listed = window
        .wait_for("the list", || Ok(window.script(script)?.as_f64()))
        .expect("a list");
    let display = window.stage().display.name().to_owned();
    let pids = family(program, &display);
    (listed - began(pids[0]), pids)
}

/// A process on this display, and those that it started, itself the first.
fn family(program: &Path, display: &str) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").expect("the system tells its processes");
    let all: Vec<u32> = all
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let wanted = format!("DISPLAY={display}");
    let is_it = |pid: &u32| {
        let environ = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|path| path == program)
            && environ
                .split(|byte| *byte == 0)
                .any(|word| word == wanted.as_bytes())
    };
    let mut family: Vec<u32> = all.iter().copied().filter(is_it).take(1).collect();
    assert!(!family.is_empty(), "{} does not run", program.display());
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        let children = all.iter().filter(|pid| stat(**pid, 3) == Some(u64::from(parent)));
        family.extend(children);
        next += 1;
    }
    family
}

/// A number that the system tells of a process: by its place in `/proc/PID/stat`, see proc(5), less one.
fn stat(pid: u32, place: usize) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second is the name, in brackets; it may have blanks in it.
    let rest = &stat[stat.rfind(')')? + 2..];
    rest.split(' ').nth(place - 2)?.parse().ok()
}

/// When a process began, in milliseconds since the epoch; to a hundredth of a second, which is the system's tick.
fn began(pid: u32) -> f64 {
    const TICK_MILLIS: f64 = 10.0;
    let uptime = std::fs::read_to_string("/proc/uptime").expect("how long the system has run");
    let uptime: f64 = uptime
        .split(' ')
        .next()
        .and_then(|seconds| seconds.parse().ok())
        .expect("seconds");
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("a clock");
    let ticks = stat(pid, 21).expect("the process runs");
    #[expect(clippy::cast_precision_loss, reason = "hundredths of a second")]
    let after_boot = ticks as f64 * TICK_MILLIS;
    since.as_secs_f64() * 1e3 - uptime * 1e3 + after_boot
}

/// Megabytes of memory: what several processes share is divided among them.
fn pss(pids: &[u32]) -> f64 {
    let of = |pid: &u32| {
        let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kilobytes.unwrap_or(0.0) / 1024.0
    };
    pids.iter().map(of).sum()
}

/// Milliseconds from each key that the page hears to the frame in which its answer is painted.
fn typed(window: &Clientele, name: &str) -> Vec<f64> {
    // The answer to a key is there when the hits, with what is marked in them, are others than before.
    let listen = r#"
        const hits = () => [...document.querySelectorAll('[data-testid="search-hit"]')].map((hit) => hit.innerHTML).join();
        const before = hits();
        window.painted = new Promise((done) => {
          let pressed = null;
          addEventListener("keydown", () => { pressed = performance.now(); }, { capture: true, once: true });
          const seen = new MutationObserver(() => {
            if (pressed === null || hits() === before || hits() === "") return;
            seen.disconnect();
            // After the frame in which it is drawn.
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => done(performance.now() - pressed);
              port2.postMessage(null);
            });
          });
          seen.observe(document.body, { subtree: true, childList: true, characterData: true });
        });"#;
    window.click("search-input").expect("the field");
    let keys = name.chars().map(|key| {
        window.script(listen).expect("the page listens");
        window.press(&format!("Key{key}")).expect("a key");
        let wait = "const done = arguments[0]; window.painted.then(done);";
        let session = window.session().expect("the program");
        let spent = session.run_async(wait, &[]).expect("the answer is painted");
        spent.as_f64().expect("milliseconds")
    });
    keys.collect()
}
