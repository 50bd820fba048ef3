//! Retention: what is too old goes, in small batches, so that nobody waits for long.

use jiff::{SignedDuration, Timestamp};

use super::{StorageError, Store, pool::args};
use crate::config::RetentionConfig;

/// Rows deleted in one transaction.
const BATCH: u64 = 500;

/// How many rows went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Ended calls.
    pub calls: u64,
    /// Events.
    pub events: u64,
    /// Orders that were deleted or expired.
    pub orders: u64,
    /// Ended call orders; their attempts went with them.
    pub call_orders: u64,
    /// Routing rules, list entries and inbound links that were deleted or expired.
    pub routing: u64,
    /// Call notes.
    pub notes: u64,
    /// Webhooks that were no call order's, and are over.
    pub deliveries: u64,
    /// Of queues: calls, what became of members, overrides.
    pub queues: u64,
    /// Messages that were sent, given up or withdrawn.
    pub messages: u64,
}

const CALLS: &str = "DELETE FROM calls WHERE id IN
    (SELECT id FROM calls WHERE started_at < $1 AND state = 'ended' ORDER BY started_at LIMIT $2)";
// Ids grow with time: looking at the oldest ones is enough, and needs no index of times.
const EVENTS: &str = "DELETE FROM events WHERE at < $1 AND id IN
    (SELECT id FROM events ORDER BY id LIMIT $2)";
const DELETED: &str = "DELETE FROM orders WHERE id IN
    (SELECT id FROM orders WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2)";
const EXPIRED: &str = "DELETE FROM orders WHERE id IN
    (SELECT id FROM orders WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
// One that is still to be told stays: what is told is read from it.
const CALL_ORDERS: &str = "DELETE FROM call_orders WHERE id IN
    (SELECT id FROM call_orders WHERE state = 'ended' AND ended_at < $1 AND NOT EXISTS
    (SELECT 1 FROM deliveries WHERE order_id = call_orders.id AND state = 'waiting')
    ORDER BY ended_at LIMIT $2)";

/// Nobody who keeps them in memory needs to hear of it: what goes holds no more.
const ROUTING: [&str; 5] = [
    "DELETE FROM routing_rules WHERE id IN
    (SELECT id FROM routing_rules WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2)",
    "DELETE FROM routing_rules WHERE id IN
    (SELECT id FROM routing_rules WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
    "DELETE FROM routing_lists WHERE deleted_at < $1 AND (list, number) IN
    (SELECT list, number FROM routing_lists WHERE deleted_at < $1 LIMIT $2)",
    "DELETE FROM routing_lists WHERE expires_at < $1 AND (list, number) IN
    (SELECT list, number FROM routing_lists WHERE expires_at < $1 LIMIT $2)",
    // A deleted one has its expiry too.
    "DELETE FROM inbound_links WHERE order_id IN
    (SELECT order_id FROM inbound_links WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
];
const NOTES: &str = "DELETE FROM notes WHERE id IN
    (SELECT id FROM notes WHERE at < $1 ORDER BY at LIMIT $2)";
const DELIVERIES: &str = "DELETE FROM deliveries WHERE id IN
    (SELECT id FROM deliveries WHERE order_id IS NULL AND ended_at < $1 ORDER BY ended_at LIMIT $2)";

const QUEUES: [&str; 3] = [
    "DELETE FROM queue_calls WHERE id IN
    (SELECT id FROM queue_calls WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)",
    "DELETE FROM queue_member_events WHERE at < $1 AND id IN
    (SELECT id FROM queue_member_events ORDER BY id LIMIT $2)",
    "DELETE FROM queue_overrides WHERE id IN
    (SELECT id FROM queue_overrides WHERE settled = 1 AND expires_at < $1 ORDER BY expires_at LIMIT $2)",
];
/// A reminder's row is what keeps it from being told again: it stays longer than any reminder is late.
const MESSAGES: &str = "DELETE FROM messages WHERE id IN
    (SELECT id FROM messages WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)";

impl Store {
    /// Deletes what is older than the configuration keeps; a kind that is kept for 0 days is kept for ever.
    pub async fn sweep(&self, config: &RetentionConfig, now: Timestamp) -> Result<Swept, StorageError> {
        self.sweep_pairings(now).await?;
        let orders = self.sweep_with(DELETED, config.orders_days, now).await?
            + self.sweep_with(EXPIRED, config.orders_days, now).await?;
        let mut routing = 0;
        for sql in ROUTING {
            routing += self.sweep_with(sql, config.routing_days, now).await?;
        }
        let mut queues = 0;
        for sql in QUEUES {
            queues += self.sweep_with(sql, config.queues_days, now).await?;
        }
        Ok(Swept {
            queues,
            routing,
            calls: self.sweep_with(CALLS, config.calls_days, now).await?,
            events: self.sweep_with(EVENTS, config.events_days, now).await?,
            orders,
            call_orders: self.sweep_with(CALL_ORDERS, config.call_orders_days, now).await?,
            notes: self.sweep_with(NOTES, config.notes_days, now).await?,
            deliveries: self.sweep_with(DELIVERIES, config.call_orders_days, now).await?,
            messages: self.sweep_with(MESSAGES, config.events_days, now).await?,
        })
    }

    async fn sweep_with(&self, sql: &'static str, days: u32, now: Timestamp) -> Result<u64, StorageError> {
        let Some(before) = before(now, days) else { return Ok(0) };
        let mut total = 0;
        loop {
            let batch = i64::try_from(BATCH).unwrap_or(i64::MAX);
            let gone = self.within(self.pool.execute(sql, args![before, batch])).await?;
            total += gone;
            if gone < BATCH {
                return Ok(total);
            }
            // Lets waiting writers in.
            tokio::task::yield_now().await;
        }
    }
}

/// The time before which things go; `None` when they stay.
fn before(now: Timestamp, days: u32) -> Option<Timestamp> {
    let age = SignedDuration::from_hours(24 * i64::from(days));
    (days > 0).then(|| now.checked_sub(age).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_for_days() {
        let now = Timestamp::from_second(86_400 * 10).unwrap();
        assert_eq!(before(now, 3), Some(Timestamp::from_second(86_400 * 7).unwrap()));
        assert_eq!(before(now, 0), None);
        assert_eq!(before(now, u32::MAX), None);
    }
}
