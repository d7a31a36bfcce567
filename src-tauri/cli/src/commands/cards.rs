//! Cards: drawn up and changed, by flags or as JSON.

use std::io::Read;
use std::path::Path;

use clientele_api::types::{ClientRef, ClientSave};
use clientele_api::{ErrorCode, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::id;
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::{ClientEdit, Emptied, Fields, NewClient};
use crate::page::Page;

#[derive(Serialize)]
struct Saved {
    id: String,
    step: Option<String>,
}

/// Adds a client.
pub fn add(api: &Terminal, new: NewClient) -> Result<Answer, Refusal> {
    let draft = match &new.from_json {
        Some(path) => read(path)?,
        None => drawn_up(new.fields),
    };
    let (id, before, after) = (None, None, taken(&draft)?);
    let written = api.client_save(ClientSave { id, before, after })?;
    let added = Saved {
        id: written.value.to_string(),
        step: written.step.map(|step| step.id.to_string()),
    };
    let page = Page::of(&added.id);
    Ok(Answer::new(&added, page))
}

/// Changes what was named on a card.
pub fn edit(api: &Terminal, ask: ClientEdit) -> Result<Answer, Refusal> {
    let client = ClientRef { id: id(ask.id) };
    let id = Some(client.id);
    let before = api.client_get(client)?.draft;
    let draft = match &ask.from_json {
        Some(path) => read(path)?,
        None => edited(json!(before), ask)?,
    };
    let save = ClientSave {
        id,
        before: Some(before),
        after: taken(&draft)?,
    };
    let written = api.client_save(save)?;
    let saved = Saved {
        id: written.value.to_string(),
        step: written.step.map(|step| step.id.to_string()),
    };
    let page = Page::of(match saved.step {
        Some(_) => "Changed.",
        None => "It stands so already; nothing was written.",
    });
    Ok(Answer::new(&saved, page))
}

/// A draft as the api takes it, where nothing of it got lost on the way.
fn taken<Draft: DeserializeOwned + Serialize>(draft: &Value) -> Result<Draft, Refusal> {
    let bad = |detail: String| Refusal::new(ErrorCode::BadRequest).with("detail", detail);
    let taken: Draft = serde_json::from_value(draft.clone()).map_err(|error| bad(error.to_string()))?;
    match slip(draft, &json!(taken)) {
        Some(slip) => Err(bad(slip)),
        None => Ok(taken),
    }
}

/// A card with what the flags name in the place of what stood there.
fn edited(mut card: Value, ask: ClientEdit) -> Result<Value, Refusal> {
    let stood = card.clone();
    let ClientEdit {
        fields: new, person, ..
    } = ask;
    for (name, text) in [
        ("given_name", new.given_name),
        ("patronymic", new.patronymic),
        ("family_name", new.family_name),
        ("company_name", new.company_name),
        ("source", new.source),
        ("card_number", new.card_number),
        ("notes", new.notes),
        ("expects", new.expects),
        ("never", new.never),
    ] {
        set(&mut card, name, text.map(|text| json!(text)));
    }
    set(&mut card, "birthday", new.birthday.map(|day| json!(day)));
    set(&mut card, "language", new.language.map(|code| json!(code)));
    set(&mut card, "kind", new.company.then(|| json!("company")));
    set(&mut card, "kind", person.then(|| json!("person")));
    set(&mut card, "tags", (!new.tag.is_empty()).then(|| json!(new.tag)));
    instead(&mut card["phones"], "typed", &new.phone);
    instead(&mut card["emails"], "address", &new.email);
    if !new.messenger.is_empty() {
        card["messengers"] = json!(new.messenger);
    }
    let address = [
        ("street", new.street),
        ("city", new.city),
        ("region", new.region),
        ("postal_code", new.postal_code),
        ("country", new.country),
    ];
    for (name, text) in address {
        let Some(text) = text else { continue };
        if card["addresses"][0].is_null() {
            card["addresses"] = json!([{}]);
        }
        card["addresses"][0][name] = json!(text);
    }
    link(&mut card, &new.contact_person);
    fill(&mut card, &new.own);
    for emptied in &ask.clear {
        let (name, nothing) = match emptied {
            Emptied::Birthday => ("birthday", Value::Null),
            Emptied::Language => ("language", Value::Null),
            Emptied::Phones => ("phones", json!([])),
            Emptied::Emails => ("emails", json!([])),
            Emptied::Messengers => ("messengers", json!([])),
            Emptied::Addresses => ("addresses", json!([])),
            Emptied::ContactPersons => ("contact_persons", json!([])),
            Emptied::Tags => ("tags", json!([])),
        };
        if card[name] != stood[name] {
            let detail = format!("{name} are both given and cleared");
            return Err(Refusal::new(ErrorCode::Usage).with("detail", detail));
        }
        card[name] = nothing;
    }
    Ok(card)
}

/// Links clients as contact persons; of one who is linked already the role is said anew.
fn link(card: &mut Value, persons: &[(Uuid, Option<String>)]) {
    let mut standing = card["contact_persons"].as_array().cloned().unwrap_or_default();
    for (person, role) in persons {
        let known = standing
            .iter()
            .position(|entry| entry["person_id"] == json!(person));
        let at = known.unwrap_or_else(|| {
            standing.push(json!({ "person_id": person }));
            standing.len() - 1
        });
        if let (Some(role), Some(entry)) = (role, standing.get_mut(at)) {
            entry["role"] = json!(role);
        }
    }
    card["contact_persons"] = json!(standing);
}

/// Puts values into the owner's own fields, which are meant by their names.
fn fill(card: &mut Value, own: &[(String, String)]) {
    let mut standing = card["custom"].as_array().cloned().unwrap_or_default();
    let is = |value: &Value, name: &str| {
        value["name"].as_str().map(str::to_lowercase) == Some(name.to_lowercase())
    };
    for (name, text) in own {
        match standing.iter_mut().find(|value| is(value, name)) {
            Some(value) => value["value"] = json!(text),
            None => standing.extend(customs(&[(name.clone(), text.clone())])),
        }
    }
    card["custom"] = json!(standing);
}

fn customs(own: &[(String, String)]) -> Vec<Value> {
    let value = |(name, text): &(String, String)| json!({ "name": name, "value": text });
    own.iter().map(value).collect()
}

fn set(card: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        card[name] = value;
    }
}

/// Rows in the place of those that stood there; one that says the same stays, with its label.
fn instead(rows: &mut Value, name: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    let stood = rows.as_array().cloned().unwrap_or_default();
    let row = |value: &String| {
        let same = stood.iter().find(|row| row[name] == json!(value)).cloned();
        same.unwrap_or_else(|| Value::Object(Map::from_iter([(name.to_owned(), json!(value))])))
    };
    *rows = values.iter().map(row).collect();
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
    let mut card = json!({
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
        "custom": customs(&new.own),
    });
    link(&mut card, &new.contact_person);
    card
}

/// JSON from a file, or from stdin.
pub fn read(path: &Path) -> Result<Value, Refusal> {
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
