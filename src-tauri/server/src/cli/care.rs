//! Backups, and whether the database is what it says.

use clientele_model::Timestamp;
use clientele_server::http::tls::Files;
use clientele_server::store::Storage;
use clientele_server::store::check::Check;
use clientele_server::store::control::Companies;
use clientele_server::{Result, Service, Settings, backup, register};

use super::{CheckAll, CopyTo, refused};

/// Writes a backup.
pub async fn backup_to(arguments: CopyTo) -> Result<()> {
    let storage = arguments.place.open().await?;
    let own = Files::own(&arguments.place.data);
    if !backup::backup(&storage, &own, &arguments.file).await? {
        eprintln!(
            "clientele-server: no certificate of the server's own lies in {}, so none is in the backup",
            arguments.place.data.display()
        );
    }
    Ok(())
}

/// Fills an empty database from a backup.
pub async fn restore_from(arguments: CopyTo) -> Result<()> {
    let storage = arguments.place.open().await?;
    let own = Files::own(&arguments.place.data);
    if backup::restore(&storage, &own, &arguments.file, Timestamp::now().0).await? {
        println!(
            "Restored, with the certificate that the devices trust. A server that runs already must be started anew."
        );
    } else {
        println!(
            "Restored. There is no certificate in this backup, and devices trust the one that they were paired with: put \
             the old certificate.pem and certificate-key.pem into the folder before the server starts."
        );
    }
    Service::new(storage, Settings::new()?).settle_all().await
}

/// Proves the log again, and holds the plain tables against it.
pub async fn check(arguments: CheckAll) -> Result<()> {
    let storage = arguments.place.open().await?;
    let mut wrong = 0;
    let mut companies = storage.control(Companies).await?;
    if let Some(named) = &arguments.company {
        let only = register::company(&storage, Some(named)).await?;
        companies.retain(|company| company.id == only);
    }
    for company in companies {
        let checked = storage.read(company.id, Check).await?;
        println!(
            "{}\t{} entries, {} changes, {} rows, {} complaints",
            company.id,
            checked.entries,
            checked.changes,
            checked.rows,
            checked.complaints.len(),
        );
        for complaint in &checked.complaints {
            println!("{}\t{complaint}", company.id);
        }
        wrong += checked.complaints.len();
    }
    if wrong == 0 {
        Ok(())
    } else {
        Err(refused("the database is not what it says"))
    }
}
