//! A push, proved and looked through before it waits for its turn: all that needs no database.

use clientele_model::record::{CLIENT_ID, CLIENTS, is_head_offices};
use clientele_model::{Body, BranchId, ChangeKind, Hlc, RowId, StepId};
use clientele_protocol::message::{Push, Why};
use clientele_protocol::{BODY_BYTES_MAX, Batch, Error, Hash, Link, Payload, PublicKey, Sealed};

/// A push whose batch is what its device signed.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The batch.
    pub batch: Batch,
    /// Its links.
    pub links: Vec<Link>,
    /// What each of them says.
    pub facts: Vec<Fact>,
    /// The effective clocks that a server assigned before.
    pub assigned: Vec<(u32, Hlc)>,
}

/// One link of an offer.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What stands for it in the chain.
    pub leaf: Hash,
    /// Why it is refused whoever it is from.
    pub why: Option<Why>,
    /// Does only head office write it?
    pub is_head_offices: bool,
    /// Does it give way to whatever head office says? Then nobody need look at it where it is refused.
    pub gives_way: bool,
    /// The client on whose card it says that it stands.
    pub client: Option<RowId>,
}

impl Offer {
    /// Proves a push, and looks at every change of it.
    ///
    /// # Errors
    /// What [`Batch::open`] says; [`Error::Unreadable`] for a hidden link that is not told to be too large:
    /// what somebody else was not shown is not theirs to hand on.
    pub fn prove(push: Push, key: &PublicKey) -> Result<Self, Error> {
        let Push {
            batch,
            assigned,
            too_large,
        } = push;
        let links = batch.open(key)?;
        let mut too_large = too_large;
        too_large.sort_unstable();
        let fact = |(at, link): (usize, &Link)| {
            let seq = batch.first_seq + at as u64;
            let leaf = link.leaf(batch.device, seq);
            let is_told = u32::try_from(at).is_ok_and(|at| too_large.binary_search(&at).is_ok());
            match link {
                Link::Hidden(_) if !is_told => Err(Error::Unreadable("a change that is not shown")),
                Link::Hidden(_) => Ok(Fact {
                    leaf,
                    why: Some(Why::TooLarge),
                    is_head_offices: false,
                    gives_way: false,
                    client: None,
                }),
                Link::Change(change) => Ok(Fact::of(change, leaf, is_told)),
            }
        };
        let facts = links.iter().enumerate().map(fact).collect::<Result<_, _>>()?;
        Ok(Self {
            batch,
            links,
            facts,
            assigned,
        })
    }

    /// What erases in it: the change, its place, whether it is a client.
    pub fn erasing(&self) -> impl Iterator<Item = Erasing> {
        let changes = self.links.iter().enumerate();
        let changes = changes.filter_map(|(at, link)| link.change().map(|change| (at, change)));
        let erasing = changes.filter(|(_, change)| change.kind == ChangeKind::Erase);
        erasing.map(|(at, change)| Erasing {
            at,
            row: change.row,
            is_client: change.entity == CLIENTS.name,
            step: change.step,
            scope: change.scope,
        })
    }
}

/// The most fields that one change may name: many times those of any record, and few enough to be looked at one by
/// one on every device.
const BODY_FIELDS_MAX: usize = 256;

/// A change that erases a row.
#[derive(Clone, Copy, Debug)]
pub struct Erasing {
    /// Its place in the batch.
    pub at: usize,
    /// The row.
    pub row: RowId,
    /// Is it a client, with all that stands on the card?
    pub is_client: bool,
    /// The step.
    pub step: StepId,
    /// Whose it says that it is.
    pub scope: Option<BranchId>,
}

impl Fact {
    fn of(change: &Sealed, leaf: Hash, is_told_too_large: bool) -> Self {
        let (body, length) = match &change.payload {
            Payload::Whole { body, .. } => (Some(Body::decode(body)), body.len()),
            Payload::Gone { .. } => (None, 0),
        };
        let is_readable = is_name(&change.entity)
            && match &body {
                Some(Some(body)) => {
                    body.0.len() <= BODY_FIELDS_MAX && body.0.iter().all(|field| is_field(&field.field))
                }
                Some(None) => false,
                None => true,
            };
        let why = if is_told_too_large || length > BODY_BYTES_MAX {
            Some(Why::TooLarge)
        } else if is_readable {
            None
        } else {
            Some(Why::Unreadable)
        };
        let client = body.flatten().and_then(|body| {
            let mut fields = body.0.iter();
            fields.find(|field| field.field == CLIENT_ID)?.value.as_row()
        });
        Self {
            leaf,
            why,
            is_head_offices: is_head_offices(&change.entity),
            gives_way: is_head_offices(&change.entity) && change.hlc == Hlc::GIVES_WAY,
            client,
        }
    }

    /// Why the change is refused, if it is: from a device of this branch, in a company of these.
    #[must_use]
    pub fn refused(&self, link: &Link, branch: Option<BranchId>, branches: &[BranchId]) -> Option<Why> {
        let Link::Change(change) = link else {
            return self.why;
        };
        let is_own = match (branch, change.scope) {
            (_, None) => true,
            (Some(own), Some(scope)) => own == scope,
            (None, Some(scope)) => branches.contains(&scope),
        };
        let is_theirs = is_own && (branch.is_none() || !self.is_head_offices);
        match self.why {
            Some(Why::TooLarge) => self.why,
            _ if !is_theirs => Some(Why::NotYours),
            why => why,
        }
    }
}

/// Would any version call an entity or a field so?
fn is_name(name: &str) -> bool {
    let is_letter = |byte| matches!(byte, b'a'..=b'z' | b'_');
    name.len() <= 40
        && name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
}

fn is_field(name: &str) -> bool {
    is_name(name.strip_prefix('~').unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_a_version_would_write() {
        for name in ["clients", "a", "client_names", "e164", &"x".repeat(40)] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "Clients",
            "1a",
            "a b",
            "a;drop",
            "имя",
            "~seen",
            &"x".repeat(41),
        ] {
            assert!(!is_name(name), "{name}");
        }
        assert!(is_field("~seen") && is_field("notes"));
        assert!(!is_field("~~seen") && !is_field("~"));
    }
}
