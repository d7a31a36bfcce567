//! What the server is asked, and what must come of it.

pub mod backups;
pub mod contents;
pub mod doors;
pub mod erasure;
pub mod names;
pub mod pushes;
pub mod quarantine;
pub mod rest;
pub mod sight;
pub mod tables;
