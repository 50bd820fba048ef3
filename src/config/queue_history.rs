//! `[queue_history]`: how the calls of queues are counted.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Config, verify::Found};

/// `[queue_history]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct QueueHistoryConfig {
    /// A call that is answered within so many seconds is answered in time.
    pub service_level_secs: u32,
    /// Numbers that call only to try the queue.
    pub test_numbers: BTreeSet<String>,
}

/// Seconds that are meant in earnest.
pub(super) fn verify(config: &Config, found: &mut Found) {
    found.within("queue_history.service_level_secs", config.queue_history.service_level_secs, 1..=3600);
    found.within("queue_history.test_numbers (numbers)", config.queue_history.test_numbers.len(), 0..=1000);
}
