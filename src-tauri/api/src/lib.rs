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
mod duplicates;
mod files;
mod head_office;
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
pub use host::{Event, FileKind, Host, SecretStore};
