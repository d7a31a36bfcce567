//! Companies, branches and devices by the names that people give them: what head office's own people do with them at
//! the server's command line. A slip of the pen makes nothing new.

use std::fmt::Display;
use std::str::FromStr;

use clientele_model::{BranchId, CompanyId, DeviceId};
use clientele_protocol::message::Branch;

use crate::service::{add_branch, add_company};
use crate::store::Storage;
use crate::store::branches::{Branches, Count, RemoveBranch, SaveBranch, Size};
use crate::store::control::{Companies, Company, RemoveCompany, RemovePairings, RenameCompany};
use crate::store::devices::{AllDevices, DeviceRow};
use crate::store::dump::EmptyUnused;
use crate::{Error, Result};

/// What the first company is called until somebody says otherwise.
pub const COMPANY: &str = "My company";

/// Letters in a name at most.
const NAME_CHARS_MAX: usize = 100;

/// Names that are listed in one sentence at most.
const LISTED_MAX: usize = 20;

fn refused(what: impl Into<String>) -> Error {
    Error::Refused(what.into())
}

/// A name as it is kept: what devices show, on one line.
fn name(typed: &str) -> Result<String> {
    let name = typed.trim();
    if name.is_empty() {
        return Err(refused("a name has at least one letter"));
    }
    if name.chars().any(char::is_control) {
        return Err(refused("a name stands on one line"));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(refused(format!("a name has {NAME_CHARS_MAX} letters at most")));
    }
    Ok(name.to_owned())
}

/// One of those that a person may mean.
struct Known<I> {
    id: I,
    name: String,
    /// What tells it from another of the same name.
    more: String,
}

/// The one that is meant by a name or an identifier; none where nobody is called so.
fn meant<I: Copy + Display + FromStr + PartialEq>(
    what: &str,
    all: &[Known<I>],
    named: &str,
) -> Result<Option<I>> {
    if let Ok(id) = named.parse::<I>()
        && let Some(known) = all.iter().find(|known| known.id == id)
    {
        return Ok(Some(known.id));
    }
    let called: Vec<&Known<I>> = all.iter().filter(|known| known.name == named.trim()).collect();
    match called.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.id)),
        several => {
            let lines = several
                .iter()
                .map(|known| format!("\n  {}\t{}", known.id, known.more));
            let lines: String = lines.collect();
            Err(refused(format!(
                "several {what} are called \"{named}\": name the identifier of one of them{lines}"
            )))
        }
    }
}

/// The names that there are, for a sentence.
fn names<I>(all: &[Known<I>]) -> String {
    let names: Vec<String> = all
        .iter()
        .take(LISTED_MAX)
        .map(|known| format!("\"{}\"", known.name))
        .collect();
    let rest = all.len().saturating_sub(LISTED_MAX);
    let more = if rest > 0 {
        format!(" and {rest} more")
    } else {
        String::new()
    };
    format!("{}{more}", names.join(", "))
}

async fn known_companies<S: Storage>(storage: &S) -> Result<Vec<Known<CompanyId>>> {
    let companies = storage.control(Companies).await?.into_iter();
    let known = companies.map(|company| Known {
        id: company.id,
        name: company.name,
        more: String::new(),
    });
    Ok(known.collect())
}

async fn known_branches<S: Storage>(storage: &S, company: CompanyId) -> Result<Vec<Known<BranchId>>> {
    let branches = storage.read(company, Branches).await?.into_iter();
    let known = branches.map(|branch| Known {
        id: branch.id,
        name: branch.name,
        more: String::new(),
    });
    Ok(known.collect())
}

/// The only company that there is, where none is named.
fn only(all: &[Known<CompanyId>]) -> Result<Option<CompanyId>> {
    match all {
        [] => Ok(None),
        [one] => Ok(Some(one.id)),
        several => Err(refused(format!(
            "there are several companies, so name one with --company: {}",
            names(several)
        ))),
    }
}

