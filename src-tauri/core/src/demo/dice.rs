//! Chance that repeats itself: the same seed throws the same.

use std::ops::RangeInclusive;

use super::words::{BySex, Sex, said};

/// What everything left to chance is drawn from.
pub(super) struct Dice(fastrand::Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Dice of their own for one client, so that a longer history of one does not change the next.
    pub fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.0.u32(0..100) < percent
    }

    pub fn number(&mut self, range: RangeInclusive<i64>) -> i64 {
        self.0.i64(range)
    }

    /// One of them, each as likely as the next.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.0.usize(0..from.len())]
    }

    /// One of them, the first likelier than the last: what people say most often stands first.
    pub fn pick_early<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.0.usize(0..from.len()).min(self.0.usize(0..from.len()));
        &from[at]
    }

    /// One of those that fit a man or a woman.
    pub fn pick_fitting<'a, T>(&mut self, from: &'a BySex<T>, sex: Sex) -> &'a T {
        let mut fitting = from.of(sex);
        let at = self.0.usize(0..fitting.len());
        fitting.nth(at).expect("it is one of them")
    }

    /// One of the texts, as it is said of a man or a woman.
    pub fn text(&mut self, from: &[String], of: Sex) -> String {
        let text = self.pick(from);
        said(text, of)
    }

    /// The same, the first likelier than the last.
    pub fn text_early(&mut self, from: &[String], of: Sex) -> String {
        let text = self.pick_early(from);
        said(text, of)
    }

    /// One of the texts that fit, as it is said of a man or a woman.
    pub fn text_fitting(&mut self, from: &BySex, of: Sex) -> String {
        let text = self.pick_fitting(from, of);
        said(text, of)
    }

    /// A pattern with its digits thrown: `#` is 0 to 9, `%` is 1 to 9.
    pub fn digits(&mut self, pattern: &str) -> String {
        let throw = |c| match c {
            '#' => self.0.digit(10),
            '%' => char::from(b'0' + self.0.u8(1..=9)),
            other => other,
        };
        pattern.chars().map(throw).collect()
    }
}
