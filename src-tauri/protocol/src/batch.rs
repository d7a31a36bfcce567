//! A batch: a stretch of one device's stream, signed by that device. It travels as it was signed, to the
//! server, on to other devices, and back to a server that was restored from an old backup.

mod packing;

pub use packing::repacked;

use clientele_model::{Body, BranchId, ChangeKind, DeviceId, Hlc, RowId, StepId};
use serde::{Deserialize, Serialize};

use crate::bytes::encode;
use crate::chain::{Chain, Hash, Head, commitment};
use crate::envelope::{DeviceKey, PublicKey, Signature};
use crate::{BATCH_BYTES_MAX, BATCH_CHANGES_MAX, Error, Result};
use packing::{packed, unpacked};

/// What a change holds, as far as it is still there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payload {
    /// The body, as the log keeps it, and the salt of its commitment.
    Whole {
        /// Random bytes.
        salt: Vec<u8>,
        /// [`Body::encode`].
        body: Vec<u8>,
    },
    /// Erased: what stood there is gone, that something stood there is not.
    Gone {
        /// The commitment to what it was.
        commitment: Hash,
    },
}

impl Payload {
    /// What binds the change to its body.
    #[must_use]
    pub fn commitment(&self) -> Hash {
        match self {
            Self::Whole { salt, body } => commitment(salt, body),
            Self::Gone { commitment } => *commitment,
        }
    }

    /// The fields; `None` once erased, or where they are written in a way that we do not know.
    #[must_use]
    pub fn body(&self) -> Option<Body> {
        match self {
            Self::Whole { body, .. } => Body::decode(body),
            Self::Gone { .. } => None,
        }
    }
}

/// One change of a stream, all but its device and number: those follow from its place in the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// When, by the hybrid logical clock of the device.
    pub hlc: Hlc,
    /// The format that the writing program knew.
    pub schema: u32,
    /// The step to which it belongs.
    pub step: StepId,
    /// Whose it is: a branch's, or `None` for the whole company's.
    pub scope: Option<BranchId>,
    /// The entity.
    pub entity: String,
    /// The row.
    pub row: RowId,
    /// What happens to it.
    pub kind: ChangeKind,
    /// To which fields.
    pub payload: Payload,
}

impl Sealed {
    /// The hash that stands for this change in the chain: of all that it says, its body by the commitment.
    #[must_use]
    pub fn leaf(&self, device: DeviceId, seq: u64) -> Hash {
        self.leaf_over(device, seq, self.payload.commitment())
    }

    fn leaf_over(&self, device: DeviceId, seq: u64, commitment: Hash) -> Hash {
        let header = encode(&(
            device,
            seq,
            self.hlc,
            self.schema,
            self.step,
            self.scope,
            &self.entity,
            self.row,
            self.kind,
        ));
        let length = (header.len() as u64).to_be_bytes();
        Hash::of(&[b"clientele change 1", &length, &header, &commitment.0])
    }
}

/// One place of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// The change that stands there.
    Change(Sealed),
    /// One that the reader may not see, or that was refused: only its hash.
    Hidden(Hash),
}

impl Link {
    /// The hash that stands for it in the chain.
    #[must_use]
    pub fn leaf(&self, device: DeviceId, seq: u64) -> Hash {
        match self {
            Self::Change(change) => change.leaf(device, seq),
            Self::Hidden(leaf) => *leaf,
        }
    }

    /// The change, where it can be seen.
    #[must_use]
    pub fn change(&self) -> Option<&Sealed> {
        match self {
            Self::Change(change) => Some(change),
            Self::Hidden(_) => None,
        }
    }
}

/// A link whose batch was proved, with what that took to work out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The link.
    pub link: Link,
    /// The hash that stands for it in the chain.
    pub leaf: Hash,
    /// What binds the change to its body; `None` where the change cannot be seen.
    pub commitment: Option<Hash>,
}

impl Proved {
    fn of(link: Link, device: DeviceId, seq: u64) -> Self {
        let commitment = link.change().map(|change| change.payload.commitment());
        let leaf = match (&link, commitment) {
            (Link::Change(change), Some(commitment)) => change.leaf_over(device, seq, commitment),
            _ => link.leaf(device, seq),
        };
        Self {
            link,
            leaf,
            commitment,
        }
    }
}

