//! Whom the search index has to learn of yet, it learns of after the book was opened: many came with a visit to head
//! office that broke off, or the program ended before all were indexed. They are found meanwhile too, if slower.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use clientele_core::book::Book;
use clientele_core::search;

/// How long nothing is written between two rounds: whoever waits to write comes in between.
const BETWEEN: Duration = Duration::from_millis(5);

/// The indexing of one open book. When it is let go, nothing of the book is held here.
#[derive(Default)]
pub(crate) struct Indexing {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Indexing {
    /// Begins, where somebody waits; in the background, or at once.
    pub fn begin(book: &Arc<Book>, at_once: bool) -> Self {
        let mut indexing = Self::default();
        if !book.read(search::has_due).unwrap_or(false) {
            return indexing;
        }
        let (book, stop) = (Arc::clone(book), Arc::clone(&indexing.stop));
        let rounds = move || {
            // Who cannot be indexed now (a full disk) is indexed after the next visit, or when the book is next opened.
            while !stop.load(Ordering::SeqCst) && search::catch_up(&book).unwrap_or(false) {
                std::thread::sleep(BETWEEN);
            }
        };
        if at_once {
            rounds();
        } else {
            let thread = std::thread::Builder::new().name("indexing".to_owned());
            indexing.thread = thread.spawn(rounds).ok();
        }
        indexing
    }
}

impl Drop for Indexing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // A round is short, and the file is let go when it has ended.
            let _ = thread.join();
        }
    }
}
