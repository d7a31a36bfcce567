//! The owner's own fields of a card: what fields there are, and what may be chosen in them.
//!
//! A field never changes its kind: another device may have values of which this one knows nothing. A field that is
//! thrown away keeps its values, and shows them again when that is undone. Choices are rows of their own: of two
//! devices that add one at once both keep theirs, and another name reaches every card. What stands on a card is
//! [`values`]' matter.

mod imported;
mod store;
#[cfg(test)]
mod tests;
mod values;

use clientele_model::custom::{CHOICES_MAX, FIELDS_MAX, NAME_CHARS_MAX};
use clientele_model::record::{self, CLIENT_ID, DELETED_AT, Record};
use clientele_model::text::{fold, tidy};
use clientele_model::{CustomKind, ErrorCode, Refusal, RowId, Value};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::workspace::{Actor, Card, NewStep, StepLabel, Table, Topic, WorkedOut, Workspace, Write, Written};
use crate::{Result, head_office};

pub use imported::{New, NewField, columns, fit, make, takers};
pub(crate) use store::{choices_named, kind_of, value_name};
pub use store::{concerned, counted, list, named, of_client, of_row};
pub(crate) use values::{put, shown};

/// Cards, and all that lists fields.
const DEFINED: &[Topic] = &[Topic::CustomFields, Topic::Client, Topic::History];

const fn definition(record: Record) -> Table {
    Table {
        record,
        card: Card::None,
        topics: DEFINED,
        worked_out: WorkedOut::NOTHING,
    }
}

/// The fields.
pub const CUSTOM_FIELDS: Table = definition(record::CUSTOM_FIELDS);
/// What may be chosen in them.
pub const CUSTOM_CHOICES: Table = definition(record::CUSTOM_CHOICES);
/// What stands in them on a card.
pub const CUSTOM_VALUES: Table = Table {
    record: record::CUSTOM_VALUES,
    card: Card::ByClientId,
    topics: &[Topic::Clients, Topic::Client, Topic::History, Topic::CustomFields],
    worked_out: WorkedOut::NOTHING,
};

/// A field that the owner defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CustomField {
    /// Which.
    pub id: RowId,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: CustomKind,
    /// What may be chosen, in its order; empty for any other kind.
    pub choices: Vec<CustomChoice>,
    /// On how many cards outside the trash something stands in it; none where that was not counted.
    pub cards: Option<u32>,
}

/// Something that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CustomChoice {
    /// Which; none for a new one.
    pub id: Option<RowId>,
    /// Its name.
    pub name: String,
}

/// A field as somebody writes it down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CustomFieldDraft {
    /// Its name.
    pub name: String,
    /// What it holds; of a field that stands, this does not count.
    pub kind: CustomKind,
    /// What may be chosen, in its order.
    pub choices: Vec<CustomChoice>,
}

/// May this be said here: what fields there are? They hold for the whole company: only the owner may, and in a branch
/// only head office. Whatever way leads here, this is asked.
fn allowed(w: &Write<'_>) -> Result<()> {
    if !w.step.by_owner() {
        return Err(ErrorCode::NotAllowed.into());
    }
    let member = head_office::membership(w.conn())?;
    match member.is_some_and(|member| member.branch.is_some()) {
        true => Err(ErrorCode::HeadOfficeNotAllowed.into()),
        false => Ok(()),
    }
}

/// A name as the book takes it.
pub(crate) fn checked_name(name: &str, field: &str) -> Result<String> {
    // A name stands in one line: in a heading, in the first row of a table.
    let name = tidy(name).split_whitespace().collect::<Vec<_>>().join(" ");
    if fold(&name).is_empty() {
        return Err(Refusal::new(ErrorCode::NameEmpty).with("field", field).into());
    }
    if name.chars().count() > NAME_CHARS_MAX {
        let refusal = Refusal::new(ErrorCode::TextTooLong).with("field", field);
        return Err(refusal.with("max", NAME_CHARS_MAX).into());
    }
    Ok(name)
}

fn too_many(field: &str, max: usize) -> crate::Error {
    let refusal = Refusal::new(ErrorCode::TooMany).with("field", field);
    refusal.with("max", max).into()
}

fn taken(name: &str) -> crate::Error {
    Refusal::new(ErrorCode::NameTaken).with("value", name).into()
}

