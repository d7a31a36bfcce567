//! The list of commands: name, the lowest role that may call it, arguments, result, body. The one list;
//! dispatch, the typed methods and the TypeScript bindings are made from it.

use clientele_core::attachments::Attachment;
use clientele_core::book::CheckReport;
use clientele_core::clients::{ClientCard, ClientPage, ClientsList, TagCount};
use clientele_core::contacts::{ContactPage, ContactsList};
use clientele_core::custom_fields::CustomField;
use clientele_core::duplicates::{DuplicateList, MergeProposal, MergedClient};
use clientele_core::filters::{Conditions, SavedFilter};
use clientele_core::history::{FieldHistoryEntry, HistoryPage, StepDetails};
use clientele_core::imports::ImportResult;
use clientele_core::imports::history::HistoryResult;
use clientele_core::search::SearchHit;
use clientele_core::settings::Settings;
use clientele_core::trash::TrashRow;
use clientele_core::workspace::{StepSummary, UndoState, Written};
use clientele_model::{AttachmentId, ClientId, ContactId, ErrorCode, Refusal, RowId};
use serde_json::Value;

use crate::app::Api;
use crate::bindings::Bindings;
use crate::host::Host;
use crate::types::*;
use crate::{
    access, app, attachments, books, cards, custom_fields, duplicates, exports, files, filters, head_office,
    history_imports, past, refused_rows,
};

/// What somebody may do here. Later roles may do all that earlier ones may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Whoever stands at the counter.
    Desk,
    /// Whoever answers for a branch.
    Manager,
    /// Whose business it is.
    Owner,
}

/// One command, as the list declares it.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// The lowest role that may call it.
    pub role: Role,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $role:ident $name:ident($args:ty) -> $result:ty = $body:path;)*) => {
        /// Every command there is.
        pub const COMMANDS: &[Command] = &[$(Command { name: stringify!($name), role: Role::$role },)*];

        impl<H: Host> Api<H> {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// `role.not_allowed`, and those of core.
                pub fn $name(&self, args: $args) -> Result<$result, Refusal> {
                    self.allow(Role::$role)?;
                    Ok($body(self, args)?)
                }
            )*

            /// Calls a command by its name, arguments and result as JSON.
            ///
            /// # Errors
            /// `request.bad` for a name or arguments that do not exist; those of the command.
            pub fn dispatch(&self, command: &str, args: Value) -> Result<Value, Refusal> {
                match command {
                    $(stringify!($name) => to_json(&self.$name(from_json(command, args)?)?),)*
                    _ => Err(Refusal::new(ErrorCode::BadRequest).with("detail", command)),
                }
            }
        }

        pub(crate) fn declare(bindings: &mut Bindings) {
            $(bindings.command::<$args, $result>(stringify!($name));)*
        }
    };
}

