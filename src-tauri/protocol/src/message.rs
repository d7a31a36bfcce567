//! The messages themselves. A device asks, the server answers; one question at a time.
//!
//! A contact: [`OpenAsk`] opens a session, [`Request::Hello`] compares where both stand, [`Request::Push`]
//! hands over what is new here, [`Request::Pull`] takes in what is new there. Every message may get lost,
//! come twice or come late: each says where it begins, and is taken only where it fits.

use clientele_model::{BranchId, CompanyId, DeviceId, Hlc, RowId, StepId};
use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::chain::{Chain, Head};
use crate::digest::Digest;
use crate::envelope::{PublicKey, SessionId, Signature};

/// A place in the server's log: how many batches stand up to here, and the chain there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The number of the last batch; 0 before the first.
    pub n: u64,
    /// The chain after it. Another one at the same place tells that the server was restored from a backup.
    pub chain: Chain,
}

impl Mark {
    /// Before the first batch.
    #[must_use]
    pub fn start() -> Self {
        Self {
            n: 0,
            chain: Chain::log(),
        }
    }
}

/// A moment in the history of the contents of photos and files: how many the server had had whole by then. As [`Mark`]
/// is of the log; contents come apart from it, and a backup may be older than the one and not than the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentsMark {
    /// How many.
    pub n: u64,
    /// What the server drew when the last of them became whole; zeros before the first. Another one under the same
    /// number tells that the server was restored from a backup.
    pub token: [u8; 8],
}

impl ContentsMark {
    /// Before the first content.
    #[must_use]
    pub fn start() -> Self {
        Self { n: 0, token: [0; 8] }
    }
}

/// A device that wants to belong to a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairAsk {
    /// From the pairing code.
    pub secret: [u8; 16],
    /// The device.
    pub device: DeviceId,
    /// By which its signatures will be known.
    pub key: PublicKey,
    /// What people call it.
    pub name: String,
    /// Its signature over the three above: it has the key that it names.
    pub proof: Signature,
}

impl PairAsk {
    /// What [`Self::proof`] signs.
    #[must_use]
    pub fn signed(secret: &[u8; 16], device: DeviceId, name: &str) -> Vec<u8> {
        crate::bytes::encode(&("clientele pair 1", secret, device, name))
    }
}

/// A session to be opened. It is opened for any device, known or not: the answer tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAsk {
    /// Whose book.
    pub company: CompanyId,
    /// Which device.
    pub device: DeviceId,
}

/// What a paired device asks, inside an [`crate::Envelope`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Where do we stand?
    Hello(Hello),
    /// Take this.
    Push(Push),
    /// What is new after this mark?
    Pull {
        /// As far as the device has taken the log in.
        from: Mark,
    },
    /// As [`Self::Pull`], asked while the device still takes in what came before.
    PullAhead {
        /// Where the page before ended.
        from: Mark,
        /// As far as the device has taken the log in, by the number of the mark there.
        taken_in: u64,
    },
    /// What does the server have of this device's own stream after a number? For one that was copied or
    /// restored from a backup.
    Stream {
        /// After which change.
        after_seq: u64,
    },
    /// How far does the server have every device's stream? For handing on what a restored server lacks.
    Heads,
    /// This book was copied: the copy goes on under an identity of its own.
    Rename {
        /// The new device.
        device: DeviceId,
        /// Its key.
        key: PublicKey,
        /// The new key's signature over [`PairAsk::signed`] with sixteen zeros for the secret.
        proof: Signature,
        /// What people call it.
        name: String,
    },
    /// This device shall not see any more. Only head office's may ask.
    Revoke {
        /// Which.
        device: DeviceId,
    },
    // What follows came later: an older server says that it cannot read it, and a device then leaves it.
    /// How much is there of the contents of these attachments? Of none: which [`ContentsMark`] is it now?
    Contents(Vec<RowId>),
    /// Take this piece of a content.
    PutPiece {
        /// Of which attachment.
        attachment: RowId,
        /// Which, the first being 0.
        n: u32,
        /// It.
        bytes: Vec<u8>,
    },
    /// Give me this piece of a content.
    GetPiece {
        /// Of which attachment.
        attachment: RowId,
        /// Which, the first being 0.
        n: u32,
    },
}

/// Where the device stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`crate::VERSION`].
    pub protocol: u16,
    /// The format of changes that it writes.
    pub schema: u32,
    /// The program and its version, for the server's list of devices.
    pub program: String,
    /// How far the server has acknowledged its stream.
    pub acknowledged: Head,
    /// How far it has taken the log in.
    pub cursor: Mark,
    /// Earlier marks, thinning out: where the server no longer has the last, they go back to the last common one.
    pub marks: Vec<Mark>,
    /// The server's mark when it had every content that the device had until then.
    pub contents: ContentsMark,
}

/// Some changes for the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// The device's own, or, for a server that was restored, another's as that one signed them.
    pub batch: Batch,
    /// Of some changes (by their place in the batch) the effective clock that a server had assigned before.
    pub assigned: Vec<(u32, Hlc)>,
    /// Bodies that are too long travel as their hash alone: which, by their place in the batch.
    pub too_large: Vec<u32>,
}

/// Why a change is refused. The queue moves on; the device shows it to its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Why {
    /// Longer than the bounds.
    TooLarge,
    /// Not this device's to change.
    NotYours,
    /// Nothing that any version would write.
    Unreadable,
}

/// A branch as devices show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Which.
    pub id: BranchId,
    /// What people call it.
    pub name: String,
}

