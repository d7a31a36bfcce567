//! What follows behind an open book: its index for the search box is loaded into memory and made anew where much has
//! changed, and whom the search has to learn of yet (many came with a visit to head office that broke off) it learns
//! of. People are found meanwhile too, if slower.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use clientele_core::book::Book;
use clientele_core::search;

/// How long nothing is written between two rounds: whoever waits to write comes in between.
const BETWEEN: Duration = Duration::from_millis(5);

/// How often it is looked whether there is something to do, where nobody says so.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// The indexing of one open book. When it is let go, nothing of the book is held here.
pub(crate) struct Indexing {
    book: Arc<Book>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Indexing {
    /// Begins, in the background; or at once, for whoever asks a thing or two: they have the documents gone through.
    pub fn begin(book: &Arc<Book>, at_once: bool) -> Self {
        let mut indexing = Self {
            book: Arc::clone(book),
            stop: Arc::default(),
            thread: None,
        };
        if at_once {
            indexing.catch_up();
        } else {
            let (book, stop) = (Arc::clone(book), Arc::clone(&indexing.stop));
            let behind = Self {
                book,
                stop,
                thread: None,
            };
            let thread = std::thread::Builder::new().name("indexing".to_owned());
            indexing.thread = thread.spawn(move || behind.follow()).ok();
        }
        indexing
    }

    fn is_wanted(&self) -> bool {
        !self.stop.load(Ordering::SeqCst)
    }

    /// Lets the search learn of those who wait. Who cannot be indexed now (a full disk) is indexed after the next
    /// visit, or when the book is next opened.
    fn catch_up(&self) {
        if self.book.read(search::has_due).unwrap_or(false) {
            while self.is_wanted() && search::catch_up(&self.book).unwrap_or(false) {
                std::thread::sleep(BETWEEN);
            }
        }
    }

    fn follow(&self) {
        let memory = self.book.search_memory();
        memory.keep();
        let is_wanted = || self.is_wanted();
        // What cannot be read now is tried again later: until then the documents are gone through.
        let _ = search::refresh(&self.book, &is_wanted);
        self.catch_up();
        while self.is_wanted() {
            let _ = search::refresh(&self.book, &is_wanted);
            // A choice that is called otherwise now reaches many cards.
            self.catch_up();
            if self.is_wanted() {
                memory.wait(LOOKS_EVERY);
            }
        }
    }
}

impl Drop for Indexing {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.stop.store(true, Ordering::SeqCst);
            self.book.search_memory().ring();
            // A round is short, and the file is let go when it has ended.
            let _ = thread.join();
        }
    }
}
