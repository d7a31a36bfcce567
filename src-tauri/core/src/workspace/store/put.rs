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
}

/// A row as it is put: every column's value, in the order of the statement.
pub(in crate::workspace) struct PutRow(Vec<Value>);

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
        let ordered_by = names
            .iter()
            .position(|name| Some(*name) == table.worked_out.ordered_by);
        let ordered_by = ordered_by.map(|place| place + 1);
        Self {
            table,
            ordered_by,
            many,
        }
    }

    /// The table.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// One row; its values in the table's order. `branch` says whose it is, where it is a client.
    pub fn row(&self, id: RowId, values: Vec<Value>, branch: Option<BranchId>) -> PutRow {
        let worked_out = (self.table.worked_out.of)(&values);
        let is_client = self.table.card == Card::Itself;
        let branch = is_client.then(|| Value::from(branch.map(|branch| RowId(branch.0))));
        let mut all = Vec::with_capacity(values.len() + worked_out.len() + 2);
        all.push(Value::from(id));
        all.extend(values);
        all.extend(worked_out);
        all.extend(branch);
        PutRow(all)
    }

    /// Puts rows into an order in which neighbours go where neighbours are: their index is then read and written
    /// page after page, not here and there.
    pub fn in_order(&self, rows: &mut [PutRow]) {
        if let Some(place) = self.ordered_by {
            let key = |row: &PutRow| row.0.get(place).and_then(Value::as_text).map(str::to_owned);
            rows.sort_by_cached_key(key);
        }
    }

    /// Puts rows.
    pub fn rows(&self, conn: &Connection, rows: &[PutRow]) -> Result<()> {
        for (statement, rows) in self.many.portions(rows) {
            let values = rows.iter().flat_map(|row| &row.0);
            conn.prepare_cached(statement)?
                .execute(params_from_iter(values.map(Sql)))?;
        }
        Ok(())
    }
}
