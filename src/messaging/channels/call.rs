//! A channel by telephone: the message is a call order of this daemon, and the ledger keeps it from being made twice.

use std::sync::Arc;

use super::Sending;
use crate::{
    config::{ChannelConfig, Config},
    messaging::{Caller, words},
    model::{Lane, Message, Person},
    outbound::{CallRequest, OrderError},
};

pub(super) struct Call {
    caller: Arc<dyn Caller>,
    number: Option<String>,
    prefer_extension: bool,
    gateway: Option<String>,
    language: String,
}

impl Call {
    pub(super) fn new(channel: &ChannelConfig, config: &Config, caller: Arc<dyn Caller>) -> Self {
        let language = &config.messaging.language;
        Self {
            caller,
            number: channel.number.clone(),
            prefer_extension: channel.prefer_extension.unwrap_or_default(),
            gateway: channel.gateway.clone(),
            language: if language.is_empty() { config.calls.language.clone() } else { language.clone() },
        }
    }

    /// The same message is the same call order, whether or not its daemon died before it knew: the order's key is the
    /// message's id.
    pub(super) async fn send(&self, message: &Message, to: Option<&Person>) -> Sending {
        let Some(number) = to.map_or_else(|| self.number.clone(), |person| self.number_of(person)) else {
            let who = to.map_or("the channel", |person| person.id.as_str());
            return Sending::Never(format!("{who} has no number to call"));
        };
        let request = CallRequest {
            number,
            text: Some(words::plain(&message.text)),
            gateway: self.gateway.clone(),
            language: Some(self.language.clone()),
            lane: Lane::Callback,
            not_after: Some(message.valid_until.to_string()),
            subject: Some(format!("message:{}", message.id)),
            idempotency_key: Some(format!("message-{}", message.id)),
            ..CallRequest::default()
        };
        match self.caller.order(request).await {
            Ok(accepted) => Sending::Sent(Some(format!("call order {}", accepted.order.id))),
            // Ordered before, when the telephone or the settings were others.
            Err(OrderError::Conflict) => Sending::Sent(Some("it was ordered before".to_owned())),
            Err(OrderError::Rejected(rejected)) => Sending::Never(rejected.to_string()),
            Err(OrderError::Storage(error)) => Sending::Later { why: error.to_string(), wish: None },
        }
    }

    fn number_of(&self, person: &Person) -> Option<String> {
        let (phone, extension) = (person.phone.clone(), person.extension.clone());
        if self.prefer_extension { extension.or(phone) } else { phone.or(extension) }
    }
}
