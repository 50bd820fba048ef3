//! The loop of deliveries: claims what is due, a few for each host, and tells each in a task of its own.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use metrics::{counter, gauge, histogram};
use serde_json::json;
use tokio::time::{Instant, timeout};

use super::{
    Webhooks, body,
    hosts::Busy,
    plan::{self, Next},
};
use crate::{
    model::NoticeKind,
    storage::{Delivery, StorageError, Tried},
    tasks::{Shutdown, clock},
    web::{Answer, WebError},
};

/// The outbox is looked at so often at least: another daemon may have written it, or died.
const IDLE: Duration = Duration::from_secs(30);
/// After a fault of the store.
const PAUSE: Duration = Duration::from_secs(2);
/// How much longer than its request a delivery stays claimed, to be settled.
const SETTLING: Duration = Duration::from_secs(10);
/// How long requests under way may take to end when the loop does; what is lost then is told again later.
const LAST: Duration = Duration::from_secs(3);

impl Webhooks {
    /// Tells what is due, also while the calls are drained: much of it comes of them. When the drain is over, what
    /// is under way may end; the rest stays in the store for the next life.
    pub async fn run(&self, shutdown: Shutdown) {
        let end = shutdown.hard();
        if self.inner.signer.is_empty() {
            // Nothing is accepted that would have to be told; what an earlier secret accepted waits for a new one.
            return end.cancelled().await;
        }
        loop {
            let turn = async {
                let pause = Box::pin(self.turn(clock::now())).await;
                // Waking too late or too early is harmless: it is only a look.
                let _ = timeout(pause, self.inner.store.outbox()).await;
            };
            if end.run_until_cancelled(turn).await.is_none() {
                break;
            }
        }
        if timeout(LAST, self.settled()).await.is_err() {
            tracing::info!(
                requests = self.inner.hosts.busy(),
                "webhooks under way are told again at the next start"
            );
        }
    }

    /// Begins what is due at `now`; gives how long nothing more is, if nobody calls [`Webhooks::trigger`].
    pub async fn turn(&self, now: Timestamp) -> Duration {
        match self.begin(now).await {
            Ok(Some(wake)) => Duration::try_from(wake.duration_since(now)).unwrap_or_default().min(IDLE),
            Ok(None) => IDLE,
            Err(error) => {
                tracing::warn!(%error, "the outbox of webhooks cannot be read; trying again");
                PAUSE
            }
        }
    }

    /// Waits until no request is under way.
    pub async fn settled(&self) {
        self.inner.tracker.close();
        self.inner.tracker.wait().await;
        self.inner.tracker.reopen();
    }

    async fn begin(&self, now: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        let inner = &self.inner;
        let turn = plan::turn(inner.store.receivers().await?, &inner.hosts.known(now), inner.room, now);
        let lease = inner.timeout + SETTLING;
        let again_at = SignedDuration::try_from(lease).ok().and_then(|lease| now.checked_add(lease).ok());
        for (host, share) in turn.begin {
            let claimed = inner.store.claim_deliveries(&host, now, share, again_at.unwrap_or(now)).await?;
            for delivery in claimed {
                let busy = inner.hosts.begin(&host);
                inner.tracker.spawn(self.clone().deliver(delivery, now, busy));
            }
        }
        gauge!("stasisd_webhooks_under_way").set(f64::from(inner.hosts.busy()));
        Ok(turn.wake)
    }

    /// One try.
    async fn deliver(self, delivery: Delivery, now: Timestamp, busy: Busy) {
        match self.body(&delivery).await {
            Ok(body) => {
                let answer = self.post(&delivery, now, body).await.map_err(|error| error.to_string());
                self.settle(&delivery, now, answer).await;
            }
            // When the claim is over.
            Err(error) if error.is_temporary() => {
                tracing::warn!(delivery = delivery.id, %error, "a webhook cannot be made; trying again");
            }
            Err(error) => self.settle(&delivery, now, Err(error.to_string())).await,
        }
        drop(busy);
        self.trigger();
    }

