//! Reminders: the facts are asked for, what is due is written down.

use std::{collections::HashSet, sync::PoisonError, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;

use super::{
    Messaging,
    facts::Facts,
    plan::{self, Address, Draft},
    quiet,
};
use crate::{
    config::Hours,
    model::{Message, MessageId, MessageState, PersonId},
    storage::StorageError,
};

/// How long the other rooms may take to tell their facts.
pub(super) const FACTS: Duration = Duration::from_secs(10);

impl Messaging {
    /// Writes down what is to be told at `now`; gives when there will be more, as far as the clock says.
    pub(super) async fn remind(&self, now: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        let Some(facts) = self.facts(now).await else { return Ok(None) };
        let inner = &self.inner;
        let marks = inner.store.message_marks().await?;
        let plan = plan::plan(&facts, &inner.config.reminders, &marks, now);
        inner.store.unmark(&plan.over).await?;
        for announcement in &plan.announcements {
            let messages = self.messages(&announcement.draft, &facts, now).await;
            // Who has no channel for it is not asked to have heard of it: the marks wait for one.
            if !messages.is_empty() {
                inner.store.announce(&messages, &announcement.marks, now).await?;
            }
        }
        let known = inner.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut messages, mut ids) = (Vec::new(), HashSet::new());
        for draft in &plan.drafts {
            let own: HashSet<MessageId> =
                self.addresses(draft, &facts).iter().map(|address| id(draft, address)).collect();
            // What the last plan held too is in the store already: its words and figures cost nothing again.
            if !own.is_subset(&known) {
                messages.extend(self.messages(draft, &facts, now).await);
            }
            ids.extend(own);
        }
        if !messages.is_empty() {
            inner.store.add_messages(&messages).await?;
        }
        *inner.told.lock().unwrap_or_else(PoisonError::into_inner) = ids;
        Ok(plan.wake)
    }

    /// Writes down what one draft means.
    pub(super) async fn tell(
        &self,
        draft: &Draft,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let messages = self.messages(draft, facts, now).await;
        self.inner.store.add_messages(&messages).await?;
        self.trigger();
        Ok(())
    }

    /// What the other rooms know; none: they do not answer.
    pub(super) async fn facts(&self, now: Timestamp) -> Option<Facts> {
        let facts = timeout(FACTS, self.inner.world.facts(now)).await;
        if facts.is_err() {
            tracing::warn!("nothing can be reminded of: the facts do not come; trying again");
        }
        facts.ok()
    }

    fn addresses(&self, draft: &Draft, facts: &Facts) -> Vec<Address> {
        plan::addresses(&draft.to, &self.inner.config, &self.inner.channels, facts)
    }

    /// A draft in words, for each of those who are told.
    async fn messages(&self, draft: &Draft, facts: &Facts, now: Timestamp) -> Vec<Message> {
        let inner = &self.inner;
        let addresses = self.addresses(draft, facts);
        if addresses.is_empty() {
            tracing::debug!(kind = draft.kind.as_str(), to = ?draft.to, "there is no channel to tell it by");
            return Vec::new();
        }
        let mut values = draft.values.clone();
        if let Some((queue, day)) = &draft.figures {
            let figures = timeout(FACTS, inner.world.figures(queue, *day)).await.ok().flatten();
            values["figures"] = serde_json::to_value(figures).unwrap_or_default();
        }
        let text = match inner.templates.fill(draft.kind, &values) {
            Ok(text) => text,
            Err(what) => {
                tracing::warn!(
                    kind = draft.kind.as_str(),
                    what,
                    "a text of [messaging.texts] cannot be filled in"
                );
                return Vec::new();
            }
        };
        let message = |address: Address| {
            let (next_at, valid_until) = self.times(&address, now, draft.valid_until);
            Message {
                id: id(draft, &address),
                kind: draft.kind,
                channel: address.channel,
                person: address.person,
                text: text.clone(),
                by: None,
                state: MessageState::Waiting,
                tries: 0,
                next_at,
                valid_until,
                trying_since: None,
                detail: None,
                created_at: now,
                ended_at: None,
            }
        };
        addresses.into_iter().map(message).collect()
    }

    /// When something goes out that is due at `due`, and until when it may: what has no time of its own waits for the
    /// end of quiet hours, however long they are.
    pub(super) fn times(
        &self,
        address: &Address,
        due: Timestamp,
        valid_until: Option<Timestamp>,
    ) -> (Timestamp, Timestamp) {
        if let Some(valid_until) = valid_until {
            return (due, valid_until);
        }
        let hours = self.quiet_of(&address.channel, address.person.as_ref());
        let from = quiet::free_at(&hours, &self.inner.zone, due).unwrap_or(due);
        let patience = i64::try_from(self.inner.config.give_up_secs).unwrap_or(i64::MAX);
        (from, from.checked_add(SignedDuration::from_secs(patience)).unwrap_or(from))
    }

    /// The hours in which nothing is sent there.
    pub(super) fn quiet_of(&self, channel: &str, person: Option<&PersonId>) -> Vec<&Hours> {
        let inner = &self.inner;
        let own = inner.channels.get(channel).map_or(&[][..], |channel| channel.quiet());
        let wishes = person.and_then(|id| inner.config.persons.get(id.as_str()));
        own.iter().chain(wishes.map_or(&[][..], |wishes| &wishes.quiet)).collect()
    }
}

/// The same draft to the same person, or in the same room, is the same message.
fn id(draft: &Draft, address: &Address) -> MessageId {
    let whom = address.person.as_ref().map_or("", PersonId::as_str);
    let room: &str = if whom.is_empty() { &address.channel } else { "" };
    MessageId::of(&format!("{}\n{room}\n{whom}", draft.key))
}
