//! Every command of Clientele, declared once, for the window and the command line alike.
//!
//! [`Api`] is the one way into the book: it checks the session's role, parses the arguments and calls a
//! body that calls core. What a body needs of the machine it asks of the narrow [`Host`].

mod access;
mod app;
mod attachments;
pub mod bindings;
mod books;
mod cards;
mod commands;
mod custom_fields;
mod duplicates;
mod everything;
mod exports;
mod files;
mod filters;
mod head_office;
mod history_imports;
pub mod host;
mod indexing;
mod matches;
mod past;
pub mod platform;
mod preferences;
pub mod reader;
mod refused_rows;
pub mod types;

pub use app::{Api, StartOptions};
pub use attachments::Shown;
pub use clientele_model::{ErrorCode, Refusal};
pub use commands::COMMANDS;
pub use host::{Event, FileKind, Host, ImportPart, SecretStore};
