//! Rows that nobody has written before, many at once: what an import is made of.
//!
//! What is true of one row of the gate is true of each: it is in the log in the same transaction. But they go into
//! their tables by the dozen, with all that follows from them, and nothing has to be read back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clientele_model::{Body, BranchId, ChangeKind, FieldChange, RowId, Value};

use super::gate::Write;
use super::logging::NextChange;
use super::store::{Put, PutRow, log};
use super::table::Table;
use super::touched::client_of;
use crate::Result;

/// A row with an identifier of its own making: nothing can stand under it, here or elsewhere.
#[derive(Debug)]
pub struct NewRow {
    /// Where it goes.
    pub table: &'static Table,
    /// Its identifier.
    pub row: RowId,
    /// Its fields; null and empty ones need not be named.
    pub fields: Vec<(&'static str, Value)>,
}

impl Write<'_> {
    /// Adds rows that are new for certain. A client among them comes before what stands on its card.
    ///
    /// # Errors
    /// What SQLite says; the whole step is rolled back.
    pub fn add_new(&mut self, rows: Vec<NewRow>) -> Result<()> {
        let mut put: BTreeMap<&str, (&'static Table, Vec<PutRow>)> = BTreeMap::new();
        let mut logging = Vec::with_capacity(rows.len());
        let mut whose: HashMap<RowId, Option<BranchId>> = HashMap::new();
        for NewRow { table, row, fields } in rows {
            let body = Body(fields.into_iter().map(said).collect());
            let client = client_of(self.conn, table, row, Some(&body))?;
            let known = client.and_then(|client| whose.get(&client).copied());
            let scope = match known {
                Some(scope) => scope,
                None => self.scope(table, ChangeKind::Add, client)?,
            };
            whose.extend(client.map(|client| (client, scope)));
            self.note(scope, client, table, row, &body)?;
            let values = table.all_fields().map(|field| {
                let said = body.0.iter().find(|said| said.field == field.name);
                said.map_or_else(|| field.empty(), |said| said.value.clone())
            });
            let ready = PutRow::new(table, row, values.collect(), scope);
            put.entry(table.name)
                .or_insert_with(|| (table, Vec::new()))
                .1
                .push(ready);
            logging.push(self.next_change(scope, table, row, ChangeKind::Add, &body));
        }
        for (table, mut rows) in put.into_values() {
            let put = self.puts.entry(table.name).or_insert_with(|| Put::new(table));
            put.in_order(&mut rows);
            put.new_rows(self.conn, &rows)?;
        }
        log::append_new(
            self.conn,
            &logging.iter().map(NextChange::logged).collect::<Vec<_>>(),
        )
    }

    /// What is worked out from these new clients stands already, as long as nothing more of them is written.
    pub fn are_whole(&mut self, clients: impl IntoIterator<Item = RowId>) {
        self.whole.extend(clients);
    }

    /// Works out what follows from the step. Returns whose cards are others by now.
    pub(super) fn derive(&mut self) -> Result<BTreeSet<RowId>> {
        let whole = std::mem::take(&mut self.whole);
        let changed: BTreeSet<RowId> = self.touched.clients.difference(&whole).copied().collect();
        if self.has_others {
            super::settle::trashed(self.conn, self.schema, &changed)?;
        }
        let mut follow = (self.schema.derive)(self.conn, &changed, super::Indexing::Now)?;
        follow.extend(whole);
        Ok(follow)
    }
}

fn said((field, value): (&'static str, Value)) -> FieldChange {
    FieldChange {
        field: field.to_owned(),
        value,
        base: None,
    }
}
