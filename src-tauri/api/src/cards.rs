//! Commands about clients, their contact history and the search box.

use clientele_core::Result;
use clientele_core::clients::{self, ClientCard, ClientPage, ClientsList, TagCount};
use clientele_core::contacts::{self, ContactPage, ContactsList};
use clientele_core::head_office;
use clientele_core::history::{self, FieldHistoryEntry};
use clientele_core::search::{self, SearchHit};
use clientele_core::workspace::Written;
use clientele_model::{ClientId, ContactId};

use crate::app::Api;
use crate::host::Host;
use crate::types::*;

pub(crate) fn list<H: Host>(api: &Api<H>, ask: ClientsList) -> Result<ClientPage> {
    let book = api.book()?;
    let country = api.country(&book)?;
    book.read(|conn| clients::list(conn, &ask, &country, head_office::sight(conn)?))
}

pub(crate) fn get<H: Host>(api: &Api<H>, ask: ClientRef) -> Result<ClientCard> {
    api.book()?.read(|conn| clients::card(conn, ask.id))
}

pub(crate) fn save<H: Host>(api: &Api<H>, ask: ClientSave) -> Result<Written<ClientId>> {
    let book = api.book()?;
    match ask.id {
        None => clients::add(&book, api.by(), ask.after),
        Some(id) => {
            let before = match ask.before {
                Some(before) => before,
                None => book.read(|conn| clients::load(conn, id))?,
            };
            clients::change(&book, api.by(), id, &before, ask.after)
        }
    }
}

pub(crate) fn trash<H: Host>(api: &Api<H>, ask: ClientRefs) -> Result<Written<u32>> {
    clients::trash(&*api.book()?, api.by(), &ask.ids)
}

pub(crate) fn restore<H: Host>(api: &Api<H>, ask: ClientRefs) -> Result<Written<u32>> {
    clients::restore(&*api.book()?, api.by(), &ask.ids)
}

pub(crate) fn erase<H: Host>(api: &Api<H>, ask: ClientRefs) -> Result<Written<u32>> {
    clients::erase(&*api.book()?, api.by(), &ask.ids)
}

pub(crate) fn history<H: Host>(api: &Api<H>, ask: ClientRef) -> Result<Vec<FieldHistoryEntry>> {
    api.book()?.read(|conn| history::of_client(conn, ask.id))
}

pub(crate) fn tags<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<TagCount>> {
    api.book()?.read(clients::tags)
}

pub(crate) fn sources<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<String>> {
    api.book()?.read(clients::sources)
}

pub(crate) fn contacts<H: Host>(api: &Api<H>, ask: ContactsList) -> Result<ContactPage> {
    api.book()?.read(|conn| contacts::list(conn, &ask))
}

pub(crate) fn contact_save<H: Host>(api: &Api<H>, ask: ContactSave) -> Result<Written<ContactId>> {
    let book = api.book()?;
    match ask.id {
        None => contacts::add(&book, api.by(), ask.client_id, ask.draft),
        Some(id) => contacts::change(&book, api.by(), id, ask.draft),
    }
}

pub(crate) fn contact_trash<H: Host>(api: &Api<H>, ask: ContactRef) -> Result<Written<ContactId>> {
    contacts::trash(&*api.book()?, api.by(), ask.id)
}

pub(crate) fn contact_restore<H: Host>(api: &Api<H>, ask: ContactRef) -> Result<Written<ContactId>> {
    contacts::restore(&*api.book()?, api.by(), ask.id)
}

pub(crate) fn search<H: Host>(api: &Api<H>, ask: SearchAsk) -> Result<Vec<SearchHit>> {
    let book = api.book()?;
    let country = api.country(&book)?;
    let (limit, sight) = (ask.limit.clamp(1, 500) as usize, book.read(head_office::sight)?);
    search::search_of(&book, &ask.query, limit, &country, sight)
}