commands! {
    /// Everything that the window must know before its first screen; opens the last book at the first call.
    Desk app_state(Nothing) -> AppState = app::state;
    /// Keeps what the user chose for this machine.
    Desk preferences_save(Preferences) -> Preferences = app::preferences_save;
    /// Makes a book and opens it.
    Owner book_create(BookCreate) -> BookCreated = books::create;
    /// Makes the demo book, the first time, and opens it.
    Desk book_demo(BookDemo) -> AppState = books::demo;
    /// Lets the user choose another book's file, and opens it.
    Owner book_choose(Nothing) -> AppState = books::choose;
    /// Opens the locked book with its recovery key.
    Desk book_unlock(BookUnlock) -> BookUnlocked = books::unlock;
    /// Tries the locked book again.
    Desk book_retry(Nothing) -> AppState = books::retry;
    /// Closes the book; back to the first screen.
    Owner book_close(Nothing) -> AppState = books::close;
    /// Looks at the whole book: file, index, log.
    Owner book_check(Nothing) -> CheckReport = books::check;
    /// Changes what holds for the book.
    Owner settings_save(Settings) -> Written<Settings> = books::settings_save;
    /// The status line.
    Desk status(Nothing) -> Status = books::status;

    /// A part of the list of clients.
    Desk clients_list(ClientsList) -> ClientPage = cards::list;
    /// The whole card of a client.
    Desk client_get(ClientRef) -> ClientCard = cards::get;
    /// Adds a client or changes a card.
    Desk client_save(ClientSave) -> Written<ClientId> = cards::save;
    /// Puts clients into the trash.
    Desk clients_trash(ClientRefs) -> Written<u32> = cards::trash;
    /// Takes clients out of the trash.
    Desk clients_restore(ClientRefs) -> Written<u32> = cards::restore;
    /// Erases clients in the trash for good.
    Owner clients_erase(ClientRefs) -> Written<u32> = cards::erase;
    /// Who changed what on a card.
    Desk client_history(ClientRef) -> Vec<FieldHistoryEntry> = cards::history;
    /// The tags in use.
    Desk tags_list(Nothing) -> Vec<TagCount> = cards::tags;
    /// Where clients heard of us.
    Desk sources_list(Nothing) -> Vec<String> = cards::sources;
    /// A part of a timeline.
    Desk contacts_list(ContactsList) -> ContactPage = cards::contacts;
    /// Logs a contact or changes one.
    Desk contact_save(ContactSave) -> Written<ContactId> = cards::contact_save;
    /// Puts a contact into the trash.
    Desk contact_trash(ContactRef) -> Written<ContactId> = cards::contact_trash;
    /// Takes a contact out of the trash.
    Desk contact_restore(ContactRef) -> Written<ContactId> = cards::contact_restore;
    /// Whom what was typed may mean.
    Desk search(SearchAsk) -> Vec<SearchHit> = cards::search;

    /// The owner's own fields of a card.
    Desk custom_fields_list(Nothing) -> Vec<CustomField> = custom_fields::list;
    /// The same, with the number of cards on which something stands in each.
    Desk custom_fields_counted(Nothing) -> Vec<CustomField> = custom_fields::counted;
    /// Defines a field of the owner's own, or changes one.
    Owner custom_field_save(CustomFieldSave) -> Written<RowId> = custom_fields::save;
    /// Throws a field of the owner's own away; what stands in it is kept.
    Owner custom_field_remove(CustomFieldRef) -> Written<()> = custom_fields::remove;
    /// Puts the owner's own fields into another order.
    Owner custom_fields_order(CustomFieldRefs) -> Written<()> = custom_fields::order;

    /// Saved filters, with the number of those whom each finds.
    Desk filters_list(Nothing) -> Vec<SavedFilter> = filters::list;
    /// How many clients a filter finds that is being put together.
    Desk filter_count(Conditions) -> u32 = filters::count;
    /// Saves a filter, or changes one.
    Manager filter_save(FilterSave) -> Written<RowId> = filters::save;
    /// Throws a saved filter away.
    Manager filter_remove(FilterRef) -> Written<()> = filters::remove;
    /// Puts saved filters into another order.
    Manager filters_order(FilterRefs) -> Written<()> = filters::order;
    /// Whom a saved filter finds now, to be confirmed before something is done to all of them.
    Desk filter_whom(FilterRef) -> Whom = filters::whom;
    /// Gives a tag to all whom a filter finds, or takes it off them.
    Manager filter_tag(FilterTag) -> Written<u32> = filters::tag;
    /// Puts all whom a filter finds into the trash.
    Owner filter_trash(FilterTrash) -> Written<u32> = filters::trash;

    /// Clients who may be the same one.
    Desk duplicates_list(DuplicatesAsk) -> DuplicateList = duplicates::list;
    /// Who may be the client that is being typed.
    Desk duplicates_like(LikeAsk) -> Vec<Like> = duplicates::like;
    /// Notes that two clients are not the same.
    Desk duplicate_dismiss(TwoClients) -> Written<()> = duplicates::dismiss;
    /// Both sides of a merge, and what would become of them.
    Desk merge_propose(TwoClients) -> MergeProposal = duplicates::propose;
    /// Makes one card of two.
    Desk clients_merge(ClientsMerge) -> Written<ClientId> = duplicates::merge;
    /// Takes apart what a step has merged.
    Desk client_unmerge(StepRef) -> Written<StepSummary> = duplicates::unmerge;
    /// Who was merged into a card.
    Desk client_merged(ClientRef) -> Vec<MergedClient> = duplicates::merged;

    /// The photos and files on a card, the client's photo first.
    Desk attachments_list(ClientRef) -> Vec<Attachment> = attachments::list;
    /// Lets the user choose a file, and adds it to a card.
    Desk attachments_choose(AttachmentsChoose) -> Written<Vec<AttachmentId>> = attachments::choose;
    /// Adds what was pasted to a card.
    Desk attachments_pasted(AttachmentsPasted) -> Written<Vec<AttachmentId>> = attachments::pasted;
    /// Adds files to a card that were dropped onto it.
    Desk attachments_dropped(AttachmentsDropped) -> Written<Vec<AttachmentId>> = attachments::dropped;
    /// Makes a picture the client's photo, or takes the photo off.
    Desk attachment_photo(AttachmentPhoto) -> Written<AttachmentId> = attachments::photo;
    /// Puts a file of a card into the trash.
    Desk attachment_trash(AttachmentRef) -> Written<AttachmentId> = attachments::trash;
    /// Takes it out of the trash.
    Desk attachment_restore(AttachmentRef) -> Written<AttachmentId> = attachments::restore;
    /// Has the content of a photo or a file fetched from head office; that it is here, an event tells.
    Desk attachment_fetch(AttachmentRef) -> Nothing = attachments::fetch;
    /// Lets the user choose where, and writes the file there.
    Desk attachment_save(AttachmentRef) -> AttachmentSaved = attachments::save;
    /// Reads files for import that were dropped beside a card.
    Manager import_dropped(DroppedRef) -> Nothing = attachments::import_dropped;

    /// Takes back the last step.
    Desk undo(Nothing) -> Written<StepSummary> = past::undo;
    /// Does again what was undone last.
    Desk redo(Nothing) -> Written<StepSummary> = past::redo;
    /// What undo and redo would do now.
    Desk undo_state(Nothing) -> UndoState = past::undo_state;
    /// A part of the history.
    Desk history_list(HistoryAsk) -> HistoryPage = past::list;
    /// A step, field by field.
    Desk step_get(StepRef) -> StepDetails = past::step;
    /// Takes back any step.
    Desk step_undo(StepRef) -> Written<StepSummary> = past::step_undo;
    /// What lies in the trash.
    Desk trash_list(Nothing) -> Vec<TrashRow> = past::trash;

    /// Lets the user choose a file, and says what its import would do.
    Manager import_choose(Nothing) -> ImportPreview = files::import_choose;
    /// Reads the file again as the user says.
    Manager import_configure(ImportConfigure) -> ImportPreview = files::import_configure;
    /// Imports.
    Manager import_run(ImportRef) -> Written<ImportResult> = files::import_run;
    /// Writes the refused rows of a table to a file of the user's choice, each with why.
    Manager import_refused_save(ImportRefused) -> ImportRefusedSaved = refused_rows::import_refused_save;
    /// Lets the user choose a table of contacts, and says what its import would do.
    Manager history_import_choose(Nothing) -> HistoryPreview = history_imports::choose;
    /// Reads the table of contacts again as the user says.
    Manager history_import_configure(HistoryConfigure) -> HistoryPreview = history_imports::configure;
    /// Imports contacts.
    Manager history_import_run(ImportRef) -> Written<HistoryResult> = history_imports::run;
    /// Stops an import that runs, or forgets one that does not.
    Manager import_cancel(ImportRef) -> Nothing = files::import_cancel;
    /// Lets the user choose where, and writes everybody there.
    Owner export_choose(ExportAsk) -> ExportResult = exports::export_choose;
    /// Stops an export of everything: no file is there, or the one that was there before.
    Owner export_cancel(Nothing) -> Nothing = exports::export_cancel;

    /// How this device stands with head office.
    Desk head_office(Nothing) -> HeadOffice = head_office::state;
    /// Pairs this device with head office.
    Owner head_office_pair(HeadOfficePair) -> HeadOffice = head_office::pair;
    /// Ends the pairing; everything stays in the book.
    Owner head_office_leave(Nothing) -> HeadOffice = head_office::leave;
    /// Begins a contact in the background and returns at once; its end is told by an event.
    Desk head_office_sync(Nothing) -> HeadOffice = head_office::sync;
    /// What came in and went out, contact by contact.
    Desk exchange_list(ExchangeAsk) -> ExchangePage = head_office::exchange;
    /// Conflicts that nobody has settled yet.
    Desk conflicts_list(Nothing) -> Vec<Conflict> = head_office::conflicts;
    /// Settles a conflict.
    Desk conflict_settle(ConflictSettle) -> Written<RowId> = head_office::settle;
    /// Changes of this device that head office refused.
    Desk refused_list(Nothing) -> Vec<RefusedChange> = head_office::refused;
    /// Takes a refused change off the list.
    Owner refused_discard(RefusedRef) -> Nothing = head_office::discard;
    /// The company's devices.
    Desk devices_list(Nothing) -> Vec<DeviceRow> = head_office::devices;
    /// Revokes a device: it gets nothing more. Only head office may, and only over the line.
    Owner device_revoke(DeviceRef) -> Vec<DeviceRow> = head_office::revoke;
    /// A part of the receipts of erasures.
    Owner erasures_list(ErasuresAsk) -> ErasurePage = head_office::erasures;
    /// Chooses the branch whose clients the window shows.
    Desk branch_choose(BranchChoose) -> AppState = head_office::choose_branch;
    /// Lets the user choose where, and writes everything that the book holds about a client there.
    Owner client_access_export(ClientAccessExport) -> AccessResult = access::choose;
}

fn from_json<T: serde::de::DeserializeOwned>(command: &str, args: Value) -> Result<T, Refusal> {
    serde_json::from_value(args)
        .map_err(|e| Refusal::new(ErrorCode::BadRequest).with("detail", format!("{command}: {e}")))
}

fn to_json<T: serde::Serialize>(result: &T) -> Result<Value, Refusal> {
    serde_json::to_value(result).map_err(|e| Refusal::new(ErrorCode::BadRequest).with("detail", e))
}
