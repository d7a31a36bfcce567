//! Steps: what the user did, in one word with parameters; what undo, redo and the history page speak of.

use std::collections::BTreeMap;

use clientele_model::{ClientId, StepId, record};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::table::{Card, Table, Topic, WorkedOut};

/// The table of steps: a record like any other, so that who did what travels with the changes.
pub const STEPS: Table = Table {
    record: record::STEPS,
    card: Card::None,
    topics: &[Topic::History],
    worked_out: WorkedOut::NOTHING,
};

/// Who writes: the staff member at this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The staff member's name in the book.
    pub staff: String,
    /// Is it somebody who says what holds for the whole business, as what fields a card has?
    pub is_owner: bool,
}

impl Actor {
    /// The owner: the only staff member so far.
    #[must_use]
    pub fn owner() -> Self {
        Self {
            staff: "owner".to_owned(),
            is_owner: true,
        }
    }
}

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $label:literal,)*) => {
        /// What sort of step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
        pub enum StepLabel {
            $($(#[$doc])* #[serde(rename = $label)] $name,)*
        }

        impl StepLabel {
            /// As it stands in the book.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// From the book; a label of a newer version is one of [`Self::Other`].
            #[must_use]
            pub fn from_book(label: &str) -> Self {
                match label { $($label => Self::$name,)* _ => Self::Other }
            }
        }
    };
}

labels! {
    /// The book was made.
    BookCreated = "book_created",
    /// A client was added. `client`
    ClientAdded = "client_added",
    /// A card was changed. `client`
    ClientChanged = "client_changed",
    /// Clients went to the trash. `client` of one, `count` of several
    ClientsTrashed = "clients_trashed",
    /// Clients came out of the trash. `client`, `count`
    ClientsRestored = "clients_restored",
    /// Two clients turned out to be one. `client`, `other_name` of the one whose card went into the other's
    ClientsMerged = "clients_merged",
    /// Somebody said of two clients that they are not the same. `client`, `other_name`
    DuplicateDismissed = "duplicate_dismissed",
    /// Clients were erased for good. `count`
    ClientsErased = "clients_erased",
    /// A contact was logged. `client`
    ContactAdded = "contact_added",
    /// A logged contact was changed. `client`
    ContactChanged = "contact_changed",
    /// A logged contact went to the trash. `client`
    ContactTrashed = "contact_trashed",
    /// A logged contact came out of the trash. `client`
    ContactRestored = "contact_restored",
    /// Files were added to a card. `client`, `count`
    AttachmentsAdded = "attachments_added",
    /// A file of a card went to the trash. `client`
    AttachmentTrashed = "attachment_trashed",
    /// A file of a card came out of the trash. `client`
    AttachmentRestored = "attachment_restored",
    /// A client has another photo, or none. `client`
    PhotoChanged = "photo_changed",
    /// A file was imported. `file`, `count`
    Imported = "imported",
    /// Contact histories were imported. `count`
    HistoryImported = "history_imported",
    /// The owner defined a field. `field`
    FieldAdded = "field_added",
    /// A field of the owner's, or what may be chosen in it, was changed. `field`
    FieldChanged = "field_changed",
    /// A field of the owner's was thrown away. `field`
    FieldRemoved = "field_removed",
    /// The owner's fields were put into another order.
    FieldsOrdered = "fields_ordered",
    /// A filter was saved. `filter`
    FilterAdded = "filter_added",
    /// A saved filter was changed. `filter`
    FilterChanged = "filter_changed",
    /// A saved filter was thrown away. `filter`
    FilterRemoved = "filter_removed",
    /// Saved filters were put into another order.
    FiltersOrdered = "filters_ordered",
    /// Clients got a tag. `client` of one, `count` of several, `tag`
    ClientsTagged = "clients_tagged",
    /// A tag was taken off clients. `client` of one, `count` of several, `tag`
    ClientsUntagged = "clients_untagged",
    /// The book's settings were changed.
    SettingsChanged = "settings_changed",
    /// The demo book was filled. `count`
    DemoFilled = "demo_filled",
    /// What lay in the trash for 30 days was erased. `count`
    TrashEmptied = "trash_emptied",
    /// What other cards still said of a client who had been erased meanwhile was erased, too. `count`
    LinksErased = "links_erased",
    /// Somebody chose between two values of a conflict. `client`
    ConflictSettled = "conflict_settled",
    /// What a restored server had lost, and this device still knew, was written once more.
    Rescued = "rescued",
    /// A step was undone.
    Undo = "undo",
    /// An undone step was done again.
    Redo = "redo",
    /// A step of a newer version of the program.
    Other = "other",
}

impl StepLabel {
    /// Steps that cannot be undone: what they took away is gone, or they are the book's own beginning.
    pub const NEVER_UNDONE: [Self; 5] = [
        Self::BookCreated,
        Self::DemoFilled,
        Self::ClientsErased,
        Self::TrashEmptied,
        Self::LinksErased,
    ];
}

/// A step about to be taken.
#[derive(Clone, Debug)]
pub struct NewStep {
    pub(super) staff: String,
    pub(super) by_owner: bool,
    pub(super) label: StepLabel,
    pub(super) params: BTreeMap<String, String>,
    pub(super) act: &'static str,
    pub(super) target: Option<StepId>,
}

impl NewStep {
    /// Somebody does something.
    #[must_use]
    pub fn new(by: &Actor, label: StepLabel) -> Self {
        Self {
            staff: by.staff.clone(),
            by_owner: by.is_owner,
            label,
            params: BTreeMap::new(),
            act: "do",
            target: None,
        }
    }

    /// About one client. Its name is not kept here but looked up when the step is shown, so that
    /// erasing a client leaves no name behind in the steps.
    #[must_use]
    pub fn client(mut self, id: ClientId) -> Self {
        self.set("client", id);
        self
    }

    /// About several clients, or one.
    #[must_use]
    pub fn clients(mut self, ids: &[ClientId]) -> Self {
        if let [id] = ids {
            self.set("client", id);
        }
        self.set("count", ids.len());
        self
    }

    /// Is it done by somebody who says what holds for the whole business?
    #[must_use]
    pub fn by_owner(&self) -> bool {
        self.by_owner
    }

    /// With a parameter.
    pub fn set(&mut self, name: &str, value: impl ToString) {
        self.params.insert(name.to_owned(), value.to_string());
    }
}

/// A step in a word, for a toast or a line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StepSummary {
    /// The step.
    pub id: StepId,
    /// What sort.
    pub label: StepLabel,
    /// `name` (of the one client it is about), `count`, `file`.
    #[ts(type = "Record<string, string>")]
    pub params: BTreeMap<String, String>,
    /// For an undo or a redo: what it undid or did again.
    pub of: Option<StepLabel>,
}

/// What a write returns: its result, the step (none where nothing had to be written), and what to read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Written<T> {
    /// The result.
    pub value: T,
    /// The step, for the toast that offers to undo it.
    pub step: Option<StepSummary>,
    /// What the window has to read again.
    pub invalidates: Vec<super::table::Invalidation>,
}

impl<T> Written<T> {
    /// The same write with another result.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Written<U> {
        Written {
            value: f(self.value),
            step: self.step,
            invalidates: self.invalidates,
        }
    }
}
