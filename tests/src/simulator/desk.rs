//! A device: a real book, a clock of its own, a life of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clientele_core::book::Book;
use clientele_core::testing::TestBook;
use clientele_core::workspace::Schema;
use clientele_model::{BranchId, ClientId, DeviceId, Timestamp};
use tempfile::TempDir;

use super::office::folder;
use super::{Time, World};

/// A word that somebody typed and the program said was saved.
#[derive(Clone, Debug)]
pub struct Written {
    /// The word.
    pub word: String,
    /// On which device.
    pub desk: usize,
    /// On whose card.
    pub client: ClientId,
    /// And of whom it speaks, where that is another: it goes when either of them is erased.
    pub about: Option<ClientId>,
    /// Was it in a file that was thrown away for an older one before head office had it?
    pub lost_with_its_file: bool,
    /// Has head office had it for certain?
    pub acknowledged: bool,
}

/// A device.
pub struct Desk {
    /// Its book.
    pub test_book: TestBook,
    /// Its branch; `None` for head office.
    pub branch: Option<BranchId>,
    /// Who it is.
    pub device: DeviceId,
    /// How wrong its clock is, in milliseconds.
    skew: Arc<AtomicI64>,
    time: Time,
    /// A copy of its file from earlier, and how many words had been written by then.
    pub backup: Option<(TestBook, usize)>,
    /// Was it shut out?
    pub revoked: bool,
    /// Is the machine gone, and its file with it? What it had told head office is not.
    pub is_gone: bool,
}

fn copy(of: &TestBook) -> TestBook {
    let folder: TempDir = folder();
    for ending in ["", "-wal"] {
        let name = format!("book.clientele{ending}");
        let from = of.folder.path().join(&name);
        if from.exists() {
            std::fs::copy(from, folder.path().join(name)).expect("a copy");
        }
    }
    TestBook {
        folder,
        key: clientele_core::keys::BookKey::from_bytes(of.key.as_bytes()).expect("the same key"),
        book: None,
    }
}

impl Desk {
    pub(super) fn new(place: usize, time: Time) -> Self {
        let test_book = TestBook::new_in(folder());
        let device = test_book.device().0;
        let desk = Self {
            test_book,
            branch: None,
            device,
            skew: Arc::new(AtomicI64::new(place as i64)),
            time,
            backup: None,
            revoked: false,
            is_gone: false,
        };
        desk.set_time();
        desk
    }

    fn open(&mut self) {
        self.test_book.reopen();
        self.set_time();
    }

    fn set_time(&self) {
        let (time, skew) = (self.time.clone(), Arc::clone(&self.skew));
        let now = move || Timestamp(time.now() + skew.load(Ordering::Relaxed));
        self.book()
            .set_clock(|clock| clock.set_source(now))
            .expect("a clock");
    }

    /// Its book.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.test_book
    }

    /// Its clock is so much off.
    pub fn set_clock(&self, skew: i64) {
        self.skew.store(skew, Ordering::Relaxed);
    }

    /// The program dies, and is started again.
    pub fn die(&mut self) {
        self.test_book.close();
        self.open();
    }

    /// The program is exchanged for one that knows other tables and fields: an older one, or this one again.
    pub fn run_as(&mut self, schema: &'static Schema) {
        self.test_book.close();
        self.test_book.reopen_as(schema);
        self.set_time();
    }

    /// Does it still visit?
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.revoked && !self.is_gone
    }
}

impl World {
    /// Somebody copies a device's file to another machine, and both go on. Returns the copy's place.
    pub fn copy(&mut self, place: usize) -> usize {
        let time = self.time.clone();
        let desk = &mut self.desks[place];
        desk.test_book.close();
        let test_book = copy(&desk.test_book);
        let (branch, device, revoked) = (desk.branch, desk.device, desk.revoked);
        let skew = Arc::new(AtomicI64::new(desk.skew.load(Ordering::Relaxed)));
        desk.open();
        let mut twin = Desk {
            test_book,
            branch,
            device,
            skew,
            time,
            backup: None,
            revoked,
            is_gone: false,
        };
        twin.open();
        self.desks.push(twin);
        self.desks.len() - 1
    }

    /// Somebody keeps a copy of a device's file, or goes back to the one that was kept.
    pub fn back_up_or_restore(&mut self, place: usize) {
        let words = self.written.len();
        let desk = &mut self.desks[place];
        desk.test_book.close();
        match desk.backup.take() {
            None => desk.backup = Some((copy(&desk.test_book), words)),
            Some((kept, words)) => {
                desk.test_book = kept;
                let newer = self.written.iter_mut().skip(words);
                for word in newer.filter(|word| word.desk == place && !word.acknowledged) {
                    word.lost_with_its_file = true;
                }
            }
        }
        self.desks[place].open();
    }
}
