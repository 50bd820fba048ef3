//! `[notes]`: call notes.

use serde::Deserialize;
use url::Url;

use super::{Config, verify::Found};

/// `[notes]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct NotesConfig {
    /// Each note is posted there; none: nowhere.
    pub webhook_url: Option<String>,
}

/// A webhook that can be sent.
pub(super) fn verify(config: &Config, found: &mut Found) {
    let Some(url) = &config.notes.webhook_url else { return };
    if !Url::parse(url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host()) {
        found.add("notes.webhook_url", "is not a web address", "write it as https://host/path");
    }
    if config.webhooks.secret.is_none() {
        found.add("notes.webhook_url", "webhooks cannot be signed here", "set webhooks.secret");
    }
}
