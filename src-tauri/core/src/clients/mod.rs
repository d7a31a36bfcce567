//! Clients and their cards.

mod complete;
pub mod draft;
pub mod links;
mod store;
#[cfg(test)]
mod tests;

use clientele_model::record::{self, DELETED_AT, Record};
use clientele_model::{
    AttachmentId, BranchId, ClientDraft, ClientId, ClientKind, ErrorCode, Refusal, RowId, Timestamp, Value,
    phone,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::custom_fields::{self, CUSTOM_VALUES};
use crate::workspace::{Actor, Card, NewStep, StepLabel, Table, Topic, WorkedOut, Workspace, Write, Written};
use crate::{Result, settings};

pub use complete::{NameWords, Outweighed, complete, completed, outweighed, read_numbers};
pub use links::{LinkedPerson, PersonOf, PersonState};
pub use store::{
    by_card_number, by_emails, by_phones, by_unread_phones, derive, derive_put, display_name, home, ids,
    list, load, load_own, numbered, numbers, on_card, problems, settle_merged, sources, tags,
};

const ON_CARD: &[Topic] = &[Topic::Clients, Topic::Client, Topic::History];

/// The clients themselves.
pub const CLIENTS: Table = Table {
    record: record::CLIENTS,
    card: Card::Itself,
    topics: &[
        Topic::Clients,
        Topic::Client,
        Topic::History,
        Topic::Trash,
        Topic::Tags,
        Topic::Duplicates,
    ],
    worked_out: WorkedOut {
        columns: &["display_name", "sort_name"],
        of: |values| {
            let (shown, by_name) = store::names(&own_names(values));
            vec![shown.into(), by_name.into()]
        },
        ordered_by: Some("sort_name"),
    },
};

/// What a client's own row says of its names.
fn own_names(values: &[Value]) -> ClientDraft {
    let text = |name: &str| {
        let place = record::CLIENTS.fields.iter().position(|field| field.name == name);
        let value = place.and_then(|place| values.get(place)).and_then(Value::as_text);
        value.unwrap_or_default().to_owned()
    };
    ClientDraft {
        kind: store::kind(&text("kind")),
        given_name: text("given_name"),
        patronymic: text("patronymic"),
        family_name: text("family_name"),
        company_name: text("company_name"),
        ..ClientDraft::default()
    }
}

const fn card_part(record: Record, topics: &'static [Topic]) -> Table {
    Table {
        record,
        card: Card::ByClientId,
        topics,
        worked_out: WorkedOut::NOTHING,
    }
}

/// More names of a client.
pub const CLIENT_NAMES: Table = card_part(record::CLIENT_NAMES, ON_CARD);
/// Phone numbers: as typed, and in E.164.
pub const PHONES: Table = card_part(record::PHONES, ON_CARD);
/// E-mail addresses.
pub const EMAILS: Table = card_part(record::EMAILS, ON_CARD);
/// Postal addresses.
pub const ADDRESSES: Table = card_part(record::ADDRESSES, ON_CARD);
/// Names in messengers.
pub const MESSENGERS: Table = card_part(record::MESSENGERS, ON_CARD);
/// People to talk to.
pub const CONTACT_PERSONS: Table = card_part(record::CONTACT_PERSONS, ON_CARD);
/// Tags.
pub const CLIENT_TAGS: Table = card_part(
    record::CLIENT_TAGS,
    &[Topic::Clients, Topic::Client, Topic::History, Topic::Tags],
);

/// Every table with rows of a card besides the client itself.
pub const PARTS: [&Table; 8] = [
    &CLIENT_NAMES,
    &PHONES,
    &EMAILS,
    &ADDRESSES,
    &MESSENGERS,
    &CONTACT_PERSONS,
    &CLIENT_TAGS,
    &CUSTOM_VALUES,
];

/// In which order a list of clients stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClientSort {
    /// By family name, or the company's name.
    #[default]
    Name,
    /// The lately contacted first.
    Recent,
    /// The newly added first.
    Created,
}

/// Which clients a list shows, and which part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientsList {
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only persons, or only companies.
    pub kind: Option<ClientKind>,
    /// Only those whom this saved filter finds.
    #[serde(default)]
    pub filter: Option<RowId>,
    /// The order.
    pub sort: ClientSort,
    /// From this place on, the first being 0.
    pub offset: u32,
    /// At most so many rows (1 to 500).
    pub limit: u32,
}

/// Whose clients are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sight {
    /// All that this device has.
    #[default]
    All,
    /// All, each with the name of its branch.
    Each,
    /// One branch's.
    Of(BranchId),
}

