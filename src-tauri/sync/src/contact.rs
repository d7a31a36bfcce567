//! One visit to head office's server.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clientele_core::head_office::incoming::{self, Stopped};
use clientele_core::head_office::proved::ProvedPage;
use clientele_core::head_office::{self, Membership, contents, outgoing};
use clientele_core::workspace::{Actor, Invalidation, Workspace};
use clientele_model::change::SCHEMA;
use clientele_model::{DeviceId, ErrorCode};
use clientele_protocol::message::{Hello, Mark, No, OpenAsk, PairAsk, Push, Welcome};
use clientele_protocol::{BATCH_CHANGES_MAX, DeviceKey, Head, Request, Response, VERSION, bytes};

use crate::ahead::{Ahead, Session};
use crate::contents::Contents;
use crate::{Error, Result};

/// What to send, and to which door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A device wants to become one of the company's.
    Pair(Vec<u8>),
    /// A device wants to speak.
    Open(Vec<u8>),
    /// It speaks.
    Call(Vec<u8>),
}

/// What a contact did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Changes that came in.
    pub came_in: u64,
    /// Changes that went out.
    pub went_out: u64,
    /// Changes of this device that head office did not take.
    pub refused: u64,
    /// Do both sides hold the same? `None` where the contact did not come to the end.
    pub agrees: Option<bool>,
    /// This book turned out to be a copy, and goes on under a name of its own.
    pub was_copied: bool,
    /// What the window must read again.
    pub invalidates: Vec<Invalidation>,
}

/// How often a contact begins again before it gives up. Each time it knows more than before.
const RESTARTS_MAX: u32 = 12;

/// A server that refuses so many sessions one after the other does not know the device (any more).
const SESSIONS_LOST_MAX: u32 = 3;

/// Marks that are told at the beginning.
const MARKS_MAX: usize = 24;

/// One visit: [`Self::ask`] says what to send, [`Self::answer`] takes what came back, until there is nothing
/// more to ask. It may be dropped at any point, with the line or the program: the next one goes on.
#[derive(Debug)]
pub struct Contact<'a> {
    book: &'a Workspace,
    member: Membership,
    device: DeviceId,
    session: Option<Session>,
    stage: Stage,
    refill: bool,
    repaired: bool,
    restarts: u32,
    /// Sessions that were refused one after the other.
    sessions_lost: u32,
    batch_changes: usize,
    fetches_ahead: bool,
    /// The number of the mark as far as which the log was taken in, for those who fetch ahead.
    taken_in: Arc<AtomicU64>,
    /// The batch that is on its way: whose, from where to where.
    sent: Option<(DeviceId, Head, Head)>,
    report: Report,
}

#[derive(Debug)]
enum Stage {
    /// Say where we stand.
    Hello,
    /// Compare our own stream with what the server has of it.
    Compare { after_seq: u64 },
    /// This book is a copy: go on under another name.
    Rename {
        device: DeviceId,
        seed: [u8; 32],
        first_other: u64,
    },
    /// How far does the server have everybody's stream?
    Heads,
    /// Give back what it lost.
    Refill(HashMap<DeviceId, Head>),
    /// Hand over what is new here.
    Push,
    /// Take in what is new there.
    Pull,
    /// Hand over, and fetch, contents of photos and files.
    Contents(Contents),
    /// Shut out: hand over what was not told yet, for head office to look at, and end.
    Part,
    /// Shut somebody out.
    Revoke(DeviceId),
    /// All is said.
    Done,
}

