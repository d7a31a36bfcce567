//! Builders for tests: a book in a folder of its own, clients in one line.

mod files;

pub use files::{
    as_of_the_first_version, as_of_the_second_version, bytes_within, fill_disk, forget_index, reader,
};

use std::path::PathBuf;

use clientele_model::{
    AttachmentId, Birthday, ClientDraft, ClientId, ClientKind, ContactId, Email, Language, OtherName, Phone,
    Timestamp,
};
use tempfile::TempDir;

use crate::attachments::{self, NewAttachment};
use crate::book::{Book, NewBook};
use crate::clients;
use crate::contacts::{self, Channel, ContactDraft, ContactKind, Direction};
use crate::keys::{BookId, BookKey, RecoveryKey};
use crate::settings::Settings;
use crate::workspace::{Actor, Schema};

/// A book in a folder that goes with it.
pub struct TestBook {
    /// The folder.
    pub folder: TempDir,
    /// Its key.
    pub key: BookKey,
    /// The book; taken out by [`Self::close`].
    pub book: Option<Book>,
}

impl std::ops::Deref for TestBook {
    type Target = Book;
    fn deref(&self) -> &Book {
        self.book.as_ref().expect("the book is open")
    }
}

/// The settings of a Bulgarian salon.
#[must_use]
pub fn settings() -> Settings {
    let (business_name, country, currency) = ("Салон Хвойна".into(), "BG".into(), "EUR".into());
    Settings {
        business_name,
        country,
        currency,
        language: Language::Bg,
    }
}

impl Default for TestBook {
    fn default() -> Self {
        Self::new()
    }
}

impl TestBook {
    /// A new, empty book.
    ///
    /// # Panics
    /// Where there is no disk to write to.
    #[must_use]
    pub fn new() -> Self {
        Self::new_in(tempfile::tempdir().expect("a folder for the test"))
    }

    /// A new, empty book in a folder that was chosen.
    ///
    /// # Panics
    /// Where there is no disk to write to.
    #[must_use]
    pub fn new_in(folder: TempDir) -> Self {
        Self::make(folder, false)
    }

    /// A demo book without its clients.
    ///
    /// # Panics
    /// Where there is no disk to write to.
    #[must_use]
    pub fn demo() -> Self {
        Self::make(tempfile::tempdir().expect("a folder for the test"), true)
    }

    fn make(folder: TempDir, demo: bool) -> Self {
        let key = BookKey::random();
        let path = folder.path().join("book.clientele");
        let id = BookId::random();
        let recovery = &RecoveryKey::random().wrap(id, &key);
        let settings = settings();
        let new = NewBook {
            path: &path,
            id,
            key: &key,
            recovery,
            settings,
            demo,
        };
        let book = Book::create(new).expect("a new book");
        Self {
            folder,
            key,
            book: Some(book),
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("book.clientele")
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.book = None;
    }

    /// A copy of the closed book's file, closed too, in a folder of its own.
    ///
    /// # Panics
    /// Where there is no disk to write to.
    #[must_use]
    pub fn copy(&self) -> Self {
        assert!(self.book.is_none(), "an open book is not copied");
        let folder = tempfile::tempdir().expect("a folder for the copy");
        for ending in ["", "-wal"] {
            let from = self.folder.path().join(format!("book.clientele{ending}"));
            if from.exists() {
                let to = folder.path().join(format!("book.clientele{ending}"));
                std::fs::copy(from, to).expect("a copy");
            }
        }
        let key = BookKey::from_bytes(self.key.as_bytes()).expect("the same key");
        Self {
            folder,
            key,
            book: None,
        }
    }

    /// Closes it and opens it again, as a restart does.
    ///
    /// # Panics
    /// Where it does not open.
    pub fn reopen(&mut self) {
        self.close();
        self.book = Some(Book::open(&self.file(), &self.key).expect("the book opens again"));
    }

    /// Closes it and opens it with a program that knows other tables and fields.
    ///
    /// # Panics
    /// Where it does not open.
    pub fn reopen_as(&mut self, schema: &'static Schema) {
        self.close();
        self.book = Some(Book::open_as(&self.file(), &self.key, schema).expect("the book opens again"));
    }

    /// Asserts that file, index and log are whole.
    ///
    /// # Panics
    /// Where they are not.
    pub fn assert_whole(&self) {
        let report = self.check().expect("a look at the book");
        assert!(report.ok, "{:#?}", report.problems);
    }
}

/// A client in one line: `ClientBuilder::new("Анна Иванова").phone("0888 123 456").create(&book)`.
#[derive(Clone, Debug, Default)]
pub struct ClientBuilder(pub ClientDraft);

impl ClientBuilder {
    /// A person; the last word is the family name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (given, family) = name.rsplit_once(' ').unwrap_or((name, ""));
        let (given_name, family_name) = (given.to_owned(), family.to_owned());
        Self(ClientDraft {
            given_name,
            family_name,
            ..ClientDraft::default()
        })
    }

