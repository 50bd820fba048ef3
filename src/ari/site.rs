//! Where Asterisk is and how to greet it: the configuration, checked once.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use hyper::{Uri, header::HeaderValue};
use url::Url;

use super::{AriError, uri::encoded};
use crate::{config::AriConfig, tasks::Backoff};

/// A checked `[ari]` table. Its `Debug` shows no credential.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// `http://127.0.0.1:8088/ari/`
    pub base: String,
    /// Whether TLS is spoken.
    pub secure: bool,
    /// The websocket's address, as an `http` or `https` one.
    pub events: Uri,
    /// `Authorization` (RFC 7617), marked as sensitive.
    pub authorization: HeaderValue,
    pub app: String,
    pub connect_timeout: Duration,
    pub request_timeout: Duration,
    pub heartbeat: Duration,
    pub backoff: Backoff,
    pub rest_over_websocket: bool,
    pub http_pool: usize,
}

impl Site {
    /// Checks the settings; reads the password's file.
    pub(super) fn new(config: &AriConfig) -> Result<Self, AriError> {
        let (base, secure) = base(&config.url)?;
        let app = &config.app;
        if app.is_empty() || !app.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) {
            return wrong(
                "ari.app",
                app,
                "letters, digits, `_`, `-` and `.` are allowed in an application's name",
            );
        }
        // Each of these would make a connection that cannot work, so they are refused here and not met later.
        let ranges = [
            ("ari.connect_timeout_ms", config.connect_timeout_ms, 1, 120_000),
            ("ari.request_timeout_ms", config.request_timeout_ms, 1, 120_000),
            ("ari.heartbeat_secs", config.heartbeat_secs, 1, 3_600),
            ("ari.http_pool", u64::try_from(config.http_pool).unwrap_or(u64::MAX), 1, 16),
        ];
        for (key, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                return wrong(key, &value.to_string(), &format!("it must be {least} to {most}"));
            }
        }
        let events = format!("{base}events?app={}&subscribeAll=false", encoded(app));
        Ok(Self {
            events: events.parse().map_err(|error| AriError::Config(format!("ari.url: {error}")))?,
            base,
            secure,
            authorization: authorization(config)?,
            app: app.clone(),
            connect_timeout: Duration::from_millis(config.connect_timeout_ms),
            request_timeout: Duration::from_millis(config.request_timeout_ms),
            heartbeat: Duration::from_secs(config.heartbeat_secs),
            backoff: Backoff::new("ari", config.backoff_min_ms, config.backoff_max_ms)
                .map_err(AriError::Config)?,
            rest_over_websocket: config.rest_over_websocket,
            http_pool: config.http_pool,
        })
    }
}

fn wrong<T>(key: &str, value: &str, rule: &str) -> Result<T, AriError> {
    Err(AriError::Config(format!("{key} = {value:?}: {rule}")))
}

fn base(text: &str) -> Result<(String, bool), AriError> {
    // The text itself is not shown before it is known to hold no password.
    let url = Url::parse(text).map_err(|error| AriError::Config(format!("ari.url: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AriError::Config(
            "ari.url: put user and password into ari.user and ari.password".to_owned(),
        ));
    }
    let secure = match url.scheme() {
        "http" => false,
        "https" => true,
        _ => {
            return wrong(
                "ari.url",
                text,
                "it must begin with http:// or https:// (the websocket follows from it)",
            );
        }
    };
    if url.host_str().is_none_or(str::is_empty) || url.query().is_some() || url.fragment().is_some() {
        return wrong("ari.url", text, "it must be scheme, host, port and Asterisk's prefix only");
    }
    let path = url.path().trim_end_matches('/');
    if path == "/ari" || path.ends_with("/ari") {
        return wrong("ari.url", text, "leave /ari away, it is added");
    }
    Ok((format!("{}{path}/ari/", url.origin().ascii_serialization()), secure))
}

fn authorization(config: &AriConfig) -> Result<HeaderValue, AriError> {
    if config.user.is_empty() || config.user.contains(':') {
        return wrong(
            "ari.user",
            &config.user,
            "it must be the name of a user's section in ari.conf, without colon",
        );
    }
    let Some(password) = &config.password else {
        return Err(AriError::Config(
            "set ari.password, ari.password_file or the credential ari-password".to_owned(),
        ));
    };
    let pair = BASE64_STANDARD.encode(format!("{}:{}", config.user, password.expose()));
    let mut value = HeaderValue::from_str(&format!("Basic {pair}"))
        .map_err(|_| AriError::Config("ari.user and ari.password do not fit into a header".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
#[path = "site_tests.rs"]
mod tests;
