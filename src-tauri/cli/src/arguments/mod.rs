//! What the command line takes. Its doc comments are what `--help` says.

mod attachments;
mod clients;
mod fields;
mod filters;
mod head_office;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clientele_api::{ErrorCode, Refusal};
use uuid::Uuid;

use crate::{moments, values};

pub use attachments::{Attach, Save};
pub use clients::{Access, Client, ClientEdit, Emptied, Fields, NewClient};
pub use fields::{Fields as OwnFields, Kind, NewField, OwnField};
pub use filters::{Filters, SavedFilter, Tagged};
pub use head_office::Office;

/// The client book of a salon, without a window.
///
/// What is asked for goes to stdout; a refusal goes to stderr, as one line that begins with its code.
/// The exit code is 0 when it is done, 1 when it was refused, 2 when the command line was not understood.
#[derive(Debug, Parser)]
#[command(
    name = "clientele-cli",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Arguments {
    /// The book's file.
    #[arg(long, value_name = "PATH")]
    pub book: PathBuf,
    /// A file with the book's key (64 hexadecimal digits); without it the system's secret store is asked.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new book, and print its recovery key, this one time.
    Init(Init),
    /// Bring in the people of a CSV, XLSX or vCard file, or all of another book's JSON, in one step that can be undone.
    Import(Import),
    /// Bring in contact histories from a table with days and a phone, card number, e-mail or name to find the client by.
    ImportHistory(ImportHistory),
    /// Find clients by any part of a name, phone, e-mail, note, ...
    Search(Search),
    /// One client, or several by their ids.
    #[command(subcommand)]
    Client(Client),
    /// The owner's own fields of a card, with what may be chosen in them; or what is done to them.
    Fields(OwnFields),
    /// Saved filters with the number of clients that each finds; or what is done to one, or to all whom it finds.
    Filters(Filters),
    /// Clients who may be the same one, the likeliest first, with why.
    Duplicates {
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// Make one card of two clients. Nothing of either is lost, and `unmerge` takes them apart again any day later.
    Merge {
        /// The client whose card stays.
        keep: Uuid,
        /// The other.
        gone: Uuid,
    },
    /// Take apart what was merged; what was written on the card since stays on it.
    Unmerge {
        /// The step that merged them, as `merge` and `history` say it.
        step: Uuid,
    },
    /// The contact history of a client.
    #[command(subcommand)]
    Contact(Contact),
    /// Add photos or files to a client's card, in one step. They are kept in the book, encrypted like the rest.
    Attach(Attach),
    /// The photos and files on a client's card.
    Attachments {
        /// Which client.
        client: Uuid,
    },
    /// Put a photo or a file into the trash.
    Detach {
        /// Which, as `attachments` says it.
        id: Uuid,
    },
    /// Write the content of a photo or a file to a file.
    Save(Save),
    /// Take back the last step.
    Undo,
    /// Do again what was undone last.
    Redo,
    /// What happened to a client's card, or without an id, what was done in the book.
    History(History),
    /// Write all clients to a file.
    Export(Export),
    /// Look whether the book is whole; exit code 1 when it is not.
    Check,
    /// Fill an empty book with a salon of people who do not exist, to try and to measure the program.
    Demo(Demo),
    /// A part of the list of clients.
    List(List),
    /// What lies in the trash.
    Trash,
    /// Head office: pair with it, exchange changes, settle what both sides wrote.
    #[command(subcommand)]
    HeadOffice(Office),
}

#[derive(Debug, Args)]
pub struct Init {
    /// The name of the business.
    #[arg(long)]
    pub name: Option<String>,
    /// Its country, two letters (ISO 3166): phone numbers without a country code are of there.
    #[arg(long, value_name = "CC")]
    pub country: Option<String>,
    /// Its currency, three letters (ISO 4217).
    #[arg(long, value_name = "CUR")]
    pub currency: Option<String>,
    /// The language of the book.
    #[arg(long, value_parser = values::LANGUAGES)]
    pub language: Option<String>,
}

#[derive(Debug, Args)]
pub struct Import {
    /// The file.
    pub file: PathBuf,
    /// Only say what would happen.
    #[arg(long)]
    pub dry_run: bool,
    /// What becomes of those who are in the book already, or twice in the file: they complete that card, become
    /// clients of their own all the same, or are left out.
    #[arg(long, default_value = "complete", value_parser = ["complete", "create", "skip"])]
    pub duplicates: String,
    /// Write the rows that are refused to this file, each with why, to be mended and imported again.
    #[arg(long, value_name = "FILE")]
    pub refused: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Search {
    /// What to look for; several words must all be found.
    #[arg(required = true)]
    pub query: Vec<String>,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub limit: u32,
}

/// A command about contacts.
#[derive(Debug, Subcommand)]
pub enum Contact {
    /// Log a contact.
    Add(NewContact),
    /// The latest contacts.
    List {
        /// With which client.
        client: Uuid,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
}

#[derive(Debug, Args)]
pub struct NewContact {
    /// With which client.
    pub client: Uuid,
    /// What sort of contact.
    #[arg(long, value_parser = values::KINDS)]
    pub kind: String,
    /// What was said.
    #[arg(long)]
    pub text: String,
    /// Who began it: in is the client, out is we.
    #[arg(long, value_parser = values::DIRECTIONS)]
    pub direction: Option<String>,
    /// By which way.
    #[arg(long, value_parser = values::CHANNELS)]
    pub channel: Option<String>,
    /// When, as in 2026-11-22T14:30; without it, now.
    #[arg(long, value_name = "MOMENT", value_parser = moments::parse)]
    pub at: Option<i64>,
}

#[derive(Debug, Args)]
pub struct History {
    /// Which client.
    pub id: Option<Uuid>,
    /// At most so many steps.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub limit: u32,
}

#[derive(Debug, Args)]
pub struct ImportHistory {
    /// The file: CSV, XLSX or ODS.
    pub file: PathBuf,
    /// Only say what would happen.
    #[arg(long)]
    pub dry_run: bool,
    /// Write the rows that are refused to this CSV file, each with why, to be mended and imported again.
    #[arg(long, value_name = "FILE")]
    pub refused: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Export {
    /// The file to write: .csv, .xlsx, .vcf for an address book, or .json for everything that the book holds.
    pub file: PathBuf,
    /// As what, where the file's name does not tell.
    #[arg(long)]
    pub format: Option<Format>,
    /// Only those whom this saved filter finds.
    #[arg(long, value_name = "NAME")]
    pub filter: Option<String>,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// How many clients.
    #[arg(long, default_value_t = 400)]
    pub clients: u32,
    /// Which salon: the same number fills in the same people.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What an export is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table as text.
    Csv,
    /// Cards of an address book.
    Vcard,
    /// A workbook of Excel.
    Xlsx,
    /// Everything that the book holds, as JSON, to be imported into an empty book.
    Json,
}

impl Export {
    /// What was asked for, or what the file's name says.
    pub fn format(&self) -> Result<Format, Refusal> {
        let ending = self.file.extension().map(|ending| ending.to_ascii_lowercase());
        let named = match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("csv") => Some(Format::Csv),
            Some("vcf" | "vcard") => Some(Format::Vcard),
            Some("xlsx") => Some(Format::Xlsx),
            Some("json") => Some(Format::Json),
            _ => None,
        };
        let unknown =
            || Refusal::new(ErrorCode::Usage).with("detail", "--format csv, xlsx, vcard or json is needed");
        self.format.or(named).ok_or_else(unknown)
    }
}

#[derive(Debug, Args)]
pub struct List {
    /// Only those with this tag.
    #[arg(long)]
    pub tag: Option<String>,
    /// Only persons, or only companies.
    #[arg(long, value_parser = ["person", "company"])]
    pub kind: Option<String>,
    /// Only those whom this saved filter finds.
    #[arg(long, value_name = "NAME")]
    pub filter: Option<String>,
    /// In which order: by name, the lately contacted first, or the newly added first.
    #[arg(long, default_value = "name", value_parser = ["name", "recent", "created"])]
    pub sort: String,
    /// Leave out so many first.
    #[arg(long, default_value_t = 0)]
    pub offset: u32,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub limit: u32,
}