/// A stretch of a device's stream, packed and signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Whose stream.
    pub device: DeviceId,
    /// The number of its first change.
    pub first_seq: u64,
    /// The number of its last.
    pub last_seq: u64,
    /// The chain before its first change.
    pub before: Chain,
    /// The chain after its last.
    pub after: Chain,
    /// The device's signature over all of the above.
    pub signature: Signature,
    /// The changes, packed.
    pub packed: Vec<u8>,
}

/// What a device signs.
fn signed(device: DeviceId, first_seq: u64, last_seq: u64, before: Chain, after: Chain) -> Vec<u8> {
    encode(&("clientele batch 1", device, first_seq, last_seq, before, after))
}

impl Batch {
    /// The changes after `head` of a device's own stream, packed and signed. Not more than the bounds allow:
    /// see [`Filling`].
    #[must_use]
    pub fn seal(device: DeviceId, key: &DeviceKey, head: Head, links: &[Link]) -> Self {
        let (first_seq, before) = (head.seq + 1, head.chain);
        let (last_seq, after) = follow(device, head, links);
        Self {
            device,
            first_seq,
            last_seq,
            before,
            after,
            signature: key.sign(&signed(device, first_seq, last_seq, before, after)),
            packed: packed(links),
        }
    }

    /// The same batch with other links in the same places: what was erased gone, what may not be seen hidden.
    /// The signature still holds.
    #[must_use]
    pub fn with_links(&self, links: &[Link]) -> Self {
        Self {
            packed: packed(links),
            ..self.clone()
        }
    }

    /// The batch again from what a device keeps of it.
    #[must_use]
    pub fn again(device: DeviceId, before: Head, after: Head, signature: Signature, links: &[Link]) -> Self {
        Self {
            device,
            first_seq: before.seq + 1,
            last_seq: after.seq,
            before: before.chain,
            after: after.chain,
            signature,
            packed: packed(links),
        }
    }

    /// How many changes it says it holds.
    #[must_use]
    pub fn count(&self) -> u64 {
        (self.last_seq + 1).saturating_sub(self.first_seq)
    }

    /// The stream where it begins.
    #[must_use]
    pub fn from(&self) -> Head {
        Head {
            seq: self.first_seq.saturating_sub(1),
            chain: self.before,
        }
    }

    /// The stream where it ends.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            seq: self.last_seq,
            chain: self.after,
        }
    }

    /// The links, once everything about them is proved: the bounds, the chain through them, the signature.
    ///
    /// # Errors
    /// [`Error::Unreadable`], [`Error::TooLarge`], [`Error::Broken`], [`Error::Forged`].
    pub fn open(&self, by: &PublicKey) -> Result<Vec<Link>> {
        Ok(self.prove(by)?.into_iter().map(|proved| proved.link).collect())
    }

    /// As [`Self::open`], for those who need the hashes again.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn prove(&self, by: &PublicKey) -> Result<Vec<Proved>> {
        let count = self.count();
        if self.first_seq == 0 || count == 0 || count > BATCH_CHANGES_MAX as u64 {
            return Err(Error::Unreadable("no such stretch of a stream"));
        }
        let what = signed(
            self.device,
            self.first_seq,
            self.last_seq,
            self.before,
            self.after,
        );
        by.verify(&what, &self.signature)?;
        let links = unpacked(&self.packed)?.into_iter().zip(self.first_seq..);
        let links: Vec<Proved> = links
            .map(|(link, seq)| Proved::of(link, self.device, seq))
            .collect();
        let leaves = links.iter().map(|proved| proved.leaf);
        if links.len() as u64 != count || leaves.fold(self.before, Chain::then) != self.after {
            return Err(Error::Broken);
        }
        Ok(links)
    }

    /// The links of a batch that was proved before, as one's own database keeps it.
    ///
    /// # Errors
    /// [`Error::Unreadable`], [`Error::TooLarge`] where that database was damaged.
    pub fn open_own(&self) -> Result<Vec<Link>> {
        unpacked(&self.packed)
    }
}

