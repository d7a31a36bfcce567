//! The command line as a script and a person meet it: the real program, on books in a folder of their own.

mod attachments;
mod books;
mod cards;
mod closed_ends;
mod duplicates;
mod files;
mod head_office;
mod own_fields;
mod past;
mod salon;
mod usage;
