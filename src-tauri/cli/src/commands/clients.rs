//! Clients: found, listed, shown, added, thrown away and brought back.

use std::io::Read;
use std::path::Path;

use clientele_api::types::{ClientRef, ClientRefs, ClientSave, SearchAsk};
use clientele_api::{ErrorCode, Refusal};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{from_json, id};
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::{Fields, List, NewClient, Search};
use crate::moments;
use crate::page::Page;

#[derive(Serialize)]
struct Found {
    id: String,
    name: String,
    phone: String,
    matched_in: Value,
}

/// Whom what was typed may mean.
pub fn search(api: &Terminal, ask: &Search) -> Result<Answer, Refusal> {
    let query = ask.query.join(" ");
    let limit = ask.limit;
    let hits = api.search(SearchAsk { query, limit })?;
    let found: Vec<Found> = hits
        .into_iter()
        .map(|hit| Found {
            id: hit.id.to_string(),
            name: hit.name,
            phone: hit.phone,
            matched_in: json!(hit.matched_in),
        })
        .collect();
    let mut page = Page::default();
    page.table(&rows(&found, |hit| {
        let place = hit.matched_in.as_str().unwrap_or_default();
        [
            hit.id.clone(),
            hit.name.clone(),
            hit.phone.clone(),
            place.to_owned(),
        ]
    }));
    Ok(Answer::new(&found, page))
}

/// A part of the list.
pub fn list(api: &Terminal, ask: &List) -> Result<Answer, Refusal> {
    let part = api.clients_list(from_json(json!({
        "tag": ask.tag, "kind": ask.kind, "sort": ask.sort, "offset": ask.offset, "limit": ask.limit,
    })))?;
    let mut page = Page::default();
    page.table(&rows(&part.rows, |row| {
        [
            row.id.to_string(),
            row.name.clone(),
            row.phone.clone(),
            row.tags.join(", "),
        ]
    }));
    page.line(format!("Clients: {} of {}.", part.rows.len(), part.total));
    Ok(Answer::new(&part, page))
}

fn rows<T, const COLUMNS: usize>(of: &[T], row: impl Fn(&T) -> [String; COLUMNS]) -> Vec<[String; COLUMNS]> {
    of.iter().map(row).collect()
}

/// The whole card.
pub fn show(api: &Terminal, which: Uuid) -> Result<Answer, Refusal> {
    let card = api.client_get(ClientRef { id: id(which) })?;
    let draft = &card.draft;
    let mut page = Page::of(&card.name);
    // What warns stands first, as in the window.
    page.field("never", &draft.never);
    page.field("expects", &draft.expects);
    if let Some(since) = card.trashed_at {
        page.field("in the trash", &format!("since {}", moments::shown(since.0)));
    }
    for name in &draft.other_names {
        page.field("also", &with_label(&name.name, &name.label));
    }
    for phone in &card.phones {
        page.field("phone", &with_label(&phone.display, &phone.label));
    }
    for email in &draft.emails {
        page.field("e-mail", &with_label(&email.address, &email.label));
    }
    for messenger in &draft.messengers {
        page.field(&messenger.service, &messenger.handle);
    }
    for address in &draft.addresses {
        let parts = [
            &address.street,
            &address.city,
            &address.region,
            &address.postal_code,
            &address.country,
        ];
        page.field("address", &with_label(&joined(&parts), &address.label));
    }
    for person in &draft.contact_persons {
        let parts = [
            &person.name,
            &person.role,
            &person.phone,
            &person.email,
            &person.note,
        ];
        page.field("contact person", &joined(&parts));
    }
    if let Some(birthday) = draft.birthday {
        let year = birthday
            .year
            .map(|year| format!("{year:04}-"))
            .unwrap_or_default();
        page.field(
            "birthday",
            &format!("{year}{:02}-{:02}", birthday.month, birthday.day),
        );
    }
    page.field(
        "language",
        draft.language.map(|language| language.code()).unwrap_or_default(),
    );
    page.field("source", &draft.source);
    page.field("card number", &draft.card_number);
    page.field("tags", &draft.tags.join(", "));
    page.field("notes", &draft.notes);
    page.field("since", &moments::shown(card.created_at.0));
    if let Some(last) = card.last_contact_at {
        page.field(
            "contacts",
            &format!("{}, the last {}", card.contacts, moments::shown(last.0)),
        );
    }
    Ok(Answer::new(&card, page))
}

fn with_label(text: &str, label: &str) -> String {
    if label.is_empty() {
        text.to_owned()
    } else {
        format!("{text} ({label})")
    }
}

