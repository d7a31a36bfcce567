//! The two keys of a book: the random one that encrypts the file, and the printed one that recovers it.
//!
//! The book's key is 256 random bits and lies in the machine's secret store, which is the caller's
//! business. Here it is wrapped a second time, under the recovery key, into a small file beside the book.
//! Neither key is ever written in the clear.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use clientele_model::{ErrorCode, Refusal};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Error, Result};

/// The key that encrypts a book: 256 bits, used raw. Wiped from memory when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct BookKey(Zeroizing<[u8; 32]>);

/// Which book: the salt in the first 16 bytes of its file. It is no secret, and goes wherever the file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookId(pub [u8; 16]);

/// The printed key: 160 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryKey(Zeroizing<[u8; 20]>);

impl std::fmt::Debug for BookKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BookKey(secret)")
    }
}

impl std::fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryKey(secret)")
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

impl BookKey {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(Zeroizing::new(random()))
    }

    /// From 32 bytes, as a secret store gives them back.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// From 64 hexadecimal digits; white space around them does not matter.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        Some(Self(Zeroizing::new(from_hex(hex.trim())?)))
    }

    /// From a key file of 64 hexadecimal digits.
    ///
    /// # Errors
    /// `file.failed`, `key_file.invalid`.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|e| match e.kind() {
                std::io::ErrorKind::InvalidData => invalid_key_file(path),
                _ => Error::file(path, &e),
            })?;
        Self::from_hex(&text).ok_or_else(|| invalid_key_file(path))
    }

    /// The 32 bytes, for the secret store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn invalid_key_file(path: &Path) -> Error {
    Refusal::new(ErrorCode::KeyFileInvalid)
        .with("path", path.display())
        .into()
}

impl BookId {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(random())
    }

    /// As the secret store knows it.
    #[must_use]
    pub fn account(&self) -> String {
        hex(&self.0)
    }
}

/// Hexadecimal digits, lower case.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex<const N: usize>(hex: &str) -> Option<[u8; N]> {
    if hex.len() != 2 * N || !hex.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}

/// Crockford's base 32: no I, L, O, U, so that a printed key is read back as it was meant.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Eight groups of four letters hold the key, a ninth tells a slip of the pen.
const LETTERS: usize = 36;

impl RecoveryKey {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(Zeroizing::new(random()))
    }

    /// As it is printed: nine groups of four letters and digits.
    #[must_use]
    pub fn to_print(&self) -> String {
        let check = Sha256::digest(self.0.as_slice());
        let bits = self.0.iter().chain(check.iter());
        let (mut letters, mut buffer, mut held) = (Vec::new(), 0u32, 0);
        for byte in bits {
            buffer = (buffer << 8 | u32::from(*byte)) & 0xFFFF;
            held += 8;
            while held >= 5 {
                held -= 5;
                letters.push(ALPHABET[(buffer >> held) as usize & 31]);
            }
        }
        let groups = letters[..LETTERS].chunks(4).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }

    /// From what a person typed: case, spaces and dashes do not matter, O is 0, I and L are 1.
    ///
    /// # Errors
    /// `recovery_key.mistyped` for a key with a slip.
    pub fn from_typed(typed: &str) -> Result<Self> {
        let mistyped = || Error::from(ErrorCode::RecoveryKeyMistyped);
        let letters: Zeroizing<String> = Zeroizing::new(typed.chars().filter_map(as_printed).collect());
        let (mut bytes, mut buffer, mut held) = (Zeroizing::new(Vec::new()), 0u32, 0);
        for letter in letters.bytes() {
            let digit = ALPHABET.iter().position(|a| *a == letter).ok_or_else(mistyped)?;
            buffer = (buffer << 5 | u32::try_from(digit).unwrap_or(0)) & 0xFFF;
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push((buffer >> held & 0xFF) as u8);
            }
        }
        let key = bytes
            .get(..20)
            .and_then(|bytes| <[u8; 20]>::try_from(bytes).ok())
            .ok_or_else(mistyped)?;
        let key = Self(Zeroizing::new(key));
        // The last group is a checksum of the key: print it again, and every letter must agree.
        if key.to_print().replace('-', "") == *letters {
            Ok(key)
        } else {
            Err(mistyped())
        }
    }

    /// Encrypts the book's key under this one (XChaCha20-Poly1305, key by HKDF-SHA-256 from 160 random
    /// bits, so no slow hash is needed).
    #[must_use]
    pub fn wrap(&self, book: BookId, key: &BookKey) -> Wrapped {
        let nonce: [u8; 24] = random();
        let payload = Payload {
            msg: key.as_bytes(),
            aad: &book.0,
        };
        let sealed = self.cipher(book).encrypt(XNonce::from_slice(&nonce), payload);
        let sealed = sealed.expect("32 bytes are never too long to seal");
        Wrapped {
            format: FORMAT,
            book: hex(&book.0),
            nonce: hex(&nonce),
            sealed: hex(&sealed),
        }
    }

    /// The book's key, from its wrapping.
    ///
    /// # Errors
    /// `recovery_key.wrong` where this key does not open it.
    pub fn unwrap(&self, book: BookId, wrapped: &Wrapped) -> Result<BookKey> {
        let open = || {
            let nonce: [u8; 24] = from_hex(&wrapped.nonce)?;
            let sealed: [u8; 48] = from_hex(&wrapped.sealed)?;
            let payload = Payload {
                msg: &sealed,
                aad: &book.0,
            };
            let key = self
                .cipher(book)
                .decrypt(XNonce::from_slice(&nonce), payload)
                .ok()?;
            BookKey::from_bytes(&Zeroizing::new(key))
        };
        open().ok_or_else(|| ErrorCode::RecoveryKeyWrong.into())
    }

    fn cipher(&self, book: BookId) -> XChaCha20Poly1305 {
        let mut key = Zeroizing::new([0u8; 32]);
        Hkdf::<Sha256>::new(Some(&book.0), self.0.as_slice())
            .expand(b"clientele recovery key, version 1", key.as_mut_slice())
            .expect("32 bytes are a length that HKDF gives");
        XChaCha20Poly1305::new(Key::from_slice(key.as_slice()))
    }
}

