//! kill -9 while it writes: what was said to be saved is there, and the book is whole, every time.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use clientele_core::contacts::{self, ContactsList};
use clientele_core::testing::{Rng, TestBook};
use clientele_core::{clients, search};
use clientele_model::{ClientId, RowId};

/// Acknowledged writes over all rounds.
const WRITES: usize = 200;

#[test]
fn nothing_acknowledged_is_lost_to_a_kill() {
    let seed = std::env::var("CLIENTELE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_261_122);
    println!("seed {seed} (set CLIENTELE_SEED to replay)");
    let mut rng = Rng(seed);
    let mut book = TestBook::new();
    let key = clientele_core::keys::hex(book.key.as_bytes());
    let mut acknowledged: Vec<String> = Vec::new();
    let mut rounds = 0;
    while acknowledged.len() < WRITES {
        book.close();
        rounds += 1;
        let mut writer = Command::new(env!("CARGO_BIN_EXE_crash-writer"))
            .arg(book.file())
            .args([&key, &rng.number().to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the writer starts");
        let mut lines = BufReader::new(writer.stdout.take().expect("its words")).lines();
        let writes = 1 + rng.below(25);
        acknowledged.extend(lines.by_ref().take(writes).map_while(Result::ok));
        // Somewhere in the middle of the next write.
        std::thread::sleep(Duration::from_micros(rng.below(6_000) as u64));
        writer.kill().expect("kill -9");
        // What it still said before it died counts too.
        acknowledged.extend(lines.map_while(Result::ok));
        writer.wait().expect("it is dead");
        book.reopen();
        book.assert_whole();
        acknowledged.iter().for_each(|said| assert_there(&book, said));
    }
    println!(
        "{} acknowledged writes survived {rounds} kills",
        acknowledged.len()
    );
}

fn assert_there(book: &TestBook, said: &str) {
    let words: Vec<&str> = said.split(' ').collect();
    let client = |word: &str| word.parse::<ClientId>().expect("a client");
    match words[..] {
        ["client", id] => drop(book.read(|conn| clients::load(conn, client(id))).expect(said)),
        ["contact", id, of] => {
            let ask = ContactsList {
                client_id: client(of),
                before: None,
                limit: 500,
            };
            let page = book.read(|conn| contacts::list(conn, &ask)).expect(said);
            let id: RowId = id.parse().expect("a contact");
            assert!(
                page.rows.iter().any(|contact| RowId::from(contact.id) == id),
                "{said}"
            );
        }
        ["notes", id, ..] => {
            // The last of several changes stands; each is in the history.
            let history = book
                .read(|conn| clientele_core::history::of_client(conn, client(id)))
                .expect(said);
            let notes = said.splitn(3, ' ').nth(2).expect("the notes");
            assert!(
                history.iter().any(|entry| entry.is.as_deref() == Some(notes)),
                "{said}"
            );
        }
        ["import", i] => {
            // All twenty of it: a step is never there by halves.
            let query = format!("{i}.19@example.com");
            let hits = search::search(book, &query, 50, "BG").expect(said);
            assert!(!hits.is_empty(), "{said}");
        }
        _ => panic!("the writer said {said:?}"),
    }
}
