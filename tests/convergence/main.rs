//! Devices that write apart become one book again, whatever happens on the way: the properties that
//! docs/sync.md lists, each by its number, and random histories beside them.

mod clocks;
mod contents;
mod controls;
mod crashes;
mod erased;
mod erased_files;
mod forged;
mod histories;
mod invariants;
mod limits;
mod linked;
mod network;
mod postgres;
mod restored;
mod revoked;
mod search;
mod stories;
mod versions;
