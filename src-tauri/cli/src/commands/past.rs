//! What was done: undo, redo, history, trash.

use std::collections::BTreeMap;

use clientele_api::Refusal;
use clientele_api::types::{ClientRef, HistoryAsk, Nothing};
use serde_json::json;

use super::id;
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::History;
use crate::moments;
use crate::page::Page;

/// Takes back the last step.
pub fn undo(api: &Terminal) -> Result<Answer, Refusal> {
    let step = api.undo(Nothing)?.value;
    let of = step.of.map(|label| label.as_str()).unwrap_or_default();
    Ok(took_back("Undone", &step.id.to_string(), of, &step.params))
}

/// Does again what was undone last.
pub fn redo(api: &Terminal) -> Result<Answer, Refusal> {
    let step = api.redo(Nothing)?.value;
    let of = step.of.map(|label| label.as_str()).unwrap_or_default();
    Ok(took_back("Done again", &step.id.to_string(), of, &step.params))
}

fn took_back(what: &str, step: &str, of: &str, params: &BTreeMap<String, String>) -> Answer {
    let page = Page::of(format!("{what}: {}", in_words(of, params)));
    Answer::new(&json!({ "step": step, "of": of, "params": params }), page)
}

/// A step in a few words: `client added (Анна)`.
fn in_words(label: &str, params: &BTreeMap<String, String>) -> String {
    let words = label.replace('_', " ");
    let about = ["name", "file", "field", "filter", "count"]
        .iter()
        .find_map(|name| params.get(*name));
    about.map_or_else(|| words.clone(), |about| format!("{words} ({about})"))
}

/// What happened to a card, or what was done in the book; the newest first.
pub fn history(api: &Terminal, ask: &History) -> Result<Answer, Refusal> {
    let mut page = Page::default();
    if let Some(client) = ask.id {
        let entries = api.client_history(ClientRef { id: id(client) })?;
        let row = |was: &Option<String>| was.clone().unwrap_or_else(|| "—".to_owned());
        let rows: Vec<[String; 4]> = entries
            .iter()
            .map(|entry| {
                let plain = || format!("{}.{}", entry.entity, entry.field);
                let field = entry.called.clone().unwrap_or_else(plain);
                let change = format!("{} → {}", row(&entry.was), row(&entry.is));
                [
                    moments::shown(entry.at.0),
                    author(&entry.staff, &entry.device),
                    field,
                    change,
                ]
            })
            .collect();
        page.table(&rows);
        return Ok(Answer::new(&entries, page));
    }
    let part = api.history_list(HistoryAsk {
        before: None,
        limit: ask.limit,
    })?;
    let rows: Vec<[String; 4]> = part
        .rows
        .iter()
        .map(|entry| {
            let step = &entry.step;
            let label = in_words(step.of.unwrap_or(step.label).as_str(), &step.params);
            let label = match step.of {
                Some(_) => format!("{}: {label}", step.label.as_str()),
                None if entry.undone => format!("{label}, undone"),
                None => label,
            };
            let by = author(&entry.staff, &entry.device);
            [moments::shown(entry.at.0), step.id.to_string(), by, label]
        })
        .collect();
    page.table(&rows);
    Ok(Answer::new(&part, page))
}

/// Who, and where: a device that nobody has given a name is this one, or one of long ago.
fn author(staff: &str, device: &str) -> String {
    if device.is_empty() || device.parse::<uuid::Uuid>().is_ok() {
        staff.to_owned()
    } else {
        format!("{staff} on {device}")
    }
}

/// What lies in the trash.
pub fn trash(api: &Terminal) -> Result<Answer, Refusal> {
    let things = api.trash_list(Nothing)?;
    let rows: Vec<[String; 4]> = things
        .iter()
        .map(|thing| {
            let kind = json!(thing.kind).as_str().unwrap_or_default().to_owned();
            let left = format!("{} days left", thing.days_left);
            [thing.id.to_string(), kind, left, thing.title.clone()]
        })
        .collect();
    let mut page = Page::default();
    page.table(&rows);
    page.line(format!("In the trash: {}.", things.len()));
    Ok(Answer::new(&things, page))
}
