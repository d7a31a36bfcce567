//! Photos and files on a client's card: what a file is, by its content, and a small picture of it.

mod media_type;
mod thumbnail;

pub use media_type::{OTHER, is_picture, media_type};
pub use thumbnail::{THUMBNAIL_BYTES_MAX, THUMBNAIL_SIDE, jpeg, thumbnail};
