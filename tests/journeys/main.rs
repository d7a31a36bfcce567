//! Journeys: the features through the api, as the window and the command line take them.

mod access;
mod attachments;
mod commands;
mod crash;
mod demo;
mod exports;
mod files;
mod head_office;
mod hostile;
mod indexing;
mod keys;
mod mended;
mod own_fields;
mod pairing;
mod receipts;
mod spreadsheets;
