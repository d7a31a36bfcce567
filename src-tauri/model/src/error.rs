//! Why something was refused: a code with parameters. The window and the command line put it in words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// Every reason for which the program refuses something. A code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl ErrorCode {
            /// Every code, for the checks that each is put in words.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as it stands in JSON, in translations and on the command line.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// No book is open.
    BookNotOpen = "book.not_open",
    /// There is no file at this path. `path`
    BookNotFound = "book.not_found",
    /// A file stands where the new book was to be made; it was left as it is. `path`
    BookExists = "book.exists",
    /// Another program has this book open. `path`
    BookInUse = "book.in_use",
    /// The key does not open this file, or it is not a book; the file is untouched. `path`
    BookWrongKey = "book.wrong_key",
    /// The book was made by a newer version of the program. `found`, `known`
    BookTooNew = "book.too_new",
    /// The file is damaged. `detail`
    BookDamaged = "book.damaged",
    /// No secret store answers. `detail`
    KeyringUnavailable = "keyring.unavailable",
    /// The secret store is there, but gives no key for this book (it may be locked or emptied).
    KeyringNoKey = "keyring.no_key",
    /// The secret store said it kept the key, but does not give it back.
    KeyringForgets = "keyring.forgets",
    /// The recovery key has a slip of the pen.
    RecoveryKeyMistyped = "recovery_key.mistyped",
    /// A well-formed recovery key, but of another book.
    RecoveryKeyWrong = "recovery_key.wrong",
    /// The file with the wrapped key beside the book is missing or damaged. `path`
    RecoveryFileMissing = "recovery_key.file_missing",
    /// A key file does not hold 64 hexadecimal digits. `path`
    KeyFileInvalid = "key_file.invalid",
    /// The disk is full; what was saved before is safe.
    DiskFull = "disk.full",
    /// A file could not be read or written. `path`, `detail`
    FileFailed = "file.failed",
    /// The database said no. `detail`
    Database = "database",
    /// A change outside the write gate was stopped: a mistake of the program, and nothing was written. `detail`
    WriteGate = "write_gate",
    /// The window or the command line asked for something that does not exist. `detail`
    BadRequest = "request.bad",
    /// The signed-in role may not do this.
    NotAllowed = "role.not_allowed",
    /// The row is not there (any more). `id`
    NotFound = "not_found",
    /// A client needs a name, a phone or another word to be found by.
    ClientEmpty = "client.empty",
    /// The client lies in the trash: nothing is written to the card before it is taken out.
    ClientInTrash = "client.in_trash",
    /// Two clients stand on one card already.
    MergeSame = "merge.same",
    /// A client was to be a contact person of their own.
    PersonSame = "person.same",
    /// A text is longer than a field takes. `field`, `max`
    TextTooLong = "text.too_long",
    /// There are more entries than a card takes. `field`, `max`
    TooMany = "text.too_many",
    /// An e-mail address without an @ between two words. `value`
    EmailInvalid = "email.invalid",
    /// A phone number without a digit. `value`
    PhoneInvalid = "phone.invalid",
    /// A date that no calendar has. `value`
    DateInvalid = "date.invalid",
    /// What was typed is no number, or has more than six places behind the point. `value`
    NumberInvalid = "number.invalid",
    /// None of the choices that the field offers. `value`, `name`
    ChoiceUnknown = "choice.unknown",
    /// A field, a choice or a filter needs a name.
    NameEmpty = "name.empty",
    /// Another field, choice or filter bears this name. `value`
    NameTaken = "name.taken",
    /// The filter finds other clients than those about whom somebody was asked. `count`
    FilterChanged = "filter.changed",
    /// A newer version of the program made this filter, and this one does not know all of its conditions.
    FilterNewer = "filter.newer",
    /// A country code that the phone library does not know. `value`
    CountryUnknown = "country.unknown",
    /// A currency code that is not three letters. `value`
    CurrencyUnknown = "currency.unknown",
    /// The business needs a name.
    BusinessNameEmpty = "business.name_empty",
    /// There is nothing to undo.
    NothingToUndo = "undo.nothing",
    /// There is nothing to redo.
    NothingToRedo = "redo.nothing",
    /// This step was undone already, or cannot be: its record was erased.
    StepNotUndoable = "undo.not_possible",
    /// The file is empty.
    ImportEmpty = "import.empty",
    /// The file is larger than an import takes. `max`
    ImportTooLarge = "import.too_large",
    /// The file is none of the kinds that can be read. `detail`
    ImportUnknownFormat = "import.unknown_format",
    /// No people were found in the file.
    ImportNoPeople = "import.no_people",
    /// No column of the table holds a name, a phone or an e-mail.
    ImportNoUsefulColumn = "import.no_useful_column",
    /// No column of the table holds days, or none by which a client can be found.
    ImportNoHistory = "import.no_history",
    /// The row names no day with a year. `value`
    HistoryNoDay = "history.no_day",
    /// The row names no client: no phone, card number, e-mail or name.
    HistoryNobody = "history.nobody",
    /// No client in the book has this phone, card number, e-mail or name.
    HistoryNoClient = "history.no_client",
    /// Several clients in the book may be meant. `names`
    HistoryTwoClients = "history.two_clients",
    /// The row has no name, no phone, no e-mail.
    ImportRowEmpty = "import.row_empty",
    /// The record is broken off or cannot be read. `detail`
    ImportRowBroken = "import.row_broken",
    /// The workbook is damaged, or none. `detail`
    ImportSheetBroken = "import.sheet_broken",
    /// The workbook opens only with its password.
    ImportSheetLocked = "import.sheet_locked",
    /// The file asks for far more than it can hold, as a trap does. `detail`
    ImportSuspicious = "import.suspicious",
    /// The part that reads foreign files came to an end over this one; nothing else did. `detail`
    ImportReaderFailed = "import.reader_failed",
    /// Reading the file took too long and was ended. `seconds`
    ImportReaderSlow = "import.reader_slow",
    /// The import was cancelled; nothing was written.
    ImportCancelled = "import.cancelled",
    /// Several files were dropped at once; none was read.
    ImportOneAtATime = "import.one_at_a_time",
    /// This import is not there any more; choose the file again.
    ImportGone = "import.gone",
    /// An export of everything that is cut, damaged or changed by hand; nothing was written. `detail`
    ImportExportBroken = "import.export_broken",
    /// An export of everything by a newer version of the program; nothing was written. `detail`
    ImportExportNewer = "import.export_newer",
    /// An export of everything goes only into a new, empty book of its own; nothing was written.
    ImportBookNotEmpty = "import.book_not_empty",
    /// An export was to be written over a book; nothing was written. `path`
    ExportOntoBook = "export.onto_book",
    /// A sheet of Excel cannot hold this without losing some of it; nothing was written. `client`, `rows` or `detail`
    ExportNotForExcel = "export.not_for_excel",
    /// Nothing was chosen; nothing happened.
    DialogCancelled = "dialog.cancelled",
    /// The demo book has a fixed upper size. `max`
    DemoTooLarge = "demo.too_large",
    /// This book is not paired with head office.
    HeadOfficeOff = "head_office.off",
    /// The demo book is never paired with head office: its clients are invented. Nothing was sent.
    HeadOfficeDemo = "head_office.demo",
    /// This is no pairing code, or it has a slip of the pen.
    HeadOfficeCodeWrong = "head_office.code_wrong",
    /// The pairing code was used already, or is too old.
    HeadOfficeCodeUsed = "head_office.code_used",
    /// The pairing code is for another branch than this device is of; the code was not used.
    HeadOfficeCodeBranch = "head_office.code_branch",
    /// The pairing code is another company's than this book.
    HeadOfficeCodeCompany = "head_office.code_company",
    /// This book was copied before it was paired, and the other copy was; the code was not used.
    HeadOfficeCodeCopy = "head_office.code_copy",
    /// Head office does not answer; changes wait in the book. `detail`
    HeadOfficeUnreachable = "head_office.unreachable",
    /// The server is not the one that the pairing code speaks of; nothing was sent to it. `address`
    HeadOfficeNotTrusted = "head_office.not_trusted",
    /// Head office has revoked this device.
    HeadOfficeRevoked = "head_office.revoked",
    /// Head office's server does not know this device (any more); it can be paired again.
    HeadOfficeUnknown = "head_office.unknown",
    /// Only a device of head office may do this.
    HeadOfficeNotAllowed = "head_office.not_allowed",
    /// Head office's server is too old or too new for this program. `found`, `known`
    HeadOfficeProtocol = "head_office.protocol",
    /// The exchange with head office broke off. `detail`
    HeadOfficeFailed = "head_office.failed",
    /// A change holds more than head office takes. `max`
    ChangeTooLarge = "change.too_large",
    /// A change that this branch may not make.
    ChangeNotYours = "change.not_yours",
    /// A change that head office cannot read. `detail`
    ChangeUnreadable = "change.unreadable",
    /// The file is larger than an attachment may be; nothing was added. `name`, `max`
    AttachmentTooLarge = "attachment.too_large",
    /// The file is empty; nothing was added. `name`
    AttachmentEmpty = "attachment.empty",
    /// The client has as many photos and files as a card takes. `max`
    AttachmentTooMany = "attachment.too_many",
    /// It was to be the client's photo, and is no picture that can be shown. `name`
    AttachmentNoPicture = "attachment.no_picture",
    /// The content is not on this device yet. `name`
    AttachmentNotHere = "attachment.not_here",
    /// Nothing that was pasted is a picture or a file.
    ClipboardNothing = "clipboard.nothing",
    /// The content is not what the book says of it; it is not handed out. `name`
    AttachmentDamaged = "attachment.damaged",
    /// What was dropped onto the window is not waiting any more; drop it again.
    DropGone = "drop.gone",
    /// Wrong usage of the command line. `detail`
    Usage = "usage",
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal: what crosses from Rust to the window instead of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Refusal {
    /// Why.
    pub code: ErrorCode,
    /// What the sentence needs to be precise, by name. Never a secret, never a key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(as = "Option<BTreeMap<String, String>>", optional)]
    pub params: BTreeMap<String, String>,
}

impl Refusal {
    /// A refusal without parameters.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            params: BTreeMap::new(),
        }
    }

    /// With one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.code.fmt(f)?;
        for (name, value) in &self.params {
            write!(f, " {name}={value:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_the_same_in_json_and_in_text() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
