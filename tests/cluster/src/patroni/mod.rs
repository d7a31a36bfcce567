//! later
pub struct Patroni;
