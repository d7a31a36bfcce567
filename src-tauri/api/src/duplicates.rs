//! Commands about clients who may be the same one.

use clientele_core::duplicates::{self, DuplicateList, MergeProposal, MergedClient};
use clientele_core::workspace::{StepSummary, Written};
use clientele_core::{Result, head_office};
use clientele_model::ClientId;

use crate::app::Api;
use crate::host::Host;
use crate::types::*;

/// Suggested beside a form at most.
const LIKE_MAX: usize = 5;

pub(crate) fn list<H: Host>(api: &Api<H>, ask: DuplicatesAsk) -> Result<DuplicateList> {
    let book = api.book()?;
    book.read_apart(|conn| duplicates::list(conn, ask.limit, head_office::sight(conn)?))
}

pub(crate) fn like<H: Host>(api: &Api<H>, ask: LikeAsk) -> Result<Vec<Like>> {
    let found = duplicates::of_draft(&*api.book()?, &ask.draft, ask.except, LIKE_MAX)?;
    Ok(found
        .into_iter()
        .map(|(client, why)| Like { client, why })
        .collect())
}

pub(crate) fn propose<H: Host>(api: &Api<H>, ask: TwoClients) -> Result<MergeProposal> {
    api.book()?
        .read(|conn| duplicates::propose(conn, ask.keep, ask.gone))
}

pub(crate) fn merge<H: Host>(api: &Api<H>, ask: ClientsMerge) -> Result<Written<ClientId>> {
    let edited = ask.edited.map(|edited| (edited.before, edited.after));
    duplicates::merge(&*api.book()?, api.by(), ask.keep, ask.gone, edited)
}

pub(crate) fn unmerge<H: Host>(api: &Api<H>, ask: StepRef) -> Result<Written<StepSummary>> {
    duplicates::unmerge(&*api.book()?, api.by(), ask.id)
}

pub(crate) fn merged<H: Host>(api: &Api<H>, ask: ClientRef) -> Result<Vec<MergedClient>> {
    api.book()?.read(|conn| duplicates::merged(conn, ask.id))
}

pub(crate) fn dismiss<H: Host>(api: &Api<H>, ask: TwoClients) -> Result<Written<()>> {
    duplicates::dismiss(&*api.book()?, api.by(), ask.keep, ask.gone)
}
