//! The pairing code: what a person pastes, or types from the phone, to make a device one of a company's.

use data_encoding::{Encoding, Specification};

use crate::chain::Hash;

/// Where the server is, a secret that is good once, and by which certificate the server is known.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingCode {
    /// Host and port.
    pub address: String,
    /// 128 random bits, good once.
    pub secret: [u8; 16],
    /// The first half of the SHA-256 of the server's certificate; `None` where public authorities vouch for it.
    pub pin: Option<[u8; 16]>,
}

impl std::fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PairingCode for {}", self.address)
    }
}

const VERSION: u8 = 1;
const GROUP: usize = 5;
const CHECK_BYTES: usize = 3;

/// Crockford's alphabet: none of its letters is read as another one's, and those who mistake them are forgiven.
fn base32() -> Encoding {
    let mut of = Specification::new();
    of.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    of.translate.from.push_str("abcdefghjkmnpqrstvwxyzILOilo");
    of.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ110110");
    of.encoding().expect("the alphabet is sound")
}

/// How a certificate (DER) is known.
#[must_use]
pub fn pin(certificate: &[u8]) -> [u8; 16] {
    let mut pin = [0; 16];
    pin.copy_from_slice(&Hash::of(&[certificate]).0[..16]);
    pin
}

impl PairingCode {
    /// In groups of five, as it is shown.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut bytes = vec![VERSION << 1 | u8::from(self.pin.is_some())];
        bytes.extend(self.secret);
        bytes.extend(self.pin.into_iter().flatten());
        bytes.extend(self.address.as_bytes());
        let check = Hash::of(&[b"clientele code", &bytes]);
        bytes.extend(&check.0[..CHECK_BYTES]);
        let letters = base32().encode(&bytes).into_bytes();
        let groups: Vec<String> = letters
            .chunks(GROUP)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .collect();
        groups.join("-")
    }

    /// From what was typed: spaces, dashes, case and look-alikes do not matter. `None` where it is no code, or
    /// one with a slip.
    #[must_use]
    pub fn from_text(typed: &str) -> Option<Self> {
        let letters: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'))
            .collect();
        if letters.len() > 1024 {
            return None;
        }
        let bytes = base32().decode(letters.as_bytes()).ok()?;
        let (bytes, check) = bytes.split_at_checked(bytes.len().checked_sub(CHECK_BYTES)?)?;
        if Hash::of(&[b"clientele code", bytes]).0[..CHECK_BYTES] != *check {
            return None;
        }
        let (first, rest) = bytes.split_first()?;
        if first >> 1 != VERSION {
            return None;
        }
        let (secret, rest) = rest.split_first_chunk::<16>()?;
        let (pin, rest) = if first & 1 == 1 {
            let (pin, rest) = rest.split_first_chunk::<16>()?;
            (Some(*pin), rest)
        } else {
            (None, rest)
        };
        let address = std::str::from_utf8(rest)
            .ok()
            .filter(|address| !address.is_empty())?;
        Some(Self {
            address: address.to_owned(),
            secret: *secret,
            pin,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed_and_a_slip_is_noticed() {
        for pin in [None, Some([9; 16])] {
            let code = PairingCode {
                address: "head.example.com:7443".into(),
                secret: [7; 16],
                pin,
            };
            let text = code.to_text();
            assert_eq!(PairingCode::from_text(&text), Some(code.clone()));
            let typed = format!("  {}\n", text.to_lowercase().replace('-', " ").replace('1', "l"));
            assert_eq!(PairingCode::from_text(&typed), Some(code));
            for at in 0..text.len() {
                let mut slip = text.clone().into_bytes();
                slip[at] = if slip[at] == b'7' { b'8' } else { b'7' };
                let slip = String::from_utf8(slip).unwrap();
                if text.as_bytes()[at] != b'-' {
                    assert_eq!(PairingCode::from_text(&slip), None, "{slip}");
                }
            }
        }
        for nonsense in ["", "-", "hello", "🌲🌲🌲", "U"] {
            assert_eq!(PairingCode::from_text(nonsense), None);
        }
    }
}
