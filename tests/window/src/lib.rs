//! The real program in a real window, on a display, a session bus and a secret store of its own.
//!
//! A test tells a [`journey`]: it gets a running [`Clientele`] in an empty home and uses it as a person would,
//! by what stands on the screen and by keys. Nothing here touches the user's display, home or secrets, every wait
//! has a deadline, and whatever was started is ended when it goes out of scope. `cargo xtask run` and
//! `cargo xtask screens` stand on the same parts.
//!
//! Linux only: it needs Xvfb, openbox, xdotool, xclip, dbus, gnome-keyring and WebKitWebDriver, which
//! `cargo xtask test` installs. This library knows nothing of Tauri
//! and nothing of our other crates.

pub mod bus;
pub mod clientele;
pub mod dialog;
pub mod display;
pub mod error;
pub mod journey;
pub mod keys;
pub mod office;
pub mod picture;
pub mod process;
pub mod stage;
pub mod webdriver;

pub use clientele::{Clientele, Setup};
pub use error::{Error, Result};
pub use journey::journey;
pub use stage::Stage;
