//! What an import yields and what the user may correct about it.

use clientele_model::{ClientDraft, Refusal};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The sort of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ImportFormat")]
pub enum Format {
    /// A table as text: comma, semicolon, tab or bar between its cells.
    Csv,
    /// Cards of an address book.
    Vcard,
    /// A workbook of Excel.
    Xlsx,
    /// A workbook of LibreOffice.
    Ods,
    /// Everything of another book of Clientele.
    Everything,
}

/// The program that wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ImportSource")]
pub enum Program {
    /// This program.
    Clientele,
    /// Google Contacts.
    Google,
    /// Outlook.
    Outlook,
    /// Thunderbird.
    Thunderbird,
    /// Contacts of a Mac or an iPhone.
    Apple,
    /// The address book of an Android phone.
    Android,
}

/// What the user settled by hand; whatever is left out is guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "ImportOptions")]
pub struct Options {
    /// The name of the encoding (`windows-1251`), as in the WHATWG standard.
    pub encoding: Option<String>,
    /// What stands between two cells: one of `,` `;` tab `|`.
    pub delimiter: Option<String>,
    /// Which sheet of a workbook, counted from 0.
    pub sheet: Option<usize>,
    /// Where the headers stand.
    pub header: Header,
    /// What each column means, from the first on.
    pub columns: Option<Vec<Column>>,
}

/// Where the headers of a table stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "at", content = "row")]
#[ts(rename = "ImportHeader")]
pub enum Header {
    /// To be guessed.
    #[default]
    Guess,
    /// There are none: the first row is a person already.
    None,
    /// In this row, counted from 0; what stands before it is not read.
    Row(usize),
}

/// What a column of a table means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ImportColumn")]
pub enum Column {
    /// It is not read.
    #[default]
    Ignore,
    /// The whole name in one cell.
    FullName,
    /// Given name.
    GivenName,
    /// Family name.
    FamilyName,
    /// Patronymic or middle name.
    Patronymic,
    /// Company.
    CompanyName,
    /// Nickname, maiden name, ...: labelled by the header.
    OtherName,
    /// Phone numbers, labelled by the header.
    Phone,
    /// What sort of phone the next column with phones holds.
    PhoneLabel,
    /// E-mail addresses, labelled by the header.
    Email,
    /// What sort of e-mail the next column with e-mails holds.
    EmailLabel,
    /// Street and house, or a whole address.
    Address,
    /// A whole address once more, read where its parts are empty.
    AddressWhole,
    /// Town.
    City,
    /// Region.
    Region,
    /// Postal code.
    PostalCode,
    /// Country.
    Country,
    /// What sort of address the next columns with an address hold.
    AddressLabel,
    /// A name in a messenger, whose service the header says.
    Messenger,
    /// The service of the next column with a messenger name.
    MessengerService,
    /// Day of birth.
    Birthday,
    /// Year of birth alone.
    BirthYear,
    /// Month of birth alone.
    BirthMonth,
    /// Day of the month of birth alone.
    BirthDay,
    /// Preferred language.
    Language,
    /// Where the client heard of us.
    Source,
    /// Number of the customer card.
    CardNumber,
    /// Tags, groups, categories.
    Tags,
    /// Notes.
    Notes,
    /// Kept in the notes, each behind its header.
    Extra,
    /// What the client expects.
    Expects,
    /// What must never be done.
    Never,
    /// A field of the owner's own, called as the header says.
    Custom,
    /// The name of a contact person.
    ContactPersonName,
    /// What the next contact person is to the client.
    ContactPersonRole,
    /// The phone of a contact person.
    ContactPersonPhone,
    /// The e-mail of a contact person.
    ContactPersonEmail,
}

/// How a table was read, for the user to look at and correct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "ImportTable")]
pub struct Table {
    /// The name of the encoding; empty for a sheet.
    pub encoding: String,
    /// What stands between two cells; empty for a sheet.
    pub delimiter: String,
    /// The sheets of a workbook, by name; none of a text.
    pub sheets: Vec<String>,
    /// Which of them is read.
    pub sheet: Option<usize>,
    /// The row of the headers, counted from 0, if there is one.
    pub header_row: Option<usize>,
    /// The headers as they stand; empty texts where there are none.
    pub headers: Vec<String>,
    /// What each column was taken for.
    pub columns: Vec<Column>,
    /// The first rows with people, their cells shortened.
    pub samples: Vec<Vec<String>>,
    /// How many rows follow the headers, blank ones not counted.
    pub rows: u64,
}

/// One person or company that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The line of the file where it starts, counted from 1.
    pub line: u64,
    /// What was read.
    pub draft: ClientDraft,
}

/// A row or card that was not read, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "RefusedRow")]
pub struct Refused {
    /// The line of the file where it starts, counted from 1.
    pub line: u64,
    /// Why.
    pub refusal: Refusal,
}

/// A whole file, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The sort of file.
    pub format: Format,
    /// The program that wrote it, where it is known.
    pub source: Option<Program>,
    /// How the table was read; none for cards.
    pub table: Option<Table>,
    /// Who was found, in the order of the file.
    pub records: Vec<Record>,
    /// What could not be read, in the order of the file.
    pub refused: Vec<Refused>,
}
