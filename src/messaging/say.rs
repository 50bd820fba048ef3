//! What people say: accepted, listed, withdrawn.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Messaging, SayError,
    plan::{self, Address},
    words,
};
use crate::model::{Message, MessageId, MessageKind, MessageState, PersonId};

/// The latest time something can be said at: in a year.
const FURTHEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Longest key.
const LONGEST_KEY: usize = 128;

/// Something that somebody says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Says {
    /// A channel's name, a person's id, or `channel:NAME` or `person:ID`; none: the team's channel.
    pub to: Option<String>,
    /// What: Markdown, several lines.
    pub text: String,
    /// When; none: now.
    pub at: Option<Timestamp>,
    /// Who says it.
    pub by: String,
    /// The same key of the same sender is the same message.
    pub idempotency_key: Option<String>,
}

/// What somebody said, on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The message.
    pub message: Message,
    /// It was said now, and not before with the same key.
    pub is_new: bool,
}

/// A channel, as people choose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSummary {
    /// Its name.
    pub name: String,
    /// `webhook`, `email`, `call` or `sms`.
    pub kind: &'static str,
    /// Something can be said in its room.
    pub room: bool,
    /// Something can be said to a person by it.
    pub persons: bool,
    /// It is the team's.
    pub is_team: bool,
}

fn field(field: &'static str, why: impl Into<String>) -> SayError {
    SayError::Field { field, why: why.into() }
}

impl Messaging {
    /// The channels, by name.
    #[must_use]
    pub fn channels(&self) -> Vec<ChannelSummary> {
        let summary = |(name, channel): (&String, &std::sync::Arc<super::Channel>)| ChannelSummary {
            name: name.clone(),
            kind: channel.config.kind.as_str(),
            room: channel.config.has_room(),
            persons: channel.config.has_persons(),
            is_team: *name == self.inner.config.team_channel,
        };
        self.inner.channels.iter().map(summary).collect()
    }

    /// Accepts what somebody says. On return it is on disk, and will be sent.
    ///
    /// # Errors
    /// Nothing is sent; says why.
    pub async fn say(&self, says: Says, now: Timestamp) -> Result<Said, SayError> {
        let now = whole_micros(now);
        let text = words::cleaned(&says.text);
        if text.is_empty() || text.chars().count() > words::LONGEST {
            return Err(field("text", format!("a text has 1 to {} characters", words::LONGEST)));
        }
        let due = says.at.map_or(now, |at| whole_micros(at).max(now));
        if due.duration_since(now) > FURTHEST {
            return Err(field("at", "at most a year from now"));
        }
        let key = says.idempotency_key.as_deref();
        if key
            .is_some_and(|key| key.is_empty() || key.len() > LONGEST_KEY || key.chars().any(char::is_control))
        {
            return Err(field("idempotency_key", format!("a key has 1 to {LONGEST_KEY} characters")));
        }
        let address = self.address(says.to.as_deref()).await?;
        let id = key.map_or_else(
            || MessageId(Uuid::now_v7()),
            |key| MessageId::of(&format!("says\n{}\n{key}", says.by)),
        );
        let (next_at, valid_until) = self.times(&address, due, None);
        let message = Message {
            id,
            kind: MessageKind::Says,
            channel: address.channel,
            person: address.person,
            text,
            by: Some(says.by),
            state: MessageState::Waiting,
            tries: 0,
            next_at,
            valid_until,
            trying_since: None,
            detail: None,
            created_at: now,
            ended_at: None,
        };
        self.store(message).await
    }

    async fn store(&self, message: Message) -> Result<Said, SayError> {
        let store = &self.inner.store;
        if let Some(known) = store.message(message.id).await? {
            return same(known, &message);
        }
        let waiting = store.waiting_messages().await?;
        if waiting >= self.inner.config.max_waiting {
            return Err(SayError::Full(waiting));
        }
        if store.add_messages(std::slice::from_ref(&message)).await?.first() == Some(&true) {
            self.trigger();
            return Ok(Said { message, is_new: true });
        }
        // The same key came twice at once.
        match store.message(message.id).await? {
            Some(known) => same(known, &message),
            None => Err(SayError::Conflict),
        }
    }

    /// Takes back what waits; gives it as it is then. `None`: there is none.
    ///
    /// # Errors
    /// It is being sent, or is over.
    pub async fn withdraw(
        &self,
        id: MessageId,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<Message>, SayError> {
        let why = format!("withdrawn by {by}");
        let Some(message) = self.inner.store.withdraw_message(id, &why, now).await? else { return Ok(None) };
        match message.state {
            MessageState::Withdrawn => Ok(Some(message)),
            MessageState::Waiting => Err(SayError::NotWaiting("being sent")),
            MessageState::Sent => Err(SayError::NotWaiting("sent")),
            MessageState::Failed => Err(SayError::NotWaiting("failed")),
        }
    }

    /// Whom `to` means.
    async fn address(&self, to: Option<&str>) -> Result<Address, SayError> {
        let inner = &self.inner;
        let Some(to) = to else {
            let team = &inner.config.team_channel;
            if team.is_empty() {
                let why =
                    "the team has no channel: set messaging.team_channel to one of [messaging.channels.NAME]";
                return Err(SayError::NoChannel(why.to_owned()));
            }
            return self.room(team);
        };
        if let Some(name) = to.strip_prefix("channel:") {
            return self.room(name);
        }
        if let Some(id) = to.strip_prefix("person:") {
            return self.person(id).await;
        }
        if inner.channels.contains_key(to) { self.room(to) } else { self.person(to).await }
    }

    fn room(&self, name: &str) -> Result<Address, SayError> {
        match self.inner.channels.get(name) {
            Some(channel) if channel.config.has_room() => {
                Ok(Address { channel: name.to_owned(), person: None })
            }
            Some(_) => Err(field("to", format!("the channel {name:?} has no room: it reaches persons only"))),
            None => {
                let known: Vec<&str> = self.inner.channels.keys().map(String::as_str).collect();
                let known = if known.is_empty() { "none is set".to_owned() } else { known.join(", ") };
                Err(field("to", format!("there is no channel of that name ({known})")))
            }
        }
    }

    async fn person(&self, id: &str) -> Result<Address, SayError> {
        let inner = &self.inner;
        let known: Vec<&str> = inner.channels.keys().map(String::as_str).collect();
        let nobody = || {
            let channels = if known.is_empty() { "none is set".to_owned() } else { known.join(", ") };
            field("to", format!("it is neither a channel ({channels}) nor a person's id"))
        };
        let id = PersonId::parse(id).map_err(|_| nobody())?;
        let person = inner.world.person(&id).await.ok_or_else(nobody)?;
        plan::of_person(&person, &inner.config, &inner.channels).ok_or_else(|| {
            let mend = "see messaging.person_channels, and the person's e-mail address and telephone";
            field("to", format!("no channel reaches {id}: {mend}"))
        })
    }
}

fn same(known: Message, wanted: &Message) -> Result<Said, SayError> {
    let is_same =
        known.text == wanted.text && known.channel == wanted.channel && known.person == wanted.person;
    if is_same { Ok(Said { message: known, is_new: false }) } else { Err(SayError::Conflict) }
}

/// A time as the store keeps it, so that what is answered is what is read later.
fn whole_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
