//! ARI's models, as far as they are used: what REST answers and events carry.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Deserializer};

use crate::model::ChannelId;

/// Name and number of a party, as presented: the attacker's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CallerId {
    /// Name.
    pub name: String,
    /// Number.
    pub number: String,
}

/// Where a channel is in the dialplan (ARI `DialplanCEP`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Dialplan {
    /// Context.
    pub context: String,
    /// Extension.
    pub exten: String,
    /// Priority.
    pub priority: i64,
    /// Application that runs, `Stasis` for ours.
    pub app_name: String,
    /// Its arguments.
    pub app_data: String,
}

/// ARI `Channel`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Channel {
    /// Unique id.
    pub id: ChannelId,
    /// `PJSIP/trunk-00000001`.
    #[serde(default)]
    pub name: String,
    /// `Down`, `Rsrvd`, `OffHook`, `Dialing`, `Ring`, `Ringing`, `Up`, `Busy`, `Dialing Offhook`, `Pre-ring`, `Unknown`.
    #[serde(default)]
    pub state: String,
    /// The channel driver's id: SIP's Call-ID. Empty for `Local`.
    #[serde(default)]
    pub protocol_id: String,
    /// The party at this channel.
    #[serde(default)]
    pub caller: CallerId,
    /// The party it is connected to.
    #[serde(default)]
    pub connected: CallerId,
    /// Where it is in the dialplan.
    #[serde(default)]
    pub dialplan: Dialplan,
    /// When it was created, ARI's own text; [`super::parse_time`] reads it.
    #[serde(default)]
    pub creationtime: String,
    /// Language, such as `en`.
    #[serde(default)]
    pub language: String,
    /// Variables named in ari.conf's `channelvars` or set with `report_events` (22.10+).
    #[serde(default)]
    pub channelvars: BTreeMap<String, String>,
}

/// ARI `Playback`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Playback {
    /// The id that we chose.
    pub id: String,
    /// `queued`, `playing`, `continuing`, `done` (also when stopped), `failed`, `canceled`.
    #[serde(default)]
    pub state: String,
    /// The channel that `target_uri` (`channel:ID`) names; none for a bridge's.
    #[serde(default, rename = "target_uri", deserialize_with = "channel_of_uri")]
    pub channel: Option<ChannelId>,
    /// What is played at this moment.
    #[serde(default)]
    pub media_uri: String,
}

/// ARI `LiveRecording`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Recording {
    /// The name that we chose.
    pub name: String,
    /// File format, `wav`.
    #[serde(default)]
    pub format: String,
    /// `queued`, `recording`, `paused`, `done`, `failed`, `canceled`.
    #[serde(default)]
    pub state: String,
    /// The channel that `target_uri` (`channel:ID`) names; none for a bridge's.
    #[serde(default, rename = "target_uri", deserialize_with = "channel_of_uri")]
    pub channel: Option<ChannelId>,
    /// Seconds recorded, when it is finished.
    #[serde(default)]
    pub duration: Option<i64>,
    /// Why it failed.
    #[serde(default)]
    pub cause: Option<String>,
}

/// ARI `Bridge`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Bridge {
    /// The id that we chose.
    pub id: String,
    /// `mixing`, `holding`.
    #[serde(default)]
    pub bridge_type: String,
    /// Name.
    #[serde(default)]
    pub name: String,
    /// Channels in it.
    #[serde(default)]
    pub channels: Vec<ChannelId>,
}

/// ARI `Application`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Application {
    /// Name.
    pub name: String,
    /// Channels it is subscribed to: those in it, and their other halves (`Local`).
    #[serde(default)]
    pub channel_ids: Vec<ChannelId>,
    /// Bridges it is subscribed to.
    #[serde(default)]
    pub bridge_ids: Vec<String>,
}

/// ARI `AsteriskInfo`, of which only `system` is asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AsteriskInfo {
    /// Version and identity.
    pub system: SystemInfo,
}

/// ARI `SystemInfo`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SystemInfo {
    /// Version text; [`super::Version::parse`] reads it.
    pub version: String,
    /// This Asterisk's entity id.
    pub entity_id: String,
}

fn channel_of_uri<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ChannelId>, D::Error> {
    let uri = <Cow<'de, str>>::deserialize(deserializer)?;
    Ok(uri.strip_prefix("channel:").map(ChannelId::from))
}
