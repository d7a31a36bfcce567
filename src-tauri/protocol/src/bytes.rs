//! Values as bytes, and back within bounds: postcard, packed with zstd where they are many.

use std::io::{Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Level 3: what costs less time than the bytes that it saves.
pub const LEVEL: i32 = 3;

/// A value as bytes.
///
/// # Panics
/// Never: what is said here is plain data.
#[must_use]
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("plain data, and memory is there")
}

/// A value from all of these bytes.
///
/// # Errors
/// [`Error::Unreadable`] where they are no such value, or more than one.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(Error::Unreadable("bytes after the end")),
        Err(_) => Err(Error::Unreadable("cut short or malformed")),
    }
}

/// A value from the first of these bytes, and the rest of them; `None` where they are no such value.
#[must_use]
pub fn decode_first<T: DeserializeOwned>(bytes: &[u8]) -> Option<(T, &[u8])> {
    postcard::take_from_bytes(bytes).ok()
}

/// Packs.
///
/// # Panics
/// Never: it writes to memory.
#[must_use]
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, LEVEL).expect("to compress into memory needs only memory")
}

/// Packs, the first bytes apart from the rest: what is random does not blur how often what comes after it occurs.
///
/// # Panics
/// Never: it writes to memory.
#[must_use]
pub fn pack_apart(bytes: &[u8], first: usize, level: i32) -> Vec<u8> {
    let length = bytes.len() as u64;
    let (first, rest) = bytes.split_at(first.min(bytes.len()));
    let packed = || -> std::io::Result<Vec<u8>> {
        let mut packing = zstd::stream::write::Encoder::new(Vec::new(), level)?;
        packing.set_pledged_src_size(Some(length))?;
        packing.write_all(first)?;
        // Ends a block: each has counts of its own.
        packing.flush()?;
        packing.write_all(rest)?;
        packing.finish()
    };
    packed().expect("to compress into memory needs only memory")
}

/// Unpacks at most `max` bytes: a small message that says that it is a huge one is refused before it is.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Unreadable`].
pub fn unpack(packed: &[u8], max: usize) -> Result<Vec<u8>> {
    let reader =
        zstd::stream::read::Decoder::with_buffer(packed).map_err(|_| Error::Unreadable("not packed"))?;
    let mut bytes = Vec::new();
    let limit = max as u64 + 1;
    reader
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|_| Error::Unreadable("badly packed"))?;
    if bytes.len() > max {
        return Err(Error::TooLarge);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_a_bomb_does_not_go_off() {
        let bytes = "Иванова ".repeat(1000).into_bytes();
        assert_eq!(unpack(&pack(&bytes), bytes.len()), Ok(bytes.clone()));
        assert_eq!(unpack(&pack(&bytes), bytes.len() - 1), Err(Error::TooLarge));
        let bomb = pack(&vec![0; 64 * 1024 * 1024]);
        assert!(bomb.len() < 64 * 1024);
        assert_eq!(unpack(&bomb, 1024), Err(Error::TooLarge));
        assert!(unpack(b"no zstd at all", 1024).is_err());
        assert!(unpack(&pack(&bytes)[..20], 1 << 20).is_err());
    }

    #[test]
    fn a_value_is_all_of_its_bytes() {
        let bytes = encode(&(7u32, "x"));
        assert_eq!(decode::<(u32, String)>(&bytes), Ok((7, "x".into())));
        assert!(decode::<(u32, String)>(&bytes[..1]).is_err());
        assert!(decode::<u32>(&bytes).is_err());
    }
}
