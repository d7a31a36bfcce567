//! Contact histories.

use clientele_api::Refusal;
use clientele_api::types::ContactSave;
use serde_json::json;
use uuid::Uuid;

use super::{from_json, id};
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::NewContact;
use crate::moments;
use crate::page::Page;

/// Logs a contact.
pub fn add(api: &Terminal, new: &NewContact) -> Result<Answer, Refusal> {
    let at = new.at.unwrap_or_else(|| chrono::Utc::now().timestamp_millis());
    let draft = json!({
        "kind": new.kind, "direction": new.direction, "channel": new.channel, "at": at, "text": new.text,
    });
    let written = api.contact_save(ContactSave {
        id: None,
        client_id: id(new.client),
        draft: from_json(draft),
    })?;
    let step = written.step.map(|step| step.id.to_string());
    let contact = written.value.to_string();
    let page = Page::of(&contact);
    Ok(Answer::new(&json!({ "id": contact, "step": step }), page))
}

/// The latest contacts with a client.
pub fn list(api: &Terminal, client: Uuid, limit: u32) -> Result<Answer, Refusal> {
    let part = api.contacts_list(from_json(
        json!({ "client_id": client, "before": null, "limit": limit }),
    ))?;
    let mut page = Page::default();
    let rows: Vec<[String; 4]> = part
        .rows
        .iter()
        .map(|contact| {
            let channel = contact
                .channel
                .map(|channel| channel.as_str())
                .unwrap_or_default();
            let direction = contact
                .direction
                .map(|direction| direction.as_str())
                .unwrap_or_default();
            [
                moments::shown(contact.at.0),
                contact.kind.as_str().to_owned(),
                format!("{direction} {channel}").trim().to_owned(),
                contact.text.clone(),
            ]
        })
        .collect();
    page.table(&rows);
    page.line(format!("Contacts: {} of {}.", part.rows.len(), part.total));
    Ok(Answer::new(&part.rows, page))
}