/// The company that is meant: by name or identifier, or the only one.
///
/// # Errors
/// [`Error::Refused`] where there is none, or more than one; what the database says.
pub async fn company<S: Storage>(storage: &S, named: Option<&str>) -> Result<CompanyId> {
    let all = known_companies(storage).await?;
    let company = match named {
        Some(named) => meant("companies", &all, named)?,
        None => only(&all)?,
    };
    company.ok_or_else(|| match named {
        Some(named) if !all.is_empty() => refused(format!(
            "there is no company \"{named}\"; there are: {}",
            names(&all)
        )),
        _ => refused("there is no company yet: `pair` makes the first one"),
    })
}

/// The company that a pairing code is to lead to; the first one is made, another only where that is said. Tells, beside
/// it, the name of one that was made.
///
/// # Errors
/// [`Error::Refused`] where it is not clear which; what the database says.
pub async fn company_to_pair<S: Storage>(
    storage: &S,
    named: Option<&str>,
    is_new: bool,
    now_millis: i64,
) -> Result<(CompanyId, Option<String>)> {
    let all = known_companies(storage).await?;
    let known = match named {
        Some(named) => meant("companies", &all, named)?,
        None => only(&all)?,
    };
    if is_new && known.is_some() {
        return Err(refused(format!(
            "there is a company \"{}\" already: leave --new-company out",
            named.unwrap_or_default()
        )));
    }
    if let Some(known) = known {
        return Ok((known, None));
    }
    if !is_new && !all.is_empty() {
        return Err(refused(format!(
            "there is no company \"{}\"; there are: {}. --new-company makes another one",
            named.unwrap_or_default(),
            names(&all)
        )));
    }
    let made = name(named.unwrap_or(COMPANY))?;
    let company = add_company(storage, &made, now_millis).await?;
    Ok((company, Some(made)))
}

/// Every company, and how much there is in it.
///
/// # Errors
/// What the database says.
pub async fn companies<S: Storage>(storage: &S) -> Result<Vec<(Company, Size)>> {
    let mut all = Vec::new();
    for company in storage.control(Companies).await? {
        let size = storage.read(company.id, Count).await?;
        all.push((company, size));
    }
    Ok(all)
}

/// Gives a company another name. Devices show it from their next visit on.
///
/// # Errors
/// [`Error::Refused`] where there is no such company, or another has that name; what the database says.
pub async fn rename_company<S: Storage>(storage: &S, named: &str, new: &str) -> Result<()> {
    let id = company(storage, Some(named)).await?;
    let new = name(new)?;
    let all = known_companies(storage).await?;
    if all.iter().any(|known| known.id != id && known.name == new) {
        return Err(refused(format!("there is a company \"{new}\" already")));
    }
    storage.control(RenameCompany(Company { id, name: new })).await
}

/// Takes a company away in which no device has ever written anything.
///
/// # Errors
/// [`Error::Refused`] where there is no such company, or something was written; what the database says.
pub async fn remove_company<S: Storage>(storage: &S, named: &str) -> Result<()> {
    let id = company(storage, Some(named)).await?;
    // Its devices go first: from now on nobody can write in it. Who is interrupted here asks again.
    storage.write(id, EmptyUnused).await?;
    storage.control(RemoveCompany(id)).await?;
    storage.clear_away(id).await
}

/// The branch that is meant by a name or an identifier.
///
/// # Errors
/// [`Error::Refused`] where there is none, or more than one; what the database says.
pub async fn branch<S: Storage>(storage: &S, company: CompanyId, named: &str) -> Result<BranchId> {
    let all = known_branches(storage, company).await?;
    if all.is_empty() {
        return Err(refused("there is no branch yet"));
    }
    let branch = meant("branches", &all, named)?;
    branch.ok_or_else(|| {
        refused(format!(
            "there is no branch \"{named}\"; there are: {}",
            names(&all)
        ))
    })
}

