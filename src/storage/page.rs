//! Pages of a long list: a limit, and a cursor that holds the place of the last row given.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::AssertSqlSafe;

use super::{StorageError, pool::Arg};

/// Rows in one page at most.
pub const LARGEST_PAGE: u32 = 200;

/// Which page is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// [`Page::next`] of the page before; `None` for the first.
    pub cursor: Option<String>,
    /// Rows, 1 to [`LARGEST_PAGE`]; others are moved into these bounds.
    pub limit: u32,
}

/// A page.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` when this is the last.
    pub next: Option<String>,
}

/// A row's place in a list ordered by a time and an id: rows added meanwhile do not move it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) micros: i64,
    pub(super) id: String,
}

impl Place {
    fn cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}", self.micros, self.id))
    }

    fn parse(cursor: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (micros, id) = text.split_once('.')?;
        (!id.is_empty() && id.len() <= 200 && !id.contains('\0'))
            .then_some(())
            .and(micros.parse().ok())
            .map(|micros| Self { micros, id: id.to_owned() })
    }
}

impl PageRequest {
    pub(super) fn place(&self) -> Result<Option<Place>, StorageError> {
        self.cursor.as_deref().map(|c| Place::parse(c).ok_or(StorageError::BadCursor)).transpose()
    }

    /// Rows to ask for: one more than are given, which tells whether there is a next page.
    pub(super) fn rows(&self) -> usize {
        self.limit.clamp(1, LARGEST_PAGE) as usize + 1
    }

    /// Makes the page of at most [`PageRequest::rows`] rows.
    pub(super) fn page<T>(&self, mut items: Vec<T>, place: impl Fn(&T) -> Place) -> Page<T> {
        let more = items.len() >= self.rows();
        items.truncate(self.rows() - 1);
        let next = items.last().filter(|_| more).map(|last| place(last).cursor());
        Page { items, next }
    }
}

/// The conditions of a query, only those that are wanted, so that an index fits them.
pub(super) struct Conditions {
    sql: String,
    args: Vec<Arg>,
}

impl Conditions {
    /// Starts with what always holds.
    pub(super) fn new(always: &'static str) -> Self {
        Self { sql: always.to_owned(), args: Vec::new() }
    }

    /// Adds `condition`, whose `?`s are the values, if there are values.
    pub(super) fn and(&mut self, condition: &'static str, values: Option<Vec<Arg>>) -> &mut Self {
        let Some(values) = values else { return self };
        self.sql.push_str(" AND ");
        let mut number = self.args.len();
        for part in condition.split_inclusive('?') {
            self.sql.push_str(part.trim_end_matches('?'));
            if part.ends_with('?') {
                number += 1;
                self.sql.push('$');
                self.sql.push_str(&number.to_string());
            }
        }
        self.args.extend(values);
        self
    }

    /// The whole statement: `select`, the conditions, `tail`, and so many rows.
    pub(super) fn into_query(
        self,
        select: &'static str,
        tail: &'static str,
        rows: usize,
    ) -> (AssertSqlSafe<String>, Vec<Arg>) {
        // Safe: made of literals and numbers alone; what came from outside is in the values.
        (AssertSqlSafe(format!("{select} WHERE {} {tail} LIMIT {rows}", self.sql)), self.args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::pool::args;

    #[test]
    fn cursors_are_read_back_and_others_refused() {
        let place = Place { micros: -5, id: "a.b:c".to_owned() };
        assert_eq!(Place::parse(&place.cursor()), Some(place));
        for bad in ["", "x", "!!", "MQ", &URL_SAFE_NO_PAD.encode("x.y"), &URL_SAFE_NO_PAD.encode("1.")] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_more_row_tells_of_a_next_page() {
        let request = PageRequest { cursor: None, limit: 2 };
        let place = |n: &i64| Place { micros: *n, id: "x".to_owned() };
        assert_eq!(request.page(vec![1, 2], place).next, None);
        let page = request.page(vec![1, 2, 3], place);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(page.next.and_then(|c| Place::parse(&c)).map(|p| p.micros), Some(2));
        assert_eq!(PageRequest { cursor: None, limit: 9999 }.rows(), 201);
    }

    #[test]
    fn conditions_are_numbered() {
        let mut conditions = Conditions::new("x = 1");
        conditions
            .and("a = ?", None)
            .and("b = ?", Some(args![1]))
            .and("(c, d) < (?, ?)", Some(args![2, "i"]));
        let (sql, args) = conditions.into_query("SELECT", "ORDER BY c", 3);
        assert_eq!(sql.0, "SELECT WHERE x = 1 AND b = $1 AND (c, d) < ($2, $3) ORDER BY c LIMIT 3");
        assert_eq!(args.len(), 3);
    }
}
