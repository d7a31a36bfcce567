//! The commands: each asks the api, and says the answer for a script and for a person.

mod attachments;
mod book;
mod cards;
mod clients;
mod conflicts;
mod contacts;
mod duplicates;
mod erasures;
mod fields;
mod files;
mod filters;
mod head_office;
mod past;

use std::fmt::Debug;
use std::str::FromStr;

use clientele_api::Refusal;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::{Client, Command, Contact};

/// Does what was asked.
pub fn run(api: &Terminal, command: Command) -> Result<Answer, Refusal> {
    match command {
        Command::Init(ask) => book::init(api, ask),
        Command::Check => book::check(api),
        Command::Demo(ask) => book::demo(api, &ask),
        Command::Import(ask) => files::import(api, &ask),
        Command::ImportHistory(ask) => files::import_history(api, &ask),
        Command::Export(ask) => files::export(api, &ask),
        Command::Search(ask) => clients::search(api, &ask),
        Command::List(ask) => clients::list(api, &ask),
        Command::Client(Client::Show { id }) => clients::show(api, id),
        Command::Client(Client::Access(ask)) => files::access(api, &ask),
        Command::Client(Client::Add(new)) => cards::add(api, *new),
        Command::Client(Client::Edit(ask)) => cards::edit(api, *ask),
        Command::Client(Client::Trash { ids }) => clients::trash(api, &ids),
        Command::Client(Client::Restore { ids }) => clients::restore(api, &ids),
        Command::Client(Client::Erase { ids, yes }) => clients::erase(api, &ids, yes),
        Command::Contact(Contact::Add(new)) => contacts::add(api, &new),
        Command::Contact(Contact::List { client, limit }) => contacts::list(api, client, limit),
        Command::Fields(ask) => fields::run(api, ask),
        Command::Filters(ask) => filters::run(api, ask),
        Command::Duplicates { limit } => duplicates::list(api, limit),
        Command::Merge { keep, gone } => duplicates::merge(api, keep, gone),
        Command::Unmerge { step } => duplicates::unmerge(api, step),
        Command::Attach(ask) => attachments::attach(api, &ask),
        Command::Attachments { client } => attachments::list(api, client),
        Command::Detach { id } => attachments::detach(api, id),
        Command::Save(ask) => attachments::save(api, &ask),
        Command::Undo => past::undo(api),
        Command::Redo => past::redo(api),
        Command::History(ask) => past::history(api, &ask),
        Command::Trash => past::trash(api),
        Command::HeadOffice(ask) => head_office::run(api, ask),
    }
}

/// An identifier as the api has it.
fn id<T: FromStr<Err: Debug>>(id: Uuid) -> T {
    id.to_string().parse().expect("a UUID is an identifier")
}

/// What the api takes, from the same thing as JSON.
fn from_json<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("it is written as the api reads it")
}