    async fn body(&self, delivery: &Delivery) -> Result<String, StorageError> {
        if let Some(body) = &delivery.body {
            return Ok(body.clone());
        }
        let store = &self.inner.store;
        let nothing = || StorageError::Corrupt(format!("{} tells of nothing", delivery.id));
        let id = delivery.order.ok_or_else(nothing)?;
        let order = store.call_order(id).await?;
        let attempts = store.attempts_of(id).await?;
        let body = order.and_then(|order| body::of(delivery, &order, &attempts));
        body.ok_or_else(|| StorageError::Corrupt(format!("what {} tells of is not stored", delivery.id)))
    }

    /// Standard Webhooks: the time is that of the try, so that a receiver may refuse old ones.
    async fn post(&self, delivery: &Delivery, now: Timestamp, body: String) -> Result<Answer, WebError> {
        let at = now.as_second();
        let headers = [
            ("webhook-id", delivery.id.clone()),
            ("webhook-timestamp", at.to_string()),
            ("webhook-signature", self.inner.signer.sign(&delivery.id, at, &body)),
        ];
        let began = Instant::now();
        let answer = self.inner.client.post(&delivery.url, &headers, body, self.inner.timeout).await;
        histogram!("stasisd_webhook_seconds").record(began.elapsed());
        answer
    }

    async fn settle(&self, delivery: &Delivery, now: Timestamp, answer: Result<Answer, String>) {
        let (answer, why) = match answer {
            Ok(answer) => {
                let why = format!("the answer was {}", answer.status);
                (Some(answer), why)
            }
            Err(why) => (None, why),
        };
        if let Some(wished) = answer.as_ref().and_then(|answer| wish(answer, now)) {
            self.inner.hosts.leave_alone(&delivery.host, wished);
        }
        let next = plan::next(answer.as_ref(), delivery.tries, delivery.created_at, now, rand::random());
        let (tried, outcome) = match next {
            Next::Done => (Tried::Delivered { at: now }, "delivered"),
            Next::Again(at) => (Tried::Again { at, why: why.clone() }, "failed"),
            Next::GiveUp => (Tried::GivenUp { at: now, why: why.clone() }, "given_up"),
        };
        counter!("stasisd_webhook_tries_total", "outcome" => outcome).increment(1);
        if let Err(error) = self.inner.store.settle_delivery(delivery, &tried).await {
            // It is told again when the claim is over; the receiver knows it by its id.
            tracing::warn!(delivery = delivery.id, outcome, %error, "what came of a webhook cannot be stored");
            return;
        }
        self.tell(delivery, &tried, &why);
    }

    fn tell(&self, delivery: &Delivery, tried: &Tried, why: &str) {
        // The path may hold a token of the receiver's.
        let Delivery { id, host, tries, .. } = delivery;
        match tried {
            Tried::Delivered { .. } => tracing::debug!(delivery = id, host, tries, "webhook delivered"),
            // An hour's outage is one line for each delivery, not one for each try.
            Tried::Again { at, .. } if *tries == 1 => {
                tracing::info!(delivery = id, host, why, again = %at, "webhook not delivered; trying again");
            }
            Tried::Again { at, .. } => {
                tracing::debug!(delivery = id, host, tries, why, again = %at, "webhook not delivered");
            }
            Tried::GivenUp { .. } => {
                tracing::warn!(delivery = id, host, tries, why, "webhook given up");
                let data = json!({
                    "delivery": id,
                    "order": delivery.order,
                    "attempt": delivery.attempt.map(|attempt| attempt.number),
                    "host": host,
                    "tries": tries,
                    "why": why,
                });
                self.inner.feed.post(NoticeKind::WebhookFailed, None, data);
            }
        }
    }
}

/// Until when a receiver that does not take this one wants nothing.
fn wish(answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    let is_wish = [429, 503].contains(&answer.status);
    let wished = plan::retry_after(answer, now).filter(|_| is_wish)?;
    now.checked_add(wished).ok()
}
