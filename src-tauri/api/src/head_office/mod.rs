//! Commands about head office: the pairing, the exchange of changes, devices, branches.
//!
//! A book without a pairing works alone: reads say so, and what needs head office is refused with
//! `head_office.off`.

mod lists;
mod office;
mod pace;

use std::sync::Arc;

use clientele_core::Result;
use clientele_core::book::Book;
use clientele_core::clients::Sight;
use clientele_core::head_office::{self, Last, Membership, store};
use clientele_core::workspace::store::conflicts;
use clientele_model::{BranchId, ErrorCode, Refusal, RowId, Timestamp};

use crate::app::{self, Api};
use crate::commands::Role;
use crate::host::Host;
use crate::types::*;

pub(crate) use lists::{conflicts, devices, discard, erasures, exchange, refused, settle};
pub(crate) use office::Office;

/// Letters in a device's name at most.
const NAME_CHARS_MAX: usize = 100;

/// What the status line says of head office.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    /// In a word.
    pub state: OfficeState,
    /// Changes that head office has not had yet.
    pub waiting: u64,
    /// When it was reached last.
    pub last_reached: Option<Timestamp>,
    /// Conflicts that nobody has settled yet.
    pub conflicts: u32,
}

/// Where a book stands with head office.
///
/// # Errors
/// What SQLite says.
pub(crate) fn standing(book: &Book) -> Result<Standing> {
    book.read(|conn| {
        let conflicts = small(conflicts::count(conn)?);
        let Some(member) = head_office::membership(conn)? else {
            return Ok(Standing {
                conflicts,
                ..Standing::default()
            });
        };
        let (last, waiting) = (head_office::last(conn)?, head_office::waiting(conn)?);
        Ok(Standing {
            state: in_a_word(&member, &last, waiting),
            waiting,
            last_reached: last.reached,
            conflicts,
        })
    })
}

fn in_a_word(member: &Membership, last: &Last, waiting: u64) -> OfficeState {
    match &last.problem {
        _ if member.revoked => OfficeState::Revoked,
        Some(_) => OfficeState::Unreachable,
        None if waiting > 0 => OfficeState::Waiting,
        None => OfficeState::Reached,
    }
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Which branch's clients are shown of a book.
///
/// # Errors
/// What SQLite says.
pub(crate) fn branches(book: &Book) -> Result<BranchView> {
    book.read(|conn| {
        let sight = head_office::sight(conn)?;
        if sight == Sight::All {
            return Ok(BranchView::default());
        }
        let branches: Vec<Branch> = store::branches(conn)?.into_iter().map(Into::into).collect();
        let chosen = match sight {
            Sight::Of(id) => branches.iter().find(|branch| branch.id == RowId(id.0)).cloned(),
            _ => None,
        };
        Ok(BranchView {
            can_choose: true,
            chosen,
            branches,
        })
    })
}

/// Head office is visited for a book that was opened, or paired, if it is one of a company's.
pub(crate) fn begin<H: Host>(api: &Api<H>, book: &Arc<Book>, office: &Office) {
    let is_paired = book
        .read(head_office::membership)
        .is_ok_and(|member| member.is_some());
    if is_paired && !api.start.only_when_asked {
        office.work(book, &api.host);
    }
}

pub(crate) fn state<H: Host>(api: &Api<H>, _: Nothing) -> Result<HeadOffice> {
    let (book, office) = api.open_book()?;
    let running = office.is_running();
    book.read(|conn| {
        let (member, last) = (head_office::membership(conn)?, head_office::last(conn)?);
        let conflicts = small(conflicts::count(conn)?);
        let Some(member) = member else {
            return Ok(HeadOffice {
                conflicts,
                ..HeadOffice::default()
            });
        };
        let device = store::own_device(conn)?;
        let known_as = store::device_name(conn, device)?;
        Ok(HeadOffice {
            waiting: head_office::waiting(conn)?,
            running,
            last_reached: last.reached,
            last_tried: last.tried,
            problem: last.problem,
            in_agreement: head_office::agrees(conn)?,
            conflicts,
            refused: small(store::refusals(conn)?.len() as u64),
            paired: Some(Pairing {
                company: member.company_name,
                device,
                device_name: if known_as.is_empty() {
                    member.device_name
                } else {
                    known_as
                },
                branch: member.branch.map(|(id, name)| Branch {
                    id: RowId(id.0),
                    name,
                }),
                address: member.address,
                since: member.since,
                revoked: member.revoked,
            }),
        })
    })
}

pub(crate) fn pair<H: Host>(api: &Api<H>, ask: HeadOfficePair) -> Result<HeadOffice> {
    let (book, office) = api.open_book()?;
    let name: String = ask.device_name.trim().chars().take(NAME_CHARS_MAX).collect();
    if name.is_empty() {
        return Err(Refusal::new(ErrorCode::BadRequest)
            .with("detail", "device_name")
            .into());
    }
    office.rest();
    let paired = office.pair(&book, &ask.code, &name);
    // Also after a failure: a device that was shut out, or moves, may be a member still.
    begin(api, &book, &office);
    paired?;
    state(api, Nothing)
}

pub(crate) fn leave<H: Host>(api: &Api<H>, _: Nothing) -> Result<HeadOffice> {
    let (book, office) = api.open_book()?;
    member(&book)?;
    office.rest();
    head_office::leave(&book)?;
    state(api, Nothing)
}

pub(crate) fn sync<H: Host>(api: &Api<H>, _: Nothing) -> Result<HeadOffice> {
    let (book, office) = api.open_book()?;
    member(&book)?;
    if !office.ask() {
        office.visit(&book, &api.host)?;
    }
    state(api, Nothing)
}

pub(crate) fn revoke<H: Host>(api: &Api<H>, ask: DeviceRef) -> Result<Vec<DeviceRow>> {
    let (book, office) = api.open_book()?;
    if !member(&book)?.sees_all() {
        return Err(ErrorCode::HeadOfficeNotAllowed.into());
    }
    office.revoke(&book, &api.host, ask.id)?;
    devices(api, Nothing)
}

pub(crate) fn choose_branch<H: Host>(api: &Api<H>, ask: BranchChoose) -> Result<AppState> {
    let book = api.book()?;
    let branch = ask.branch.map(|id| BranchId(id.0));
    member(&book)?;
    if let Some(id) = branch {
        let known = book.read(store::branches)?;
        if known.iter().all(|branch| branch.id != id) {
            return Err(Refusal::new(ErrorCode::NotFound).with("id", id).into());
        }
    }
    head_office::write_for(&book, branch)?;
    app::state(api, Nothing)
}

fn member(book: &Book) -> Result<Membership> {
    let member = book.read(head_office::membership)?;
    member.ok_or_else(|| ErrorCode::HeadOfficeOff.into())
}

impl<H: Host> Api<H> {
    /// Visits head office now and waits for the end of it. For an adapter without a background.
    ///
    /// # Errors
    /// `head_office.off`; why the visit ended early.
    pub fn visit_now(&self) -> Result<HeadOffice, Refusal> {
        self.allow(Role::Desk)?;
        let (book, office) = self.open_book()?;
        member(&book)?;
        office.visit(&book, &self.host)?;
        Ok(state(self, Nothing)?)
    }
}
