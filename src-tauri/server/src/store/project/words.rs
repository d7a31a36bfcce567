//! What stands in many rows is kept there by a number in SQLite's files: the words of closed lists, and the branches.
//! The views show the words themselves. PostgreSQL keeps all as it is: its own rows are four times as wide anyway.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use clientele_model::record::{Field, Sort};
use clientele_model::{BranchId, RowId};

use super::super::{Cell, Row, Tx};
use super::kept::moment;
use crate::{Error, Result};

/// The words. Each is kept as its place here: new ones come last. A word that is not among them is kept as it is.
const WORDS: &[&str] = &[
    "person",
    "company",
    "bg",
    "en",
    "ru",
    "in",
    "out",
    "call",
    "message",
    "visit",
    "email",
    "note",
    "complaint",
    "offer",
    "phone",
    "messenger",
    "web",
    "do",
    "undo",
    "redo",
    "other",
    "book_created",
    "client_added",
    "client_changed",
    "clients_trashed",
    "clients_restored",
    "clients_erased",
    "contact_added",
    "contact_changed",
    "contact_trashed",
    "contact_restored",
    "imported",
    "settings_changed",
    "demo_filled",
    "trash_emptied",
    "conflict_settled",
    "rescued",
    "clients_merged",
    "duplicate_dismissed",
    "links_erased",
];

/// The fields in which they stand.
const FIELDS: &[&str] = &["kind", "language", "direction", "channel", "act", "label"];

/// May a field hold one of them by its number?
#[must_use]
pub fn is_of_words(field: Field) -> bool {
    field.sort == Sort::Text && FIELDS.contains(&field.name)
}

/// The field that tells when somebody became a client: most often about the moment in the identifier.
const CREATED_AT: &str = "created_at";

/// Is a field kept as the difference to the moment in the identifier, in milliseconds?
#[must_use]
pub fn is_since_id(field: Field) -> bool {
    field.sort == Sort::Int && field.name == CREATED_AT
}

/// How a field of a row is kept that shows this.
#[must_use]
pub fn kept(field: Field, id: RowId, cell: Cell) -> Cell {
    match &cell {
        Cell::Int(n) if is_since_id(field) => Cell::Int(n.wrapping_sub(moment(id))),
        Cell::Text(text) if is_of_words(field) => {
            let at = WORDS.iter().position(|word| word == text);
            at.and_then(|at| i64::try_from(at).ok()).map_or(cell, Cell::Int)
        }
        _ => cell,
    }
}

fn read(field: Field, id: RowId, cell: &Cell) -> Result<Cell> {
    match cell {
        Cell::Int(n) if is_since_id(field) => Ok(Cell::Int(n.wrapping_add(moment(id)))),
        Cell::Int(n) if field.sort == Sort::Text => {
            let word = usize::try_from(*n).ok().and_then(|n| WORDS.get(n));
            let word = word.ok_or_else(|| Error::damaged("a word that is none"))?;
            Ok((*word).into())
        }
        _ => Ok(cell.clone()),
    }
}

/// The moment in an identifier, in SQL: SQLite reads no hexadecimal number, so it is put together digit by digit.
#[must_use]
pub fn shown_since_id(column: &str) -> String {
    let digit = |n: u32| {
        format!(
            "(instr('123456789ABCDEF', substr(hex(id), {n}, 1)) << {})",
            4 * (12 - n)
        )
    };
    let moment: Vec<String> = (1..=12).map(digit).collect();
    format!("{column} + ({}) as {column}", moment.join(" + "))
}

/// The same of a word.
#[must_use]
pub fn shown(column: &str) -> String {
    let mut sql = format!("case {column}");
    for (n, word) in WORDS.iter().enumerate() {
        let _ = write!(sql, " when {n} then '{word}'");
    }
    let _ = write!(sql, " else {column} end as {column}");
    sql
}