impl Sight {
    /// The branch, where it is one's.
    #[must_use]
    pub fn branch(self) -> Option<BranchId> {
        match self {
            Self::Of(branch) => Some(branch),
            Self::All | Self::Each => None,
        }
    }
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientRow {
    /// Which client.
    pub id: ClientId,
    /// The name as shown.
    pub name: String,
    /// Person or company.
    pub kind: ClientKind,
    /// The first phone number, as read here.
    pub phone: String,
    /// Is there something that must never be done?
    pub has_never: bool,
    /// Tags.
    pub tags: Vec<String>,
    /// When the last contact was.
    pub last_contact_at: Option<Timestamp>,
    /// The name of the client's branch, where clients of several are shown.
    pub branch: Option<String>,
    /// The client's photo.
    pub photo: Option<AttachmentId>,
}

/// A part of a list, and how long the whole is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientPage {
    /// All that the filter lets through.
    pub total: u32,
    /// The rows of this part.
    pub rows: Vec<ClientRow>,
}

/// A phone number with the ways to write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhoneLine {
    /// As typed.
    pub typed: String,
    /// In E.164, where it is a number.
    pub e164: String,
    /// As people of the book's country read it.
    pub display: String,
    /// Mobile, work, ...
    pub label: String,
}

/// The whole card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientCard {
    /// Which client.
    pub id: ClientId,
    /// The name as shown.
    pub name: String,
    /// All that can be edited.
    pub draft: ClientDraft,
    /// The phones, ready to be read.
    pub phones: Vec<PhoneLine>,
    /// When the card was made.
    pub created_at: Timestamp,
    /// When anything on it changed last.
    pub changed_at: Timestamp,
    /// Since when it has lain in the trash.
    pub trashed_at: Option<Timestamp>,
    /// How many contacts there are.
    pub contacts: u32,
    /// When the last of them was.
    pub last_contact_at: Option<Timestamp>,
    /// The client's photo.
    pub photo: Option<AttachmentId>,
    /// Those contact persons who are clients of the book, too.
    pub linked: Vec<LinkedPerson>,
    /// Whose contact person this client is.
    pub person_of: Vec<PersonOf>,
}

/// A tag, and on how many cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TagCount {
    /// The tag.
    pub tag: String,
    /// Cards outside the trash that bear it.
    pub count: u32,
}

/// A number as people of the book's country read it: what was typed, where it is no number.
#[must_use]
pub fn phone_display(typed: &str, e164: &str, country: &str) -> String {
    if e164.is_empty() {
        typed.to_owned()
    } else {
        phone::display(e164, country)
    }
}

/// The whole card on which a client stands, trashed or not.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn card(conn: &Connection, id: ClientId) -> Result<ClientCard> {
    let id = home(conn, id)?;
    let all = on_card(conn, id)?;
    let mut draft = store::load_all(conn, id, &all)?;
    let linked = links::name_persons(conn, id, &mut draft)?;
    let country = settings::load(conn)?.country;
    let phones = draft.phones.iter().map(|p| PhoneLine {
        typed: p.typed.clone(),
        e164: p.e164.clone(),
        display: phone_display(&p.typed, &p.e164, &country),
        label: p.label.clone(),
    });
    let phones = phones.collect();
    store::card(conn, id, &all, draft, phones, linked)
}

/// Adds a client.
///
/// # Errors
/// Those of [`draft::check`]; for a contact person who is to be a client, `not_found` and `client.in_trash`; what SQLite
/// says.
pub fn add(workspace: &Workspace, by: &Actor, new: ClientDraft) -> Result<Written<ClientId>> {
    let id = ClientId::new();
    let new = draft::check(new)?;
    let step = NewStep::new(by, StepLabel::ClientAdded).client(id);
    workspace.write(step, |w| {
        let mut new = new;
        links::settle(w, id, &[], &mut new.contact_persons)?;
        add_checked(w, id, &new).map(|()| id)
    })
}

/// Adds a checked client within a step; an import adds many in one.
///
/// # Errors
/// What SQLite says.
pub fn add_checked(w: &mut Write<'_>, id: ClientId, new: &ClientDraft) -> Result<()> {
    add_checked_of(w, id, new, w.now())
}

/// Adds a checked client whose card was made at an earlier moment, within a step.
///
/// # Errors
/// What SQLite says.
pub fn add_checked_of(
    w: &mut Write<'_>,
    id: ClientId,
    new: &ClientDraft,
    created_at: Timestamp,
) -> Result<()> {
    let country = settings::load(w.conn())?.country;
    let mut new = new.clone();
    read_numbers(&mut new, &country);
    add_all(w, &[(id, &new)], created_at)
}

/// Adds many checked clients whose numbers are read, within a step.
///
/// # Errors
/// What SQLite says.
pub fn add_all(w: &mut Write<'_>, new: &[(ClientId, &ClientDraft)], created_at: Timestamp) -> Result<()> {
    let rows = new
        .iter()
        .flat_map(|(id, draft)| draft::new_rows(*id, draft, created_at));
    w.add_new(rows.collect())?;
    for (id, draft) in new.iter().filter(|(_, draft)| !draft.custom.is_empty()) {
        custom_fields::put(w, &[*id], &[], &draft.custom)?;
    }
    Ok(())
}

