//! Pages fetched ahead: while the book takes one in, the next are asked for, and proved.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clientele_core::head_office::Membership;
use clientele_core::head_office::proved::{Keys, ProvedPage, prove};
use clientele_protocol::envelope::SessionId;
use clientele_protocol::message::Mark;
use clientele_protocol::{Envelope, Request, Response, bytes};

use crate::Ask;

/// What a contact and those who fetch for it share: the messages of a session bear numbers that only grow.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    id: SessionId,
    number: Arc<AtomicU64>,
}

impl Session {
    pub fn new(id: SessionId) -> Self {
        let number = Arc::default();
        Self { id, number }
    }

    /// A question, signed.
    pub fn seal(&self, member: &Membership, request: &Request) -> Ask {
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        let message = bytes::encode(request);
        let envelope = Envelope::seal(member.company, self.id, number, &member.key(), message);
        Ask::Call(bytes::encode(&envelope))
    }
}

/// Fetches pages, one after the other, and knows no book. As [`crate::Contact`], it knows no socket either:
/// [`Self::ask`] says what to send, [`Self::answer`] takes what came back.
#[derive(Debug)]
pub struct Ahead {
    pub(crate) member: Membership,
    pub(crate) session: Session,
    pub(crate) keys: Keys,
    pub(crate) from: Mark,
    pub(crate) taken_in: Arc<AtomicU64>,
}

/// What was fetched.
#[derive(Debug)]
pub enum Fetched {
    /// A page, proved, for [`crate::Contact::take_in`].
    Page(Box<ProvedPage>),
    /// Another answer, for [`crate::Contact::answer`]. It is the last.
    Other(Vec<u8>),
}

impl Ahead {
    /// What to send.
    #[must_use]
    pub fn ask(&self) -> Ask {
        let taken_in = self.taken_in.load(Ordering::Relaxed);
        let from = self.from;
        let request = if taken_in == from.n {
            Request::Pull { from }
        } else {
            Request::PullAhead { from, taken_in }
        };
        self.session.seal(&self.member, &request)
    }

    /// Makes of an answer what it is. After the last page, and after anything else, there is nothing more to fetch.
    #[must_use]
    pub fn answer(mut self, answer: Vec<u8>) -> (Fetched, Option<Self>) {
        let proved = match bytes::decode(&answer) {
            Ok(Response::Page(page)) if page.from == self.from => prove(page, &self.keys).ok(),
            _ => None,
        };
        let Some(page) = proved else {
            return (Fetched::Other(answer), None);
        };
        let next = page.next();
        let more = next.map(|next| {
            self.from = next;
            self
        });
        (Fetched::Page(Box::new(page)), more)
    }
}
