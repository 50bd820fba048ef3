//! The database: orders, calls, routing rules, inbound links, call orders, their attempts and what is told of them, timetables, messages, events and tokens, on SQLite or PostgreSQL, and the journal that writes behind.
//!
//! One SQL text runs on both; only `migrations/` differ. Ids are text, times are microseconds since 1970, JSON
//! is text. Every request has the deadline of `storage.statement_timeout_ms`.

mod absences;
mod batch;
mod calls;
mod codec;
mod contacts;
mod deliveries;
mod error;
mod events;
mod foreign;
mod journal;
mod ledger;
mod links;
mod lists;
mod messages;
mod notes;
mod open;
mod orders;
mod page;
mod pairings;
mod people;
mod plan;
mod pool;
mod programming;
mod queue_history;
mod row;
mod rules;
mod sweep;
mod timetables;
mod tokens;
mod versioned;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{sync::Notify, time::timeout};

pub use absences::{AbsenceQuery, AbsenceScope, AbsencesChanged};
pub use calls::CallQuery;
pub use deliveries::{Delivery, DeliveryState, Receiver, Tried};
pub use error::StorageError;
pub use foreign::{Foreign, ForeignError};
pub use journal::Journal;
pub use ledger::{Acceptance, Accepted, CallChanges, CallOrderQuery, CallTimes, CallsChanged, Unwanted};
pub use links::LinkQuery;
pub use lists::ListQuery;
pub use messages::{MessageQuery, MessageTried};
pub use notes::{NoteQuery, Telling};
pub use orders::{OrderBefore, OrderPut, OrderQuery};
pub use page::{LARGEST_PAGE, Page, PageRequest};
pub use people::{PeopleChange, Persons};
pub use queue_history::QueueCallQuery;
pub use rules::{RoutingBook, RuleQuery};
pub use sweep::Swept;
pub use timetables::{Stepped, TableChange, TableSummary};
pub use tokens::Token;
pub use versioned::Put;

use self::{
    pool::{Pool, args},
    row::Row,
};
use crate::{config::StorageConfig, model::Notice};

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
    /// How long one request may take, waiting for a connection included.
    deadline: Duration,
    /// Something was enqueued for webhooks.
    outbox: Arc<Notify>,
    /// Each ended attempt is enqueued, not only the end of the order.
    tells_attempts: bool,
}

impl Store {
    /// Opens the database that `config` names, made if it is a SQLite file that is not there (0600, in a
    /// directory of 0750), and brings its tables up to date.
    ///
    /// # Errors
    /// `TooNew` if a later version of this program wrote it; `Unavailable` if it cannot be reached or made.
    pub async fn open(config: &StorageConfig) -> Result<Self, StorageError> {
        let deadline = Duration::from_millis(config.statement_timeout_ms.max(1));
        // Connecting and each migration may take a deadline each.
        let pool = timeout(deadline * 4, open::open(config)).await.map_err(|_| StorageError::Deadline)??;
        Ok(Self { pool, deadline, outbox: Arc::default(), tells_attempts: false })
    }

    /// The same store, which enqueues ended attempts for webhooks too (`webhooks.attempts`).
    #[must_use]
    pub fn telling_attempts(self, tells_attempts: bool) -> Self {
        Self { tells_attempts, ..self }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StorageError> {
        self.within(async {
            self.pool.fetch::<(i64,)>("SELECT CAST(1 AS BIGINT)", args![]).await.map(|_| ())
        })
        .await
    }

    /// Writes rows, each key once, and events in one transaction.
    async fn save(&self, rows: &[Row], events: &[Arc<Notice>]) -> Result<(), StorageError> {
        let mut statements = Vec::new();
        row::statements(&self.pool, rows, &mut statements)?;
        let is_told = deliveries::statements(&self.pool, rows, self.tells_attempts, &mut statements)?;
        events::statements(&self.pool, events, &mut statements)?;
        self.within(self.pool.execute_all(statements)).await?;
        if is_told {
            self.wake_outbox();
        }
        Ok(())
    }

    async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, StorageError>>,
    ) -> Result<T, StorageError> {
        timeout(self.deadline, work).await.map_err(|_| StorageError::Deadline)?
    }
}