/// The letter that was printed where this one was typed: in either case, under a Cyrillic layout where the
/// letters look alike, O for 0, I and L for 1. None for what only parts the groups.
fn as_printed(typed: char) -> Option<char> {
    if typed.is_whitespace() || matches!(typed, '-' | '–' | '—') {
        return None;
    }
    Some(match typed.to_uppercase().next().unwrap_or(typed) {
        'О' | 'O' => '0',
        'I' | 'L' => '1',
        'А' => 'A',
        'В' => 'B',
        'С' => 'C',
        'Е' => 'E',
        'Н' => 'H',
        'К' => 'K',
        'М' => 'M',
        'Р' => 'P',
        'Т' => 'T',
        'Х' => 'X',
        letter => letter,
    })
}

/// The form of the file beside the book.
const FORMAT: u32 = 1;

/// The file beside the book: its key, sealed under the recovery key. Worthless without the printed key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    format: u32,
    book: String,
    nonce: String,
    sealed: String,
}

impl Wrapped {
    /// Where it lies: beside the book, `<book>.recovery`.
    #[must_use]
    pub fn path(book: &Path) -> PathBuf {
        beside(book, "recovery")
    }

    /// Writes it beside the book, for good before this returns. What stood there under this name (of a
    /// book that is not there any more) is put aside, not overwritten: returns where.
    ///
    /// # Errors
    /// `file.failed`, `disk.full`.
    pub fn save(&self, book: &Path) -> Result<Option<PathBuf>> {
        let path = Self::path(book);
        let mut put_aside = None;
        if path.exists() {
            let aside = beside(&path, &format!("old-{}", clientele_model::Timestamp::now().0));
            std::fs::rename(&path, &aside).map_err(|e| Error::file(&path, &e))?;
            put_aside = Some(aside);
        }
        let text = serde_json::to_string_pretty(self).expect("plain data");
        crate::book::write_durably(&path, text.as_bytes())?;
        Ok(put_aside)
    }

    /// Reads it.
    ///
    /// # Errors
    /// `recovery_key.file_missing` where it is not there or is no such file.
    pub fn load(book: &Path) -> Result<Self> {
        let path = Self::path(book);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let wrapped: Option<Self> = serde_json::from_str(&text).ok();
        let known = wrapped.filter(|wrapped| wrapped.format == FORMAT);
        let missing = || Refusal::new(ErrorCode::RecoveryFileMissing).with("path", path.display());
        known.ok_or_else(|| missing().into())
    }
}

/// `<path>.<ending>`.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}
