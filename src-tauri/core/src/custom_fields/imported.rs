//! Values of a foreign file: which field each of them means, and what becomes of those that fit nowhere.

use clientele_formats::{Column, Table};
use clientele_model::custom::{CHOICES_MAX, FIELDS_MAX};
use clientele_model::text::fold;
use clientele_model::{ClientDraft, CustomKind, CustomValue};
use rusqlite::Connection;

use super::store::{self, Defined};
use super::values::fitting;
use super::{CustomChoice, CustomFieldDraft, allowed, checked_name, define};
use crate::workspace::{Actor, Write};
use crate::{Result, head_office};

/// A field that a file brings with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewField {
    name: String,
    kind: CustomKind,
    choices: Vec<String>,
}

/// The fields that there are, and those that a file brings with it.
#[derive(Clone, Debug, Default)]
pub struct New {
    defined: Vec<Defined>,
    may_define: bool,
    fields: Vec<NewField>,
}

impl New {
    /// None so far.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn load(conn: &Connection, by: &Actor) -> Result<Self> {
        Ok(Self {
            defined: store::defined(conn)?,
            may_define: may_define(conn, by)?,
            fields: Vec::new(),
        })
    }

    /// Those that the file brings with it.
    #[must_use]
    pub fn into_fields(self) -> Vec<NewField> {
        self.fields
    }

    /// The new field for a value, where there may be one.
    fn field(&mut self, value: &CustomValue) -> Option<&mut NewField> {
        let name = checked_name(&value.name, "custom_field").ok()?;
        let folded = fold(&name);
        let at = self.fields.iter().position(|field| fold(&field.name) == folded);
        let at = match at {
            Some(at) => at,
            None if self.may_define && self.defined.len() + self.fields.len() < FIELDS_MAX => {
                self.fields.push(NewField {
                    name,
                    kind: value.kind,
                    choices: Vec::new(),
                });
                self.fields.len() - 1
            }
            None => return None,
        };
        self.fields.get_mut(at)
    }
}

/// Would a field that this one brings with a file be made? As [`super::allowed`] says when it is.
fn may_define(conn: &Connection, by: &Actor) -> Result<bool> {
    let member = head_office::membership(conn)?;
    Ok(by.is_owner && member.is_none_or(|member| member.branch.is_none()))
}

/// Which columns of a table may hold one of the owner's own fields: those that are called like one, and, for whoever may
/// make fields, all that are called anything.
///
/// # Errors
/// What SQLite says.
pub fn takers(conn: &Connection, by: &Actor, table: &Table) -> Result<Vec<bool>> {
    let may_define = may_define(conn, by)?;
    let takes = |header: &String| match checked_name(header, "custom_field") {
        Ok(name) => Ok(may_define || store::named(conn, &name)?.is_some()),
        Err(_) => Ok(false),
    };
    table.headers.iter().map(takes).collect()
}

/// The field that a value means: by its identifier, or, without one, by its name.
pub(super) fn meant<'d>(defined: &'d [Defined], value: &CustomValue) -> Option<&'d Defined> {
    match value.field {
        Some(id) => defined.iter().find(|field| field.id == id),
        None => {
            let folded = fold(&value.name);
            defined.iter().find(|field| fold(&field.name) == folded)
        }
    }
}

/// Gives every value of a record the field that it means. What fits into none, and for what none may be made, goes to
/// the notes behind its name: nothing of a file is lost.
///
/// # Errors
/// What SQLite says.
pub fn fit(conn: &Connection, new: &mut New, card: &mut ClientDraft) -> Result<()> {
    let mut fitted: Vec<CustomValue> = Vec::new();
    for value in std::mem::take(&mut card.custom) {
        let value = CustomValue { field: None, ..value };
        let found = match meant(&new.defined, &value) {
            Some(field) => fitting(conn, field, &value.value)?.map(|text| CustomValue {
                field: Some(field.id),
                name: field.name.clone(),
                kind: field.kind,
                value: text,
            }),
            None => new.field(&value).and_then(|field| field.take(&value)),
        };
        match found {
            Some(value) if fitted.iter().all(|known| known.key() != value.key()) => fitted.push(value),
            _ => {
                let line = format!("{}: {}", value.name, value.value);
                if !card.notes.is_empty() {
                    card.notes.push('\n');
                }
                card.notes.push_str(&line);
            }
        }
    }
    card.custom = fitted;
    Ok(())
}

impl NewField {
    /// A field to be made.
    #[must_use]
    pub fn new(name: &str, kind: CustomKind, choices: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            choices: choices.to_vec(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A value as it will stand in the field; `None` for one that does not fit.
    fn take(&mut self, value: &CustomValue) -> Option<CustomValue> {
        let text = match self.kind {
            CustomKind::Text => Some(value.value.clone()),
            CustomKind::Number => {
                clientele_model::custom::millionths(&value.value).map(clientele_model::custom::number_text)
            }
            CustomKind::Date => clientele_formats::day(&value.value),
            CustomKind::Choice => self.choose(&value.value),
        };
        Some(CustomValue {
            field: None,
            name: self.name.clone(),
            kind: self.kind,
            value: text?,
        })
    }

    fn choose(&mut self, typed: &str) -> Option<String> {
        let name = checked_name(typed, "custom_choice").ok()?;
        let folded = fold(&name);
        if let Some(known) = self.choices.iter().find(|known| fold(known) == folded) {
            return Some(known.clone());
        }
        (self.choices.len() < CHOICES_MAX).then(|| {
            self.choices.push(name.clone());
            name
        })
    }
}

/// What the columns of a table mean where some that nothing was made of are called like the owner's own fields; `None`
/// where none is. A phone stays a phone, whatever the owner calls a field.
///
/// # Errors
/// What SQLite says.
pub fn columns(conn: &Connection, table: &Table) -> Result<Option<Vec<Column>>> {
    let mut columns = table.columns.clone();
    for (column, header) in columns.iter_mut().zip(&table.headers) {
        let is_free = matches!(column, Column::Extra | Column::Ignore);
        if is_free && !header.is_empty() && store::named(conn, header)?.is_some() {
            *column = Column::Custom;
        }
    }
    Ok((columns != table.columns).then_some(columns))
}

/// Makes the fields that a file brings with it, within the import's step. One of the same name that was made meanwhile is
/// taken as it is.
///
/// # Errors
/// `role.not_allowed`; `head_office.not_allowed` in a branch; what SQLite says.
pub fn make(w: &mut Write<'_>, fields: &[NewField]) -> Result<()> {
    for field in fields {
        if store::named(w.conn(), &field.name)?.is_some() {
            continue;
        }
        allowed(w)?;
        let choices = field.choices.iter().map(|name| CustomChoice {
            id: None,
            name: name.clone(),
        });
        let draft = CustomFieldDraft {
            name: field.name.clone(),
            kind: field.kind,
            choices: choices.collect(),
        };
        define(w, &draft)?;
    }
    Ok(())
}
