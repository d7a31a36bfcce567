//! What crosses about clients who may be the same one.

use clientele_core::duplicates::{Suspect, Why};
use clientele_model::{ClientDraft, ClientId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which part of the list of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DuplicatesAsk {
    /// At most so many (1 to 500).
    pub limit: u32,
}

/// A card that is being typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LikeAsk {
    /// What stands in the form.
    pub draft: ClientDraft,
    /// Whose card it is, where it is not a new one.
    pub except: Option<ClientId>,
}

/// A client who may be the one that is being typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Like {
    /// Who.
    pub client: Suspect,
    /// Why, the strongest first.
    pub why: Vec<Why>,
}

/// Two clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TwoClients {
    /// The one whose card stays.
    pub keep: ClientId,
    /// The other.
    pub gone: ClientId,
}

/// Two clients to be made one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientsMerge {
    /// The one whose card stays.
    pub keep: ClientId,
    /// The other.
    pub gone: ClientId,
    /// The card that stays as it was shown, and as it is to be; without it what is proposed becomes of it.
    pub edited: Option<MergeEdited>,
}

/// The card that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MergeEdited {
    /// As it was shown.
    pub before: ClientDraft,
    /// As it is to be.
    pub after: ClientDraft,
}
