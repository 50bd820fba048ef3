//! A channel by short message: to the telephone of a person or of the room, by a carrier.

use jiff::Timestamp;

use super::Sending;
use crate::{
    config::{ChannelConfig, Config},
    messaging::words,
    model::{Country, Message, Person, PhoneNumber},
    sms::{Outcome, Sms},
};

pub(super) struct Short {
    sms: Sms,
    carrier: Option<String>,
    number: Option<String>,
    country: Option<Country>,
}

impl Short {
    pub(super) fn new(channel: &ChannelConfig, config: &Config, sms: Sms) -> Self {
        Self {
            sms,
            carrier: channel.carrier.clone(),
            number: channel.number.clone(),
            country: config.calls.country.parse().ok(),
        }
    }

    /// Whether it stays unsent when its last try was cut off.
    pub(super) fn gives_up(&self) -> bool {
        !self.sms.repeats(self.carrier.as_deref())
    }

    pub(super) async fn send(&self, message: &Message, to: Option<&Person>, now: Timestamp) -> Sending {
        let (who, number) = match to {
            Some(person) => (person.id.as_str(), &person.phone),
            None => ("the channel", &self.number),
        };
        let Some(number) = number else {
            return Sending::Never(format!("{who} has no telephone number for short messages"));
        };
        let number = match PhoneNumber::parse(number, self.country) {
            Ok(number) => number,
            Err(error) => return Sending::Never(format!("the number of {who}: {error}")),
        };
        let text = words::written(&message.text);
        let id = message.id.to_string();
        match self.sms.send(self.carrier.as_deref(), &id, number, &text, now).await {
            Outcome::Sent { carrier, id, parts } => {
                let id = id.map(|id| format!(", {id}")).unwrap_or_default();
                let many = if parts == 1 { "" } else { "s" };
                Sending::Sent(Some(format!("{carrier}{id}, {parts} part{many}")))
            }
            Outcome::Later { why, wish } => Sending::Later { why, wish },
            Outcome::Never(why) => Sending::Never(why),
        }
    }
}
