//! A visit to head office over a real line, from the first question to the last answer. While the line is
//! waited for, nothing of the book is held.

use std::time::Duration;

use clientele_core::book::Book;
use clientele_core::search;
use clientele_core::workspace::Workspace;
use clientele_model::{DeviceId, Timestamp};

use crate::{Contact, Error, Line, Pairing, Report, Result};

/// How long nothing is written between two rounds of indexing.
const BETWEEN: Duration = Duration::from_millis(5);

/// How a visit went. What was done before it broke off is done.
#[derive(Debug)]
pub struct Visited {
    /// What came in and went out.
    pub report: Report,
    /// Why it ended early.
    pub problem: Option<Error>,
}

/// Visits head office. May be dropped at any point: the next visit goes on there.
///
/// # Errors
/// `head_office.off`, what SQLite says; then nothing was begun.
pub async fn visit(book: &Workspace, line: &Line) -> Result<Visited> {
    Ok(to_the_end(Contact::begin(book)?, line).await)
}

/// Visits head office only to shut a device out.
///
/// # Errors
/// As [`visit`].
pub async fn revoke(book: &Workspace, line: &Line, device: DeviceId) -> Result<Visited> {
    Ok(to_the_end(Contact::revoke(book, device)?, line).await)
}

async fn to_the_end(mut contact: Contact<'_>, line: &Line) -> Visited {
    let problem = talk(&mut contact, line).await.err();
    let report = contact.report().clone();
    // Who cannot be indexed now (a full disk) is found all the same, if slower, and indexed after the next visit.
    while search::catch_up(contact.book()).unwrap_or(false) {
        // Whoever waits to write comes in between.
        tokio::time::sleep(BETWEEN).await;
    }
    Visited { report, problem }
}

async fn talk(contact: &mut Contact<'_>, line: &Line) -> Result<()> {
    while let Some(ask) = contact.ask()? {
        let answer = line.send(ask).await?;
        contact.answer(&answer)?;
    }
    Ok(())
}

/// Makes this book one of a company's, with a code as it was typed.
///
/// # Errors
/// Of the code, the line and the server; the book is as it was.
pub async fn pair(book: &Book, typed: &str, name: &str, now: Timestamp) -> Result<()> {
    let mut pairing = Pairing::begin(book, typed, name)?;
    let line = Line::new(&pairing.code().address, pairing.code().pin)?;
    loop {
        let answer = line.send(pairing.ask()).await?;
        if pairing.answer(book, &answer, now)? {
            return Ok(());
        }
    }
}
