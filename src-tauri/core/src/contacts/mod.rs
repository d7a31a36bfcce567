//! Contact history: every call, message, visit, e-mail, note, complaint and offer, in one timeline.

mod store;
#[cfg(test)]
mod tests;

use clientele_model::record::CLIENT_ID;
use clientele_model::text::{FIELD_BYTES_MAX, tidy};
use clientele_model::{ClientId, ContactId, ErrorCode, Refusal, RowId, Timestamp, Value, record};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Result;
use crate::clients::{home, outside_trash};
use crate::workspace::{Actor, Card, NewStep, StepLabel, Table, Topic, WorkedOut, Workspace, Write, Written};

pub use store::list;

/// The table of contacts.
pub const CONTACTS: Table = Table {
    record: record::CONTACTS,
    card: Card::ByClientId,
    topics: &[
        Topic::Contacts,
        Topic::Client,
        Topic::Clients,
        Topic::History,
        Topic::Trash,
    ],
    worked_out: WorkedOut::NOTHING,
};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $word:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
        pub enum $name { $($(#[$each])* #[serde(rename = $text)] $word,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$word,)*];

            /// As it stands in the book.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text,)* }
            }

            /// From the book, or from the command line.
            #[must_use]
            pub fn from_book(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$word),)* _ => None }
            }
        }
    };
}

words! {
    /// What sort of contact.
    ContactKind {
        /// A call.
        Call = "call",
        /// A message.
        Message = "message",
        /// An e-mail.
        Email = "email",
        /// The client came by.
        WalkIn = "walk_in",
        /// Something worth knowing.
        Note = "note",
        /// A complaint.
        Complaint = "complaint",
        /// Something was offered: by us, or by a competitor.
        Offer = "offer",
    }
}

words! {
    /// Who began it.
    Direction {
        /// The client.
        In = "in",
        /// We.
        Out = "out",
    }
}

words! {
    /// By which way.
    Channel {
        /// Phone.
        Phone = "phone",
        /// Text message.
        Sms = "sms",
        /// Viber.
        Viber = "viber",
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// Telegram.
        Telegram = "telegram",
        /// E-mail.
        Email = "email",
        /// Web site.
        Web = "web",
        /// Face to face.
        InPerson = "in_person",
        /// Another.
        Other = "other",
    }
}

/// A contact as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactDraft {
    /// What sort.
    pub kind: ContactKind,
    /// Who began it, where that means anything.
    pub direction: Option<Direction>,
    /// By which way.
    pub channel: Option<Channel>,
    /// When.
    pub at: Timestamp,
    /// What was said.
    pub text: String,
}

/// A contact as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Contact {
    /// Which.
    pub id: ContactId,
    /// With whom.
    pub client_id: ClientId,
    /// What sort.
    pub kind: ContactKind,
    /// Who began it.
    pub direction: Option<Direction>,
    /// By which way.
    pub channel: Option<Channel>,
    /// When.
    pub at: Timestamp,
    /// Who of the staff.
    pub staff: String,
    /// What was said.
    pub text: String,
}

/// Which part of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactsList {
    /// Whose.
    pub client_id: ClientId,
    /// Older than the place where the last part ended ([`ContactPage::next`]).
    pub before: Option<String>,
    /// At most so many (1 to 500).
    pub limit: u32,
}

/// A part of a timeline, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactPage {
    /// All of the timeline.
    pub total: u32,
    /// This part.
    pub rows: Vec<Contact>,
    /// Where the next part begins; none at the end.
    pub next: Option<String>,
}

impl ContactDraft {
    pub(crate) fn checked(mut self) -> Result<Self> {
        self.text = tidy(&self.text);
        if self.text.len() > FIELD_BYTES_MAX {
            let refusal = Refusal::new(ErrorCode::TextTooLong).with("field", "text");
            return Err(refusal.with("max", FIELD_BYTES_MAX).into());
        }
        Ok(self)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("kind", self.kind.as_str().into()),
            ("direction", self.direction.map_or("", Direction::as_str).into()),
            ("channel", self.channel.map_or("", Channel::as_str).into()),
            ("at", Value::Int(self.at.0)),
            ("text", self.text.as_str().into()),
        ]
    }
}

/// Logs a contact.
///
/// # Errors
/// `not_found` for a client that is not there; `client.in_trash`; `text.too_long`; what SQLite says.
pub fn add(
    workspace: &Workspace,
    by: &Actor,
    client: ClientId,
    new: ContactDraft,
) -> Result<Written<ContactId>> {
    let new = new.checked()?;
    let step = NewStep::new(by, StepLabel::ContactAdded).client(client);
    workspace.write(step, |w| add_checked(w, by, client, &new))
}

/// Logs a contact within a step.
///
/// # Errors
/// As [`add`].
pub fn add_checked(w: &mut Write<'_>, by: &Actor, client: ClientId, new: &ContactDraft) -> Result<ContactId> {
    add_of(w, &by.staff, client, new)
}

/// Logs a contact that somebody of the staff had, within a step that another one takes.
///
/// # Errors
/// As [`add`].
pub(crate) fn add_of(
    w: &mut Write<'_>,
    staff: &str,
    client: ClientId,
    new: &ContactDraft,
) -> Result<ContactId> {
    outside_trash(w, client)?;
    let client = home(w.conn(), client)?;
    let id = ContactId::new();
    let mut fields = new.fields();
    fields.retain(|(_, value)| *value != Value::Text(String::new()));
    fields.extend([("client_id", RowId::from(client).into()), ("staff", staff.into())]);
    w.add(&CONTACTS, id.into(), fields)?;
    Ok(id)
}

/// Changes a logged contact.
///
/// # Errors
/// `not_found`; `client.in_trash`; `text.too_long`; what SQLite says.
pub fn change(
    workspace: &Workspace,
    by: &Actor,
    id: ContactId,
    new: ContactDraft,
) -> Result<Written<ContactId>> {
    let new = new.checked()?;
    of(workspace, by, StepLabel::ContactChanged, id, |w| {
        of_client_outside_trash(w, id)?;
        w.set(&CONTACTS, id.into(), new.fields())
    })
}

/// Puts a logged contact into the trash.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn trash(workspace: &Workspace, by: &Actor, id: ContactId) -> Result<Written<ContactId>> {
    of(workspace, by, StepLabel::ContactTrashed, id, |w| {
        w.trash(&CONTACTS, id.into())
    })
}

/// Takes it out of the trash.
///
/// # Errors
/// `not_found`; `client.in_trash`; what SQLite says.
pub fn restore(workspace: &Workspace, by: &Actor, id: ContactId) -> Result<Written<ContactId>> {
    of(workspace, by, StepLabel::ContactRestored, id, |w| {
        of_client_outside_trash(w, id)?;
        w.restore(&CONTACTS, id.into())
    })
}

fn of_client_outside_trash(w: &Write<'_>, id: ContactId) -> Result<()> {
    let client = w.field(&CONTACTS, id.into(), CLIENT_ID)?.as_row();
    client.map_or(Ok(()), |client| outside_trash(w, client.into()))
}

fn of(
    workspace: &Workspace,
    by: &Actor,
    label: StepLabel,
    id: ContactId,
    f: impl FnOnce(&mut Write<'_>) -> Result<bool>,
) -> Result<Written<ContactId>> {
    workspace.write(NewStep::new(by, label), |w| {
        if let Some(client) = w.field(&CONTACTS, id.into(), "client_id")?.as_row() {
            w.step.set("client", client);
        }
        f(w)?;
        Ok(id)
    })
}