impl<'a> Contact<'a> {
    /// The book that visits.
    pub(crate) fn book(&self) -> &'a Workspace {
        self.book
    }

    /// Begins a visit.
    ///
    /// # Errors
    /// `head_office.off`, `head_office.revoked`; what SQLite says.
    pub fn begin(book: &'a Workspace) -> Result<Self> {
        Self::at(book, Stage::Hello)
    }

    /// A visit only to shut a device out.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn revoke(book: &'a Workspace, device: DeviceId) -> Result<Self> {
        Self::at(book, Stage::Revoke(device))
    }

    fn at(book: &'a Workspace, stage: Stage) -> Result<Self> {
        let member = book.read(head_office::membership)?;
        let member = member.ok_or_else(|| clientele_core::Error::from(ErrorCode::HeadOfficeOff))?;
        Ok(Self {
            book,
            member,
            device: book.device().0,
            session: None,
            stage,
            refill: false,
            repaired: false,
            restarts: 0,
            sessions_lost: 0,
            batch_changes: BATCH_CHANGES_MAX,
            fetches_ahead: false,
            taken_in: Arc::default(),
            sent: None,
            report: Report::default(),
        })
    }

    /// With smaller batches, for a line that does not carry much at once.
    #[must_use]
    pub fn in_batches_of(mut self, changes: usize) -> Self {
        self.batch_changes = changes;
        self
    }

    /// With somebody who fetches pages ahead: where there is nothing left to do but to take them in,
    /// [`Self::ask`] asks no more, and [`Self::ahead`] says who does.
    #[must_use]
    pub fn fetching_ahead(mut self) -> Self {
        self.fetches_ahead = true;
        self
    }

    /// What was done so far.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What to send next; `None` when all is said, or only [`Self::ahead`] has something to ask.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn ask(&mut self) -> Result<Option<Ask>> {
        if matches!(self.stage, Stage::Done) {
            return Ok(None);
        }
        let Some(session) = self.session.clone() else {
            let (company, device) = (self.member.company, self.device);
            return Ok(Some(Ask::Open(bytes::encode(&OpenAsk { company, device }))));
        };
        let Some(request) = self.request()? else {
            return Ok(None);
        };
        Ok(Some(session.seal(&self.member, &request)))
    }

    /// Where there is nothing left to do but to take pages in: who fetches them while the book is busy; `None` when
    /// all is said. What it fetches is for [`Self::take_in`], or, where it is no page, for [`Self::answer`].
    ///
    /// # Errors
    /// What SQLite says.
    pub fn ahead(&self) -> Result<Option<Ahead>> {
        let (Stage::Pull, Some(session)) = (&self.stage, &self.session) else {
            return Ok(None);
        };
        let (from, keys) = self
            .book
            .read(|conn| Ok((head_office::cursor(conn)?, head_office::store::keys(conn)?)))?;
        self.taken_in.store(from.n, Ordering::Relaxed);
        Ok(Some(Ahead {
            member: self.member.clone(),
            session: session.clone(),
            keys,
            from,
            taken_in: Arc::clone(&self.taken_in),
        }))
    }

    /// Takes in pages that were fetched ahead, as many as go into one short transaction; at least one, where there
    /// are any. Returns whether more of them are wanted.
    ///
    /// # Errors
    /// What ends the visit early. What was taken in until then is safe.
    pub fn take_in(&mut self, pages: impl IntoIterator<Item = ProvedPage>) -> Result<bool> {
        if !matches!(self.stage, Stage::Pull) {
            return Ok(false);
        }
        let taken = incoming::pages(self.book, pages);
        self.sessions_lost = 0;
        self.pulled(taken)?;
        self.taken_in
            .store(self.book.read(head_office::cursor)?.n, Ordering::Relaxed);
        Ok(matches!(self.stage, Stage::Pull))
    }

    /// The question of the stage; a stage without one gives way to the next.
    fn request(&mut self) -> Result<Option<Request>> {
        loop {
            let request = match &mut self.stage {
                Stage::Hello => Request::Hello(self.hello()?),
                Stage::Compare { after_seq } => Request::Stream {
                    after_seq: *after_seq,
                },
                Stage::Rename { device, seed, .. } => rename(*device, *seed, &self.member.device_name),
                Stage::Heads => Request::Heads,
                Stage::Refill(heads) => match self.book.read(|conn| outgoing::refill(conn, heads))? {
                    Some(push) => Request::Push(push),
                    None => {
                        self.stage = Stage::Push;
                        continue;
                    }
                },
                Stage::Push => match self.next_push()? {
                    Some(push) => Request::Push(push),
                    None => {
                        self.stage = Stage::Pull;
                        continue;
                    }
                },
                Stage::Part => {
                    let push = |conn: &_| {
                        outgoing::next_after(
                            conn,
                            &self.member,
                            head_office::parted(conn)?,
                            BATCH_CHANGES_MAX,
                        )
                    };
                    let push = self.book.read(push)?;
                    Request::Push(push.ok_or(Error::No(No::Revoked))?)
                }
                Stage::Pull if self.fetches_ahead => return Ok(None),
                Stage::Pull => Request::Pull {
                    from: self.book.read(head_office::cursor)?,
                },
                Stage::Contents(contents) => match contents.request(self.book)? {
                    Some(request) => request,
                    None => {
                        self.stage = Stage::Done;
                        continue;
                    }
                },
                Stage::Revoke(device) => Request::Revoke { device: *device },
                Stage::Done => return Ok(None),
            };
            self.sent = match &request {
                Request::Push(Push { batch, .. }) => Some((batch.device, batch.from(), batch.head())),
                _ => None,
            };
            return Ok(Some(request));
        }
    }

    fn hello(&self) -> Result<Hello> {
        let hello = self.book.read(|conn| {
            let marks = head_office::store::marks(conn, usize::MAX)?;
            Ok(Hello {
                protocol: VERSION,
                schema: SCHEMA,
                program: concat!("clientele ", env!("CARGO_PKG_VERSION")).to_owned(),
                acknowledged: head_office::acknowledged(conn)?,
                cursor: head_office::cursor(conn)?,
                marks: thinned(&marks),
                contents: contents::mark(conn)?,
            })
        });
        Ok(hello?)
    }

    fn next_push(&self) -> Result<Option<Push>> {
        Ok(self
            .book
            .read(|conn| outgoing::next(conn, &self.member, self.batch_changes))?)
    }

    /// Takes what came back.
    ///
    /// # Errors
    /// What ends the visit early. What was taken over until then is safe.
    pub fn answer(&mut self, answer: &[u8]) -> Result<()> {
        let response: Response = bytes::decode(answer).map_err(|_| Error::Answer("unreadable"))?;
        if let Response::No(no) = response {
            return self.refused(no);
        }
        if self.session.is_none() {
            let Response::Opened { session } = response else {
                return Err(Error::Answer("open"));
            };
            self.session = Some(Session::new(session));
            return Ok(());
        }
        self.sessions_lost = 0;
        match (std::mem::replace(&mut self.stage, Stage::Done), response) {
            (Stage::Hello, Response::Welcome(welcome)) => self.welcome(&welcome),
            (Stage::Compare { .. }, Response::Stream { entries, head }) => self.compared(&entries, head),
            (
                Stage::Rename {
                    device,
                    seed,
                    first_other,
                },
                Response::Done,
            ) => {
                head_office::copied::rename(self.book, device, seed, first_other)?;
                self.report.was_copied = true;
                self.member.seed = seed;
                self.device = device;
                self.session = None;
                self.stage = Stage::Hello;
                Ok(())
            }
            (Stage::Heads, Response::Heads(heads)) => {
                self.stage = Stage::Refill(heads.into_iter().collect());
                Ok(())
            }
            (Stage::Refill(heads), response) => self.refilled(heads, &response),
            (Stage::Push, response) => self.pushed(&response),
            (Stage::Pull, Response::Page(page)) => self.pulled(incoming::page(self.book, page)),
            (Stage::Pull, Response::NoSuchMark) => self.again(Stage::Hello),
            // Let in again meanwhile.
            (Stage::Part, Response::Pushed { .. } | Response::Gap { .. } | Response::Fork { .. }) => {
                self.again(Stage::Hello)
            }
            (Stage::Contents(mut contents), response) => {
                self.report
                    .invalidates
                    .extend(contents.answer(self.book, response)?);
                self.stage = Stage::Contents(contents);
                Ok(())
            }
            (Stage::Revoke(_), Response::Done) => Ok(()),
            _ => Err(Error::Answer("to another question")),
        }
    }

    /// Begins again at a stage, a bounded number of times.
    fn again(&mut self, stage: Stage) -> Result<()> {
        self.restarts += 1;
        if self.restarts > RESTARTS_MAX {
            return Err(Error::NoProgress);
        }
        self.stage = stage;
        Ok(())
    }

    fn refused(&mut self, no: No) -> Result<()> {
        match no {
            // The server was started anew, or the session is too old: what was asked is asked again.
            No::Session if self.session.is_some() && self.sessions_lost < SESSIONS_LOST_MAX => {
                self.sessions_lost += 1;
                self.session = None;
                let stage = match std::mem::replace(&mut self.stage, Stage::Done) {
                    // What it said of contents may be another server's, or this one's of another time.
                    Stage::Contents(_) => Stage::Hello,
                    stage => stage,
                };
                self.again(stage)
            }
            // A stream that the server has no key for: its own device must be paired again.
            No::NotAllowed if matches!(self.stage, Stage::Refill(_)) => {
                let Stage::Refill(heads) = std::mem::replace(&mut self.stage, Stage::Done) else {
                    return Err(Error::No(no));
                };
                self.refilled(heads, &Response::Done)
            }
            No::Revoked => {
                head_office::revoked(self.book)?;
                // What was pushed lies in quarantine now; the rest follows.
                if let (Stage::Part, Some((_, _, to))) = (&self.stage, self.sent) {
                    head_office::set_parted(self.book, to)?;
                }
                self.stage = Stage::Part;
                Ok(())
            }
            // An older head office keeps no contents, and a busy one has time for them another day: all else is said.
            No::Unreadable | No::Busy if matches!(self.stage, Stage::Contents(_)) => {
                self.stage = Stage::Done;
                Ok(())
            }
            no => Err(Error::No(no)),
        }
    }

    fn welcome(&mut self, welcome: &Welcome) -> Result<()> {
        if welcome.protocol != VERSION {
            let server = welcome.protocol;
            return Err(Error::No(No::Protocol { server }));
        }
        let told = |mark: Mark| {
            self.book
                .read(|conn| Ok(head_office::store::marks(conn, usize::MAX)?.contains(&mark)))
        };
        if welcome.common != Mark::start() && !told(welcome.common)? {
            // An answer to another time's question: who followed it would pass over what it has not taken in.
            return Err(Error::Answer("a mark that was not told"));
        }
        head_office::welcomed(self.book, welcome)?;
        let (cursor, acknowledged) = self
            .book
            .read(|conn| Ok((head_office::cursor(conn)?, head_office::acknowledged(conn)?)))?;
        if welcome.common != cursor {
            // The server was restored from an old backup: back to what both know, and give it what it lost.
            incoming::rewind(self.book, welcome.common)?;
            self.refill = true;
        }
        if !welcome.has_contents {
            // From a backup of another moment than the log's end: all that is here is offered again.
            contents::told_nothing(self.book)?;
        }
        let head = welcome.head;
        if head == acknowledged {
            return self.go_on();
        }
        let ours = self.book.read(|conn| outgoing::own_head(conn, head.seq))?;
        if head.seq < acknowledged.seq && ours == Some(head) {
            head_office::set_acknowledged(self.book, head)?;
            return self.go_on();
        }
        let after_seq = if head.seq > acknowledged.seq {
            acknowledged.seq
        } else {
            0
        };
        self.again(Stage::Compare { after_seq })
    }

    fn go_on(&mut self) -> Result<()> {
        self.stage = if std::mem::take(&mut self.refill) {
            Stage::Heads
        } else {
            Stage::Push
        };
        Ok(())
    }

    fn compared(&mut self, entries: &[clientele_protocol::message::Entry], head: Head) -> Result<()> {
        let other = match incoming::compare_own(self.book, entries) {
            Ok(other) => other,
            Err(Stopped::Failed(error)) => return Err(error.into()),
            Err(_) => return Err(Error::Answer("a stream that is not ours")),
        };
        if let Some(first_other) = other {
            self.stage = Stage::Rename {
                device: DeviceId::new(),
                seed: head_office::new_seed(),
                first_other,
            };
            return Ok(());
        }
        let Some(last) = entries.last() else {
            return Err(Error::Answer("a stream without its end"));
        };
        let taken = incoming::adopt_own(self.book, entries).map_err(clientele_core::Error::from)?;
        self.report.invalidates.extend(taken.invalidates);
        head_office::set_acknowledged(self.book, last.batch.head())?;
        if last.batch.last_seq < head.seq {
            self.stage = Stage::Compare {
                after_seq: last.batch.last_seq,
            };
            Ok(())
        } else {
            self.go_on()
        }
    }

    fn refilled(&mut self, mut heads: HashMap<DeviceId, Head>, response: &Response) -> Result<()> {
        let device = self.sent.map_or(self.device, |(device, ..)| device);
        let head = match response {
            Response::Pushed { head } => *head,
            // Somebody else was quicker, or the server knows better: this stream is left to its own device.
            Response::Gap { .. } | Response::Fork { .. } | Response::Done => Head {
                seq: u64::MAX,
                chain: clientele_protocol::Chain::start(device),
            },
            _ => return Err(Error::Answer("to another question")),
        };
        heads.insert(device, head);
        self.stage = Stage::Refill(heads);
        Ok(())
    }

    fn pushed(&mut self, response: &Response) -> Result<()> {
        match response {
            Response::Pushed { head } => {
                let Some((_, from, to)) = self.sent else {
                    return Err(Error::Answer("to another question"));
                };
                // The server may have more of this stream than this book knows that it has.
                if *head != to && self.book.read(|conn| outgoing::own_head(conn, head.seq))? != Some(*head) {
                    return self.again(Stage::Hello);
                }
                self.report.went_out += head.seq.saturating_sub(from.seq);
                head_office::set_acknowledged(self.book, *head)?;
                self.stage = Stage::Push;
                Ok(())
            }
            Response::Gap { .. } | Response::Fork { .. } => self.again(Stage::Hello),
            _ => Err(Error::Answer("to another question")),
        }
    }

    fn pulled(&mut self, taken: Result<incoming::TakenIn, Stopped>) -> Result<()> {
        let taken = match taken {
            Ok(taken) => taken,
            Err(Stopped::Failed(error)) => return Err(error.into()),
            Err(Stopped::Forged) => return Err(Error::Answer("a batch that its device did not write")),
            // Came late, or speaks of a device that is new: look again where we stand.
            Err(Stopped::Elsewhere | Stopped::Stranger) => return self.again(Stage::Hello),
            Err(Stopped::Copied) => return self.again(Stage::Compare { after_seq: 0 }),
        };
        self.report.came_in += taken.changes;
        self.report.refused += taken.refused;
        self.report.invalidates.extend(taken.invalidates);
        if taken.erased {
            // What was erased must not lie in the log beside the file either. A reader in the way puts it off.
            let _ = self.book.settle();
        }
        if !taken.at_end {
            self.stage = Stage::Pull;
            return Ok(());
        }
        self.report.agrees = taken.agrees;
        if taken.agrees == Some(false) && !std::mem::replace(&mut self.repaired, true) {
            // Not the same: everything is compared from the beginning, and what one side lacks is given to it.
            incoming::rewind(self.book, Mark::start())?;
            return self.again(Stage::Heads);
        }
        head_office::say_what_follows(self.book, &Actor::owner())?;
        if self.book.read(head_office::waiting)? > 0 {
            return self.again(Stage::Push);
        }
        self.stage = Stage::Contents(Contents::default());
        Ok(())
    }
}

/// The newest marks, and ever fewer of those before.
fn thinned(marks: &[Mark]) -> Vec<Mark> {
    let mut thinned = Vec::new();
    let mut place = 0;
    let mut step = 1;
    while let Some(mark) = marks.get(place) {
        thinned.push(*mark);
        if thinned.len() >= MARKS_MAX {
            break;
        }
        if thinned.len() >= 8 {
            step *= 2;
        }
        place += step;
    }
    thinned
}

fn rename(device: DeviceId, seed: [u8; 32], name: &str) -> Request {
    let key = DeviceKey::from_seed(seed);
    let name = format!("{name} (2)");
    Request::Rename {
        device,
        key: key.public(),
        proof: key.sign(&PairAsk::signed(&[0; 16], device, &name)),
        name,
    }
}
