//! What the server is asked, and what must come of it.

pub mod doors;
pub mod erasure;
pub mod pushes;
pub mod sight;
pub mod tables;
