//! What the command line takes about saved filters.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Filters {
    /// What is done; without it the filters are listed.
    #[command(subcommand)]
    pub command: Option<SavedFilter>,
}

/// A command about saved filters. Each is meant by its name.
#[derive(Debug, Subcommand)]
pub enum SavedFilter {
    /// Save a filter.
    Save {
        /// Its name; one that is called so already is changed.
        name: String,
        /// Its conditions as JSON (as under "conditions" in `filters --json`), from a file or, for -, from stdin.
        #[arg(long, value_name = "FILE")]
        from_json: PathBuf,
    },
    /// Throw a filter away; the clients stay as they are.
    Remove {
        /// The filter.
        name: String,
    },
    /// Give a tag to all whom a filter finds, as one step.
    Tag(Tagged),
    /// Take a tag off all whom a filter finds, as one step.
    Untag(Tagged),
    /// Put all whom a filter finds into the trash, as one step.
    Trash {
        /// The filter.
        name: String,
        /// Only where it finds just so many clients.
        #[arg(long, value_name = "NUMBER")]
        count: Option<u32>,
    },
}

#[derive(Debug, Args)]
pub struct Tagged {
    /// The filter.
    pub name: String,
    /// The tag.
    pub tag: String,
    /// Only where the filter finds just so many clients.
    #[arg(long, value_name = "NUMBER")]
    pub count: Option<u32>,
}