/// The branches, each under a short number, where the database keeps them so.
#[derive(Debug, Default)]
pub struct Places {
    is_by_number: bool,
    branches: HashMap<i64, BranchId>,
    numbers: HashMap<BranchId, i64>,
}

impl Places {
    /// Reads them.
    pub async fn load<T: Tx>(tx: &mut T) -> Result<Self> {
        let mut places = Self {
            is_by_number: T::IS_BY_NUMBER,
            ..Self::default()
        };
        if T::IS_BY_NUMBER {
            for row in tx.query("select number, branch from places", &[]).await? {
                places.add(row.int(0)?, row.of(1, BranchId::from_slice)?);
            }
        }
        Ok(places)
    }

    fn add(&mut self, number: i64, branch: BranchId) {
        self.branches.insert(number, branch);
        self.numbers.insert(branch, number);
    }

    /// These, and those of some branches that have none yet.
    pub async fn number<T: Tx>(&mut self, tx: &mut T, branches: BTreeSet<BranchId>) -> Result<()> {
        if !T::IS_BY_NUMBER {
            return Ok(());
        }
        for branch in branches {
            if self.numbers.contains_key(&branch) {
                continue;
            }
            let number = self.branches.keys().max().map_or(0, |last| last + 1);
            tx.execute(
                "insert into places (number, branch) values ($1, $2)",
                &[number.into(), branch.into()],
            )
            .await?;
            self.add(number, branch);
        }
        Ok(())
    }

    /// What a field of a row shows that is kept so.
    ///
    /// # Errors
    /// [`Error::Damaged`] where there is no such word.
    pub fn field(&self, field: Field, id: RowId, cell: &Cell) -> Result<Cell> {
        if self.is_by_number {
            read(field, id, cell)
        } else {
            Ok(cell.clone())
        }
    }

    /// How a branch is kept.
    #[must_use]
    pub fn kept(&self, branch: Option<BranchId>) -> Cell {
        let number = branch.and_then(|branch| self.numbers.get(&branch));
        number.map_or_else(|| branch.into(), |number| Cell::Int(*number))
    }

    /// The branch in a column.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn read(&self, row: &Row, at: usize) -> Result<Option<BranchId>> {
        match row.0.get(at) {
            Some(Cell::Int(number)) => {
                let branch = self.branches.get(number).copied();
                let branch = branch.ok_or_else(|| Error::damaged("a branch that is none"))?;
                Ok(Some(branch))
            }
            _ => row.maybe(at, BranchId::from_slice),
        }
    }
}

#[cfg(test)]
mod tests {
    use clientele_model::record::{int, text};

    use super::*;

    #[test]
    fn a_word_is_kept_by_number_and_read_as_itself() {
        let (kind, id) = (text("kind"), RowId::new());
        for shown in ["person", "rescued", "", "5", "somebody"] {
            let cell = Cell::Text(shown.to_owned());
            assert_eq!(read(kind, id, &kept(kind, id, cell.clone())).unwrap(), cell);
        }
        assert_eq!(kept(kind, id, "company".into()), Cell::Int(1));
        assert_eq!(kept(kind, id, "5".into()), "5".into());
        assert_eq!(kept(text("notes"), id, "person".into()), "person".into());
        assert_eq!(read(int("at"), id, &Cell::Int(1)).unwrap(), Cell::Int(1));
        assert!(read(kind, id, &Cell::Int(-1)).is_err());
        assert!(read(kind, id, &Cell::Int(1000)).is_err());
    }

    #[test]
    fn a_moment_is_kept_as_the_difference_to_the_one_in_the_identifier() {
        let (created_at, id) = (int(CREATED_AT), RowId::new());
        assert_eq!(kept(created_at, id, Cell::Int(moment(id) + 7)), Cell::Int(7));
        for shown in [0, 1, -1, moment(id), i64::MAX, i64::MIN] {
            let cell = Cell::Int(shown);
            assert_eq!(
                read(created_at, id, &kept(created_at, id, cell.clone())).unwrap(),
                cell
            );
        }
    }
}
