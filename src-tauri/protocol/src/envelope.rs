//! Who speaks: each message of a device is signed with the key that only it has, within a session that only
//! this server opened, under a number that was not used before. A message that was overheard says nothing twice.

use clientele_model::CompanyId;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::bytes::encode;
use crate::chain::Hash;
use crate::{Error, Result};

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature([[u8; 32]; 2]);

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signature")
    }
}

impl Signature {
    /// Its 64 bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.0[0]);
        bytes[32..].copy_from_slice(&self.0[1]);
        bytes
    }

    /// From the bytes of a database; `None` when there are not 64.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let (left, right) = bytes.split_at_checked(32)?;
        Some(Self([left.try_into().ok()?, right.try_into().ok()?]))
    }
}

/// The key of a device. It never leaves the device's book.
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// From 32 random bytes, as the book keeps them.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// What everybody may know of it.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs.
    #[must_use]
    pub fn sign(&self, what: &[u8]) -> Signature {
        Signature::from_slice(&self.0.sign(what).to_bytes()).expect("a signature has 64 bytes")
    }
}

/// By which a device's signatures are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// From the bytes of a database; `None` when there are not 32.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Is it this device's signature of just this?
    ///
    /// # Errors
    /// [`Error::Forged`].
    pub fn verify(&self, what: &[u8], signature: &Signature) -> Result<()> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| Error::Forged)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.to_bytes());
        key.verify_strict(what, &signature).map_err(|_| Error::Forged)
    }
}

/// A session: 16 random bytes of the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(pub [u8; 16]);

/// A message in its envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Whose book it is about.
    pub company: CompanyId,
    /// Within which session.
    pub session: SessionId,
    /// Greater than that of every message before in this session.
    pub number: u64,
    /// The device's signature over the rest.
    pub signature: Signature,
    /// The message.
    pub message: Vec<u8>,
}

fn signed(company: CompanyId, session: SessionId, number: u64, message: &[u8]) -> Vec<u8> {
    encode(&("clientele call 1", company, session, number, Hash::of(&[message])))
}

impl Envelope {
    /// Puts a message into an envelope and signs it.
    #[must_use]
    pub fn seal(
        company: CompanyId,
        session: SessionId,
        number: u64,
        key: &DeviceKey,
        message: Vec<u8>,
    ) -> Self {
        let signature = key.sign(&signed(company, session, number, &message));
        Self {
            company,
            session,
            number,
            signature,
            message,
        }
    }

    /// Did this device write it?
    ///
    /// # Errors
    /// [`Error::Forged`].
    pub fn verify(&self, by: &PublicKey) -> Result<()> {
        let what = signed(self.company, self.session, self.number, &self.message);
        by.verify(&what, &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_its_writers_and_nobody_elses() {
        let key = DeviceKey::from_seed([3; 32]);
        let (company, session) = (CompanyId::new(), SessionId([5; 16]));
        let envelope = Envelope::seal(company, session, 7, &key, b"pull".to_vec());
        assert_eq!(envelope.verify(&key.public()), Ok(()));
        let changes: [fn(&mut Envelope); 4] = [
            |e| e.company = CompanyId::new(),
            |e| e.session = SessionId([6; 16]),
            |e| e.number = 8,
            |e| e.message.push(0),
        ];
        for change in changes {
            let mut other = envelope.clone();
            change(&mut other);
            assert_eq!(other.verify(&key.public()), Err(Error::Forged));
        }
        let stranger = DeviceKey::from_seed([4; 32]).public();
        assert_eq!(envelope.verify(&stranger), Err(Error::Forged));
    }
}
