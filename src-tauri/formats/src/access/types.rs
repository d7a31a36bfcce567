//! The data of an access export: what the book holds, word for word, without what it works out from it.

use chrono::{DateTime, FixedOffset};
use clientele_model::{
    Address, AttachmentId, ClientId, ContactId, ContactPerson, Email, Language, Messenger, OtherName, Phone,
    RowId, StepId,
};
use serde::{Deserialize, Serialize};

/// A moment on the wall of the place where the export was made, with its offset (RFC 3339).
pub type Moment = DateTime<FixedOffset>;

/// Everything that a book holds about one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessExport {
    /// [`FORMAT`](super::FORMAT).
    pub format: String,
    /// When the export was made; all of it is how the book stood at one moment.
    pub made_at: Moment,
    /// Whose book it is.
    pub business_name: String,
    /// The language of the book, and of the readable forms of this export.
    pub language: Language,
    /// The card's own fields.
    pub client: AccessClient,
    /// The own fields of those who were merged into this card. Their phones, tags, contacts stand with the card's.
    pub merged: Vec<AccessClient>,
    /// More names.
    pub other_names: Vec<Kept<OtherName>>,
    /// Phone numbers.
    pub phones: Vec<Kept<Phone>>,
    /// E-mail addresses.
    pub emails: Vec<Kept<Email>>,
    /// Postal addresses.
    pub addresses: Vec<Kept<Address>>,
    /// Names in messengers.
    pub messengers: Vec<Kept<Messenger>>,
    /// People to talk to.
    pub contact_persons: Vec<Kept<ContactPerson>>,
    /// Where the client stands on others' cards as the person to talk to.
    #[serde(default)]
    pub person_of: Vec<Kept<AccessPersonOf>>,
    /// Tags.
    pub tags: Vec<Kept<AccessTag>>,
    /// What stands in the owner's own fields.
    pub custom: Vec<Kept<AccessCustom>>,
    /// The contact history, newest first.
    pub contacts: Vec<Kept<AccessContact>>,
    /// Photos and files, newest first: what each is. The files themselves are handed out one by one.
    pub attachments: Vec<Kept<AccessAttachment>>,
    /// Who changed which field when, from what to what, newest first: of the card and of the contacts.
    pub history: Vec<AccessChange>,
}

/// Something on the card, standing or taken off: what was taken off is still in the book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept<T> {
    /// What it is.
    #[serde(flatten)]
    pub part: T,
    /// Since when it has been off the card or in the trash; none where it stands.
    pub trashed_at: Option<Moment>,
}

/// The card's own fields; empty where nothing was written. Texts as they stand in the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClient {
    /// Which client.
    pub id: ClientId,
    /// The name as shown.
    pub name: String,
    /// `person` or `company`.
    pub kind: String,
    /// Given name.
    pub given_name: String,
    /// Patronymic or middle names.
    pub patronymic: String,
    /// Family name.
    pub family_name: String,
    /// The name of the company; for a person, where he or she works.
    pub company_name: String,
    /// `1985-03-07`, or `--03-07` without the year.
    pub birthday: String,
    /// The language the client prefers, by its code.
    pub language: String,
    /// Where the client heard of us.
    pub source: String,
    /// Number of the customer card.
    pub card_number: String,
    /// Notes.
    pub notes: String,
    /// What the client expects.
    pub expects: String,
    /// What must never be done.
    pub never: String,
    /// When the card was made.
    pub created_at: Moment,
    /// Since when the whole card has lain in the trash; none where it does not.
    pub trashed_at: Option<Moment>,
}

/// What another's card says of the client as its person to talk to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPersonOf {
    /// The row.
    pub id: Option<RowId>,
    /// On whose card.
    pub of: String,
    /// How the client was called when the two were linked.
    pub name: String,
    /// Accountant, husband, daughter, ...
    pub role: String,
    /// A phone number as typed.
    pub phone: String,
    /// An e-mail address.
    pub email: String,
    /// Anything else.
    pub note: String,
}

/// A tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTag {
    /// The row.
    pub id: Option<RowId>,
    /// The tag.
    pub tag: String,
}

/// What stands in one of the owner's own fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessCustom {
    /// The row.
    pub id: Option<RowId>,
    /// What the owner calls the field.
    pub name: String,
    /// `text`, `number`, `date`, `choice`.
    pub kind: String,
    /// The text; a number as `-12.5`; a day as `2026-11-22`; the name of the choice.
    pub value: String,
}

/// One entry of the contact history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessContact {
    /// The row.
    pub id: ContactId,
    /// When it was.
    pub at: Moment,
    /// `call`, `message`, `email`, `walk_in`, `note`, `complaint`, `offer`.
    pub kind: String,
    /// `in`, from the client; `out`, from the business; empty where it means nothing.
    pub direction: String,
    /// `phone`, `sms`, `viber`, `whatsapp`, `telegram`, `email`, `web`, `in_person`, `other`; empty where not said.
    pub channel: String,
    /// Who of the staff.
    pub staff: String,
    /// What was said.
    pub text: String,
}

/// A photo or a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessAttachment {
    /// The row.
    pub id: AttachmentId,
    /// The file's name.
    pub name: String,
    /// What it is, as `image/jpeg`.
    pub media_type: String,
    /// How large.
    pub size_bytes: u64,
    /// The SHA-256 of its content, in hexadecimal digits: by it a file that was handed out is known again.
    pub sha256: String,
    /// When it was added.
    pub added_at: Moment,
    /// Since when it has been the client's photo, or was; none where it never was.
    pub photo_since: Option<Moment>,
    /// Where its content is handed out: a path beside this document, `/` before its last part. None where it is not.
    #[serde(default)]
    pub file: Option<String>,
    /// Why its content is not handed out: `elsewhere`, on another device only, or `damaged`; none where it is.
    #[serde(default)]
    pub missing: Option<String>,
}

/// What happened to one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessChange {
    /// When.
    pub at: Moment,
    /// By whom.
    pub staff: String,
    /// On which device.
    pub device: String,
    /// The step it belongs to; changes of one step were made at once.
    pub step: StepId,
    /// What sort of step, as `client_changed`, `imported`, `undo`.
    pub label: String,
    /// The file that an import read it from; none for other steps.
    pub file: Option<String>,
    /// `add`, `set`, `inc`, `del` or `erase`.
    pub kind: String,
    /// The table, as `phones`.
    pub entity: String,
    /// The row.
    pub row: RowId,
    /// The field, as `typed`.
    pub field: String,
    /// What the owner calls the field, where it is one of the owner's own.
    pub called: Option<String>,
    /// What stood there before; none for nothing. Moments as RFC 3339.
    pub was: Option<String>,
    /// What stands there since; none for nothing.
    pub is: Option<String>,
}
