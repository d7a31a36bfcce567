//! What head office's server is tested on: real PostgreSQL, started for the test and gone with it.
//!
//! * [`Postgres`] is one server. [`Postgres::shared`] is the one that all tests of a process use, each in a
//!   [`Database`] of its own.
//! * [`Patroni`] is three servers that replicate synchronously under Patroni and etcd, as docs/head-office.md sets
//!   them up, from the very files it shows. Its nodes can be killed and revived.
//! * [`availability`] kills the primary again and again under a [`availability::Load`] and counts what was lost.
//!
//! Nothing is left behind, even by a test run that was killed: see [`folder`].

pub mod availability;
pub mod error;
pub mod folder;
pub mod patroni;
pub mod postgres;
pub mod programs;
mod system;

pub use error::{Error, Result};
pub use patroni::Patroni;
pub use postgres::{Database, Postgres};
