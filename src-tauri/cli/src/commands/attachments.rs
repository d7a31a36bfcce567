//! Photos and files on a card.

use clientele_api::Refusal;
use clientele_api::types::{AttachmentRef, ClientRef};
use serde_json::json;
use uuid::Uuid;

use super::id;
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::{Attach, Save};
use crate::moments;
use crate::page::Page;

/// Adds files to a card.
pub fn attach(api: &Terminal, ask: &Attach) -> Result<Answer, Refusal> {
    let written = api.attach_from(&ask.files, id(ask.client), ask.photo)?;
    let step = written.step.map(|step| step.id.to_string());
    let ids: Vec<String> = written.value.iter().map(ToString::to_string).collect();
    let mut page = Page::default();
    ids.iter().for_each(|id| page.line(id.clone()));
    Ok(Answer::new(&json!({ "ids": ids, "step": step }), page))
}

/// What is on a card.
pub fn list(api: &Terminal, client: Uuid) -> Result<Answer, Refusal> {
    let rows = api.attachments_list(ClientRef { id: id(client) })?;
    let mut page = Page::default();
    let lines: Vec<[String; 5]> = rows
        .iter()
        .map(|row| {
            let marks = [(row.is_photo, "photo"), (!row.is_here, "not here yet")];
            let marks = marks.iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| *mark);
            [
                row.id.to_string(),
                row.name.clone(),
                format!("{}, {} bytes", row.media_type, row.size_bytes),
                moments::shown(row.added_at.0),
                marks.collect::<Vec<_>>().join(", "),
            ]
        })
        .collect();
    page.table(&lines);
    page.line(format!("Attachments: {}.", rows.len()));
    Ok(Answer::new(&rows, page))
}

/// Puts one into the trash.
pub fn detach(api: &Terminal, which: Uuid) -> Result<Answer, Refusal> {
    let written = api.attachment_trash(AttachmentRef { id: id(which) })?;
    let step = written.step.map(|step| step.id.to_string());
    let page = Page::of("Into the trash; `undo` takes it back.");
    Ok(Answer::new(
        &json!({ "id": which.to_string(), "step": step }),
        page,
    ))
}

/// Writes the content of one to a file.
pub fn save(api: &Terminal, ask: &Save) -> Result<Answer, Refusal> {
    let done = api.attachment_to(&ask.out, id(ask.id))?;
    let page = Page::of(format!("Written to {}.", done.path));
    Ok(Answer::new(&done, page))
}
