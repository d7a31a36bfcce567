//! How the changes of a batch are packed.

use std::collections::HashMap;
use std::fmt::Formatter;
use std::marker::PhantomData;

use clientele_model::{BranchId, ChangeKind, Hlc, RowId, StepId};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Link, Payload, Sealed};
use crate::bytes::{LEVEL, decode, decode_first, encode, pack_apart, unpack};
use crate::chain::Hash;
use crate::{BATCH_BYTES_MAX, BATCH_CHANGES_MAX, BODY_BYTES_MAX, Error, Result};

/// The changes of a batch as they are packed: names and steps once, clocks as differences, and what is random
/// before all the rest.
#[derive(Serialize, Deserialize)]
struct Packed {
    /// One link's after the other's: the row and the salt or the commitment; the leaf of one that is hidden.
    random: Vec<u8>,
    #[serde(deserialize_with = "bounded")]
    entities: Vec<String>,
    #[serde(deserialize_with = "bounded")]
    steps: Vec<StepId>,
    #[serde(deserialize_with = "bounded")]
    scopes: Vec<BranchId>,
    #[serde(deserialize_with = "bounded")]
    links: Vec<PackedLink>,
}

/// As many as a batch may have changes, and no more: what is small when packed is not large when it is read.
fn bounded<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> std::result::Result<Vec<T>, D::Error> {
    struct Bounded<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
            write!(f, "at most {BATCH_CHANGES_MAX}")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> std::result::Result<Vec<T>, A::Error> {
            let mut taken = Vec::new();
            while let Some(one) = all.next_element()? {
                if taken.len() == BATCH_CHANGES_MAX {
                    return Err(A::Error::custom("too many"));
                }
                taken.push(one);
            }
            Ok(taken)
        }
    }

    from.deserialize_seq(Bounded(PhantomData))
}

#[derive(Serialize, Deserialize)]
enum PackedLink {
    Change {
        hlc_since: i64,
        schema: u32,
        step: u32,
        /// 0 for the whole company's, else 1 more than the place in the list.
        scope: u32,
        entity: u32,
        kind: ChangeKind,
        payload: PackedPayload,
    },
    Hidden,
}

#[derive(Serialize, Deserialize)]
enum PackedPayload {
    Whole { salt_bytes: u32, body: Vec<u8> },
    Gone,
}

/// A list without doubles, and the place of each in it.
struct Places<T>(Vec<T>, HashMap<T, u32>);

impl<T: Clone + Eq + std::hash::Hash> Places<T> {
    fn new() -> Self {
        Self(Vec::new(), HashMap::new())
    }

    fn of(&mut self, value: &T) -> u32 {
        if let Some(place) = self.1.get(value) {
            return *place;
        }
        let place = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push(value.clone());
        self.1.insert(value.clone(), place);
        place
    }
}

/// Packs links.
pub(super) fn packed(links: &[Link]) -> Vec<u8> {
    let (mut entities, mut steps, mut scopes) = (Places::new(), Places::new(), Places::new());
    let mut random = Vec::new();
    let mut last = Hlc(0);
    let links = links.iter().map(|link| match link {
        Link::Hidden(leaf) => {
            random.extend_from_slice(&leaf.0);
            PackedLink::Hidden
        }
        Link::Change(change) => {
            let hlc_since = change.hlc.0.wrapping_sub(last.0).cast_signed();
            last = change.hlc;
            random.extend_from_slice(change.row.as_bytes());
            let payload = match &change.payload {
                Payload::Whole { salt, body } => {
                    random.extend_from_slice(salt);
                    PackedPayload::Whole {
                        salt_bytes: u32::try_from(salt.len()).unwrap_or(u32::MAX),
                        body: body.clone(),
                    }
                }
                Payload::Gone { commitment } => {
                    random.extend_from_slice(&commitment.0);
                    PackedPayload::Gone
                }
            };
            PackedLink::Change {
                hlc_since,
                schema: change.schema,
                step: steps.of(&change.step),
                scope: change.scope.map_or(0, |scope| scopes.of(&scope) + 1),
                entity: entities.of(&change.entity),
                kind: change.kind,
                payload,
            }
        }
    });
    let links = links.collect();
    let bytes = encode(&Packed {
        random,
        entities: entities.0,
        steps: steps.0,
        scopes: scopes.0,
        links,
    });
    pack_apart(&bytes, random_end(&bytes), LEVEL)
}

/// Where the random bytes end.
fn random_end(bytes: &[u8]) -> usize {
    let random = decode_first::<usize>(bytes);
    random.map_or(0, |(length, rest)| {
        (bytes.len() - rest.len()).saturating_add(length)
    })
}

/// The same changes, packed as close as `level` (of zstd) does it: to keep them.
///
/// # Errors
/// [`Error::Unreadable`], [`Error::TooLarge`] where they do not unpack.
pub fn repacked(packed: &[u8], level: i32) -> Result<Vec<u8>> {
    let bytes = unpack(packed, UNPACKED_MAX)?;
    Ok(pack_apart(&bytes, random_end(&bytes), level))
}

/// What is random, from its first byte to its last.
struct Random<'a>(&'a [u8]);

impl<'a> Random<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(MISSING)?;
        self.0 = rest;
        Ok(taken)
    }

    fn hash(&mut self) -> Result<Hash> {
        let bytes = self.take(size_of::<Hash>())?;
        Ok(Hash(bytes.try_into().map_err(|_| MISSING)?))
    }
}

/// One change may be longer than a batch of many; it then travels alone.
const UNPACKED_MAX: usize = 2 * if BATCH_BYTES_MAX > BODY_BYTES_MAX {
    BATCH_BYTES_MAX
} else {
    BODY_BYTES_MAX
};

const MISSING: Error = Error::Unreadable("a place that no list has");

/// Unpacks them.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<Link>> {
    let packed: Packed = decode(&unpack(bytes, UNPACKED_MAX)?)?;
    let mut random = Random(&packed.random);
    let mut last = Hlc(0);
    let mut links = Vec::with_capacity(packed.links.len());
    for link in packed.links {
        links.push(match link {
            PackedLink::Hidden => Link::Hidden(random.hash()?),
            PackedLink::Change {
                hlc_since,
                schema,
                step,
                scope,
                entity,
                kind,
                payload,
            } => {
                last = Hlc(last.0.wrapping_add(hlc_since.cast_unsigned()));
                let scope = match scope {
                    0 => None,
                    n => Some(*packed.scopes.get(n as usize - 1).ok_or(MISSING)?),
                };
                let row = RowId::from_slice(random.take(16)?).ok_or(MISSING)?;
                let payload = match payload {
                    PackedPayload::Whole { salt_bytes, body } => Payload::Whole {
                        salt: random.take(salt_bytes as usize)?.to_vec(),
                        body,
                    },
                    PackedPayload::Gone => Payload::Gone {
                        commitment: random.hash()?,
                    },
                };
                Link::Change(Sealed {
                    hlc: last,
                    schema,
                    step: *packed.steps.get(step as usize).ok_or(MISSING)?,
                    scope,
                    entity: packed.entities.get(entity as usize).ok_or(MISSING)?.clone(),
                    row,
                    kind,
                    payload,
                })
            }
        });
    }
    match random.0 {
        [] => Ok(links),
        _ => Err(Error::Unreadable("bytes after the end")),
    }
}
