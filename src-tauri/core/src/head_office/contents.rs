//! The contents of photos and files on their way: the log carries what each is, and these pieces follow when the log has
//! nothing to say. Up goes what is here and not there; down comes what somebody wants to look at.

use clientele_model::{AttachmentId, RowId};
use clientele_protocol::message::ContentsMark;
use rusqlite::Connection;

use super::store::contents as store;
use crate::Result;
use crate::attachments::{self, ATTACHMENTS, FILE_BYTES_MAX, PIECE_BYTES};
use crate::workspace::store::{has_row, local, set_local};
use crate::workspace::{Invalidation, Topic, Workspace};

/// So many contents are asked about at once.
pub const ASKED_AT_ONCE: usize = 1000;

/// Up to which piece of this file head office has had everything that it wanted: a fact about this file.
const TOLD_UP_TO: &str = "contents_told_up_to";

/// And what head office called that moment: where it knows it no more, it has lost some since.
const MARK: &str = "contents_mark";

/// What became of a piece that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// There are more to come.
    More,
    /// It was the last, and the whole is what the log says. What is to be read again.
    Whole(Vec<Invalidation>),
    /// It does not fit, or the whole is not what the log says: nothing of it was kept.
    Wrong,
}

/// Somebody wants to look at a content: it comes with the next visit. Nothing where all of it is here.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn want(workspace: &Workspace, id: AttachmentId) -> Result<()> {
    workspace.maintain(|conn| {
        if !has_row(conn, &ATTACHMENTS, id.into())? {
            let refusal = clientele_model::Refusal::new(clientele_model::ErrorCode::NotFound);
            return Err(refusal.with("id", id).into());
        }
        store::want(conn, id)
    })
}

/// The next content that somebody wants to look at and that is not whole here, besides some.
///
/// # Errors
/// What SQLite says.
pub fn wanted(conn: &Connection, besides: &[RowId]) -> Result<Option<RowId>> {
    store::wanted(conn, besides)
}

/// From which piece on a content is missing.
///
/// # Errors
/// What SQLite says.
pub fn missing_from(conn: &Connection, id: RowId) -> Result<u32> {
    attachments::pieces_here(conn, id.into())
}

/// The next contents that are whole here, after one of them; none where head office has had all that it wanted.
///
/// # Errors
/// What SQLite says.
pub fn to_offer(conn: &Connection, after: Option<RowId>) -> Result<Vec<RowId>> {
    // Without a mark nothing says that head office still has what it was given.
    let told = match mark(conn)? {
        mark if mark == ContentsMark::start() => None,
        _ => local(conn, TOLD_UP_TO)?.and_then(|value| value.as_int()),
    };
    if told.unwrap_or(0) >= store::last_piece(conn)? {
        return Ok(Vec::new());
    }
    store::whole_after(conn, after, ASKED_AT_ONCE)
}

/// How far the pieces of this file go, to be [`told`] when head office has had all of them.
///
/// # Errors
/// What SQLite says.
pub fn up_to(conn: &Connection) -> Result<i64> {
    store::last_piece(conn)
}

/// Head office has had all that it wanted, up to a piece of this file, and calls that moment so.
///
/// # Errors
/// What SQLite says.
pub fn told(workspace: &Workspace, up_to: i64, mark: ContentsMark) -> Result<()> {
    workspace.maintain(|conn| {
        let transaction = conn.unchecked_transaction()?;
        set_local(&transaction, TOLD_UP_TO, &clientele_model::Value::Int(up_to))?;
        super::keep(&transaction, MARK, &mark)?;
        transaction.commit()?;
        Ok(())
    })
}

/// Head office may have lost some: all that is here is offered again.
///
/// # Errors
/// What SQLite says.
pub fn told_nothing(workspace: &Workspace) -> Result<()> {
    told(workspace, 0, ContentsMark::start())
}

/// What head office called the moment when it had had all that it wanted.
///
/// # Errors
/// What SQLite says.
pub fn mark(conn: &Connection) -> Result<ContentsMark> {
    Ok(super::read(conn, MARK)?.unwrap_or_else(ContentsMark::start))
}

/// One piece of a content.
///
/// # Errors
/// What SQLite says.
pub fn piece(conn: &Connection, id: RowId, n: u32) -> Result<Option<Vec<u8>>> {
    store::piece(conn, id, n)
}

/// Keeps a piece that came in, where it is the next one of a content that the log knows.
///
/// # Errors
/// What SQLite says.
pub fn take(workspace: &Workspace, id: RowId, n: u32, bytes: &[u8]) -> Result<Came> {
    workspace.maintain(|conn| {
        // One transaction: who is erased meanwhile must not come back piece by piece.
        let transaction = conn.unchecked_transaction()?;
        let came = take_in(&transaction, id, n, bytes)?;
        transaction.commit()?;
        Ok(came)
    })
}

fn take_in(conn: &Connection, id: RowId, n: u32, bytes: &[u8]) -> Result<Came> {
    let Some(store::Said {
        client,
        size_bytes,
        hash,
    }) = store::of(conn, id)?
    else {
        return Ok(Came::Wrong);
    };
    let pieces = size_bytes.div_ceil(PIECE_BYTES as u64);
    let is_last = u64::from(n) + 1 == pieces;
    let length = if is_last {
        size_bytes - u64::from(n) * PIECE_BYTES as u64
    } else {
        PIECE_BYTES as u64
    };
    let fits = size_bytes <= FILE_BYTES_MAX
        && u64::from(n) < pieces
        && bytes.len() as u64 == length
        && attachments::pieces_here(conn, id.into())? == n;
    if fits {
        store::put(conn, id, n, bytes)?;
        if !is_last {
            return Ok(Came::More);
        }
        if attachments::hash_here(conn, id.into())? == hash {
            store::unwant(conn, id)?;
            let invalidations =
                [Topic::Attachments, Topic::Client].map(|topic| Invalidation { topic, id: client });
            return Ok(Came::Whole(invalidations.to_vec()));
        }
    }
    store::forget(conn, id)?;
    Ok(Came::Wrong)
}
