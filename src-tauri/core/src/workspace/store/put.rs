//! The SQL that makes rows what they shall be.

use clientele_model::{BranchId, RowId, Value};
use rusqlite::{Connection, params_from_iter};

use super::Sql;
use super::many::Many;
use crate::Result;
use crate::workspace::table::{Card, Table};

/// Puts rows of one table: every field that changes may set, and what follows from them.
pub(in crate::workspace) struct Put {
    table: &'static Table,
    /// The column by whose value rows are put in order.
    ordered_by: Option<usize>,
    many: Many,
    new: Many,
}

/// A row as it is put: every column's value, in the order of the statement.
#[derive(Debug)]
pub(in crate::workspace) struct PutRow(Vec<Value>);

impl PutRow {
    /// One row of a table; its values in the table's order. `branch` says whose it is, where it is a client.
    pub fn new(table: &Table, id: RowId, values: Vec<Value>, branch: Option<BranchId>) -> Self {
        let worked_out = (table.worked_out.of)(&values);
        let is_client = table.card == Card::Itself;
        let branch = is_client.then(|| Value::from(branch.map(|branch| RowId(branch.0))));
        let mut all = Vec::with_capacity(values.len() + worked_out.len() + 2);
        all.push(Value::from(id));
        all.extend(values);
        all.extend(worked_out);
        all.extend(branch);
        Self(all)
    }
}

impl Put {
    pub fn new(table: &'static Table) -> Self {
        let mut names: Vec<&str> = table.all_fields().map(|field| field.name).collect();
        names.extend(table.worked_out.columns);
        if table.card == Card::Itself {
            names.push("branch");
        }
        let updates: Vec<String> = names
            .iter()
            .map(|name| format!("{name} = excluded.{name}"))
            .collect();
        let head = format!("insert into {} (id, {})", table.name, names.join(", "));
        let tail = format!("on conflict (id) do update set {}", updates.join(", "));
        let many = Many::new(head, names.len() + 1, tail);
        // All or nothing of the transaction: then SQLite keeps no journal of the statement.
        let head = format!(
            "insert or rollback into {} (id, {})",
            table.name,
            names.join(", ")
        );
        let new = Many::new(head, names.len() + 1, String::new());
        let ordered_by = names
            .iter()
            .position(|name| Some(*name) == table.worked_out.ordered_by);
        let ordered_by = ordered_by.map(|place| place + 1);
        Self {
            table,
            ordered_by,
            many,
            new,
        }
    }

    /// The table.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// One row; its values in the table's order. `branch` says whose it is, where it is a client.
    pub fn row(&self, id: RowId, values: Vec<Value>, branch: Option<BranchId>) -> PutRow {
        PutRow::new(self.table, id, values, branch)
    }

    /// Puts rows into an order in which neighbours go where neighbours are: their index is then read and written
    /// page after page, not here and there.
    pub fn in_order(&self, rows: &mut [PutRow]) {
        if let Some(place) = self.ordered_by {
            let key = |row: &PutRow| row.0.get(place).and_then(Value::as_text).map(str::to_owned);
            rows.sort_by_cached_key(key);
        }
    }

    /// Puts rows, over those that stand there.
    pub fn rows(&self, conn: &Connection, rows: &[PutRow]) -> Result<()> {
        Self::rows_by(&self.many, conn, rows)
    }

    /// Puts rows of which none stands there yet.
    pub fn new_rows(&self, conn: &Connection, rows: &[PutRow]) -> Result<()> {
        Self::rows_by(&self.new, conn, rows)
    }

    fn rows_by(many: &Many, conn: &Connection, rows: &[PutRow]) -> Result<()> {
        for (statement, rows) in many.portions(rows) {
            let values = rows.iter().flat_map(|row| &row.0);
            conn.prepare_cached(statement)?
                .execute(params_from_iter(values.map(Sql)))?;
        }
        Ok(())
    }
}
