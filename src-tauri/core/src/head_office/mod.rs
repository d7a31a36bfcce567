//! Head office: what this book needs to stay one with others. Off until somebody pairs it.
//!
//! Here is the book's half, without a network: what goes out ([`outgoing`]), what comes in ([`incoming`]), and
//! what happens when this file turns out to be a copy ([`copied`]). The crate `clientele-sync` speaks to the
//! server with it.

pub mod contents;
pub mod copied;
pub mod erasures;
pub mod incoming;
pub mod outgoing;
pub mod proved;
pub mod refused;
mod remembered;
pub mod store;
#[cfg(test)]
pub(crate) mod tests;

pub use remembered::{Last, last, remember};

use clientele_model::{BranchId, CompanyId, DeviceId, ErrorCode, RowId, Timestamp, Value};
use clientele_protocol::message::{Mark, Welcome};
use clientele_protocol::{DeviceKey, Head, bytes};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::clients::{Sight, links};
use crate::workspace::store::{local, set_local, steps};
use crate::workspace::{Actor, StepLabel, Topic, WRITES_FOR, Workspace};
use crate::{book, settings};

const MEMBERSHIP: &str = "membership";
const ACKNOWLEDGED: &str = "acknowledged";
const PARTED: &str = "parted";
const AGREES: &str = "agrees";
const SEED: &str = "seed";
const GREETED: &str = "greeted";

/// This book's place in a company.
#[derive(Clone, Serialize, Deserialize)]
pub struct Membership {
    /// The company.
    pub company: CompanyId,
    /// What people call it.
    pub company_name: String,
    /// The branch that this device belongs to; `None` for head office, which sees all.
    pub branch: Option<(BranchId, String)>,
    /// Host and port of the server.
    pub address: String,
    /// By which certificate it is known; `None` where public authorities vouch for it.
    pub pin: Option<[u8; 16]>,
    /// What people call this device.
    pub device_name: String,
    /// Since when.
    pub since: Timestamp,
    /// Was it shut out?
    pub revoked: bool,
    /// The seed of the device's key. It stays in this encrypted file.
    pub seed: [u8; 32],
}

impl std::fmt::Debug for Membership {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Membership of {} at {}", self.company, self.address)
    }
}

impl Membership {
    /// The device's key.
    #[must_use]
    pub fn key(&self) -> DeviceKey {
        DeviceKey::from_seed(self.seed)
    }
}

/// 32 random bytes for a new device's key.
#[must_use]
pub fn new_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).expect("the operating system gives random bytes");
    seed
}

fn read<T: serde::de::DeserializeOwned>(conn: &Connection, name: &str) -> Result<Option<T>> {
    match local(conn, name)? {
        Some(Value::Blob(blob)) => Ok(bytes::decode(&blob).ok()),
        _ => Ok(None),
    }
}

fn keep<T: Serialize>(conn: &Connection, name: &str, value: &T) -> Result<()> {
    set_local(conn, name, &Value::Blob(bytes::encode(value)))
}

/// The book's place in a company; `None` where head office is off.
///
/// # Errors
/// What SQLite says.
pub fn membership(conn: &Connection) -> Result<Option<Membership>> {
    Ok(read::<Option<Membership>>(conn, MEMBERSHIP)?.flatten())
}

/// How far the server has acknowledged this device's stream.
///
/// # Errors
/// What SQLite says.
pub fn acknowledged(conn: &Connection) -> Result<Head> {
    let device = store::own_device(conn)?;
    let known: Option<(DeviceId, Head)> = read(conn, ACKNOWLEDGED)?;
    let known = known.filter(|(of, _)| *of == device).map(|(_, head)| head);
    Ok(known.unwrap_or_else(|| Head::start(device)))
}

/// Notes how far the server has acknowledged this device's stream.
///
/// # Errors
/// What SQLite says.
pub fn set_acknowledged(workspace: &Workspace, head: Head) -> Result<()> {
    workspace.maintain(|conn| keep(conn, ACKNOWLEDGED, &(store::own_device(conn)?, head)))
}

/// How far a device that was shut out has handed its stream over, for head office to look at.
///
/// # Errors
/// What SQLite says.
pub fn parted(conn: &Connection) -> Result<Head> {
    let known = acknowledged(conn)?;
    let parted: Option<(DeviceId, Head)> = read(conn, PARTED)?;
    let device = store::own_device(conn)?;
    let parted = parted.filter(|(of, head)| *of == device && head.seq > known.seq);
    Ok(parted.map_or(known, |(_, head)| head))
}

