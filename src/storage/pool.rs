//! One face for both databases: a statement with `$1` placeholders runs on SQLite and on PostgreSQL.

use std::sync::Arc;

use sqlx::{
    Connection, FromRow, PgPool, SqlSafeStr, SqlStr, SqliteConnection, SqlitePool, Transaction,
    postgres::PgRow,
    query, query_as,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::StorageError;

/// The database. SQLite takes one writer at a time: one connection writes, the others read.
#[derive(Clone, Debug)]
pub(super) enum Pool {
    Sqlite { write: Writer, read: SqlitePool },
    Postgres(PgPool),
}

/// SQLite's writing connection. Whoever writes takes it out and puts it back when all went well; after a
/// fault, or when the one who waited gave up, it is closed, and with it whatever it had begun. (A driver's
/// pool would ask each returned connection whether it is well, which costs more than most of our writes; and
/// it keeps one whose transaction SQLite ended by itself, on a full disk, and can begin no other.)
#[derive(Clone, Debug)]
pub(super) struct Writer {
    options: Arc<SqliteConnectOptions>,
    home: Arc<Mutex<Option<SqliteConnection>>>,
}

/// A transaction that writes; dropped without [`Tx::commit`], it never was.
pub(super) enum Tx {
    Sqlite { connection: SqliteConnection, home: OwnedMutexGuard<Option<SqliteConnection>> },
    Postgres(Transaction<'static, sqlx::Postgres>),
}

/// One statement with its values.
pub(super) type Statement = (SqlStr, Vec<Arg>);

/// A value for a placeholder.
#[derive(Clone, Debug)]
pub(super) enum Arg {
    Text(Option<String>),
    Int(Option<i64>),
    Blob(Vec<u8>),
}

/// A row that both databases can give.
pub(super) trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}
impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

macro_rules! bind {
    ($query:expr, $args:expr) => {
        $args.into_iter().fold($query, |query, arg| match arg {
            Arg::Text(value) => query.bind(value),
            Arg::Int(value) => query.bind(value),
            Arg::Blob(value) => query.bind(value),
        })
    };
}

impl Writer {
    pub(super) fn new(options: SqliteConnectOptions) -> Self {
        Self { options: Arc::new(options), home: Arc::default() }
    }

    /// The connection, and the place where it belongs.
    async fn take(
        &self,
    ) -> Result<(SqliteConnection, OwnedMutexGuard<Option<SqliteConnection>>), StorageError> {
        let mut home = Arc::clone(&self.home).lock_owned().await;
        let connection = match home.take() {
            Some(connection) => connection,
            None => SqliteConnection::connect_with(&self.options).await?,
        };
        Ok((connection, home))
    }
}

impl Pool {
    pub(super) async fn begin(&self) -> Result<Tx, StorageError> {
        Ok(match self {
            Self::Sqlite { write, .. } => {
                let (mut connection, home) = write.take().await?;
                // A deferred transaction that reads before it writes would fail when another process writes.
                query("BEGIN IMMEDIATE").execute(&mut connection).await?;
                Tx::Sqlite { connection, home }
            }
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Reads outside a transaction.
    pub(super) async fn fetch<T: Record>(
        &self,
        sql: impl SqlSafeStr,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, StorageError> {
        let sql = sql.into_sql_str();
        Ok(match self {
            Self::Sqlite { read, .. } => bind!(query_as(sql), args).fetch_all(read).await?,
            Self::Postgres(pool) => bind!(query_as(sql), args).fetch_all(pool).await?,
        })
    }

    /// Writes one statement, a transaction of its own; gives the number of rows it changed.
    pub(super) async fn execute(&self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<u64, StorageError> {
        let sql = sql.into_sql_str();
        Ok(match self {
            Self::Sqlite { write, .. } => {
                let (mut connection, mut home) = write.take().await?;
                let done = bind!(query(sql), args).execute(&mut connection).await?;
                *home = Some(connection);
                done.rows_affected()
            }
            Self::Postgres(pool) => bind!(query(sql), args).execute(pool).await?.rows_affected(),
        })
    }

    /// Writes all statements or none. One alone needs no `BEGIN` and `COMMIT` around it: that halves what it
    /// costs.
    pub(super) async fn execute_all(&self, mut statements: Vec<Statement>) -> Result<(), StorageError> {
        if statements.len() < 2 {
            if let Some((sql, args)) = statements.pop() {
                self.execute(sql, args).await?;
            }
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for (sql, args) in statements {
            tx.execute(sql, args).await?;
        }
        tx.commit().await
    }

    /// What makes a `SELECT` keep others from changing its rows until the transaction ends. SQLite has one
    /// writer at a time anyway.
    pub(super) fn for_update(&self, sql: &'static str, locking: &'static str) -> SqlStr {
        match self {
            Self::Sqlite { .. } => sql.into_sql_str(),
            Self::Postgres(_) => locking.into_sql_str(),
        }
    }
}

impl Tx {
    pub(super) async fn fetch<T: Record>(
        &mut self,
        sql: impl SqlSafeStr,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, StorageError> {
        let sql = sql.into_sql_str();
        Ok(match self {
            Self::Sqlite { connection, .. } => bind!(query_as(sql), args).fetch_all(connection).await?,
            Self::Postgres(tx) => bind!(query_as(sql), args).fetch_all(&mut **tx).await?,
        })
    }

    pub(super) async fn execute(
        &mut self,
        sql: impl SqlSafeStr,
        args: Vec<Arg>,
    ) -> Result<u64, StorageError> {
        let sql = sql.into_sql_str();
        Ok(match self {
            Self::Sqlite { connection, .. } => {
                bind!(query(sql), args).execute(connection).await?.rows_affected()
            }
            Self::Postgres(tx) => bind!(query(sql), args).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Keeps others that lock the same name waiting until this transaction ends; for what no row stands for
    /// yet. SQLite has one writer at a time anyway.
    pub(super) async fn lock(&mut self, name: &str) -> Result<(), StorageError> {
        if let Self::Postgres(tx) = self {
            let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            query(sql).bind(name).execute(&mut **tx).await?;
        }
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<(), StorageError> {
        self.end("COMMIT").await
    }

    /// Gives up what was done; the same as dropping it, but keeps SQLite's connection open.
    pub(super) async fn roll_back(self) -> Result<(), StorageError> {
        self.end("ROLLBACK").await
    }

    async fn end(self, how: &'static str) -> Result<(), StorageError> {
        match self {
            Self::Sqlite { mut connection, mut home } => {
                query(how).execute(&mut connection).await?;
                *home = Some(connection);
            }
            Self::Postgres(tx) if how == "COMMIT" => tx.commit().await?,
            Self::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

/// PostgreSQL stores no NUL; a text that holds one (a caller's name, say) must not stop a whole batch.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(Some(storable(text)))
    }
}

impl From<Option<&str>> for Arg {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(|text| storable(text.to_owned())))
    }
}

impl From<Option<String>> for Arg {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(storable))
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Arg {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl From<jiff::Timestamp> for Arg {
    fn from(time: jiff::Timestamp) -> Self {
        Self::Int(Some(time.as_microsecond()))
    }
}

impl From<Option<jiff::Timestamp>> for Arg {
    fn from(time: Option<jiff::Timestamp>) -> Self {
        Self::Int(time.map(jiff::Timestamp::as_microsecond))
    }
}

/// The values of a statement's placeholders, in order.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::storage::pool::Arg::from($value)),*] };
}
pub(super) use args;

/// A row's struct with its fields read by column name, from either database.
macro_rules! rows {
    ($(#[$doc:meta])* $see:vis struct $name:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        $see struct $name { $($field: $kind),* }
        rows!(@read sqlx::sqlite::SqliteRow, $name, $($field),*);
        rows!(@read sqlx::postgres::PgRow, $name, $($field),*);
    };
    (@read $row:ty, $name:ident, $($field:ident),*) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),* })
            }
        }
    };
}
pub(super) use rows;