/// The branch that a pairing code is to lead to; the first one is made, another only where that is said. Tells, beside
/// it, the name of one that was made.
///
/// # Errors
/// [`Error::Refused`] where it is not clear which; what the database says.
pub async fn branch_to_pair<S: Storage>(
    storage: &S,
    company: CompanyId,
    named: &str,
    is_new: bool,
) -> Result<(BranchId, Option<String>)> {
    let all = known_branches(storage, company).await?;
    match meant("branches", &all, named)? {
        Some(_) if is_new => Err(refused(format!(
            "there is a branch \"{named}\" already: leave --new-branch out"
        ))),
        Some(known) => Ok((known, None)),
        None if !is_new && !all.is_empty() => Err(refused(format!(
            "there is no branch \"{named}\"; there are: {}. --new-branch makes another one",
            names(&all)
        ))),
        None => {
            let made = name(named)?;
            let branch = add_branch(storage, company, &made).await?;
            Ok((branch, Some(made)))
        }
    }
}

/// Adds a branch of a name that no other has.
///
/// # Errors
/// [`Error::Refused`] where there is one of this name; what the database says.
pub async fn new_branch<S: Storage>(storage: &S, company: CompanyId, new: &str) -> Result<BranchId> {
    let new = name(new)?;
    is_free(&known_branches(storage, company).await?, None, &new)?;
    add_branch(storage, company, &new).await
}

/// Gives a branch another name.
///
/// # Errors
/// [`Error::Refused`] where there is no such branch, or another has that name; what the database says.
pub async fn rename_branch<S: Storage>(
    storage: &S,
    company: CompanyId,
    named: &str,
    new: &str,
) -> Result<()> {
    let id = branch(storage, company, named).await?;
    let new = name(new)?;
    is_free(&known_branches(storage, company).await?, Some(id), &new)?;
    storage.write(company, SaveBranch(Branch { id, name: new })).await
}

fn is_free(all: &[Known<BranchId>], own: Option<BranchId>, name: &str) -> Result<()> {
    if all
        .iter()
        .any(|known| Some(known.id) != own && known.name == name)
    {
        return Err(refused(format!("there is a branch \"{name}\" already")));
    }
    Ok(())
}

/// Takes a branch away that has no device, and for which nothing was written.
///
/// # Errors
/// [`Error::Refused`] where there is no such branch, or something belongs to it; what the database says.
pub async fn remove_branch<S: Storage>(storage: &S, company: CompanyId, named: &str) -> Result<()> {
    let id = branch(storage, company, named).await?;
    storage.write(company, RemoveBranch(id)).await?;
    storage.control(RemovePairings(id)).await
}

/// The device that is meant by a name or an identifier.
///
/// # Errors
/// [`Error::Refused`] where there is none, or more than one; what the database says.
pub async fn device<S: Storage>(storage: &S, company: CompanyId, named: &str) -> Result<DeviceId> {
    let branches = storage.read(company, Branches).await?;
    let devices = storage.read(company, AllDevices).await?;
    let known: Vec<Known<DeviceId>> = devices
        .into_iter()
        .map(|row| Known {
            id: row.device.id,
            more: place_and_state(&row, &branches),
            name: row.device.name,
        })
        .collect();
    let device = meant("devices", &known, named)?;
    device.ok_or_else(|| {
        refused(format!(
            "there is no device \"{named}\": `devices` lists those that there are"
        ))
    })
}

fn place_and_state(row: &DeviceRow, branches: &[Branch]) -> String {
    let place = place(row, branches);
    match row.device.revoked_at {
        Some(_) => format!("{place}, shut out"),
        None => place.to_owned(),
    }
}

/// What people call the branch of a device.
#[must_use]
pub fn place<'a>(row: &DeviceRow, branches: &'a [Branch]) -> &'a str {
    let Some(id) = row.device.branch else {
        return "head office";
    };
    let branch = branches.iter().find(|branch| branch.id == id);
    branch.map_or("?", |branch| branch.name.as_str())
}
