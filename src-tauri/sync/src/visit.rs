//! A visit to head office over a real line, from the first question to the last answer. While the line is
//! waited for, nothing of the book is held. While the book takes a page in, the next ones are on their way.

use std::time::Duration;

use clientele_core::book::Book;
use clientele_core::search;
use clientele_core::workspace::Workspace;
use clientele_model::{DeviceId, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::{Ahead, Contact, Error, Fetched, Line, Pairing, Report, Result};

/// How many pages wait, at most, until the book has time for them.
const AHEAD: usize = 4;

/// How long nothing is written, so that whoever waits to write does.
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
    Ok(whole(Contact::begin(book)?.fetching_ahead(), line).await)
}

/// Visits head office only to shut a device out.
///
/// # Errors
/// As [`visit`].
pub async fn revoke(book: &Workspace, line: &Line, device: DeviceId) -> Result<Visited> {
    Ok(whole(Contact::revoke(book, device)?.fetching_ahead(), line).await)
}

async fn whole(mut contact: Contact<'_>, line: &Line) -> Visited {
    let problem = to_the_end(&mut contact, line).await.err();
    let report = contact.report().clone();
    // Who cannot be indexed now (a full disk) is found all the same, if slower, and indexed after the next visit.
    while search::catch_up(contact.book()).unwrap_or(false) {
        // Whoever waits to write comes in between.
        tokio::time::sleep(BETWEEN).await;
    }
    Visited { report, problem }
}

/// Says and hears all there is, in a contact that is [`Contact::fetching_ahead`] or not; whom the search index has to learn of afterwards is left to [`search::catch_up`].
///
/// # Errors
/// What ended the visit early. What was taken over until then is safe.
pub async fn to_the_end(contact: &mut Contact<'_>, line: &Line) -> Result<()> {
    loop {
        if let Some(ask) = contact.ask()? {
            let answer = line.send(ask).await?;
            contact.answer(&answer)?;
        } else if let Some(ahead) = contact.ahead()? {
            pull(contact, line, ahead).await?;
        } else {
            return Ok(());
        }
    }
}

/// Takes pages in while the next are fetched, where the runtime has a thread for that.
async fn pull(contact: &mut Contact<'_>, line: &Line, ahead: Ahead) -> Result<()> {
    let (fetched, mut coming) = mpsc::channel(AHEAD);
    // Ends with this function.
    let mut fetching = JoinSet::new();
    fetching.spawn(fetch(line.clone(), ahead, fetched));
    let mut next = coming.recv().await;
    while let Some(fetched) = next.take() {
        match fetched? {
            Fetched::Page(page) => {
                let more = std::iter::from_fn(|| match coming.try_recv() {
                    Ok(Ok(Fetched::Page(page))) => Some(*page),
                    other => {
                        next = other.ok();
                        None
                    }
                });
                if !contact.take_in(std::iter::once(*page).chain(more))? {
                    return Ok(());
                }
                if contact.book().is_awaited() {
                    tokio::time::sleep(BETWEEN).await;
                }
            }
            Fetched::Other(answer) => return contact.answer(&answer),
        }
        if next.is_none() {
            next = coming.recv().await;
        }
    }
    Ok(())
}

async fn fetch(line: Line, ahead: Ahead, into: mpsc::Sender<Result<Fetched>>) {
    let mut ahead = Some(ahead);
    while let Some(asking) = ahead.take() {
        let fetched = line.send(asking.ask()).await.map(|answer| {
            let (fetched, more) = asking.answer(answer);
            ahead = more;
            fetched
        });
        // Nobody wants more of it.
        if into.send(fetched).await.is_err() {
            return;
        }
    }
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
