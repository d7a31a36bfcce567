//! What the command line takes. Its doc comments are what `--help` says.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clientele_api::{ErrorCode, Refusal};
use uuid::Uuid;

use crate::moments;
use crate::values::{self, Birthday, Messenger};

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
    /// Bring in the people of a CSV or vCard file, in one step that can be undone.
    Import(Import),
    /// Find clients by any part of a name, phone, e-mail, note, ...
    Search(Search),
    /// One client, or several by their ids.
    #[command(subcommand)]
    Client(Client),
    /// The contact history of a client.
    #[command(subcommand)]
    Contact(Contact),
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

/// A command about head office.
#[derive(Debug, Subcommand)]
pub enum Office {
    /// Pair this book with head office, and exchange all that was written.
    Pair {
        /// The code that head office gave; spaces, dashes and the case of letters do not matter.
        #[arg(required = true)]
        code: Vec<String>,
        /// What this device is to be called among the others.
        #[arg(long)]
        name: String,
    },
    /// How this book stands with head office.
    Status,
    /// Exchange changes now; exit code 1 when head office was not reached.
    Sync,
    /// End the pairing. Everything stays in the book.
    Leave,
    /// What two devices wrote without knowing of each other.
    Conflicts,
    /// Settle a conflict.
    Settle {
        /// Which, as the list of conflicts says.
        id: String,
        /// What stays: the value that stands, or the one that was kept aside.
        #[arg(long, value_parser = ["standing", "losing"])]
        keep: String,
    },
    /// Changes of this book that head office did not take.
    Refused,
    /// The company's devices.
    Devices,
    /// The branches that this device sees.
    Branches,
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

/// A command about clients.
#[derive(Debug, Subcommand)]
pub enum Client {
    /// The whole card.
    Show {
        /// Which client.
        id: Uuid,
    },
    /// Add a client.
    Add(Box<NewClient>),
    /// Write everything the book holds about a client to a file, to be handed to that client.
    Access(Access),
    /// Put clients into the trash, where they lie for 30 days, or for 180 where several books are kept as one.
    Trash {
        /// Which clients.
        #[arg(required = true)]
        ids: Vec<Uuid>,
    },
    /// Take clients out of the trash.
    Restore {
        /// Which clients.
        #[arg(required = true)]
        ids: Vec<Uuid>,
    },
}

#[derive(Debug, Args)]
pub struct Access {
    /// Which client.
    pub id: Uuid,
    /// The file to write: .pdf and .html to be read, .json for programs.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

impl Access {
    /// As what, by the file's name.
    pub fn kind(&self) -> Result<&'static str, Refusal> {
        let ending = self.out.extension().map(|ending| ending.to_ascii_lowercase());
        match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("json") => Ok("json"),
            Some("html" | "htm") => Ok("html"),
            Some("pdf") => Ok("pdf"),
            _ => {
                Err(Refusal::new(ErrorCode::Usage).with("detail", "--out takes a .pdf, .html or .json file"))
            }
        }
    }
}

#[derive(Debug, Args)]
pub struct NewClient {
    /// What stands on the card, flag by flag.
    #[command(flatten)]
    pub fields: Fields,
    /// The whole card as JSON (as under "draft" in `client show --json`), from a file or, for -, from stdin.
    #[arg(long, value_name = "FILE", conflicts_with = "Fields")]
    pub from_json: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Fields {
    /// Given name.
    #[arg(long, value_name = "NAME")]
    pub given_name: Option<String>,
    /// Patronymic or middle names.
    #[arg(long, value_name = "NAME")]
    pub patronymic: Option<String>,
    /// Family name.
    #[arg(long, value_name = "NAME")]
    pub family_name: Option<String>,
    /// The name of the company; for a person, where he or she works.
    #[arg(long, value_name = "NAME")]
    pub company_name: Option<String>,
    /// The client is a company.
    #[arg(long)]
    pub company: bool,
    /// A phone number; can be given several times.
    #[arg(long, value_name = "NUMBER")]
    pub phone: Vec<String>,
    /// An e-mail address; can be given several times.
    #[arg(long, value_name = "ADDRESS")]
    pub email: Vec<String>,
    /// A name in a messenger, as in Viber:+359888123456; can be given several times.
    #[arg(long, value_name = "SERVICE:NAME", value_parser = values::messenger)]
    pub messenger: Vec<Messenger>,
    /// Street, house, flat.
    #[arg(long)]
    pub street: Option<String>,
    /// Town.
    #[arg(long)]
    pub city: Option<String>,
    /// Region.
    #[arg(long)]
    pub region: Option<String>,
    /// Postal code.
    #[arg(long)]
    pub postal_code: Option<String>,
    /// Country of the address.
    #[arg(long)]
    pub country: Option<String>,
    /// Day of birth: 1985-03-07, or 03-07 without the year.
    #[arg(long, value_name = "DATE", value_parser = values::birthday)]
    pub birthday: Option<Birthday>,
    /// The language the client prefers.
    #[arg(long, value_parser = values::LANGUAGES)]
    pub language: Option<String>,
    /// Where the client heard of us.
    #[arg(long)]
    pub source: Option<String>,
    /// Number of the customer card.
    #[arg(long, value_name = "NUMBER")]
    pub card_number: Option<String>,
    /// A tag; can be given several times.
    #[arg(long)]
    pub tag: Vec<String>,
    /// Notes.
    #[arg(long)]
    pub notes: Option<String>,
    /// What the client expects.
    #[arg(long)]
    pub expects: Option<String>,
    /// What must never be done.
    #[arg(long)]
    pub never: Option<String>,
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
pub struct Export {
    /// The file to write: .csv, or .vcf for an address book.
    pub file: PathBuf,
    /// As what, where the file's name does not tell.
    #[arg(long)]
    pub format: Option<Format>,
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
}

impl Export {
    /// What was asked for, or what the file's name says.
    pub fn format(&self) -> Result<Format, Refusal> {
        let ending = self.file.extension().map(|ending| ending.to_ascii_lowercase());
        let named = match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("csv") => Some(Format::Csv),
            Some("vcf" | "vcard") => Some(Format::Vcard),
            _ => None,
        };
        let unknown =
            || Refusal::new(ErrorCode::Usage).with("detail", "--format csv or --format vcard is needed");
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
