//! What the command line takes about clients.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use clientele_api::{ErrorCode, Refusal};
use uuid::Uuid;

use crate::values::{self, Birthday, Messenger};

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
    /// Change what is named on a client's card; all else stays as it is.
    Edit(Box<ClientEdit>),
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
    /// Erase clients who lie in the trash for good: cards, contacts and history, here and on every other device.
    /// It cannot be undone. `head-office erasures` has the receipt.
    Erase {
        /// Which clients.
        #[arg(required = true)]
        ids: Vec<Uuid>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
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
pub struct ClientEdit {
    /// Which client.
    pub id: Uuid,
    /// What is to stand on the card, flag by flag. What is given of phones, e-mails, messengers or tags stands in the
    /// place of all that stood there; an empty text empties its field.
    #[command(flatten)]
    pub fields: Fields,
    /// The client is a person.
    #[arg(long, conflicts_with = "company")]
    pub person: bool,
    /// What is to be emptied; can be given several times.
    #[arg(long, value_name = "FIELD")]
    pub clear: Vec<Emptied>,
    /// The whole card as JSON (as under "draft" in `client show --json`), from a file or, for -, from stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["Fields", "person", "clear"])]
    pub from_json: Option<PathBuf>,
}

/// What an empty text does not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emptied {
    /// The day of birth.
    Birthday,
    /// The preferred language.
    Language,
    /// Every phone number.
    Phones,
    /// Every e-mail address.
    Emails,
    /// Every name in a messenger.
    Messengers,
    /// Every postal address.
    Addresses,
    /// Every contact person.
    ContactPersons,
    /// Every tag.
    Tags,
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
    /// Another client of the book who is this one's contact person, and as what: CLIENT=accountant. Those who stand there
    /// already stay. Can be given several times.
    #[arg(long, value_name = "CLIENT[=ROLE]", value_parser = values::linked)]
    pub contact_person: Vec<(Uuid, Option<String>)>,
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
    /// What stands in a field of the owner's own, as in "Shoe size=38"; nothing behind the = empties it. Can be given
    /// several times.
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = values::own_field)]
    pub own: Vec<(String, String)>,
}