    /// A company.
    #[must_use]
    pub fn company(name: &str) -> Self {
        Self(ClientDraft {
            kind: ClientKind::Company,
            company_name: name.to_owned(),
            ..ClientDraft::default()
        })
    }

    /// With a phone.
    #[must_use]
    pub fn phone(mut self, typed: &str) -> Self {
        self.0.phones.push(Phone {
            typed: typed.to_owned(),
            ..Phone::default()
        });
        self
    }

    /// With an e-mail address.
    #[must_use]
    pub fn email(mut self, address: &str) -> Self {
        self.0.emails.push(Email {
            address: address.to_owned(),
            ..Email::default()
        });
        self
    }

    /// With one more name.
    #[must_use]
    pub fn other_name(mut self, name: &str) -> Self {
        self.0.other_names.push(OtherName {
            name: name.to_owned(),
            ..OtherName::default()
        });
        self
    }

    /// With a tag.
    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        self.0.tags.push(tag.to_owned());
        self
    }

    /// With a birthday.
    #[must_use]
    pub fn birthday(mut self, year: Option<i16>, month: u8, day: u8) -> Self {
        self.0.birthday = Some(Birthday { year, month, day });
        self
    }

    /// With notes.
    #[must_use]
    pub fn notes(mut self, notes: &str) -> Self {
        self.0.notes = notes.to_owned();
        self
    }

    /// Into the book, as a step of its own.
    ///
    /// # Panics
    /// Where the book refuses it.
    pub fn create(self, book: &Book) -> ClientId {
        clients::add(book, &Actor::owner(), self.0)
            .expect("a client")
            .value
    }
}

/// A call that came in.
#[must_use]
pub fn call(text: &str, at: i64) -> ContactDraft {
    ContactDraft {
        kind: ContactKind::Call,
        direction: Some(Direction::In),
        channel: Some(Channel::Phone),
        at: Timestamp(at),
        text: text.to_owned(),
    }
}

/// Logs a call.
///
/// # Panics
/// Where the book refuses it.
pub fn log_call(book: &Book, client: ClientId, text: &str, at: i64) -> ContactId {
    contacts::add(book, &Actor::owner(), client, call(text, at))
        .expect("a contact")
        .value
}

/// A file on its way onto a card: bytes that are no picture.
#[must_use]
pub fn a_file(name: &str, bytes: Vec<u8>) -> NewAttachment {
    NewAttachment {
        name: name.to_owned(),
        bytes,
        thumbnail: None,
    }
}

/// A small picture on its way onto a card, another for every `shade`.
///
/// # Panics
/// Where it cannot be made.
#[must_use]
pub fn a_picture(name: &str, shade: u8) -> NewAttachment {
    // A GIF of one point, written by hand: its three colours are all that differs.
    let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0".to_vec();
    bytes.extend([shade, 120, 255 - shade, 0, 0, 0]);
    bytes.extend(b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;");
    let thumbnail = clientele_formats::attachments::thumbnail(&bytes);
    NewAttachment {
        name: name.to_owned(),
        thumbnail: Some(thumbnail.expect("a picture")),
        bytes,
    }
}

/// Adds a file to a card.
///
/// # Panics
/// Where the book refuses it.
pub fn attach(book: &Book, client: ClientId, file: NewAttachment, as_photo: bool) -> AttachmentId {
    let added = attachments::add(book, &Actor::owner(), client, &[file], as_photo);
    added.expect("an attachment").value[0]
}

/// What befalls a content in a book.
#[derive(Clone, Copy, Debug)]
pub enum Damage {
    /// It is on another device only.
    Absent,
    /// Only its first piece has come.
    Begun,
    /// Its second piece holds something else.
    Altered,
    /// Its second piece is gone.
    Torn,
}

/// Damages the content of an attachment.
///
/// # Panics
/// Where there is nothing to damage.
pub fn damage(book: &Book, id: AttachmentId, how: Damage) {
    let sql = match how {
        Damage::Absent => "delete from attachment_pieces where attachment = ?1",
        Damage::Begun => "delete from attachment_pieces where attachment = ?1 and n > 0",
        Damage::Altered => {
            "update attachment_pieces set bytes = zeroblob(length(bytes)) where attachment = ?1 and n = 1"
        }
        Damage::Torn => "delete from attachment_pieces where attachment = ?1 and n = 1",
    };
    let done = book.maintain(|conn| Ok(conn.execute(sql, [id.as_bytes()])?));
    assert!(done.expect("a damage") > 0, "{how:?}");
}

/// A random number generator for tests, small and good enough (Steele et al. 2014, SplitMix64).
#[derive(Clone, Debug)]
pub struct Rng(pub u64);

impl Rng {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below a bound.
    ///
    /// # Panics
    /// For a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.number() % bound as u64).expect("below a usize")
    }
}
