//! What can go wrong with the database, in the words of whoever waits for it.

use sqlx::{error::DatabaseError, migrate::MigrateError};

/// Why something was not stored or not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The database is not there, or is busy with somebody else.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// No room is left where the database lives.
    #[error("the database's disk is full; free some room and it goes on by itself")]
    Full,
    /// It took longer than `storage.statement_timeout_ms`.
    #[error("the database did not answer in time (storage.statement_timeout_ms)")]
    Deadline,
    /// A page cursor that this program did not make.
    #[error("the cursor is not one of ours; start again without a cursor")]
    BadCursor,
    /// The database was written by a later version of this program.
    #[error(
        "the database was written by a later version of this program; install that version, or restore a backup"
    )]
    TooNew,
    /// What is stored cannot be read, or what should be stored cannot be written: a defect or damage.
    #[error("the database and this program do not agree: {0}")]
    Corrupt(String),
}

impl StorageError {
    /// Whether the same request can succeed later without anybody changing it.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full | Self::Deadline)
    }

    /// A short word for metrics.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "unavailable",
            Self::Full => "full",
            Self::Deadline => "deadline",
            Self::BadCursor => "cursor",
            Self::TooNew => "too_new",
            Self::Corrupt(_) => "corrupt",
        }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => of_database(&*error),
            sqlx::Error::PoolTimedOut => Self::Unavailable("no connection became free in time".to_owned()),
            sqlx::Error::Migrate(error) => (*error).into(),
            sqlx::Error::Encode(_)
            | sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::RowNotFound => Self::Corrupt(error.to_string()),
            // Whatever is wrong with the connection may be right with the next one.
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<MigrateError> for StorageError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMissing(_) => Self::TooNew,
            other => Self::Corrupt(other.to_string()),
        }
    }
}

/// SQLite's extended result codes (sqlite.org/rescode.html) and PostgreSQL's SQLSTATEs (appendix A).
fn of_database(error: &dyn DatabaseError) -> StorageError {
    let code = error.code().unwrap_or_default();
    let message = error.message().to_owned();
    if let (Ok(code), true) = (code.parse::<u32>(), code.len() < 5) {
        return of_sqlite(code, message);
    }
    match &*code {
        "53100" => StorageError::Full,
        // query_canceled and lock_not_available: its own timeouts.
        "57014" | "55P03" => StorageError::Deadline,
        // Deadlock and serialisation: the other one won; connections, resources, shutdown, authorisation, I/O.
        c if ["08", "28", "3D", "40", "53", "57", "58"].iter().any(|class| c.starts_with(class)) => {
            StorageError::Unavailable(message)
        }
        // read_only_sql_transaction: a standby, until somebody promotes it.
        "25006" => StorageError::Unavailable(message),
        _ => StorageError::Corrupt(message),
    }
}

fn of_sqlite(code: u32, message: String) -> StorageError {
    match (code & 0xff, code) {
        // SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: no room for the index of the write-ahead log.
        (13, _) | (_, 4874) => StorageError::Full,
        // PERM, BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CANTOPEN, PROTOCOL.
        (3 | 5 | 6 | 7 | 8 | 9 | 10 | 14 | 15, _) => StorageError::Unavailable(message),
        _ => StorageError::Corrupt(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_codes() {
        assert_eq!(of_sqlite(13, String::new()), StorageError::Full);
        assert_eq!(of_sqlite(4874, String::new()), StorageError::Full);
        assert!(matches!(of_sqlite(5, String::new()), StorageError::Unavailable(_)));
        // SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_WRITE.
        assert!(of_sqlite(517, String::new()).is_temporary());
        assert!(of_sqlite(778, String::new()).is_temporary());
        // SQLITE_CONSTRAINT_NOTNULL, SQLITE_NOTADB.
        assert!(!of_sqlite(1299, String::new()).is_temporary());
        assert!(!of_sqlite(26, String::new()).is_temporary());
    }
}
