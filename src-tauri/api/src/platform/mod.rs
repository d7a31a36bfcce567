//! What differs from one operating system to another: the secret store, the user's folder and language.
//!
//! Here rather than in the desktop shell because the command line needs them too, and must find the same book.

mod dirs;
mod keyring;
#[cfg(any(target_os = "macos", target_os = "windows"))]
mod native_store;
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
mod secret_service;
mod signals;

pub use dirs::{data_dir, program, system_locale};
pub use keyring::OsKeyring;
pub use signals::ignore_file_size_signal;

/// The name under which the system knows the program: its folder, its entries in the secret store.
const IDENTIFIER: &str = "app.clientele.desktop";
