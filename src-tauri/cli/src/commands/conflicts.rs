//! Conflicts: told so that somebody can choose, and settled.

use clientele_api::types::{Conflict, ConflictKind, ConflictSettle, ConflictSide, Nothing};
use clientele_api::{ErrorCode, Refusal};
use serde::Serialize;
use serde_json::json;

use super::from_json;
use crate::Terminal;
use crate::answer::Answer;
use crate::moments;
use crate::page::Page;

/// A conflict with the number by which it is settled here.
#[derive(Serialize)]
pub struct Numbered {
    number: String,
    #[serde(flatten)]
    conflict: Conflict,
}

/// With their numbers.
pub fn numbered(conflicts: Vec<Conflict>) -> Vec<Numbered> {
    let with_number = |conflict: Conflict| Numbered {
        number: number(&conflict.id),
        conflict,
    };
    conflicts.into_iter().map(with_number).collect()
}

/// A conflict's own identifier names the row, the field and the change, and is too long to be typed: this is its
/// hash (FNV-1a of 32 bits).
fn number(id: &str) -> String {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{hash:08x}")
}

/// Both sides of a conflict: the values, who wrote them, where and when.
pub fn describe(page: &mut Page, conflict: &Conflict) {
    let whose = [conflict.client_name.as_str(), conflict.entity.as_str()];
    let whose = whose
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_default();
    let place = match conflict.entity.as_str() {
        "clients" => conflict.field.clone(),
        entity => match &conflict.called {
            Some(called) => called.clone(),
            None => format!("{entity}.{}", conflict.field),
        },
    };
    let number = number(&conflict.id);
    match conflict.kind {
        ConflictKind::Field => {
            page.line(format!("{number}  {whose}: two devices wrote {place}"));
            side(page, "standing now", &conflict.standing);
            side(page, "kept aside", &conflict.losing);
        }
        ConflictKind::Trashed => {
            page.line(format!(
                "{number}  {whose}: thrown away on one device, written to on another; it was kept"
            ));
            side(page, "written", &conflict.standing);
            side(page, "thrown away", &conflict.losing);
        }
    }
}

fn side(page: &mut Page, name: &str, side: &ConflictSide) {
    let by = format!(
        "by {} on {}, {}",
        side.staff,
        side.device,
        moments::shown(side.at.0)
    );
    match &side.value {
        Some(value) => page.field(name, &format!("{value}\n({by})")),
        None => page.field(name, &format!("({by})")),
    }
}

/// What to type next.
pub fn how_to_settle(conflicts: &[Conflict]) -> String {
    let number = conflicts
        .first()
        .map(|first| number(&first.id))
        .unwrap_or_default();
    format!(
        "To settle one: head-office settle {number} --keep standing, or --keep losing for what was kept aside \
         or thrown away."
    )
}

/// Those that nobody has settled.
pub fn list(api: &Terminal) -> Result<Answer, Refusal> {
    let conflicts = api.conflicts_list(Nothing)?;
    let mut page = Page::default();
    for conflict in &conflicts {
        describe(&mut page, conflict);
    }
    if !conflicts.is_empty() {
        page.line(how_to_settle(&conflicts));
    }
    page.line(format!("Conflicts: {}.", conflicts.len()));
    Ok(Answer::new(&numbered(conflicts), page))
}

/// Settles one, by its number or its whole identifier.
pub fn settle(api: &Terminal, asked: String, keep: &str) -> Result<Answer, Refusal> {
    let keep = from_json(json!(keep));
    let mut meant = api
        .conflicts_list(Nothing)?
        .into_iter()
        .map(|conflict| conflict.id);
    let mut meant = meant.by_ref().filter(|id| number(id) == asked.to_lowercase());
    let id = match (meant.next(), meant.next()) {
        (Some(id), None) => id,
        (Some(_), Some(_)) => {
            let detail = "several conflicts have this number: take the whole id of --json";
            return Err(Refusal::new(ErrorCode::Usage).with("detail", detail));
        }
        (None, _) => asked,
    };
    let settled = api.conflict_settle(ConflictSettle { id, keep })?;
    let step = settled.step.map(|step| step.id.to_string());
    Ok(Answer::new(
        &json!({ "row": settled.value, "step": step }),
        Page::of("Settled."),
    ))
}
