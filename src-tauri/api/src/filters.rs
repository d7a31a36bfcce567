//! Commands about saved filters, and about all whom one finds.

use clientele_core::filters::{self, Conditions, SavedFilter, Whom};
use clientele_core::workspace::Written;
use clientele_core::{Result, head_office};
use clientele_model::{RowId, Timestamp};

use crate::app::Api;
use crate::host::Host;
use crate::types::*;

pub(crate) fn list<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<SavedFilter>> {
    // Many are counted in a large book: others read meanwhile.
    api.book()?
        .read_apart(|conn| filters::list(conn, head_office::sight(conn)?, Timestamp::now()))
}

pub(crate) fn count<H: Host>(api: &Api<H>, ask: Conditions) -> Result<u32> {
    let ask = ask.checked()?;
    api.book()?
        .read_apart(|conn| filters::count(conn, &ask, head_office::sight(conn)?, Timestamp::now()))
}

pub(crate) fn whom<H: Host>(api: &Api<H>, ask: FilterRef) -> Result<Whom> {
    api.book()?
        .read_apart(|conn| filters::whom(conn, ask.id, head_office::sight(conn)?, Timestamp::now()))
}

pub(crate) fn save<H: Host>(api: &Api<H>, ask: FilterSave) -> Result<Written<RowId>> {
    filters::save(&*api.book()?, api.by(), ask.id, ask.draft)
}

pub(crate) fn remove<H: Host>(api: &Api<H>, ask: FilterRef) -> Result<Written<()>> {
    filters::remove(&*api.book()?, api.by(), ask.id)
}

pub(crate) fn order<H: Host>(api: &Api<H>, ask: FilterRefs) -> Result<Written<()>> {
    filters::order(&*api.book()?, api.by(), &ask.ids)
}

pub(crate) fn tag<H: Host>(api: &Api<H>, ask: FilterTag) -> Result<Written<u32>> {
    let book = api.book()?;
    let sight = book.read(head_office::sight)?;
    filters::tag(&book, api.by(), ask.id, sight, &ask.confirmed, &ask.tag, ask.add)
}

pub(crate) fn trash<H: Host>(api: &Api<H>, ask: FilterTrash) -> Result<Written<u32>> {
    let book = api.book()?;
    let sight = book.read(head_office::sight)?;
    filters::trash(&book, api.by(), ask.id, sight, &ask.confirmed)
}
