//! Head office's server: it takes the devices' changes in, keeps them in one log a company, and hands them on.
//!
//! [`Service`] answers messages and knows no socket and no clock: the bytes and the time come in, bytes go
//! out, so that a simulator can be its network. [`store`] says where the log lies.

pub mod address;
pub mod backup;
pub mod error;
pub mod files;
pub mod http;
pub mod offer;
pub mod register;
pub mod sabotage;
pub mod service;
pub mod store;

pub use error::{Error, Result};
pub use sabotage::Sabotage;
pub use service::{Path, Service, Settings};
