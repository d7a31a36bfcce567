//! The last part of a visit: contents of photos and files, piece by piece. It ends as soon as somebody has written
//! something: a large file holds no change up, and the next visit goes on with the piece at which this one ended.

use std::collections::HashSet;

use clientele_core::head_office;
use clientele_core::head_office::contents::{self, Came};
use clientele_core::workspace::{Invalidation, Workspace};
use clientele_model::RowId;
use clientele_protocol::message::ContentsMark;
use clientele_protocol::{Request, Response};

use crate::{Error, Result};

/// So many pieces go over in one visit, of 256 KiB each: the largest file and half of another.
const PIECES_MAX: u32 = 150;

/// How far it is.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Pieces that went over.
    moved: u32,
    /// What head office does not have, or gave wrongly: not asked for again today.
    vain: HashSet<RowId>,
    /// What head office lacks, and from which piece on; the last is next.
    lacking: Vec<(RowId, u32)>,
    /// After which content the next question begins.
    after: Option<RowId>,
    /// How far the pieces of this file went when the first question was asked.
    up_to: i64,
    /// Up to where head office had which contents, when it was asked last.
    mark: Option<ContentsMark>,
    /// A piece went up since.
    put: bool,
    /// Something was left that head office did not want yet.
    left: bool,
    /// Everything was asked about.
    asked_all: bool,
    sent: Option<Sent>,
}

#[derive(Debug)]
enum Sent {
    /// How much is there of these?
    HowMuch(Vec<RowId>),
    /// A piece of the last that head office lacks.
    Up,
    /// A piece that is wanted here.
    Down(RowId, u32),
}

impl Contents {
    /// The next question; none when all is said, or somebody has written something meanwhile.
    pub fn request(&mut self, book: &Workspace) -> Result<Option<Request>> {
        if self.moved >= PIECES_MAX || book.read(head_office::waiting)? > 0 {
            return Ok(None);
        }
        // Asked before, and never answered: the session was gone.
        if let Some(Sent::HowMuch(ids)) = &self.sent {
            return Ok(Some(Request::Contents(ids.clone())));
        }
        // Somebody waits to look at it.
        let vain: Vec<RowId> = self.vain.iter().copied().collect();
        if let Some(attachment) = book.read(|conn| contents::wanted(conn, &vain))? {
            let n = book.read(|conn| contents::missing_from(conn, attachment))?;
            self.sent = Some(Sent::Down(attachment, n));
            return Ok(Some(Request::GetPiece { attachment, n }));
        }
        loop {
            while let Some((attachment, n)) = self.lacking.last().copied() {
                if let Some(bytes) = book.read(|conn| contents::piece(conn, attachment, n))? {
                    self.sent = Some(Sent::Up);
                    return Ok(Some(Request::PutPiece { attachment, n, bytes }));
                }
                self.lacking.pop();
            }
            if self.asked_all {
                let (Some(_), false, Some(mark)) = (self.after, self.left, self.mark) else {
                    return Ok(None);
                };
                if self.put {
                    // The mark that tells of what went over, too.
                    self.put = false;
                    return Ok(Some(self.how_much(Vec::new())));
                }
                contents::told(book, self.up_to, mark)?;
                return Ok(None);
            }
            if self.after.is_none() {
                self.up_to = book.read(contents::up_to)?;
            }
            let ids = book.read(|conn| contents::to_offer(conn, self.after))?;
            if let Some(last) = ids.last() {
                self.after = Some(*last);
                return Ok(Some(self.how_much(ids)));
            }
            self.asked_all = true;
        }
    }

    fn how_much(&mut self, ids: Vec<RowId>) -> Request {
        self.sent = Some(Sent::HowMuch(ids.clone()));
        Request::Contents(ids)
    }

    /// Takes what came back. Returns what is to be read again.
    pub fn answer(&mut self, book: &Workspace, response: Response) -> Result<Vec<Invalidation>> {
        match (self.sent.take(), response) {
            (Some(Sent::HowMuch(ids)), Response::Contents { pieces, mark }) if ids.len() == pieces.len() => {
                self.mark = Some(mark);
                for (id, pieces) in ids.into_iter().zip(pieces) {
                    match pieces {
                        Some(pieces) => self.lacking.push((id, pieces)),
                        None => self.left = true,
                    }
                }
            }
            (Some(Sent::Up), Response::Done) => {
                self.moved += 1;
                self.put = true;
                if let Some((_, n)) = self.lacking.last_mut() {
                    *n += 1;
                }
            }
            (Some(Sent::Up), Response::NoPiece) => {
                self.left = true;
                self.lacking.pop();
            }
            (Some(Sent::Down(id, n)), Response::Piece(bytes)) => {
                self.moved += 1;
                match contents::take(book, id, n, &bytes)? {
                    Came::More => {}
                    Came::Whole(invalidates) => return Ok(invalidates),
                    Came::Wrong => drop(self.vain.insert(id)),
                }
            }
            (Some(Sent::Down(id, _)), Response::NoPiece) => drop(self.vain.insert(id)),
            _ => return Err(Error::Answer("to another question")),
        }
        Ok(Vec::new())
    }
}
