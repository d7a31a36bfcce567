//! The SQL that makes rows what they shall be.

use clientele_model::{BranchId, RowId, Value};
use rusqlite::{Connection, params_from_iter};

use super::Sql;
use crate::Result;
use crate::workspace::table::{Card, Table};

/// Puts rows of one table: every field that changes may set, and what follows from them.
pub(in crate::workspace) struct Put {
    table: &'static Table,
    sql: String,
}

impl Put {
    pub fn new(table: &'static Table) -> Self {
        let mut names: Vec<&str> = table.all_fields().map(|field| field.name).collect();
        names.extend(table.worked_out.columns);
        if table.card == Card::Itself {
            names.push("branch");
        }
        let places: String = (0..names.len()).map(|i| format!(", ?{}", i + 2)).collect();
        let updates: Vec<String> = names
            .iter()
            .map(|name| format!("{name} = excluded.{name}"))
            .collect();
        let sql = format!(
            "insert into {} (id, {}) values (?1{places}) on conflict (id) do update set {}",
            table.name,
            names.join(", "),
            updates.join(", ")
        );
        Self { table, sql }
    }

    /// The table.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// Puts one row; its values in the table's order. `branch` says whose it is, where it is a client.
    pub fn row(
        &self,
        conn: &Connection,
        id: RowId,
        values: &[Value],
        branch: Option<BranchId>,
    ) -> Result<()> {
        let worked_out = (self.table.worked_out.of)(values);
        let is_client = self.table.card == Card::Itself;
        let branch = is_client.then(|| Value::from(branch.map(|branch| RowId(branch.0))));
        let id = Value::from(id);
        let all = std::iter::once(&id)
            .chain(values)
            .chain(&worked_out)
            .chain(&branch);
        conn.prepare_cached(&self.sql)?
            .execute(params_from_iter(all.map(Sql)))?;
        Ok(())
    }
}