/// Writes what differs between the draft as the form was opened with and as it was left.
/// What others changed meanwhile in other fields stays theirs.
///
/// # Errors
/// `not_found`; `client.in_trash`; `person.same`; those of [`draft::check`]; what SQLite says.
pub fn change(
    workspace: &Workspace,
    by: &Actor,
    id: ClientId,
    before: &ClientDraft,
    after: ClientDraft,
) -> Result<Written<ClientId>> {
    let after = draft::check(after)?;
    let step = NewStep::new(by, StepLabel::ClientChanged).client(id);
    workspace.write(step, |w| {
        let country = settings::load(w.conn())?.country;
        outside_trash(w, id)?;
        draft::write(w, id, before, &after, &country)?;
        Ok(id)
    })
}

/// Whoever writes to a card that lies in the trash would write to something that nobody sees.
///
/// # Errors
/// `not_found`; `client.in_trash`; what SQLite says.
pub(crate) fn outside_trash(w: &Write<'_>, id: ClientId) -> Result<()> {
    let id = home(w.conn(), id)?;
    match w.field(&CLIENTS, id.into(), DELETED_AT)? {
        Value::Null => Ok(()),
        _ => Err(Refusal::new(ErrorCode::ClientInTrash).with("id", id).into()),
    }
}

/// Reads every phone number again as one of another country, within a step.
///
/// # Errors
/// What SQLite says.
pub fn read_phones_anew(w: &mut Write<'_>, country: &str) -> Result<()> {
    for (row, typed) in store::typed_phones(w.conn())? {
        let e164 = phone::to_e164(&typed, country).unwrap_or_default();
        w.set(&PHONES, row, vec![("e164", e164.into())])?;
    }
    Ok(())
}

/// Puts clients into the trash, where they lie for 30 days.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn trash(workspace: &Workspace, by: &Actor, ids: &[ClientId]) -> Result<Written<u32>> {
    let step = NewStep::new(by, StepLabel::ClientsTrashed).clients(ids);
    workspace.write(step, |w| trash_all(w, ids))
}

/// The same within a step.
pub(crate) fn trash_all(w: &mut Write<'_>, ids: &[ClientId]) -> Result<u32> {
    each(w, ids, |w, id| w.trash(&CLIENTS, id))
}

/// Takes clients out of the trash.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn restore(workspace: &Workspace, by: &Actor, ids: &[ClientId]) -> Result<Written<u32>> {
    let step = NewStep::new(by, StepLabel::ClientsRestored).clients(ids);
    workspace.write(step, |w| each(w, ids, |w, id| w.restore(&CLIENTS, id)))
}

/// Erases clients in the trash for good: the rows, their contacts, what the log and the index knew.
///
/// # Errors
/// `request.bad` for a client outside the trash; `not_found`; what SQLite says.
pub fn erase(workspace: &Workspace, by: &Actor, ids: &[ClientId]) -> Result<Written<u32>> {
    let mut step = NewStep::new(by, StepLabel::ClientsErased);
    step.set("count", ids.len());
    let written = workspace.write(step, |w| each(w, ids, |w, id| erase_one(w, id).map(|()| true)))?;
    // Done is done: what cannot be brought home now (a full disk, a reader in the way) is at the next start.
    let _ = workspace.settle();
    Ok(written)
}

/// Erases one client within a step.
pub(crate) fn erase_one(w: &mut Write<'_>, id: RowId) -> Result<()> {
    if w.field(&CLIENTS, id, DELETED_AT)? == Value::Null {
        let refusal = Refusal::new(ErrorCode::BadRequest).with("id", id);
        return Err(refusal
            .with("detail", "only a client in the trash is erased")
            .into());
    }
    let others = [&crate::contacts::CONTACTS, &crate::attachments::ATTACHMENTS];
    for table in PARTS.into_iter().chain(others) {
        for part in crate::workspace::store::rows_of_client(w.conn(), table, id)? {
            w.erase(table, part)?;
        }
    }
    links::erase_about(w, id.into())?;
    crate::search::forget(w.conn(), id.into())?;
    w.erase(&CLIENTS, id)
}

/// Does the same to all who stand on each of these cards. Returns with how many cards something was done.
fn each(
    w: &mut Write<'_>,
    ids: &[ClientId],
    mut f: impl FnMut(&mut Write<'_>, RowId) -> Result<bool>,
) -> Result<u32> {
    let mut done = 0;
    for id in ids {
        let mut any = false;
        for of_card in on_card(w.conn(), home(w.conn(), *id)?)? {
            any |= f(w, of_card.into())?;
        }
        done += u32::from(any);
    }
    Ok(done)
}
