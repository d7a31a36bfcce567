//! One row of a contact history.

use std::borrow::Cow;

use clientele_model::text::{fold, tidy};
use clientele_model::{ErrorCode, Refusal};
use serde::{Deserialize, Serialize};

use super::HistoryTable;
use super::columns::{self, HistoryColumn};
use crate::dates::{self, DayOrder};

/// What sort of contact a row tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HistoryKind {
    /// A call.
    Call,
    /// A message.
    Message,
    /// An e-mail.
    Email,
    /// The client came by.
    WalkIn,
    /// Something worth knowing.
    Note,
    /// A complaint.
    Complaint,
    /// Something was offered.
    Offer,
}

/// The words for them, folded, by how they begin.
const KINDS: &[(HistoryKind, &[&str])] = &[
    (
        HistoryKind::Complaint,
        &["complain", "жалоб", "претензи", "оплак", "рекламаци"],
    ),
    (
        HistoryKind::Offer,
        &["offer", "proposal", "quote", "предлож", "коммерческ", "оферт"],
    ),
    (
        HistoryKind::Email,
        &[
            "email",
            "e mail",
            "mail",
            "письмо",
            "почта",
            "имейл",
            "и мейл",
            "емейл",
            "электронн",
            "електронн",
        ],
    ),
    (
        HistoryKind::Message,
        &[
            "message",
            "sms",
            "viber",
            "whatsapp",
            "telegram",
            "chat",
            "messenger",
            "сообщен",
            "смс",
            "вайбер",
            "ватсап",
            "телеграм",
            "чат",
            "съобщени",
            "есемес",
        ],
    ),
    (
        HistoryKind::Call,
        &[
            "call",
            "phone",
            "tel",
            "звон",
            "телефон",
            "обажд",
            "позвън",
            "разговор",
        ],
    ),
    (
        HistoryKind::WalkIn,
        &[
            "visit",
            "walk",
            "appointment",
            "service",
            "came",
            "meeting",
            "визит",
            "посещ",
            "приход",
            "встреч",
            "прием",
            "услуг",
            "запис на",
            "час",
            "среща",
        ],
    ),
    (
        HistoryKind::Note,
        &[
            "note",
            "memo",
            "comment",
            "заметк",
            "примечан",
            "коммент",
            "бележк",
            "забележк",
            "коментар",
        ],
    ),
];

impl HistoryKind {
    fn of(word: &str) -> Option<Self> {
        let folded = fold(word).replace(['-', '_', '.'], " ");
        let word = folded.trim();
        let known = KINDS
            .iter()
            .find(|(_, words)| words.iter().any(|known| word.starts_with(known)));
        known.map(|(kind, _)| *kind)
    }
}

/// One row, as far as the file tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Year, month and day on the calendar of whoever wrote it.
    pub day: (i32, u32, u32),
    /// Seconds since midnight there; none where no time is told.
    pub seconds: Option<u32>,
    /// What sort.
    pub kind: HistoryKind,
    /// What was said or done.
    pub text: String,
    /// Who of the staff.
    pub staff: String,
    /// The client's phones as they are written.
    pub phones: Vec<String>,
    /// The number of the client's card.
    pub card_number: String,
    /// The client's e-mails.
    pub emails: Vec<String>,
    /// The client's name.
    pub name: String,
}

impl HistoryEntry {
    /// About how many bytes its texts take.
    #[must_use]
    pub fn weight(&self) -> usize {
        let lists = self
            .phones
            .iter()
            .chain(&self.emails)
            .map(|text| text.len() + size_of::<String>());
        let texts = [&self.text, &self.staff, &self.card_number, &self.name];
        texts.iter().map(|text| text.len()).chain(lists).sum()
    }
}

/// How the rows of a table are read.
pub(super) struct Reading<'t> {
    columns: &'t [HistoryColumn],
    order: DayOrder,
    otherwise: HistoryKind,
}

impl<'t> Reading<'t> {
    pub fn new(table: &'t HistoryTable, order: DayOrder) -> Self {
        let visits = columns::speaks_of_visits(&table.table.headers);
        let otherwise = if visits {
            HistoryKind::WalkIn
        } else {
            HistoryKind::Note
        };
        Self {
            columns: &table.columns,
            order,
            otherwise,
        }
    }

    /// The row's entry.
    ///
    /// # Errors
    /// `history.no_day` where it names no day with a year; `history.nobody` where it names no client.
    pub fn entry(&self, cells: &[Cow<'_, str>]) -> Result<HistoryEntry, Refusal> {
        let all = |of: HistoryColumn| {
            let cells = self
                .columns
                .iter()
                .zip(cells)
                .filter(move |(column, _)| **column == of);
            let texts = cells.map(|(_, cell)| tidy(cell)).filter(|cell| !cell.is_empty());
            texts.collect::<Vec<String>>()
        };
        let first = |of| all(of).into_iter().next().unwrap_or_default();
        let (date, time) = (first(HistoryColumn::Date), first(HistoryColumn::Time));
        let day = dates::birthday(&date, self.order);
        let Some((year, day)) = day.and_then(|day| Some((day.year?, day))) else {
            return Err(Refusal::new(ErrorCode::HistoryNoDay)
                .with("value", clientele_model::text::ellipsis(&date, 60)));
        };
        let mut texts = all(HistoryColumn::Text);
        let said = first(HistoryColumn::Kind);
        let kind = HistoryKind::of(&said).unwrap_or_else(|| {
            // What is no word for a kind is something that was said all the same: "Haircut".
            if !said.is_empty() {
                texts.insert(0, said);
            }
            self.otherwise
        });
        let entry = HistoryEntry {
            day: (year.into(), day.month.into(), day.day.into()),
            seconds: seconds(&time).or_else(|| seconds(&date)),
            kind,
            text: texts.join("\n"),
            staff: first(HistoryColumn::Staff),
            phones: all(HistoryColumn::Phone),
            card_number: first(HistoryColumn::CardNumber),
            emails: all(HistoryColumn::Email),
            name: all(HistoryColumn::Name).join(" "),
        };
        let nobody = entry.phones.is_empty()
            && entry.emails.is_empty()
            && entry.card_number.is_empty()
            && entry.name.is_empty();
        if nobody {
            return Err(ErrorCode::HistoryNobody.into());
        }
        Ok(entry)
    }
}

/// The time of day in a text such as `12.03.2024 14:05`, `2:05 PM` or `14.05 ч.` alone.
fn seconds(text: &str) -> Option<u32> {
    let folded = text.to_lowercase();
    let (at, _) = folded.match_indices(':').next()?;
    let before = &folded[..at];
    let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let mut hour: u32 = before[before.len() - digits..].parse().ok()?;
    let mut rest = folded[at + 1..].splitn(2, ':');
    let number = |text: &str| -> Option<u32> {
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        text.get(..digits)?.parse().ok()
    };
    let minute = number(rest.next()?)?;
    let second = rest.next().and_then(number).unwrap_or(0);
    let afternoon = folded.contains("pm") || folded.contains("p.m");
    let morning = folded.contains("am") || folded.contains("a.m");
    if afternoon && hour < 12 {
        hour += 12;
    } else if morning && hour == 12 {
        hour = 0;
    }
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}
