//! The owner's own fields.

use clientele_api::types::{CustomFieldRef, CustomFieldRefs, CustomFieldSave, Nothing};
use clientele_api::{ErrorCode, Refusal};
use serde_json::{Value, json};

use super::from_json;
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::{Kind, NewField, OwnField, OwnFields};
use crate::page::Page;

/// Lists them, or does something to them.
pub fn run(api: &Terminal, ask: OwnFields) -> Result<Answer, Refusal> {
    match ask.command {
        None => list(api),
        Some(OwnField::Add(new)) => add(api, &new),
        Some(OwnField::Edit {
            name,
            rename,
            add_choice,
            remove_choice,
            rename_choice,
        }) => {
            let field = field(api, &name)?;
            let before = draft(&field);
            let mut after = before.clone();
            if let Some(name) = rename {
                after["name"] = json!(name);
            }
            after["choices"] = choices(&before["choices"], &add_choice, &remove_choice, &rename_choice)?;
            let save = json!({ "id": field["id"], "before": before, "after": after });
            said(
                api.custom_field_save(from_json::<CustomFieldSave>(save))?
                    .step
                    .map(|step| step.id.to_string()),
            )
        }
        Some(OwnField::Remove { name }) => {
            let ask = json!({ "id": field(api, &name)?["id"] });
            said(
                api.custom_field_remove(from_json::<CustomFieldRef>(ask))?
                    .step
                    .map(|step| step.id.to_string()),
            )
        }
        Some(OwnField::Order { names }) => {
            let ids: Result<Vec<Value>, Refusal> = names
                .iter()
                .map(|name| Ok(field(api, name)?["id"].clone()))
                .collect();
            let ask = json!({ "ids": ids? });
            said(
                api.custom_fields_order(from_json::<CustomFieldRefs>(ask))?
                    .step
                    .map(|step| step.id.to_string()),
            )
        }
    }
}

fn list(api: &Terminal) -> Result<Answer, Refusal> {
    let fields = api.custom_fields_counted(Nothing)?;
    let mut page = Page::default();
    let rows: Vec<[String; 4]> = fields
        .iter()
        .map(|field| {
            let choices: Vec<&str> = field.choices.iter().map(|choice| choice.name.as_str()).collect();
            let cards = format!("on {}", field.cards.unwrap_or(0));
            [
                field.name.clone(),
                field.kind.as_str().to_owned(),
                cards,
                choices.join(", "),
            ]
        })
        .collect();
    page.table(&rows);
    page.line(format!("Fields: {}.", fields.len()));
    Ok(Answer::new(&fields, page))
}

fn add(api: &Terminal, new: &NewField) -> Result<Answer, Refusal> {
    if new.kind != Kind::Choice && !new.choice.is_empty() {
        let refusal = Refusal::new(ErrorCode::Usage);
        return Err(refusal.with("detail", "--choice goes with --kind choice"));
    }
    let kind = match new.kind {
        Kind::Text => "text",
        Kind::Number => "number",
        Kind::Date => "date",
        Kind::Choice => "choice",
    };
    let choices: Vec<Value> = new
        .choice
        .iter()
        .map(|name| json!({ "id": null, "name": name }))
        .collect();
    let after = json!({ "name": new.name, "kind": kind, "choices": choices });
    let save = json!({ "id": null, "before": null, "after": after });
    let written = api.custom_field_save(from_json::<CustomFieldSave>(save))?;
    let id = written.value.to_string();
    let step = written.step.map(|step| step.id.to_string());
    Ok(Answer::new(&json!({ "id": id, "step": step }), Page::of(&id)))
}

fn said(step: Option<String>) -> Result<Answer, Refusal> {
    let page = Page::of(match step {
        Some(_) => "Changed.",
        None => "It stands so already; nothing was written.",
    });
    Ok(Answer::new(&json!({ "step": step }), page))
}

/// The field that is called so, as JSON.
fn field(api: &Terminal, name: &str) -> Result<Value, Refusal> {
    let fields = api.custom_fields_list(Nothing)?;
    let folded = name.to_lowercase();
    let found = fields
        .iter()
        .find(|field| field.name == name)
        .or_else(|| fields.iter().find(|field| field.name.to_lowercase() == folded));
    let none = || Refusal::new(ErrorCode::NotFound).with("id", name);
    found.map(|field| json!(field)).ok_or_else(none)
}

fn draft(field: &Value) -> Value {
    json!({ "name": field["name"], "kind": field["kind"], "choices": field["choices"] })
}

/// The choices as they are to be.
fn choices(before: &Value, add: &[String], remove: &[String], rename: &[String]) -> Result<Value, Refusal> {
    let mut choices = before.as_array().cloned().unwrap_or_default();
    let place = |choices: &[Value], name: &str| {
        let found = choices.iter().position(|choice| choice["name"] == json!(name));
        found.ok_or_else(|| Refusal::new(ErrorCode::NotFound).with("id", name))
    };
    for name in remove {
        let at = place(&choices, name)?;
        choices.remove(at);
    }
    for names in rename {
        let (old, new) = names
            .split_once('=')
            .ok_or_else(|| Refusal::new(ErrorCode::Usage).with("detail", "--rename-choice takes OLD=NEW"))?;
        let at = place(&choices, old)?;
        choices[at]["name"] = json!(new);
    }
    choices.extend(add.iter().map(|name| json!({ "id": null, "name": name })));
    Ok(json!(choices))
}
