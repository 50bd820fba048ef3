//! Opening a database: where it is, how its connections behave, and that its tables are ours.

use std::{
    borrow::Cow,
    fs,
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use percent_encoding::percent_decode_str;
use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, SqlSafeStr, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
    pool::PoolOptions,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{
    StorageError,
    pool::{Pool, Writer},
};
use crate::config::StorageConfig;

/// Readers of SQLite at most: each is a thread with a page cache.
const READERS: u32 = 4;
/// Two processes that open a new SQLite file at once: one of them tries again.
const MIGRATION_TRIES: u32 = 5;

const SQLITE: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../../migrations/sqlite/0001_first.sql")),
    (2, "outbound", include_str!("../../migrations/sqlite/0002_outbound.sql")),
    (3, "deliveries", include_str!("../../migrations/sqlite/0003_deliveries.sql")),
    (4, "routing", include_str!("../../migrations/sqlite/0004_routing.sql")),
    (5, "contacts", include_str!("../../migrations/sqlite/0005_contacts.sql")),
    (6, "notes", include_str!("../../migrations/sqlite/0006_notes.sql")),
    (7, "pairings", include_str!("../../migrations/sqlite/0007_pairings.sql")),
    (8, "unwanted", include_str!("../../migrations/sqlite/0008_unwanted.sql")),
    (9, "people", include_str!("../../migrations/sqlite/0009_people.sql")),
    (10, "timetables", include_str!("../../migrations/sqlite/0010_timetables.sql")),
    (11, "programming", include_str!("../../migrations/sqlite/0011_programming.sql")),
    (12, "queue_history", include_str!("../../migrations/sqlite/0012_queue_history.sql")),
    (13, "messages", include_str!("../../migrations/sqlite/0013_messages.sql")),
];
const POSTGRES: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../../migrations/postgres/0001_first.sql")),
    (2, "outbound", include_str!("../../migrations/postgres/0002_outbound.sql")),
    (3, "deliveries", include_str!("../../migrations/postgres/0003_deliveries.sql")),
    (4, "routing", include_str!("../../migrations/postgres/0004_routing.sql")),
    (5, "contacts", include_str!("../../migrations/postgres/0005_contacts.sql")),
    (6, "notes", include_str!("../../migrations/postgres/0006_notes.sql")),
    (7, "pairings", include_str!("../../migrations/postgres/0007_pairings.sql")),
    (8, "unwanted", include_str!("../../migrations/postgres/0008_unwanted.sql")),
    (9, "people", include_str!("../../migrations/postgres/0009_people.sql")),
    (10, "timetables", include_str!("../../migrations/postgres/0010_timetables.sql")),
    (11, "programming", include_str!("../../migrations/postgres/0011_programming.sql")),
    (12, "queue_history", include_str!("../../migrations/postgres/0012_queue_history.sql")),
    (13, "messages", include_str!("../../migrations/postgres/0013_messages.sql")),
];

/// Opens what `config` names and brings its tables up to date.
pub(super) async fn open(config: &StorageConfig) -> Result<Pool, StorageError> {
    let url = config.url.expose();
    let timeout = Duration::from_millis(config.statement_timeout_ms.max(1));
    let connections = config.max_connections.max(1);
    if let Some(place) = url.strip_prefix("sqlite:") {
        sqlite(place.strip_prefix("//").unwrap_or(place), timeout, connections).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        postgres(url, timeout, connections).await
    } else {
        Err(StorageError::Unavailable("storage.url starts with neither sqlite:// nor postgres://".to_owned()))
    }
}

async fn sqlite(place: &str, timeout: Duration, connections: u32) -> Result<Pool, StorageError> {
    let (path, most_pages) = sqlite_place(place)?;
    make_file(&path)
        .map_err(|e| StorageError::Unavailable(format!("cannot make {}: {e}", path.display())))?;
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // Less than the deadline, so that "locked by somebody" is told and not only "too late".
        .busy_timeout(timeout / 2)
        .foreign_keys(true)
        // Pages that are written again and again go into the database file once in 16 MiB of log, not 4.
        .pragma("wal_autocheckpoint", "4000")
        .pragma("temp_store", "memory")
        .disable_statement_logging();
    let writer = match most_pages {
        Some(pages) => options.clone().pragma("max_page_count", pages.to_string()),
        None => options.clone(),
    };
    migrate_sqlite(&writer).await?;
    let reader = options.pragma("query_only", "1");
    let read = pool_options(timeout, connections.min(READERS)).connect_lazy_with(reader);
    Ok(Pool::Sqlite { write: Writer::new(writer), read })
}

