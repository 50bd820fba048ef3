//! Somebody else's database, asked and never written: one query with one placeholder, its rows as JSON.

use std::{str::FromStr, time::Duration};

use futures_util::TryStreamExt;
use serde_json::{Value, json};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, MySqlPool, PgPool, Row, SqlitePool, TypeInfo, ValueRef,
    mysql::{MySqlConnectOptions, MySqlRow},
    pool::PoolOptions,
    postgres::PgConnectOptions,
    query,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use crate::model::Facts;

/// Connections at most: beyond it, who asks waits within its deadline.
const CONNECTIONS: u32 = 4;
/// Bytes of all rows together at most.
const MOST_BYTES: usize = 256 * 1024;

/// Why somebody else's database gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignError {
    /// The address cannot be read. It may hold a password and is not repeated.
    #[error("the url cannot be read as one of {0}")]
    Url(&'static str),
    /// No connection, or one that broke.
    #[error("no connection: {0}")]
    Connection(String),
    /// It does not do what the query says.
    #[error("the query was refused: {0}")]
    Refused(String),
    /// A column of a kind that is not read.
    #[error(
        "the column {0:?} is a {1}, which is not read: let the query make a text of it (CAST({0} AS CHAR))"
    )]
    Column(String, String),
    /// More than is read.
    #[error("it answered with more than 256 KiB")]
    TooLarge,
}

/// A lazily connected, read-only handle. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Foreign(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Sqlite(SqlitePool),
    Postgres(PgPool),
    MySql(MySqlPool),
}

impl Foreign {
    /// `postgres://…`, `mysql://…` or `sqlite:///file`. Connects when it is asked, each request within `deadline`.
    /// Must be called within a runtime.
    ///
    /// # Errors
    /// [`ForeignError::Url`].
    pub fn new(url: &str, deadline: Duration) -> Result<Self, ForeignError> {
        let scheme = url.split(':').next().unwrap_or_default();
        Ok(Self(match scheme {
            "sqlite" => {
                let options =
                    SqliteConnectOptions::from_str(url).map_err(|_| ForeignError::Url("SQLite's"))?;
                let options = options.read_only(true).busy_timeout(deadline / 2).disable_statement_logging();
                Kind::Sqlite(pool(deadline).connect_lazy_with(options))
            }
            "mysql" => {
                let options = MySqlConnectOptions::from_str(url).map_err(|_| ForeignError::Url("MySQL's"))?;
                let pool = pool(deadline).after_connect(|connection, _| {
                    Box::pin(async move {
                        query("SET SESSION TRANSACTION READ ONLY").execute(connection).await.map(|_| ())
                    })
                });
                Kind::MySql(pool.connect_lazy_with(options.disable_statement_logging()))
            }
            "postgres" | "postgresql" => {
                let options =
                    PgConnectOptions::from_str(url).map_err(|_| ForeignError::Url("PostgreSQL's"))?;
                let millis = deadline.as_millis().max(1).to_string();
                let options = options
                    .application_name("stasisd")
                    .options([
                        ("statement_timeout", millis.as_str()),
                        ("default_transaction_read_only", "on"),
                    ])
                    .disable_statement_logging();
                Kind::Postgres(pool(deadline).connect_lazy_with(options))
            }
            _ => return Err(ForeignError::Url("postgres://, mysql:// and sqlite://")),
        }))
    }

    /// The first rows of a query, `most` at most, `value` being its placeholder (`$1`; in `MySQL` `?`): each row an
    /// object of its columns.
    ///
    /// # Errors
    /// In the database's own words where it said some.
    pub async fn rows(&self, sql: &str, value: &str, most: usize) -> Result<Vec<Facts>, ForeignError> {
        // The operator's own text; what is looked up is in the value.
        let plain = sql.trim().trim_end_matches(';');
        match &self.0 {
            Kind::Sqlite(pool) => {
                let rows = query(AssertSqlSafe(plain.to_owned())).bind(value).fetch(pool);
                gather(rows.map_err(|e| explain(&e)).and_then(async |row| of_sqlite(&row)), most).await
            }
            Kind::MySql(pool) => {
                let rows = query(AssertSqlSafe(plain.to_owned())).bind(value).fetch(pool);
                gather(rows.map_err(|e| explain(&e)).and_then(async |row| of_mysql(&row)), most).await
            }
            Kind::Postgres(pool) => {
                // PostgreSQL knows best what its types are in JSON.
                let sql = format!("SELECT row_to_json(r)::text FROM ({plain}) r");
                let rows = query(AssertSqlSafe(sql)).bind(value).fetch(pool);
                let read = async |row: sqlx::postgres::PgRow| {
                    let text: String = row.try_get(0).map_err(|e| explain(&e))?;
                    serde_json::from_str(&text).map_err(|e| ForeignError::Refused(e.to_string()))
                };
                gather(rows.map_err(|e| explain(&e)).and_then(read), most).await
            }
        }
    }
}

