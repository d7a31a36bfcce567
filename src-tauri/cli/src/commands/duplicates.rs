//! Clients who may be the same one.

use clientele_api::Refusal;
use clientele_api::types::{ClientRef, ClientsMerge, DuplicatesAsk, StepRef};
use serde_json::json;
use uuid::Uuid;

use super::id;
use crate::Terminal;
use crate::answer::Answer;
use crate::page::Page;

/// The likeliest pairs, with why.
pub fn list(api: &Terminal, limit: u32) -> Result<Answer, Refusal> {
    let list = api.duplicates_list(DuplicatesAsk { limit })?;
    let mut page = Page::default();
    let rows: Vec<[String; 5]> = list
        .rows
        .iter()
        .map(|pair| {
            let why: Vec<String> = pair.why.iter().map(|why| json!(why)).map(in_words).collect();
            [
                pair.keep.id.to_string(),
                pair.keep.name.clone(),
                pair.gone.id.to_string(),
                pair.gone.name.clone(),
                why.join(", "),
            ]
        })
        .collect();
    page.table(&rows);
    page.line(format!("Pairs: {} of {}.", list.rows.len(), list.total));
    Ok(Answer::new(&list, page))
}

fn in_words(why: serde_json::Value) -> String {
    why.as_str().unwrap_or_default().replace('_', " ")
}

/// Makes one card of two.
pub fn merge(api: &Terminal, keep: Uuid, gone: Uuid) -> Result<Answer, Refusal> {
    let (keep, gone) = (id(keep), id(gone));
    let edited = None;
    let written = api.clients_merge(ClientsMerge { keep, gone, edited })?;
    let card = api.client_get(ClientRef { id: written.value })?;
    let step = written.step.map(|step| step.id.to_string());
    let mut page = Page::of(format!("One card: {}", card.name));
    if let Some(step) = &step {
        page.line(format!("To take it apart: unmerge {step}"));
    }
    Ok(Answer::new(
        &json!({ "id": card.id, "name": card.name, "step": step }),
        page,
    ))
}

/// Takes apart what was merged.
pub fn unmerge(api: &Terminal, step: Uuid) -> Result<Answer, Refusal> {
    let done = api.client_unmerge(StepRef { id: id(step) })?.value;
    let page = Page::of("Two cards again.");
    Ok(Answer::new(
        &json!({ "step": done.id, "params": done.params }),
        page,
    ))
}
