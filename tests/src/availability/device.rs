//! A device: a book on the disk, and the line to its server.

use std::path::Path;
use std::sync::Arc;

use clientele_cluster::{Error, Result};
use clientele_core::testing::TestBook;
use clientele_core::workspace::Actor;
use clientele_core::{clients, head_office};
use clientele_model::{ClientDraft, Timestamp};
use clientele_sync::{Contact, Line};

use super::promises::Promises;

/// Every so many clients the device writes on the card that all write on.
const SHARED_EVERY: u64 = 4;

/// The device.
pub(super) struct Device {
    pub name: String,
    pub book: TestBook,
    promises: Arc<Promises>,
}

/// For `map_err`, with the device's name.
pub(super) fn told<E: std::fmt::Display>(name: &str) -> impl Fn(E) -> Error {
    move |error| Error::other(format!("{name}: {error}"))
}

impl Device {
    /// A new book below a folder, paired by a code.
    pub async fn pair(folder: &Path, number: usize, code: &str, promises: Arc<Promises>) -> Result<Self> {
        let name = format!("device{number}");
        let folder = tempfile::Builder::new().prefix("device").tempdir_in(folder);
        let book = TestBook::new_in(folder.map_err(told(&name))?);
        let paired = clientele_sync::pair(&book, code, &name, Timestamp::now()).await;
        paired.map_err(told(&name))?;
        Ok(Self { name, book, promises })
    }

    /// Adds a client.
    pub fn add(&self, given_name: &str, family_name: &str) -> Result<()> {
        let draft = ClientDraft {
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            ..ClientDraft::default()
        };
        let added = clients::add(&self.book, &Actor::owner(), draft);
        added.map(drop).map_err(told(&self.name))
    }

    /// Writes on the card that all devices write on.
    fn write_on_the_shared_card(&self, number: u64) -> Result<()> {
        let written = self.book.read(|conn| {
            let id = clients::ids(conn)?.into_iter().min();
            id.map(|id| Ok((id, clients::load(conn, id)?))).transpose()
        });
        let Some((id, before)) = written.map_err(told(&self.name))? else {
            return Err(Error::other(format!("{}: nobody is in the book", self.name)));
        };
        let mut after = before.clone();
        after.notes = format!("{} {number}", self.name);
        let changed = clients::change(&self.book, &Actor::owner(), id, &before, after);
        changed.map(drop).map_err(told(&self.name))
    }

    /// Adds the client of a number and visits head office; `Ok` when the device's own mark says that head office has it.
    pub async fn write(&self, number: u64) -> Result<()> {
        if number.is_multiple_of(SHARED_EVERY) {
            self.write_on_the_shared_card(number)?;
        }
        self.add("Клиент", &number.to_string())?;
        let last = self.last_change()?;
        self.promises.said(number, self.book.device().0, last);
        let visited = self.visit().await;
        if self.acknowledged()? >= last {
            // Taken, though the rest of the visit may have gone wrong.
            return Ok(());
        }
        visited?;
        Err(Error::other(format!(
            "{}: a whole visit, and number {number} is not acknowledged",
            self.name
        )))
    }

    /// How far head office has acknowledged this device's changes.
    pub fn acknowledged(&self) -> Result<u64> {
        let head = self.book.read(head_office::acknowledged);
        head.map(|head| head.seq).map_err(told(&self.name))
    }

    fn last_change(&self) -> Result<u64> {
        let last = self
            .book
            .read(|conn| Ok(head_office::acknowledged(conn)?.seq + head_office::waiting(conn)?));
        last.map_err(told(&self.name))
    }

    /// Visits head office as the program does; says whether both hold the same now.
    pub async fn visit(&self) -> Result<bool> {
        let member = self
            .book
            .read(head_office::membership)
            .map_err(told(&self.name))?;
        let member = member.ok_or_else(|| Error::other(format!("{} is not paired", self.name)))?;
        let line = Line::new(&member.address, member.pin).map_err(told(&self.name))?;
        let mut contact = Contact::begin(&self.book).map_err(told(&self.name))?;
        while let Some(ask) = contact.ask().map_err(told(&self.name))? {
            let pushed = self.promises.pushing(&ask);
            let answer = line.send(ask).await.map_err(told(&self.name))?;
            if let Some(author) = pushed {
                self.promises.answered(author, &answer);
            }
            contact.answer(&answer).map_err(told(&self.name))?;
        }
        let report = contact.report();
        if report.was_copied {
            return Err(Error::other(format!("{} was taken for a copy", self.name)));
        }
        Ok(report.agrees == Some(true))
    }
}
