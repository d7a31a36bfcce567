//! What the columns of a contact history mean, guessed from their headers in three languages and from what stands below.

use clientele_model::text::{fold, is_email};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Table;
use crate::columns::fold_header;
use crate::dates::{self, DayOrder};
use crate::tables::HeadRow;

/// What a column of a contact history means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HistoryColumn {
    /// It is not read.
    #[default]
    Ignore,
    /// The day, with the time or without it.
    Date,
    /// The time of day.
    Time,
    /// What sort of contact.
    Kind,
    /// What was said or done. Several columns become several lines.
    Text,
    /// Who of the staff.
    Staff,
    /// The client's phone.
    Phone,
    /// The number of the client's card.
    CardNumber,
    /// The client's e-mail.
    Email,
    /// The client's name.
    Name,
}

/// The words that head such columns, folded; the first list that knows a header has it.
const WORDS: &[(HistoryColumn, &[&str])] = &[
    (
        HistoryColumn::Date,
        &[
            "date",
            "day",
            "when",
            "visit date",
            "date of visit",
            "contact date",
            "call date",
            "date time",
            "datetime",
            "date and time",
            "timestamp",
            "visited",
            "appointment date",
            "дата",
            "день",
            "когда",
            "дата визита",
            "дата посещения",
            "дата звонка",
            "дата контакта",
            "дата и время",
            "дата время",
            "посещение дата",
            "дата записи",
            "ден",
            "кога",
            "дата на посещение",
            "дата на посещението",
            "дата на визита",
            "дата на контакт",
            "дата на обаждане",
            "дата и час",
            "дата час",
            "посетен на",
        ],
    ),
    (
        HistoryColumn::Time,
        &[
            "time",
            "hour",
            "start",
            "start time",
            "время",
            "час",
            "время визита",
            "начало",
            "време",
            "начален час",
        ],
    ),
    (
        HistoryColumn::Kind,
        &[
            "kind",
            "type",
            "sort",
            "contact type",
            "activity",
            "activity type",
            "тип",
            "вид",
            "вид контакта",
            "тип контакта",
            "тип события",
            "событие",
            "вид контакт",
            "вид на контакта",
            "тип на контакта",
            "събитие",
        ],
    ),
    (
        HistoryColumn::Text,
        &[
            "text",
            "note",
            "notes",
            "comment",
            "comments",
            "description",
            "details",
            "service",
            "services",
            "subject",
            "summary",
            "what",
            "result",
            "текст",
            "заметка",
            "заметки",
            "комментарий",
            "комментарии",
            "примечание",
            "примечания",
            "описание",
            "услуга",
            "услуги",
            "тема",
            "содержание",
            "результат",
            "бележка",
            "бележки",
            "коментар",
            "коментари",
            "забележка",
            "описание на посещението",
            "резултат",
            "съдържание",
            "процедура",
            "процедури",
            "процедуры",
        ],
    ),
    (
        HistoryColumn::Staff,
        &[
            "staff",
            "employee",
            "master",
            "stylist",
            "specialist",
            "manager",
            "user",
            "by",
            "who",
            "performed by",
            "сотрудник",
            "мастер",
            "специалист",
            "менеджер",
            "администратор",
            "исполнитель",
            "кто",
            "служител",
            "майстор",
            "фризьор",
            "стилист",
            "специалистка",
            "администраторка",
            "изпълнител",
            "кой",
        ],
    ),
    (
        HistoryColumn::Phone,
        &[
            "phone",
            "phone number",
            "mobile",
            "mobile phone",
            "telephone",
            "tel",
            "cell",
            "client phone",
            "customer phone",
            "телефон",
            "номер телефона",
            "мобильный",
            "мобильный телефон",
            "тел",
            "телефон клиента",
            "сотовый",
            "мобилен",
            "мобилен телефон",
            "телефонен номер",
            "телефон на клиента",
            "gsm",
            "джиесем",
        ],
    ),
    (
        HistoryColumn::CardNumber,
        &[
            "card",
            "card number",
            "card no",
            "client card",
            "client number",
            "customer number",
            "client id",
            "карта",
            "номер карты",
            "карточка",
            "номер карточки",
            "номер клиента",
            "карта клиента",
            "номер на карта",
            "номер на картата",
            "клиентска карта",
            "клиентски номер",
            "картон",
            "номер на картон",
        ],
    ),
    (
        HistoryColumn::Email,
        &[
            "email",
            "e mail",
            "mail",
            "email address",
            "client email",
            "почта",
            "электронная почта",
            "имейл",
            "поща",
            "имейл адрес",
            "електронна поща",
            "имейл на клиента",
            "почта клиента",
        ],
    ),
    (
        HistoryColumn::Name,
        &[
            "name",
            "client",
            "customer",
            "client name",
            "customer name",
            "full name",
            "guest",
            "имя",
            "клиент",
            "фио",
            "имя клиента",
            "фио клиента",
            "клиентка",
            "гость",
            "име",
            "име на клиент",
            "име на клиента",
            "име и фамилия",
            "имена",
            "гост",
            "имя и фамилия",
            "фамилия и имя",
        ],
    ),
];

