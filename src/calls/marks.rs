//! Marks in Asterisk of the channels that it was told to dial: a later life of this program, or this one after it lost its
//! connection, learns from them whether a command that nobody heard the answer of had arrived.
//!
//! A mark is a global of the dialplan that the originate itself sets, before it dials. It outlives its channel and this
//! program, but not Asterisk; so that its absence is not mistaken, one more global tells since when Asterisk keeps marks.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::{
    ari::{AriError, Client},
    model::ChannelId,
    tasks::clock,
};

/// Since when the Asterisk that is connected keeps marks. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    since: Arc<Mutex<Option<Timestamp>>>,
}

impl Marks {
    /// On each connect: asks since when marks are kept, or begins to keep them.
    ///
    /// # Errors
    /// Asterisk does not answer.
    pub async fn begin(&self, ari: &Client, app: &str) -> Result<(), AriError> {
        self.lost();
        let name = format!("STASISD_MARKS_{app}");
        let mut since = read(&ari.get_global(&name).await?);
        if since.is_none() {
            let now = clock::now().as_millisecond().to_string();
            // By the function, as an originate does it: where it is not loaded, nothing is kept.
            ari.set_global(&format!("GLOBAL({name})"), Some(&now)).await?;
            since = read(&ari.get_global(&name).await?);
            if since.is_none() {
                tracing::warn!(
                    "Asterisk keeps no global variables for us (is func_global.so loaded?): after a crash it is not \
                     known of some calls whether they were dialled"
                );
            }
        }
        self.set(since);
        Ok(())
    }

    /// Whether this channel was dialled, if it was to be at `at` or later. `None`: that Asterisk is no more, or keeps no
    /// marks.
    ///
    /// # Errors
    /// Asterisk does not answer.
    pub async fn was_dialled(
        &self,
        ari: &Client,
        channel: &ChannelId,
        at: Timestamp,
    ) -> Result<Option<bool>, AriError> {
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none_or(|since| at < since) {
            return Ok(None);
        }
        Ok(Some(!ari.get_global(&name(channel)).await?.is_empty()))
    }

    /// The connection is lost: it may be another Asterisk that is found next.
    pub fn lost(&self) {
        self.set(None);
    }

    /// Takes a mark away, once what became of its channel is on disk. Whether it is gone.
    pub async fn forget(&self, ari: &Client, channel: &ChannelId) -> bool {
        ari.set_global(&name(channel), None).await.is_ok()
    }

    fn set(&self, since: Option<Timestamp>) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

/// The variable of an originate that sets the channel's mark.
pub(super) fn variable(channel: &ChannelId) -> (String, String) {
    (format!("GLOBAL({})", name(channel)), "1".to_owned())
}

fn name(channel: &ChannelId) -> String {
    format!("STASISD_DIALLED_{channel}")
}

fn read(value: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(value.parse().ok()?).ok()
}