/// Where a stream stands after some links.
fn follow(device: DeviceId, head: Head, links: &[Link]) -> (u64, Chain) {
    let mut seq = head.seq;
    let mut chain = head.chain;
    for link in links {
        seq += 1;
        chain = chain.then(link.leaf(device, seq));
    }
    (seq, chain)
}

/// Tells when a batch is full.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filling {
    changes: usize,
    bytes: usize,
}

impl Filling {
    /// Has a change whose body is so long still room? The first always has.
    pub fn takes(&mut self, body_bytes: usize) -> bool {
        // The row, the salt and a few small numbers besides the body.
        let bytes = self.bytes + body_bytes + 64;
        let fits = self.changes == 0 || (self.changes < BATCH_CHANGES_MAX && bytes <= BATCH_BYTES_MAX);
        if fits {
            self.changes += 1;
            self.bytes = bytes;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::decode;
    use clientele_model::FieldChange;

    fn change(n: u64) -> Link {
        let body = Body(vec![FieldChange {
            field: "notes".into(),
            value: format!("note {n}").into(),
            base: None,
        }]);
        Link::Change(Sealed {
            hlc: Hlc(1_700_000_000_000 << 16 | n),
            schema: 1,
            step: StepId::new(),
            scope: n.is_multiple_of(2).then(BranchId::new),
            entity: "clients".into(),
            row: RowId::new(),
            kind: ChangeKind::Add,
            payload: Payload::Whole {
                salt: vec![7; 12],
                body: body.encode(),
            },
        })
    }

    fn sealed() -> (DeviceKey, Batch, Vec<Link>) {
        let (device, key) = (DeviceId::new(), DeviceKey::from_seed([1; 32]));
        let links: Vec<Link> = (0..5).map(change).collect();
        let batch = Batch::seal(device, &key, Head::start(device), &links);
        (key, batch, links)
    }

    #[test]
    fn a_batch_opens_as_it_was_sealed() {
        let (key, batch, links) = sealed();
        assert_eq!(batch.open(&key.public()), Ok(links));
        assert_eq!((batch.first_seq, batch.last_seq), (1, 5));
    }

    #[test]
    fn a_person_can_be_erased_or_hidden_and_the_rest_still_proves_itself() {
        let (key, batch, mut links) = sealed();
        links[3] = Link::Hidden(links[3].leaf(batch.device, 4));
        if let Link::Change(change) = &mut links[1] {
            change.payload = Payload::Gone {
                commitment: change.payload.commitment(),
            };
        }
        let less = batch.with_links(&links);
        assert_eq!(less.open(&key.public()), Ok(links.clone()));
        assert!(less.packed.len() < batch.packed.len() + 64);

        // Instead of what was there, something else: no.
        links[1] = change(99);
        assert_eq!(batch.with_links(&links).open(&key.public()), Err(Error::Broken));
    }

    #[test]
    fn nothing_of_a_batch_can_be_another() {
        let (key, batch, links) = sealed();
        let stranger = DeviceKey::from_seed([2; 32]).public();
        assert_eq!(batch.open(&stranger), Err(Error::Forged));
        let mut other = batch.clone();
        other.device = DeviceId::new();
        assert_eq!(other.open(&key.public()), Err(Error::Forged));
        let mut other = batch.clone();
        other.first_seq = 2;
        assert_eq!(other.open(&key.public()), Err(Error::Forged));
        assert_eq!(
            batch.with_links(&links[..4]).open(&key.public()),
            Err(Error::Broken)
        );
        let mut swapped = links;
        swapped.swap(0, 1);
        assert_eq!(batch.with_links(&swapped).open(&key.public()), Err(Error::Broken));
    }

    #[test]
    fn a_cut_or_broken_batch_is_refused_and_never_more() {
        let (key, batch, _) = sealed();
        let bytes = encode(&batch);
        for at in 0..bytes.len() {
            assert!(
                decode::<Batch>(&bytes[..at])
                    .and_then(|b| b.open(&key.public()))
                    .is_err()
            );
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x41;
            assert!(
                decode::<Batch>(&bytes)
                    .and_then(|b| b.open(&key.public()))
                    .is_err(),
                "byte {at}"
            );
        }
    }
}
