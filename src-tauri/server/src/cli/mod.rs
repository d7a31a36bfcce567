//! The command line. Every command works while the server runs.

mod care;
mod people;
mod serve;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use clientele_server::http::tls::Files;
use clientele_server::store::any::AnyStorage;
use clientele_server::store::postgres::Options;
use clientele_server::{Error, Result};

/// Head office's server of Clientele.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Where the log lies.
#[derive(Args)]
struct Place {
    /// The folder of the databases and of the certificate.
    #[arg(
        long,
        global = true,
        default_value = "/var/lib/clientele-server",
        env = "CLIENTELE_DATA"
    )]
    data: PathBuf,
    /// A PostgreSQL instead of files, as the server works with it: a member of clientele_service.
    #[arg(long, global = true, env = "CLIENTELE_POSTGRES")]
    postgres: Option<String>,
    /// The same PostgreSQL as the tables' owner: for migrations, and to clear up after an erasure.
    #[arg(long, global = true, env = "CLIENTELE_POSTGRES_ADMIN", requires = "postgres")]
    postgres_admin: Option<String>,
    /// Connections to PostgreSQL at most.
    #[arg(long, global = true, default_value_t = 16)]
    postgres_connections: usize,
}

impl Place {
    async fn open(&self) -> Result<AnyStorage> {
        let options = self.postgres.as_ref().map(|url| Options {
            url: url.clone(),
            admin_url: self.postgres_admin.clone(),
            connections: self.postgres_connections,
            clears_journal: true,
        });
        AnyStorage::open(&self.data, options.as_ref()).await
    }
}

/// A certificate that the house brings.
#[derive(Args)]
struct Certificate {
    /// The certificate, with those that vouch for it, in PEM; without it the server makes one for itself.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its key, in PEM.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Certificate {
    fn files(&self, place: &Place) -> Files {
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Files {
                certificate: certificate.clone(),
                key: key.clone(),
            },
            _ => Files::own(&place.data),
        }
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serves devices until it is told to stop.
    Serve(Serve),
    /// Prints a code with which one device comes to belong to the company.
    Pair(Pair),
    /// Lists the devices.
    Devices(Listing),
    /// Shuts a device out.
    Revoke(Revoke),
    /// Lists, adds, renames and removes branches.
    Branches(Branches),
    /// Lists, renames and removes companies.
    Companies(CompanyList),
    /// Writes all companies into one new file, while the server runs: there is no backup of one alone.
    Backup(CopyTo),
    /// Fills an empty database from such a file, with all its companies.
    Restore(CopyTo),
    /// Proves the whole log again, and holds the plain tables against it.
    Check(CheckAll),
    /// Lists what was refused, and what devices pushed that were shut out.
    Quarantine(Quarantine),
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    certificate: Certificate,
    /// Where to listen.
    #[arg(long, default_value = "0.0.0.0:7443", env = "CLIENTELE_LISTEN")]
    listen: SocketAddr,
    /// Without TLS, for a proxy on this same machine that has it: only on 127.0.0.1 or ::1.
    #[arg(long, conflicts_with = "tls_cert")]
    plain_http: bool,
    /// Messages of one address in a second at most.
    #[arg(long, default_value = "500")]
    per_address: NonZeroU32,
    /// Messages of one device in a second at most.
    #[arg(long, default_value = "200")]
    per_device: NonZeroU32,
    /// What is written to the log.
    #[arg(long, default_value = "info", env = "CLIENTELE_LOG")]
    log: String,
}

#[derive(Args)]
struct Pair {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    certificate: Certificate,
    /// The branch to which the device belongs, by name or identifier; the first one is made.
    #[arg(long, required_unless_present = "all")]
    branch: Option<String>,
    /// Makes that branch beside those that there are.
    #[arg(long, requires = "branch", conflicts_with = "all")]
    new_branch: bool,
    /// The device is head office's: it sees every branch.
    #[arg(long, conflicts_with = "branch")]
    all: bool,
    /// Where devices reach the server: host and port, or http:// before them for devices on this very machine.
    #[arg(long)]
    address: Option<String>,
    /// The company, by name or identifier; needed only where there are several. The first one is made, of this name.
    #[arg(long)]
    company: Option<String>,
    /// Makes that company beside those that there are.
    #[arg(long, requires = "company")]
    new_company: bool,
    /// How long the code is good.
    #[arg(long, default_value_t = 24)]
    hours: u32,
    /// Public authorities vouch for the certificate, or a proxy has it: the code names none.
    #[arg(long)]
    no_pin: bool,
}

#[derive(Args)]
struct Listing {
    #[command(flatten)]
    place: Place,
    /// The company, by name or identifier; needed only where there are several.
    #[arg(long)]
    company: Option<String>,
}

#[derive(Args)]
struct Quarantine {
    #[command(flatten)]
    listing: Listing,
    /// Forgets what lies there of this device, by name or identifier, once somebody has looked at it: that makes room
    /// for more.
    #[arg(long, value_name = "DEVICE")]
    forget: Option<String>,
}

#[derive(Args)]
struct CopyTo {
    #[command(flatten)]
    place: Place,
    /// The file.
    file: PathBuf,
}

#[derive(Args)]
struct CheckAll {
    #[command(flatten)]
    place: Place,
    /// Only this company, by name or identifier; otherwise all of them.
    #[arg(long)]
    company: Option<String>,
}

#[derive(Args)]
struct Revoke {
    #[command(flatten)]
    place: Place,
    /// The company, by name or identifier; needed only where there are several.
    #[arg(long)]
    company: Option<String>,
    /// The device, by name or identifier, as `devices` lists it.
    device: String,
}

#[derive(Args)]
struct Branches {
    #[command(flatten)]
    place: Place,
    /// The company, by name or identifier; needed only where there are several.
    #[arg(long)]
    company: Option<String>,
    /// Adds one.
    #[arg(long, value_name = "NAME", group = "change")]
    add: Option<String>,
    /// Gives one, by name or identifier, another name.
    #[arg(long, num_args = 2, value_names = ["BRANCH", "NAME"], group = "change")]
    rename: Option<Vec<String>>,
    /// Takes one away, by name or identifier, that has no device and for which nothing was written.
    #[arg(long, value_name = "BRANCH", group = "change")]
    remove: Option<String>,
}

#[derive(Args)]
struct CompanyList {
    #[command(flatten)]
    place: Place,
    /// Gives one, by name or identifier, another name: every device shows it from its next visit on.
    #[arg(long, num_args = 2, value_names = ["COMPANY", "NAME"], group = "change")]
    rename: Option<Vec<String>>,
    /// Takes one away, by name or identifier, in which no device has ever written anything.
    #[arg(long, value_name = "COMPANY", group = "change")]
    remove: Option<String>,
}

/// Does what was asked; tells what went wrong.
pub async fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command {
        Command::Serve(serve) => serve::serve(serve).await,
        Command::Pair(pair) => people::pair(pair).await,
        Command::Devices(listing) => people::devices(listing).await,
        Command::Revoke(revoke) => people::revoke(revoke).await,
        Command::Branches(branches) => people::branches(branches).await,
        Command::Companies(companies) => people::companies(companies).await,
        Command::Backup(copy) => care::backup_to(copy).await,
        Command::Restore(copy) => care::restore_from(copy).await,
        Command::Check(check) => care::check(check).await,
        Command::Quarantine(quarantine) => people::quarantine(quarantine).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("clientele-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn refused(what: impl Into<String>) -> Error {
    Error::Refused(what.into())
}