fn pool<DB: sqlx::Database>(deadline: Duration) -> PoolOptions<DB> {
    PoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(deadline)
        .idle_timeout(Duration::from_secs(300))
}

async fn gather(
    rows: impl futures_util::Stream<Item = Result<Facts, ForeignError>>,
    most: usize,
) -> Result<Vec<Facts>, ForeignError> {
    let mut rows = std::pin::pin!(rows);
    let (mut gathered, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.try_next().await? {
        bytes += serde_json::to_vec(&row).map_or(0, |text| text.len());
        if bytes > MOST_BYTES {
            return Err(ForeignError::TooLarge);
        }
        gathered.push(row);
        if gathered.len() >= most {
            break;
        }
    }
    Ok(gathered)
}

fn explain(error: &sqlx::Error) -> ForeignError {
    match error {
        sqlx::Error::Database(error) => ForeignError::Refused(error.message().to_owned()),
        sqlx::Error::PoolTimedOut => ForeignError::Connection("none became free in time".to_owned()),
        other => ForeignError::Connection(other.to_string()),
    }
}

/// By what the value is, not by what the column was declared to be: SQLite does not mind.
fn of_sqlite(row: &SqliteRow) -> Result<Facts, ForeignError> {
    let mut facts = Facts::new();
    for column in row.columns() {
        let (place, name) = (column.ordinal(), column.name());
        let raw = row.try_get_raw(place).map_err(|e| explain(&e))?;
        let kind = raw.type_info().name().to_owned();
        let value = if raw.is_null() {
            Value::Null
        } else {
            match kind.as_str() {
                "INTEGER" | "BOOLEAN" => json!(get::<i64, _>(row, place)?),
                "REAL" => json!(get::<f64, _>(row, place)?),
                "BLOB" => return Err(ForeignError::Column(name.to_owned(), kind)),
                _ => json!(get::<String, _>(row, place)?),
            }
        };
        facts.insert(name.to_owned(), value);
    }
    Ok(facts)
}

fn of_mysql(row: &MySqlRow) -> Result<Facts, ForeignError> {
    let mut facts = Facts::new();
    for column in row.columns() {
        let (place, name) = (column.ordinal(), column.name());
        let is_null = row.try_get_raw(place).map_err(|e| explain(&e))?.is_null();
        let value = match column.type_info().name() {
            _ if is_null => Value::Null,
            "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => {
                json!(get::<i64, _>(row, place)?)
            }
            kind if kind.ends_with("UNSIGNED") || kind == "YEAR" => json!(get::<u64, _>(row, place)?),
            "FLOAT" => json!(get::<f32, _>(row, place)?),
            "DOUBLE" => json!(get::<f64, _>(row, place)?),
            // Sent as text by the server.
            "DECIMAL" | "CHAR" | "VARCHAR" | "TINYTEXT" | "TEXT" | "MEDIUMTEXT" | "LONGTEXT" | "ENUM"
            | "SET" | "JSON" => json!(get::<String, _>(row, place)?),
            // MariaDB's JSON, and every text that is compared byte by byte, looks like one of these.
            kind if kind.ends_with("BLOB") || kind.ends_with("BINARY") => {
                let text = String::from_utf8(get::<Vec<u8>, _>(row, place)?);
                json!(text.map_err(|_| ForeignError::Column(name.to_owned(), kind.to_owned()))?)
            }
            kind => return Err(ForeignError::Column(name.to_owned(), kind.to_owned())),
        };
        facts.insert(name.to_owned(), value);
    }
    Ok(facts)
}

fn get<'r, T, R>(row: &'r R, place: usize) -> Result<T, ForeignError>
where
    R: Row,
    T: sqlx::Decode<'r, R::Database>,
    usize: sqlx::ColumnIndex<R>,
{
    row.try_get_unchecked(place).map_err(|e| explain(&e))
}
