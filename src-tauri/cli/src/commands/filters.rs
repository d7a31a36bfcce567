//! Saved filters, and what is done to all whom one finds.

use clientele_api::types::{FilterRef, FilterSave, FilterTag, FilterTrash, Nothing, Whom};
use clientele_api::{ErrorCode, Refusal};
use serde_json::{Value, json};

use super::{cards, from_json};
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::{Filters, SavedFilter, Tagged};
use crate::page::Page;

/// Lists them, or does something to one, or to all whom it finds.
pub fn run(api: &Terminal, ask: Filters) -> Result<Answer, Refusal> {
    match ask.command {
        None => list(api),
        Some(SavedFilter::Save { name, from_json }) => {
            let known = named(api, &name);
            let id = match known {
                Ok(id) => id,
                Err(refusal) if refusal.code == ErrorCode::NotFound => Value::Null,
                Err(refusal) => return Err(refusal),
            };
            let draft = json!({ "name": name, "conditions": cards::read(&from_json)? });
            let save: FilterSave = serde_json::from_value(json!({ "id": id, "draft": draft }))
                .map_err(|error| Refusal::new(ErrorCode::BadRequest).with("detail", error))?;
            let written = api.filter_save(save)?;
            let id = written.value.to_string();
            let step = written.step.map(|step| step.id.to_string());
            Ok(Answer::new(&json!({ "id": id, "step": step }), Page::of(&id)))
        }
        Some(SavedFilter::Remove { name }) => {
            let written = api.filter_remove(which(api, &name)?)?;
            let step = written.step.map(|step| step.id.to_string());
            Ok(Answer::new(&json!({ "step": step }), Page::of("Thrown away.")))
        }
        Some(SavedFilter::Tag(ask)) => tag(api, &ask, true),
        Some(SavedFilter::Untag(ask)) => tag(api, &ask, false),
        Some(SavedFilter::Trash { name, count }) => {
            let filter = which(api, &name)?;
            let confirmed = confirmed(api, filter, count)?;
            let written = api.filter_trash(FilterTrash {
                id: filter.id,
                confirmed,
            })?;
            let step = written.step.map(|step| step.id.to_string());
            let page = Page::of(format!("Put into the trash: {}.", written.value));
            Ok(Answer::new(
                &json!({ "trashed": written.value, "step": step }),
                page,
            ))
        }
    }
}

fn list(api: &Terminal) -> Result<Answer, Refusal> {
    let filters = api.filters_list(Nothing)?;
    let rows: Vec<[String; 2]> = filters
        .iter()
        .map(|filter| {
            let newer = || "made by a newer version of the program".to_owned();
            let count = filter.count.map_or_else(newer, |count| count.to_string());
            [filter.name.clone(), count]
        })
        .collect();
    let mut page = Page::default();
    page.table(&rows);
    page.line(format!("Filters: {}.", filters.len()));
    Ok(Answer::new(&filters, page))
}

fn tag(api: &Terminal, ask: &Tagged, add: bool) -> Result<Answer, Refusal> {
    let filter = which(api, &ask.name)?;
    let written = api.filter_tag(FilterTag {
        id: filter.id,
        tag: ask.tag.clone(),
        add,
        confirmed: confirmed(api, filter, ask.count)?,
    })?;
    let step = written.step.map(|step| step.id.to_string());
    let page = Page::of(format!("Clients changed: {}.", written.value));
    Ok(Answer::new(
        &json!({ "changed": written.value, "step": step }),
        page,
    ))
}

/// Whom the filter finds, who are then meant; where somebody said how many they are, only so many.
fn confirmed(api: &Terminal, filter: FilterRef, count: Option<u32>) -> Result<Whom, Refusal> {
    let whom = api.filter_whom(filter)?;
    match count {
        Some(count) if count != whom.count => {
            Err(Refusal::new(ErrorCode::FilterChanged).with("count", whom.count))
        }
        _ => Ok(whom),
    }
}

fn which(api: &Terminal, name: &str) -> Result<FilterRef, Refusal> {
    Ok(from_json(json!({ "id": named(api, name)? })))
}

/// The identifier of the filter that is called so.
pub fn named(api: &Terminal, name: &str) -> Result<Value, Refusal> {
    let filters = api.filters_list(Nothing)?;
    let folded = name.to_lowercase();
    let found = filters
        .iter()
        .find(|filter| filter.name == name)
        .or_else(|| filters.iter().find(|filter| filter.name.to_lowercase() == folded));
    let none = || Refusal::new(ErrorCode::NotFound).with("id", name);
    found.map(|filter| json!(filter.id)).ok_or_else(none)
}
