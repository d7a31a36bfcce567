//! One contact that is saved: until it is on the disk, beside a raw write of as many bytes.

use std::fs::File;
use std::io::Write;
use std::time::Instant;

use clientele_core::contacts;
use clientele_core::testing::{ClientBuilder, TestBook, call};
use clientele_core::workspace::Actor;

use crate::table::{Goal, Table, median};

/// So many, in turns.
const SAVES: usize = 300;

pub fn measure(table: &mut Table) {
    let book = TestBook::new();
    let client = ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .create(&book);
    let save = |n: usize| {
        let at = i64::try_from(n).unwrap_or(0);
        contacts::add(
            &book,
            &Actor::owner(),
            client,
            call("Иска час за петък следобед", at),
        )
        .expect("saved");
    };
    (0..50).for_each(save);
    let bytes = bytes_of_one(&book, save);
    let folder = tempfile::tempdir().expect("a folder");
    let mut raw = File::create(folder.path().join("raw")).expect("a file");
    let page = vec![0x5a; bytes];
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for n in 0..SAVES {
        let begun = Instant::now();
        save(n);
        ours.push(begun.elapsed().as_secs_f64() * 1e6);
        let begun = Instant::now();
        raw.write_all(&page).expect("written");
        raw.sync_data().expect("on the disk");
        theirs.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    println!("one saved contact: {bytes} bytes of the journal");
    table.add(
        "one saved contact, until it is on the disk",
        (median(&ours), "us"),
        (median(&theirs), "write, fdatasync"),
        Some(Goal::RatioAtMost(1.25)),
    );
}

/// How many bytes the journal grows by.
fn bytes_of_one(book: &TestBook, save: impl Fn(usize)) -> usize {
    book.settle().expect("settled");
    let journal = book.folder.path().join("book.clientele-wal");
    let size = || std::fs::metadata(&journal).map_or(0, |file| file.len());
    save(0);
    let first = size();
    save(1);
    usize::try_from(size() - first).unwrap_or(0)
}