/// Notes how far a device that was shut out has handed its stream over.
///
/// # Errors
/// What SQLite says.
pub fn set_parted(workspace: &Workspace, head: Head) -> Result<()> {
    workspace.maintain(|conn| keep(conn, PARTED, &(store::own_device(conn)?, head)))
}

/// How far the server's log was taken in.
///
/// # Errors
/// What SQLite says.
pub fn cursor(conn: &Connection) -> Result<Mark> {
    Ok(store::marks(conn, 1)?
        .first()
        .copied()
        .unwrap_or_else(Mark::start))
}

/// Did both sides hold the same at the last contact? `None` before the first.
///
/// # Errors
/// What SQLite says.
pub fn agrees(conn: &Connection) -> Result<Option<bool>> {
    Ok(local(conn, AGREES)?
        .and_then(|value| value.as_int())
        .map(|n| n == 1))
}

/// Changes that head office does not have yet.
///
/// # Errors
/// What SQLite says.
pub fn waiting(conn: &Connection) -> Result<u64> {
    store::own_after(conn, acknowledged(conn)?.seq)
}

/// May this book become one of a company's? Not the demo book, nor one that was filled like it: people who never lived would stand among the
/// company's own clients, on every device.
///
/// # Errors
/// `head_office.demo`; what SQLite says.
pub fn may_join(conn: &Connection) -> Result<()> {
    if book::is_demo(conn)? || steps::has_label(conn, StepLabel::DemoFilled.as_str())? {
        return Err(ErrorCode::HeadOfficeDemo.into());
    }
    Ok(())
}

/// Makes this book one of a company's. What was written before goes out with the rest; it becomes the branch's. What
/// the book said of the business gives way to what the company says. A book that was paired with another company and never
/// reached its server may join this one all the same.
///
/// # Errors
/// `head_office.demo`; `head_office.not_allowed` for a book of another company; what SQLite says.
pub fn join(workspace: &Workspace, device: DeviceId, new: &Membership) -> Result<()> {
    workspace.take_in(|arrivals| {
        let conn = arrivals.conn();
        may_join(conn)?;
        let before = store::company(conn)?;
        let is_new = before != Some(new.company);
        if before.is_some() && is_new {
            // Paired by a mistyped code, and its server was never reached: an answer that says what it took may be lost.
            let is_greeted = local(conn, GREETED)?.is_some_and(|value| value.as_int() == Some(1));
            if is_greeted || store::has_exchanged(conn)? || acknowledged(conn)?.seq > 0 {
                return Err(ErrorCode::HeadOfficeNotAllowed.into());
            }
            store::take_back_from_branch(conn)?;
        }
        store::set_company(conn, new.company)?;
        if store::own_device(conn)? != device {
            let after = acknowledged(conn)?.seq;
            copied::go_on_as(arrivals, device, after + 1)?;
        }
        keep(conn, MEMBERSHIP, &Some(new))?;
        keep(conn, SEED, &(device, new.seed))?;
        // What was so with the last head office says nothing of this one.
        set_local(conn, AGREES, &Value::from(""))?;
        remembered::forget(conn)?;
        let branch = new.branch.as_ref().map(|(id, _)| *id);
        set_writes_for(conn, branch)?;
        store::give_to_branch(conn, branch, acknowledged(conn)?.seq)?;
        arrivals.all_found_by_others();
        if is_new {
            store::give_way(conn)?;
            arrivals.note(settings::SETTINGS.name, settings::ROW);
        }
        arrivals.topic(Topic::HeadOffice);
        Ok(())
    })?;
    Ok(())
}

/// When all that others wrote has come in: writes once more what head office had lost, erases what cards say of clients who
/// were erased, and says what holds for the company.
///
/// # Errors
/// What SQLite says; then it is tried again at the next contact.
pub fn say_what_follows(workspace: &Workspace, by: &Actor) -> Result<()> {
    workspace.rescue(by)?;
    links::erase_left_over(workspace, by)?;
    speak_for_company(workspace, by)?;
    Ok(())
}

/// The first of head office's devices says once more what holds for the company that has just begun: what the books
/// said that joined it gives way. Returns whether there was anything to say.
///
/// # Errors
/// What SQLite says.
pub fn speak_for_company(workspace: &Workspace, by: &Actor) -> Result<bool> {
    let is_first = workspace.read(|conn| {
        let is_branch = membership(conn)?.is_none_or(|member| member.branch.is_some());
        Ok(!is_branch && store::first_to_give_way(conn)? == Some(store::own_device(conn)?))
    })?;
    Ok(is_first && settings::say_for_company(workspace, by)?)
}

