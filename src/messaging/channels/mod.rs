//! The channels: how one message goes out, and what came of it.

mod call;
mod email;
mod sms;
mod webhook;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

pub use email::probe;

use self::{call::Call, email::Email, sms::Short, webhook::Webhook};
use super::{Caller, MessagingError, templates::Templates};
use crate::{
    config::{ChannelConfig, ChannelKind, Config, Hours},
    model::{Message, Person},
    sms::Sms,
    web::Guarded,
};

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    /// The channel has it; what there is to know of that.
    Sent(Option<String>),
    /// It may work later, and not before the wish is over.
    Later { why: String, wish: Option<SignedDuration> },
    /// It never will.
    Never(String),
}

/// A channel that can send.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) config: ChannelConfig,
    way: Way,
}

enum Way {
    Webhook(Webhook),
    Email(Box<Email>),
    Call(Call),
    Sms(Short),
}

/// What all channels are made of.
pub(super) struct Parts<'a> {
    pub(super) config: &'a Config,
    /// Connects to public addresses only.
    pub(super) public: Guarded,
    /// Connects to any.
    pub(super) private: Guarded,
    pub(super) caller: Arc<dyn Caller>,
    pub(super) sms: Sms,
    pub(super) templates: &'a Arc<Templates>,
}

/// The channels of the configuration.
pub(super) fn all(parts: &Parts<'_>) -> Result<BTreeMap<String, Arc<Channel>>, MessagingError> {
    let messaging = &parts.config.messaging;
    let timeout = Duration::from_millis(messaging.timeout_ms);
    let mut channels = BTreeMap::new();
    for (name, config) in &messaging.channels {
        let wrong = |field: &str, what: String| MessagingError::Setting {
            key: format!("messaging.channels.{name}.{field}"),
            what,
        };
        let way = match config.kind {
            ChannelKind::Webhook => {
                let templates = Arc::clone(parts.templates);
                let near = config.allow_private.unwrap_or(parts.config.webhooks.allow_private);
                let client = if near { &parts.private } else { &parts.public };
                Way::Webhook(Webhook::new(name, config, client.clone(), templates, timeout))
            }
            ChannelKind::Email => {
                let email = Email::new(config, timeout).map_err(|(field, what)| wrong(field, what))?;
                Way::Email(Box::new(email))
            }
            ChannelKind::Call => Way::Call(Call::new(config, parts.config, Arc::clone(&parts.caller))),
            ChannelKind::Sms => Way::Sms(Short::new(config, parts.config, parts.sms.clone())),
        };
        channels.insert(name.clone(), Arc::new(Channel { config: config.clone(), way }));
    }
    Ok(channels)
}

impl Channel {
    /// Whether this person can be reached by it.
    pub(super) fn reaches(&self, person: &Person) -> bool {
        self.config.has_persons()
            && match self.config.kind {
                ChannelKind::Webhook => true,
                ChannelKind::Email => person.email.is_some(),
                ChannelKind::Call => person.phone.is_some() || person.extension.is_some(),
                ChannelKind::Sms => person.phone.is_some(),
            }
    }

    /// Its own quiet hours.
    pub(super) fn quiet(&self) -> &[Hours] {
        &self.config.quiet
    }

    /// Whether this is not to be tried, because its last try was cut off and may have arrived. Other channels try again
    /// under the same key.
    pub(super) fn gives_up(&self, message: &Message) -> bool {
        message.was_cut_off() && matches!(&self.way, Way::Sms(short) if short.gives_up())
    }

    /// One try. `to` is whom the message is for, if it is for a person.
    pub(super) async fn send(&self, message: &Message, to: Option<&Person>, now: Timestamp) -> Sending {
        match &self.way {
            Way::Webhook(webhook) => webhook.send(message, to, now).await,
            Way::Email(email) => email.send(message, to).await,
            Way::Call(call) => call.send(message, to).await,
            Way::Sms(short) => short.send(message, to, now).await,
        }
    }
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Webhook(_) => "webhook",
            Self::Email(_) => "email",
            Self::Call(_) => "call",
            Self::Sms(_) => "sms",
        })
    }
}
