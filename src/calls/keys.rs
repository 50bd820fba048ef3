//! Keys: type-ahead and collecting.

use serde_json::json;
use tokio::time::Instant;

use super::{
    leg::Leg,
    line::{Gather, Gathered},
};
use crate::model::{NoticeKind, Stop};

/// Keys kept at most; what a caller types beyond it is noise.
const TYPE_AHEAD: usize = 32;

impl Leg {
    /// Keeps a key for whoever asks next.
    pub(super) fn keep_key(&mut self, digit: char) {
        self.tell(NoticeKind::CallKey, json!({ "digit": digit }));
        if self.keys.len() < TYPE_AHEAD {
            self.keys.push_back(digit);
        }
    }

    /// Takes in keys that arrived while nobody was waiting.
    pub(super) fn read_ahead(&mut self) -> Result<(), Stop> {
        while let Some(event) = self.events.ready() {
            self.take(event)?;
        }
        Ok(())
    }

    pub(super) async fn collect(&mut self, gather: &Gather) -> Result<Gathered, Stop> {
        let mut keys = String::new();
        let mut until = Instant::now() + gather.first;
        loop {
            while let Some(key) = self.keys.pop_front() {
                if Some(key) == gather.terminator {
                    return Ok(Gathered { keys, terminated: true });
                }
                keys.push(key);
                if keys.len() >= gather.max {
                    return Ok(Gathered { keys, terminated: false });
                }
                until = Instant::now() + gather.between;
            }
            if until > Instant::now() {
                self.silence().await?;
            }
            if self.next(until).await?.is_none() {
                return Ok(Gathered { keys, terminated: false });
            }
        }
    }
}
