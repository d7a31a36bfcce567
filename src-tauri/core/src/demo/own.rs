//! What the owner of the demo salon has of its own: a few fields with values, and filters.
//!
//! No dice are thrown for it: who the clients are does not change with what is noted of them.

use clientele_model::{Birthday, ClientDraft, ClientKind, CustomKind, CustomValue, Language, Timestamp};

use super::words::words;
use crate::Result;
use crate::custom_fields::{self, NewField};
use crate::filters::{self, Condition, Conditions, FilterDraft, Join, When};
use crate::workspace::Write;

/// Defines the fields and saves the filters, within the step that fills the book.
pub(super) fn define(w: &mut Write<'_>, language: Language) -> Result<()> {
    let words = words(language);
    let own = &words.own_fields;
    let fields = [
        NewField::new(&own.hair, CustomKind::Choice, &own.hair_choices),
        NewField::new(&own.length, CustomKind::Number, &[]),
        NewField::new(&own.since, CustomKind::Date, &[]),
    ];
    custom_fields::make(w, &fields)?;
    let when = When::OlderThan { days: 90 };
    for (name, condition) in [
        (&words.filters.away, Condition::LastContact { when }),
        (&words.filters.never, Condition::Never { has: true }),
    ] {
        let draft = FilterDraft {
            name: name.clone(),
            conditions: Conditions {
                join: Join::All,
                list: vec![condition],
            },
        };
        filters::add(w, &draft)?;
    }
    Ok(())
}

/// Notes something in the fields of every third person, the `made`th of the book, who came first at that moment.
pub(super) fn note(card: &mut ClientDraft, made: u32, since: Timestamp, language: Language) {
    if card.kind == ClientKind::Company || !made.is_multiple_of(3) {
        return;
    }
    let own = &words(language).own_fields;
    let turn = made as usize / 3;
    let mut put = |name: &str, kind, value: String| {
        card.custom.push(CustomValue {
            field: None,
            name: name.to_owned(),
            kind,
            value,
        });
    };
    put(
        &own.hair,
        CustomKind::Choice,
        own.hair_choices[turn % own.hair_choices.len()].clone(),
    );
    if turn.is_multiple_of(2) {
        put(&own.length, CustomKind::Number, format!("{}.5", 8 + turn % 60));
    }
    if turn.is_multiple_of(4) {
        put(&own.since, CustomKind::Date, day(since));
    }
}

fn day(at: Timestamp) -> String {
    let day = at.to_utc().date_naive();
    let day = Birthday {
        year: i16::try_from(chrono::Datelike::year(&day)).ok(),
        month: u8::try_from(chrono::Datelike::month(&day)).unwrap_or(1),
        day: u8::try_from(chrono::Datelike::day(&day)).unwrap_or(1),
    };
    crate::clients::draft::birthday_text(Some(day))
}
