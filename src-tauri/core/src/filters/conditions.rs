//! What a filter asks of a client, as data.

use clientele_model::text::tidy;
use clientele_model::{ClientKind, ErrorCode, Language, Refusal, RowId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Result;

/// How conditions are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// A client must fulfil them all.
    #[default]
    All,
    /// One of them is enough.
    Any,
}

/// Conditions and how they are joined. Without a condition everybody is found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// How they are joined.
    pub join: Join,
    /// The conditions.
    pub list: Vec<Condition>,
}

/// Something that is asked of a client. Texts are the same in whatever case and with whatever accents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "on", deny_unknown_fields)]
pub enum Condition {
    /// A person, or a company.
    Kind {
        /// Which.
        is: ClientKind,
    },
    /// A tag stands on the card, or does not.
    Tag {
        /// The tag.
        tag: String,
        /// Does it stand there?
        has: bool,
    },
    /// Where the client heard of us; an empty text for those of whom nobody knows.
    Source {
        /// The source.
        is: String,
    },
    /// The language that the client prefers; none for those of whom nobody knows.
    Language {
        /// Which.
        is: Option<Language>,
    },
    /// The town of any address; an empty text for those without one.
    City {
        /// The town.
        is: String,
    },
    /// The month of the birthday, 1 to 12.
    BirthdayMonth {
        /// The month.
        month: u8,
    },
    /// When the card was made.
    Created {
        /// When.
        when: When,
    },
    /// When the last contact was.
    LastContact {
        /// When.
        when: When,
    },
    /// There is a phone number, or none.
    Phone {
        /// Is there one?
        has: bool,
    },
    /// There is an e-mail address, or none.
    Email {
        /// Is there one?
        has: bool,
    },
    /// Something must never be done, or nothing.
    Never {
        /// Is there something?
        has: bool,
    },
    /// What stands in one of the owner's own fields. One in a field that is not there any more finds nobody.
    Custom {
        /// The field.
        field: RowId,
        /// What is asked of it.
        test: CustomTest,
    },
}

/// A time, as a day or counted back from today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is", deny_unknown_fields)]
pub enum When {
    /// Before this day, `2026-11-22`.
    Before {
        /// The day.
        day: String,
    },
    /// On this day or after it.
    Since {
        /// The day.
        day: String,
    },
    /// Within so many days before now.
    Within {
        /// How many.
        days: u16,
    },
    /// Longer ago than so many days. Those with whom it never was are not among them.
    OlderThan {
        /// How many.
        days: u16,
    },
    /// It never was.
    Never,
}

/// What is asked of one of the owner's own fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is", deny_unknown_fields)]
pub enum CustomTest {
    /// Something stands there.
    Filled,
    /// Nothing stands there.
    Empty,
    /// Just this stands there; a choice by its name.
    Same {
        /// What.
        value: String,
    },
    /// A text with this in it.
    Contains {
        /// What.
        value: String,
    },
    /// A number or a day not below this.
    AtLeast {
        /// What.
        value: String,
    },
    /// A number or a day not above this.
    AtMost {
        /// What.
        value: String,
    },
}

/// The version of the conditions that this program writes.
const VERSION: u32 = 1;

impl Conditions {
    /// As they stand in the book.
    #[must_use]
    pub fn to_book(&self) -> String {
        let mut kept = serde_json::json!(self);
        kept["v"] = serde_json::json!(VERSION);
        kept.to_string()
    }

    /// From the book; `None` where a newer version wrote them, or something that this one does not know.
    #[must_use]
    pub fn from_book(text: &str) -> Option<Self> {
        let mut kept: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        let version = kept.remove("v")?.as_u64()?;
        let conditions = serde_json::from_value(serde_json::Value::Object(kept)).ok()?;
        (version == u64::from(VERSION)).then_some(conditions)
    }

    /// The same as the book takes them.
    ///
    /// # Errors
    /// `date.invalid`; `text.too_long`.
    pub fn checked(mut self) -> Result<Self> {
        for condition in &mut self.list {
            condition.check()?;
        }
        Ok(self)
    }
}

impl Condition {
    fn check(&mut self) -> Result<()> {
        let text = match self {
            Self::Created { when } | Self::LastContact { when } => match when {
                When::Before { day } | When::Since { day } => {
                    let invalid = || Refusal::new(ErrorCode::DateInvalid).with("value", &*day);
                    *day = clientele_formats::day(day).ok_or_else(invalid)?;
                    return Ok(());
                }
                When::Within { .. } | When::OlderThan { .. } | When::Never => return Ok(()),
            },
            Self::BirthdayMonth { month } if !(1..=12).contains(month) => {
                return Err(Refusal::new(ErrorCode::DateInvalid).with("value", *month).into());
            }
            Self::Tag { tag: text, .. } | Self::Source { is: text } | Self::City { is: text } => text,
            Self::Custom { test, .. } => match test {
                CustomTest::Same { value }
                | CustomTest::Contains { value }
                | CustomTest::AtLeast { value }
                | CustomTest::AtMost { value } => value,
                CustomTest::Filled | CustomTest::Empty => return Ok(()),
            },
            Self::Kind { .. }
            | Self::Language { .. }
            | Self::BirthdayMonth { .. }
            | Self::Phone { .. }
            | Self::Email { .. }
            | Self::Never { .. } => return Ok(()),
        };
        *text = tidy(text);
        if text.len() > clientele_model::text::FIELD_BYTES_MAX {
            return Err(clientele_model::bounds::too_long("filter").into());
        }
        Ok(())
    }
}
