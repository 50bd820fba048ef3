//! `[outbound]`: what holds for all calls that we place.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Holiday, Hours, NotifyConfig};
use crate::model::{Lane, RetryRule};

/// `[outbound]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each field's meaning stands beside its default in config/stasisd.toml")]
pub struct OutboundConfig {
    /// The order in which gateways are asked for a number; empty: all, by their names.
    pub gateways: Vec<String>,
    pub ring_timeout_secs: u32,
    pub message_flow: String,
    pub amd_context: String,
    /// What was due while we were down is called up to this much late.
    pub late_up_to_secs: u32,
    /// IANA zone of callees whose own is not known, and of the gateways' days; empty: `calls.time_zone`.
    pub time_zone: String,
    /// ISO 3166 country → IANA zone, for countries with several.
    pub zones: BTreeMap<String, String>,
    pub windows: WindowsConfig,
    /// By lane; an order that brings its own rule does not use it.
    pub retry: BTreeMap<Lane, RetryRule>,
    #[serde(default)]
    pub notify: Vec<NotifyConfig>,
}

/// `[outbound.windows]`: when people may be called, in their own time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct WindowsConfig {
    pub monday: Vec<Hours>,
    pub tuesday: Vec<Hours>,
    pub wednesday: Vec<Hours>,
    pub thursday: Vec<Hours>,
    pub friday: Vec<Hours>,
    pub saturday: Vec<Hours>,
    pub sunday: Vec<Hours>,
    /// Hours of every day in which nobody is called, whatever the windows say.
    pub quiet: Vec<Hours>,
    pub holidays: Vec<Holiday>,
    /// Lanes that call at any time.
    pub exempt: Vec<Lane>,
}