/// The seed of this device's key, where it ever had one: it stays when head office is switched off.
///
/// # Errors
/// What SQLite says.
pub fn seed(conn: &Connection) -> Result<Option<[u8; 32]>> {
    let known: Option<(DeviceId, [u8; 32])> = read(conn, SEED)?;
    let device = store::own_device(conn)?;
    Ok(known.filter(|(of, _)| *of == device).map(|(_, seed)| seed))
}

/// Head office is off again. Everything stays in the book; what is written from here on is of no branch, until
/// the book is one's again.
///
/// # Errors
/// What SQLite says.
pub fn leave(workspace: &Workspace) -> Result<()> {
    workspace.maintain(|conn| {
        set_writes_for(conn, None)?;
        keep(conn, MEMBERSHIP, &None::<Membership>)
    })
}

/// Head office has shut this device out.
///
/// # Errors
/// What SQLite says.
pub fn revoked(workspace: &Workspace) -> Result<()> {
    workspace.maintain(|conn| match membership(conn)? {
        Some(member) => keep(
            conn,
            MEMBERSHIP,
            &Some(Membership {
                revoked: true,
                ..member
            }),
        ),
        None => Ok(()),
    })
}

/// For which branch new clients are written: at head office whoever works there chooses.
///
/// # Errors
/// `head_office.not_allowed` for a branch's device; what SQLite says.
pub fn write_for(workspace: &Workspace, branch: Option<BranchId>) -> Result<()> {
    workspace.maintain(|conn| {
        let member = membership(conn)?.ok_or(ErrorCode::HeadOfficeOff)?;
        if member.branch.is_some() && member.branch.map(|(id, _)| id) != branch {
            return Err(ErrorCode::HeadOfficeNotAllowed.into());
        }
        set_writes_for(conn, branch)
    })
}

/// Empty text stands for the whole company: a fact cannot be null.
fn set_writes_for(conn: &Connection, branch: Option<BranchId>) -> Result<()> {
    let value = branch.map_or_else(|| Value::Text(String::new()), |id| RowId(id.0).into());
    set_local(conn, WRITES_FOR, &value)
}

/// For which branch new clients are written.
///
/// # Errors
/// What SQLite says.
pub fn writes_for(conn: &Connection) -> Result<Option<BranchId>> {
    Ok(local(conn, WRITES_FOR)?
        .and_then(|value| value.as_row())
        .map(|id| BranchId(id.0)))
}

/// Whose clients this device shows: at head office those of the branch that was chosen, or all, each with the
/// name of its branch; everywhere else all that it has.
///
/// # Errors
/// What SQLite says.
pub fn sight(conn: &Connection) -> Result<Sight> {
    match membership(conn)? {
        Some(member) if member.sees_all() => Ok(writes_for(conn)?.map_or(Sight::Each, Sight::Of)),
        _ => Ok(Sight::All),
    }
}

/// Keeps what the server told at the beginning of a contact: its clock, its name, the others.
///
/// # Errors
/// What SQLite says.
pub fn welcomed(workspace: &Workspace, welcome: &Welcome) -> Result<()> {
    workspace.set_clock(|clock| clock.set_head_office(Timestamp(welcome.now)))?;
    workspace.take_in(|arrivals| {
        let conn = arrivals.conn();
        store::put_branches(conn, &welcome.branches)?;
        store::put_companions(conn, &welcome.devices)?;
        erasures::keep(conn, welcome)?;
        set_local(conn, GREETED, &Value::Int(1))?;
        if let Some(member) = membership(conn)? {
            let name = |id: BranchId| welcome.branches.iter().find(|branch| branch.id == id);
            let named = |id| (id, name(id).map(|branch| branch.name.clone()).unwrap_or_default());
            let branch = welcome.branch.map(named);
            let company_name = welcome.company_name.clone();
            let member = Membership {
                company_name,
                branch,
                revoked: false,
                ..member
            };
            keep(conn, MEMBERSHIP, &Some(member))?;
        }
        arrivals.topic(Topic::HeadOffice);
        Ok(())
    })?;
    Ok(())
}

/// Takes a refused change off the list.
///
/// # Errors
/// What SQLite says.
pub fn see_refusal(workspace: &Workspace, device: DeviceId, seq: u64) -> Result<bool> {
    workspace.maintain(|conn| store::see_refusal(conn, device, seq))
}
