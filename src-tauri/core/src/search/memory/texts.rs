//! Words, packed one behind the other.

use std::ops::Range;

use zeroize::Zeroize;

use super::TooLarge;

/// Words by their numbers. When it is let go its text is overwritten.
#[derive(Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Adds a word. Returns its number.
    pub fn push(&mut self, word: &str) -> Result<u32, TooLarge> {
        let id = u32::try_from(self.ends.len())?;
        self.text.push_str(word);
        self.ends.push(u32::try_from(self.text.len())?);
        Ok(id)
    }

    pub fn len(&self) -> u32 {
        // `push` has seen to it.
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    fn range(&self, id: u32) -> Range<usize> {
        let id = id as usize;
        let from = if id == 0 { 0 } else { self.ends[id - 1] as usize };
        from..self.ends[id] as usize
    }

    pub fn get(&self, id: u32) -> &str {
        &self.text[self.range(id)]
    }

    pub fn bytes(&self, id: u32) -> &[u8] {
        &self.text.as_bytes()[self.range(id)]
    }

    /// Overwrites a word: nothing is found by it any more, and nothing of it is left.
    pub fn erase(&mut self, id: u32) {
        let range = self.range(id);
        let nothing = "\0".repeat(range.len());
        self.text.replace_range(range, &nothing);
    }

    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        self.text.capacity() + 4 * self.ends.capacity()
    }
}

impl Drop for Texts {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}
