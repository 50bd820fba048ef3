//! Many rows in few statements: one text for each number of rows, so that each is prepared once.

use std::sync::OnceLock;

use sqlx::{SqlSafeStr, SqlStr};

use super::{
    StorageError,
    pool::{Arg, Pool, Statement},
};

/// Up to so many rows any number has its own text; beyond it these numbers have, largest first.
const ANY: usize = 16;
const LARGE: [usize; 2] = [512, 64];

/// A statement over a list of rows: `INSERT INTO t (..) VALUES (..), (..) ON CONFLICT ..`, or
/// `WITH new (..) AS (VALUES (..), (..)) UPDATE ..`.
pub(super) struct ManyRows {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    sqlite: Texts,
    postgres: Texts,
}

/// The texts by number of rows: those of [`LARGE`], then for one row, two, three ..
type Texts = [OnceLock<String>; LARGE.len() + ANY];

impl ManyRows {
    /// `head` ends before `VALUES`, `tail` is what stands after the rows.
    pub(super) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self {
            head,
            columns,
            tail,
            sqlite: [const { OnceLock::new() }; LARGE.len() + ANY],
            postgres: [const { OnceLock::new() }; LARGE.len() + ANY],
        }
    }

    /// Appends the statements over every item; `values` appends one item's columns.
    pub(super) fn statements<T>(
        &'static self,
        pool: &Pool,
        mut items: &[T],
        values: impl Fn(&T, &mut Vec<Arg>) -> Result<(), StorageError>,
        statements: &mut Vec<Statement>,
    ) -> Result<(), StorageError> {
        while !items.is_empty() {
            let (place, size) = size(items.len());
            let (chunk, rest) = items.split_at(size);
            let mut args = Vec::with_capacity(size * self.columns);
            for item in chunk {
                values(item, &mut args)?;
            }
            statements.push((self.text_for(pool, place, size), args));
            items = rest;
        }
        Ok(())
    }

    /// SQLite looks a numbered placeholder up by walking through all of them, at each bind: with a thousand
    /// of them that costs more than the rows. It gets bare `?`.
    fn text_for(&'static self, pool: &Pool, place: usize, rows: usize) -> SqlStr {
        let text = match pool {
            Pool::Sqlite { .. } => self.sqlite[place].get_or_init(|| self.text(rows, |_| "?".to_owned())),
            Pool::Postgres(_) => self.postgres[place].get_or_init(|| self.text(rows, |n| format!("${n}"))),
        };
        text.as_str().into_sql_str()
    }

    pub(super) fn text(&self, rows: usize, placeholder: impl Fn(usize) -> String) -> String {
        let row = |row: usize| {
            let places: Vec<String> =
                (1..=self.columns).map(|c| placeholder(row * self.columns + c)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("{} VALUES {} {}", self.head, rows.join(", "), self.tail)
    }
}

/// How many of so many rows go into the next statement, and the place of its text.
fn size(rows: usize) -> (usize, usize) {
    let large = LARGE.into_iter().enumerate().find(|(_, size)| rows >= *size);
    large.unwrap_or_else(|| {
        let size = rows.min(ANY);
        (LARGE.len() + size.saturating_sub(1), size)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_numbers() {
        let insert = ManyRows::new("INSERT INTO t (a, b)", 2, "ON CONFLICT DO NOTHING");
        assert_eq!(
            insert.text(2, |n| format!("${n}")),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING"
        );
    }

    #[test]
    fn each_number_of_rows_has_its_own_text() {
        let mut places: Vec<_> = (1..=ANY).chain(LARGE).map(size).collect();
        assert!(places.iter().zip((1..=ANY).chain(LARGE)).all(|((_, size), rows)| *size == rows));
        places.sort_unstable();
        places.dedup_by_key(|(place, _)| *place);
        assert_eq!(places.len(), LARGE.len() + ANY);
        assert_eq!([17, 63, 100, 600].map(|rows| size(rows).1), [16, 16, 64, 512]);
    }
}
