//! Becoming one of a company's devices, with a code that head office gave.

use clientele_core::book::Book;
use clientele_core::head_office::{self, Membership};
use clientele_model::{DeviceId, ErrorCode, Timestamp};
use clientele_protocol::message::{No, PairAsk};
use clientele_protocol::pairing::PairingCode;
use clientele_protocol::{DeviceKey, Response, bytes};

use crate::{Ask, Error, Result};

/// A pairing under way.
#[derive(Debug)]
pub struct Pairing {
    code: PairingCode,
    name: String,
    device: DeviceId,
    seed: [u8; 32],
    /// Is the book nobody's now, so that it may come under another name?
    is_free: bool,
    tried_anew: bool,
}

impl Pairing {
    /// With a code as it was typed. Where the book may not be paired at all, the code stays good for another.
    ///
    /// # Errors
    /// `head_office.demo`; `head_office.code_wrong`; what SQLite says.
    pub fn begin(book: &Book, typed: &str, name: &str) -> Result<Self, clientele_core::Error> {
        book.read(head_office::may_join)?;
        let code = PairingCode::from_text(typed).ok_or(ErrorCode::HeadOfficeCodeWrong)?;
        // The same device with the same key as before, where it has been one: to a server that was restored
        // from an old backup it is a new one, and what it wrote is still its own.
        let seed = book
            .read(head_office::seed)?
            .unwrap_or_else(head_office::new_seed);
        let member = book.read(head_office::membership)?;
        Ok(Self {
            code,
            name: name.to_owned(),
            device: book.device().0,
            seed,
            is_free: member.is_none_or(|member| member.revoked),
            tried_anew: false,
        })
    }

    /// Where the server is, and by which certificate it is known.
    #[must_use]
    pub fn code(&self) -> &PairingCode {
        &self.code
    }

    /// What to send.
    #[must_use]
    pub fn ask(&self) -> Ask {
        let key = DeviceKey::from_seed(self.seed);
        let signed = PairAsk::signed(&self.code.secret, self.device, &self.name);
        Ask::Pair(bytes::encode(&PairAsk {
            secret: self.code.secret,
            device: self.device,
            key: key.public(),
            name: self.name.clone(),
            proof: key.sign(&signed),
        }))
    }

    /// Makes of the answer what must become of it. `false`: ask again.
    ///
    /// # Errors
    /// The server's no; what SQLite says. The book is as it was.
    pub fn answer(&mut self, book: &Book, answer: &[u8], now: Timestamp) -> Result<bool> {
        let (company, company_name, branch) = match bytes::decode(answer) {
            Ok(Response::Paired {
                company,
                company_name,
                branch,
            }) => (company, company_name, branch),
            // Of another branch before it left or was shut out: it may come back under a new name, if head office
            // gave it a code.
            Ok(Response::No(No::OtherBranch)) if self.is_free && !self.tried_anew => {
                self.tried_anew = true;
                (self.device, self.seed) = (DeviceId::new(), head_office::new_seed());
                return Ok(false);
            }
            Ok(Response::No(no)) => return Err(Error::No(no)),
            _ => return Err(Error::Answer("pairing")),
        };
        let member = Membership {
            company,
            company_name,
            branch: branch.map(|branch| (branch.id, branch.name)),
            address: self.code.address.clone(),
            pin: self.code.pin,
            device_name: self.name.clone(),
            since: now,
            revoked: false,
            seed: self.seed,
        };
        match head_office::join(book, self.device, &member) {
            // The only reason that it has: it is another company's, at another server.
            Err(error) if error.code() == ErrorCode::HeadOfficeNotAllowed => Err(Error::No(No::OtherCompany)),
            joined => Ok(joined.map(|()| true)?),
        }
    }
}