async fn postgres(url: &str, timeout: Duration, connections: u32) -> Result<Pool, StorageError> {
    let millis = timeout.as_millis().to_string();
    let options = PgConnectOptions::from_str(url)
        // Not the driver's own message: it may hold the password.
        .map_err(|_| StorageError::Unavailable("storage.url is not a PostgreSQL URL".to_owned()))?
        .application_name("stasisd")
        .options([("statement_timeout", &*millis), ("idle_in_transaction_session_timeout", &*millis)])
        .disable_statement_logging();
    // The pool would try for as long as it may and then only say that it was too long: ask once, for the cause.
    PgConnection::connect_with(&options).await?.close().await?;
    let pool: PgPool =
        pool_options(timeout, connections).test_before_acquire(true).connect_lazy_with(options);
    migrator(POSTGRES).run(&pool).await?;
    Ok(Pool::Postgres(pool))
}

fn pool_options<DB: sqlx::Database>(timeout: Duration, connections: u32) -> PoolOptions<DB> {
    // Less than the deadline, so that "no connection" is told and not only "too late".
    let acquire_timeout = timeout * 3 / 4;
    PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(acquire_timeout)
        .test_before_acquire(false)
}

/// `path?max_page_count=N` → the path, and how large the file may grow (SQLite's own pragma).
fn sqlite_place(place: &str) -> Result<(PathBuf, Option<u32>), StorageError> {
    let refuse = |why: &str| StorageError::Unavailable(format!("storage.url: {why}"));
    let (path, query) = place.split_once('?').unwrap_or((place, ""));
    let path = percent_decode_str(path).decode_utf8().map_err(|_| refuse("the path is not UTF-8"))?;
    if path.is_empty() || path == ":memory:" {
        return Err(refuse("a SQLite database needs a file, such as sqlite:///var/lib/stasisd/stasisd.db"));
    }
    let mut most_pages = None;
    for option in query.split('&').filter(|o| !o.is_empty()) {
        let pages = option.strip_prefix("max_page_count=").and_then(|n| n.parse().ok());
        most_pages = Some(pages.ok_or_else(|| refuse("the only option is max_page_count=NUMBER"))?);
    }
    Ok((PathBuf::from(&*path), most_pages))
}

/// Makes the file readable for its owner alone; SQLite gives its log files the same mode.
fn make_file(path: &Path) -> std::io::Result<()> {
    if let Some(directory) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o750).create(directory)?;
    }
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn migrator(steps: &'static [(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |(version, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, (*sql).into_sql_str(), false)
    };
    Migrator::with_migrations(steps.iter().map(migration).collect())
}

/// SQLite has no lock for migrations: whoever comes second finds the tables there, and looks again.
async fn migrate_sqlite(options: &SqliteConnectOptions) -> Result<(), StorageError> {
    let migrate = async || -> Result<(), StorageError> {
        let mut connection = SqliteConnection::connect_with(options).await?;
        migrator(SQLITE).run_direct(None, &mut connection, false).await?;
        Ok(connection.close().await?)
    };
    let mut tries = 1;
    loop {
        match migrate().await {
            Err(StorageError::Corrupt(_) | StorageError::Unavailable(_)) if tries < MIGRATION_TRIES => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                tries += 1;
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_places() {
        assert_eq!(sqlite_place("/var/a%20b.db").unwrap(), (PathBuf::from("/var/a b.db"), None));
        assert_eq!(sqlite_place("x.db?max_page_count=9").unwrap(), (PathBuf::from("x.db"), Some(9)));
        for bad in ["", ":memory:", "x?mode=memory", "x?max_page_count=-1", "%ff"] {
            assert!(sqlite_place(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn both_databases_have_the_same_migrations() {
        let names = |steps: &[(i64, &'static str, &str)]| -> Vec<(i64, &'static str)> {
            steps.iter().map(|s| (s.0, s.1)).collect()
        };
        assert_eq!(names(SQLITE), names(POSTGRES));
    }
}
