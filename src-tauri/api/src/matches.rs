//! Who of a file is there already, for the preview of an import.

use std::collections::HashMap;

use clientele_core::book::Book;
use clientele_core::imports::{Fate, Plan, Rules};
use clientele_core::{Result, clients};

use crate::types::ImportMatch;

/// Records shown that mean somebody who is there already.
const MATCHES_MAX: usize = 200;

/// The name of somebody who was there before a record: in the book, or earlier in the file.
pub(crate) fn who(book: &Book, plan: &Plan, fate: Fate) -> Result<Option<String>> {
    Ok(match fate {
        Fate::Create | Fate::Skip => None,
        Fate::Complete(id) => book.read(|conn| clients::display_name(conn, id))?,
        Fate::Repeat(earlier) => Some(plan.records[earlier].0.draft.display_name()),
    })
}

/// The first records that mean somebody who is there already, with what is done with each.
pub(crate) fn matches(book: &Book, plan: &Plan, rules: &Rules) -> Result<Vec<ImportMatch>> {
    let by_line: HashMap<u64, _> = rules.rows.iter().map(|row| (row.line, row.rule)).collect();
    plan.meant()
        .take(MATCHES_MAX)
        .map(|(index, fate)| {
            let record = &plan.records[index].0;
            let shown = |text: &str| clientele_model::text::ellipsis(text, 120);
            Ok(ImportMatch {
                line: record.line,
                name: shown(&record.draft.display_name()),
                phone: shown(record.draft.phones.first().map_or("", |phone| &phone.typed)),
                who: shown(&who(book, plan, fate)?.unwrap_or_default()),
                client: match fate {
                    Fate::Complete(id) => Some(id),
                    _ => None,
                },
                rule: *by_line.get(&record.line).unwrap_or(&rules.rule),
            })
        })
        .collect()
}