/// A device as the others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// What people call it.
    pub name: String,
    /// By which its signatures are known.
    pub key: PublicKey,
    /// The branch that it belongs to; `None` for head office, which sees all.
    pub branch: Option<BranchId>,
    /// When it was paired, in milliseconds since the epoch.
    pub paired_at: i64,
    /// When it was heard last.
    pub seen_at: Option<i64>,
    /// When it was shut out.
    pub revoked_at: Option<i64>,
}

/// An erasure, and who has not confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The step that erased.
    pub step: StepId,
    /// When the server took it, in milliseconds since the epoch.
    pub at: i64,
    /// Devices that have not taken it in.
    pub waiting_for: Vec<DeviceId>,
    /// Is it gone from the server's own files?
    pub server_done: bool,
}

/// The digest of what a device may see of one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeDigest {
    /// The branch, or the whole company.
    pub scope: Option<BranchId>,
    /// Over all its changes up to the mark.
    pub digest: Digest,
}

/// A stretch of the server's log as one device sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// After this mark.
    pub from: Mark,
    /// Up to this one, with it.
    pub to: Mark,
    /// Does the log end there?
    pub at_end: bool,
    /// The batches that the device may see, in order.
    pub entries: Vec<Entry>,
    /// At the end: what both sides must agree on.
    pub digests: Vec<ScopeDigest>,
}

/// A batch in the server's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number.
    pub n: u64,
    /// What was pushed; a change that the reader may not see, and one that was refused, is hidden.
    pub batch: Batch,
    /// Where the effective clock is not the device's own: by the place in the batch.
    pub assigned: Vec<(u32, Hlc)>,
    /// What was refused: by the place in the batch.
    pub refused: Vec<(u32, Why)>,
}

/// What the server answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response {
    /// To [`PairAsk`].
    Paired {
        /// The company.
        company: CompanyId,
        /// What people call it.
        company_name: String,
        /// The branch that the device now belongs to; `None` for all.
        branch: Option<Branch>,
    },
    /// To [`OpenAsk`].
    Opened {
        /// The session.
        session: SessionId,
    },
    /// To [`Request::Hello`].
    Welcome(Welcome),
    /// To [`Request::Push`]: taken, or held already.
    Pushed {
        /// How far the server has that stream now.
        head: Head,
    },
    /// To [`Request::Push`]: it does not begin where the stream ends.
    Gap {
        /// Where the stream ends.
        head: Head,
    },
    /// To [`Request::Push`]: the server has other changes under the same numbers.
    Fork {
        /// Where the stream ends.
        head: Head,
    },
    /// To [`Request::Pull`] and [`Request::PullAhead`].
    Page(Page),
    /// To the same: the log has no such mark.
    NoSuchMark,
    /// To [`Request::Stream`].
    Stream {
        /// The device's batches from the one that holds the next change on; those that fit in one message.
        entries: Vec<Entry>,
        /// Where the stream ends.
        head: Head,
    },
    /// To [`Request::Heads`].
    Heads(Vec<(DeviceId, Head)>),
    /// To [`Request::Rename`], [`Request::Revoke`] and [`Request::PutPiece`].
    Done,
    /// No.
    No(No),
    /// To [`Request::Contents`].
    Contents {
        /// Of each how many pieces are there; none for one that is not known here (yet).
        pieces: Vec<Option<u32>>,
        /// What was whole before they were counted was so before this mark.
        mark: ContentsMark,
    },
    /// To [`Request::GetPiece`].
    Piece(Vec<u8>),
    /// To [`Request::PutPiece`] and [`Request::GetPiece`]: it is not wanted, or not there.
    NoPiece,
}

/// To [`Request::Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// [`crate::VERSION`] of the server.
    pub protocol: u16,
    /// The server's clock, in milliseconds since the epoch.
    pub now: i64,
    /// What people call the company.
    pub company_name: String,
    /// How far the server has this device's stream.
    pub head: Head,
    /// The newest of the device's marks that the server has.
    pub common: Mark,
    /// The branch that the device belongs to; `None` for all.
    pub branch: Option<BranchId>,
    /// Every branch that the device may see.
    pub branches: Vec<Branch>,
    /// Every device whose changes it may see, itself among them.
    pub devices: Vec<Device>,
    /// Erasures that are not confirmed by all, the newest first.
    pub erasures: Vec<Erasure>,
    /// There are too many of them to tell all: of an older one that is not among them nothing follows.
    pub erasures_left_out: bool,
    /// The server still has all that it had at [`Hello::contents`].
    pub has_contents: bool,
}

/// Why not. New reasons come last: an older program still reads those that it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum No {
    /// Another version of the protocol is spoken here.
    Protocol {
        /// Which.
        server: u16,
    },
    /// The pairing code was used, or is too old, or never was.
    Code,
    /// No such session, or the message is not its device's, or it was sent before. Open another.
    Session,
    /// The device was shut out.
    Revoked,
    /// Only head office may ask this.
    NotAllowed,
    /// This cannot be read.
    Unreadable,
    /// Too many at once: try again later.
    Busy,
    /// To [`PairAsk`]: the device is of another branch already. The code stays good for another device.
    OtherBranch,
    /// To [`PairAsk`]: the device is of another company already. The code stays good for another device.
    OtherCompany,
    /// To [`PairAsk`]: another device is known under this identifier, as where a book was copied before it was
    /// paired. The code stays good for another device.
    OtherKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_program_reads_stays_what_it_was() {
        let nos = [
            No::Protocol { server: 1 },
            No::Code,
            No::Session,
            No::Revoked,
            No::NotAllowed,
            No::Unreadable,
            No::Busy,
            No::OtherBranch,
            No::OtherCompany,
            No::OtherKey,
        ];
        for (place, no) in (0_u8..).zip(nos) {
            assert_eq!(crate::bytes::encode(&no)[0], place, "{no:?}");
        }
    }
}
