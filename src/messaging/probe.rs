//! Whether each channel can be reached, tried without sending anything.

use std::time::Duration;

use tokio::{net::lookup_host, time::timeout};
use url::Url;

use super::channels;
use crate::{
    config::{ChannelConfig, ChannelKind, Config},
    sms::Sms,
    web::{check_url, is_public},
};

/// Tries every channel: a mail server is spoken to, the host of a webhook is looked up, a gateway is looked for, a carrier
/// of short messages is asked for its account, or connected to. Gives what was seen, or what is wrong, by the channel's name.
pub async fn probe(config: &Config) -> Vec<(String, Result<String, String>)> {
    let limit = Duration::from_millis(config.messaging.timeout_ms);
    let mut seen = Vec::new();
    for (name, channel) in &config.messaging.channels {
        let found = match channel.kind {
            ChannelKind::Webhook => {
                let near = channel.allow_private.unwrap_or(config.webhooks.allow_private);
                host(channel, near, limit).await
            }
            ChannelKind::Email => {
                let server = channel.host.clone().unwrap_or_default();
                channels::probe(channel, limit).await.map(|()| format!("the mail server {server} lets us in"))
            }
            ChannelKind::Call => gateway(channel, config),
            ChannelKind::Sms => match Sms::new(config) {
                Ok(sms) => sms.probe(channel.carrier.as_deref()).await,
                Err(error) => Err(error.to_string()),
            },
        };
        seen.push((name.clone(), found));
    }
    seen
}

async fn host(channel: &ChannelConfig, allow_private: bool, limit: Duration) -> Result<String, String> {
    let url = channel.url.as_ref().map(|url| url.expose().replace("{id}", "id")).unwrap_or_default();
    let url: Url = check_url(&url, allow_private)?;
    let (name, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443));
    let bare = name.trim_matches(['[', ']']);
    let found = timeout(limit, lookup_host((bare, port))).await;
    let found = found.map_err(|_| format!("{name} is not found in time: see the resolver"))?;
    let mut found = found.map_err(|error| format!("{name} is not found: {error}"))?;
    if found.any(|address| allow_private || is_public(address.ip())) {
        Ok(format!("{name} is found"))
    } else {
        Err(format!(
            "{name} has no public address; private ones need webhooks.allow_private, or the channel's own"
        ))
    }
}

fn gateway(channel: &ChannelConfig, config: &Config) -> Result<String, String> {
    match &channel.gateway {
        Some(name) if config.gateways.contains_key(name) => Ok(format!("calls by the gateway {name}")),
        Some(name) => Err(format!("there is no gateway {name:?}")),
        None if config.gateways.is_empty() => Err("there is no gateway to call by".to_owned()),
        None => Ok("calls by the first gateway that takes the number".to_owned()),
    }
}
