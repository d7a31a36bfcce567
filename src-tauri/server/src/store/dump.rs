//! All rows of a company's tables, out of one database and into another: of either kind.

use std::sync::mpsc::SyncSender;

use super::schema::{TABLES, Table};
use super::{Cell, Job, Tx};
use crate::{Error, Result};

/// Some rows of one table.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Rows {
    /// Which table.
    pub table: String,
    /// Their columns, in the order of the schema.
    pub rows: Vec<Vec<Cell>>,
}

/// What is made again from the log is not carried about.
const MADE_AGAIN: &[&str] = &["projection", "projected", "waiting", "thrown"];

/// Rows that are read at once.
const AT_ONCE: usize = 64;

fn carried() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| !MADE_AGAIN.contains(&table.name))
}

fn columns(table: &Table) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.0).collect();
    columns.join(", ")
}

/// Hands every row out, as they all are at one moment. Whoever takes them may be slower than the database.
pub struct Dump {
    /// Who takes them.
    pub to: SyncSender<Rows>,
}

impl Job for Dump {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        for table in carried() {
            let order: Vec<&str> = table.columns[..table.key].iter().map(|column| column.0).collect();
            let order = order.join(", ");
            let mut after: Option<Vec<Cell>> = None;
            loop {
                let key: Vec<String> = (1..=table.key).map(|at| format!("${at}")).collect();
                let from = match &after {
                    Some(_) => format!("where ({order}) > ({})", key.join(", ")),
                    None => String::new(),
                };
                let sql = format!(
                    "select {} from {} {from} order by {order} limit {AT_ONCE}",
                    columns(table),
                    table.name,
                );
                let rows = tx.query(&sql, after.as_deref().unwrap_or_default()).await?;
                let Some(last) = rows.last() else { break };
                after = Some(last.0[..table.key].to_vec());
                let rows = Rows {
                    table: table.name.to_owned(),
                    rows: rows.into_iter().map(|row| row.0).collect(),
                };
                self.to.send(rows).map_err(|_| Error::Closed)?;
            }
        }
        Ok(())
    }
}

/// Takes rows in.
pub struct Fill(pub Rows);

impl Job for Fill {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        let table = carried().find(|table| table.name == self.0.table);
        let table = table.ok_or_else(|| Error::Refused(format!("no table is called {}", self.0.table)))?;
        let is_whole = |row: &Vec<Cell>| row.len() == table.columns.len();
        if !self.0.rows.iter().all(is_whole) {
            return Err(Error::Refused(format!(
                "rows of {} that are not whole",
                table.name
            )));
        }
        let values: Vec<String> = (1..=table.columns.len()).map(|at| format!("${at}")).collect();
        let sql = format!(
            "insert into {} ({}) values ({})",
            table.name,
            columns(table),
            values.join(", "),
        );
        tx.execute_many(&sql, &self.0.rows).await?;
        Ok(())
    }
}

/// Empties the tables of a company that nobody knows yet.
pub struct Empty;

impl Job for Empty {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        for table in TABLES {
            tx.execute(&format!("delete from {}", table.name), &[]).await?;
        }
        Ok(())
    }
}

/// Empties the tables of a company in which no device has written anything.
pub struct EmptyUnused;

impl Job for EmptyUnused {
    type Out = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<()> {
        // Nobody pushes meanwhile. Without a head it was emptied before, and only the rest did not come to its end.
        let head = tx.one("select n from heads where one = 1{lock}", &[]).await?;
        let entries = head.map_or(Ok(0), |row| row.count(0))?;
        let refused = tx.one("select count(*) from quarantine", &[]).await?;
        if entries > 0 || refused.map_or(Ok(0), |row| row.count(0))? > 0 {
            return Err(Error::Refused(
                "devices have written in this company: it stays, and can be renamed".to_owned(),
            ));
        }
        Empty.run(tx).await
    }
}
