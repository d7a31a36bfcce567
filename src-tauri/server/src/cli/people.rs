//! Companies, branches, devices and codes.

use clientele_model::Timestamp;
use clientele_protocol::pairing::PairingCode;
use clientele_server::service::add_pairing;
use clientele_server::store::Storage;
use clientele_server::store::branches::Branches as AllBranches;
use clientele_server::store::devices::{AllDevices, Revoke as RevokeJob};
use clientele_server::store::quarantine::{Forget, Held, Quarantined};
use clientele_server::{Result, address, register};

use super::{Branches, CompanyList, Listing, Pair, Quarantine, Revoke, refused};

fn moment(millis: Option<i64>) -> String {
    millis.map_or_else(
        || "never".to_owned(),
        |millis| Timestamp(millis).to_utc().format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// Prints a pairing code.
pub async fn pair(arguments: Pair) -> Result<()> {
    // What may be refused comes first: nothing is made for a code that does not come about.
    let address = match &arguments.address {
        Some(address) => address::checked(address)?,
        None => format!("{}:7443", host_name()?),
    };
    let pin = if arguments.no_pin {
        None
    } else {
        let files = arguments.certificate.files(&arguments.place);
        if arguments.certificate.tls_cert.is_none() {
            files.make()?;
        }
        Some(files.pin()?)
    };
    let storage = arguments.place.open().await?;
    let now = Timestamp::now().0;
    let named = arguments.company.as_deref();
    let (company, made) = register::company_to_pair(&storage, named, arguments.new_company, now).await?;
    tell_made("company", made);
    let branch = match &arguments.branch {
        None => None,
        Some(named) => {
            let made = register::branch_to_pair(&storage, company, named, arguments.new_branch).await?;
            tell_made("branch", made.1);
            Some(made.0)
        }
    };
    let until = now.saturating_add(i64::from(arguments.hours) * 3_600_000);
    let secret = add_pairing(&storage, company, branch, until).await?;
    let code = PairingCode { address, secret, pin };
    println!("{}", code.to_text());
    Ok(())
}

/// Beside the code, which is all that goes out where other programs read it.
fn tell_made(what: &str, name: Option<String>) {
    if let Some(name) = name {
        eprintln!("clientele-server: a new {what}, \"{name}\"");
    }
}

/// This machine, as others may find it.
fn host_name() -> Result<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() {
        return Err(refused("say with --address where devices reach the server"));
    }
    Ok(name.to_owned())
}

/// Lists the devices.
pub async fn devices(arguments: Listing) -> Result<()> {
    let storage = arguments.place.open().await?;
    let company = register::company(&storage, arguments.company.as_deref()).await?;
    let branches = storage.read(company, AllBranches).await?;
    for row in storage.read(company, AllDevices).await? {
        let place = register::place(&row, &branches);
        let device = row.device;
        let state = match device.revoked_at {
            Some(at) => format!("shut out {}", moment(Some(at))),
            None => format!("heard {}", moment(device.seen_at)),
        };
        println!(
            "{}\t{place}\t{}\t{state}\t{}",
            device.id, device.name, row.program
        );
    }
    Ok(())
}

/// Shuts a device out.
pub async fn revoke(arguments: Revoke) -> Result<()> {
    let storage = arguments.place.open().await?;
    let company = register::company(&storage, arguments.company.as_deref()).await?;
    let job = RevokeJob {
        device: register::device(&storage, company, &arguments.device).await?,
        now_millis: Timestamp::now().0,
    };
    if storage.write(company, job).await? {
        Ok(())
    } else {
        Err(refused("there is no such device"))
    }
}

/// Lists, adds, renames, removes branches.
pub async fn branches(arguments: Branches) -> Result<()> {
    let storage = arguments.place.open().await?;
    let company = register::company(&storage, arguments.company.as_deref()).await?;
    if let Some(name) = &arguments.add {
        let id = register::new_branch(&storage, company, name).await?;
        println!("{id}\t{name}");
    } else if let Some([named, name]) = arguments.rename.as_deref() {
        register::rename_branch(&storage, company, named, name).await?;
    } else if let Some(named) = &arguments.remove {
        register::remove_branch(&storage, company, named).await?;
    } else {
        for branch in storage.read(company, AllBranches).await? {
            println!("{}\t{}", branch.id, branch.name);
        }
    }
    Ok(())
}

/// Lists, renames, removes companies.
pub async fn companies(arguments: CompanyList) -> Result<()> {
    let storage = arguments.place.open().await?;
    if let Some([named, name]) = arguments.rename.as_deref() {
        return register::rename_company(&storage, named, name).await;
    }
    if let Some(named) = &arguments.remove {
        return register::remove_company(&storage, named).await;
    }
    for (company, size) in register::companies(&storage).await? {
        println!(
            "{}\t{}\t{} branches\t{} devices\t{} changes\tthe newest {}",
            company.id,
            company.name,
            size.branches,
            size.devices,
            size.changes,
            moment(size.newest),
        );
    }
    Ok(())
}

/// Lists what lies in quarantine: where from and why; what it says only who holds the database reads.
pub async fn quarantine(arguments: Quarantine) -> Result<()> {
    let storage = arguments.listing.place.open().await?;
    let company = register::company(&storage, arguments.listing.company.as_deref()).await?;
    if let Some(device) = &arguments.forget {
        let device = register::device(&storage, company, device).await?;
        let forgotten = storage.write(company, Forget(device)).await?;
        println!("{forgotten} forgotten");
        return Ok(());
    }
    for refused in storage.read(company, Quarantined).await? {
        let what = match &refused.held {
            Held::Change(change) => format!("{:?} {} {}", change.kind, change.entity, change.row),
            Held::Batch(batch) => format!("{} changes after it was shut out", batch.count()),
        };
        let why = refused.why.map(|why| format!("{why:?}")).unwrap_or_default();
        println!(
            "{}\t{}\t{}\t{why}\t{what}",
            moment(Some(refused.at)),
            refused.device,
            refused.seq,
        );
    }
    Ok(())
}
