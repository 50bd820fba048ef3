//! Many rows in few statements: texts for 64, 32 .. 1 rows, so that each is prepared once.

use std::sync::OnceLock;

use super::{
    StorageError,
    pool::{Arg, Tx},
};

/// Rows of one statement, largest first. Halves, because each statement is a way to another thread and back: a
/// handful of rows in ones costs more than their writing.
const CHUNKS: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// `INSERT INTO t (..) VALUES (..), (..) ON CONFLICT ..`
pub(super) struct Insert {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    sqlite: OnceLock<[String; 7]>,
    postgres: OnceLock<[String; 7]>,
}

impl Insert {
    /// `head` ends before `VALUES`, `tail` is what stands after the rows.
    pub(super) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self { head, columns, tail, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    /// Writes every item; `values` appends one item's columns.
    pub(super) async fn write<T>(
        &'static self,
        tx: &mut Tx,
        mut items: &[T],
        values: impl Fn(&T, &mut Vec<Arg>) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        for (size, text) in CHUNKS.into_iter().zip(self.texts(tx)) {
            while items.len() >= size {
                let (chunk, rest) = items.split_at(size);
                let mut args = Vec::with_capacity(size * self.columns);
                for item in chunk {
                    values(item, &mut args)?;
                }
                tx.execute(text.as_str(), args).await?;
                items = rest;
            }
        }
        Ok(())
    }

    /// SQLite looks a numbered placeholder up by walking through all of them, at each bind: with a thousand
    /// of them that costs more than the rows. It gets bare `?`.
    fn texts(&'static self, tx: &Tx) -> &'static [String; 7] {
        match tx {
            Tx::Sqlite(_) => {
                self.sqlite.get_or_init(|| CHUNKS.map(|rows| self.text(rows, |_| "?".to_owned())))
            }
            Tx::Postgres(_) => {
                self.postgres.get_or_init(|| CHUNKS.map(|rows| self.text(rows, |n| format!("${n}"))))
            }
        }
    }

    fn text(&self, rows: usize, placeholder: impl Fn(usize) -> String) -> String {
        let row = |row: usize| {
            let places: Vec<String> =
                (1..=self.columns).map(|c| placeholder(row * self.columns + c)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("{} VALUES {} {}", self.head, rows.join(", "), self.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_numbers() {
        let insert = Insert::new("INSERT INTO t (a, b)", 2, "ON CONFLICT DO NOTHING");
        assert_eq!(
            insert.text(2, |n| format!("${n}")),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING"
        );
    }
}
