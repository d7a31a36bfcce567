//! One statement for many sets of parameters: they go out as arrays, a column each, and PostgreSQL works them off
//! in one go. A statement for each would cost more than what it does.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use tokio_postgres::Statement;
use tokio_postgres::types::{ToSql, Type};

use super::super::Cell;

/// From how many sets on that pays.
pub const FEW: usize = 4;

/// Sets in one statement at most: what they hold stays in memory on either side.
pub const AT_ONCE: usize = 1000;

/// A question in the words of one set of parameters, asked for all of them: the last column is the place of the
/// set that an answer belongs to, from 1 on.
pub fn asked(sql: &str, statement: &Statement) -> String {
    let columns = columns(statement.params());
    let sql = with_columns(sql, statement.params().len());
    format!("select answer.*, asked.place::bigint from {columns} cross join lateral ({sql}) as answer")
}

/// What is put into a table in the words of one row, put for many; `None` where it is something else.
pub fn put(sql: &str, statement: &Statement) -> Option<String> {
    let (before, rest) = sql.split_once(" values (")?;
    let (_, after) = rest.split_once(')')?;
    if !before.trim_start().starts_with("insert into ") {
        return None;
    }
    let columns = columns(statement.params());
    let names: Vec<String> = (1..=statement.params().len())
        .map(|n| format!("asked.p{n}"))
        .collect();
    Some(format!(
        "{before} select {} from {columns}{after}",
        names.join(", ")
    ))
}

/// The arrays as a table `asked`.
fn columns(params: &[Type]) -> String {
    let mut sql = "unnest(".to_owned();
    for (n, param) in (1..).zip(params) {
        let comma = if n == 1 { "" } else { ", " };
        let _ = write!(sql, "{comma}${n}::{}[]", param.name());
    }
    sql.push_str(") with ordinality as asked(");
    for n in 1..=params.len() {
        let _ = write!(sql, "p{n}, ");
    }
    sql.push_str("place)");
    sql
}

/// `$2` becomes the second column, and so on.
fn with_columns(sql: &str, count: usize) -> String {
    // From the last on: `$1` is the beginning of `$12`.
    (1..=count).rev().fold(sql.to_owned(), |sql, n| {
        sql.replace(&format!("${n}"), &format!("asked.p{n}"))
    })
}

/// The parameters of some sets, as one array a column.
pub fn turned(sets: &[Vec<Cell>], count: usize) -> Vec<Vec<&Cell>> {
    let column = |at: usize| {
        sets.iter()
            .map(|set| set.get(at).unwrap_or(&Cell::Null))
            .collect()
    };
    (0..count).map(column).collect()
}

/// As parameters.
pub fn borrowed<'a>(columns: &'a [Vec<&'a Cell>]) -> Vec<&'a (dyn ToSql + Sync)> {
    columns
        .iter()
        .map(|column| column as &(dyn ToSql + Sync))
        .collect()
}

/// The statements for many that were made of those for one: few, and the same again and again.
static MADE: LazyLock<Mutex<HashMap<String, Option<String>>>> = LazyLock::new(Mutex::default);

/// A statement for many as it was made before, or is made now.
pub fn made(sql: &str, make: impl FnOnce() -> Option<String>) -> Option<String> {
    let mut all = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(sql) {
        return known.clone();
    }
    let statement = make();
    all.insert(sql.to_owned(), statement.clone());
    statement
}