fn joined(parts: &[&String]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(|part| part.as_str())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

#[derive(Serialize)]
struct Added {
    id: String,
    step: Option<String>,
}

/// Adds a client.
pub fn add(api: &Terminal, new: NewClient) -> Result<Answer, Refusal> {
    let draft = match &new.from_json {
        Some(path) => read(path)?,
        None => drawn_up(new.fields),
    };
    let bad = |detail: String| Refusal::new(ErrorCode::BadRequest).with("detail", detail);
    let save = ClientSave {
        id: None,
        before: None,
        after: serde_json::from_value(draft.clone()).map_err(|error| bad(error.to_string()))?,
    };
    if let Some(slip) = slip(&draft, &json!(save.after)) {
        return Err(bad(slip));
    }
    let written = api.client_save(save)?;
    let added = Added {
        id: written.value.to_string(),
        step: written.step.map(|step| step.id.to_string()),
    };
    let page = Page::of(&added.id);
    Ok(Answer::new(&added, page))
}

/// The card that the flags draw up.
fn drawn_up(new: Fields) -> Value {
    let each = |name: &str, values: &[String]| -> Vec<Value> {
        values
            .iter()
            .map(|value| Value::Object(Map::from_iter([(name.to_owned(), json!(value))])))
            .collect()
    };
    let text = |value: Option<String>| value.unwrap_or_default();
    json!({
        "kind": if new.company { "company" } else { "person" },
        "given_name": text(new.given_name),
        "patronymic": text(new.patronymic),
        "family_name": text(new.family_name),
        "company_name": text(new.company_name),
        "phones": each("typed", &new.phone),
        "emails": each("address", &new.email),
        "addresses": [{
            "street": text(new.street),
            "city": text(new.city),
            "region": text(new.region),
            "postal_code": text(new.postal_code),
            "country": text(new.country),
        }],
        "messengers": new.messenger,
        "birthday": new.birthday,
        "language": new.language,
        "source": text(new.source),
        "card_number": text(new.card_number),
        "tags": new.tag,
        "notes": text(new.notes),
        "expects": text(new.expects),
        "never": text(new.never),
    })
}

/// JSON from a file, or from stdin.
fn read(path: &Path) -> Result<Value, Refusal> {
    let mut text = Vec::new();
    let outcome = if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut text))
    };
    let failed = |error| {
        Refusal::new(ErrorCode::FileFailed)
            .with("path", path.display())
            .with("detail", error)
    };
    outcome.map_err(failed)?;
    serde_json::from_slice(&text)
        .map_err(|error| Refusal::new(ErrorCode::BadRequest).with("detail", format!("not JSON: {error}")))
}

/// A field of what was given that did not arrive: a slip in its name must not lose what it holds.
fn slip(given: &Value, taken: &Value) -> Option<String> {
    match (given, taken) {
        (Value::Object(given), Value::Object(taken)) => {
            given.iter().find_map(|(name, value)| match taken.get(name) {
                None => Some(format!("there is no field {name}")),
                Some(taken) => slip(value, taken),
            })
        }
        (Value::Array(given), Value::Array(taken)) => given
            .iter()
            .zip(taken)
            .find_map(|(given, taken)| slip(given, taken)),
        (_, Value::Object(_)) => Some("the fields have no names".to_owned()),
        _ => None,
    }
}

/// Puts clients into the trash.
pub fn trash(api: &Terminal, ids: &[Uuid]) -> Result<Answer, Refusal> {
    let ids = ids.iter().copied().map(id).collect();
    let written = api.clients_trash(ClientRefs { ids })?;
    let step = written.step.map(|step| step.id.to_string());
    let page = Page::of(format!("Put into the trash: {}.", written.value));
    Ok(Answer::new(
        &json!({ "trashed": written.value, "step": step }),
        page,
    ))
}

/// Takes them out.
pub fn restore(api: &Terminal, ids: &[Uuid]) -> Result<Answer, Refusal> {
    let ids = ids.iter().copied().map(id).collect();
    let written = api.clients_restore(ClientRefs { ids })?;
    let step = written.step.map(|step| step.id.to_string());
    let page = Page::of(format!("Taken out of the trash: {}.", written.value));
    Ok(Answer::new(
        &json!({ "restored": written.value, "step": step }),
        page,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_field_is_seen_however_deep() {
        let taken = json!({"notes": "", "phones": [{"typed": "1", "label": ""}]});
        let said = |given: Value| slip(&given, &taken).unwrap_or_default();
        assert_eq!(said(json!({"notes": "x", "phones": [{"typed": "1"}]})), "");
        assert_eq!(said(json!({"note": "x"})), "there is no field note");
        assert_eq!(said(json!({"phones": [{"type": "1"}]})), "there is no field type");
        assert_eq!(
            said(json!({"phones": [["home", "1"]]})),
            "the fields have no names"
        );
        assert_eq!(said(json!([])), "the fields have no names");
    }
}