fn checked(mut draft: CustomFieldDraft) -> Result<CustomFieldDraft> {
    draft.name = checked_name(&draft.name, "custom_field")?;
    if draft.kind != CustomKind::Choice {
        draft.choices.clear();
    }
    if draft.choices.len() > CHOICES_MAX {
        return Err(too_many("custom_choices", CHOICES_MAX));
    }
    let mut known = Vec::new();
    for choice in &mut draft.choices {
        choice.name = checked_name(&choice.name, "custom_choice")?;
        let folded = fold(&choice.name);
        if known.contains(&folded) {
            return Err(taken(&choice.name));
        }
        known.push(folded);
    }
    Ok(draft)
}

/// Defines a field, or changes one. `before` is the field as the form was opened with: only what differs is written, so
/// that a choice which another device added meanwhile stays.
///
/// # Errors
/// `role.not_allowed`; `head_office.not_allowed` in a branch; `name.empty`, `name.taken`, `text.too_long`, `text.too_many`; `not_found`; what
/// SQLite says.
pub fn save(
    workspace: &Workspace,
    by: &Actor,
    id: Option<RowId>,
    before: Option<CustomFieldDraft>,
    after: CustomFieldDraft,
) -> Result<Written<RowId>> {
    let label = match id {
        None => StepLabel::FieldAdded,
        Some(_) => StepLabel::FieldChanged,
    };
    workspace.write(NewStep::new(by, label), |w| {
        allowed(w)?;
        let Some(id) = id else {
            let after = checked(after)?;
            w.step.set("field", &after.name);
            return define(w, &after);
        };
        let kind = standing_kind(w, id)?;
        let after = checked(CustomFieldDraft { kind, ..after })?;
        w.step.set("field", &after.name);
        let before = match before {
            Some(before) => before,
            None => standing(w, id, kind)?,
        };
        is_free(w, &after.name, Some(id))?;
        let seen = [("name", Value::from(before.name.as_str()))];
        if before.name != after.name {
            let name = vec![("name", after.name.as_str().into())];
            w.set_over(&CUSTOM_FIELDS, id, name, &seen)?;
        }
        write_choices(w, id, &before.choices, &after.choices)?;
        Ok(id)
    })
}

fn standing_kind(w: &Write<'_>, id: RowId) -> Result<CustomKind> {
    let kind = w.field(&CUSTOM_FIELDS, id, "kind")?;
    let gone = w.field(&CUSTOM_FIELDS, id, DELETED_AT)? != Value::Null;
    let kind = CustomKind::from_word(kind.as_text().unwrap_or_default()).filter(|_| !gone);
    kind.ok_or_else(|| Refusal::new(ErrorCode::NotFound).with("id", id).into())
}

fn standing(w: &Write<'_>, id: RowId, kind: CustomKind) -> Result<CustomFieldDraft> {
    Ok(CustomFieldDraft {
        name: w
            .field(&CUSTOM_FIELDS, id, "name")?
            .as_text()
            .unwrap_or_default()
            .to_owned(),
        kind,
        choices: store::choices(w.conn(), id)?,
    })
}

/// Is no other field called so? In two books that were joined two may be; both stay.
fn is_free(w: &Write<'_>, name: &str, except: Option<RowId>) -> Result<()> {
    let folded = fold(name);
    let all = store::defined(w.conn())?;
    let other = all
        .iter()
        .any(|def| Some(def.id) != except && fold(&def.name) == folded);
    if other { Err(taken(name)) } else { Ok(()) }
}

/// Adds a checked field within a step.
fn define(w: &mut Write<'_>, field: &CustomFieldDraft) -> Result<RowId> {
    is_free(w, &field.name, None)?;
    if store::defined(w.conn())?.len() >= FIELDS_MAX {
        return Err(too_many("custom_fields", FIELDS_MAX));
    }
    let id = RowId::new();
    let position = store::next_position(w.conn(), &CUSTOM_FIELDS)?;
    let fields = vec![
        ("name", field.name.as_str().into()),
        ("kind", field.kind.as_str().into()),
        ("position", Value::Int(position)),
    ];
    w.add(&CUSTOM_FIELDS, id, fields)?;
    write_choices(w, id, &[], &field.choices)?;
    Ok(id)
}

