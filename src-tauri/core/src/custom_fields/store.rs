//! The SQL of the owner's own fields.

use clientele_model::custom::number_text;
use clientele_model::text::fold;
use clientele_model::{ClientId, CustomKind, CustomValue, RowId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{CustomChoice, CustomField};
use crate::Result;
use crate::workspace::Table;
use crate::workspace::store::{array, row_id, row_id_or_none};

/// A field as far as values need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Defined {
    pub id: RowId,
    pub name: String,
    pub kind: CustomKind,
}

fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<CustomKind>> {
    Ok(CustomKind::from_word(row.get_ref(column)?.as_str()?))
}

/// Every field outside the trash, in its order. Those of a kind that a newer version made are not among them.
pub(super) fn defined(conn: &Connection) -> Result<Vec<Defined>> {
    let mut statement = conn.prepare_cached(
        "select id, name, kind from custom_fields where deleted_at is null order by position, id",
    )?;
    let all = statement.query_map([], |row| {
        let (id, name) = (row_id(row, 0)?, row.get(1)?);
        Ok(kind(row, 2)?.map(|kind| Defined { id, name, kind }))
    })?;
    Ok(all
        .collect::<rusqlite::Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// A field, in the trash or not.
pub(super) fn field(conn: &Connection, id: RowId) -> Result<Option<Defined>> {
    let mut statement = conn.prepare_cached("select name, kind from custom_fields where id = ?1")?;
    let found = statement.query_row([id.as_bytes()], |row| {
        let name = row.get(0)?;
        Ok(kind(row, 1)?.map(|kind| Defined { id, name, kind }))
    });
    Ok(found.optional()?.flatten())
}

/// What may be chosen in a field, in its order.
pub(super) fn choices(conn: &Connection, field: RowId) -> Result<Vec<CustomChoice>> {
    let mut statement = conn.prepare_cached(
        "select id, name from custom_choices where field_id = ?1 and deleted_at is null order by position, id",
    )?;
    let all = statement.query_map([field.as_bytes()], |row| {
        Ok(CustomChoice {
            id: Some(row_id(row, 0)?),
            name: row.get(1)?,
        })
    })?;
    Ok(all.collect::<rusqlite::Result<_>>()?)
}

/// The choice of a name in a field: of those that may be chosen, else of those that once might.
pub(super) fn choice(conn: &Connection, field: RowId, name: &str) -> Result<Option<RowId>> {
    let mut statement = conn.prepare_cached(
        "select id, name from custom_choices where field_id = ?1 order by deleted_at is not null, position, id",
    )?;
    let all = statement.query_map([field.as_bytes()], |row| Ok((row_id(row, 0)?, row.get(1)?)))?;
    let all: Vec<(RowId, String)> = all.collect::<rusqlite::Result<_>>()?;
    let folded = fold(name);
    let same = all.iter().find(|(_, known)| known == name);
    let found = same.or_else(|| all.iter().find(|(_, known)| fold(known) == folded));
    Ok(found.map(|(id, _)| *id))
}

/// What a field outside the trash holds.
pub(crate) fn kind_of(conn: &Connection, id: RowId) -> Result<Option<CustomKind>> {
    Ok(defined(conn)?
        .into_iter()
        .find(|field| field.id == id)
        .map(|field| field.kind))
}

/// The choices of a field, on the list or not, whose name is as it is asked.
pub(crate) fn choices_named(
    conn: &Connection,
    field: RowId,
    is: impl Fn(&str) -> bool,
) -> Result<Vec<RowId>> {
    let mut statement = conn.prepare_cached("select id, name from custom_choices where field_id = ?1")?;
    let all = statement.query_map([field.as_bytes()], |row| Ok((row_id(row, 0)?, row.get(1)?)))?;
    let all: Vec<(RowId, String)> = all.collect::<rusqlite::Result<_>>()?;
    Ok(all
        .into_iter()
        .filter(|(_, name)| is(name))
        .map(|(id, _)| id)
        .collect())
}

/// The name of a choice, on the list or not.
pub(super) fn choice_name(conn: &Connection, id: RowId) -> Result<Option<String>> {
    let mut statement = conn.prepare_cached("select name from custom_choices where id = ?1")?;
    let name = statement.query_row([id.as_bytes()], |row| row.get(0));
    Ok(name.optional()?)
}

/// Behind all that stand.
pub(super) fn next_position(conn: &Connection, table: &Table) -> Result<i64> {
    let sql = format!(
        "select coalesce(max(position) + 1, 0) from {} where deleted_at is null",
        table.name
    );
    Ok(conn.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
}

/// Every field outside the trash with its choices, in its order. On how many cards something stands in it is not
/// counted: a form must not wait for that.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection) -> Result<Vec<CustomField>> {
    let fields = defined(conn)?.into_iter().map(|field| {
        Ok(CustomField {
            id: field.id,
            name: field.name,
            kind: field.kind,
            choices: match field.kind {
                CustomKind::Choice => choices(conn, field.id)?,
                _ => Vec::new(),
            },
            cards: None,
        })
    });
    fields.collect()
}

/// The same, counted.
///
/// # Errors
/// What SQLite says.
pub fn counted(conn: &Connection) -> Result<Vec<CustomField>> {
    let mut fields = list(conn)?;
    for field in &mut fields {
        // Each kind has an index over what is filled in.
        let filled = match field.kind {
            CustomKind::Text => "v.text <> ''",
            CustomKind::Number => "v.number is not null",
            CustomKind::Date => "v.day <> ''",
            CustomKind::Choice => "v.choice is not null",
        };
        let mut statement = conn.prepare_cached(&format!(
            "select count(distinct coalesce(c.shown_on, c.id)) from custom_values v
             join clients c on c.id = v.client_id
             where v.field_id = ?1 and {filled} and v.deleted_at is null and c.deleted_at is null"
        ))?;
        field.cards = Some(statement.query_row([field.id.as_bytes()], |row| row.get(0))?);
    }
    Ok(fields)
}

/// The field outside the trash that is called so; of two the first.
///
/// # Errors
/// What SQLite says.
pub fn named(conn: &Connection, name: &str) -> Result<Option<RowId>> {
    let folded = fold(name);
    let found = defined(conn)?
        .into_iter()
        .find(|field| fold(&field.name) == folded);
    Ok(found.map(|field| field.id))
}

/// What stands in a client's own rows, field by field in their order; whoever it was merged with.
///
/// # Errors
/// What SQLite says.
pub fn of_client(conn: &Connection, client: ClientId) -> Result<Vec<CustomValue>> {
    let sql = format!(
        "{VALUES} where v.client_id = ?1 and v.deleted_at is null and f.deleted_at is null order by f.position, f.id"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let all = statement.query_map([client.as_bytes()], value)?;
    Ok(all
        .collect::<rusqlite::Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// All that a row holds, thrown away or not, of a field that was or was not, or of which this book has never heard.
///
/// # Errors
/// What SQLite says.
pub fn of_row(conn: &Connection, row: RowId) -> Result<Vec<CustomValue>> {
    let mut statement = conn.prepare_cached(
        "select v.field_id, coalesce(f.name, ''), v.text, v.number, v.day, coalesce(c.name, hex(v.choice))
         from custom_values v left join custom_fields f on f.id = v.field_id
         left join custom_choices c on c.id = v.choice where v.id = ?1",
    )?;
    let held = statement.query_row([row.as_bytes()], |row| {
        let (field, name): (_, String) = (row_id_or_none(row, 0), row.get(1)?);
        let number: Option<i64> = row.get(3)?;
        let values = [
            (CustomKind::Text, row.get(2)?),
            (CustomKind::Number, number.map(number_text)),
            (CustomKind::Date, row.get(4)?),
            (CustomKind::Choice, row.get(5)?),
        ];
        let values = values.into_iter().filter_map(|(kind, value)| {
            let value = value.filter(|value: &String| !value.is_empty())?;
            let name = name.clone();
            Some(CustomValue {
                field,
                name,
                kind,
                value,
            })
        });
        Ok(values.collect())
    });
    Ok(held.optional()?.unwrap_or_default())
}

const VALUES: &str = "select f.id, f.name, f.kind, v.text, v.number, v.day, c.name from custom_values v
 join custom_fields f on f.id = v.field_id left join custom_choices c on c.id = v.choice";

fn value(row: &Row<'_>) -> rusqlite::Result<Option<CustomValue>> {
    let (id, name) = (row_id(row, 0)?, row.get(1)?);
    let Some(kind) = kind(row, 2)? else {
        return Ok(None);
    };
    let value: Option<String> = match kind {
        CustomKind::Text => row.get(3)?,
        CustomKind::Number => row.get::<_, Option<i64>>(4)?.map(number_text),
        CustomKind::Date => row.get(5)?,
        CustomKind::Choice => row.get(6)?,
    };
    let value = value.filter(|value| !value.is_empty());
    Ok(value.map(|value| CustomValue {
        field: Some(id),
        name,
        kind,
        value,
    }))
}

/// The name of the field whose value stands, or stood, in a row.
pub(crate) fn value_name(conn: &Connection, row: RowId) -> Result<Option<String>> {
    let mut statement = conn.prepare_cached(
        "select f.name from custom_values v join custom_fields f on f.id = v.field_id where v.id = ?1",
    )?;
    let name = statement.query_row([row.as_bytes()], |row| row.get(0));
    Ok(name.optional()?)
}

/// Clients, by their numbers, on whose cards something stands of these fields or choices.
///
/// # Errors
/// What SQLite says.
pub fn concerned(conn: &Connection, definitions: &[RowId]) -> Result<Vec<i64>> {
    let mut statement = conn.prepare_cached(
        "select distinct h.n from custom_values v
         join clients c on c.id = v.client_id join clients h on h.id = coalesce(c.shown_on, c.id)
         where v.field_id in rarray(?1) or v.field_id in
         (select field_id from custom_choices where id in rarray(?1)) and v.choice in rarray(?1)",
    )?;
    let numbers = statement.query_map(params![array(definitions)], |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}