impl HistoryColumn {
    /// Can a client be found by it?
    #[must_use]
    pub fn finds(self) -> bool {
        matches!(self, Self::Phone | Self::CardNumber | Self::Email | Self::Name)
    }

    fn of_header(header: &str) -> Option<Self> {
        let folded = fold_header(header);
        let known = WORDS.iter().find(|(_, words)| words.contains(&folded.as_str()));
        known.map(|(column, _)| *column)
    }
}

/// The row of the headers among the first rows: the one with the most words that head such columns, two or more.
pub(super) fn find_header_row(rows: &[HeadRow]) -> Option<usize> {
    let known = |cells: &[String]| {
        cells
            .iter()
            .filter(|cell| HistoryColumn::of_header(cell).is_some())
            .count()
    };
    let mut best: Option<(usize, usize)> = None;
    for (at, cells) in rows.iter().take(20) {
        let known = known(cells);
        if known >= 2 && best.is_none_or(|(most, _)| known > most) {
            best = Some((known, *at));
        }
    }
    best.map(|(_, at)| at)
}

/// Does a cell look like what a column holds?
type Looks<'f> = &'f dyn Fn(&str) -> bool;

/// Where columns of this meaning stand.
pub(super) fn places(columns: &[HistoryColumn], of: HistoryColumn) -> Vec<usize> {
    let with = columns.iter().enumerate().filter(|(_, column)| **column == of);
    with.map(|(at, _)| at).collect()
}

/// What the columns mean: as the user says, or as their headers and contents do.
pub(super) fn of(table: &Table, said: Option<&[HistoryColumn]>, country: &str) -> Vec<HistoryColumn> {
    let width = table.headers.len();
    if let Some(said) = said {
        let mut columns = said.to_vec();
        columns.resize(width, HistoryColumn::Ignore);
        return columns;
    }
    let headers = table
        .headers
        .iter()
        .map(|header| HistoryColumn::of_header(header).unwrap_or_default());
    let mut columns: Vec<HistoryColumn> = headers.collect();
    // Two columns of days or of kinds: the first one is it.
    for once in [
        HistoryColumn::Date,
        HistoryColumn::Time,
        HistoryColumn::Kind,
        HistoryColumn::Staff,
    ] {
        for at in places(&columns, once).into_iter().skip(1) {
            columns[at] = HistoryColumn::Ignore;
        }
    }
    let cells = |at: usize| {
        let cells = table.samples.iter().filter_map(move |row| row.get(at));
        cells.map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    };
    let mostly = |at: usize, is: &dyn Fn(&str) -> bool| {
        let all = cells(at).count();
        all > 0 && cells(at).filter(|cell| is(cell)).count() * 10 >= all * 8
    };
    let is_day = |cell: &str| dates::birthday(cell, DayOrder::DayFirst).is_some_and(|day| day.year.is_some());
    let is_phone = |cell: &str| crate::columns::contents::is_phone(cell, country);
    let guesses: [(HistoryColumn, Looks<'_>); 3] = [
        (HistoryColumn::Date, &is_day),
        (HistoryColumn::Email, &is_email),
        (HistoryColumn::Phone, &is_phone),
    ];
    for (column, is) in guesses {
        if !columns.contains(&column) {
            let free = (0..width).find(|at| columns[*at] == HistoryColumn::Ignore && mostly(*at, is));
            if let Some(at) = free {
                columns[at] = column;
            }
        }
    }
    columns
}

/// Does a header speak of visits? Then a row without a kind is one.
pub(super) fn speaks_of_visits(headers: &[String]) -> bool {
    const VISITS: &[&str] = &[
        "visit",
        "визит",
        "посещ",
        "appointment",
        "услуг",
        "service",
        "процедур",
    ];
    let headers = headers.iter().map(|header| fold(header));
    headers
        .into_iter()
        .any(|header| VISITS.iter().any(|word| header.contains(word)))
}