/// Writes what differs between two lists of choices. One that is taken off the list stays on the cards where it stands.
fn write_choices(
    w: &mut Write<'_>,
    field: RowId,
    before: &[CustomChoice],
    after: &[CustomChoice],
) -> Result<()> {
    for (place, choice) in after.iter().enumerate() {
        let position = Value::Int(i64::try_from(place).unwrap_or(i64::MAX));
        let known = before
            .iter()
            .position(|old| old.id.is_some() && old.id == choice.id)
            .zip(choice.id);
        if let Some((at, id)) = known {
            if before[at].name != choice.name {
                let seen = [("name", Value::from(before[at].name.as_str()))];
                w.set_over(
                    &CUSTOM_CHOICES,
                    id,
                    vec![("name", choice.name.as_str().into())],
                    &seen,
                )?;
            }
            if at != place {
                w.set(&CUSTOM_CHOICES, id, vec![("position", position)])?;
            }
            continue;
        }
        add_choice(w, field, &choice.name, position)?;
    }
    for id in before.iter().filter_map(|old| old.id) {
        if !after.iter().any(|kept| kept.id == Some(id)) {
            w.trash(&CUSTOM_CHOICES, id)?;
        }
    }
    if store::choices(w.conn(), field)?.len() > CHOICES_MAX {
        return Err(too_many("custom_choices", CHOICES_MAX));
    }
    Ok(())
}

/// Adds a choice: the same row on every device, as long as nobody has given that row another name.
fn add_choice(w: &mut Write<'_>, field: RowId, name: &str, position: Value) -> Result<RowId> {
    let id = RowId::derived(field, &fold(name));
    match w.field(&CUSTOM_CHOICES, id, "name") {
        Ok(standing) if standing.as_text().map(fold) == Some(fold(name)) => {
            let fields = vec![
                ("name", name.into()),
                ("position", position),
                (DELETED_AT, Value::Null),
            ];
            w.set(&CUSTOM_CHOICES, id, fields)?;
            Ok(id)
        }
        standing => {
            let id = if standing.is_ok() { RowId::new() } else { id };
            let fields = vec![
                ("field_id", field.into()),
                ("position", position),
                ("name", name.into()),
            ];
            w.add(&CUSTOM_CHOICES, id, fields)?;
            Ok(id)
        }
    }
}

/// Throws a field away. What stands in it stays in the book, and comes back with it.
///
/// # Errors
/// `role.not_allowed`; `head_office.not_allowed` in a branch; `not_found`; what SQLite says.
pub fn remove(workspace: &Workspace, by: &Actor, id: RowId) -> Result<Written<()>> {
    workspace.write(NewStep::new(by, StepLabel::FieldRemoved), |w| {
        allowed(w)?;
        let name = w.field(&CUSTOM_FIELDS, id, "name")?;
        w.step.set("field", name.as_text().unwrap_or_default());
        w.trash(&CUSTOM_FIELDS, id).map(|_| ())
    })
}

/// Puts fields into another order. Those that are not named follow behind.
///
/// # Errors
/// `role.not_allowed`; `head_office.not_allowed` in a branch; `not_found`; what SQLite says.
pub fn order(workspace: &Workspace, by: &Actor, ids: &[RowId]) -> Result<Written<()>> {
    workspace.write(NewStep::new(by, StepLabel::FieldsOrdered), |w| {
        allowed(w)?;
        put_in_order(
            w,
            &CUSTOM_FIELDS,
            ids,
            store::defined(w.conn())?.iter().map(|def| def.id),
        )
    })
}

/// Writes places: first those that are named, then the others as they stood.
pub(crate) fn put_in_order(
    w: &mut Write<'_>,
    table: &'static Table,
    ids: &[RowId],
    standing: impl Iterator<Item = RowId>,
) -> Result<()> {
    let others = standing.filter(|id| !ids.contains(id));
    for (place, id) in ids.iter().copied().chain(others).enumerate() {
        let place = Value::Int(i64::try_from(place).unwrap_or(i64::MAX));
        w.set(table, id, vec![("position", place)])?;
    }
    Ok(())
}

/// Does a change of these fields alter what cards that bear a value of it say?
pub(crate) fn alters_cards<'a>(table: &Table, mut fields: impl Iterator<Item = &'a str>) -> bool {
    let tells: &[&str] = match table.name {
        name if name == CUSTOM_FIELDS.name => &[DELETED_AT],
        name if name == CUSTOM_CHOICES.name => &["name"],
        _ => return false,
    };
    fields.any(|field| tells.contains(&field))
}

/// The row in which a client's value of a field stands: the same on every device.
pub(crate) fn value_row(client: RowId, field: RowId) -> RowId {
    // Tags come from their client, too: no tag may be called so that it meets a value.
    RowId::derived(client, &format!("custom_values\u{1}{field}"))
}

/// The fields by which a value says whose it is.
const WHOSE: [&str; 2] = [CLIENT_ID, "field_id"];
