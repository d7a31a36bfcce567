//! Every refusal in an English sentence. A new code without one does not compile.

use clientele_api::{ErrorCode, Refusal};

/// A refusal on one line: the code and its parameters for a script, then the sentence for a person.
pub fn line(refusal: &Refusal) -> String {
    format!("{refusal}: {}", sentence(refusal.code))
}

/// Why, in a sentence with its particulars in brackets.
pub fn reason(refusal: &Refusal) -> String {
    let particulars: Vec<String> = refusal
        .params
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let sentence = sentence(refusal.code);
    if particulars.is_empty() {
        sentence.to_owned()
    } else {
        format!("{} ({}).", sentence.trim_end_matches('.'), particulars.join(", "))
    }
}

fn sentence(code: ErrorCode) -> &'static str {
    use ErrorCode as Code;
    match code {
        Code::BookNotOpen => "No book is open.",
        Code::BookNotFound => "There is no book at this path.",
        Code::BookExists => "A file stands there already; it was left as it is.",
        Code::BookInUse => "Another program has this book open.",
        Code::BookWrongKey => "The key does not open this file, or it is no book; the file is untouched.",
        Code::BookTooNew => "The book was made by a newer version of the program; it was left as it is.",
        Code::BookDamaged => "The file is damaged; nothing was written to it.",
        Code::KeyringUnavailable => {
            "The system's secret store does not answer; --key-file takes the key from a file."
        }
        Code::KeyringNoKey => "The system's secret store gives no key for this book; it may be locked.",
        Code::KeyringForgets => "The system's secret store took the key, but does not give it back.",
        Code::RecoveryKeyMistyped => "The recovery key has a slip of the pen.",
        Code::RecoveryKeyWrong => "This is the recovery key of another book.",
        Code::RecoveryFileMissing => "The key file beside the book is missing or damaged.",
        Code::KeyFileInvalid => "A key file holds 64 hexadecimal digits and nothing else.",
        Code::DiskFull => "The disk is full; what was saved before is safe.",
        Code::FileFailed => "The file could not be read or written.",
        Code::Database => "The database refused this; nothing was written.",
        Code::WriteGate => "A mistake of the program was stopped; nothing was written.",
        Code::BadRequest => "What was asked for does not exist, or is not well-formed.",
        Code::NotAllowed => "This role may not do it.",
        Code::NotFound => "It is not there, or not there any more.",
        Code::ClientEmpty => "A client needs a name, a phone or another word to be found by.",
        Code::ClientInTrash => "The client lies in the trash; take the card out of it first.",
        Code::FilterChanged => {
            "The filter finds other clients by now than those that were meant; nothing was changed."
        }
        Code::ClipboardNothing => "There is no picture and no file to put on the card; nothing was changed.",
        Code::PersonSame => "A client cannot be their own contact person.",
        Code::MergeSame => "These two are one card already; nothing was changed.",
        Code::TextTooLong => "A text is longer than its field takes.",
        Code::TooMany => "There are more entries than a card takes.",
        Code::EmailInvalid => "This is no e-mail address.",
        Code::PhoneInvalid => "This phone number has no digit.",
        Code::DateInvalid => "No calendar has this date.",
        Code::NumberInvalid => "This is no number, or it has more than six places behind the point.",
        Code::ChoiceUnknown => "The field offers no such choice; `fields` lists what it offers.",
        Code::NameEmpty => "It needs a name.",
        Code::NameTaken => "Another one bears this name already.",
        Code::FilterNewer => {
            "A newer version of the program made this filter; this one does not know all of its conditions."
        }
        Code::CountryUnknown => "This is no country code; it has two letters, as in BG.",
        Code::CurrencyUnknown => "This is no currency code; it has three letters, as in EUR.",
        Code::BusinessNameEmpty => "The business needs a name.",
        Code::NothingToUndo => "There is nothing to undo.",
        Code::NothingToRedo => "There is nothing to do again.",
        Code::StepNotUndoable => "This step was undone already, or cannot be.",
        Code::ImportEmpty => "The file is empty.",
        Code::ImportTooLarge => "The file is larger than an import takes.",
        Code::ImportUnknownFormat => "The file is no table as text, no workbook and no address book.",
        Code::ImportNoPeople => "There are no people in the file.",
        Code::ImportNoUsefulColumn => "No column of the table holds a name, a phone or an e-mail.",
        Code::ImportNoHistory => "No column of the table holds days, or none by which a client can be found.",
        Code::HistoryNoDay => "The row names no day with a year.",
        Code::HistoryNobody => "The row has no phone, no card number, no e-mail and no name.",
        Code::HistoryNoClient => "Nobody in the book has this phone, card number, e-mail or name.",
        Code::HistoryTwoClients => "Several clients of the book may be meant by this row.",
        Code::ImportRowEmpty => "The row has no name, no phone and no e-mail.",
        Code::ImportRowBroken => "The record is broken off or cannot be read.",
        Code::ImportSheetBroken => "The workbook is damaged, or is none.",
        Code::ImportSheetLocked => "The workbook is protected by a password.",
        Code::ImportSuspicious => {
            "The file asks for far more than it can hold, as a trap does; it was not read."
        }
        Code::ImportReaderFailed => "The file could not be read to its end; the book is unchanged.",
        Code::ImportReaderSlow => "Reading the file took too long and was ended; the book is unchanged.",
        Code::ImportCancelled => "It was cancelled; nothing was written.",
        Code::ImportOneAtATime => "One file at a time, please; none was read.",
        Code::ImportGone => "This import is not there any more.",
        Code::ExportOntoBook => "This file is a book of Clientele, or belongs to one; nothing was written.",
        Code::ImportExportBroken => {
            "The export is damaged, cut off or was changed by hand; nothing was written."
        }
        Code::ImportExportNewer => {
            "The export was written by a newer version of the program; nothing was written."
        }
        Code::ImportBookNotEmpty => {
            "An export of everything goes only into a new, empty book, not connected to head office; nothing was written."
        }
        Code::ExportNotForExcel => {
            "A sheet of Excel cannot hold all of this; nothing was written, and csv or json would hold it."
        }
        Code::DialogCancelled => "Nothing was chosen; nothing happened.",
        Code::DemoTooLarge => "A demo salon has fewer clients than that.",
        Code::HeadOfficeOff => "This book is not paired with head office; it works alone.",
        Code::HeadOfficeDemo => {
            "The clients of a demo book are invented: it is never paired with head office; nothing was sent."
        }
        Code::HeadOfficeCodeWrong => {
            "This is no pairing code, or it has a slip of the pen; nothing was sent."
        }
        Code::HeadOfficeCodeUsed => "The pairing code was used already or is too old; the book is as it was.",
        Code::HeadOfficeCodeBranch => {
            "This device is of another branch already: take a code for its own branch, or leave head office first; \
             the code was not used."
        }
        Code::HeadOfficeCodeCompany => {
            "This book has exchanged changes with another company and is that company's for good; it is as it was."
        }
        Code::HeadOfficeCodeCopy => {
            "Another device is paired with a copy of this book: pair a new book here; the code was not used."
        }
        Code::HeadOfficeUnreachable => "Head office does not answer; what was written is safe in the book.",
        Code::HeadOfficeNotTrusted => {
            "The server is not the one that the pairing code speaks of; nothing was sent to it."
        }
        Code::HeadOfficeRevoked => "Head office has revoked this device; the book stays as it is.",
        Code::HeadOfficeUnknown => {
            "Head office does not know this device any more; pair it again, everything is kept."
        }
        Code::HeadOfficeNotAllowed => "Only a device of head office may do this; nothing was changed.",
        Code::HeadOfficeProtocol => {
            "Head office's server and this program are of different ages; what was written is safe in the book."
        }
        Code::HeadOfficeFailed => {
            "The exchange with head office broke off; nothing is lost, and it can be tried again."
        }
        Code::ChangeTooLarge => {
            "The change holds more than head office takes; what was written stays readable here."
        }
        Code::ChangeNotYours => "This branch may not change it; what was written stays readable here.",
        Code::ChangeUnreadable => "Head office cannot read the change; what was written stays readable here.",
        Code::AttachmentTooLarge => "The file is larger than an attachment may be; nothing was added.",
        Code::AttachmentEmpty => "The file is empty; nothing was added.",
        Code::AttachmentTooMany => "The card has as many photos and files as it takes; nothing was added.",
        Code::AttachmentNoPicture => {
            "A photo has to be a JPEG, PNG, WebP or GIF that can be read; nothing was changed."
        }
        Code::AttachmentNotHere => {
            "The file is on another device, and has not come here yet; exchange with head office, then try again."
        }
        Code::AttachmentDamaged => {
            "The file is not what was once added, and is not handed out; `check` tells more."
        }
        Code::DropGone => "What was dropped is not waiting any more; drop it again.",
        Code::Usage => "`clientele-cli --help` tells how it is used.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_of_its_own() {
        let mut sentences: Vec<&str> = ErrorCode::ALL.iter().map(|code| sentence(*code)).collect();
        assert!(sentences.iter().all(|s| s.ends_with('.') && !s.contains('\n')));
        sentences.sort_unstable();
        assert!(sentences.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_line_begins_with_the_code_and_stays_one_line() {
        let refusal = Refusal::new(ErrorCode::BookWrongKey).with("path", "/a\nb\u{1b}[2J");
        let line = line(&refusal);
        assert!(
            line.starts_with(r#"book.wrong_key path="/a\nb\u{1b}[2J": The key does not"#),
            "{line}"
        );
        assert_eq!(
            reason(&refusal.clone()).lines().count(),
            2,
            "a reason is data, and keeps it"
        );
        assert_eq!(
            reason(&ErrorCode::ImportRowEmpty.into()),
            "The row has no name, no phone and no e-mail."
        );
    }
}
