//! The features of Clientele on one encrypted SQLite file.
//!
//! A feature is a folder: its rules in `mod.rs`, its SQL in `store.rs`. Every write passes
//! [`workspace::Workspace::write`]; nothing here knows of a window, a command line or a network.

pub mod access;
pub mod attachments;
pub mod book;
pub mod clients;
pub mod conflicts;
pub mod contacts;
pub mod custom_fields;
pub mod demo;
pub mod duplicates;
pub mod error;
pub mod exports;
pub mod filters;
pub mod head_office;
pub mod history;
pub mod imports;
pub mod keys;
pub mod schema;
pub mod search;
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod trash;
pub mod workspace;

pub use error::{Error, Result};
