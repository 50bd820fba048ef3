//! Messages on their way: claimed, tried, settled, and told of.

use std::{sync::PoisonError, time::Duration};

use jiff::{SignedDuration, Timestamp};
use metrics::counter;
use serde_json::json;
use tokio::time::timeout;

use super::{Messaging, channels::Sending, quiet, retry};
use crate::{
    model::{Message, NoticeKind, Person},
    storage::{MessageTried, StorageError},
};

/// How much longer than its tries may take a message stays claimed, to be settled.
const SETTLING: Duration = Duration::from_secs(15);
/// How long it may take to find a person.
const FINDING: Duration = Duration::from_secs(5);
/// Messages of a channel that is no more, given up at once.
const ORPHANS: u32 = 100;

/// A message of a channel is under way, as long as this lives.
struct Busy {
    messaging: Messaging,
    channel: String,
}

impl Messaging {
    /// Begins to send what is due at `now`; gives when more will be.
    pub(super) async fn deliver(&self, now: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        let inner = &self.inner;
        for message in inner.store.fail_stale_messages(now).await? {
            let why = message.detail.clone().unwrap_or_default();
            self.tell_of(&message, &MessageTried::Failed { at: now, why });
        }
        let lease = SignedDuration::try_from(inner.lease()).unwrap_or(SignedDuration::ZERO);
        let again_at = now.checked_add(lease).unwrap_or(now);
        let mut wake = None;
        for (name, next_at) in inner.store.message_channels().await? {
            if next_at > now {
                wake = Some(wake.map_or(next_at, |wake: Timestamp| wake.min(next_at)));
                continue;
            }
            if !inner.channels.contains_key(&name) {
                for message in inner.store.claim_messages(&name, now, ORPHANS, again_at).await? {
                    let why = format!("there is no channel {name:?} any more");
                    self.settle(&message, MessageTried::Failed { at: now, why }).await;
                }
                continue;
            }
            let free = inner.config.max_at_once.saturating_sub(self.under_way(&name));
            if free == 0 {
                continue;
            }
            for message in inner.store.claim_messages(&name, now, free, again_at).await? {
                let busy = self.begin(&name);
                let messaging = self.clone();
                inner.tracker.spawn(async move {
                    messaging.try_one(message, now).await;
                    drop(busy);
                    messaging.trigger();
                });
            }
        }
        Ok(wake)
    }

    /// Waits until nothing is under way.
    pub async fn settled(&self) {
        self.inner.tracker.close();
        self.inner.tracker.wait().await;
        self.inner.tracker.reopen();
    }

    async fn try_one(&self, message: Message, now: Timestamp) {
        let tried = self.tried(&message, now).await;
        self.settle(&message, tried).await;
    }

    async fn tried(&self, message: &Message, now: Timestamp) -> MessageTried {
        let inner = &self.inner;
        let failed = |why: String| MessageTried::Failed { at: now, why };
        if inner.channels.get(&message.channel).is_some_and(|channel| channel.gives_up(message)) {
            return failed(format!("{}, and it is not sent again (on_unknown)", Message::CUT_OFF));
        }
        let quiet = self.quiet_of(&message.channel, message.person.as_ref());
        match quiet::free_at(&quiet, &inner.zone, now) {
            Some(at) if at <= now => {}
            Some(at) if at <= message.valid_until => {
                return MessageTried::PutOff { at, why: "quiet hours".to_owned() };
            }
            Some(at) => return failed(format!("quiet hours until {at}, and it means nothing any more then")),
            None => return failed("the quiet hours never end".to_owned()),
        }
        let Some(channel) = inner.channels.get(&message.channel) else {
            return failed(format!("there is no channel {:?} any more", message.channel));
        };
        let to: Option<Person> = match &message.person {
            None => None,
            Some(id) => match timeout(FINDING, inner.world.person(id)).await {
                Ok(Some(person)) => Some(person),
                Ok(None) => return failed(format!("there is no person {id} any more")),
                Err(_) => return later(message, "the person is not found in time".to_owned(), None, now),
            },
        };
        match channel.send(message, to.as_ref(), now).await {
            Sending::Sent(detail) => MessageTried::Sent { at: now, detail },
            Sending::Never(why) => failed(why),
            Sending::Later { why, wish } => later(message, why, wish, now),
        }
    }

    async fn settle(&self, message: &Message, tried: MessageTried) {
        if let Err(error) = self.inner.store.settle_message(message, &tried).await {
            // It is tried again when the claim is over, under the same id.
            tracing::warn!(message_id = %message.id, %error, "what came of a message cannot be stored");
            return;
        }
        self.tell_of(message, &tried);
    }

    fn tell_of(&self, message: &Message, tried: &MessageTried) {
        let Message { id, kind, channel, person, tries, .. } = message;
        let (kind, to) = (kind.as_str(), person.as_ref().map(ToString::to_string));
        let data = json!({ "message": id, "kind": kind, "channel": channel, "to": to });
        let count = |outcome: &'static str| {
            counter!("stasisd_messages_total", "channel" => channel.clone(), "kind" => kind, "outcome" => outcome)
                .increment(1);
        };
        match tried {
            MessageTried::Sent { .. } => {
                tracing::info!(message_id = %id, kind, channel, to, tries, "message sent");
                count("sent");
                self.inner.feed.post(NoticeKind::MessageSent, None, data);
            }
            MessageTried::Failed { why, .. } => {
                tracing::warn!(message_id = %id, kind, channel, to, tries, why, "message not sent");
                count("failed");
                let mut data = data;
                data["why"] = why.as_str().into();
                self.inner.feed.post(NoticeKind::MessageFailed, None, data);
            }
            // An hour's outage is one line for each message, not one for each try.
            MessageTried::Again { at, why } if *tries == 1 => {
                tracing::info!(message_id = %id, kind, channel, why, again = %at, "message not sent; trying again");
                count("again");
            }
            MessageTried::Again { at, why } => {
                tracing::debug!(message_id = %id, kind, channel, why, again = %at, tries, "message not sent");
                count("again");
            }
            MessageTried::PutOff { at, .. } => {
                tracing::debug!(message_id = %id, kind, channel, until = %at, "message waits for the end of quiet hours");
            }
        }
    }

    fn begin(&self, channel: &str) -> Busy {
        let mut busy = self.inner.busy.lock().unwrap_or_else(PoisonError::into_inner);
        *busy.entry(channel.to_owned()).or_default() += 1;
        Busy { messaging: self.clone(), channel: channel.to_owned() }
    }

    fn under_way(&self, channel: &str) -> u32 {
        let busy = self.inner.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.get(channel).copied().unwrap_or_default()
    }
}

/// Tried again, if it still means something then.
fn later(message: &Message, why: String, wish: Option<SignedDuration>, now: Timestamp) -> MessageTried {
    match retry::again(message.tries, wish, now, message.valid_until, rand::random()) {
        Some(at) => MessageTried::Again { at, why },
        None => MessageTried::Failed { at: now, why: format!("{why}; its time is over") },
    }
}

impl super::Inner {
    /// How long a message stays claimed.
    fn lease(&self) -> Duration {
        self.slowest + FINDING + SETTLING
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut busy = self.messaging.inner.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = busy.get_mut(&self.channel) {
            *count = count.saturating_sub(1);
        }
    }
}
