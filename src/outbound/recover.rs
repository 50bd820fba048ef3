//! After each connect: what earlier lives left in the ledger is settled before anything is dialled again.

use std::{
    sync::{PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::Outbound;
use crate::{
    ari::{AriError, Channel},
    calls::{call_of, settle_unseen},
    model::{Attempt, AttemptId, AttemptState, CallOrder, CallOrderId, CallRecord, ChannelId, Reach},
    storage::{StorageError, Unwanted},
    tasks::clock,
};

/// What was sent in the last moment of an earlier life or connection may still be on its way through Asterisk: only so
/// long after connecting an absent channel, or an absent mark, proves anything.
const LANDS: Duration = Duration::from_secs(2);

/// What came of settling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Orders that were settled.
    pub settled: usize,
    /// Some wait: ask again after this, with a new snapshot.
    pub again: Option<Duration>,
}

/// Why the ledger is not settled: nothing more may be dialled before it is.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StorageError),
    /// Asterisk does not answer.
    #[error(transparent)]
    Asterisk(#[from] AriError),
}

impl Outbound {
    /// The connection to Asterisk is made.
    pub fn connected(&self) {
        *self.inner.connected.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// How long an absent channel proves nothing yet.
    #[must_use]
    pub fn still_lands(&self) -> Option<Duration> {
        let connected = *self.inner.connected.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(connected) = connected else { return Some(LANDS) };
        LANDS.checked_sub(connected.elapsed()).filter(|left| !left.is_zero())
    }

    /// Takes up the call of an earlier life, whose channel is in Stasis: it rings, or somebody talks. `amd`: what the
    /// dialplan has found out just now.
    ///
    /// # Errors
    /// The store does not answer; asked again, it does it then.
    pub async fn take_up(&self, record: &CallRecord, amd: Option<String>) -> Result<(), StorageError> {
        let Some(id) = AttemptId::of_channel(&record.channel) else { return Ok(()) };
        let store = &self.inner.store;
        let found = (store.attempt(id).await?, store.call_order(id.order).await?);
        let (Some(mut attempt), Some(order)) = found else {
            tracing::error!(%id, "a call of ours is in no ledger: hanging up");
            self.drop_stray(record.channel.clone());
            return Ok(());
        };
        if attempt.state == AttemptState::Ended {
            tracing::error!(%id, "a call whose attempt is over: hanging up");
            self.drop_stray(record.channel.clone());
            settle_unseen(&self.inner.services, record);
            return Ok(());
        }
        let unwanted = store.unwanted(order.id).await?;
        if !self.inner.hands.take(order.id) {
            return Ok(());
        }
        self.heed(order.id, unwanted);
        // None: the gateway is no more in the configuration; its call goes on all the same.
        let gateway = self.inner.gateways.get(&order.gateway);
        let slot = gateway
            .and_then(|gateway| gateway.resume(order.lane, &order.number, &attempt.endpoint, clock::now()));
        attempt.amd = amd.or(attempt.amd);
        tracing::info!(%id, "an attempt is taken up");
        let engine = self.clone();
        let record = record.clone();
        self.inner.tracker.spawn(async move { engine.resume(order, attempt, record, slot).await });
        Ok(())
    }

    /// A channel that nobody here knows came back from the dialplan: an earlier life sent it there.
    pub fn came_back(&self, channel: ChannelId, amd: Option<String>) {
        let engine = self.clone();
        self.inner.tracker.spawn(async move {
            match engine.inner.store.call(call_of(&channel)).await {
                Ok(Some(record)) if amd.is_some() => {
                    if let Err(error) = engine.take_up(&record, amd).await {
                        tracing::error!(%channel, %error, "a call that came back cannot be taken up");
                        engine.drop_stray(channel);
                    }
                }
                _ => engine.drop_stray(channel),
            }
        });
    }

    /// Hangs up a channel of an attempt that nobody knows or wants any more.
    pub fn drop_stray(&self, channel: ChannelId) {
        let ari = self.inner.services.ari.clone();
        self.inner.tracker.spawn(async move {
            if let Err(error) = ari.hang_up(&channel, None).await {
                tracing::warn!(%channel, %error, "a channel of a lost attempt could not be hung up");
            }
        });
    }

    /// Settles the orders that were being dialled when an earlier life ended and that nobody has in hand now. Call
    /// it after every live call was taken up, and after the journal has written what it had. `alive` are Asterisk's
    /// channels, from a look that was taken when [`Outbound::still_lands`] gave `lands`.
    ///
    /// # Errors
    /// Store or Asterisk do not answer: nothing more may be dialled before this was done.
    pub async fn recover(
        &self,
        alive: &[Channel],
        lands: Option<Duration>,
    ) -> Result<Recovered, RecoverError> {
        let store = &self.inner.store;
        if !self.inner.is_counted.load(Ordering::Acquire) {
            let now = clock::now();
            for gateway in self.inner.gateways.all() {
                let today = store.dialled_since(gateway.name(), gateway.day_began(now)).await?;
                gateway.counted(today, now);
            }
            self.inner.is_counted.store(true, Ordering::Release);
        }
        let mut recovered = Recovered::default();
        for order in store.active_orders().await? {
            if self.inner.hands.get(order.id).is_some() {
                continue;
            }
            let attempts = store.attempts_of(order.id).await?;
            let is_up = |attempt: &Attempt| alive.iter().any(|channel| channel.id == attempt.id.channel());
            if attempts.iter().any(|attempt| attempt.state != AttemptState::Ended && is_up(attempt)) {
                // In the dialplan, which listens who answered; it comes back to us, or ends.
                continue;
            }
            if lands.is_some() && attempts.iter().any(|attempt| attempt.state != AttemptState::Ended) {
                recovered.again = lands;
                continue;
            }
            let unwanted = store.unwanted(order.id).await?;
            if !self.inner.hands.take(order.id) {
                continue;
            }
            recovered.settled += 1;
            self.heed(order.id, unwanted);
            let id = order.id;
            if let Err(error) = self.settle(order, attempts, unwanted.is_some()).await {
                self.inner.hands.release(id);
                return Err(error);
            }
        }
        Ok(recovered)
    }

    /// Does as was wished while an earlier life had the order in its hands.
    fn heed(&self, order: CallOrderId, unwanted: Option<Unwanted>) {
        match unwanted {
            Some(Unwanted::Now) => _ = self.inner.hands.cancel(order),
            Some(Unwanted::After) => self.inner.hands.last(order),
            None => {}
        }
    }

    async fn settle(
        &self,
        mut order: CallOrder,
        mut attempts: Vec<Attempt>,
        is_unwanted: bool,
    ) -> Result<(), RecoverError> {
        attempts.sort_by_key(|attempt| attempt.id);
        let Some(mut last) = attempts.pop() else {
            // Claimed, and never dialled.
            if is_unwanted {
                self.cancelled(order);
                return Ok(());
            }
            order.attempts = 0;
            let at = order.next_at;
            self.put_off(order, at);
            return Ok(());
        };
        if last.state == AttemptState::Ended && last.id.number < order.attempts {
            // Claimed once more, and not dialled: its row would be there.
            order.attempts = last.id.number;
        }
        if last.state != AttemptState::Ended {
            self.unseen(&mut last).await?;
        }
        self.advance(order, last).await;
        Ok(())
    }

    /// The end of this attempt was seen by nobody. Asterisk's mark and what is stored of its call tell as much as can be
    /// told.
    async fn unseen(&self, attempt: &mut Attempt) -> Result<(), RecoverError> {
        let services = &self.inner.services;
        let (channel, at) = (attempt.id.channel(), attempt.dialled_at);
        if attempt.sent.is_none() {
            attempt.sent = services.marks.was_dialled(&services.ari, &channel, at).await?;
        }
        attempt.state = AttemptState::Ended;
        attempt.ended_at = Some(clock::now());
        if attempt.sent == Some(false) {
            attempt.reach = Some(Reach::Failed);
            attempt.detail = Some("the daemon ended before Asterisk was told to dial".to_owned());
            return Ok(());
        }
        let record = match attempt.call {
            Some(id) => self.inner.store.call(id).await?,
            None => None,
        };
        let is_true = |name: &str| {
            record.as_ref().is_some_and(|record| {
                record.position.vars.get(name).and_then(serde_json::Value::as_bool) == Some(true)
            })
        };
        attempt.heard = is_true("heard") || is_true("acknowledged");
        attempt.reach = Some(if attempt.heard { Reach::Heard } else { Reach::Unknown });
        attempt.detail = Some("ended while no daemon was watching".to_owned());
        Ok(())
    }

    /// Whether an attempt of this life was dialled, of which Asterisk has not told anything. One that arrived late, when
    /// its call was over here already, is hung up.
    pub(super) async fn was_sent(&self, attempt: &Attempt) -> Option<bool> {
        let services = &self.inner.services;
        let channel = attempt.id.channel();
        if attempt.sent.is_none() {
            sleep(LANDS).await;
        }
        if let Ok(Some(_)) = services.ari.channel(&channel).await {
            self.drop_stray(channel);
            return Some(true);
        }
        services.marks.was_dialled(&services.ari, &channel, attempt.dialled_at).await.ok().flatten()
    }
}
