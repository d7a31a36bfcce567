//! What stands in the owner's own fields on a card: read as the field's kind says, and written as what differs.

use clientele_model::custom::{millionths, number_text};
use clientele_model::record::DELETED_AT;
use clientele_model::text::ellipsis;
use clientele_model::{ClientId, CustomKind, CustomValue, ErrorCode, Refusal, RowId, Value};
use rusqlite::Connection;

use super::store::{self, Defined};
use super::{CUSTOM_VALUES, WHOSE, value_row};
use crate::Result;
use crate::workspace::Write;

/// A value in a refusal: enough to be recognised, not a page.
const SHOWN_CHARS: usize = 60;

/// The column in which a value of a kind stands.
fn column(kind: CustomKind) -> &'static str {
    match kind {
        CustomKind::Text => "text",
        CustomKind::Number => "number",
        CustomKind::Date => "day",
        CustomKind::Choice => "choice",
    }
}

/// A typed value as its column keeps it; the column's nothing for an empty one.
///
/// # Errors
/// `number.invalid`, `date.invalid`, `choice.unknown`; what SQLite says.
fn kept(conn: &Connection, field: &Defined, typed: &str) -> Result<Value> {
    let refused = |code| Refusal::new(code).with("value", ellipsis(typed, SHOWN_CHARS));
    Ok(match field.kind {
        CustomKind::Text | CustomKind::Date if typed.is_empty() => "".into(),
        _ if typed.is_empty() => Value::Null,
        CustomKind::Text => typed.into(),
        CustomKind::Number => {
            let number = millionths(typed).ok_or_else(|| refused(ErrorCode::NumberInvalid))?;
            Value::Int(number)
        }
        CustomKind::Date => {
            let day = clientele_formats::day(typed).ok_or_else(|| refused(ErrorCode::DateInvalid))?;
            day.into()
        }
        CustomKind::Choice => {
            let choice = store::choice(conn, field.id, typed)?;
            let unknown = || refused(ErrorCode::ChoiceUnknown).with("name", &field.name);
            choice.ok_or_else(unknown)?.into()
        }
    })
}

/// May this stand in the field, and if so, how is it written?
pub(super) fn fitting(conn: &Connection, field: &Defined, typed: &str) -> Result<Option<String>> {
    match kept(conn, field, typed) {
        Ok(Value::Int(number)) => Ok(Some(number_text(number))),
        Ok(Value::Text(text)) => Ok(Some(text)),
        Ok(value) => value.as_row().map_or(Ok(None), |id| store::choice_name(conn, id)),
        Err(error) => match error.code() {
            ErrorCode::NumberInvalid | ErrorCode::DateInvalid | ErrorCode::ChoiceUnknown => Ok(None),
            _ => Err(error),
        },
    }
}

/// Writes what differs between the values that a form showed and those that it was left with. `on_card` are all who
/// stand on the card, the one whose card it is first.
///
/// An emptied field is emptied for all of them, or what another has would come to be seen instead.
///
/// # Errors
/// `not_found` for a field that nobody has defined; those of a value that does not fit; what SQLite says.
pub(crate) fn put(
    w: &mut Write<'_>,
    on_card: &[ClientId],
    before: &[CustomValue],
    after: &[CustomValue],
) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let defined = store::defined(w.conn())?;
    let (before, after) = (known(w, &defined, before)?, known(w, &defined, after)?);
    for value in &after {
        let Some(field) = &value.field else {
            return Err(Refusal::new(ErrorCode::NotFound).with("id", &value.name).into());
        };
        let seen = seen_in(&before, field.id);
        if seen == value.typed {
            continue;
        }
        let new = kept(w.conn(), field, &value.typed)?;
        let seen = kept(w.conn(), field, seen).unwrap_or(Value::Null);
        if let Some(client) = on_card.first() {
            put_one(w, (*client).into(), field, new, seen)?;
        }
    }
    for gone in before.iter().filter_map(|value| value.field.as_ref()) {
        if after
            .iter()
            .any(|value| value.field.as_ref().map(|f| f.id) == Some(gone.id))
        {
            continue;
        }
        let seen = kept(w.conn(), gone, seen_in(&before, gone.id)).unwrap_or(Value::Null);
        for client in on_card {
            let row = value_row((*client).into(), gone.id);
            if w.field(&CUSTOM_VALUES, row, WHOSE[1]).is_ok() {
                let nothing = kept(w.conn(), gone, "")?;
                let column = column(gone.kind);
                w.set_over(
                    &CUSTOM_VALUES,
                    row,
                    vec![(column, nothing)],
                    &[(column, seen.clone())],
                )?;
            }
        }
    }
    Ok(())
}

/// A value of a form beside its field, where there is one.
struct Known {
    field: Option<Defined>,
    name: String,
    typed: String,
}

/// A field by its identifier, or, without one, by its name. What is typed into a field that was thrown away while the
/// form stood open is kept with it.
fn known(w: &Write<'_>, defined: &[Defined], values: &[CustomValue]) -> Result<Vec<Known>> {
    let of = |value: &CustomValue| {
        let field = match (super::imported::meant(defined, value), value.field) {
            (Some(field), _) => Some(field.clone()),
            (None, Some(id)) => store::field(w.conn(), id)?,
            (None, None) => None,
        };
        let (name, typed) = (value.name.clone(), value.value.clone());
        Ok(Known { field, name, typed })
    };
    values.iter().map(of).collect()
}

fn seen_in(values: &[Known], field: RowId) -> &str {
    let found = values
        .iter()
        .find(|value| value.field.as_ref().map(|f| f.id) == Some(field));
    found.map_or("", |value| value.typed.as_str())
}

fn put_one(w: &mut Write<'_>, client: RowId, field: &Defined, new: Value, seen: Value) -> Result<()> {
    let (row, column) = (value_row(client, field.id), column(field.kind));
    if w.field(&CUSTOM_VALUES, row, WHOSE[1]).is_ok() {
        // Where a step that filled it in was undone, the row lies in the trash.
        let fields = vec![(column, new), (DELETED_AT, Value::Null)];
        w.set_over(&CUSTOM_VALUES, row, fields, &[(column, seen)])?;
        return Ok(());
    }
    let [client_id, field_id] = WHOSE;
    let fields = vec![
        (client_id, client.into()),
        (field_id, field.id.into()),
        (column, new),
    ];
    w.add(&CUSTOM_VALUES, row, fields)
}

/// What a change wrote into such a field, for a reader; `None` where the log's own words say it.
///
/// # Errors
/// What SQLite says.
pub(crate) fn shown(conn: &Connection, entity: &str, field: &str, value: &Value) -> Result<Option<String>> {
    if entity != CUSTOM_VALUES.name {
        return Ok(None);
    }
    match (field, value) {
        ("number", Value::Int(number)) => Ok(Some(number_text(*number))),
        ("choice", value) => value.as_row().map_or(Ok(None), |id| store::choice_name(conn, id)),
        _ => Ok(None),
    }
}
