//! Starts a server, says where it is, and holds it until somebody kills this process.

use clientele_cluster::{Postgres, Result};

fn main() -> Result<()> {
    let postgres = Postgres::start()?;
    println!("{}", postgres.folder().display());
    println!("{}", postgres.url("postgres", "postgres"));
    loop {
        std::thread::park();
    }
}
