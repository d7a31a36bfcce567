//! Commands about head office: the pairing, the exchange of changes, conflicts, devices, branches.
//!
//! This book works alone: reads say so, and what needs head office is refused with `head_office.off`.

use clientele_core::Result;
use clientele_core::book::Book;
use clientele_core::workspace::Written;
use clientele_model::{ErrorCode, RowId, Timestamp};

use crate::app::Api;
use crate::host::Host;
use crate::types::*;

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
pub(crate) fn standing(_: &Book) -> Result<Standing> {
    Ok(Standing::default())
}

/// Which branch's clients are shown of a book.
///
/// # Errors
/// What SQLite says.
pub(crate) fn branches(_: &Book) -> Result<BranchView> {
    Ok(BranchView::default())
}

pub(crate) fn state<H: Host>(api: &Api<H>, _: Nothing) -> Result<HeadOffice> {
    let standing = standing(&*api.book()?)?;
    Ok(HeadOffice {
        paired: None,
        waiting: standing.waiting,
        running: false,
        last_reached: standing.last_reached,
        last_tried: None,
        problem: None,
        in_agreement: None,
        conflicts: standing.conflicts,
        refused: 0,
    })
}

pub(crate) fn pair<H: Host>(api: &Api<H>, _: HeadOfficePair) -> Result<HeadOffice> {
    off(api)
}

pub(crate) fn leave<H: Host>(api: &Api<H>, _: Nothing) -> Result<HeadOffice> {
    off(api)
}

pub(crate) fn sync<H: Host>(api: &Api<H>, _: Nothing) -> Result<HeadOffice> {
    off(api)
}

pub(crate) fn exchange<H: Host>(api: &Api<H>, _: ExchangeAsk) -> Result<ExchangePage> {
    api.book()?;
    let (rows, next) = (Vec::new(), None);
    Ok(ExchangePage { rows, next })
}

pub(crate) fn conflicts<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<Conflict>> {
    api.book()?;
    Ok(Vec::new())
}

pub(crate) fn settle<H: Host>(api: &Api<H>, _: ConflictSettle) -> Result<Written<RowId>> {
    off(api)
}

pub(crate) fn refused<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<RefusedChange>> {
    api.book()?;
    Ok(Vec::new())
}

pub(crate) fn discard<H: Host>(api: &Api<H>, _: RefusedRef) -> Result<Nothing> {
    off(api)
}

pub(crate) fn devices<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<DeviceRow>> {
    api.book()?;
    Ok(Vec::new())
}

pub(crate) fn revoke<H: Host>(api: &Api<H>, _: DeviceRef) -> Result<Vec<DeviceRow>> {
    off(api)
}

pub(crate) fn erasures<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<ErasureRow>> {
    api.book()?;
    Ok(Vec::new())
}

pub(crate) fn choose_branch<H: Host>(api: &Api<H>, _: BranchChoose) -> Result<AppState> {
    off(api)
}

/// What needs head office is refused where there is none.
fn off<H: Host, T>(api: &Api<H>) -> Result<T> {
    api.book()?;
    Err(ErrorCode::HeadOfficeOff.into())
}
