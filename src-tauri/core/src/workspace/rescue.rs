//! Writes once more what stood under numbers that somebody else has by now.
//!
//! It takes two accidents: a server restored from an old backup, and a device restored from an older one that
//! wrote anew before it learned. What the first writing said is then only on the devices that had seen it.

use clientele_model::{Body, ChangeKind, FieldChange};

use super::store::log::Displaced;
use super::store::{self, log};
use super::table::{DELETED_AT, Table};
use super::{Actor, NewStep, StepLabel, Workspace, Write, Written};
use crate::Result;

impl Workspace {
    /// Writes it as a step of this device's own; nothing where there is nothing. A value that has another
    /// author's newer one in its place is told as a conflict.
    ///
    /// # Errors
    /// What SQLite says; then it is tried again at the next contact.
    pub fn rescue(&self, by: &Actor) -> Result<Written<()>> {
        self.write(NewStep::new(by, StepLabel::Rescued), |w| {
            for displaced in log::displaced(w.conn())? {
                if let Some(table) = w.schema.table(&displaced.entity) {
                    change(w, table, displaced)?;
                }
            }
            log::forget_displaced(w.conn())
        })
    }
}

fn change(w: &mut Write<'_>, table: &'static Table, displaced: Displaced) -> Result<()> {
    let Displaced {
        row,
        kind,
        body,
        scope,
        ..
    } = displaced;
    if table.name == super::step::STEPS.name || log::is_erased(w.conn(), row)? {
        return Ok(());
    }
    let known = |field: &FieldChange| {
        field.field != DELETED_AT
            && table
                .field(&field.field)
                .is_some_and(|known| known.takes(&field.value))
    };
    let fields = body.unwrap_or_default().0.into_iter().filter(known);
    let fields: Vec<_> = fields.map(|field| FieldChange { base: None, ..field }).collect();
    let stands = store::has_row(w.conn(), table, row)?;
    match kind {
        ChangeKind::Erase if stands => w.erase(table, row),
        ChangeKind::Add if !stands => w.add_for(scope, table, row, Body(fields)),
        ChangeKind::Add | ChangeKind::Set if stands && !fields.is_empty() => {
            w.unknowingly(table, row, Body(fields))
        }
        // Thrown away: nothing was typed. A value of a row that is not there waits with its row.
        _ => Ok(()),
    }
}
