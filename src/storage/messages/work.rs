//! Messages in hand: which channel has some that are due, claimed for one try, and what came of it.

use jiff::Timestamp;

use super::MessageRow;
use crate::{
    model::{Message, MessageState},
    storage::{
        StorageError, Store, codec,
        pool::{args, rows},
    },
};

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageTried {
    /// The channel has it.
    Sent {
        /// When.
        at: Timestamp,
        /// What the channel said, if there is something to know.
        detail: Option<String>,
    },
    /// It is tried again.
    Again {
        /// When.
        at: Timestamp,
        /// What was wrong.
        why: String,
    },
    /// It was not tried at all: it is not its time.
    PutOff {
        /// When it is.
        at: Timestamp,
        /// Why.
        why: String,
    },
    /// It is not tried again.
    Failed {
        /// When that was decided.
        at: Timestamp,
        /// What was wrong.
        why: String,
    },
}

rows! {
    /// One channel.
    struct DueRow {
        channel: String,
        next_at: i64,
    }
}

const DUE: &str = "SELECT channel, MIN(next_at) AS next_at FROM messages WHERE state = 'waiting'
    GROUP BY channel ORDER BY channel";

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (SELECT id FROM messages WHERE state = 'waiting' AND channel = $1
             AND next_at <= $2 ORDER BY next_at, id LIMIT $3 ",
            $lock,
            ") UPDATE messages SET next_at = $4, tries = tries + 1, trying_since = $2,
             detail = CASE WHEN trying_since IS NULL THEN detail ELSE $5 END
             WHERE id IN (SELECT id FROM due) RETURNING *"
        )
    };
}

const CLAIM: &str = claim!("");
const CLAIM_LOCKING: &str = claim!("FOR UPDATE SKIP LOCKED");
/// One that took so long that another try began leaves that one alone, except to say that it is sent.
const SETTLE: &str = "UPDATE messages SET state = $2, next_at = $3, detail = $4, ended_at = $5,
    tries = tries - $7, trying_since = NULL
    WHERE id = $1 AND state = 'waiting' AND (tries = $6 OR $2 = 'sent')";
/// Not one that is being sent at this moment.
const STALE: &str = "UPDATE messages SET state = 'failed', ended_at = $1, trying_since = NULL,
    detail = CASE WHEN trying_since IS NULL THEN COALESCE(detail, 'its time was over before it could be sent')
    ELSE 'the daemon ended while it was being sent, and its time is over: whether it arrived is not known' END
    WHERE state = 'waiting' AND valid_until < $1 AND (trying_since IS NULL OR next_at <= $1) RETURNING *";

impl Store {
    /// Every channel for which something waits, with the time when the first of it is due.
    pub async fn message_channels(&self) -> Result<Vec<(String, Timestamp)>, StorageError> {
        self.within(async {
            let rows: Vec<DueRow> = self.pool.fetch(DUE, args![]).await?;
            rows.into_iter().map(|row| Ok((row.channel, codec::time(row.next_at)?))).collect()
        })
        .await
    }

    /// Takes up to `limit` messages of a channel that are due at `now`, the longest due first, for one try each,
    /// which is on disk then. Nobody else gets them before `again_at`: then whoever took them has died, and the detail
    /// says so ([`Message::CUT_OFF`]).
    pub async fn claim_messages(
        &self,
        channel: &str,
        now: Timestamp,
        limit: u32,
        again_at: Timestamp,
    ) -> Result<Vec<Message>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            let values = args![channel, now, i64::from(limit), again_at, Message::CUT_OFF];
            let rows: Vec<MessageRow> = tx.fetch(self.pool.for_update(CLAIM, CLAIM_LOCKING), values).await?;
            let mut claimed = rows.into_iter().map(MessageRow::message).collect::<Result<Vec<_>, _>>()?;
            // RETURNING keeps no order.
            claimed.sort_by_key(|message| (message.created_at, message.id));
            tx.commit().await?;
            Ok(claimed)
        })
        .await
    }

    /// Writes what came of a try of a claimed message.
    pub async fn settle_message(&self, message: &Message, tried: &MessageTried) -> Result<(), StorageError> {
        let (state, next_at, detail, ended_at, undone): (_, _, _, _, i64) = match tried {
            MessageTried::Sent { at, detail } => (MessageState::Sent, *at, detail.as_deref(), Some(*at), 0),
            MessageTried::Again { at, why } => (MessageState::Waiting, *at, Some(why.as_str()), None, 0),
            MessageTried::PutOff { at, why } => (MessageState::Waiting, *at, Some(why.as_str()), None, 1),
            MessageTried::Failed { at, why } => (MessageState::Failed, *at, Some(why.as_str()), Some(*at), 0),
        };
        let (id, tries) = (message.id.to_string(), i64::from(message.tries));
        let values = args![id, codec::word(state)?, next_at, detail, ended_at, tries, undone];
        self.within(self.pool.execute(SETTLE, values)).await.map(|_| ())
    }

    /// Gives up what waits and whose time is over; gives it as it is then.
    pub async fn fail_stale_messages(&self, now: Timestamp) -> Result<Vec<Message>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            let rows: Vec<MessageRow> = tx.fetch(STALE, args![now]).await?;
            let stale = rows.into_iter().map(MessageRow::message).collect::<Result<Vec<_>, _>>()?;
            tx.commit().await?;
            Ok(stale)
        })
        .await
    }
}
