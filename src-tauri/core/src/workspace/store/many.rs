//! Many rows in one statement: what a statement costs beside its rows (a journal of its own, into which it copies
//! every page that it touches) is then paid once for all of them.

use std::sync::OnceLock;

/// How many rows go into one statement.
const PORTIONS: [usize; 3] = [64, 8, 1];

/// A statement for rows of so many columns, in as few forms as there are portions.
pub(super) struct Many {
    head: String,
    tail: String,
    columns: usize,
    statements: [OnceLock<String>; PORTIONS.len()],
}

impl Many {
    /// `head` ends before `values`, `tail` begins after the last row.
    pub fn new(head: String, columns: usize, tail: String) -> Self {
        Self {
            head,
            tail,
            columns,
            statements: Default::default(),
        }
    }

    /// These rows in portions, each with its statement.
    pub fn portions<'a, T>(&'a self, mut rows: &'a [T]) -> impl Iterator<Item = (&'a str, &'a [T])> {
        std::iter::from_fn(move || {
            let (form, count) = (0..).zip(PORTIONS).find(|(_, count)| *count <= rows.len())?;
            let (portion, rest) = rows.split_at_checked(count)?;
            rows = rest;
            Some((self.statement(form, count), portion))
        })
    }

    fn statement(&self, form: usize, count: usize) -> &str {
        self.statements[form].get_or_init(|| {
            let row = format!("({})", vec!["?"; self.columns].join(", "));
            let rows = vec![row.as_str(); count].join(", ");
            format!("{} values {rows} {}", self.head, self.tail)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_portion_and_each_portion_has_its_places() {
        let many = Many::new("insert into t".to_owned(), 2, String::new());
        for count in [0usize, 1, 7, 8, 9, 63, 64, 65, 200] {
            let rows: Vec<usize> = (0..count).collect();
            let mut seen = Vec::new();
            for (statement, portion) in many.portions(&rows) {
                assert_eq!(statement.matches('?').count(), 2 * portion.len());
                seen.extend_from_slice(portion);
            }
            assert_eq!(seen, rows);
        }
    }
}
