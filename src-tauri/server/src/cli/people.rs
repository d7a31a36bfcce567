//! Devices, branches and codes.

use clientele_model::{BranchId, CompanyId, Timestamp};
use clientele_protocol::message::Branch;
use clientele_protocol::pairing::PairingCode;
use clientele_server::Result;
use clientele_server::service::{add_branch, add_company, add_pairing};
use clientele_server::store::Storage;
use clientele_server::store::any::AnyStorage;
use clientele_server::store::branches::{Branches as AllBranches, SaveBranch};
use clientele_server::store::control::{Companies, Company};
use clientele_server::store::devices::{AllDevices, Revoke as RevokeJob};
use clientele_server::store::quarantine::{Forget, Held, Quarantined};

use super::{BranchChange, Branches, Listing, Pair, Quarantine, Revoke, refused};

/// What a company is called until somebody says otherwise.
const COMPANY: &str = "Clientele";

/// The company that is meant; `None` where there is none at all.
async fn find_company(storage: &AnyStorage, named: Option<&str>) -> Result<Option<Company>> {
    let companies = storage.control(Companies).await?;
    let Some(named) = named else {
        return match companies.len() {
            0 => Ok(None),
            1 => Ok(companies.into_iter().next()),
            _ => Err(refused("there are several companies: name one with --company")),
        };
    };
    let is_meant = |company: &Company| company.name == named || company.id.to_string() == named;
    Ok(companies.into_iter().find(is_meant))
}

async fn company(storage: &AnyStorage, named: Option<&str>) -> Result<CompanyId> {
    let company = find_company(storage, named).await?;
    let company = company.ok_or_else(|| refused("there is no such company yet: `pair` makes it"))?;
    Ok(company.id)
}

async fn branch(storage: &AnyStorage, company: CompanyId, named: &str) -> Result<Option<BranchId>> {
    let branches = storage.read(company, AllBranches).await?;
    let mut meant = branches
        .into_iter()
        .filter(|branch| branch.name == named || branch.id.to_string() == named);
    match (meant.next(), meant.next()) {
        (Some(branch), None) => Ok(Some(branch.id)),
        (None, _) => Ok(None),
        _ => Err(refused("several branches have this name: name the identifier")),
    }
}

fn moment(millis: Option<i64>) -> String {
    millis.map_or_else(
        || "never".to_owned(),
        |millis| Timestamp(millis).to_utc().format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// Prints a pairing code.
pub async fn pair(arguments: Pair) -> Result<()> {
    let storage = arguments.place.open().await?;
    let now = Timestamp::now().0;
    let company = match find_company(&storage, arguments.company.as_deref()).await? {
        Some(company) => company.id,
        None => add_company(&storage, arguments.company.as_deref().unwrap_or(COMPANY), now).await?,
    };
    let branch = match &arguments.branch {
        None => None,
        Some(name) => Some(match branch(&storage, company, name).await? {
            Some(branch) => branch,
            None => add_branch(&storage, company, name).await?,
        }),
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
    let address = match arguments.address {
        Some(address) => address,
        None => format!("{}:7443", host_name()?),
    };
    if !address.contains(':') {
        return Err(refused(
            "the address is a host and a port, as in head.example.com:7443",
        ));
    }
    let until = now.saturating_add(i64::from(arguments.hours) * 3_600_000);
    let secret = add_pairing(&storage, company, branch, until).await?;
    let code = PairingCode { address, secret, pin };
    println!("{}", code.to_text());
    Ok(())
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
    let company = company(&storage, arguments.company.as_deref()).await?;
    let branches = storage.read(company, AllBranches).await?;
    for row in storage.read(company, AllDevices).await? {
        let device = row.device;
        let branch = branches.iter().find(|branch| Some(branch.id) == device.branch);
        let branch = match device.branch {
            None => "head office",
            Some(_) => branch.map_or("?", |branch| branch.name.as_str()),
        };
        let state = match device.revoked_at {
            Some(at) => format!("shut out {}", moment(Some(at))),
            None => format!("heard {}", moment(device.seen_at)),
        };
        println!(
            "{}\t{branch}\t{}\t{state}\t{}",
            device.id, device.name, row.program
        );
    }
    Ok(())
}

/// Shuts a device out.
pub async fn revoke(arguments: Revoke) -> Result<()> {
    let storage = arguments.place.open().await?;
    let company = company(&storage, arguments.company.as_deref()).await?;
    let job = RevokeJob {
        device: arguments.device,
        now_millis: Timestamp::now().0,
    };
    if storage.write(company, job).await? {
        Ok(())
    } else {
        Err(refused("there is no such device"))
    }
}

/// Lists, adds, renames branches.
pub async fn branches(arguments: Branches) -> Result<()> {
    let storage = arguments.place.open().await?;
    let company = company(&storage, arguments.company.as_deref()).await?;
    match arguments.change.unwrap_or(BranchChange::List) {
        BranchChange::List => {
            for branch in storage.read(company, AllBranches).await? {
                println!("{}\t{}", branch.id, branch.name);
            }
        }
        BranchChange::Add { name } => {
            if branch(&storage, company, &name).await?.is_some() {
                return Err(refused("there is a branch of this name"));
            }
            println!("{}\t{name}", add_branch(&storage, company, &name).await?);
        }
        BranchChange::Rename { branch: named, name } => {
            let id = branch(&storage, company, &named).await?;
            let id = id.ok_or_else(|| refused("there is no such branch"))?;
            storage.write(company, SaveBranch(Branch { id, name })).await?;
        }
    }
    Ok(())
}

/// Lists what lies in quarantine: where from and why; what it says only who holds the database reads.
pub async fn quarantine(arguments: Quarantine) -> Result<()> {
    let storage = arguments.listing.place.open().await?;
    let company = company(&storage, arguments.listing.company.as_deref()).await?;
    if let Some(device) = arguments.forget {
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
