//! `[messaging]`: the team's channels, who is reached by which, and what is told when.

use std::{collections::BTreeMap, path::PathBuf};

use indexmap::IndexMap;
use serde::Deserialize;

use super::{Hours, Secret};

/// `[messaging]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct MessagingConfig {
    /// The team's channel; empty: none.
    pub team_channel: String,
    /// The channels that persons are reached by, in this order.
    pub person_channels: Vec<String>,
    /// Language of what the daemon says; empty: `calls.language`.
    pub language: String,
    /// How long it is tried to send what has no time of its own.
    pub give_up_secs: u64,
    pub timeout_ms: u64,
    /// Messages of one channel that are being sent at once.
    pub max_at_once: u32,
    /// Messages that may wait.
    pub max_waiting: u64,
    /// By name.
    #[serde(default)]
    pub channels: BTreeMap<String, ChannelConfig>,
    /// By the person's id.
    #[serde(default)]
    pub persons: BTreeMap<String, PersonMessagesConfig>,
    pub reminders: RemindersConfig,
    /// By language.
    #[serde(default)]
    pub texts: BTreeMap<String, TextsConfig>,
}

/// How a channel sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// HTTP, with a JSON body made by a template.
    Webhook,
    /// SMTP.
    Email,
    /// A call that says it.
    Call,
    /// A short message.
    Sms,
}

impl ChannelKind {
    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Email => "email",
            Self::Call => "call",
            Self::Sms => "sms",
        }
    }
}

/// Whom a webhook's template can address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaches {
    /// One room, which its URL stands for.
    #[default]
    Room,
    /// Persons: the template puts `to` into the body.
    Persons,
    /// Both: the template asks whether there is a `to`.
    Both,
}

/// How a webhook is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "methods of HTTP")]
pub enum Method {
    #[default]
    Post,
    Put,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// From `STARTTLS` on; a server that does not offer it gets nothing (RFC 3207).
    #[default]
    Starttls,
    /// From the beginning (RFC 8314).
    Tls,
    /// Not at all.
    None,
}

/// `[messaging.channels.NAME]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct ChannelConfig {
    pub kind: ChannelKind,
    /// Hours of every day in which nothing is sent; what is due then waits.
    #[serde(default)]
    pub quiet: Vec<Hours>,
    #[serde(default)]
    pub url: Option<Secret>,
    #[serde(default)]
    pub url_file: Option<PathBuf>,
    #[serde(default)]
    pub method: Option<Method>,
    /// Sent as `Authorization: Bearer`.
    #[serde(default)]
    pub token: Option<Secret>,
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    #[serde(default)]
    pub headers: IndexMap<String, Secret>,
    /// Template of the JSON.
    #[serde(default)]
    pub body: Option<String>,
    #[serde(default)]
    pub reaches: Option<Reaches>,
    /// Its address may be a private one; none: as `webhooks.allow_private` says.
    #[serde(default)]
    pub allow_private: Option<bool>,
    #[serde(default)]
    pub host: Option<String>,
    #[serde(default)]
    pub port: Option<u16>,
    #[serde(default)]
    pub security: Option<Security>,
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub password: Option<Secret>,
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    #[serde(default)]
    pub from: Option<String>,
    /// Addresses of the room.
    #[serde(default)]
    pub to: Vec<String>,
    /// The number that is the room.
    #[serde(default)]
    pub number: Option<String>,
    /// Call a person's extension rather than the phone.
    #[serde(default)]
    pub prefer_extension: Option<bool>,
    #[serde(default)]
    pub gateway: Option<String>,
    /// Of short messages; none: `sms.carrier`.
    #[serde(default)]
    pub carrier: Option<String>,
}

impl ChannelConfig {
    /// A channel of that kind in which nothing else is set.
    #[must_use]
    pub fn new(kind: ChannelKind) -> Self {
        Self {
            kind,
            quiet: Vec::new(),
            url: None,
            url_file: None,
            method: None,
            token: None,
            token_file: None,
            headers: IndexMap::new(),
            body: None,
            reaches: None,
            allow_private: None,
            host: None,
            port: None,
            security: None,
            user: None,
            password: None,
            password_file: None,
            from: None,
            to: Vec::new(),
            number: None,
            prefer_extension: None,
            gateway: None,
            carrier: None,
        }
    }

    /// Whether it has a room.
    #[must_use]
    pub fn has_room(&self) -> bool {
        match self.kind {
            ChannelKind::Webhook => self.reaches.unwrap_or_default() != Reaches::Persons,
            ChannelKind::Email => !self.to.is_empty(),
            ChannelKind::Call | ChannelKind::Sms => self.number.is_some(),
        }
    }

    /// Whether persons can be reached by it.
    #[must_use]
    pub fn has_persons(&self) -> bool {
        match self.kind {
            ChannelKind::Webhook => self.reaches.unwrap_or_default() != Reaches::Room,
            ChannelKind::Email | ChannelKind::Call | ChannelKind::Sms => true,
        }
    }
}

/// `[messaging.persons.NAME]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct PersonMessagesConfig {
    /// Tried before `person_channels`.
    #[serde(default)]
    pub channel: Option<String>,
    #[serde(default)]
    pub quiet: Vec<Hours>,
}

/// `[messaging.reminders]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(
    missing_docs,
    clippy::struct_excessive_bools,
    reason = "see config/stasisd.toml; each is a switch of its own"
)]
pub struct RemindersConfig {
    /// So long before a shift; 0: not at all.
    pub before_secs: u32,
    pub to_persons: bool,
    pub to_team: bool,
    pub late_up_to_secs: u32,
    /// A telephone that cannot be reached for so long is announced; 0: not at all.
    pub disconnected_after_secs: u32,
    /// So long after the day's last shift its figures are told.
    pub closed: bool,
    pub closed_after_secs: u32,
    pub closed_late_up_to_secs: u32,
    pub planning_failed: bool,
    pub did_not_answer: bool,
    /// Another team channel, by timetable.
    #[serde(default)]
    pub team_channels: IndexMap<String, String>,
}

/// `[messaging.texts.NAME]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/messages.toml")]
pub struct TextsConfig {
    #[serde(default)]
    pub shift_reminder: Option<String>,
    #[serde(default)]
    pub shift_change: Option<String>,
    #[serde(default)]
    pub disconnected: Option<String>,
    #[serde(default)]
    pub phones_closed: Option<String>,
    #[serde(default)]
    pub planning_failed: Option<String>,
    #[serde(default)]
    pub did_not_answer: Option<String>,
}
