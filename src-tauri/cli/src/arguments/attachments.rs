//! What the command line takes about photos and files.

use std::path::PathBuf;

use clap::Args;
use uuid::Uuid;

#[derive(Debug, Args)]
pub struct Attach {
    /// To whose card.
    pub client: Uuid,
    /// The files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// They are pictures, and the last of them is the client's photo from now on.
    #[arg(long)]
    pub photo: bool,
}

#[derive(Debug, Args)]
pub struct Save {
    /// Which attachment, as `attachments` says it.
    pub id: Uuid,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
