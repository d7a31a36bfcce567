//! The broken ways of others, for the suite's negative controls. Outside of a build that names them there is none.

/// How the server is to be broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    /// Not at all.
    #[default]
    None,
    /// Entries are numbered by a sequence of the database's and put in without holding the head: a reader who
    /// comes between two transactions misses the slower one. PostgreSQL alone.
    #[cfg(feature = "sabotage")]
    SerialCursor,
    /// Whatever stands under the same numbers is taken for the same: a copied book's changes are lost.
    #[cfg(feature = "sabotage")]
    ConflictDoNothing,
}

impl Sabotage {
    pub(crate) fn is_serial_cursor(self) -> bool {
        #[cfg(feature = "sabotage")]
        return self == Self::SerialCursor;
        #[cfg(not(feature = "sabotage"))]
        false
    }

    pub(crate) fn is_conflict_do_nothing(self) -> bool {
        #[cfg(feature = "sabotage")]
        return self == Self::ConflictDoNothing;
        #[cfg(not(feature = "sabotage"))]
        false
    }
}
