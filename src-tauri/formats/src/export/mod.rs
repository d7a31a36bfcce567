//! Writing the book for other programs, so that reading it again gives the same cards.

mod csv;
pub(crate) mod fields;
pub(crate) mod guard;
mod vcard;
mod xlsx;

pub(crate) use csv::REFUSED_MARK;
pub use csv::{CsvWriter, Shape, csv, refused};
pub use vcard::{vcard, vcards};
pub use xlsx::xlsx;

pub(crate) use vcard::{CUSTOM, PRODUCT, label_of_type};
