//! What the command line takes about the owner's own fields.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub struct Fields {
    /// What is done; without it the fields are listed.
    #[command(subcommand)]
    pub command: Option<OwnField>,
}

/// A command about the owner's own fields. Each is meant by its name.
#[derive(Debug, Subcommand)]
pub enum OwnField {
    /// Define a field.
    Add(NewField),
    /// Give a field another name, or other choices.
    Edit {
        /// The field.
        name: String,
        /// Its name from now on.
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// Something more that may be chosen; can be given several times.
        #[arg(long, value_name = "CHOICE")]
        add_choice: Vec<String>,
        /// What may not be chosen any more; it stays on the cards where it stands. Can be given several times.
        #[arg(long, value_name = "CHOICE")]
        remove_choice: Vec<String>,
        /// A choice to be called otherwise, as in Gold=Platinum, on every card; can be given several times.
        #[arg(long, value_name = "OLD=NEW")]
        rename_choice: Vec<String>,
    },
    /// Throw a field away. What stands in it on the cards is kept, and comes back with `undo`.
    Remove {
        /// The field.
        name: String,
    },
    /// Put fields into this order; those that are not named follow behind.
    Order {
        /// The fields.
        #[arg(required = true)]
        names: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub struct NewField {
    /// Its name.
    pub name: String,
    /// What it holds; that never changes.
    #[arg(long, default_value = "text")]
    pub kind: Kind,
    /// What may be chosen, in its order; can be given several times.
    #[arg(long, value_name = "CHOICE")]
    pub choice: Vec<String>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Text.
    Text,
    /// A number with at most six places behind the point.
    Number,
    /// A day.
    Date,
    /// One of several choices.
    Choice,
}
